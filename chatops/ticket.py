"""The ticket: what it is, and what each event makes of it. Pure: no clock, no I/O.

`step(ticket, event, now)` returns the new ticket and the effects, or a `Refusal` when the event may
not happen. Every accepted event raises the ticket's revision, and every card of the ticket is
brought to the newest revision; that effect is therefore not spelled out. `heard` says which events
a customer's message brings about, `afterwards` which follow a reply that the network accepted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chatops.event import (
    AlertBreach,
    Announce,
    AnsweredOutside,
    Assigned,
    Breached,
    Claimed,
    Closed,
    CloseReason,
    CustomerDeleted,
    CustomerEdited,
    CustomerWrote,
    Effect,
    Escalated,
    Event,
    Kind,
    Noted,
    Occasion,
    Opened,
    PostEvent,
    PostMessage,
    Priority,
    Read,
    RefreshMessage,
    ReopenCause,
    Reopened,
    ReplyDoubted,
    ReplyFailed,
    ReplyHastened,
    ReplyRequested,
    ReplyRequeued,
    ReplySent,
    ReplyState,
    ReplyWithdrawn,
    SendingBegan,
    SendNow,
    SendToCustomer,
    ShowCard,
    Snoozed,
    SnoozeReason,
    Then,
    Unclaimed,
    WakeCause,
    Withhold,
    Woken,
    WritingBegan,
    WritingEnded,
)
from chatops.text import Mention, Text, text


class Status(StrEnum):
    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Waiting(StrEnum):
    """Whose turn it is."""

    US = "us"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act may not happen, said to that person alone. Nothing has been written.

    `field` names the form's field at fault. `asks` names a question: the same act again, with that
    name among its confirmations, is allowed.
    """

    said: Text
    field: str | None = None
    asks: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that the network has neither accepted nor refused for good."""

    message: int
    agent: int
    then: Then
    state: ReplyState  #: waiting, sending or in doubt
    overtaken: bool = False  #: the customer wrote after it: it answers less than everything


@dataclass(frozen=True, slots=True)
class Writer:
    """The soft lock: who has the reply form open, and until when that is believed."""

    agent: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """One customer's matter in one conversation. Ids are rows of ours, times are UTC."""

    id: int
    conversation: int
    customer: int
    account: str
    channel: str
    kind: Kind
    private: bool
    queue: str
    language: str
    priority: Priority
    why: tuple[str, ...]
    can_reply: bool
    predecessor: int | None
    opened_at: datetime
    revision: int = 1
    status: Status = Status.OPEN
    waiting: Waiting = Waiting.US
    assignee: int | None = None
    read_by: tuple[int, ...] = ()
    level: int = 0
    escalated_to: str | None = None
    snooze_reason: SnoozeReason | None = None
    snoozed_until: datetime | None = None
    close_reason: CloseReason | None = None
    closed_at: datetime | None = None
    thanked: bool = False  #: the customer's newest message after the close was only thanks
    answered_at: datetime | None = None  #: the newest human reply that the network accepted
    writer: Writer | None = None
    replies: tuple[Reply, ...] = ()

    def reply(self, message: int) -> Reply | None:
        """Return the unresolved reply with that message id."""
        return next((reply for reply in self.replies if reply.message == message), None)


Outcome = tuple[Ticket, tuple[Effect, ...]] | Refusal


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
    )
    return ticket, (ShowCard(room=None),)


def step(ticket: Ticket, event: Event, now: datetime) -> Outcome:
    """Return what `event` makes of `ticket`, with the effects, or the reason why it may not be."""
    if isinstance(changed := _step(ticket, event, now), Refusal):
        return changed
    after, effects = changed
    if (actor := _actor(event)) is not None:
        after = _read(after, actor)
    return replace(after, revision=ticket.revision + 1), effects


