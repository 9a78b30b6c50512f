"""o. Reports and sweeps among the years: at a million tickets, against the same at a hundred thousand.

The report is `/care-report 30d` as its command makes it, with the thirty days before beside it and
the roll-up folded (bench.lives). Finding a thousand clocks that are due at one moment stands
against one read of their index by the raw driver; what alerting of them costs stands beside, and
comes last, for it changes the database.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import asyncpg

import commands
from bench import flatness, lives, server, years, years_postgres
from bench.figure import Figure, expect, in_turns, ratio
from bench.flatness import Side
from bench.recording import AnyWork
from chatops.calendar import Calendar
from chatops.call import Call, Origin, Registry
from chatops.clock import SystemClock
from chatops.desk import Desk
from chatops.policy import Account, Policy, Queue, Role, Room
from chatops.refolding import counted_anew
from chatops.rollup import Days
from chatops.scene import Agent
from chatops.text import Words
from chatops.timer import SWEEP, Timer
from commands.report import Report, report
from storage import carry, is_postgres, open_storage, sqlite_path
from storage.instant import instant

#: Clocks that are due at one moment.
DUE: Final = 1000
SWEPT: Final = 64

DAYS: Final = Days("UTC", time())

_QUEUES: Final = {
    f"queue{number}": Queue(
        f"queue{number}",
        rooms=(f"room{number}",),
        managers_rooms=(),
        calendar=Calendar.always("UTC"),
        first_response=timedelta(hours=1),
        escalation={},
    )
    for number in range(years.QUEUES)
}
_POLICY: Final = Policy(
    rooms={
        f"room{n}": Room(f"room{n}", "slack", f"C{n}", "en", "UTC") for n in range(years.QUEUES)
    },
    queues=_QUEUES,
    people={},
    accounts={
        f"shop{n}": Account(f"shop{n}", "x", f"queue{n}", "en", "shop") for n in range(years.QUEUES)
    },
    digests={},
)
_LEAD: Final = Agent(1, "agent1", "Agent 1", None, dict.fromkeys(_QUEUES, Role.LEAD))

_INDEX: Final = """
SELECT ticket FROM clock WHERE alert_at IS NOT NULL AND alert_at < {at} ORDER BY alert_at LIMIT 1000
"""
_MOMENT: Final = """
SELECT alert_at FROM clock WHERE alert_at IS NOT NULL ORDER BY alert_at LIMIT 1 OFFSET {due}
"""
#: Only clocks are alerted of: what chains and claims cost is not measured here.
_CLOCKS_ALONE: Final = "UPDATE ticket SET chain_at = NULL, look_at = NULL WHERE status = 'open'"


async def measure(
    folder: Path,
    *,
    few: int = flatness.FEW,
    many: int = flatness.MANY,
    opened: int = years.OPEN,
    due: int = DUE,
    rounds: int = 5,
    serving: server.Serving | None = server.safe,
) -> list[Figure]:
    """Return how much longer reports and sweeps take, and how long it takes to find due clocks."""
    paths = {count: folder / f"{count}.db" for count in (many, few)}
    for count, path in paths.items():
        lives.make(path, count, opened)
        await _roll_up(f"sqlite:///{path.absolute()}")
    files = {count: f"sqlite:///{path.absolute()}" for count, path in paths.items()}
    async with AsyncExitStack() as stack:
        urls = {}
        if serving is not None:
            address = stack.enter_context(serving(folder))
            for count, path in paths.items():
                urls[count] = await stack.enter_async_context(server.database(address))
                await years_postgres.fill(urls[count], path)
        figures = await _measured("SQLite", files, many, due, rounds)
        if urls:
            figures += await _measured("PostgreSQL", urls, many, due, rounds)
        return figures


async def _roll_up(url: str) -> None:
    storage = open_storage(url, None, SystemClock())
    try:
        until = await storage.work.transact(lambda tx: tx.newest_entry())
        made = await counted_anew(storage.work, DAYS, until)
        await storage.work.transact(lambda tx: tx.replace_rollup(DAYS, until, made))
    finally:
        await storage.close()


async def _measured(
    database: str, urls: Mapping[int, str], many: int, due: int, rounds: int
) -> list[Figure]:
    grown = flatness.compared
    return [
        *await grown(
            "o", database, urls, {"/care-report 30d": (1.2, _report)}, rounds, 1, lives.STEP
        ),
        *await grown("o", database, urls, _SWEEPS, 3 * rounds, 8, lives.STEP),
        await _found(database, urls[many], due, 3 * rounds),
    ]


async def _report(side: Side, number: int) -> int:
    call = Call(
        key=f"report {number}",
        command="report",
        agent=_LEAD,
        origin=Origin.SLASH,
        now=side.end,
        language="en",
        policy=_POLICY,
    )
    return len((await report(Report(period="30d"), call, side.reader)).card.blocks)


async def _climb(side: Side, _: int) -> int:
    return len(await side.work.transact(lambda tx: tx.to_climb(side.end, SWEPT), flushed=False))


async def _look_after(side: Side, _: int) -> int:
    return len(
        await side.work.transact(lambda tx: tx.to_look_after(side.end, SWEPT), flushed=False)
    )


_SWEEPS: Final[flatness.Readings] = {
    "the sweep of chains": (1.2, _climb),
    "the sweep of claims": (1.2, _look_after),
}

#: Runs a statement by the raw driver, and returns its rows' first values.
_Raw = Callable[[str], Awaitable[list[Any]]]


async def _found(database: str, url: str, due: int, rounds: int) -> Figure:
    """Measure the finding of clocks that are due at one moment, and then alert of them."""
    clock = SystemClock()
    storage = open_storage(url, None, clock)
    try:
        async with _driver(url) as raw:
            (at,) = await raw(_MOMENT.format(due=due))
            now = instant(at)
            index = _INDEX.format(at=at)
            await raw(_CLOCKS_ALONE)

            async def ours() -> float:
                began = perf_counter()
                found = await storage.work.transact(lambda tx: tx.to_alert(now, DUE), flushed=False)
                took = perf_counter() - began
                expect(sorted(found) == sorted(await raw(index)), "all that are due are found")
                return took

            async def theirs() -> float:
                began = perf_counter()
                await raw(index)
                return perf_counter() - began

            await ours()
            mine, reads = await in_turns(rounds, ours, theirs)
            found = len(await raw(index))
            took = await _alerted(storage.work, storage.reader, clock, now)
            expect(await raw(index) == [], "each is alerted of")
    finally:
        await storage.close()
    detail = (
        f"{median(mine) * 1000:.1f} of {median(reads) * 1000:.1f} ms for {found:,} clocks; alerting "
        f"of them all {took:.1f} s, {took / found * 1000:.1f} ms each"
    )
    return Figure(f"o. finding due clocks, {database}", ratio(mine, reads), 3, "lower", detail)


async def _alerted(work: AnyWork, reader: Any, clock: SystemClock, now: datetime) -> float:
    """Tick until nothing is due; how long it took."""
    if work.shared:
        await work.run(carry.count_on)  # its rows were copied with their ids
    clock.offset = now - clock.transport()
    timer = Timer(Desk(work, reader, _POLICY, Registry.of(commands), {}, clock, Words()), reader)
    began = perf_counter()
    while await timer.tick() >= SWEEP:
        pass
    return perf_counter() - began


@asynccontextmanager
async def _driver(url: str) -> Any:
    """Give what runs a statement on a connection of its own."""
    if is_postgres(url):
        connection = await asyncpg.connect(url)

        async def fetched(said: str) -> list[Any]:
            return [row[0] for row in await connection.fetch(said)]

        try:
            yield fetched
        finally:
            await connection.close()
        return
    db = sqlite3.connect(sqlite_path(url), isolation_level=None)

    async def read(said: str) -> list[Any]:
        return [row[0] for row in db.execute(said)]

    try:
        yield read
    finally:
        db.close()
