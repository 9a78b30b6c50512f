"""A claim under which nothing happens: since when it is counted, and what ends that."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chatops.effect import AskHolder, PostEvent, RefreshQuestions
from chatops.event import (
    AnsweredOutside,
    Assigned,
    Claimed,
    Closed,
    CloseReason,
    CustomerWrote,
    Event,
    IdleAsked,
    Kept,
    Noted,
    Read,
    ReplyRequested,
    ReplySent,
    ReplyState,
    Snoozed,
    SnoozeReason,
    Tagged,
    Then,
    Unclaimed,
    WakeCause,
    Woken,
    WritingBegan,
)
from chatops.step import step
from chatops.ticket import Refusal, Reply, Status, Ticket, Waiting
from tests.scenes import AOI, BEN, NOW, ticket

SINCE = NOW - timedelta(minutes=40)
UNTIL = NOW + timedelta(minutes=15)
CLAIMED = ticket(assignee=AOI.id, read_by=(AOI.id,), revision=3)
IDLE = replace(CLAIMED, idle_since=SINCE)
ASKED = replace(IDLE, hand_back_at=UNTIL)
ASLEEP = replace(CLAIMED, status=Status.SNOOZED, snooze_reason=SnoozeReason.LATER)


def after(before: Ticket, event: Event) -> Ticket:
    outcome = step(before, event, NOW)
    assert not isinstance(outcome, Refusal), outcome
    return outcome[0]


@pytest.mark.parametrize(
    ("before", "event"),
    [
        (ticket(revision=2), Claimed(AOI.id)),
        (ticket(revision=2), Assigned(AOI.id, None)),
        (ASKED, Assigned(BEN.id, AOI.id)),
        (CLAIMED, CustomerWrote(101)),
        (replace(CLAIMED, waiting=Waiting.CUSTOMER), CustomerWrote(101)),
        (ASLEEP, Woken(WakeCause.TIME)),
    ],
    ids=["claimed", "assigned", "assigned anew", "written again", "answered", "woken"],
)
def test_it_is_counted_from_what_calls_for_work(before: Ticket, event: Event) -> None:
    told = after(before, event)
    assert (told.idle_since, told.hand_back_at) == (NOW, None)


@pytest.mark.parametrize(
    "event",
    [
        CustomerWrote(101),
        CustomerWrote(101, thanks=True),
        Noted(101, BEN.id),
        Tagged("vip", BEN.id),
        ReplyRequested(101, BEN.id),
    ],
    ids=["written again", "thanks", "a colleague's note", "a colleague's tag", "their reply"],
)
@pytest.mark.parametrize("before", [IDLE, ASKED], ids=["idle", "asked"])
def test_what_others_do_prolongs_nothing(before: Ticket, event: Event) -> None:
    told = after(before, event)
    assert (told.idle_since, told.hand_back_at) == (SINCE, before.hand_back_at)


@pytest.mark.parametrize(
    "event",
    [
        Read(AOI.id),
        Noted(101, AOI.id),
        WritingBegan(AOI.id, UNTIL),
        ReplyRequested(101, AOI.id),
        Tagged("vip", AOI.id),
        Snoozed(SnoozeReason.LATER, UNTIL, BEN.id),
        Unclaimed(BEN.id),
        Closed(CloseReason.RESOLVED, BEN.id),
        AnsweredOutside(101, NOW),
        Kept(AOI.id),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_the_assignee_does_or_what_leaves_nothing_to_do_ends_it(event: Event) -> None:
    outcome = step(replace(ASKED, read_by=()), event, NOW)
    assert not isinstance(outcome, Refusal), outcome
    told, effects = outcome
    assert (told.idle_since, told.hand_back_at) == (None, None)
    assert effects[-1] == RefreshQuestions(IdleAsked)


def test_a_reply_that_the_customer_overtook_leaves_the_newest_message_unheeded() -> None:
    under_way = Reply(100, AOI.id, Then.NOTHING, ReplyState.SENDING, overtaken=True)
    told = after(replace(IDLE, replies=(under_way,)), ReplySent(100, AOI.id, NOW))
    assert told.idle_since == SINCE


def test_the_assignee_is_asked_once_and_only_of_what_is_so() -> None:
    asked = IdleAsked(AOI.id, SINCE, UNTIL)
    assert step(IDLE, asked, NOW) == (replace(ASKED, revision=4), (AskHolder(),))
    for past in (ASKED, CLAIMED, replace(IDLE, idle_since=NOW), replace(IDLE, assignee=BEN.id)):
        assert isinstance(step(past, asked, NOW), Refusal)


def test_who_has_it_says_so() -> None:
    kept = replace(ASKED, idle_since=None, hand_back_at=None, revision=4)
    assert step(ASKED, Kept(AOI.id), NOW) == (kept, (PostEvent(), RefreshQuestions(IdleAsked)))


@pytest.mark.parametrize(
    ("before", "why"),
    [
        (IDLE, "not-asked"),
        (replace(ASKED, assignee=None), "not-claimed"),
        (replace(ASKED, assignee=BEN.id), "already-claimed"),
    ],
)
def test_whom_nobody_asked_is_told(before: Ticket, why: str) -> None:
    told = step(before, Kept(AOI.id), NOW)
    assert isinstance(told, Refusal)
    assert told.said.id == why