def _step(ticket: Ticket, event: Event, now: datetime) -> Outcome:
    match event:
        case Opened():
            raise AssertionError("a ticket is opened once, by `opened`")

        case CustomerWrote(message, thanks, can_reply):
            after = replace(
                ticket,
                thanked=thanks and ticket.status is Status.CLOSED,
                can_reply=ticket.can_reply or can_reply,
            )
            if not thanks:
                # a reply under way was written before this: it may not close over it
                replies = tuple(
                    replace(reply, then=Then.NOTHING, overtaken=True) for reply in ticket.replies
                )
                after = replace(after, waiting=Waiting.US, read_by=(), replies=replies)
            if ticket.revision == 1:
                return after, ()  # the card itself shows what opened the ticket
            return after, (PostMessage(message, mention=ticket.assignee is not None),)

        case CustomerEdited(message) | CustomerDeleted(message):
            return ticket, (RefreshMessage(message),)

        case AnsweredOutside(message, at):
            after = replace(ticket, waiting=Waiting.CUSTOMER, answered_at=at)
            return after, (PostMessage(message),)

        case Claimed(agent):
            if ticket.status is Status.CLOSED:
                return _is_closed(ticket)
            if ticket.assignee == agent:
                return Refusal(text("already-yours", ticket=ticket.id))
            if ticket.assignee is not None:
                return Refusal(text("already-claimed", ticket=ticket.id, agent=_who(ticket)))
            return replace(_read(ticket, agent), assignee=agent), ()

        case Assigned(agent, by):
            if ticket.status is Status.CLOSED:
                return _is_closed(ticket)
            if ticket.assignee == agent:
                return Refusal(text("already-assigned", ticket=ticket.id, agent=_who(ticket)))
            # nobody is told of their own act
            return replace(ticket, assignee=agent), () if by == agent else (PostEvent(),)

        case Unclaimed():
            if ticket.assignee is None:
                return Refusal(text("not-claimed", ticket=ticket.id))
            if ticket.status is Status.CLOSED:
                return _is_closed(ticket)
            return replace(ticket, assignee=None), (Announce(Occasion.UNASSIGNED),)

        case Read(agent):
            if agent in ticket.read_by:
                return Refusal(text("already-read", ticket=ticket.id))
            return _read(ticket, agent), ()

        case Noted(message, agent):
            return _read(ticket, agent), (PostMessage(message),)

        case WritingBegan(agent, until):
            return replace(_read(ticket, agent), writer=Writer(agent, until)), ()

        case WritingEnded(agent):
            if ticket.writer is None or ticket.writer.agent != agent:
                return Refusal(text("not-writing", ticket=ticket.id))
            return replace(ticket, writer=None), ()

        case ReplyRequested(message, agent, then):
            if ticket.status is Status.CLOSED:
                return _is_closed(ticket)
            if not ticket.can_reply:
                return Refusal(text("cannot-reply-here", ticket=ticket.id))
            reply = Reply(message, agent, then, ReplyState.WAITING)
            writer = None if ticket.writer and ticket.writer.agent == agent else ticket.writer
            after = replace(_read(ticket, agent), replies=(*ticket.replies, reply), writer=writer)
            return after, (PostMessage(message), SendToCustomer(message))

        case ReplyWithdrawn(message):
            if (found := ticket.reply(message)) is None or found.state is not ReplyState.WAITING:
                return Refusal(text("too-late-to-undo", ticket=ticket.id))
            return _without(ticket, message), (Withhold(message), RefreshMessage(message))

        case ReplyHastened(message):
            if (found := ticket.reply(message)) is None or found.state is not ReplyState.WAITING:
                return Refusal(text("reply-not-waiting", ticket=ticket.id))
            return ticket, (SendNow(message),)

        case SendingBegan(message):
            if (found := ticket.reply(message)) is None or found.state is not ReplyState.WAITING:
                return Refusal(text("reply-not-waiting", ticket=ticket.id))
            return _reply_is(ticket, message, ReplyState.SENDING), (RefreshMessage(message),)

        case ReplySent(message, _, at):
            if (found := ticket.reply(message)) is None:
                return Refusal(text("reply-not-waiting", ticket=ticket.id))
            after = replace(_without(ticket, message), answered_at=at)
            if not found.overtaken:
                after = replace(after, waiting=Waiting.CUSTOMER)
            return after, (RefreshMessage(message),)

        case ReplyFailed(message):
            if ticket.reply(message) is None:
                return Refusal(text("reply-not-waiting", ticket=ticket.id))
            return _without(ticket, message), (RefreshMessage(message),)

        case ReplyDoubted(message):
            if (found := ticket.reply(message)) is None or found.state is not ReplyState.SENDING:
                return Refusal(text("reply-not-sending", ticket=ticket.id))
            return _reply_is(ticket, message, ReplyState.IN_DOUBT), (RefreshMessage(message),)

        case ReplyRequeued(message, agent):
            # a person sends again only what is in doubt: what is under way may arrive yet
            again = ReplyState.SENDING if agent is None else ReplyState.IN_DOUBT
            if (found := ticket.reply(message)) is None or found.state is not again:
                return Refusal(text("reply-not-in-doubt", ticket=ticket.id))
            after = _reply_is(ticket, message, ReplyState.WAITING)
            return after, (SendToCustomer(message), RefreshMessage(message))

        case Snoozed(reason, until):
            if ticket.status is Status.CLOSED:
                return _is_closed(ticket)
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
                return _active(ticket), ()
            return _active(ticket), (Announce(Occasion.WOKEN),)

        case Escalated(target, room):
            if ticket.status is Status.CLOSED:
                return _is_closed(ticket)
            after = replace(ticket, level=ticket.level + 1, escalated_to=target)
            return after, (ShowCard(room), PostEvent())

        case Closed(reason):
            if ticket.status is Status.CLOSED:
                return _is_closed(ticket)
            return replace(
                _active(ticket), status=Status.CLOSED, close_reason=reason, closed_at=now
            ), (PostEvent(),)

        case Reopened():
            if ticket.status is not Status.CLOSED:
                return Refusal(text("not-closed", ticket=ticket.id))
            return replace(_active(ticket), waiting=Waiting.US), (Announce(Occasion.REOPENED),)

        case Breached():
            return ticket, (AlertBreach(),)


