"""What each event makes of a ticket. Pure: no clock, no I/O.

`step(ticket, event, now)` returns the new ticket and the effects, or a `Refusal` when the event may
not happen. Every accepted event raises the ticket's revision, and every card of the ticket is
brought to the newest revision; that effect is therefore not spelled out. `heard` says which events
a customer's message brings about, `afterwards` which follow a reply that the network accepted.

Who has a ticket is in `claiming`, the life of a reply in `replying`, where a ticket belongs in `arranging`, what is done to messages
on the network in `moderating`, how it goes up a chain in `escalating`, what a burst makes of its
tickets in `bursting`, what becomes of a claim under which nothing happens in `idling`, and what
stars make of it in `rating`.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from chatops.arranging import arranging
from chatops.bursting import bursting
from chatops.claiming import claiming
from chatops.effect import (
    AlertAgain,
    AlertBreach,
    AlertDueSoon,
    Announce,
    CountBurst,
    Effect,
    PostEvent,
    PostMessage,
    RefreshMessage,
    ShowCard,
    ShowLine,
)
from chatops.escalating import escalating
from chatops.event import (
    Absorbed,
    Alerted,
    AlertLevel,
    AnsweredOutside,
    Arranging,
    Assigned,
    Breached,
    BreachKnown,
    Claiming,
    Closed,
    CloseReason,
    CustomerDeleted,
    CustomerEdited,
    CustomerForgotten,
    CustomerWrote,
    DeedProposed,
    DeedRequested,
    Escalated,
    Escalating,
    Event,
    HandoverAbandoned,
    HandoverOpened,
    Idling,
    Invited,
    Linked,
    Merged,
    Moderating,
    Moved,
    Noted,
    Occasion,
    Opened,
    Prioritized,
    Rating,
    ReopenCause,
    Reopened,
    Replying,
    ReplyRequeued,
    Snoozed,
    SnoozeReason,
    Tagged,
    TermsChanged,
    Then,
    Unclaimed,
    Untagged,
    WakeCause,
    WindowClosed,
    Woken,
)
from chatops.idling import heeded, idling
from chatops.moderating import moderating
from chatops.rating import rating
from chatops.replying import replying
from chatops.text import text
from chatops.ticket import (
    Outcome,
    Refusal,
    Reply,
    Status,
    Ticket,
    Waiting,
    active,
    is_closed,
    read_also,
)


def opened(id: int, event: Opened, now: datetime) -> tuple[Ticket, tuple[Effect, ...]]:
    """Return the ticket that a conversation's first message makes, and its effects."""
    ticket = Ticket(
        id=id,
        conversation=event.conversation,
        customer=event.customer,
        account=event.account,
        channel=event.channel,
        kind=event.kind,
        private=event.private,
        queue=event.queue,
        language=event.language,
        priority=event.priority,
        why=event.why,
        can_reply=event.can_reply,
        predecessor=event.predecessor,
        opened_at=now,
        rule=event.rule,
        tags=event.tags,
        quiet=event.quiet,
        burst=event.burst,
        lined=event.burst is not None,
        stars=event.stars,
    )
    if event.quiet:
        closed = replace(
            ticket,
            status=Status.CLOSED,
            close_reason=CloseReason.NO_REPLY_NEEDED,
            closed_at=now,
        )
        return closed, ()
    if event.burst is not None:
        return ticket, (ShowLine(event.burst), CountBurst(event.burst))
    return ticket, (ShowCard(room=None),)


def step(ticket: Ticket, event: Event, now: datetime) -> Outcome:
    """Return what `event` makes of `ticket`, with the effects, or the reason why it may not be."""
    if isinstance(changed := _step(ticket, event, now), Refusal):
        return changed
    after, effects = changed
    if (actor := _actor(event)) is not None:
        after = read_also(after, actor)
    after, effects = bursting(ticket, event, after, effects)
    after, effects = heeded(ticket, event, after, effects, now)
    return replace(after, revision=ticket.revision + 1), effects


