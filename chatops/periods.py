"""Which time a report is asked for, as people write it: `7d`, `last week`, `2026-10`. Pure.

A period is whole local days, from the time on the wall at which a team's day begins (midnight, unless
app.yaml says otherwise) to the same of the next day: 23 or 25 hours where clocks change. That of
which the last day is today ends now. It is half-open, [start, end). Weeks are those of ISO 8601, from Monday.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from chatops.calendar import Calendar, Window
from chatops.text import text
from chatops.ticket import Refusal

#: A longer period would hold an answer up for everybody who asks beside it.
MOST_DAYS: Final = 366

_DAY: Final = 24 * 60  # minutes
_SEVEN: Final = timedelta(days=7)

_BACK: Final = re.compile(r"(\d{1,5})[dD日]", re.ASCII)
_WEEK: Final = re.compile(r"(2\d{3})-[wW](\d\d)", re.ASCII)
_MONTH: Final = re.compile(r"(2\d{3})-(\d\d)", re.ASCII)
_RANGE: Final = re.compile(r"(2\d{3}-\d\d-\d\d)(?: *(?:\.\.|~|〜) *(2\d{3}-\d\d-\d\d))?", re.ASCII)


class Days(StrEnum):
    """The days that have a name."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    THIS_WEEK = "this_week"
    LAST_WEEK = "last_week"
    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"


class _Said(NamedTuple):
    """What was written, before anybody asks whether these days have come."""

    first: date
    last: date
    is_week: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """Local days from `first` to `last`, both of them within it, as [start, end)."""

    first: date
    last: date
    start: datetime
    end: datetime
    zone: ZoneInfo
    starts: time = time.min  #: when its days begin, on the wall
    is_week: bool = False  #: whether it is a week, or what there is of one, from its Monday

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_whole(self) -> bool:
        """Whether its last day is over."""
        return self.end == _begins(self.last + timedelta(days=1), self.zone, self.starts)

    @property
    def written(self) -> str:
        """The days, as everybody reads them."""
        return str(self.first) if self.days == 1 else f"{self.first}..{self.last}"

    @property
    def asked(self) -> str:
        """How a report of the same days against the same ones before is asked for, in every language."""
        if not self.is_week:
            return self.written
        year, week, _ = self.first.isocalendar()
        return f"{year}-W{week:02}"

    def begins(self, day: date) -> datetime:
        """Return when one of its days begins."""
        return _begins(day, self.zone, self.starts)

    def before(self) -> "Period":
        """Return as many days just before, of a week the same weekdays, up to the same time on the wall.

        Monday and Tuesday held against a weekend would always have more to tell.
        """
        back = _SEVEN if self.is_week else timedelta(days=self.days)
        end = self.end.astimezone(self.zone)
        ended = datetime.combine(end.date() - back, end.time(), self.zone).astimezone(UTC)
        first = self.first - back
        start = _begins(first, self.zone, self.starts)
        last = self.last - back
        end = min(ended, self.start)
        return Period(first, last, start, end, self.zone, self.starts, self.is_week)


def period_of(
    said: str, now: datetime, zone: ZoneInfo, starts: time = time.min
) -> Period | Refusal | None:
    """Return the period that was written, or why there is none; None: it is not written as one."""
    match _dates(said.strip(), day_at(now, zone, starts)):
        case None:
            return None
        case Refusal() as refusal:
            return refusal
        case _Said() as days:
            return _between(days, now, zone, starts)


@cache
def days_of(zone: str, starts: time) -> Calendar:
    """Return the calendar whose shifts are the whole days that begin at that time on the wall."""
    begins = 60 * starts.hour + starts.minute
    return Calendar("days", zone, {day: (Window(begins, begins + _DAY),) for day in range(7)})


def day_at(at: datetime, zone: ZoneInfo, starts: time) -> date:
    """Return the local day that goes on at an instant: where days start late, the night is yesterday's."""
    day = at.astimezone(zone).date()
    return day if at >= _begins(day, zone, starts) else day - timedelta(days=1)


def _between(said: _Said, now: datetime, zone: ZoneInfo, starts: time) -> Period | Refusal:
    first, last, is_week = said
    today = day_at(now, zone, starts)
    if last < first:
        return Refusal(text("report-reversed", first=str(first), last=str(last)))
    if first > today:
        return Refusal(text("report-future", first=str(first), today=str(today)))
    last = min(last, today)
    if (last - first).days >= MOST_DAYS:
        return Refusal(text("report-too-long", days=(last - first).days + 1, most=MOST_DAYS))
    over = _begins(last + timedelta(days=1), zone, starts)
    start, end = _begins(first, zone, starts), min(over, now)
    return Period(first, last, start, end, zone, starts, is_week)


def _dates(said: str, today: date) -> _Said | Refusal | None:
    """Return the days from the first to the last, whether they have come or not."""
    if (named := _named(today).get(said)) is not None:
        return named
    if back := _BACK.fullmatch(said):
        days = int(back[1])
        if days > MOST_DAYS:
            return Refusal(text("report-too-long", days=days, most=MOST_DAYS))
        return _Said(today - timedelta(days=days - 1), today) if days else None
    try:
        if week := _WEEK.fullmatch(said):
            return _week(date.fromisocalendar(int(week[1]), int(week[2]), 1))
        if month := _MONTH.fullmatch(said):
            return _month(date(int(month[1]), int(month[2]), 1))
        if days_said := _RANGE.fullmatch(said):
            first = date.fromisoformat(days_said[1])
            return _Said(first, date.fromisoformat(days_said[2]) if days_said[2] else first)
    except ValueError:
        return Refusal(text("report-no-such-day", said=said))
    return None


def _named(today: date) -> Mapping[str, _Said]:
    yesterday = today - timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    return {
        Days.TODAY: _Said(today, today),
        Days.YESTERDAY: _Said(yesterday, yesterday),
        Days.THIS_WEEK: _week(monday),
        Days.LAST_WEEK: _week(monday - _SEVEN),
        Days.THIS_MONTH: _month(month),
        Days.LAST_MONTH: _month((month - timedelta(days=1)).replace(day=1)),
    }


def _week(monday: date) -> _Said:
    return _Said(monday, monday + timedelta(days=6), is_week=True)


def _month(first: date) -> _Said:
    return _Said(first, first.replace(day=monthrange(first.year, first.month)[1]))


def _begins(day: date, zone: ZoneInfo, starts: time) -> datetime:
    return days_of(zone.key, starts).opens_on(day)
