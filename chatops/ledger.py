"""Events into rows: the one place where a ticket changes and where what must follow is written.

`apply` runs inside a transaction and does it all or nothing: the steps, the log, the state, the
clock and the deliveries. It is used by desk alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Final
from uuid import uuid4, uuid5

from chatops import sla
from chatops.call import Draft
from chatops.card import Card
from chatops.card_json import dump_card
from chatops.event import (
    AlertBreach,
    Announce,
    AnsweredOutside,
    Breached,
    Closed,
    CloseReason,
    Effect,
    Event,
    Noted,
    Opened,
    PostEvent,
    PostMessage,
    RefreshMessage,
    ReopenCause,
    Reopened,
    ReplyDoubted,
    ReplyFailed,
    ReplyRequested,
    ReplyRequeued,
    ReplySent,
    ReplyState,
    ReplyWithdrawn,
    SendingBegan,
    SendNow,
    SendToCustomer,
    ShowCard,
    Withhold,
)
from chatops.policy import Policy, Queue
from chatops.ports import NewDelivery, NewMessage, Tx, Urgency, What
from chatops.scene import Direction
from chatops.sla import Clock, Outcome
from chatops.ticket import Refusal, Reply, Ticket, afterwards, opened, step

#: A customer's message older than this at intake is backfill and starts no clock (SLA.md rule 13).
BACKFILL: Final = timedelta(hours=24)

#: What stands before an account's name as a delivery's destination: a room may have the same name.
AT_ACCOUNT: Final = "account:"

_NEVER_OWED: Final = frozenset({CloseReason.SPAM, CloseReason.DUPLICATE})


#: An event, the ticket that it leaves, and what must follow.
Step = tuple[Event, Ticket, tuple[Effect, ...]]


class Marks:
    """Markers for one transaction's deliveries: made from one UUID that was drawn outside it."""

    def __init__(self) -> None:
        self._seed = uuid4()
        self._numbers = count()
        self.replies: dict[int, str] = {}  #: by message: its delivery carries the same marker

    def __call__(self) -> str:
        return str(uuid5(self._seed, str(next(self._numbers))))


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when and where.

    `now` is business time, `due` the transport time from which what follows may be delivered.
    """

    now: datetime
    due: datetime
    marks: Marks
    agent: int | None = None
    rule: str | None = None  #: the name of the rule, where no person acts
    room: str | None = None  #: where the person pressed
    typed_in: str | None = None  #: the room in whose thread a note was typed: it stands there
    heard_at: datetime | None = None  #: when the customer wrote what is taken in


def open_ticket(tx: Tx, policy: Policy, event: Opened, act: Act, started: datetime) -> Ticket:
    """Make the ticket of a conversation's first message; `started` is when the customer wrote."""
    draft, effects = opened(0, event, started)
    ticket = replace(draft, id=tx.add_ticket(draft))
    tx.point(event.conversation, ticket.id)
    entry = tx.log(ticket.id, event, started, None, act.rule)
    queue = policy.queue_of(ticket.queue, ticket.account)
    if act.now - started <= BACKFILL:
        target = int(queue.first_response.total_seconds())
        tx.save_clock(ticket.id, sla.start(queue.calendar, target, started))
    for effect in effects:
        _carry_out(tx, queue, ticket, event, entry, effect, act)
    return ticket


def apply(
    tx: Tx, policy: Policy, ticket: Ticket, acts: Sequence[Event | Draft], act: Act
) -> Ticket | Refusal:
    """Apply events to a locked ticket, all of them or, on a refusal, none.

    A Draft's words are stored first, as a note or as a reply that waits.
    """
    steps = _steps(ticket, [_event(each) for each in acts], act.now)
    if isinstance(steps, Refusal) or not steps:
        return steps if isinstance(steps, Refusal) else ticket
    if any(isinstance(each, Draft) for each in acts):
        events = [
            _store(tx, ticket, each, act) if isinstance(each, Draft) else each for each in acts
        ]
        steps = _steps(ticket, events, act.now)
        if isinstance(steps, Refusal):
            raise AssertionError(f"{events} passed without their messages, and not with them")
    queue = policy.queue_of(ticket.queue, ticket.account)
    before = ticket
    for event, after, effects in steps:
        entry = tx.log(ticket.id, event, act.now, act.agent, act.rule)
        _note_reply(tx, event)
        _run_clock(tx, queue, before, event, act)
        for effect in effects:
            _carry_out(tx, queue, after, event, entry, effect, act)
        before = after
    tx.save_ticket(before)
    return before


