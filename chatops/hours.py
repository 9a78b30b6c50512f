"""How app.yaml writes spans, times, weekdays, shifts and dates, and the calendar made of them.

Every reader here takes the text of one value and returns what it means, or raises ValueError with
a sentence that says what to write instead. Weekdays are always names: cron counts Sunday as 0,
Python counts Monday as 0, and a number would tell nobody which was meant. This module knows no
file, no line and no key; `config` adds those.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from importlib import import_module
from itertools import pairwise
from typing import NamedTuple

from chatops.calendar import Calendar, NoWorkingTime, Window

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

#: Public holidays are taken from the year before `today` to this many years after it: a clock
#: runs over 400 days at most, and a process is started again more often than every third year.
YEARS_AHEAD = 3

_DAY = 24 * 60  # minutes
_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_SPAN = re.compile(r"(?=\d)(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d\d)", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}")
_CRON = re.compile(r"(\d{1,2}) +(\d{1,2})( +[\d*/,-]+){3}", re.ASCII)


class Days(NamedTuple):
    """Weekdays as they were written, and their numbers in the order of the week (0 is Monday)."""

    written: str
    numbers: tuple[int, ...]


class Timetable(NamedTuple):
    """A local time and the weekdays on which it comes."""

    at: time
    days: tuple[int, ...]


def span(text: object) -> timedelta:
    """Read `10s`, `60m`, `4h`, `7d` or several from the largest to the smallest, as `1h30m`."""
    found = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("write a span with its unit: 10s, 60m, 4h, 7d or 1h30m")
    sizes = zip(found.groups(), _UNITS.values(), strict=True)
    return timedelta(seconds=sum(int(number) * unit for number, unit in sizes if number))


def written(span: timedelta) -> str:
    """Write whole seconds so that `span` reads the same again."""
    return f"{span.days}d{span.seconds}s"


def working_span(text: object) -> timedelta:
    """Read a span of working time, in which a day has no fixed length."""
    if isinstance(text, str) and "d" in text:
        raise ValueError("working days differ in length; write hours and minutes: 16h, 60m")
    return span(text)


def weekdays(text: str) -> Days:
    """Read `sat`, `mon-fri`, `sun-thu` (it wraps) or several of these with commas."""
    numbers: set[int] = set()
    for part in text.lower().split(","):
        ends = [_weekday(name.strip()) for name in part.split("-", 1)]
        length = (ends[-1] - ends[0]) % 7
        numbers.update((ends[0] + step) % 7 for step in range(length + 1))
    return Days(text, tuple(sorted(numbers)))


def shift(text: object) -> Window:
    """Read `9:00-17:30`; one that ends no later than it begins ends on the next day."""
    opens, dash, closes = text.partition("-") if isinstance(text, str) else ("", "", "")
    if not dash:
        raise ValueError('write a shift as "9:00-17:30", or over midnight as "22:00-6:00"')
    start, end = _minutes(opens.strip()), _minutes(closes.strip())
    if start == end:
        raise ValueError('the shift ends when it begins; the whole day is "0:00-24:00"')
    if start == _DAY:
        raise ValueError("a shift begins at 23:59 at the latest; 24:00 is the next day's 0:00")
    return Window(start, end if end > start else end + _DAY)


def time_of_day(text: object) -> time:
    """Read `5:00`."""
    if not isinstance(text, str):
        raise ValueError('write a time of day as "5:00"')
    minutes = _minutes(text.strip())
    if minutes == _DAY:
        raise ValueError("a time of day ends at 23:59; for midnight write 0:00")
    return time(minutes // 60, minutes % 60)


def dates(text: object) -> tuple[date, ...]:
    """Read `2026-08-13`, or `2026-12-29..2027-01-03` with both its ends."""
    ends = [day(end.strip()) for end in text.split("..", 1)] if isinstance(text, str) else []
    if not ends or ends[-1] < ends[0] or ends[-1] - ends[0] > timedelta(days=366):
        raise ValueError(
            'write "2026-08-13", or a range of up to a year as "2026-12-29..2027-01-03"'
        )
    return tuple(ends[0] + timedelta(days=n) for n in range((ends[-1] - ends[0]).days + 1))


def day(text: str) -> date:
    """Read `2026-08-13`."""
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f'there is no day "{text}" in the calendar') from error
    raise ValueError('write a date as year, month and day: "2026-08-13"')


def timetable(text: object) -> Timetable:
    """Read `18:00 mon-fri`, or `18:00` for every day. A cron line is refused, with its likeness."""
    wanted = 'write a time and weekday names: "18:00 mon-fri"'
    if not isinstance(text, str):
        raise ValueError(wanted)
    if cron := _CRON.fullmatch(text.strip()):
        minute, hour = cron.group(1, 2)
        raise ValueError(
            "a cron line is not taken, since its weekday numbers are read in two ways; "
            f'write a time and weekday names: "{hour}:{minute:0>2} mon-fri"'
        )
    clock, _, days = text.strip().partition(" ")
    if not _TIME.fullmatch(clock):
        raise ValueError(wanted)
    minutes = _minutes(clock)
    if minutes == _DAY:
        raise ValueError("a time of day ends at 23:59; for midnight write 0:00")
    return Timetable(
        time(minutes // 60, minutes % 60),
        weekdays(days.strip()).numbers if days else tuple(range(7)),
    )


def by_weekday(week: Mapping[Days, tuple[Window, ...]]) -> dict[int, tuple[Window, ...]]:
    """Spread shifts over the days that they name, in the order of the week and of the day.

    Raises ValueError where a day is named twice, or where two shifts overlap, also over midnight.
    """
    named = [number for days in week for number in days.numbers]
    if doubled := [DAYS[number] for number in sorted(set(named)) if named.count(number) > 1]:
        raise ValueError(f"{', '.join(doubled)} stands in more than one line; write each day once")
    spread = {n: in_order(shifts) for days, shifts in week.items() for n in days.numbers}
    for number, shifts in spread.items():
        after = (number + 1) % 7
        night, morning = shifts[-1:], spread.get(after, ())[:1]
        if night and morning and night[0].close_min - _DAY > morning[0].open_min:
            raise ValueError(
                f"the last shift of {DAYS[number]} ends after the first of {DAYS[after]} begins"
            )
    return dict(sorted(spread.items()))


def in_order(shifts: Iterable[Window]) -> tuple[Window, ...]:
    """Return one day's shifts in order. Raises ValueError where two overlap."""
    ordered = tuple(sorted(shifts))
    for earlier, later in pairwise(ordered):
        if earlier.close_min > later.open_min:
            raise ValueError("two shifts of one day overlap; let each begin where the last ended")
    return ordered


