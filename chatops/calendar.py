"""Working time: when a team is there to answer, and how much of that lies between two instants.

Shifts are written in local time. Each local day is turned into UTC intervals once and remembered;
from there on all arithmetic is on whole UTC seconds, and hours are never added to a local time.
This module knows no ticket, no target and no present: whoever asks brings the instant.

Fractions of a second are dropped, so that a reply within the due second is a reply in time.
Instants that come in must carry a zone (a naive one raises TypeError); those that go out are UTC.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple, Self, TypeVar
from zoneinfo import ZoneInfo

#: A calendar that stays closed for more days than this is a mistake in the configuration.
HORIZON = 400

_DAY = 24 * 60  # minutes
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)

#: `[start, end)` in seconds since 1970 UTC.
_Span = tuple[int, int]
_Key = TypeVar("_Key", int, date)


class NoWorkingTime(ValueError):
    """The calendar has no working time within 400 days."""


class Window(NamedTuple):
    """One shift, `[open_min, close_min)` in minutes of wall clock after its day's midnight.

    `close_min` may exceed 1440, up to 2880: a night shift belongs to the day on which it starts.
    """

    open_min: int
    close_min: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """A team's working hours; a value: equal calendars are equal, an edited one is another.

    Raises ValueError for an unknown zone, a weekday outside 0-6, or a window that does not open
    on its own day, closes before it opens, or closes later than the end of the next day.
    """

    name: str
    #: IANA name, as in `Asia/Tokyo`.
    zone: str
    #: Shifts by weekday, 0 is Monday; a weekday that is left out is closed.
    week: Mapping[int, tuple[Window, ...]]
    #: Dates on which no shift starts. The night shift of the evening before still ends.
    holidays: frozenset[date] = frozenset()
    #: Shifts of single dates, before both `week` and `holidays`.
    special: Mapping[date, tuple[Window, ...]] = field(default_factory=dict)
    _tz: ZoneInfo = field(init=False, repr=False, compare=False)
    #: Day number -> its spans. Derived from the fields above alone, so the value stays a value;
    #: one small entry for each day ever asked for.
    _known: dict[int, tuple[_Span, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if wrong := [day for day in self.week if day not in range(7)]:
            raise ValueError(f"calendar {self.name}: weekdays are 0 to 6, not {wrong}")
        object.__setattr__(self, "week", self._checked(self.week))
        object.__setattr__(self, "special", self._checked(self.special))
        object.__setattr__(self, "_tz", self._zone_info())
        object.__setattr__(self, "_known", {})

    def __hash__(self) -> int:
        week, special = frozenset(self.week.items()), frozenset(self.special.items())
        return hash((self.name, self.zone, week, self.holidays, special))

    @classmethod
    def always(cls, zone: str) -> Self:
        """The calendar that never closes; its zone matters only to who prints it."""
        return cls("always", zone, {day: (Window(0, _DAY),) for day in range(7)})

    def elapsed(self, a: datetime, b: datetime) -> int:
        """Seconds of working time from `a` to `b`; 0 where `b` is not after `a`."""
        start, end = _seconds(a), _seconds(b)
        if end <= start:
            return 0
        total = 0
        # A day's shifts may begin the day before, and where clocks go back across midnight
        # (Newfoundland until 2011) also while the date still reads one less.
        for number in range(self._day_of(a) - 1, self._day_of(b) + 2):
            for opens, closes in self._spans(number):
                if opens < end and closes > start:
                    total += min(closes, end) - max(opens, start)
        return total

    def add(self, a: datetime, seconds: int) -> datetime:
        """The earliest instant that has `seconds` of working time between `a` and itself.

        Earliest: an hour that fills the day exactly ends at closing time, not at the next opening.
        Raises NoWorkingTime, and ValueError for negative seconds.
        """
        if seconds < 0:
            raise ValueError("working time is added, never taken away")
        start = _seconds(a)
        if seconds == 0:
            return _instant(start)
        for opens, closes in self._openings(a):
            begins = max(opens, start)
            if seconds <= closes - begins:
                return _instant(begins + seconds)
            seconds -= closes - begins
        raise NoWorkingTime(self._never())

    def is_open(self, t: datetime) -> bool:
        """Whether somebody works at `t`: at the opening second yes, at the closing second no."""
        at, number = _seconds(t), self._day_of(t)
        near = chain.from_iterable(map(self._spans, (number - 1, number, number + 1)))
        return any(opens <= at < closes for opens, closes in near)

    def works_on(self, day: date) -> bool:
        """Whether a shift begins on that local day."""
        return bool(self._shifts(day))

    def opens_on(self, day: date) -> datetime:
        """When the first shift of a local day begins. Raises ValueError where none does."""
        if not (spans := self._spans(day.toordinal())):
            raise ValueError(f"calendar {self.name}: no shift begins on {day}")
        return _instant(spans[0][0])

    def next_opening(self, t: datetime) -> datetime:
        """The first working second at or after `t`, which is `t` itself during a shift.

        Raises NoWorkingTime.
        """
        for opens, _ in self._openings(t):
            return _instant(max(opens, _seconds(t)))
        raise NoWorkingTime(self._never())

    def closes_at(self, t: datetime) -> datetime | None:
        """When the working time around `t` ends, shifts that touch taken as one.

        None where `t` is outside working time, or where it goes on for more than 400 days.
        """
        start = end = _seconds(t)
        last = start + HORIZON * _DAY * 60
        for opens, closes in self._openings(t):
            if opens > end or end > last:
                break
            end = closes
        return _instant(end) if start < end <= last else None

    def working(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working time that ends after `since` and begins before `until`, in order."""
        at, last = _seconds(since), _seconds(until)
        for number in range(self._day_of(since) - 1, self._day_of(until) + 1):
            for opens, closes in self._spans(number):
                if closes > at and opens < last:
                    yield _instant(opens), _instant(closes)

    def _openings(self, t: datetime) -> Iterator[_Span]:
        """Spans that end after `t`, in order, until 400 days have passed without one."""
        at, today = _seconds(t), self._day_of(t)
        number, last = today - 1, today + HORIZON
        while number <= last:
            for span in self._spans(number):
                if span[1] > at:
                    last = number + HORIZON
                    yield span
            number += 1

    def _spans(self, number: int) -> tuple[_Span, ...]:
        """The working time that day `number` adds, in order, to that of the day before.

        Spans may touch, but never overlap, neither within a day nor from day to day. The day
        before is enough to look at, since no window outlives the day after its own.
        """
        spans = self._known.get(number)
        if spans is None:
            today, yesterday = date.fromordinal(number), date.fromordinal(number - 1)
            taken = max([self._utc(today, 0), *(end for _, end in self._shifts(yesterday))])
            added: list[_Span] = []
            for opens, closes in sorted(self._shifts(today)):
                begins = max(opens, taken)
                if closes <= begins:  # a shift within another one, or within the spring gap
                    continue
                added.append((begins, closes))
                taken = closes
            spans = self._known[number] = tuple(added)
        return spans

    def _shifts(self, day: date) -> list[_Span]:
        windows = self.special.get(day)
        if windows is None:
            windows = () if day in self.holidays else self.week.get(day.weekday(), ())
        return [(self._utc(day, opens), self._utc(day, closes)) for opens, closes in windows]

    def _utc(self, day: date, minute: int) -> int:
        """The instant at which the wall clock first reads `minute` after `day`'s midnight, or more.

        A time that occurs twice is its first occurrence; one that is skipped, the transition.
        """
        wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
        first = _seconds(wall.replace(tzinfo=self._tz))
        if self._at(first).replace(tzinfo=None) == wall:
            return first
        # Skipped. Read with the offset of after the transition (fold=1, PEP 495) the time lies
        # before it, read with the offset of before it lies after: the offset changes in between.
        around = range(_seconds(wall.replace(tzinfo=self._tz, fold=1)), first + 1)
        old = self._at(around[0]).utcoffset()
        return around[bisect_left(around, True, key=lambda at: self._at(at).utcoffset() != old)]

    def _at(self, seconds: int) -> datetime:
        return _instant(seconds).astimezone(self._tz)

    def _day_of(self, t: datetime) -> int:
        return t.astimezone(self._tz).toordinal()

    def _never(self) -> str:
        return f"calendar {self.name} ({self.zone}): no working time within {HORIZON} days"

    def _checked(
        self, days: Mapping[_Key, tuple[Window, ...]]
    ) -> Mapping[_Key, tuple[Window, ...]]:
        for opens, closes in chain.from_iterable(days.values()):
            if not (0 <= opens < _DAY and opens < closes <= 2 * _DAY):
                raise ValueError(f"calendar {self.name}: no such window: {opens} to {closes}")
        return MappingProxyType({day: tuple(windows) for day, windows in days.items()})

    def _zone_info(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError) as error:  # OSError: a folder, as `America`
            raise ValueError(f"calendar {self.name}: unknown time zone {self.zone!r}") from error


def _seconds(t: datetime) -> int:
    return (t - _EPOCH) // _SECOND


def _instant(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)
