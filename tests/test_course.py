"""How a period went, step by step: by hours, days, weeks or months, with those between in which nothing was."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from chatops.course import Course, Step, course, days_left
from chatops.levels import levels
from chatops.periods import Period, period_of
from chatops.splits import Count, Group, Happened, Key

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)  # 21:00 there
CLOSED = Happened(Count.CLOSED, NOW, "japan", "x", "mention")


def period(said: str, starts: time = time.min) -> Period:
    found = period_of(said, NOW, TOKYO, starts)
    assert isinstance(found, Period)
    return found


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), TOKYO)


def closed(counts: dict[Key, int]) -> dict[Key, Group]:
    return {key: Group(closed=count) for key, count in counts.items()}


def test_a_day_goes_by_the_hours_between_the_first_and_the_last_in_which_something_was() -> None:
    today = date(2026, 11, 30)
    rows = [replace(CLOSED, at=at(today, hour)) for hour in (9, 9, 12)]
    assert course(rows, period("today")) == Course(Step.HOUR, closed({9: 2, 10: 0, 11: 0, 12: 1}))


def test_hours_stand_as_a_day_has_them_that_begins_late() -> None:
    day = date(2026, 11, 29)
    rows = [replace(CLOSED, at=when) for when in (at(day, 23), at(day + timedelta(days=1), 1))]
    found = course(rows, period("yesterday", time(5)))
    assert list(found.points) == [23, 0, 1]


def test_a_month_goes_by_days() -> None:
    rows = [replace(CLOSED, at=at(date(2026, 11, day), 9)) for day in (2, 2, 30)]
    found = course(rows, period("2026-11"))
    assert found.step is Step.DAY
    assert len(found.points) == 30
    some: dict[Key, int] = {"2026-11-02": 2, "2026-11-30": 1}
    assert {key: group for key, group in found.points.items() if group != Group()} == closed(some)


def test_three_months_go_by_weeks_from_their_first_day() -> None:
    rows = [
        replace(CLOSED, what=what, at=at(day, 9), elapsed_s=60)
        for day in (date(2026, 10, 1), date(2026, 10, 7), date(2026, 10, 8))
        for what in Count
    ]
    found = course(rows, period("2026-10-01..2026-11-30"))
    assert found.step is Step.WEEK
    assert list(found.points) == [f"2026-{day}" for day in WEEKS]
    assert found.points["2026-10-01"] == Group(2, 2, [60, 60])
    assert found.points["2026-10-08"] == Group(1, 1, [60])


WEEKS = ("10-01", "10-08", "10-15", "10-22", "10-29", "11-05", "11-12", "11-19", "11-26")


def test_a_year_goes_by_months_the_first_of_which_may_be_a_part() -> None:
    rows = [replace(CLOSED, at=at(date(2026, 6, 2), 9))]
    found = course(rows, period("2026-05-20..2026-11-30"))
    months: dict[Key, int] = {"2026-05-20": 0, "2026-06-01": 1, "2026-07-01": 0, "2026-08-01": 0}
    months |= {"2026-09-01": 0, "2026-10-01": 0, "2026-11-01": 0}
    assert found == Course(Step.MONTH, closed(months))


@pytest.mark.parametrize(
    ("said", "left"),
    [
        # two came before, one on the 29th at 6:00, one went on the 30th at 4:00 and came back at 8:00
        ("2026-11-28..2026-11-30", [2, 3, 3]),
        ("2026-11-28..2026-11-29", [2, 3]),
        ("2026-11-01..2026-11-30", [0] * 26 + [2, 2, 3, 3]),
        ("2026-10-26..2026-11-30", [0, 0, 0, 0, 3, 3]),  # weeks, the fifth up to the 29th
        ("2026-08-01..2026-11-30", [0, 0, 0, 3]),
    ],
)
def test_each_step_ends_with_so_many_open(said: str, left: list[int]) -> None:
    before, day = at(date(2026, 11, 27), 9), date(2026, 11, 29)
    last = day + timedelta(days=1)
    known = levels([before, before, at(day, 6), at(last, 8)], [at(last, 4)])
    rows = [replace(CLOSED, at=at(day, 9))]
    found = course(rows, period(said), known)
    assert [group.left for group in found.points.values()] == left


def test_days_that_are_split_are_all_there_with_what_was_left() -> None:
    known = levels([at(date(2026, 11, 28), 9), at(date(2026, 11, 30), 9)], [])
    found = days_left(closed({"2026-11-29": 2}), period("2026-11-28..2026-11-30"), known)
    assert found == {
        "2026-11-28": Group(left=1),
        "2026-11-29": Group(closed=2, left=1),
        "2026-11-30": Group(left=2),
    }
    assert days_left({}, period("2026-11-28..2026-11-30"), known) == {}


def test_a_day_that_begins_late_ends_late() -> None:
    day = date(2026, 11, 28)
    known = levels([at(day, 1), at(day + timedelta(days=1), 4)], [])
    rows = [replace(CLOSED, at=at(day, 9))]
    found = course(rows, period("2026-11-27..2026-11-29", time(5)), known)
    assert [group.left for group in found.points.values()] == [1, 2, 2]


def test_what_happens_in_the_very_instant_comes_after_it() -> None:
    known = levels([NOW], [NOW + timedelta(hours=1)])
    hour = timedelta(hours=1)
    assert [known.open_at(NOW + n * hour) for n in (0, 1, 2)] == [0, 1, 0]


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("31d", Step.DAY),
        ("32d", Step.WEEK),
        ("98d", Step.WEEK),
        ("99d", Step.MONTH),
        ("today", Step.HOUR),
    ],
)
def test_the_longer_the_period_the_longer_the_steps(said: str, step: Step) -> None:
    assert course([], period(said)) == Course(step, {})