def _step(ticket: Ticket, event: Event, now: datetime) -> Outcome:
    if isinstance(event, Replying):
        return replying(ticket, event, now)
    if isinstance(event, Claiming):
        return claiming(ticket, event)
    if isinstance(event, Arranging):
        return arranging(ticket, event, now)
    if isinstance(event, Moderating):
        return moderating(ticket, event)
    if isinstance(event, Escalating):
        return escalating(ticket, event)
    if isinstance(event, Idling):
        return idling(ticket, event)
    if isinstance(event, Rating):
        return rating(ticket, event)
    match event:
        case Opened():
            raise AssertionError("a ticket is opened once, by `opened`")

        case CustomerWrote(message, thanks, can_reply):
            after = replace(
                ticket,
                thanked=thanks and ticket.status is Status.CLOSED,
                can_reply=ticket.can_reply or can_reply,
                reply_until=_reply_until(ticket, event),
            )
            if not thanks:
                replies = tuple(_overtaken(reply) for reply in ticket.replies)
                after = replace(after, waiting=Waiting.US, read_by=(), replies=replies)
            if ticket.revision == 1:
                return after, ()  # the card itself shows what opened the ticket
            calls = ticket.assignee is not None and ticket.assignee not in ticket.muted
            return after, (PostMessage(message, mention=calls),)

        case CustomerEdited(message) | CustomerDeleted(message):
            return ticket, (RefreshMessage(message),)

        case CustomerForgotten():
            after = replace(ticket, can_reply=False, deeds=(), thanked=False, reply_until=None)
            if after.status is not Status.CLOSED:
                reason = CloseReason.NO_REPLY_NEEDED
                after = replace(
                    active(after), status=Status.CLOSED, close_reason=reason, closed_at=now
                )
            return after, (PostEvent(),)

        case AnsweredOutside(message, at, asked_at):
            answered_at = at if ticket.answered_at is None else max(at, ticket.answered_at)
            waiting = Waiting.CUSTOMER if asked_at is None else ticket.waiting
            return replace(ticket, waiting=waiting, answered_at=answered_at), (
                PostMessage(message),
            )

        case Noted(message, agent):
            return read_also(ticket, agent), (PostMessage(message),)

        case Snoozed(reason, until):
            if ticket.status is Status.CLOSED:
                return is_closed(ticket)
            if until is None and reason is not SnoozeReason.WAITING_CUSTOMER:
                return Refusal(text("snooze-needs-time"), field="until")
            if until is not None and until <= now:
                return Refusal(text("snooze-in-the-past", at=until), field="until")
            return replace(
                ticket,
                status=Status.SNOOZED,
                snooze_reason=reason,
                snoozed_until=until,
                waiting=Waiting.CUSTOMER
                if reason is SnoozeReason.WAITING_CUSTOMER
                else ticket.waiting,
            ), ()

        case Woken(cause):
            if ticket.status is not Status.SNOOZED:
                return Refusal(text("not-snoozed", ticket=ticket.id))
            if cause is WakeCause.AGENT:
                return active(ticket), ()
            return active(ticket), (Announce(Occasion.WOKEN),)

        case Escalated(target, room, agent):
            if ticket.status is Status.CLOSED:
                return is_closed(ticket)
            after = replace(ticket, level=ticket.level + 1, escalated_to=target)
            # a stage of a chain has a line of its own
            return after, (ShowCard(room),) if agent is None else (ShowCard(room), PostEvent())

        case Closed(reason):
            if ticket.status is Status.CLOSED:
                return is_closed(ticket)
            return replace(
                active(ticket), status=Status.CLOSED, close_reason=reason, closed_at=now
            ), (PostEvent(),)

        case Reopened():
            if ticket.status is not Status.CLOSED:
                return Refusal(text("not-closed", ticket=ticket.id))
            if ticket.merged_into is not None:
                return is_closed(ticket)
            if ticket.quiet:
                return replace(active(ticket), quiet=False), (ShowCard(room=None),)
            return replace(active(ticket), waiting=Waiting.US), (Announce(Occasion.REOPENED),)

        case Breached(superseded=True) | Alerted(superseded=True):
            return ticket, ()

        case Breached():
            return ticket, (AlertBreach(),)

        case Alerted(AlertLevel.DUE_SOON):
            return ticket, (AlertDueSoon(),)

        case Alerted():
            return ticket, (AlertAgain(),)

        case BreachKnown():
            return ticket, (PostEvent(),)

        case TermsChanged() | WindowClosed():
            return ticket, ()

        case HandoverOpened() | HandoverAbandoned():
            return ticket, (PostEvent(),)


