"""The additive figures of a ticket by local day, as its log makes them. Pure.

What a log makes is a multiset of cells, and the roll-up is the sum of what all logs make. So an entry
that changes the past (a close that turns out to be a slip or spam, a move to another queue, a ticket
taken off the quiet list) needs no rule of its own: what the log made before it is taken away, and
what it makes with it is added.

What is counted is what chatops.report and storage.figures count. Medians, shares of closes, distinct
tickets and what is open are no sums of days; neither is a first response here, for its number is that
of the values of which its median is made.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from chatops.event import Closed, CloseReason, Event, Moved, Opened, Reopened, ReplyRequested
from chatops.measures import SLIP
from chatops.periods import days_of

_SECOND: Final = timedelta(seconds=1)

#: The events that can make or change a cell; the others cost nothing.
COUNTED: Final = (Opened, Moved, Closed, Reopened, ReplyRequested)


class Additive(StrEnum):
    """What is counted."""

    NEW = "new"
    CLOSED = "closed"
    QUIET = "quiet"  #: opened on the quiet list, and on it still
    REPEATED = "repeated"  #: canned replies that were sent again, over the question


@dataclass(frozen=True, slots=True)
class Cell:
    """What a number of the roll-up is of."""

    day: datetime  #: when it began
    figure: Additive
    queue: str  #: where the ticket belongs now
    channel: str
    kind: str
    agent: int | None = None  #: who closed or replied
    detail: str = ""  #: why it was closed; the rule that put it on the quiet list


class Days:
    """Local days, from `starts` to `starts` on the wall, of 23 or 25 hours where clocks change."""

    def __init__(self, zone: str, starts: time) -> None:
        self.zone = zone
        self.starts = starts
        self._days = days_of(zone, starts)
        self._last: tuple[datetime, datetime] | None = (
            None  #: instants that are asked for lie close
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Days) and self._days == other._days

    def __hash__(self) -> int:
        return hash(self._days)

    def of(self, at: datetime) -> tuple[datetime, datetime]:
        """Return the day of an instant as [start, end)."""
        if self._last is None or not self._last[0] <= at < self._last[1]:
            self._last = next(self._days.working(at, at + _SECOND))
        return self._last

    def whole(self, start: datetime, end: datetime) -> tuple[datetime, datetime] | None:
        """Return from where to where [start, end) is whole days; None if it holds none."""
        begins, over = self.of(start)
        first, last = begins if begins == start else over, self.of(end)[0]
        return (first, last) if first < last else None


def cells(log: Iterable[tuple[Event, datetime]], days: Days) -> Mapping[Cell, int]:
    """Return what a ticket's log makes: its first entry opened it, and COUNTED are enough."""
    counting = _Counting()
    for event, at in log:
        counting.take(event, at)
    return counting.cells(days)


@dataclass(slots=True)
class _Counting:
    """What counts of a ticket, so far."""

    opened: Opened | None = None
    opened_at: datetime | None = None
    queue: str = ""
    quiet: bool = False
    spam: bool = False
    closes: list[tuple[Closed, datetime]] = field(default_factory=list)
    is_closed: bool = False  #: by the last of them
    repeated: list[tuple[int, datetime]] = field(default_factory=list)

    def take(self, event: Event, at: datetime) -> None:
        match event:
            case Opened():
                self.opened, self.opened_at = event, at
                self.queue, self.quiet = event.queue, event.quiet
            case Moved(queue):
                self.queue = queue
            case Closed(reason):
                self.closes.append((event, at))
                self.is_closed, self.spam = True, reason is CloseReason.SPAM
            case Reopened(agent=agent):
                if self.is_closed and self._is_slip(agent, at):
                    self.closes.pop()
                self.is_closed = self.spam = self.quiet = False
            case ReplyRequested(agent=agent, repeated=True):
                self.repeated.append((agent, at))
            case _:
                pass

    def _is_slip(self, agent: int | None, at: datetime) -> bool:
        closed, closed_at = self.closes[-1]
        return agent == closed.agent and at - closed_at <= SLIP

    def cells(self, days: Days) -> Counter[Cell]:
        made: Counter[Cell] = Counter()
        if (opened := self.opened) is None or self.opened_at is None:
            return made  # the log of a ticket that is being dropped

        def add(at: datetime, figure: Additive, agent: int | None = None, detail: str = "") -> None:
            of = (self.queue, opened.channel, opened.kind.value, agent, detail)
            made[Cell(days.of(at)[0], figure, *of)] += 1

        for agent, at in self.repeated:
            add(at, Additive.REPEATED, agent)
        if self.quiet:
            if opened.rule is not None:
                add(self.opened_at, Additive.QUIET, detail=opened.rule)
            return made
        if not self.spam:
            add(self.opened_at, Additive.NEW)
        for closed, at in self.closes:
            add(at, Additive.CLOSED, closed.agent, closed.reason.value)
        return made