def public_holidays(country: str, region: str | None, today: date) -> frozenset[date]:
    """Return the days off of a country (ISO 3166 code) or of its region, as `holidays` knows them.

    Raises ValueError for a country or region that the library does not know.
    """
    if not _COUNTRY.fullmatch(country):  # longer names are stock exchanges to the library
        raise ValueError(f'write the country as two capital letters, such as JP, not "{country}"')
    # Imported here because it takes 150 ms, which a start without public holidays need not wait;
    # its whole list, which only a fault needs, takes 250 more.
    library = import_module("holidays")
    years = range(today.year - 1, today.year + YEARS_AHEAD + 1)
    try:
        return frozenset(library.country_holidays(country, subdiv=region, years=years))
    except NotImplementedError as error:
        regions: Mapping[str, list[str]] = library.list_supported_countries()
        if country not in regions:
            raise ValueError(f"no public holidays are known for {country}; write own:") from error
        known = ", ".join(regions[country]) or "none; leave the key out"
        raise ValueError(f'{country} has no region "{region}"; regions are: {known}') from error


def calendar(
    name: str,
    zone: str,
    week: Mapping[Days, tuple[Window, ...]],
    closed: Iterable[date],
    special: Mapping[date, tuple[Window, ...]],
    today: date,
) -> Calendar:
    """Make the calendar. Raises ValueError where it has no working minute from `today` on."""
    made = Calendar(name, zone, by_weekday(week), frozenset(closed), special)
    try:
        made.next_opening(datetime.combine(today, time.min, UTC))
    except NoWorkingTime as error:
        raise ValueError("nobody works within 400 days; write shifts under week") from error
    return made


def _weekday(name: str) -> int:
    if name in DAYS:
        return DAYS.index(name)
    raise ValueError(f'there is no weekday "{name}"; write {", ".join(DAYS)}, or a range: mon-fri')


def _minutes(text: str) -> int:
    """Minutes after midnight; 24:00 is the end of the day."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f'there is no time "{text}"; write hours and minutes, such as 9:00')
    hours, minutes = map(int, found.groups())
    if minutes > 59 or hours * 60 + minutes > _DAY:
        raise ValueError(f"a day has no {text}; times run from 0:00 to 24:00")
    return hours * 60 + minutes
