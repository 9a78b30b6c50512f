"""a. Intake: raw body to committed ticket with its effects, 64 at once, against raw sqlite3.

The other side runs the very statements that the service ran, with their parameters, 64 events to a
transaction. What is left is what we add: signature apart, all of parsing, deciding, and threads.
"""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from bench import site
from bench.baselines.replay import contents, replay
from bench.figure import Figure, expect, in_turns, ratio
from bench.recording import AnyWork, Recording
from chatops import app
from chatops.arrival.inbox import Inbox
from chatops.clock import SystemClock
from chatops.config import Config
from chatops.desk import Desk
from storage.statement import Db
from storage.vault import StoredVault

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
    recordings: list[Recording] = []

    def record(work: AnyWork) -> Recording:
        recordings.append(Recording(work, SystemClock()))
        return recordings[-1]

    await take_in(config, bodies, record)
    log = [
        (said.text, said.params)
        for recording in recordings
        for transaction in recording.log
        for said in transaction.statements
    ]
    written = contents(database)
    expect(len(written["ticket"]) == events, "each new mention is a ticket")
    expect(len(written["delivery"]) == events, "each ticket has its card in the outbox")

    other = folder / "replayed.db"
    transactions = max(len(bodies) // AT_ONCE, 1)

    async def ours() -> float:
        _fresh(empty, database)
        return len(bodies) / await take_in(config, bodies)

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


async def take_in(
    config: Config,
    bodies: Sequence[tuple[int, bytes]],
    through: Callable[[AnyWork], "AnyWork | Recording"] = lambda work: work,
) -> float:
    """Take the bodies in and return the seconds until the last one's ticket is committed.

    The connections are open and the inbox has looked for what a crash left, as when a service runs.
    """
    async with app.opened(config) as service:
        reader, clock = service.storage.reader, service.clock
        work = through(service.storage.work)
        vault = StoredVault(work, reader, None, clock)
        traits = {each.traits.name: each.traits for each in service.channels.values()}
        desk = Desk(work, reader, config.policy, service.registry, traits, clock, service.words)
        inbox = Inbox(desk, work, reader, vault, clock, service.channels)
        running = asyncio.create_task(inbox.run())
        await asyncio.gather(*(service.storage.work.run(_nothing) for _ in range(AT_ONCE)))
        while inbox._behind:  # noqa: ASYNC110, SLF001 - nobody else waits for it
            await asyncio.sleep(0.002)
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


def _nothing(_: Db) -> None:
    """Do nothing, in a transaction."""


def _fresh(empty: Path, database: Path) -> None:
    """Put an empty, migrated database into the place."""
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.copy(empty, database)
