"""How a period went: its figures by hour, day, week or month, so that a glance takes all of them in. Pure.

A step in which nothing happened is there too, or the distance between two others would deceive. Of days
and longer steps it says what was open at their end; hours tell it too little.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from chatops.levels import Levels
from chatops.periods import Period
from chatops.splits import Group, Happened, Key, Split, split

#: The longest periods, in days, that go by days and by weeks: no more steps than a phone shows.
_BY_DAY: Final = 31
_BY_WEEK: Final = 98

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)


class Step(StrEnum):
    """How far it is from one figure to the next, as its words in the .ftl files are called."""

    HOUR = "by_hour"
    DAY = "by_day"
    WEEK = "by_week"  #: of seven days, the first one's beginning with the period
    MONTH = "by_month"


@dataclass(frozen=True, slots=True)
class Course:
    """Figures in the order of time; of a single day the hours in which something happened."""

    step: Step
    points: Mapping[Key, Group]  #: by the hour, or by the step's first day


def course(rows: Iterable[Happened], period: Period, levels: Levels | None = None) -> Course:
    """Return how the period went; of one in which nothing happened there are no points."""
    if period.days == 1:
        return Course(Step.HOUR, hours(split(rows, Split.HOUR, period), period))
    by_day = split(rows, Split.DAY, period)
    step = _step(period.days)
    found: dict[Key, Group] = {}
    for day, group in days(by_day, period).items() if by_day else ():
        into = found.setdefault(_first(day, step, period), Group())
        into.new += group.new
        into.closed += group.closed
        into.first_responses += group.first_responses
    if levels is not None:
        _leave(found, period, levels)
    return Course(step, found)


def hours(groups: Mapping[Key, Group], period: Period) -> Mapping[Key, Group]:
    """Return the hours from the first to the last in which something happened, as a day has them."""
    in_order = [(period.starts.hour + number) % 24 for number in range(24)]
    busy = [place for place, hour in enumerate(in_order) if hour in groups]
    shown = in_order[busy[0] : busy[-1] + 1] if busy else []
    return {hour: groups.get(hour, Group()) for hour in shown}


def days(groups: Mapping[Key, Group], period: Period) -> Mapping[Key, Group]:
    """Return all days of the period."""
    every = [str(period.first + number * _DAY) for number in range(period.days)]
    return {day: groups.get(day, Group()) for day in every}


def days_left(groups: Mapping[Key, Group], period: Period, levels: Levels) -> Mapping[Key, Group]:
    """Return all days of the period, each with what was open at its end; none if nothing happened."""
    found = dict(days(groups, period)) if groups else {}
    _leave(found, period, levels)
    return found


def _leave(steps: Mapping[Key, Group], period: Period, levels: Levels) -> None:
    """Say of steps without a gap how many tickets were open where the next one begins."""
    ends = [period.begins(date.fromisoformat(str(key))) for key in list(steps)[1:]]
    for group, end in zip(steps.values(), (*ends, period.end), strict=False):
        group.left = levels.open_at(end)


def _step(days: int) -> Step:
    if days <= _BY_DAY:
        return Step.DAY
    return Step.WEEK if days <= _BY_WEEK else Step.MONTH


def _first(said: Key, step: Step, period: Period) -> Key:
    """Return the first day of the step to which a day belongs."""
    day = date.fromisoformat(str(said))
    if step is Step.WEEK:
        day -= (day - period.first) % _WEEK
    elif step is Step.MONTH:
        day = max(day.replace(day=1), period.first)
    return str(day)
