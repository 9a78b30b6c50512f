"""Where a ticket belongs and what it stands beside: what each event makes of it, and refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chatops.effect import (
    Divert,
    Effect,
    LeaveRooms,
    PostEvent,
    PostMessage,
    RefreshQuestions,
    Restore,
    ShowCard,
)
from chatops.event import (
    Absorbed,
    Claimed,
    CloseReason,
    CustomerWrote,
    Event,
    Invited,
    Joined,
    LinkDismissed,
    Linked,
    LinkSuggested,
    Merged,
    Moved,
    Muted,
    Prioritized,
    Priority,
    ReopenCause,
    Reopened,
    ReplyState,
    Separated,
    SnoozeReason,
    Tagged,
    Then,
    Unlinked,
    Unmerged,
    Unmuted,
    Untagged,
)
from chatops.step import step
from chatops.ticket import Refusal, Reply, Status, Ticket, Waiting
from tests.scenes import NOW, ticket

BEN, AOI = 2, 1
OPEN = ticket(assignee=BEN, read_by=(BEN, AOI), revision=2)
SNOOZED = replace(
    OPEN,
    status=Status.SNOOZED,
    snooze_reason=SnoozeReason.WAITING_CUSTOMER,
    waiting=Waiting.CUSTOMER,
)
CLOSED = replace(OPEN, status=Status.CLOSED, close_reason=CloseReason.RESOLVED, closed_at=NOW)
MERGED = replace(CLOSED, close_reason=CloseReason.DUPLICATE, merged_into=43)
UNDER_WAY = Reply(11, BEN, Then.NOTHING, ReplyState.WAITING)


def changes(before: Ticket, after: Ticket) -> dict[str, object]:
    """The fields that differ, without the revision."""
    return {
        name: getattr(after, name)
        for name in Ticket.__slots__
        if name != "revision" and getattr(after, name) != getattr(before, name)
    }


@pytest.mark.parametrize(
    ("before", "event", "changed", "effects"),
    [
        (
            OPEN,
            Moved("global", AOI, keeps_assignee=False),
            {"queue": "global", "assignee": None},
            (PostEvent(), LeaveRooms(), ShowCard(room=None)),
        ),
        (
            replace(OPEN, escalated_to="specialists", level=1),
            Moved("global", AOI, keeps_assignee=True),
            {"queue": "global", "escalated_to": None},
            (PostEvent(), LeaveRooms(), ShowCard(room=None)),
        ),
        (OPEN, Tagged("vip", AOI), {"tags": ("vip",)}, ()),
        (replace(OPEN, tags=("a", "b")), Untagged("a", AOI), {"tags": ("b",)}, ()),
        (
            OPEN,
            Prioritized(Priority.HIGH, AOI, 9),
            {"priority": Priority.HIGH, "prioritized_by": AOI, "prioritized_note": 9},
            (PostEvent(),),
        ),
        (OPEN, Prioritized(Priority.NORMAL, AOI), {"prioritized_by": AOI}, (PostEvent(),)),
        # by a stage of a chain, which has a line of its own; a reason stands there once
        (
            replace(OPEN, why=("why-chain", "why-words")),
            Prioritized(Priority.HIGH, None),
            {"priority": Priority.HIGH},
            (),
        ),
        (
            replace(OPEN, why=("why-words",)),
            Prioritized(Priority.HIGH, None),
            {"priority": Priority.HIGH, "why": ("why-words", "why-chain")},
            (),
        ),
        (OPEN, Muted(AOI), {"muted": (AOI,)}, ()),
        (replace(OPEN, muted=(AOI, BEN)), Unmuted(AOI), {"muted": (BEN,)}, ()),
        (OPEN, Linked(43, AOI), {"links": (43,)}, (RefreshQuestions(LinkSuggested),)),
        (replace(OPEN, links=(43, 44)), Unlinked(43, AOI), {"links": (44,)}, ()),
        (OPEN, LinkSuggested(43), {}, (PostEvent(),)),
        (OPEN, LinkDismissed(43, AOI), {}, (RefreshQuestions(LinkSuggested),)),
        (
            SNOOZED,
            Merged(43, AOI),
            {
                "status": Status.CLOSED,
                "snooze_reason": None,
                "close_reason": CloseReason.DUPLICATE,
                "closed_at": NOW,
                "merged_into": 43,
            },
            (Divert(43), PostEvent()),
        ),
        (SNOOZED, Absorbed(41, AOI), {"merged": (41,)}, (PostEvent(),)),
        (
            SNOOZED,
            Absorbed(41, AOI, unanswered=True),
            {
                "merged": (41,),
                "status": Status.OPEN,
                "snooze_reason": None,
                "waiting": Waiting.US,
                "idle_since": NOW,
            },
            (PostEvent(),),
        ),
        (
            MERGED,
            Unmerged(AOI),
            {
                "status": Status.OPEN,
                "close_reason": None,
                "closed_at": None,
                "merged_into": None,
                "idle_since": NOW,
            },
            (Restore(43), PostEvent()),
        ),
        (replace(CLOSED, merged=(41,)), Separated(41, AOI), {"merged": ()}, (PostEvent(),)),
        (
            OPEN,
            Joined(8, private=True, can_reply=False),
            {"conversation": 8, "private": True, "can_reply": False},
            (),
        ),
        (OPEN, Invited(BEN), {"invited_at": NOW}, ()),
    ],
)
def test_an_event_of_belonging_makes_of_a_ticket(
    before: Ticket, event: Event, changed: dict[str, object], effects: tuple[Effect, ...]
) -> None:
    outcome = step(before, event, NOW)
    assert not isinstance(outcome, Refusal), outcome
    assert (changes(before, outcome[0]), outcome[1]) == (changed, effects)


@pytest.mark.parametrize(
    ("before", "event", "why"),
    [
        (CLOSED, Moved("global", AOI, keeps_assignee=True), "is-closed"),
        (OPEN, Moved("japan", AOI, keeps_assignee=True), "already-in-queue"),
        (replace(OPEN, tags=("vip",)), Tagged("vip", AOI), "already-tagged"),
        (OPEN, Untagged("vip", AOI), "not-tagged"),
        (CLOSED, Prioritized(Priority.HIGH, AOI), "is-closed"),
        (
            replace(OPEN, prioritized_by=BEN),
            Prioritized(Priority.NORMAL, AOI),
            "already-priority",
        ),
        (replace(OPEN, muted=(AOI,)), Muted(AOI), "already-muted"),
        (OPEN, Unmuted(AOI), "not-muted"),
        (OPEN, Linked(42, AOI), "link-itself"),
        (OPEN, LinkDismissed(42, AOI), "link-itself"),
        (replace(OPEN, links=(43,)), LinkDismissed(43, AOI), "already-linked"),
        (replace(OPEN, links=(43,)), Linked(43, AOI), "already-linked"),
        (OPEN, Unlinked(43, AOI), "not-linked"),
        (OPEN, Merged(42, AOI), "merge-itself"),
        (CLOSED, Merged(43, AOI), "is-closed"),
        (MERGED, Merged(44, AOI), "is-merged"),
        (replace(OPEN, merged=(41,)), Merged(43, AOI), "merge-ring"),
        (replace(OPEN, replies=(UNDER_WAY,)), Merged(43, AOI), "merge-reply-under-way"),
        (MERGED, Absorbed(41, AOI), "is-merged"),
        (CLOSED, Absorbed(41, AOI), "is-closed"),
        (MERGED, Claimed(AOI), "is-merged"),
        (OPEN, Unmerged(AOI), "not-merged"),
        (OPEN, Separated(41, AOI), "not-merged"),
        (MERGED, Reopened(ReopenCause.AGENT, AOI), "is-merged"),
    ],
)
def test_what_does_not_belong_is_refused(before: Ticket, event: Event, why: str) -> None:
    refused = step(before, event, NOW)
    assert isinstance(refused, Refusal)
    assert refused.said.id == why


def test_a_ticket_of_the_quiet_list_is_shown_once_it_is_opened() -> None:
    quiet = replace(CLOSED, quiet=True, close_reason=CloseReason.NO_REPLY_NEEDED)
    outcome = step(quiet, Reopened(ReopenCause.AGENT, AOI), NOW + timedelta(hours=1))
    assert not isinstance(outcome, Refusal)
    after, effects = outcome
    assert (after.status, after.quiet, effects) == (Status.OPEN, False, (ShowCard(room=None),))


def test_a_message_calls_no_assignee_who_has_muted_the_ticket() -> None:
    for muted, calls in (((), True), ((BEN,), False), ((AOI,), True)):
        outcome = step(replace(OPEN, muted=muted), CustomerWrote(100), NOW)
        assert not isinstance(outcome, Refusal)
        assert outcome[1] == (PostMessage(100, mention=calls),)