def accept(tx: Tx, policy: Policy, ticket: Ticket, reply: Reply, at: datetime, act: Act) -> Ticket:
    """Record that the network accepted a reply at `at`, and what its agent asked to follow.

    What was to follow may be refused by now (a colleague closed the ticket): then it is left out.
    """
    theirs = replace(act, agent=reply.agent, rule="after_reply")
    after = apply(tx, policy, ticket, [ReplySent(reply.message, reply.agent, at)], theirs)
    if isinstance(after, Refusal):
        raise AssertionError(f"ticket {ticket.id}: reply {reply.message} is not under way")
    followed = apply(tx, policy, after, afterwards(reply), theirs)
    return after if isinstance(followed, Refusal) else followed


def post(tx: Tx, room: str, card: Card, act: Act) -> bool:
    """Put a finished card of no ticket into a room."""
    body = dump_card(card)
    return tx.deliver(
        NewDelivery(What.PUBLISHED, room, f"room:{room}", Urgency.ALERT, act.marks(), body=body),
        act.due,
    )


def _event(act: Event | Draft) -> Event:
    """Return what an act will be; a Draft's event without its message, which is not stored yet."""
    return act.event(0) if isinstance(act, Draft) else act


def _steps(ticket: Ticket, events: Sequence[Event], now: datetime) -> list[Step] | Refusal:
    """Return what each event makes of the ticket that the one before left, or the first refusal."""
    steps: list[Step] = []
    for event in events:
        outcome = step(ticket, event, now)
        if isinstance(outcome, Refusal):
            return outcome
        ticket, effects = outcome
        steps.append((event, ticket, effects))
    return steps


def _store(tx: Tx, ticket: Ticket, draft: Draft, act: Act) -> Event:
    is_reply = isinstance(draft.event(0), ReplyRequested)
    marker = act.marks() if is_reply else None
    message = tx.add_message(
        NewMessage(
            account=ticket.account,
            direction=Direction.OUTBOUND if is_reply else Direction.NOTE,
            text=draft.text,
            at=act.now,
            private=ticket.private,
            conversation=ticket.conversation,
            ticket=ticket.id,
            agent=act.agent,
            state=ReplyState.WAITING if is_reply else None,
            marker=marker,
            origin=None if is_reply else act.typed_in,
        )
    )
    if message is None:
        raise AssertionError("a message without an external id cannot be there already")
    if marker is not None:
        act.marks.replies[message] = marker
    return draft.event(message)


def _note_reply(tx: Tx, event: Event) -> None:
    """Keep the message's state in step with the ticket's."""
    match event:
        case ReplyWithdrawn(message):
            tx.reply_is(message, ReplyState.WITHDRAWN)
        case SendingBegan(message):
            tx.reply_is(message, ReplyState.SENDING)
        case ReplySent(message, _, at):
            tx.reply_arrived(message)
            tx.reply_is(message, ReplyState.SENT, at=at)
        case ReplyFailed(message, code):
            tx.reply_is(message, ReplyState.FAILED, failure=code)
        case ReplyDoubted(message):
            tx.reply_is(message, ReplyState.IN_DOUBT)
        case ReplyRequeued(message):
            tx.reply_is(message, ReplyState.WAITING)
        case _:
            return


