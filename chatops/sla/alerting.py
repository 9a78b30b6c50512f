"""When a clock is alerted of, level by level. Pure.

A level is due at an instant of the clock's calendar, and is passed once for ever: what more time is
given to a clock later brings none of them again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chatops.calendar import Calendar, NoWorkingTime
from chatops.event import Alerted, AlertLevel, Breached, BreachKnown, ClockKind
from chatops.sla.clock import Clock, breach, second
from chatops.sla.terms import Handover

#: Working time after the due second at which a breach that goes on is alerted of again (SLA.md §3).
REPEATS: Final = {
    AlertLevel.REPEAT: timedelta(hours=1),
    AlertLevel.LAST_REPEAT: timedelta(hours=4),
}

#: As chatops.sla.Clocks.
_Clocks = Mapping[tuple[ClockKind, int], Clock]

_LEVELS: Final = tuple(AlertLevel)


def short_s(target_s: int) -> int:
    """Seconds left of a target at which it is due soon: at the earlier of 75 % used and 5 minutes
    before the due second; of a target under 10 minutes, at half (SLA.md §3).
    """
    return target_s // 2 if target_s < 10 * 60 else max(target_s // 4, 5 * 60)


def next_alert(
    clock: Clock, calendar: Calendar, handover: Handover | None = None
) -> datetime | None:
    """Return the second after which a clock's next level is due; None if none is to come.

    None comes where the calendar closes for good before, nor of a reply window once it was told of.
    `handover` says when a hand-over that has just begun is told of; its end is its last level.
    """
    level = _after(clock.alerted)
    if clock.outcome is not None:
        return None
    if clock.kind is ClockKind.DM_HANDOVER:
        return _of_handover(clock, handover)
    if clock.kind.is_watch and clock.alerted is not None:
        return None
    try:
        return None if level is None else _planned(clock, level, calendar)
    except NoWorkingTime:
        return None


def planned(
    clocks: _Clocks,
    before: _Clocks,
    calendar: Callable[[Clock], Calendar],
    quiet: Calendar | None,
    handover: Handover | None = None,
    *,
    anew: bool = False,
) -> _Clocks:
    """Return those clocks that moved, each with the second of its next alert.

    One in calendar time waits for the opening of `quiet`, the queue's; None: it does not. `anew`:
    that may be another by now, so that those are told of too which did not move.
    """
    moved = {
        key: clock
        for key, clock in clocks.items()
        if before.get(key) != clock or (anew and clock.kind.by_calendar)
    }
    return {
        key: put_off(replace(clock, alert_at=next_alert(clock, calendar(clock), handover)), quiet)
        for key, clock in moved.items()
    }


def put_off(clock: Clock, quiet: Calendar | None) -> Clock:
    """Let the next alert of a clock in calendar time wait for the opening of `quiet`, as `planned` does."""
    return replace(clock, alert_at=_opened(clock, quiet))


def _opened(clock: Clock, quiet: Calendar | None) -> datetime | None:
    at = clock.alert_at
    if at is None or quiet is None or not clock.kind.by_calendar:
        return at
    try:
        opening = quiet.next_opening(at)
    except NoWorkingTime:  # it never opens again
        return at
    if clock.kind is ClockKind.DM_HANDOVER:
        # nothing is lost while it waits, and its end calls nobody
        return at if at == clock.due_at else opening
    # a window is over by itself then, and late to be told of
    is_over = clock.kind.is_watch and clock.due_at is not None and clock.due_at <= opening
    return at if is_over else opening


def due_alerts(
    clock: Clock, now: datetime, calendar: Calendar
) -> list[tuple[AlertLevel, datetime]]:
    """Return the levels that are due by `now` with their instants; the last one is to be sent.

    Of the first one the clock's own `alert_at` counts, for by that it was found.
    """
    planned, level = clock.alert_at, _after(clock.alerted)
    due = []
    while level is not None and planned is not None and planned < second(now):
        due.append((level, planned))
        clock = replace(breach(clock, now), alerted=level)
        level = _after(level)
        planned = next_alert(clock, calendar)
    return due


def alerted(
    clocks: _Clocks, event: Breached | Alerted | BreachKnown, at: datetime
) -> dict[tuple[ClockKind, int], Clock]:
    """Return the open clocks that an event is about, as it leaves them."""
    match event:
        case Breached(_, kind):
            kinds, level = {kind}, AlertLevel.BREACH
        case Alerted(level, _, kind):
            kinds = {kind}
        case BreachKnown():
            late = (clock for clock in clocks.values() if clock.breached_at is not None)
            kinds, level = {clock.kind for clock in late}, AlertLevel.KNOWN
    return {
        key: alert(clock, level, at)
        for key, clock in clocks.items()
        if clock.kind in kinds and clock.outcome is None
    }


def alert(clock: Clock, level: AlertLevel, now: datetime) -> Clock:
    """Record that a level was sent, or passed over for a later one."""
    if _LEVELS.index(level) <= _rank(clock.alerted):
        return clock
    if level is not AlertLevel.DUE_SOON:
        clock = breach(clock, now)
    return replace(clock, alerted=level)


def is_late(clock: Clock) -> bool:
    """Tell whether a clock is late and undone."""
    return clock.outcome is None and clock.breached_at is not None


def is_unheard(clock: Clock) -> bool:
    """Tell whether a clock is late and undone, and nobody has said that they know."""
    return is_late(clock) and clock.alerted is not AlertLevel.KNOWN


def _of_handover(clock: Clock, handover: Handover | None) -> datetime | None:
    if clock.due_at is None or clock.alerted is AlertLevel.BREACH:
        return None
    if clock.alerted is not None or handover is None:
        return clock.due_at
    return min(clock.started_at + timedelta(seconds=handover.nudge_s), clock.due_at)


def _rank(level: AlertLevel | None) -> int:
    return -1 if level is None else _LEVELS.index(level)


def _after(level: AlertLevel | None) -> AlertLevel | None:
    if level in {AlertLevel.LAST_REPEAT, AlertLevel.KNOWN}:
        return None
    return _LEVELS[_rank(level) + 1]


def _planned(clock: Clock, level: AlertLevel, calendar: Calendar) -> datetime | None:
    due = clock.breached_at or clock.due_at
    if due is None:
        return None
    if level in REPEATS:
        return calendar.add(due, int(REPEATS[level].total_seconds()))
    if level is AlertLevel.BREACH or clock.breached_at is not None:
        return due
    # a second at least: a clock that is resumed off hours is alerted of when they begin
    left_s = calendar.elapsed(clock.since, due) - short_s(clock.target_s)
    return min(calendar.add(clock.since, max(left_s, 1)), due)
