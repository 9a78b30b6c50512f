"""A ticket of a burst: which events give it a card of its own, and which change the burst's figures."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chatops.effect import CountBurst, Effect, GiveCard, PostEvent, PostMessage, ShowCard, ShowLine
from chatops.event import (
    Absorbed,
    AnsweredOutside,
    Assigned,
    Breached,
    CardAsked,
    ChainEnded,
    Claimed,
    Closed,
    CloseReason,
    CustomerDeleted,
    CustomerEdited,
    CustomerWrote,
    Deed,
    DeedFailed,
    DeedProposed,
    DeedRequested,
    Escalated,
    Event,
    IdleAsked,
    Kind,
    LinkSuggested,
    Merged,
    Moved,
    Noted,
    Opened,
    Prioritized,
    Priority,
    Read,
    ReopenCause,
    Reopened,
    ReplyRequested,
    Snoozed,
    SnoozeReason,
    StageReached,
    Tagged,
    Unclaimed,
    Unmerged,
    WakeCause,
    Woken,
    WritingBegan,
)
from chatops.step import fold, opened, step
from chatops.ticket import Climb, Refusal, Status, Ticket
from tests.scenes import NOW, ticket


def after(before: Ticket, event: Event) -> tuple[Ticket, tuple[Effect, ...]]:
    outcome = step(before, event, NOW)
    assert not isinstance(outcome, Refusal), outcome
    return outcome


BEN, AOI, BURST = 2, 1, 5
LATER = NOW + timedelta(hours=1)
LINED = ticket(burst=BURST, lined=True, revision=2)
IN_TURN = replace(LINED, assignee=BEN)
CLIMBING = replace(LINED, climb=Climb(0, 1, NOW))
CLOSED = replace(LINED, status=Status.CLOSED, close_reason=CloseReason.SPAM, closed_at=NOW)
MERGED = replace(CLOSED, close_reason=CloseReason.DUPLICATE, merged_into=43)
HIDING, _ = after(LINED, DeedRequested(7, Deed.HIDE, BEN))
SNOOZED = replace(
    LINED, status=Status.SNOOZED, snooze_reason=SnoozeReason.LATER, snoozed_until=LATER
)


def test_a_ticket_that_is_opened_in_a_burst_is_a_line_of_it() -> None:
    event = Opened(
        *(7, 9, "aozora", "x", Kind.REPLY, False, "japan", "en", Priority.NORMAL, (), True),
        burst=BURST,
    )
    made, effects = opened(42, event, NOW)
    assert (made.burst, made.lined) == (BURST, True)
    assert effects == (ShowLine(BURST), CountBurst(BURST))
    claimed, _ = after(made, Claimed(BEN))
    assert fold(42, [(event, NOW), (Claimed(BEN), NOW)]) == claimed
    assert (claimed.burst, claimed.lined) == (BURST, False)


@pytest.mark.parametrize(
    ("before", "event"),
    [
        (LINED, Claimed(BEN)),
        (LINED, Assigned(BEN, by=AOI)),
        (LINED, Escalated("specialists", "care-second", BEN, None)),
        (LINED, Breached(NOW)),
        (CLIMBING, StageReached(1, 1, 2, NOW, LATER)),
        (CLIMBING, ChainEnded(NOW, 2, 1)),
        (replace(IN_TURN, idle_since=NOW), IdleAsked(BEN, NOW, LATER)),
        (LINED, ReplyRequested(7, BEN)),
        (LINED, Noted(7, BEN)),
        (LINED, Moved("global", BEN, keeps_assignee=False)),
        (LINED, Absorbed(41, BEN)),
        (LINED, DeedProposed(7, Deed.DELETE, BEN)),
        (HIDING, DeedFailed(7, Deed.HIDE, "forbidden")),
        (CLOSED, Reopened(ReopenCause.AGENT, BEN)),
        (CLOSED, Reopened(ReopenCause.CUSTOMER, None)),
        (MERGED, Unmerged(BEN)),
        (SNOOZED, Woken(WakeCause.TIME)),
    ],
)
def test_what_wants_a_thread_or_to_be_seen_gives_a_card(before: Ticket, event: Event) -> None:
    made, effects = after(before, event)
    assert not made.lined
    assert effects[0] == GiveCard()
    own, _ = after(replace(before, lined=False), event)
    assert made == own, "nothing else differs from what the event makes of any ticket"


@pytest.mark.parametrize(
    ("before", "event"),
    [
        (LINED, Assigned(BEN, by=None)),
        (IN_TURN, Unclaimed(None)),
        (LINED, CustomerWrote(7)),
        (LINED, CustomerEdited(7)),
        (LINED, CustomerDeleted(7)),
        (LINED, AnsweredOutside(7, NOW)),
        (LINED, Read(BEN)),
        (LINED, WritingBegan(BEN, LATER)),
        (LINED, Snoozed(SnoozeReason.LATER, LATER, BEN)),
        (LINED, Closed(CloseReason.SPAM, BEN)),
        (LINED, Tagged("vip", BEN)),
        (LINED, Prioritized(Priority.HIGH, BEN)),
        (LINED, LinkSuggested(43)),
        (LINED, Merged(43, BEN)),
        (LINED, DeedRequested(7, Deed.HIDE, BEN)),
    ],
)
def test_what_a_line_can_show_leaves_it_a_line(before: Ticket, event: Event) -> None:
    made, effects = after(before, event)
    assert (made.burst, made.lined) == (BURST, True)
    assert GiveCard() not in effects


@pytest.mark.parametrize(
    ("before", "event", "effects"),
    [
        (LINED, Claimed(BEN), (GiveCard(), CountBurst(BURST))),
        (LINED, CardAsked(BEN), (GiveCard(),)),
        (replace(LINED, lined=False), Claimed(BEN), (CountBurst(BURST),)),
        (IN_TURN, Closed(CloseReason.SPAM, BEN), (PostEvent(), CountBurst(BURST))),
        (LINED, CustomerWrote(7), (PostMessage(7),)),
        (
            LINED,
            Escalated("specialists", "care-second", BEN, None),
            (GiveCard(), ShowCard("care-second"), PostEvent()),
        ),
        (ticket(revision=2), Claimed(BEN), ()),
    ],
)
def test_a_burst_is_counted_when_its_figures_change(
    before: Ticket, event: Event, effects: tuple[Effect, ...]
) -> None:
    assert after(before, event)[1] == effects


def test_a_ticket_with_a_card_asks_for_none() -> None:
    for each in (ticket(), replace(LINED, lined=False)):
        refused = step(each, CardAsked(BEN), NOW)
        assert isinstance(refused, Refusal)
        assert refused.said.id == "not-in-burst"


def test_closed_tickets_are_opened_too() -> None:
    made, _ = after(CLOSED, CardAsked(BEN))
    assert made == replace(CLOSED, lined=False, read_by=(BEN,), revision=3)
