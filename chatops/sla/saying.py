"""How a clock stands at some instant, as a person sees it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chatops.calendar import Calendar, NoWorkingTime
from chatops.sla.alerting import short_s
from chatops.sla.clock import Clock, second, used


class State(StrEnum):
    """How a clock stands."""

    ON_TIME = "on_time"
    #: Little is left: see chatops.sla.alerting.short_s.
    DUE_SOON = "due_soon"
    #: Past due and undone.
    BREACHED = "breached"
    #: It waits for the customer.
    STILL = "still"
    MET = "met"
    MET_LATE = "met_late"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class ClockState:
    """What a card puts into words.

    While the clock runs and is not yet due: `pauses_at` and `resumes_at` are both None when it
    runs through; both are set when the calendar closes before the due second; and `resumes_at`
    alone when the calendar is closed now.
    """

    state: State
    #: Seconds of working time until due, negative when over; of a stopped clock as at its stop.
    left_s: int
    due_at: datetime | None  #: None while it stands still
    pauses_at: datetime | None = None
    resumes_at: datetime | None = None


def left(clock: Clock, now: datetime, calendar: Calendar) -> int:
    """Seconds of working time until due, negative when over; what stopped or paused stands still."""
    return _left(clock, clock.stopped_at or second(now), calendar)


def say(clock: Clock, now: datetime, calendar: Calendar) -> ClockState:
    """How the clock of a promise stands at `now`."""
    at = clock.stopped_at or second(now)
    left_s = _left(clock, at, calendar)
    if clock.outcome:
        return ClockState(State(clock.outcome), left_s, clock.due_at or clock.breached_at)
    if clock.due_at is None:
        late = clock.breached_at is not None
        return ClockState(State.BREACHED if late else State.STILL, left_s, clock.breached_at)
    # Compared by instant: with the calendar closed since the due second nothing is over, yet late.
    if at > clock.due_at:
        return ClockState(State.BREACHED, left_s, clock.due_at)
    state = State.DUE_SOON if left_s <= short_s(clock.target_s) else State.ON_TIME
    if (clock.due_at - at).total_seconds() == left_s:
        return ClockState(state, left_s, clock.due_at)
    pauses = calendar.closes_at(at)
    try:
        resumes = calendar.next_opening(pauses or at)
    except NoWorkingTime:  # it has closed for good
        return ClockState(state, left_s, clock.due_at)
    return ClockState(state, left_s, clock.due_at, pauses, resumes)


def nearest(clocks: Iterable[Clock]) -> Clock | None:
    """Return the running clock that is due first; one that is late is the nearest of all."""
    running = [(each.due_at, each) for each in clocks if not each.outcome and each.due_at]
    return min(running, key=lambda pair: pair[0])[1] if running else None


def _left(clock: Clock, at: datetime, calendar: Calendar) -> int:
    if clock.due_at is None:
        return clock.target_s + clock.extra_s - used(clock, at, calendar)
    if at <= clock.due_at:
        return calendar.elapsed(at, clock.due_at)
    return -calendar.elapsed(clock.due_at, at)
