"""What app.yaml, before it is taken up, would do to the tickets that are there; only reads."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from chatops.clock import SystemClock
from chatops.config import Config
from chatops.former import left_in, with_former
from chatops.ports import Reader
from chatops.terms_trial import TermsTrial
from storage import SCHEMA, is_postgres, open_reader, sqlite_path

#: How many tickets are read at a time: a query takes a few milliseconds.
PAGE: Final = 1000


async def held_to(config: Config, told: Callable[[int, int], None]) -> TermsTrial | None:
    """Hold the open clocks to app.yaml's promises, beside whoever serves the database.

    `told` hears after each page how many tickets have been looked at, and of how many. None where
    there is no database yet, or one of another version.

    Raises:
        StorageError: the database cannot be read.
    """
    async with _beside(config) as (reader, clock):
        if reader is None:
            return None
        trial, after, done, total = TermsTrial(config.policy.terms), 0, 0, 0
        while page := await reader.running(after, PAGE):
            total = total or await reader.running_count()
            for ticket, clocks in page:
                trial.add(ticket, clocks, clock.business())
            after, done = page[-1][0].id, done + len(page)
            told(done, total)
    return trial


async def left_behind(config: Config) -> Mapping[str, int]:
    """Return by queue how many tickets are not closed in queues that app.yaml does not name.

    Raises:
        StorageError: the database cannot be read.
    """
    async with _beside(config) as (reader, clock):
        if reader is None:
            return {}
        return await left_in(await with_former(config.policy, reader), reader, clock.business())


@asynccontextmanager
async def _beside(config: Config) -> AsyncIterator[tuple[Reader | None, SystemClock]]:
    """Open the database to read; no reader where it is not there yet, or of another version."""
    clock = SystemClock()
    if not is_postgres(config.database) and not sqlite_path(config.database).exists():
        yield None, clock
        return
    reader = open_reader(config.database)
    try:
        current = (await reader.health(clock.transport())).schema == SCHEMA
        if current:
            clock.offset = timedelta(seconds=await reader.offset())
        yield reader if current else None, clock
    finally:
        await reader.close()
