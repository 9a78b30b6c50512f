"""a. Intake: raw body to committed ticket with its effects, 64 at once, against raw sqlite3.

The other side runs the very statements that the service ran, with their parameters, 64 events to a
transaction. What is left is what we add: signature apart, all of parsing, deciding, and threads.
"""

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final, TypeVar

from bench import site
from bench.baselines.replay import contents, replay
from bench.figure import Figure, expect, in_turns, ratio
from chatops import app
from chatops.arrival.inbox import Inbox
from chatops.clock import Clock, SystemClock
from chatops.config import Config
from chatops.desk import Desk
from chatops.ports import Tx
from storage.statement import Db, Param, Row, Statement
from storage.tx import StoredTx
from storage.vault import StoredVault
from storage.work import SqliteWork

T = TypeVar("T")
Log = list[tuple[str, Sequence[Param]]]
Through = Callable[[SqliteWork, Clock], "SqliteWork | Recording"]

AT_ONCE: Final = 64
#: Networks repeat themselves: one body in so many comes twice.
REPEATED: Final = 50


async def measure(folder: Path, *, events: int = 2048, rounds: int = 7) -> list[Figure]:
    """Return the figure of intake."""
    config = site.config(folder, f"http://{site.HOST}:9/slack")
    database, empty = folder / "care.db", folder / "empty.db"
    shutil.copy(database, empty)
    now = SystemClock().transport()
    bodies = [
        (number, site.mention(number, now))
        for number in range(events)
        for _ in range(2 if number % REPEATED == 0 else 1)
    ]
    log: Log = []
    await _take_in(config, bodies, lambda work, clock: Recording(work, clock, log))
    written = contents(database)
    expect(len(written["ticket"]) == events, "each new mention is a ticket")
    expect(len(written["delivery"]) == events, "each ticket has its card in the outbox")

    other = folder / "replayed.db"
    transactions = max(len(bodies) // AT_ONCE, 1)

    async def ours() -> float:
        _fresh(empty, database)
        return len(bodies) / await _take_in(config, bodies)

    async def theirs() -> float:
        _fresh(empty, other)
        return len(bodies) / replay(other, log, transactions)

    await theirs()
    expect(contents(other) == written, "the replay has written the very same rows")
    mine, raw = await in_turns(rounds, ours, theirs)
    detail = (
        f"{max(mine):.0f} of {max(raw):.0f} events/s, {len(log) / len(bodies):.1f} statements each"
    )
    return [Figure("a. intake", ratio(mine, raw), 0.20, "higher", detail)]


async def _take_in(
    config: Config,
    bodies: Sequence[tuple[int, bytes]],
    through: Through = lambda work, _: work,
) -> float:
    """Take the bodies in and return the seconds until the last one's ticket is committed."""
    async with app.opened(config) as service:
        reader, clock = service.storage.reader, service.clock
        work = through(service.storage.work, clock)
        vault = StoredVault(work, reader, None, clock)
        traits = {each.traits.name: each.traits for each in service.channels.values()}
        desk = Desk(work, reader, config.policy, service.registry, traits, clock, service.words)
        inbox = Inbox(desk, work, reader, vault, clock, service.channels)
        running = asyncio.create_task(inbox.run())
        waiting = iter(bodies)

        async def caller() -> None:
            for number, body in waiting:
                await inbox.accept(service.channels[site.account(number)], body)

        began = perf_counter()
        await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
        while await reader.unread_raw(1):  # noqa: ASYNC110 - the database rings nobody
            await asyncio.sleep(0.002)
        took = perf_counter() - began
        running.cancel()
        return took


@dataclass(frozen=True, slots=True)
class Recording:
    """The work, with a log of the statements that it runs, in their order."""

    work: SqliteWork
    clock: Clock
    log: Log

    async def transact(self, fn: Callable[[Tx], T], *, flushed: bool = True) -> T:
        return await self.run(lambda db: fn(StoredTx(db, self.clock.transport())), flushed=flushed)

    async def run(self, fn: Callable[[Db], T], *, flushed: bool = True) -> T:
        return await self.work.run(lambda db: fn(_Logged(db, self.log)), flushed=flushed)


@dataclass(frozen=True, slots=True)
class _Logged:
    db: Db
    log: Log

    def run(self, statement: Statement, **params: Param) -> int:
        self._note(statement, params)
        return self.db.run(statement, **params)

    def one(self, statement: Statement, **params: Param) -> Row | None:
        self._note(statement, params)
        return self.db.one(statement, **params)

    def all(self, statement: Statement, **params: Param) -> list[Row]:
        self._note(statement, params)
        return self.db.all(statement, **params)

    def has(self, table: str) -> bool:
        return self.db.has(table)

    def _note(self, statement: Statement, params: Mapping[str, Param]) -> None:
        text, ordered = statement.sqlite
        self.log.append((text, ordered(params)))


def _fresh(empty: Path, database: Path) -> None:
    """Put an empty, migrated database into the place."""
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.copy(empty, database)
