"""Figures and their definitions. Pure, over rows that storage counted.

A window is half-open, [start, end), in UTC; a local day is the day of the workspace's zone, so that
days of 23 and 25 hours exist. Durations are business seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from chatops.event import Kind, Priority


@dataclass(frozen=True, slots=True)
class Only:
    """What a report is narrowed to, all of it at once; None is every.

    Of an agent count what they did and, of what is owed or open, the tickets that they have now.
    """

    channel: str | None = None
    kind: Kind | None = None
    language: str | None = None
    priority: Priority | None = None
    tag: str | None = None  #: folded, as chatops.tags keeps it
    agent: int | None = None


EVERY: Final = Only()


@dataclass(frozen=True, slots=True)
class CloseRow:
    """Closes in a window, by who pressed, where and why; undone within 60 s do not count."""

    agent: int | None
    channel: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What a window holds.

    `first_responses` are the business seconds of every first reply accepted in the window, late
    ones included; `waiting` are the tickets whose first or next response clock runs at the window's
    end, and `oldest_waiting` the start of the oldest: beside each other, so that silence improves
    nothing.
    """

    new: int
    closed: int
    first_responses: Sequence[int]
    waiting: int
    oldest_waiting: datetime | None
    repeated: int = 0  #: canned replies that were sent again, over the question


class Reached(NamedTuple):
    """A new ticket's first message, on its way to us. A named tuple: a month has tens of thousands."""

    ticket: int
    channel: str
    at: datetime  #: when the customer wrote, as the network says
    took_s: int  #: by the calendar, until it was taken in


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 90th percentile; p90 is shown only of ten values or more."""

    count: int
    median: float | None
    p90: float | None


def spread(values: Sequence[int]) -> Spread:
    """Return median and p90 by linear interpolation (as numpy and percentile_cont have it)."""
    ordered = sorted(values)
    if not ordered:
        return Spread(0, None, None)
    p90 = _percentile(ordered, 0.9) if len(ordered) >= 10 else None
    return Spread(len(ordered), _percentile(ordered, 0.5), p90)


def slowest(values: Sequence[int]) -> float | None:
    """Return the 95th percentile, likewise; None: of fewer than twenty values it would be the last one."""
    return _percentile(sorted(values), 0.95) if len(values) >= 20 else None


def _percentile(ordered: Sequence[int], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
