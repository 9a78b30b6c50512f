"""Events into rows: the one place where a ticket changes and where what must follow is written.

`apply` runs inside a transaction and does it all or nothing: the steps, the log, the state, the
clock and the deliveries. It is used by desk alone.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final

from chatops import chain, windows
from chatops.act import Act
from chatops.call import Draft
from chatops.clocks import leaves_late, run_clocks
from chatops.effect import Effect
from chatops.event import (
    AwayRequested,
    AwaySent,
    Consented,
    ConsentWithdrawn,
    CustomerWrote,
    Deed,
    DeedDone,
    Event,
    Joined,
    Opened,
    ReplyDoubted,
    ReplyFailed,
    ReplyRequested,
    ReplyRequeued,
    ReplySent,
    ReplyState,
    ReplyWithdrawn,
    SendingBegan,
    Separated,
)
from chatops.follow import carry_out
from chatops.idle_claims import plan
from chatops.policy import Policy
from chatops.ports import NewMessage, Tx
from chatops.replying import accepted
from chatops.scene import Direction, Line
from chatops.sla import Moment
from chatops.step import afterwards, opened, step
from chatops.ticket import Refusal, Reply, Ticket

#: An event, the ticket that it leaves, and what must follow.
Step = tuple[Event, Ticket, tuple[Effect, ...]]

#: Names the rule that tells customers while nobody is there, in the log.
AWAY: Final = "away"

#: Stands for the id of a message that is not stored yet.
_UNSTORED: Final = 0


def open_ticket(tx: Tx, policy: Policy, event: Opened, act: Act, started: datetime) -> Ticket:
    """Make the ticket of a conversation's first message; `started` is when the customer wrote."""
    draft, effects = opened(0, event, started)
    ticket = replace(draft, id=tx.add_ticket(draft))
    tx.point(event.conversation, ticket.id)
    entry = tx.log(ticket.id, event, started, None, act.rule, terms=policy.terms.version)
    for effect in effects:
        carry_out(tx, policy, ticket, event, entry, effect, act)
    return ticket


def apply(
    tx: Tx, policy: Policy, ticket: Ticket, acts: Sequence[Event | Draft], act: Act
) -> Ticket | Refusal:
    """Apply events to a locked ticket, all of them or, on a refusal, none.

    A Draft's words are stored first, as a note or as a reply that waits.
    """
    after = apply_all(tx, policy, [(ticket, acts)], act)
    return after if isinstance(after, Refusal) else after[0]


def apply_all(
    tx: Tx, policy: Policy, parts: Sequence[tuple[Ticket, Sequence[Event | Draft]]], act: Act
) -> list[Ticket] | Refusal:
    """Apply each locked ticket's events, those of all tickets or, on a refusal, none."""
    planned = []
    for ticket, acts in parts:
        steps = _all_steps(tx, policy, ticket, [_event(each) for each in acts], act.now)
        if isinstance(steps, Refusal):
            return steps
        planned.append((ticket, acts, steps))
    written = [_write(tx, policy, ticket, acts, steps, act) for ticket, acts, steps in planned]
    return [
        _go_home(tx, policy, after, act) if _is_separated(steps) else after
        for after, (_, _, steps) in zip(written, planned, strict=True)
    ]


def _is_separated(steps: Sequence[Step]) -> bool:
    return any(isinstance(event, Separated) for event, _, _ in steps)


def _go_home(tx: Tx, policy: Policy, ticket: Ticket, act: Act) -> Ticket:
    """Let a ticket go on in a conversation of its own, if it did in one that went with another.

    Else an answer to what stood in private would go to where the other ticket is, perhaps in public.
    """

    def is_own(conversation: int) -> bool:
        return tx.lock_conversation(conversation).ticket == ticket.id

    record = tx.record(ticket.id)
    if record is None or is_own(ticket.conversation):
        return ticket
    heard = [line for line in record.lines if line.direction is Direction.INBOUND]
    for line in reversed(heard):
        at = line.conversation
        if at is not None and is_own(at):
            can_reply = any(each.can_reply for each in heard if each.conversation == at)
            joined = Joined(at, line.private, can_reply, _reply_until(tx, ticket, line))
            after = apply(tx, policy, ticket, [joined], act)
            return ticket if isinstance(after, Refusal) else after
    return ticket


def _reply_until(tx: Tx, ticket: Ticket, line: Line) -> datetime | None:
    """Return until when the network takes a reply to a message, as the log has it."""
    events = (entry.event for entry in tx.history(ticket.id))
    wrote = (each for each in events if isinstance(each, CustomerWrote))
    return next((each.reply_until for each in wrote if each.message == line.id), None)


