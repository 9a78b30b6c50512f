"""Why a clock shows the number that it shows: its time in segments that add up to it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from chatops.calendar import Calendar
from chatops.sla.clock import Clock, Stretch, Why, second


class SegmentCause(StrEnum):
    """Why a segment counts or does not."""

    #: It counts: somebody was there to work on it.
    WORKING = "working"
    #: Nobody works at that time.
    OFF_HOURS = "off_hours"
    #: It counts in part: by another calendar, or as that one was written then.
    OTHER_CALENDAR = "other_calendar"
    #: The ticket waited for the customer, or for whom its policy names.
    SNOOZED = "snoozed"
    CLOSED = "closed"


#: What a stretch's reason alone says; of one that ran, the calendar says more.
_CAUSES: Final = {
    Why.RAN_ELSEWHERE: SegmentCause.OTHER_CALENDAR,
    Why.SNOOZED: SegmentCause.SNOOZED,
    Why.CLOSED: SegmentCause.CLOSED,
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a clock's time, `[since, until)`; the parts follow each other without a gap."""

    since: datetime
    until: datetime
    counted_s: int
    cause: SegmentCause


def why(clock: Clock, now: datetime, calendar: Calendar) -> tuple[Segment, ...]:
    """Return the segments from the clock's start to its end, or to `now`; they sum to what is used.

    `calendar` is the clock's.
    """
    until = clock.stopped_at or second(now)
    stretches = [_until(each, until, calendar) for each in clock.past if each.since < until]
    if until > clock.since:
        if clock.due_at is None:
            under_way = Stretch(clock.since, until, 0, Why.SNOOZED)
        else:
            ran = calendar.elapsed(clock.since, until)
            under_way = Stretch(clock.since, until, ran, Why.RAN)
        stretches.append(under_way)
    return tuple(part for each in stretches for part in _parts(each, calendar))


def _until(stretch: Stretch, until: datetime, calendar: Calendar) -> Stretch:
    """Return what of a stretch was before the clock's end, as chatops.sla.clock.used counts it.

    An answer may be heard of late, when another calendar had begun to count.
    """
    if stretch.until <= until:
        return stretch
    counted_s = min(stretch.counted_s, calendar.elapsed(stretch.since, until))
    return replace(stretch, until=until, counted_s=counted_s)


def _parts(stretch: Stretch, calendar: Calendar) -> Iterator[Segment]:
    if stretch.since == stretch.until:
        return
    cause = _CAUSES.get(stretch.why)
    if cause is None and calendar.elapsed(stretch.since, stretch.until) != stretch.counted_s:
        cause = SegmentCause.OTHER_CALENDAR  # of this name, but written otherwise
    if cause is None:
        yield from _by_hours(stretch.since, stretch.until, calendar)
    else:
        yield Segment(stretch.since, stretch.until, stretch.counted_s, cause)


def _by_hours(since: datetime, until: datetime, calendar: Calendar) -> Iterator[Segment]:
    at = since
    for opens, closes in calendar.working(since, until):
        begins, ends = max(opens, at), min(closes, until)
        if begins > at:
            yield Segment(at, begins, 0, SegmentCause.OFF_HOURS)
        working = int((ends - begins).total_seconds())
        yield Segment(begins, ends, working, SegmentCause.WORKING)
        at = ends
    if at < until:
        yield Segment(at, until, 0, SegmentCause.OFF_HOURS)