def _run_clock(tx: Tx, queue: Queue, before: Ticket, event: Event, act: Act) -> None:
    """Move the first response clock as SLA.md §3 says; most events do not concern it."""
    if not isinstance(event, ReplySent | AnsweredOutside | Closed | Reopened | Breached):
        return
    if (clock := tx.clock(before.id)) is None:
        return
    after = _clock_after(clock, queue, before, event, act)
    if after is not clock:
        tx.save_clock(before.id, after)


def _clock_after(
    clock: Clock,
    queue: Queue,
    before: Ticket,
    event: ReplySent | AnsweredOutside | Closed | Reopened | Breached,
    act: Act,
) -> Clock:
    match event:
        case ReplySent(at=at) | AnsweredOutside(at=at):
            return sla.stop(clock, at, queue.calendar)
        case Closed(reason):
            return sla.waive(clock, act.now, void=reason in _NEVER_OWED)
        case Reopened(cause):
            unanswered = clock.outcome in {Outcome.WAIVED, Outcome.BREACHED}
            if cause is ReopenCause.AGENT and clock.outcome is Outcome.WAIVED:
                # a close taken back: what was owed is owed again, by the same second
                return replace(clock, outcome=None, stopped_at=None)
            if cause is ReopenCause.CUSTOMER and unanswered and before.answered_at is None:
                back_at = act.heard_at or act.now
                return sla.start(queue.calendar, clock.target_s, back_at, clock.cycle + 1)
            return clock
        case Breached():
            return sla.breach(clock, act.now)


def lane(ticket: int, room: str) -> str:
    """Return the order key of everything about a ticket in one room."""
    return f"{ticket}:{room}"


def _carry_out(
    tx: Tx, queue: Queue, ticket: Ticket, event: Event, entry: int, effect: Effect, act: Act
) -> None:
    def row(what: What, room: str, urgency: Urgency = Urgency.LINE) -> NewDelivery:
        return NewDelivery(
            what, room, lane(ticket.id, room), urgency, act.marks(), ticket=ticket.id
        )

    match effect:
        case ShowCard(room):
            for name in queue.rooms if room is None else (room,):
                tx.deliver(row(What.CARD, name, Urgency.CARD), act.due)
        case PostMessage(message, mention):
            rooms = tx.rooms_of(ticket.id)
            first = act.room if act.room in rooms else next(iter(rooms), None)
            for name in rooms:
                if isinstance(event, Noted) and name == act.typed_in:
                    continue
                line = replace(
                    row(What.MESSAGE, name),
                    message=message,
                    mention=mention and queue.mention_assignee and name == rooms[0],
                    undo=isinstance(event, ReplyRequested) and name == first,
                )
                tx.deliver(line, act.due)
        case RefreshMessage(message):
            tx.refresh_message(message, act.due)
        case PostEvent():
            for name in tx.rooms_of(ticket.id):
                tx.deliver(replace(row(What.EVENT, name), entry=entry), act.due)
        case Announce(occasion):
            if occasion in queue.announce:
                for name in tx.rooms_of(ticket.id):
                    tx.deliver(replace(row(What.ANNOUNCE, name), occasion=occasion), act.due)
        case SendToCustomer(message):
            if isinstance(event, ReplyRequeued):
                tx.release_reply(message, act.due)
            else:
                _hold_reply(tx, ticket, message, act)
        case SendNow(message):
            tx.release_reply(message, act.due)
        case Withhold(message):
            tx.withhold_reply(message)
        case AlertBreach():
            for name in dict.fromkeys((*queue.rooms, queue.managers_room)):
                alert = replace(
                    row(What.ALERT, name, Urgency.ALERT),
                    entry=entry,
                    lane=f"alert:{ticket.id}:{name}",
                )
                tx.deliver(alert, act.due)


def _hold_reply(tx: Tx, ticket: Ticket, message: int, act: Act) -> None:
    reply = NewDelivery(
        What.REPLY,
        AT_ACCOUNT + ticket.account,
        f"conversation:{ticket.conversation}",
        Urgency.LINE,
        act.marks.replies[message],
        ticket=ticket.id,
        message=message,
        held=True,
    )
    tx.deliver(reply, act.due)
