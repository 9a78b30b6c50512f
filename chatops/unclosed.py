"""What is open at one moment, a period's end: how old it is, and what of it wants a hand. Pure, over rows.

Nobody has read a ticket who was not there since the customer's newest message; a claim is idle once its
holder is, or is to be, asked about it (chatops.idle_claims).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chatops.ticket import Status, Ticket


@dataclass(frozen=True, slots=True)
class Unclosed:
    """A ticket that is open or snoozed, with what stands of it then."""

    ticket: int
    queue: str
    account: str
    opened_at: datetime
    status: Status = Status.OPEN
    assignee: int | None = None
    is_read: bool = False  #: by somebody, since the customer's newest message
    idle_since: datetime | None = None
    hand_back_at: datetime | None = None
    snoozed_until: datetime | None = None
    due: tuple[datetime, ...] = ()  #: when the promises are due that run


@dataclass(frozen=True, slots=True)
class Backlog:
    """The tickets that are not closed at a moment."""

    at: datetime
    day: tuple[datetime, datetime]  #: the local day that goes on then, as [start, end)
    then: date | None = None  #: that day's date, where the moment is past
    rows: Sequence[Unclosed] = ()
    idle_claims: frozenset[int] = frozenset()  #: the tickets of such claims

    @property
    def open(self) -> Sequence[Unclosed]:
        return [row for row in self.rows if row.status is Status.OPEN]

    @property
    def snoozed(self) -> Sequence[Unclosed]:
        return [row for row in self.rows if row.status is Status.SNOOZED]

    @property
    def unclaimed(self) -> Sequence[Unclosed]:
        return [row for row in self.open if row.assignee is None]

    @property
    def unread(self) -> Sequence[Unclosed]:
        return [row for row in self.open if not row.is_read]

    @property
    def idle(self) -> Sequence[Unclosed]:
        return [row for row in self.open if row.ticket in self.idle_claims]

    @property
    def due(self) -> Sequence[tuple[Unclosed, datetime]]:
        """The tickets of which a promise is due that day or the snooze ends, and when the first does."""
        start, end = self.day
        found = [(row, [at for at in _times(row) if start <= at < end]) for row in self.rows]
        return [(row, min(times)) for row, times in found if times]


def _times(row: Unclosed) -> tuple[datetime, ...]:
    return row.due if row.snoozed_until is None else (*row.due, row.snoozed_until)


def unclosed_of(ticket: Ticket, queue: str, due: tuple[datetime, ...]) -> Unclosed | None:
    """Return what stands of a ticket, counted in `queue`; None: it is closed."""
    if ticket.status is Status.CLOSED:
        return None
    return Unclosed(
        ticket.id,
        queue,
        ticket.account,
        ticket.opened_at,
        ticket.status,
        ticket.assignee,
        bool(ticket.read_by),
        ticket.idle_since,
        ticket.hand_back_at,
        ticket.snoozed_until,
        due,
    )