def _write(
    tx: Tx,
    policy: Policy,
    ticket: Ticket,
    acts: Sequence[Event | Draft],
    steps: list[Step],
    act: Act,
) -> Ticket:
    """Write what was found allowed."""
    if not steps:
        return ticket
    if any(isinstance(each, Draft) for each in acts):
        stored = [
            _store(tx, ticket, each, act) if isinstance(each, Draft) else each for each in acts
        ]
        told = _all_steps(tx, policy, ticket, stored, act.now)
        if isinstance(told, Refusal):
            raise AssertionError(f"{stored} passed without their messages, and not with them")
        steps = told
    before = ticket
    for event, after, effects in steps:
        terms = policy.terms
        entry = tx.log(ticket.id, event, act.now, act.agent, act.rule, act.chat, terms.version)
        _note_message(tx, event)
        _note_consent(tx, ticket.customer, event, act)
        run_clocks(tx, Moment(event, before, after, act.now, terms, act.heard_at))
        for effect in effects:
            carry_out(tx, policy, after, event, entry, effect, act)
        before = after
    tx.save_ticket(before)
    plan(tx, policy, ticket, before)
    windows.plan(tx, ticket, before, act.now)
    return before


def accept(tx: Tx, policy: Policy, ticket: Ticket, reply: Reply, at: datetime, act: Act) -> Ticket:
    """Record that the network accepted a reply at `at`, and what its agent asked to follow.

    What was to follow may be refused by now (a colleague closed the ticket): then it is left out.
    """
    theirs = replace(act, agent=reply.agent, rule=AWAY if reply.agent is None else "after_reply")
    after = apply(tx, policy, ticket, [accepted(reply, at)], theirs)
    if isinstance(after, Refusal):
        raise AssertionError(f"ticket {ticket.id}: reply {reply.message} is not under way")
    followed = apply(tx, policy, after, afterwards(reply), theirs)
    return after if isinstance(followed, Refusal) else followed


def foresee(ticket: Ticket, acts: Sequence[Event | Draft], now: datetime) -> Ticket | Refusal:
    """Return the ticket that acts would leave, or why they may not happen; nothing is written.

    A reply among the acts is left out: until it is stored, no later act can mean it.
    """
    steps = _steps(ticket, [_event(each) for each in acts], now)
    if isinstance(steps, Refusal):
        return steps
    after = steps[-1][1] if steps else ticket
    stored = tuple(reply for reply in after.replies if reply.message != _UNSTORED)
    return replace(after, replies=stored)


def _event(act: Event | Draft) -> Event:
    """Return what an act will be; a Draft's event without its message, which is not stored yet."""
    return act.event(_UNSTORED) if isinstance(act, Draft) else act


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


def _all_steps(
    tx: Tx, policy: Policy, ticket: Ticket, events: Sequence[Event], now: datetime
) -> list[Step] | Refusal:
    """Return the steps of events, with what they bring about in the chain of the ticket's queue."""
    steps: list[Step] = []
    for event in events:
        outcome = _steps(ticket, [event], now)
        if isinstance(outcome, Refusal):
            return outcome
        after = outcome[0][1]
        queue = policy.queue_of(after.queue, after.account)
        is_late = partial(leaves_late, tx, Moment(event, ticket, after, now, policy.terms))
        follow = chain.follows(ticket, event, after, queue.chain, queue.calendar, now, is_late)
        followed = _steps(after, [*follow], now)
        if isinstance(followed, Refusal):
            raise AssertionError(f"ticket {ticket.id}: its chain cannot go on from {event}")
        steps += [*outcome, *followed]
        ticket = steps[-1][1]
    return steps


def _store(tx: Tx, ticket: Ticket, draft: Draft, act: Act) -> Event:
    is_reply = isinstance(draft.event(_UNSTORED), ReplyRequested | AwayRequested)
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
            said=draft.said,
        )
    )
    if message is None:
        raise AssertionError("a message without an external id cannot be there already")
    if marker is not None:
        act.marks.replies[message] = marker
    event = draft.event(message)
    if isinstance(event, ReplyRequested) and event.repeated:
        act.marks.repeated.add(message)
    return event


def _note_message(tx: Tx, event: Event) -> None:
    """Keep the message's state in step with the ticket's."""
    match event:
        case DeedDone(message, Deed.DELETE):
            tx.delete_message(message)
        case DeedDone(message, deed):
            tx.hide_message(message, hidden=deed is Deed.HIDE)
        case ReplyWithdrawn(message):
            tx.reply_is(message, ReplyState.WITHDRAWN)
        case SendingBegan(message):
            tx.reply_is(message, ReplyState.SENDING)
        case ReplySent(message=message, at=at) | AwaySent(message=message, at=at):
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


def _note_consent(tx: Tx, customer: int, event: Event, act: Act) -> None:
    """Keep which customers are one person, who agreed."""
    match event:
        case Consented(other, agent):
            tx.consent(customer, other, agent, act.now)
        case ConsentWithdrawn():
            tx.withdraw(customer)
        case _:
            return
