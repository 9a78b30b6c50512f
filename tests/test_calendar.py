"""Working time: the written vectors, the odd days of the year, and a minute-stepping oracle."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.calendar import Calendar, NoWorkingTime, Window
from chatops.hours import time_of_day

NINE_TO_FIVE = (Window(540, 1020),)
NIGHT = (Window(1320, 1800),)
WITH_LUNCH = (Window(540, 720), Window(780, 1080))


def weekdays(*shifts: Window) -> dict[int, tuple[Window, ...]]:
    return dict.fromkeys(range(5), shifts)


def local(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NEW_YORK = Calendar("office", "America/New_York", weekdays(*NINE_TO_FIVE))
NIGHTS = Calendar("nights", "America/New_York", dict.fromkeys(range(7), NIGHT))
IN_THE_GAP = Calendar("early", "America/New_York", {6: (Window(150, 240),)})
LONDON = Calendar("london", "Europe/London", weekdays(*NINE_TO_FIVE))
TOKYO = Calendar(
    "tokyo",
    "Asia/Tokyo",
    weekdays(*WITH_LUNCH),
    holidays=frozenset({date(2026, 5, 4), date(2026, 5, 5), date(2026, 5, 6)}),
)
YEAR_END = Calendar(
    "year-end",
    "Asia/Tokyo",
    weekdays(*NINE_TO_FIVE),
    holidays=frozenset(
        {date(2026, 12, 29), date(2026, 12, 30), date(2026, 12, 31), date(2027, 1, 1)}
    ),
    special={date(2026, 12, 29): (Window(540, 720),)},
)
ALWAYS = Calendar.always("America/New_York")


@pytest.mark.parametrize(
    ("calendar", "start", "minutes", "due"),
    [
        pytest.param(NEW_YORK, "2026-01-30 16:30", 60, "2026-02-02 14:30", id="weekend"),
        pytest.param(NEW_YORK, "2026-01-30 16:00", 60, "2026-01-30 22:00", id="exactly at close"),
        pytest.param(NEW_YORK, "2026-01-31 12:00", 60, "2026-02-02 15:00", id="on a Saturday"),
        pytest.param(NEW_YORK, "2026-02-02 07:00", 120, "2026-02-02 16:00", id="before opening"),
        pytest.param(NEW_YORK, "2026-02-02 17:00", 1, "2026-02-03 14:01", id="closing second"),
        pytest.param(NEW_YORK, "2026-03-06 16:00", 120, "2026-03-09 14:00", id="US spring weekend"),
        pytest.param(NEW_YORK, "2026-10-30 16:00", 120, "2026-11-02 15:00", id="US autumn weekend"),
        pytest.param(ALWAYS, "2026-03-08 00:00", 1380, "2026-03-09 04:00", id="23-hour day"),
        pytest.param(ALWAYS, "2026-11-01 00:00", 1500, "2026-11-02 05:00", id="25-hour day"),
        pytest.param(NIGHTS, "2026-03-07 22:00", 420, "2026-03-08 10:00", id="spring night"),
        pytest.param(NIGHTS, "2026-10-31 22:00", 540, "2026-11-01 11:00", id="autumn night"),
        pytest.param(IN_THE_GAP, "2026-03-08 00:00", 1, "2026-03-08 07:01", id="opens in the gap"),
        pytest.param(TOKYO, "2026-04-28 11:30", 60, "2026-04-28 04:30", id="lunch break"),
        pytest.param(TOKYO, "2026-05-01 17:30", 60, "2026-05-07 00:30", id="Golden Week"),
        pytest.param(YEAR_END, "2026-12-29 11:30", 60, "2027-01-04 00:30", id="special day"),
        pytest.param(LONDON, "2026-03-27 13:00", 480, "2026-03-30 12:00", id="UK summer time"),
    ],
)
def test_due_time_of_the_written_vectors(
    calendar: Calendar, start: str, minutes: int, due: str
) -> None:
    begin = local(calendar.zone, start)
    end = calendar.add(begin, minutes * 60)
    assert (end, end.tzinfo) == (utc(due), UTC)
    assert calendar.elapsed(begin, end) == minutes * 60


def test_time_runs_forward_only() -> None:
    noon, one = utc("2026-02-02 17:00"), utc("2026-02-02 18:00")
    assert (NEW_YORK.elapsed(noon, one), NEW_YORK.elapsed(one, noon)) == (3600, 0)
    with pytest.raises(ValueError, match="never taken away"):
        NEW_YORK.add(noon, -1)


def test_nothing_added_is_the_same_second_even_when_closed() -> None:
    assert NEW_YORK.add(local("America/New_York", "2026-01-31 12:00:00.9"), 0) == utc(
        "2026-01-31 17:00:00"
    )


def test_fractions_of_a_second_are_dropped() -> None:
    nine = local("America/New_York", "2026-02-02 09:00:00.999")
    assert NEW_YORK.add(nine, 60) == utc("2026-02-02 14:01")
    assert NEW_YORK.elapsed(nine, utc("2026-02-02 14:01:00.001")) == 60


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        NEW_YORK.add(utc("2026-02-02 09:00").replace(tzinfo=None), 60)


def test_open_at_the_opening_second_and_closed_at_the_closing_second() -> None:
    times = ["08:59:59", "09:00:00", "16:59:59", "17:00:00"]
    assert [NEW_YORK.is_open(local("America/New_York", f"2026-02-02 {at}")) for at in times] == [
        False,
        True,
        True,
        False,
    ]


def test_next_opening_is_now_during_a_shift() -> None:
    during = local("America/New_York", "2026-02-02 10:00")
    assert NEW_YORK.next_opening(during) == during
    assert NEW_YORK.next_opening(local("America/New_York", "2026-02-06 17:00")) == local(
        "America/New_York", "2026-02-09 09:00"
    )


def test_closing_time_takes_touching_shifts_as_one() -> None:
    round_the_clock = Calendar(
        "two shifts", "UTC", {0: (Window(480, 1200), Window(1200, 1440)), 1: (Window(0, 60),)}
    )
    assert round_the_clock.closes_at(utc("2026-02-02 09:00")) == utc("2026-02-03 01:00")
    assert round_the_clock.closes_at(utc("2026-02-03 01:00")) is None


def test_closing_time_of_the_last_shift_ever() -> None:
    once = Calendar("once", "UTC", {}, special={date(2026, 2, 2): NINE_TO_FIVE})
    assert once.closes_at(utc("2026-02-02 09:00")) == utc("2026-02-02 17:00")


def test_what_never_closes_has_no_closing_time() -> None:
    assert ALWAYS.closes_at(utc("2026-02-02 09:00")) is None


def test_a_calendar_without_working_time_for_400_days_is_a_mistake() -> None:
    start = utc("2026-01-01 12:00")
    day = timedelta(days=1)
    fair = Calendar("fair", "UTC", {}, special={(start + 400 * day).date(): NINE_TO_FIVE})
    rare = Calendar("rare", "UTC", {}, special={(start + 401 * day).date(): NINE_TO_FIVE})
    assert fair.next_opening(start) == utc("2027-02-05 09:00")
    with pytest.raises(NoWorkingTime, match=r"calendar rare \(UTC\): no working time"):
        rare.next_opening(start)
    with pytest.raises(NoWorkingTime):
        fair.add(start, 8 * 3600 + 1)
    assert rare.elapsed(start, start + 500 * day) == 8 * 3600


def test_shifts_that_overlap_are_counted_once() -> None:
    calendar = Calendar(
        "crowded",
        "UTC",
        {0: (Window(600, 1500), Window(540, 720), Window(1320, 1800)), 1: (Window(300, 420),)},
    )
    monday = utc("2026-02-02 00:00")
    assert calendar.elapsed(monday, monday + timedelta(days=2)) == (1860 - 540) * 60


def test_night_shift_counts_after_midnight() -> None:
    night = utc("2026-02-03 01:00")
    nights = Calendar("nights", "UTC", {0: NIGHT})
    assert nights.is_open(night)
    assert nights.elapsed(night, utc("2026-02-03 12:00")) == 5 * 3600
    assert nights.add(night, 5 * 3600) == utc("2026-02-03 06:00")


def test_special_day_without_shifts_is_closed() -> None:
    monday = date(2026, 2, 2)
    inventory = Calendar("inventory", "UTC", weekdays(*NINE_TO_FIVE), special={monday: ()})
    assert inventory.next_opening(utc("2026-02-02 09:00")) == utc("2026-02-03 09:00")


def test_little_time_a_week_adds_up_over_years() -> None:
    mondays = Calendar("mondays", "UTC", {0: (Window(540, 600),)})
    assert mondays.add(utc("2026-02-02 09:00"), 100 * 3600) == utc("2027-12-27 10:00")


def test_holiday_does_not_cut_the_night_before() -> None:
    nights = Calendar("nights", "UTC", NIGHTS.week, holidays=frozenset({date(2026, 2, 3)}))
    start = utc("2026-02-02 22:00")
    assert nights.closes_at(start) == utc("2026-02-03 06:00")
    assert nights.next_opening(utc("2026-02-03 06:00")) == utc("2026-02-04 22:00")


def test_shift_within_the_spring_gap_does_not_take_place() -> None:
    calendar = Calendar("gap", "America/New_York", {6: (Window(125, 175),)})
    start = local("America/New_York", "2026-03-08 00:00")
    assert calendar.next_opening(start) == local("America/New_York", "2026-03-15 02:05")


def test_repeated_hour_is_its_first_occurrence() -> None:
    calendar = Calendar("fold", "America/New_York", {6: (Window(0, 90), Window(110, 240))})
    midnight = local("America/New_York", "2026-11-01 00:00")
    assert calendar.closes_at(midnight) == utc("2026-11-01 05:30")
    assert calendar.elapsed(midnight, midnight + timedelta(hours=12)) == (90 + 190) * 60


def test_clocks_that_go_back_across_midnight() -> None:
    """Newfoundland, 7 November 2010: one minute past midnight became 23:01 of Saturday again."""
    calendar = Calendar("first hour", "America/St_Johns", {6: (Window(0, 60),)})
    saturday_again = utc("2010-11-07 03:00")
    assert saturday_again.astimezone(ZoneInfo("America/St_Johns")).strftime("%a %H:%M") == (
        "Sat 23:30"
    )
    assert calendar.is_open(saturday_again)
    assert calendar.next_opening(saturday_again) == saturday_again
    assert calendar.closes_at(saturday_again) == utc("2010-11-07 04:30")
    assert calendar.elapsed(saturday_again, utc("2010-11-07 03:10")) == 600


def test_a_day_that_a_country_skipped() -> None:
    """Samoa had no 30 December 2011."""
    always = Calendar.always("Pacific/Apia")
    start = utc("2011-12-29 00:00")
    assert always.add(start, 4 * 86_400) == utc("2012-01-02 00:00")
    only_friday = Calendar("fridays", "Pacific/Apia", {4: NINE_TO_FIVE})
    assert only_friday.next_opening(start) == local("Pacific/Apia", "2012-01-06 09:00")


def test_a_calendar_is_a_value() -> None:
    week = weekdays(*NINE_TO_FIVE)
    calendar = Calendar("office", "America/New_York", week)
    assert NEW_YORK.is_open(utc("2026-02-02 15:00"))  # what it remembers makes no difference
    assert (calendar, hash(calendar)) == (NEW_YORK, hash(NEW_YORK))
    week[5] = NINE_TO_FIVE
    assert calendar == NEW_YORK
    assert calendar != Calendar("office", "America/New_York", week)
    with pytest.raises(TypeError):
        calendar.week[6] = NINE_TO_FIVE  # type: ignore[index]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "America", "../etc/passwd", ""])
def test_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="calendar office: unknown time zone"):
        Calendar("office", zone, {})


@pytest.mark.parametrize(
    "window", [Window(-1, 60), Window(1440, 1500), Window(600, 600), Window(700, 600),
               Window(0, 2881)]
)  # fmt: skip
def test_impossible_window_is_refused(window: Window) -> None:
    with pytest.raises(ValueError, match="no such window"):
        Calendar("office", "UTC", {0: (window,)})
    with pytest.raises(ValueError, match="no such window"):
        Calendar("office", "UTC", {}, special={date(2026, 2, 2): (window,)})


def test_impossible_weekday_is_refused() -> None:
    with pytest.raises(ValueError, match="weekdays are 0 to 6"):
        Calendar("office", "UTC", {7: NINE_TO_FIVE})


# The oracle shares no idea with the code: it walks minute by minute and looks at the wall clock.
# A shift is on while the furthest wall time shown so far lies within it. "Furthest so far" is the
# whole rule for odd days: a repeated hour shows nothing new, a skipped one is passed in a leap.

#: No change; a whole hour; half an hour; at midnight; back for Ramadan (and a negative summer time).
ZONES = [
    "Asia/Kathmandu",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Casablanca",
]
#: Each holds the changes of both hemispheres.
SEASONS = [utc("2026-02-10 00:00"), utc("2026-09-01 00:00")]
SEASON_DAYS = 150
START_DAYS = 70
MINUTE = timedelta(minutes=1)


# No deadlines below: the first walk of a zone and season takes longer than the others.


@cache
def furthest_wall(zone: str, season: datetime) -> list[int]:
    """Per UTC minute of the season, the furthest wall minute shown so far (day number x 1440)."""
    tz, furthest = ZoneInfo(zone), 0
    walls = []
    for minute in range(-1440, SEASON_DAYS * 1440):
        wall = (season + minute * MINUTE).astimezone(tz)
        furthest = max(furthest, wall.toordinal() * 1440 + wall.hour * 60 + wall.minute)
        if minute >= 0:
            walls.append(furthest)
    return walls


def on_shift(calendar: Calendar, wall: int) -> bool:
    number, minute = divmod(wall, 1440)
    for day, at in (
        (date.fromordinal(number), minute),
        (date.fromordinal(number - 1), minute + 1440),
    ):
        if day in calendar.special:
            shifts = calendar.special[day]
        elif day in calendar.holidays:
            shifts = ()
        else:
            shifts = calendar.week.get(day.weekday(), ())
        if any(opens <= at < closes for opens, closes in shifts):
            return True
    return False


def walked(calendar: Calendar, season: datetime, a: int, b: int) -> int:
    """Working seconds between the seconds `a` and `b` of the season."""
    walls = furthest_wall(calendar.zone, season)
    return sum(
        min(b, 60 * minute + 60) - max(a, 60 * minute)
        for minute in range(a // 60, -(-b // 60))
        if on_shift(calendar, walls[minute])
    )


windows = st.builds(
    lambda opens, length: Window(opens, opens + length),
    st.integers(0, 1439),
    st.integers(30, 900),
)
shifts = st.lists(windows, max_size=3).map(tuple)


@cache
def clock_changes(zone: str, season: datetime) -> list[int]:
    """The days of the season, within reach of a start, on which the clocks are changed."""
    tz = ZoneInfo(zone)
    offsets = [(season + timedelta(days=n)).astimezone(tz).utcoffset() for n in range(START_DAYS)]
    return [n for n in range(1, START_DAYS) if offsets[n] != offsets[n - 1]]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Calendar, datetime, int]:
    """A calendar that opens every week, a season, and a second to start at."""
    zone, season = draw(st.sampled_from(ZONES)), draw(st.sampled_from(SEASONS))
    days = st.integers(0, START_DAYS)
    if changes := clock_changes(zone, season):  # most often about the days that matter
        days = st.sampled_from(changes).flatmap(lambda n: st.integers(n - 3, n + 2)) | days
    dates = days.map(lambda n: (season + timedelta(days=n)).date())
    week = draw(st.dictionaries(st.integers(0, 6), shifts, min_size=4))
    week[draw(st.integers(0, 6))] = (draw(windows),)
    calendar = Calendar(
        "drawn",
        zone,
        week,
        draw(st.frozensets(dates, max_size=4)),
        draw(st.dictionaries(dates, shifts, max_size=4)),
    )
    return calendar, season, draw(days) * 86_400 + draw(st.integers(0, 86_399))


@settings(deadline=None, max_examples=150)
@given(cases(), st.integers(0, 12 * 86_400))
def test_elapsed_agrees_with_walking_minute_by_minute(
    case: tuple[Calendar, datetime, int], length: int
) -> None:
    calendar, season, a = case
    begin, end = season + timedelta(seconds=a), season + timedelta(seconds=a + length)
    assert calendar.elapsed(begin, end) == walked(calendar, season, a, a + length)


@settings(deadline=None)
@given(cases(), st.integers(1, 3600))
def test_add_is_the_earliest_second_that_walking_reaches(
    case: tuple[Calendar, datetime, int], seconds: int
) -> None:
    calendar, season, a = case
    due = calendar.add(season + timedelta(seconds=a), seconds)
    b = round((due - season).total_seconds())
    assert (walked(calendar, season, a, b), walked(calendar, season, a, b - 1)) == (
        seconds,
        seconds - 1,
    )


@settings(deadline=None)
@given(cases())
def test_openings_and_closings_agree_with_walking(case: tuple[Calendar, datetime, int]) -> None:
    calendar, season, a = case
    t = season + timedelta(seconds=a)
    walls = furthest_wall(calendar.zone, season)
    minutes = range(a // 60, SEASON_DAYS * 1440)
    now = on_shift(calendar, walls[minutes[0]])
    changes = (minute for minute in minutes if on_shift(calendar, walls[minute]) is not now)
    change = next((season + minute * MINUTE for minute in changes), None)
    assert calendar.is_open(t) is now
    assert calendar.next_opening(t) == (t if now else change)
    assert calendar.closes_at(t) == (change if now else None)


def test_a_day_begins_with_its_first_shift_and_a_closed_one_does_not() -> None:
    week = {0: (Window(9 * 60, 17 * 60),)}
    office = Calendar("office", "Asia/Tokyo", week)
    assert office.opens_on(date(2026, 6, 1)) == datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="calendar office: no shift begins on 2026-06-02"):
        office.opens_on(date(2026, 6, 2))


def test_a_day_that_starts_late_starts_within_it() -> None:
    assert time_of_day(" 5:00 ") == time(5)
    with pytest.raises(ValueError, match="write a time of day"):
        time_of_day(300)
    with pytest.raises(ValueError, match="for midnight write 0:00"):
        time_of_day("24:00")
