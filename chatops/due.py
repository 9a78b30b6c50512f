"""What time and app.yaml bring to tickets: clocks due soon or late, stages of chains, snoozes and locks that
end, claims that nobody heeds, other promises.

Used by `timer` alone, inside one transaction.
"""

from dataclasses import replace
from datetime import datetime

from chatops import stages, windows
from chatops.act import Act, Gathered
from chatops.arrival import off_shift
from chatops.calendar import Calendar
from chatops.event import (
    Alerted,
    AlertLevel,
    Breached,
    Event,
    HandoverAbandoned,
    Priority,
    TermsChanged,
    WakeCause,
    WindowClosed,
    Woken,
    WritingEnded,
)
from chatops.handing_back import look_after
from chatops.ledger import apply
from chatops.policy import Policy
from chatops.ports import Tx
from chatops.sla import Clock
from chatops.sla.alerting import due_alerts, put_off
from chatops.sla.clock import is_held_to
from chatops.storm import put_together
from chatops.ticket import Ticket, is_shut


def sweep(tx: Tx, policy: Policy, act: Act, most: int) -> int:
    """Close reply windows, alert of clocks, take tickets up their chains, wake them, end locks and look
    after claims, of at most so many each.

    Returns how many were due.
    """
    over = tx.to_close_windows(act.now, most)
    for id in over:  # before the alerts: of what is over nobody is warned
        _close_window(tx, policy, id, act)
    due = dict.fromkeys(tx.to_alert(act.now, most))  # of each ticket once
    gathered: list[Gathered] = []
    gathering = replace(act, gathered=gathered)
    late = [id for id in due if _alert(tx, policy, id, gathering)]
    up = tx.to_climb(act.now, most)
    climbed = [id for id in up if stages.carry_out(tx, policy, id, gathering)]
    put_together(tx, policy, gathered, act)
    asleep = tx.to_wake(act.now, most)
    for id in asleep:
        _wake(tx, policy, id, act)
    left = tx.left_open(act.now, most)
    for id in left:
        _unlock(tx, policy, id, act)
    idle = tx.to_look_after(act.now, most)
    for id in idle:
        look_after(tx, policy, id, act)
    return sum(map(len, (over, late, climbed, asleep, left, idle)))


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
        clock.kind.is_watch
        or clock.breached_at is not None
        or (clock.kind in promises and is_held_to(clock, promises[clock.kind]))
        for clock in running
    )


def _alert(tx: Tx, policy: Policy, id: int, act: Act) -> bool:
    """Alert of a ticket's clocks; False if, locked, it turns out that nothing is due."""
    if (ticket := tx.ticket(id)) is None:
        return False
    found = False
    quiet = None if ticket.priority is Priority.URGENT else policy.terms.hours_of(ticket)
    for planned in tx.clocks(id).values():
        # the hours may have changed since it was planned, and nothing have happened to the clock
        clock = put_off(planned, quiet)
        if clock.alert_at != planned.alert_at:
            tx.save_clock(id, clock)
        if alerts := _alerts(clock, act.now, _calendar_of(policy, ticket, clock)):
            found = True
            after = apply(tx, policy, ticket, alerts, replace(act, rule=clock.kind.value))
            ticket = after if isinstance(after, Ticket) else ticket
    return found


def _alerts(clock: Clock, now: datetime, calendar: Calendar) -> list[Event]:
    """Return an event for each level that is due; all but the newest are superseded by it."""
    events: list[Event] = []
    for level, planned in reversed(due_alerts(clock, now, calendar)):
        superseded = bool(events)
        if level is AlertLevel.BREACH and clock.kind.is_watch:
            events.append(HandoverAbandoned(planned, clock.cycle))
        elif level is AlertLevel.BREACH:
            if superseded and isinstance(newest := events[0], Alerted):
                events[0] = replace(newest, unheard=True)
            events.append(_breached(clock, planned, superseded=superseded))
        else:
            events.append(Alerted(level, planned, clock.kind, clock.cycle, superseded))
    return events[::-1]


def _breached(clock: Clock, planned: datetime, *, superseded: bool) -> Breached:
    due = clock.breached_at or clock.due_at or planned
    later = planned if planned != due else None
    return Breached(due, clock.kind, clock.cycle, superseded, later)


def _calendar_of(policy: Policy, ticket: Ticket, clock: Clock) -> Calendar:
    """Return the calendar of a clock; what app.yaml no longer has is counted by the queue's."""
    found = policy.terms.calendar_of(clock)
    return found or policy.queue_of(ticket.queue, ticket.account).calendar


def _wake(tx: Tx, policy: Policy, id: int, act: Act) -> None:
    """Wake a ticket whose time has come, and bring it to the room if its assignee is off."""
    if (ticket := tx.ticket(id)) is None:
        return
    woken = [Woken(WakeCause.TIME)]
    after = apply(tx, policy, ticket, woken, replace(act, rule="snooze"))
    if isinstance(after, Ticket):
        off_shift.to_room(tx, policy, after, act)


def _close_window(tx: Tx, policy: Policy, id: int, act: Act) -> None:
    """Let a ticket's cards say that its network takes no reply any more."""
    if (ticket := tx.ticket(id)) is None:
        return
    tx.plan_window(id, windows.look_at(ticket, act.now))
    if ticket.reply_until is not None and is_shut(ticket, act.now):
        closed = [WindowClosed(ticket.reply_until)]
        apply(tx, policy, ticket, closed, replace(act, rule=windows.RULE))


def _unlock(tx: Tx, policy: Policy, id: int, act: Act) -> None:
    """End a lock whose time is over: a chat need not tell of a form that was left, and cards show it."""
    ticket = tx.ticket(id)
    if ticket is not None and ticket.writer is not None and ticket.writer.until <= act.now:
        apply(tx, policy, ticket, [WritingEnded(ticket.writer.agent)], replace(act, rule="lock"))
