"""g. What the outbox costs a job, against the same statements by the raw driver, on both databases.

A job is what a courier writes for one card: a transaction that takes it, in which nothing waits for
the disk, and after its post one that records what became of it, which is flushed. One courier does
one job after the other, so that nothing is shared; the post itself costs nothing here. The other
side runs the same transactions, with the very statements and parameters, on one connection.
"""

import shutil
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Final

from bench import server, site
from bench.baselines import replay, replay_postgres
from bench.figure import Figure, Side, expect, in_turns, ratio
from bench.recording import AnyWork, Recording, Transaction
from chatops import app
from chatops.clock import SystemClock
from chatops.ports import Tx
from storage import open_storage

#: No measurement takes as long as this lease.
LEASE_S: Final = 3600.0


async def measure(
    folder: Path, *, jobs: int = 400, rounds: int = 7, serving: server.Serving = server.safe
) -> list[Figure]:
    """Return the figures of both databases."""
    with serving(folder) as address:
        return [
            await _on_sqlite(folder, jobs, rounds),
            await _on_postgres(folder, address, jobs, rounds),
        ]


async def _on_sqlite(folder: Path, jobs: int, rounds: int) -> Figure:
    seeded, used = folder / "seeded.db", folder / "used.db"
    process, now = await _seed(folder, f"sqlite:///{seeded.absolute()}", jobs)

    def fresh() -> None:
        for suffix in ("-wal", "-shm"):
            used.with_name(used.name + suffix).unlink(missing_ok=True)
        shutil.copy(seeded, used)

    async def ours(log: list[Transaction] | None = None) -> float:
        fresh()
        return await _deliver(f"sqlite:///{used.absolute()}", process, now, jobs, log)

    log: list[Transaction] = []
    await ours(log)
    written = replay.contents(used)
    raw = [(each.flushed, [(said.text, said.params) for said in each.statements]) for each in log]

    async def theirs() -> float:
        fresh()
        return replay.replay_each(used, raw)

    await theirs()
    expect(replay.contents(used) == written, "the raw driver has written the very same rows")
    return await _compared("SQLite", jobs, rounds, ours, theirs)


async def _on_postgres(folder: Path, address: str, jobs: int, rounds: int) -> Figure:
    async with server.database(address) as seeded:
        process, now = await _seed(folder, seeded, jobs)

        async def ours() -> float:
            async with server.database(address, like=seeded) as url:
                return await _deliver(url, process, now, jobs)

        log: list[Transaction] = []
        async with server.database(address, like=seeded) as url:
            await _deliver(url, process, now, jobs, log)
            written = await replay_postgres.contents(url)

        async def theirs() -> float:
            async with server.database(address, like=seeded) as url:
                return await replay_postgres.replay(url, log)

        async with server.database(address, like=seeded) as url:
            await replay_postgres.replay(url, log)
            same = await replay_postgres.contents(url) == written
            expect(same, "the raw driver has written the very same rows")
        return await _compared("PostgreSQL", jobs, rounds, ours, theirs)


async def _compared(name: str, jobs: int, rounds: int, ours: Side, theirs: Side) -> Figure:
    mine, raw = await in_turns(rounds, ours, theirs)
    said = f"{min(mine) / jobs * 1000:.2f} of {min(raw) / jobs * 1000:.2f} ms a job"
    detail = f"{said}: take (not flushed), and record what became of it (flushed; fsync is on)"
    return Figure(f"g. outbox on {name}", ratio(mine, raw), 2, "lower", detail)


async def _seed(folder: Path, url: str, jobs: int) -> tuple[int, datetime]:
    """Fill a database with jobs; return the process that does them, and a time when all are due."""
    config = site.config(folder, f"http://{site.HOST}:9/slack", database=url)
    async with app.opened(config) as service:
        await site.seed(service, jobs)
        process = await service.storage.work.transact(lambda tx: tx.enrol("bench", LEASE_S))
    return process, SystemClock().transport() + site.MINUTE


async def _deliver(
    url: str, process: int, now: datetime, jobs: int, log: list[Transaction] | None = None
) -> float:
    """Do the jobs and return the seconds they took; they are logged where there is a log."""
    clock = SystemClock()
    storage = open_storage(url, None, clock)
    work: AnyWork | Recording = storage.work
    if log is not None:
        work = Recording(storage.work, clock, log)
    try:
        await storage.work.transact(lambda _: None)  # connects
        began = perf_counter()
        for number in range(jobs):
            await _job(work, f"room{number % site.ROOMS}", process, now)
        return perf_counter() - began
    finally:
        await storage.close()


async def _job(work: AnyWork | Recording, room: str, process: int, now: datetime) -> None:
    job = await work.transact(
        lambda tx: tx.take(room, now, process, updates=False, posts=True), flushed=False
    )
    assert job is not None  # noqa: S101 - each room has as many as it is asked for

    def record(tx: Tx) -> bool:
        return tx.delivered(job, f"{job.ticket}.000000", job.wanted, now)

    expect(await work.transact(record), "nobody else has taken it")
