"""What time and app.yaml bring to tickets: late clocks, snoozes and locks that end, other promises.

Used by `desk` alone, inside one transaction.
"""

from dataclasses import replace
from datetime import datetime

from chatops.act import Act
from chatops.arrival import off_shift
from chatops.event import Breached, TermsChanged, WakeCause, Woken, WritingEnded
from chatops.ledger import apply
from chatops.policy import Policy
from chatops.ports import Tx
from chatops.sla import Clock
from chatops.sla.clock import is_held_to, second
from chatops.ticket import Ticket


def sweep(tx: Tx, policy: Policy, act: Act, most: int) -> int:
    """Mark at most so many late clocks, wake at most so many tickets and end the locks of as many.

    Returns how many were due.
    """
    due = dict.fromkeys(tx.breached(act.now, most))  # of each ticket once
    late = [id for id in due if _breach(tx, policy, id, act)]
    asleep = tx.to_wake(act.now, most)
    for id in asleep:
        _wake(tx, policy, id, act)
    left = tx.left_open(act.now, most)
    for id in left:
        _unlock(tx, policy, id, act)
    return len(late) + len(asleep) + len(left)


def hold(tx: Tx, policy: Policy, act: Act, after: int, most: int) -> int | None:
    """Hold open clocks to what is promised by now (SLA.md rules 9 and 10).

    Looks at so many tickets above `after`; returns where to go on, None at the end.
    """
    ids = tx.running_after(after, most)
    for id in ids:
        ticket = tx.ticket(id)
        if ticket is not None and not _is_held(tx, policy, ticket):
            apply(tx, policy, ticket, [TermsChanged()], replace(act, rule="terms"))
    return ids[-1] if len(ids) == most else None


def _is_held(tx: Tx, policy: Policy, ticket: Ticket) -> bool:
    promises = policy.terms.promised(ticket).promises
    running = [clock for clock in tx.clocks(ticket.id).values() if clock.outcome is None]
    return all(
        clock.breached_at is not None
        or (clock.kind in promises and is_held_to(clock, promises[clock.kind]))
        for clock in running
    )


def _breach(tx: Tx, policy: Policy, id: int, act: Act) -> bool:
    """Mark a ticket's late clocks; False if, locked, it turns out to have none."""
    if (ticket := tx.ticket(id)) is None:
        return False
    late = [clock for clock in tx.clocks(id).values() if _is_late(clock, act.now)]
    for clock in late:
        due = clock.breached_at or clock.due_at or act.now
        breached = [Breached(due, clock.kind, clock.cycle)]
        after = apply(tx, policy, ticket, breached, replace(act, rule=clock.kind.value))
        ticket = after if isinstance(after, Ticket) else ticket
    return bool(late)


def _is_late(clock: Clock, now: datetime) -> bool:
    return clock.alert_at is not None and clock.alert_at < second(now)


def _wake(tx: Tx, policy: Policy, id: int, act: Act) -> None:
    """Wake a ticket whose time has come, and bring it to the room if its assignee is off."""
    if (ticket := tx.ticket(id)) is None:
        return
    woken = [Woken(WakeCause.TIME)]
    after = apply(tx, policy, ticket, woken, replace(act, rule="snooze"))
    if isinstance(after, Ticket):
        off_shift.to_room(tx, policy, after, act)


def _unlock(tx: Tx, policy: Policy, id: int, act: Act) -> None:
    """End a lock whose time is over: a chat need not tell of a form that was left, and cards show it."""
    ticket = tx.ticket(id)
    if ticket is not None and ticket.writer is not None and ticket.writer.until <= act.now:
        apply(tx, policy, ticket, [WritingEnded(ticket.writer.agent)], replace(act, rule="lock"))
