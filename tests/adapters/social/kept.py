"""A real vault for one test, and clocks that do not make anybody wait."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from chatops.clock import SystemClock
from chatops.ports import Vault
from storage import open_storage
from tests import blank

KEY = "c2FuZGJveC1zYW5kYm94LXNhbmRib3gtc2FuZGJveC0="
NOW = datetime(2026, 9, 21, 12, 0, tzinfo=UTC)


class Clock:
    """Stands still but for what is slept; a sleeper gives way to all who can go on."""

    def __init__(self, now: datetime = NOW) -> None:
        self.offset = timedelta()
        self.now = now
        self.slept: list[float] = []

    def transport(self) -> datetime:
        return self.now

    def business(self) -> datetime:
        return self.now + self.offset

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0.005)


class FastClock:
    """Runs a hundred times as fast, from the real time on."""

    SPEED = 100

    def __init__(self) -> None:
        self.offset = timedelta()
        self._began, self._real = time.monotonic(), SystemClock().transport()

    def transport(self) -> datetime:
        return self._real + timedelta(seconds=(time.monotonic() - self._began) * self.SPEED)

    def business(self) -> datetime:
        return self.transport() + self.offset

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.SPEED)


@asynccontextmanager
async def vault_at(clock: Clock | FastClock) -> AsyncIterator[Vault]:
    """Open the real vault on a database of its own."""
    with TemporaryDirectory() as folder:
        storage = open_storage(blank.copied(Path(folder) / "care.db"), KEY, clock)
        try:
            yield storage.vault
        finally:
            await storage.close()
