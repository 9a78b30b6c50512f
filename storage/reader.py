"""The port `Reader` out of its parts, on whatever runs reads: each call shows one moment."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from chatops.behind import Behind, Figure
from chatops.digest import Breach, Thanked
from chatops.handling import Handling
from chatops.levels import Levels
from chatops.measures import Measures
from chatops.ports import (
    AccountSign,
    Arrival,
    Due,
    Entry,
    Health,
    Hit,
    Listed,
    Load,
    Profile,
    RawBody,
    Record,
    TicketFilter,
    Waits,
)
from chatops.report import EVERY, CloseRow, Counts, Only, Reached
from chatops.scene import Agent, Line
from chatops.sla import Clocks
from chatops.splits import Happened
from chatops.ticket import Ticket
from chatops.unclosed import Unclosed
from storage import (
    arrivals,
    backlog,
    behind,
    clocks,
    conversations,
    customers,
    digests,
    figures,
    handling,
    held,
    levels,
    lists,
    measures,
    people,
    processes,
    reaching,
    records,
    search,
    splits,
    standing,
    unclosed,
)
from storage.runs import Reads


class StoredReader:
    """Implements chatops.ports.Reader on a database that migrations have made."""

    def __init__(self, reads: Reads) -> None:
        self.run = reads.run
        self.close = reads.close

    async def ticket(self, id: int) -> Ticket | None:
        return await self.run(lambda db: records.ticket(db, id))

    async def record(self, id: int) -> Record | None:
        return await self.run(lambda db: records.record(db, id))

    async def messages(self, ticket: int) -> Sequence[Line]:
        return await self.run(lambda db: records.messages(db, ticket))

    async def line(self, message: int) -> Line | None:
        return await self.run(lambda db: records.line(db, message))

    async def entry(self, id: int) -> Entry | None:
        return await self.run(lambda db: lists.entry(db, id))

    async def entries(self, ticket: int) -> Sequence[Entry]:
        return await self.run(lambda db: lists.entries(db, ticket))

    async def agents(self) -> Sequence[Agent]:
        return await self.run(people.agents)

    async def card_at(self, room: str, external_id: str) -> int | None:
        return await self.run(lambda db: backlog.card_at(db, room, external_id))

    async def card_of(self, ticket: int, room: str) -> str | None:
        return await self.run(lambda db: backlog.card_of(db, ticket, room))

    async def line_of(self, ticket: int, room: str) -> str | None:
        return await self.run(lambda db: backlog.line_of(db, ticket, room))

    async def ticket_in(self, account: str, thread_key: str, author: str) -> int | None:
        return await self.run(lambda db: conversations.ticket_in(db, account, thread_key, author))

    async def listed(self, wanted: TicketFilter) -> tuple[Sequence[Listed], int]:
        return await self.run(lambda db: lists.listed(db, wanted))

    async def search(
        self, said: str, queues: Sequence[str], limit: int
    ) -> tuple[Sequence[Hit], bool]:
        return await self.run(lambda db: search.search(db, said, queues, limit))

    async def profiles(self, customer: int) -> Sequence[Profile]:
        return await self.run(lambda db: customers.profiles(db, customer))

    async def queues(self) -> Sequence[str]:
        return await self.run(standing.queues)

    async def loads(self, queues: Sequence[str], now: datetime) -> Sequence[Load]:
        return await self.run(lambda db: standing.loads(db, queues, now))

    async def signs(self) -> Mapping[str, AccountSign]:
        return await self.run(standing.signs)

    async def arrivals(self, since: datetime, after: int, limit: int) -> Sequence[Arrival]:
        return await self.run(lambda db: arrivals.arrivals(db, since, after, limit))

    async def running(self, after: int, limit: int) -> Sequence[tuple[Ticket, Clocks]]:
        return await self.run(lambda db: records.running(db, after, limit))

    async def running_count(self) -> int:
        return await self.run(clocks.running_count)

    async def quiet_counts(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Mapping[str, int]:
        return await self.run(lambda db: figures.quiet_counts(db, queues, start, end, only))

    async def first_opened(self, now: datetime) -> datetime | None:
        return await self.run(lambda db: figures.first_opened(db, now))

    async def counts(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Counts:
        return await self.run(lambda db: figures.counts(db, queues, start, end, only))

    async def measures(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Measures:
        return await self.run(lambda db: measures.measures(db, queues, start, end, only))

    async def handled(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> int:
        return await self.run(lambda db: handling.handled(db, queues, start, end, only))

    async def handled_by(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Mapping[int, int]:
        return await self.run(lambda db: handling.handled_by(db, queues, start, end, only))

    async def handling(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Handling:
        return await self.run(lambda db: handling.handling(db, queues, start, end, only))

    async def behind(
        self,
        figure: Figure,
        queues: Sequence[str],
        start: datetime,
        end: datetime,
        only: Only = EVERY,
    ) -> Sequence[Behind]:
        return await self.run(lambda db: behind.behind(db, figure, queues, start, end, only))

    async def those(self, tickets: Sequence[int]) -> Sequence[Listed]:
        return await self.run(lambda db: lists.those(db, tickets))

    async def happened(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Sequence[Happened]:
        return await self.run(lambda db: splits.happened(db, queues, start, end, only))

    async def levels(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Levels:
        return await self.run(lambda db: levels.levels_of(db, queues, start, end, only))

    async def unclosed(
        self, queues: Sequence[str], at: datetime, only: Only = EVERY
    ) -> Sequence[Unclosed]:
        return await self.run(lambda db: unclosed.unclosed(db, queues, at, only))

    async def closes(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Sequence[CloseRow]:
        return await self.run(lambda db: figures.closes(db, queues, start, end, only))

    async def thanks(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Sequence[Thanked]:
        return await self.run(lambda db: digests.thanks(db, queues, start, end, only))

    async def reached(
        self, queues: Sequence[str], start: datetime, end: datetime, only: Only = EVERY
    ) -> Sequence[Reached]:
        return await self.run(lambda db: reaching.reached(db, queues, start, end, only))

    async def breaches(
        self, queues: Sequence[str], start: datetime, end: datetime
    ) -> Sequence[Breach]:
        return await self.run(lambda db: digests.breaches(db, queues, start, end))

    async def told(self, queues: Sequence[str], start: datetime, end: datetime) -> Sequence[Breach]:
        return await self.run(lambda db: digests.told(db, queues, start, end))

    async def still_late(self, queues: Sequence[str], before: datetime) -> Sequence[Breach]:
        return await self.run(lambda db: digests.still_late(db, queues, before))

    async def open_at(self, at: datetime) -> Mapping[str, int]:
        return await self.run(lambda db: levels.open_at(db, at))

    async def unread_raw(self, limit: int) -> Sequence[RawBody]:
        return await self.run(lambda db: backlog.unread_raw(db, limit))

    async def raw(self, since: datetime, *, unreadable: bool) -> Sequence[RawBody]:
        return await self.run(lambda db: backlog.raw(db, since, unreadable=unreadable))

    async def due(self, now: datetime) -> Due:
        return await self.run(lambda db: backlog.due(db, now))

    async def waits(self) -> Waits:
        return await self.run(held.waits)

    async def published(self, name: str) -> tuple[str, datetime] | None:
        return await self.run(lambda db: backlog.published(db, name))

    async def offset(self) -> float:
        return await self.run(backlog.offset)

    async def edition(self, above: int) -> tuple[int, str] | None:
        return await self.run(lambda db: processes.edition(db, above))

    async def health(self, now: datetime) -> Health:
        return await self.run(lambda db: backlog.health(db, now))