def heard(
    ticket: Ticket, message: int, *, thanks: bool, can_reply: bool = False
) -> tuple[Event, ...]:
    """Return what a customer's message brings about.

    It wakes and reopens, unless it is only thanks; even thanks are the answer that a ticket was
    put to sleep for. `can_reply` tells whether the network takes an answer to this message.
    """
    wrote = CustomerWrote(message, thanks, can_reply)
    awaited = ticket.snooze_reason is SnoozeReason.WAITING_CUSTOMER
    if ticket.status is Status.OPEN or (thanks and not awaited):
        return (wrote,)
    if ticket.status is Status.SNOOZED:
        return wrote, Woken(WakeCause.CUSTOMER)
    return wrote, Reopened(ReopenCause.CUSTOMER, agent=None)


def afterwards(reply: Reply) -> tuple[Event, ...]:
    """Return what the agent asked to follow once the network has accepted the reply."""
    match reply.then:
        case Then.NOTHING:
            return ()
        case Then.CLOSE:
            return (Closed(CloseReason.RESOLVED, reply.agent),)
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


def _actor(event: Event) -> int | None:
    """Return the agent who worked the ticket by this event, and has thereby read it."""
    if isinstance(event, Assigned):
        return event.by
    if isinstance(event, Unclaimed | Snoozed | Escalated | Closed | Reopened | ReplyRequeued):
        return event.agent
    return None


def _is_closed(ticket: Ticket) -> Refusal:
    return Refusal(text("is-closed", ticket=ticket.id))


def _who(ticket: Ticket) -> Mention:
    return Mention(ticket.assignee or 0)


def _read(ticket: Ticket, agent: int) -> Ticket:
    if agent in ticket.read_by:
        return ticket
    return replace(ticket, read_by=(*ticket.read_by, agent))


def _reply_is(ticket: Ticket, message: int, state: ReplyState) -> Ticket:
    replies = tuple(
        replace(reply, state=state) if reply.message == message else reply
        for reply in ticket.replies
    )
    return replace(ticket, replies=replies)


def _without(ticket: Ticket, message: int) -> Ticket:
    replies = tuple(reply for reply in ticket.replies if reply.message != message)
    return replace(ticket, replies=replies)


def _active(ticket: Ticket) -> Ticket:
    return replace(
        ticket,
        status=Status.OPEN,
        snooze_reason=None,
        snoozed_until=None,
        close_reason=None,
        closed_at=None,
        thanked=False,
    )
