"""What a period's clocks and closes say of the work: definitions, pure, over rows.

Every figure is of one period, [start, end). A close that its own agent undid within a minute was a
slip and no close. A reopening counts against a close where it is the ticket's next one, comes within
seven days, and is the customer's doing or an agent's later than a minute; mere thanks reopen nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from chatops.event import ClockKind, CloseReason

#: A close undone by who made it within this time is left out.
SLIP: Final = timedelta(seconds=60)
#: So long after a close a reopening tells that it did not hold.
HOLDS_IN: Final = timedelta(days=7)
#: A customer who writes a direct message within this time was handed over in one go (REPORTS.md).
HANDED_OVER_IN: Final = timedelta(hours=24)
#: Bounds of how old open tickets are.
AGES: Final = (timedelta(days=1), timedelta(days=3), timedelta(days=7))


#: Seconds of working time, and by the calendar.
Took = tuple[Sequence[int], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Response:
    """A clock that a reply stopped in the period, late ones included."""

    clock: ClockKind
    elapsed_s: int  #: of working time
    calendar_s: int
    ticket: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Close:
    """A close in the period, slips too; the reopening is the next one after it, however late."""

    ticket: int
    agent: int
    reason: CloseReason
    at: datetime
    replies: int  #: human ones that the network had accepted until then
    reopened_at: datetime | None = None
    reopened_by: int | None = None  #: None: the customer
    resolution_s: int | None = None  #: working time of its clock until then; None: none was owed
    calendar_s: int | None = None
    queue: str = ""
    first_of: datetime | None = None  #: of a ticket's first close, slips apart: when it was opened

    @property
    def is_slip(self) -> bool:
        if self.reopened_at is None:
            return False
        return is_undone(self.agent, self.at, self.reopened_by, self.reopened_at)

    @property
    def is_reopened(self) -> bool:
        if self.reopened_at is None or self.reopened_at - self.at > HOLDS_IN:
            return False
        return self.reopened_by is None or self.reopened_at - self.at > SLIP


@dataclass(frozen=True, slots=True)
class Invitation:
    """A customer was asked into direct messages in the period; what became of it may be later."""

    ticket: int
    at: datetime
    opened_s: int | None  #: calendar seconds to their first direct message; None: none came
    is_abandoned: bool = False  #: none came, and none is waited for any more


@dataclass(frozen=True, slots=True)
class Kept:
    """Clocks due or ended in the period: a rate is of those that were owed, not of waived ones."""

    met: int = 0
    breached: int = 0  #: ended late, undone, or running and past due
    waived: int = 0

    @property
    def share(self) -> "Share":
        return Share(self.met, self.met + self.breached)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; a percentage only where there is something to divide by."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """To a tenth; all and nothing are said of no share that only comes near them."""
        if not self.whole:
            return None
        if self.part in {0, self.whole}:
            return 100.0 if self.part else 0.0
        return min(max(round(100 * self.part / self.whole, 1), 0.1), 99.9)


@dataclass(frozen=True, slots=True)
class Measures:
    """The rows of a period."""

    responses: Sequence[Response] = ()
    closes: Sequence[Close] = ()
    kept: Mapping[ClockKind, Kept] = field(default_factory=dict)
    breached: int = 0  #: clocks of every kind that were breached in the period
    invitations: Sequence[Invitation] = ()


def real_closes(closes: Iterable[Close]) -> Sequence[Close]:
    """Return the closes without slips."""
    return [close for close in closes if not close.is_slip]


def last_closes(closes: Iterable[Close]) -> Sequence[Close]:
    """Return each ticket's last real close of the period."""
    ordered = sorted(real_closes(closes), key=lambda close: close.at)
    return list({close.ticket: close for close in ordered}.values())


def first_closes(closes: Iterable[Close]) -> Sequence[Close]:
    """Return the real closes that were their tickets' first ever."""
    return [close for close in real_closes(closes) if close.first_of is not None]


def is_undone(
    closed_by: int | None, closed_at: datetime, by: int | None, reopened_at: datetime
) -> bool:
    """Tell whether a reopening shows the close before it to be a slip."""
    return by == closed_by and reopened_at - closed_at <= SLIP


def reopen_rate(closes: Iterable[Close]) -> Share:
    """Return how many of the closes were followed by a reopening."""
    real = real_closes(closes)
    return Share(sum(close.is_reopened for close in real), len(real))


def mean_reopens(closes: Sequence[Close]) -> float | None:
    """Return how often the closed tickets came back on average, to a hundredth; None: there are none."""
    tickets = len(last_closes(closes))
    return round(reopen_rate(closes).part / tickets, 2) if tickets else None


def one_touch(closes: Iterable[Close]) -> Share:
    """Return how many of the closed tickets with a reply had a single one and stayed closed."""
    answered = [close for close in last_closes(closes) if close.replies]
    return Share(len(one_touched(answered)), len(answered))


def one_touched(closes: Iterable[Close]) -> Sequence[Close]:
    """Return the last closes of tickets that one reply settled."""
    return [each for each in last_closes(closes) if each.replies == 1 and not each.is_reopened]


def unreplied(closes: Iterable[Close]) -> Sequence[Close]:
    """Return the closes before which nobody had replied."""
    return [close for close in real_closes(closes) if not close.replies]


def no_reply(closes: Iterable[Close]) -> Share:
    """Return how many of the closes had no human reply before them."""
    real = real_closes(closes)
    return Share(len(unreplied(real)), len(real))


def no_reply_reasons(closes: Iterable[Close]) -> Mapping[CloseReason, int]:
    """Return the closes without a human reply by their reason, most first."""
    counted = Counter(close.reason for close in unreplied(closes))
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))


def responses_took(responses: Iterable[Response], clock: ClockKind) -> Took:
    """Return how long the responses took that a kind of clock was of."""
    found = [each for each in responses if each.clock is clock]
    return [each.elapsed_s for each in found], [each.calendar_s for each in found]


def first_resolutions_took(closes: Iterable[Close]) -> Sequence[int]:
    """Return how long the first resolutions took by the calendar."""
    found = first_closes(closes)
    return [int((each.at - (each.first_of or each.at)).total_seconds()) for each in found]


def resolutions_took(closes: Iterable[Close]) -> Took:
    """Return what resolution clocks had used at their tickets' last closes of the period."""
    found = last_closes(closes)
    worked = [each.resolution_s for each in found if each.resolution_s is not None]
    return worked, [each.calendar_s for each in found if each.calendar_s is not None]


def within(responses: Iterable[Response], span: timedelta) -> Share:
    """Return how many first replies came within `span` of calendar time."""
    first = [each for each in responses if each.clock is ClockKind.FIRST_RESPONSE]
    return Share(sum(each.calendar_s <= span.total_seconds() for each in first), len(first))


def opened_soon(invitations: Iterable[Invitation]) -> list[Invitation]:
    """Return those after which the customer soon wrote a direct message."""
    soon = HANDED_OVER_IN.total_seconds()
    return [each for each in invitations if each.opened_s is not None and each.opened_s <= soon]


def abandoned(invitations: Iterable[Invitation]) -> list[Invitation]:
    """Return those on which nobody waits any more for a direct message that never came."""
    return [each for each in invitations if each.is_abandoned]


def by_age(opened: Iterable[datetime], now: datetime) -> tuple[int, ...]:
    """Return how many open tickets are younger than each of AGES, and how many are older."""
    counted = Counter(sum(now - at >= age for age in AGES) for at in opened)
    return tuple(counted[band] for band in range(len(AGES) + 1))
