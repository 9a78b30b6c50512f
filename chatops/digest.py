"""What digests are made of: rows that storage found in a period. Pure.

A period is half-open, [start, end), in UTC: that of `digest breaches` and `digest thanks` begins
where the digest of the same name left off.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from chatops.event import (
    Absorbed,
    AnsweredOutside,
    Breached,
    CustomerWrote,
    Event,
    Reopened,
    Separated,
    Unmerged,
)
from chatops.report import Counts
from chatops.sla import Clock
from chatops.sla.clock import second
from chatops.ticket import Status

#: What may make a clock late by a second that is long past, and what tells that it was so before.
MAKES_LATE: Final = (
    CustomerWrote,
    AnsweredOutside,
    Reopened,
    Absorbed,
    Unmerged,
    Separated,
    Breached,
)


@dataclass(frozen=True, slots=True)
class Flow:
    """What came into a queue in a period, what was closed, and what was not at its end."""

    queue: str
    new: int
    closed: int
    open: int  #: snoozed ones too
    goal: int | None  #: so many open at the most


@dataclass(frozen=True, slots=True)
class Breach:
    """A clock of any kind that was breached, whose ticket it is, and who has that now."""

    ticket: int
    queue: str
    assignee: int | None
    clock: Clock


@dataclass(frozen=True, slots=True)
class Thanked:
    """A message that was taken for mere thanks: it reopened nothing and started no clock."""

    ticket: int
    queue: str
    assignee: int | None
    status: Status  #: by now
    at: datetime  #: when it came in


@dataclass(frozen=True, slots=True)
class Week:
    """Seven whole local days, both ends included, and what they held."""

    first: date
    last: date
    counts: Counts
    open: int  #: not closed at its end
    breaches: int  #: targets of every kind

    @property
    def is_still(self) -> bool:
        """Whether nothing came, was done or was missed in it, whatever is open."""
        counts = self.counts
        return not (counts.new or counts.closed or counts.first_responses or self.breaches)


def told_from(
    clock: Clock, late_at: datetime, log: Iterable[tuple[Event, datetime, datetime | None]]
) -> datetime:
    """Return from when on a digest tells that a clock is late, by `late_at`: in its time, or at once.

    A digest that was made before cannot have told what was written into the log after it, of a message
    that reached us late, say. `log` are those entries of the ticket since `late_at` that MAKES_LATE
    names, in their order, each with when the customer wrote.
    """
    told = late_at
    for event, at, heard_at in log:
        if isinstance(event, Breached):
            if (event.clock, event.cycle) == (clock.kind, clock.cycle):
                break
        elif _makes_late(clock, event, at, heard_at):
            told = max(told, at)
    return told


def _makes_late(clock: Clock, event: Event, at: datetime, heard_at: datetime | None) -> bool:
    if isinstance(event, CustomerWrote | AnsweredOutside):
        # they begin a clock at the time at which the customer asked
        asked_at = heard_at if isinstance(event, CustomerWrote) else event.asked_at
        return asked_at is not None and second(asked_at) == clock.started_at
    # the others let one go on that had ended, or count from an earlier second
    return clock.stopped_at is None or at <= clock.stopped_at
