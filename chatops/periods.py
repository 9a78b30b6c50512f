"""Which time a report is asked for, as people write it: `7d`, `2026-10`. Pure.

A period is whole local days, from midnight to midnight on the wall (23 or 25 hours where clocks
change); that of which the last day is today ends now. It is half-open, [start, end).
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from chatops.text import text
from chatops.ticket import Refusal

#: A longer period would hold an answer up for everybody who asks beside it.
MOST_DAYS: Final = 366

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

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_whole(self) -> bool:
        """Whether its last day is over."""
        return self.end == _midnight(self.last + timedelta(days=1), self.zone)

    @property
    def written(self) -> str:
        """The days as a report is asked for them, in every language."""
        return str(self.first) if self.days == 1 else f"{self.first}..{self.last}"

    def before(self) -> "Period":
        """Return the period of as many days just before, up to the same time on the wall."""
        back = timedelta(days=self.days)
        end = self.end.astimezone(self.zone)
        ended = datetime.combine(end.date() - back, end.time(), self.zone).astimezone(UTC)
        first = self.first - back
        start = _midnight(first, self.zone)
        return Period(first, self.last - back, start, min(ended, self.start), self.zone)


def period_of(said: str, now: datetime, zone: ZoneInfo) -> Period | Refusal | None:
    """Return the period that was written, or why there is none; None: it is not written as one."""
    today = now.astimezone(zone).date()
    match _dates(said.strip(), today):
        case None:
            return None
        case Refusal() as refusal:
            return refusal
        case first, last:
            return _between(first, last, now, zone, today)


def _between(
    first: date, last: date, now: datetime, zone: ZoneInfo, today: date
) -> Period | Refusal:
    if last < first:
        return Refusal(text("report-reversed", first=str(first), last=str(last)))
    if first > today:
        return Refusal(text("report-future", first=str(first), today=str(today)))
    last = min(last, today)
    if (last - first).days >= MOST_DAYS:
        return Refusal(text("report-too-long", days=(last - first).days + 1, most=MOST_DAYS))
    over = _midnight(last + timedelta(days=1), zone)
    return Period(first, last, _midnight(first, zone), min(over, now), zone)


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


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    # in UTC: times of one zone are compared by their wall, which an hour of autumn shows twice
    return datetime.combine(day, time.min, zone).astimezone(UTC)
