"""When a snoozed ticket comes back: the presets of a queue's hours, and what people type. Pure.

`1h`, `tomorrow 9:00`, `明日9時`, `10/3 14:00`, `来週`, `customer`. A span is working time; a time
outside working hours moves to the next opening, for nobody would be there to see the ticket wake.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from chatops.calendar import Calendar, NoWorkingTime


@dataclass(frozen=True, slots=True)
class Wake:
    """`until` is None where the customer's answer is waited for."""

    until: datetime | None


#: What forms offer, in their order: each is a word that `read_wake` knows.
PRESETS: Final = ("1h", "3h", "tomorrow", "next-week", "customer")

_CUSTOMER: Final = re.compile(
    r"customer|(?:until )?(?:the )?customer (?:answers|replies)|answer|reply|顧客|お客様|返信待ち|返事待ち|返信まで"
)
_SPAN: Final = re.compile(
    r"(?=.)(?:(\d{1,3}) ?(?:h|hrs?|hours?|時間))? ?(?:(\d{1,4}) ?(?:m|mins?|minutes?|分))?(?:後|半)?"
)
_DAYS_ON: Final = re.compile(r"(\d{1,3}) ?(?:d|days?|日後)")
_CLOCK: Final = re.compile(
    r"(?:at )?(\d{1,2})(?:(?::|時)([0-5]\d)分?|(時半)|(?:時|(?= ?[ap]m)))(?: ?([ap])m)?"
)
_DATE: Final = re.compile(r"(?:(\d{4})[/年-])?(\d{1,2})[/月-](\d{1,2})日?")
_TODAY: Final = {"today": 0, "今日": 0, "本日": 0}
_SOON: Final = {
    "tomorrow": 1,
    "明日": 1,
    "あした": 1,
    "あす": 1,
    "明後日": 2,
    "あさって": 2,
} | _TODAY
_NEXT_WEEK: Final = frozenset({"next week", "next-week", "来週"})
_WEEKDAYS: Final = (
    *("mon monday 月曜", "tue tuesday 火曜", "wed wednesday 水曜", "thu thursday 木曜"),
    *("fri friday 金曜", "sat saturday 土曜", "sun sunday 日曜"),
)
_WEEKDAY: Final = {name: day for day, names in enumerate(_WEEKDAYS) for name in names.split()}
_LAST_PART: Final = re.compile(r"の?\s*(?=(?:at )?\d{1,2}(?::\d\d|時|\s?[ap]m))")


def read_wake(words: str, now: datetime, calendar: Calendar, zone: ZoneInfo) -> Wake | None:
    """Return when to wake, or None if the words are not understood.

    Days and times are read in `zone`, the place where they were typed; an instant that is past is
    returned as it is.
    """
    said = " ".join(unicodedata.normalize("NFKC", words).casefold().split())
    if _CUSTOMER.fullmatch(said):
        return Wake(None)
    if (span := _span(said)) is not None:
        return Wake(_opened(_later(now, span, calendar), calendar))
    at = _instant(said, now.astimezone(zone), zone)
    if at is None:
        return None
    return Wake(_opened(at, calendar) if at > now else at)


def _later(now: datetime, span: timedelta, calendar: Calendar) -> datetime:
    try:
        return calendar.add(now, int(span.total_seconds()))
    except NoWorkingTime:  # it has closed for good
        return now + span


def _opened(at: datetime, calendar: Calendar) -> datetime:
    """Return when somebody is there to see it: at closing time nobody is."""
    try:
        return calendar.next_opening(at)
    except NoWorkingTime:
        return at


def _span(said: str) -> timedelta | None:
    found = _SPAN.fullmatch(said)
    if found is None or not any(found.groups()):
        return None
    hours, minutes = (int(number or 0) for number in found.groups())
    if said.endswith("半"):
        minutes += 30
    return timedelta(hours=hours, minutes=minutes)


def _instant(said: str, here: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the instant of a day, a time of day, or both; a day alone is its beginning."""
    parts = _LAST_PART.split(said, maxsplit=1)
    head, tail = (parts[0], parts[1]) if len(parts) == 2 else (said, "")
    clock = _clock(tail) if tail else None
    if not said or (tail and clock is None):
        return None
    if not head:
        at = datetime.combine(here.date(), clock or time.min, zone)
        return at if at > here else at + timedelta(days=1)
    if (on := _DAYS_ON.fullmatch(head)) is not None:
        same = clock or here.time().replace(second=0, microsecond=0)
        return datetime.combine(here.date() + timedelta(days=int(on[1])), same, zone)
    day = _day(head, here.date())
    return None if day is None else datetime.combine(day, clock or time.min, zone)


def _clock(said: str) -> time | None:
    if (found := _CLOCK.fullmatch(said)) is None:
        return None
    hour, minute = int(found[1]), int(found[2] or (30 if found[3] else 0))
    if found[4]:
        hour = hour % 12 + (12 if found[4] == "p" else 0)
    return time(hour, minute) if hour < 24 else None


def _day(said: str, today: date) -> date | None:
    if said in _SOON:
        return today + timedelta(days=_SOON[said])
    if said in _NEXT_WEEK:
        return today + timedelta(days=7 - today.weekday())
    if (weekday := _WEEKDAY.get(said.removesuffix("日"))) is not None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    if (found := _DATE.fullmatch(said)) is None:
        return None
    year, month, number = found.groups()
    return _valid(int(year or today.year), int(month), int(number), year is None, today)


def _valid(year: int, month: int, number: int, is_open: bool, today: date) -> date | None:
    """Return the date if there is one; without a year it is the next one to come."""
    try:
        day = date(year, month, number)
        return day.replace(year=year + 1) if is_open and day < today else day
    except ValueError:
        return None
