"""Which time a report is asked for, as people write it: `7d`, `2026-10`. Pure.

A period is whole local days, from the time on the wall at which a team's day begins (midnight, unless
app.yaml says otherwise) to the same of the next day: 23 or 25 hours where clocks change. That of
which the last day is today ends now. It is half-open, [start, end).
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from chatops.calendar import Calendar, Window
from chatops.text import text
from chatops.ticket import Refusal

#: A longer period would hold an answer up for everybody who asks beside it.
MOST_DAYS: Final = 366

_DAY: Final = 24 * 60  # minutes

_BACK: Final = re.compile(r"(\d{1,5})[dD日]", re.ASCII)
_MONTH: Final = re.compile(r"(2\d{3})-(\d\d)", re.ASCII)
_RANGE: Final = re.compile(r"(2\d{3}-\d\d-\d\d)(?: *(?:\.\.|~|〜) *(2\d{3}-\d\d-\d\d))?", re.ASCII)


class Day(StrEnum):
    """The days that have a name."""

    TODAY = "today"
    YESTERDAY = "yesterday"


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from `first` to `last`, both of them within it, as [start, end)."""

    first: date
    last: date
    start: datetime
    end: datetime
    zone: ZoneInfo
    starts: time = time.min  #: when its days begin, on the wall

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_whole(self) -> bool:
        """Whether its last day is over."""
        return self.end == _begins(self.last + timedelta(days=1), self.zone, self.starts)

    @property
    def written(self) -> str:
        """The days as a report is asked for them, in every language."""
        return str(self.first) if self.days == 1 else f"{self.first}..{self.last}"

    def begins(self, day: date) -> datetime:
        """Return when one of its days begins."""
        return _begins(day, self.zone, self.starts)

    def before(self) -> "Period":
        """Return the period of as many days just before, up to the same time on the wall."""
        back = timedelta(days=self.days)
        end = self.end.astimezone(self.zone)
        ended = datetime.combine(end.date() - back, end.time(), self.zone).astimezone(UTC)
        first = self.first - back
        start = _begins(first, self.zone, self.starts)
        last = self.last - back
        return Period(first, last, start, min(ended, self.start), self.zone, self.starts)


def period_of(
    said: str, now: datetime, zone: ZoneInfo, starts: time = time.min
) -> Period | Refusal | None:
    """Return the period that was written, or why there is none; None: it is not written as one."""
    match _dates(said.strip(), day_at(now, zone, starts)):
        case None:
            return None
        case Refusal() as refusal:
            return refusal
        case first, last:
            return _between(first, last, now, zone, starts)


@cache
def days_of(zone: str, starts: time) -> Calendar:
    """Return the calendar whose shifts are the whole days that begin at that time on the wall."""
    begins = 60 * starts.hour + starts.minute
    return Calendar("days", zone, {day: (Window(begins, begins + _DAY),) for day in range(7)})


def day_at(at: datetime, zone: ZoneInfo, starts: time) -> date:
    """Return the local day that goes on at an instant: where days start late, the night is yesterday's."""
    day = at.astimezone(zone).date()
    return day if at >= _begins(day, zone, starts) else day - timedelta(days=1)


def _between(
    first: date, last: date, now: datetime, zone: ZoneInfo, starts: time
) -> Period | Refusal:
    today = day_at(now, zone, starts)
    if last < first:
        return Refusal(text("report-reversed", first=str(first), last=str(last)))
    if first > today:
        return Refusal(text("report-future", first=str(first), today=str(today)))
    last = min(last, today)
    if (last - first).days >= MOST_DAYS:
        return Refusal(text("report-too-long", days=(last - first).days + 1, most=MOST_DAYS))
    over = _begins(last + timedelta(days=1), zone, starts)
    return Period(first, last, _begins(first, zone, starts), min(over, now), zone, starts)


def _dates(said: str, today: date) -> tuple[date, date] | Refusal | None:
    """Return the first and the last day."""
    if said == Day.TODAY:
        return today, today
    if said == Day.YESTERDAY:
        return today - timedelta(days=1), today - timedelta(days=1)
    if back := _BACK.fullmatch(said):
        days = int(back[1])
        if days > MOST_DAYS:
            return Refusal(text("report-too-long", days=days, most=MOST_DAYS))
        return (today - timedelta(days=days - 1), today) if days else None
    try:
        if month := _MONTH.fullmatch(said):
            first = date(int(month[1]), int(month[2]), 1)
            return first, first.replace(day=monthrange(first.year, first.month)[1])
        if days_said := _RANGE.fullmatch(said):
            first = date.fromisoformat(days_said[1])
            return first, date.fromisoformat(days_said[2]) if days_said[2] else first
    except ValueError:
        return Refusal(text("report-no-such-day", said=said))
    return None


def _begins(day: date, zone: ZoneInfo, starts: time) -> datetime:
    return days_of(zone.key, starts).opens_on(day)
