"""Storage, as the core asks for it: writes, reads, and the accounts' vault.

A write is a function. `await work.transact(fn)` runs the plain synchronous `fn(tx)` in one
transaction, alone on what it locks, and returns its result after the commit.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from chatops.behind import Behind, Figure
from chatops.digest import Breach, Thanked
from chatops.handling import Handling
from chatops.levels import Levels
from chatops.measures import Measures
from chatops.ports.delivery import (
    Due,
    Waits,
)
from chatops.ports.rows import (
    AccountSign,
    AccountState,
    Arrival,
    Entry,
    Health,
    Hit,
    Listed,
    Load,
    Profile,
    RawBody,
    Record,
    TicketFilter,
)
from chatops.ports.tx import Tx
from chatops.report import EVERY, CloseRow, Counts, Only, Reached
from chatops.scene import Agent, Line
from chatops.sla import Clocks
from chatops.splits import Happened
from chatops.ticket import Ticket
from chatops.unclosed import Unclosed

T = TypeVar("T")


class Work(Protocol):
    """The writes."""

    shared: bool  #: whether other processes may serve the same database

    async def transact(self, fn: Callable[[Tx], T], *, flushed: bool = True) -> T:
        """Run `fn` in a transaction and return its result after the commit.

        Not `flushed`, the commit does not wait for the disk: it survives our own death, but a power
        cut may take it back, with all that came after it and before the next flush.

        Raises:
            StorageError: the database is locked, full or gone; nothing of `fn` was kept.
            Uncertain: the connection broke within the commit: all of `fn` was kept, or nothing.
        """
        ...


class Reader(Protocol):
    """The reads. Each shows one moment; lists and figures obey the queues that they are given."""

    async def ticket(self, id: int) -> Ticket | None: ...
    async def record(self, id: int) -> Record | None: ...
    async def messages(self, ticket: int) -> Sequence[Line]:
        """Return all messages of the ticket and of those merged into it, oldest first."""
        ...

    async def line(self, message: int) -> Line | None: ...
    async def entry(self, id: int) -> Entry | None: ...
    async def entries(self, ticket: int) -> Sequence[Entry]: ...
    async def agents(self) -> Sequence[Agent]: ...
    async def card_at(self, room: str, external_id: str) -> int | None:
        """Return the ticket whose card has that id in the room, or its line in a burst's thread."""
        ...

    async def card_of(self, ticket: int, room: str) -> str | None:
        """Return the external id of the ticket's card in the room, once it is there and not left.

        Any other card of the ticket there is one of unknown fate that was posted again.
        """
        ...

    async def line_of(self, ticket: int, room: str) -> str | None:
        """Return the external id of the ticket's line in a burst's thread in the room, once there."""
        ...

    async def ticket_in(self, account: str, thread_key: str, author: str) -> int | None:
        """Return the ticket of the conversation that this author, by external id, has in a thread."""
        ...

    async def listed(self, wanted: TicketFilter) -> tuple[Sequence[Listed], int]:
        """Return the tickets, first response due soonest first, and how many there are in all.

        Without a status: those that are not closed. Of closed and quiet ones the newest lead, and
        no more than MOST_COUNTED are counted.
        """
        ...

    async def search(
        self, said: str, queues: Sequence[str], limit: int
    ) -> tuple[Sequence[Hit], bool]:
        """Return the tickets whose messages hold all the words, newest first, and if there are more.

        Japanese is found by any of its characters in a row; words in Latin script by their stem.
        A ticket is also found by its number, which puts it first, and by its customer's handle or
        name, whole. Where so many messages match outside the queues that the search gives up, it
        says that there are more.
        """
        ...

    async def profiles(self, customer: int) -> Sequence[Profile]:
        """Return the customer and whom consent links to them."""
        ...

    async def queues(self) -> Sequence[str]:
        """Return the queues in which there are tickets, by name: those too that app.yaml names no more."""
        ...

    async def loads(self, queues: Sequence[str], now: datetime) -> Sequence[Load]:
        """Return what is open and snoozed in the queues, by queue and assignee."""
        ...

    async def signs(self) -> Mapping[str, AccountSign]:
        """Return what is known of each account that was ever connected."""
        ...

    async def arrivals(self, since: datetime, after: int, limit: int) -> Sequence[Arrival]:
        """Return tickets opened since whose id is above `after`, by id."""
        ...

    async def running(self, after: int, limit: int) -> Sequence[tuple[Ticket, Clocks]]:
        """Return tickets with an open clock whose id is above `after`, by id, each with all clocks."""
        ...

    async def running_count(self) -> int:
        """Return how many tickets have an open clock."""
        ...

    async def quiet_counts(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Mapping[str, int]:
        """Return by rule how many tickets opened in [start, end) are on the quiet list."""
        ...

    async def first_opened(self, now: datetime) -> datetime | None:
        """Return when the first ticket of all was opened; None if none was by now."""
        ...

    async def counts(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Counts:
        """Return the additive figures of [start, end)."""
        ...

    async def measures(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Measures:
        """Return the clocks' and closes' rows of [start, end)."""
        ...

    async def handled(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> int:
        """Return about how many tickets people did something in [start, end)."""
        ...

    async def handled_by(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Mapping[int, int]:
        """Return the same by agent."""
        ...

    async def handling(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Handling:
        """Return the rows of [start, end) of what people did about tickets, and nobody."""
        ...

    async def behind(
        self,
        figure: Figure,
        queues: Sequence[str],
        start: datetime,
        end: datetime,
        only: Only = EVERY,
    ) -> Sequence[Behind]:
        """Return the tickets of a figure of [start, end), of one that is not made of such rows."""
        ...

    async def those(self, tickets: Sequence[int]) -> Sequence[Listed]:
        """Return tickets as a list shows them, in their order; what is gone is left out."""
        ...

    async def happened(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Sequence[Happened]:
        """Return what [start, end) held, to be split by who, where, what and when."""
        ...

    async def levels(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Levels:
        """Return when the tickets came and went that were open at some moment of [start, end)."""
        ...

    async def unclosed(
        self, queues: Sequence[str], at: datetime, only: Only = EVERY
    ) -> Sequence[Unclosed]:
        """Return the tickets that were not closed at a moment, as they were then."""
        ...

    async def closes(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Sequence[CloseRow]: ...
    async def thanks(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Sequence[Thanked]:
        """Return the messages that came in within [start, end) and were mere thanks, oldest first."""
        ...

    async def reached(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Sequence[Reached]:
        """Return how the first messages of the tickets reached us that were new in [start, end)."""
        ...

    async def breaches(
        self, queues: Sequence[str], start: datetime, end: datetime
    ) -> Sequence[Breach]:
        """Return the clocks of every kind that were breached in [start, end), due first first."""
        ...

    async def told(self, queues: Sequence[str], start: datetime, end: datetime) -> Sequence[Breach]:
        """Return those of whose breach a digest of [start, end) is the first to tell."""
        ...

    async def still_late(self, queues: Sequence[str], before: datetime) -> Sequence[Breach]:
        """Return those of which that was told before then and that are owed still."""
        ...

    async def open_at(self, at: datetime) -> Mapping[str, int]:
        """Return by queue how many tickets were not closed at that moment, snoozed ones too."""
        ...

    async def unread_raw(self, limit: int) -> Sequence[RawBody]: ...
    async def raw(self, since: datetime, *, unreadable: bool) -> Sequence[RawBody]: ...
    async def due(self, now: datetime) -> Due:
        """Return what is due; nothing is while a restored database is held back."""
        ...

    async def waits(self) -> Waits:
        """Return what the outbox holds, whether due or not."""
        ...

    async def published(self, name: str) -> tuple[str, datetime] | None:
        """Return the newest period of that digest, and up to when its figures go."""
        ...

    async def offset(self) -> float:
        """Return by how many seconds business time is turned."""
        ...

    async def edition(self, above: int) -> tuple[int, str] | None:
        """Return the app.yaml in force and its number; None if that is not above."""
        ...

    async def health(self, now: datetime) -> Health: ...


class Vault(Protocol):
    """Secrets and leases of accounts. Times are transport time."""

    async def state(self, account: str) -> AccountState: ...
    async def save_tokens(self, account: str, tokens: Mapping[str, str]) -> None:
        """Save a pair before it is used; it also ends a revocation."""
        ...

    async def meet(self, account: str) -> None:
        """Note that the account is ours from now on, unless it is known already."""
        ...

    async def save_cursor(self, account: str, name: str, value: str) -> None: ...
    async def heard(self, account: str, now: datetime) -> None: ...
    async def revoked(self, account: str) -> None: ...
    async def lease(self, account: str, name: str, owner: str, seconds: float) -> bool:
        """Take or prolong the lease `name` on the account for `seconds`; False if another has it."""
        ...

    async def release(self, account: str, name: str, owner: str) -> None: ...