def heard(ticket: Ticket, wrote: CustomerWrote) -> tuple[Event, ...]:
    """Return what a customer's message brings about.

    It wakes and reopens, unless it is only thanks; even thanks are the answer that a ticket was
    put to sleep for.
    """
    awaited = ticket.snooze_reason is SnoozeReason.WAITING_CUSTOMER
    if ticket.status is Status.OPEN or (wrote.thanks and not awaited):
        return (wrote,)
    if ticket.status is Status.SNOOZED:
        return wrote, Woken(WakeCause.CUSTOMER)
    return wrote, Reopened(ReopenCause.CUSTOMER, agent=None)


def afterwards(reply: Reply) -> tuple[Event, ...]:
    """Return what the agent asked to follow once the network has accepted the reply."""
    if reply.agent is None:
        return ()  # a rule asks for nothing
    match reply.then:
        case Then.NOTHING:
            return ()
        case Then.CLOSE:
            return (Closed(CloseReason.RESOLVED, reply.agent),)
        case Then.INVITE:
            return (Invited(reply.agent),)
        case Then.WAIT:
            return (Snoozed(SnoozeReason.WAITING_CUSTOMER, until=None, agent=reply.agent),)


def fold(id: int, log: Iterable[tuple[Event, datetime]]) -> Ticket:
    """Return the ticket that a log makes: the first entry opened it, none of the rest was refused.

    Raises:
        ValueError: if the log is not one that `step` wrote.
    """
    entries = iter(log)
    first, at = next(entries)
    if not isinstance(first, Opened):
        raise ValueError(f"ticket {id}: the log does not begin with Opened")
    ticket, _ = opened(id, first, at)
    for event, at in entries:
        outcome = step(ticket, event, at)
        if isinstance(outcome, Refusal):
            raise ValueError(f"ticket {id}: {event} was refused: {outcome.said.id}")
        ticket, _ = outcome
    return ticket


_WORK: Final = (
    Unclaimed
    | Snoozed
    | Escalated
    | Closed
    | Reopened
    | ReplyRequeued
    | Moved
    | Tagged
    | Untagged
    | Prioritized
    | Linked
    | Merged
    | Absorbed
    | DeedProposed
    | DeedRequested
)


def _actor(event: Event) -> int | None:
    """Return the agent who worked the ticket by this event, and has thereby read it."""
    if isinstance(event, Assigned):
        return event.by
    if isinstance(event, _WORK):
        return event.agent
    return None


def _overtaken(reply: Reply) -> Reply:
    """Return a reply under way that was written before the customer's newest message.

    It may not close over that, nor put it to sleep; but what it asks the customer it asks still.
    """
    then = reply.then if reply.then is Then.INVITE else Then.NOTHING
    return replace(reply, then=then, overtaken=True)


def _reply_until(ticket: Ticket, wrote: CustomerWrote) -> datetime | None:
    """Return until when the network takes a reply; a message that comes late shortens nothing."""
    if wrote.reply_until is None or ticket.reply_until is None:
        return wrote.reply_until
    return max(wrote.reply_until, ticket.reply_until)
