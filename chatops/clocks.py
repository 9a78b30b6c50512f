"""A ticket's clock moves with its events, as SLA.md says. Used by `ledger` alone."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chatops import sla
from chatops.act import Act
from chatops.event import (
    Absorbed,
    AnsweredOutside,
    Breached,
    Closed,
    CloseReason,
    CustomerForgotten,
    Event,
    Merged,
    Moved,
    ReopenCause,
    Reopened,
    ReplySent,
    Separated,
    Unmerged,
)
from chatops.policy import Queue
from chatops.ports import Tx
from chatops.sla import Clock, Outcome
from chatops.ticket import Ticket

#: A customer's message older than this at intake is backfill and starts no clock (SLA.md rule 13).
BACKFILL: Final = timedelta(hours=24)

_NEVER_OWED: Final = frozenset({CloseReason.SPAM, CloseReason.DUPLICATE})

#: The events that move a clock.
_Moves = (
    ReplySent
    | AnsweredOutside
    | Closed
    | CustomerForgotten
    | Reopened
    | Breached
    | Moved
    | Merged
    | Absorbed
    | Unmerged
    | Separated
)


def start_clock(tx: Tx, queue: Queue, ticket: int, started: datetime, now: datetime) -> None:
    """Start the first response clock at the customer's message; backfill starts none."""
    if now - started <= BACKFILL:
        tx.save_clock(ticket, sla.start(queue.calendar, _target(queue), started))


def run_clock(tx: Tx, queue: Queue, before: Ticket, event: Event, act: Act) -> None:
    """Move the first response clock as SLA.md §3 says; most events do not concern it.

    `queue` is the one that the event leaves the ticket in.
    """
    if not isinstance(event, _Moves):
        return
    if (clock := tx.clock(before.id)) is None:
        if isinstance(event, Reopened) and before.quiet:
            start_clock(tx, queue, before.id, act.heard_at or act.now, act.now)
        if isinstance(event, Absorbed) and before.answered_at is None:
            _take_over(tx, queue, before.id, event.other)
        return
    after = _after(tx, clock, queue, before, event, act)
    if after is not clock:
        tx.save_clock(before.id, after)


def _take_over(tx: Tx, queue: Queue, ticket: int, other: int) -> None:
    """Let a ticket that has no clock, being backfill, owe what the one that came into it was owed."""
    theirs = tx.clock(other)
    if theirs is not None and theirs.outcome is Outcome.WAIVED:
        tx.save_clock(ticket, sla.start(queue.calendar, _target(queue), theirs.started_at))


def _target(queue: Queue) -> int:
    return int(queue.first_response.total_seconds())


def _after(tx: Tx, clock: Clock, queue: Queue, before: Ticket, event: _Moves, act: Act) -> Clock:
    match event:
        case ReplySent(at=at) | AnsweredOutside(at=at):
            return sla.stop(clock, at, queue.calendar)
        case Closed(reason):
            return sla.waive(clock, act.now, void=reason in _NEVER_OWED)
        case Reopened(cause):
            unanswered = clock.outcome in {Outcome.WAIVED, Outcome.BREACHED}
            if cause is ReopenCause.AGENT and clock.outcome is Outcome.WAIVED:
                # a close taken back: what was owed is owed again, by the same second
                return _owed_again(clock)
            if cause is ReopenCause.CUSTOMER and unanswered and before.answered_at is None:
                back_at = act.heard_at or act.now
                return sla.start(queue.calendar, clock.target_s, back_at, clock.cycle + 1)
            return clock
        case Breached():
            return sla.breach(clock, act.now)
        case Moved():
            return sla.rebase(clock, queue.calendar, _target(queue), act.now)
        case Merged() | CustomerForgotten():
            return sla.waive(clock, act.now, void=True)
        case Unmerged():
            return _owed_again(clock) if clock.outcome is Outcome.WAIVED else clock
        case Absorbed(other):
            theirs = tx.clock(other)
            if theirs is None or theirs.elapsed_s is not None:
                return clock  # it started none, or was answered: nothing is owed from there
            return sla.earliest(clock, theirs, queue.calendar)
        case Separated(other):
            own = before.opened_at
            if clock.outcome or clock.breached_at or clock.cycle > 1:
                return clock
            if clock.started_at > own and _is_start_of(tx.clock(other), clock):
                return sla.waive(clock, act.now, void=True)  # it had none of its own
            if clock.started_at >= own:
                return clock
            return sla.start(queue.calendar, clock.target_s, own)


def _owed_again(clock: Clock) -> Clock:
    return replace(clock, outcome=None, stopped_at=None)


def _is_start_of(theirs: Clock | None, clock: Clock) -> bool:
    return theirs is not None and theirs.started_at == clock.started_at
