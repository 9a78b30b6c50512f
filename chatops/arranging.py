"""Where a ticket belongs and what it stands beside: queue, tags, priority, links, merges. Pure.

Links and merges have two sides: a command gives each ticket its own event, and the ledger applies
both or neither.
"""

from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from chatops.effect import Divert, LeaveRooms, PostEvent, RefreshQuestions, Restore, ShowCard
from chatops.event import (
    Absorbed,
    Arranging,
    CloseReason,
    Consented,
    ConsentWithdrawn,
    Invited,
    Joined,
    LinkDismissed,
    Linked,
    LinkSuggested,
    Merged,
    Moved,
    Muted,
    Prioritized,
    Separated,
    Tagged,
    Unlinked,
    Unmerged,
    Unmuted,
    Untagged,
)
from chatops.text import text
from chatops.ticket import Outcome, Refusal, Status, Ticket, Waiting, active, is_closed

T = TypeVar("T")


def arranging(ticket: Ticket, event: Arranging, now: datetime) -> Outcome:
    """Return what an event of belonging makes of a ticket."""
    id = ticket.id
    match event:
        case Moved(queue, _, keeps):
            if ticket.status is Status.CLOSED:
                return is_closed(ticket)
            if ticket.queue == queue:
                return Refusal(text("already-in-queue", ticket=id, queue=queue), field="queue")
            assignee = ticket.assignee if keeps else None
            after = replace(ticket, queue=queue, assignee=assignee, escalated_to=None)
            return after, (PostEvent(), LeaveRooms(), ShowCard(room=None))

        case Tagged(tag):
            if tag in ticket.tags:
                return Refusal(text("already-tagged", ticket=id, tag=tag), field="tags")
            return replace(ticket, tags=(*ticket.tags, tag)), ()

        case Untagged(tag):
            if tag not in ticket.tags:
                return Refusal(text("not-tagged", ticket=id, tag=tag), field="tags")
            return replace(ticket, tags=_without(ticket.tags, tag)), ()

        case Prioritized(priority, agent, message):
            if ticket.status is Status.CLOSED:
                return is_closed(ticket)
            if ticket.priority is priority and ticket.prioritized_by is not None:
                return Refusal(text("already-priority", ticket=id), field="priority")
            after = replace(
                ticket, priority=priority, prioritized_by=agent, prioritized_note=message
            )
            if agent is None:  # the stage of a chain, which has a line of its own
                return replace(after, why=tuple(dict.fromkeys((*ticket.why, "why-chain")))), ()
            return after, (PostEvent(),)

        case Muted(agent):
            if agent in ticket.muted:
                return Refusal(text("already-muted", ticket=id))
            return replace(ticket, muted=(*ticket.muted, agent)), ()

        case Unmuted(agent):
            if agent not in ticket.muted:
                return Refusal(text("not-muted", ticket=id))
            return replace(ticket, muted=_without(ticket.muted, agent)), ()

        case Linked(other):
            if other == id:
                return Refusal(text("link-itself", ticket=id), field="other")
            if other in ticket.links:
                return Refusal(text("already-linked", ticket=id, other=other), field="other")
            return replace(ticket, links=(*ticket.links, other)), (RefreshQuestions(LinkSuggested),)

        case Unlinked(other):
            if other not in ticket.links:
                return Refusal(text("not-linked", ticket=id, other=other), field="other")
            return replace(ticket, links=_without(ticket.links, other)), ()

        case LinkSuggested():
            return ticket, (PostEvent(),)

        case LinkDismissed(other):
            if other == id:
                return Refusal(text("link-itself", ticket=id), field="other")
            if other in ticket.links:
                return Refusal(text("already-linked", ticket=id, other=other), field="other")
            return ticket, (RefreshQuestions(LinkSuggested),)

        case Merged(into):
            if into == id:
                return Refusal(text("merge-itself", ticket=id), field="into")
            if ticket.status is Status.CLOSED:
                return is_closed(ticket)  # undone, a merge leaves an open ticket
            if ticket.merged:
                return Refusal(text("merge-ring", ticket=id), field="into")
            if ticket.replies:
                return Refusal(text("merge-reply-under-way", ticket=id))
            after = replace(
                active(ticket),
                status=Status.CLOSED,
                close_reason=CloseReason.DUPLICATE,
                closed_at=now,
                merged_into=into,
            )
            return after, (Divert(into), PostEvent())

        case Absorbed(other, _, unanswered):
            if ticket.status is Status.CLOSED:
                return is_closed(ticket)
            # what waits for us is open, whatever the ticket that it went into was waiting for
            now_ours = replace(active(ticket), waiting=Waiting.US) if unanswered else ticket
            return replace(now_ours, merged=(*ticket.merged, other)), (PostEvent(),)

        case Unmerged():
            if ticket.merged_into is None:
                return Refusal(text("not-merged", ticket=id))
            after = replace(active(ticket), merged_into=None, waiting=Waiting.US)
            return after, (Restore(ticket.merged_into), PostEvent())

        case Separated(other):
            if other not in ticket.merged:
                return Refusal(text("not-merged", ticket=other))
            return replace(ticket, merged=_without(ticket.merged, other)), (PostEvent(),)

        case Joined(conversation, private, can_reply, reply_until):
            return replace(
                ticket,
                conversation=conversation,
                private=private,
                can_reply=can_reply,
                reply_until=reply_until,
            ), ()

        case Consented() | ConsentWithdrawn():
            return ticket, ()  # it is the customers' affair; the ticket's log says who recorded it

        case Invited():
            return replace(ticket, invited_at=now), ()


def _without(many: tuple[T, ...], one: T) -> tuple[T, ...]:
    return tuple(each for each in many if each != one)
