"""What digests are made of: rows that storage found in a period. Pure values.

A period is half-open, [start, end), in UTC: that of `digest breaches` and `digest thanks` begins
where the digest of the same name left off.
"""

from dataclasses import dataclass
from datetime import date, datetime

from chatops.report import Counts
from chatops.sla import Clock
from chatops.ticket import Status


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
