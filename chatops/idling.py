"""A claim under which nothing happens: from when on it is counted, and what ends that. Pure.

It is counted while a ticket is open, claimed and waits for us: from the claim, the wake or the
customer's message on, whichever came last after the assignee's last act; what the customer writes
on top of an unheeded message prolongs nothing. Whatever the assignee does about the ticket ends it.
How long is too long, working time and who is asked when are for `idle_claims`.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from chatops.effect import AskHolder, Effect, PostEvent, RefreshQuestions
from chatops.event import (
    Absorbed,
    BreachKnown,
    CardAsked,
    Consented,
    ConsentWithdrawn,
    CustomerWrote,
    DeedDropped,
    DeedProposed,
    DeedRequested,
    Escalated,
    Event,
    IdleAsked,
    Idling,
    Kept,
    LinkDismissed,
    Linked,
    Merged,
    Moved,
    Muted,
    Noted,
    Prioritized,
    Read,
    Reopened,
    ReplyRequested,
    ReplyRequeued,
    Separated,
    Snoozed,
    Tagged,
    Unlinked,
    Unmerged,
    Unmuted,
    Untagged,
    WritingBegan,
)
from chatops.text import Mention, text
from chatops.ticket import Outcome, Refusal, Status, Ticket, Waiting

#: What an agent does about a ticket; a look is enough to know that somebody is there.
_DEEDS: Final = (
    Absorbed
    | BreachKnown
    | CardAsked
    | Consented
    | ConsentWithdrawn
    | DeedDropped
    | DeedProposed
    | DeedRequested
    | Escalated
    | Kept
    | LinkDismissed
    | Linked
    | Merged
    | Moved
    | Muted
    | Noted
    | Prioritized
    | Read
    | Reopened
    | ReplyRequested
    | ReplyRequeued
    | Separated
    | Snoozed
    | Tagged
    | Unlinked
    | Unmerged
    | Unmuted
    | Untagged
    | WritingBegan
)


def idling(ticket: Ticket, event: Idling) -> Outcome:
    """Return what a question about a claim, or its answer, makes of the ticket."""
    match event:
        case IdleAsked(agent, since, until):
            if (ticket.assignee, ticket.idle_since) != (
                agent,
                since,
            ) or ticket.hand_back_at is not None:
                return Refusal(text("not-asked", ticket=ticket.id))
            return replace(ticket, hand_back_at=until), (AskHolder(),)

        case Kept(agent):
            if ticket.assignee is None:
                return Refusal(text("not-claimed", ticket=ticket.id))
            if ticket.assignee != agent:
                holder = Mention(ticket.assignee)
                return Refusal(text("already-claimed", ticket=ticket.id, agent=holder))
            if ticket.hand_back_at is None:
                return Refusal(text("not-asked", ticket=ticket.id))
            return ticket, (PostEvent(),)


def heeded(
    before: Ticket, event: Event, after: Ticket, effects: tuple[Effect, ...], now: datetime
) -> tuple[Ticket, tuple[Effect, ...]]:
    """Return what an event leaves, with since when nobody heeds the claim; a question may be past."""
    since = _since(before, event, after, now)
    goes_on = since is not None and since == before.idle_since
    until = after.hand_back_at if goes_on else None
    if (since, until) != (after.idle_since, after.hand_back_at):
        after = replace(after, idle_since=since, hand_back_at=until)
    if before.hand_back_at is not None and until is None:
        effects = (*effects, RefreshQuestions(IdleAsked))
    return after, effects


def _since(before: Ticket, event: Event, after: Ticket, now: datetime) -> datetime | None:
    if not _is_counted(after):
        return None
    if after.assignee != before.assignee:
        return now
    if isinstance(event, _DEEDS) and event.agent == after.assignee:
        return None
    asks_anew = isinstance(event, CustomerWrote) and not event.thanks
    if _is_counted(before) and not asks_anew:
        return before.idle_since
    return before.idle_since or now


def _is_counted(ticket: Ticket) -> bool:
    is_ours = ticket.waiting is Waiting.US and ticket.assignee is not None
    return is_ours and ticket.status is Status.OPEN
