"""Periods: whole local days, half-open, each against as many days or the same weekdays before it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from chatops.periods import Period, period_of
from chatops.text import Text, text
from chatops.ticket import Refusal

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
#: 15:30 in Tokyo, on a Thursday.
NOW = datetime(2026, 10, 1, 6, 30, tzinfo=UTC)


def read(said: str, now: datetime = NOW, zone: ZoneInfo = TOKYO) -> Period:
    period = period_of(said, now, zone)
    assert isinstance(period, Period), period
    return period


@pytest.mark.parametrize(
    ("said", "written", "before"),
    [
        ("today", "2026-10-01", "2026-09-30"),
        ("yesterday", "2026-09-30", "2026-09-29"),
        ("1d", "2026-10-01", "2026-09-30"),
        ("7d", "2026-09-25..2026-10-01", "2026-09-18..2026-09-24"),
        ("30日", "2026-09-02..2026-10-01", "2026-08-03..2026-09-01"),
        ("2026-09", "2026-09-01..2026-09-30", "2026-08-02..2026-08-31"),
        ("2026-10", "2026-10-01", "2026-09-30"),
        ("2024-02", "2024-02-01..2024-02-29", "2024-01-03..2024-01-31"),
        ("2026-09-01", "2026-09-01", "2026-08-31"),
        ("2026-09-01..2026-09-15", "2026-09-01..2026-09-15", "2026-08-17..2026-08-31"),
        (" 2026-09-01 〜 2026-09-02 ", "2026-09-01..2026-09-02", "2026-08-30..2026-08-31"),
        ("2026-09-30..2027-01-01", "2026-09-30..2026-10-01", "2026-09-28..2026-09-29"),
        ("this_week", "2026-09-28..2026-10-01", "2026-09-21..2026-09-24"),
        ("last_week", "2026-09-21..2026-09-27", "2026-09-14..2026-09-20"),
        ("2026-W40", "2026-09-28..2026-10-01", "2026-09-21..2026-09-24"),
        ("2026-w01", "2025-12-29..2026-01-04", "2025-12-22..2025-12-28"),
        ("this_month", "2026-10-01", "2026-09-30"),
        ("last_month", "2026-09-01..2026-09-30", "2026-08-02..2026-08-31"),
        ("366d", "2025-10-01..2026-10-01", "2024-09-30..2025-09-30"),
    ],
)
def test_what_is_written_is_days(said: str, written: str, before: str) -> None:
    period = read(said)
    assert (period.written, period.before().written) == (written, before)


def test_today_ends_now_and_is_held_against_yesterday_until_then() -> None:
    today = read("today")
    day = timedelta(days=1)
    start = datetime(2026, 9, 30, 15, tzinfo=UTC)
    assert today == Period(date(2026, 10, 1), date(2026, 10, 1), start, NOW, TOKYO)
    assert not today.is_whole
    yesterday = date(2026, 9, 30)
    assert today.before() == Period(yesterday, yesterday, start - day, NOW - day, TOKYO)


def test_a_week_ends_now_and_is_held_against_the_same_weekdays_until_then() -> None:
    week = read("this_week")
    monday, seven = date(2026, 9, 28), timedelta(days=7)
    start, thursday = datetime(2026, 9, 27, 15, tzinfo=UTC), date(2026, 10, 1)
    assert week == Period(monday, thursday, start, NOW, TOKYO, is_week=True)
    assert not week.is_whole
    before = Period(
        monday - seven, thursday - seven, start - seven, NOW - seven, TOKYO, is_week=True
    )
    assert week.before() == before


def test_a_week_that_is_over_is_held_against_a_whole_one() -> None:
    week = read("last_week")
    assert week.is_whole
    assert week.before().is_whole
    assert week.before().end == week.start


def test_on_a_monday_a_week_is_a_day_and_still_no_weekend_s() -> None:
    """Where days begin at five, a Tuesday's night is Monday's."""
    night = datetime(2026, 9, 28, 19, 59, tzinfo=UTC)  # 4:59 on Tuesday in Tokyo
    week = period_of("this_week", night, TOKYO, time(5))
    assert isinstance(week, Period)
    assert (week.written, week.before().written) == ("2026-09-28", "2026-09-21")
    assert week.before().end == night - timedelta(days=7)


@pytest.mark.parametrize("now", [datetime(2026, 1, 1, 3, tzinfo=UTC), NOW])
def test_last_month_is_the_one_that_is_written_so(now: datetime) -> None:
    written = {1: "2025-12", 10: "2026-09"}[now.month]
    assert read("last_month", now) == read(written, now)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("today", "2026-10-01"),
        ("this_month", "2026-10-01"),
        ("7d", "2026-09-25..2026-10-01"),
        ("this_week", "2026-W40"),
        ("2026-W01", "2026-W01"),
    ],
)
def test_what_is_asked_for_again_is_held_against_the_same_days(said: str, asked: str) -> None:
    period = read(said)
    assert period.asked == asked
    assert read(asked) == period


def test_a_day_that_is_over_is_held_against_a_whole_one() -> None:
    yesterday = read("yesterday")
    assert yesterday.is_whole
    assert yesterday.before().is_whole
    assert yesterday.before().end == yesterday.start


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_are_as_long_as_the_wall_says(day: str, hours: int) -> None:
    period = read(day, datetime(2026, 12, 1, tzinfo=UTC), BERLIN)
    assert period.end - period.start == timedelta(hours=hours)
    assert period.before().end - period.before().start == timedelta(hours=24)


def test_the_time_of_day_is_the_wall_s_where_clocks_changed() -> None:
    """At 12:00 of the day after the change, yesterday is counted until its own 12:00."""
    now = datetime(2026, 10, 25, 11, tzinfo=UTC)  # 12:00 in winter time
    assert read("today", now, BERLIN).before().end == datetime(2026, 10, 24, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (
            "2026-09-15..2026-09-01",
            text("report-reversed", first="2026-09-15", last="2026-09-01"),
        ),
        ("2026-10-02", text("report-future", first="2026-10-02", today="2026-10-01")),
        ("2027-01", text("report-future", first="2027-01-01", today="2026-10-01")),
        ("2016-10-01..2026-09-30", text("report-too-long", days=3652, most=366)),
        ("3660d", text("report-too-long", days=3660, most=366)),
        ("2026-13", text("report-no-such-day", said="2026-13")),
        ("2026-W54", text("report-no-such-day", said="2026-W54")),
        ("2026-W41", text("report-future", first="2026-10-05", today="2026-10-01")),
        ("2026-02-30", text("report-no-such-day", said="2026-02-30")),
    ],
)
def test_what_cannot_be_counted_gets_a_sentence(said: str, why: Text) -> None:
    assert period_of(said, NOW, TOKYO) == Refusal(why)


@pytest.mark.parametrize("said", ["", "0d", "sideways", "7", "1999-01", "2026-10-01..", "today 7d"])
def test_what_is_no_period_is_none(said: str) -> None:
    assert period_of(said, NOW, TOKYO) is None
