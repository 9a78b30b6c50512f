"""The clock that every stand-in cloud reads: the real one, or one that a test turns by hand.

Rate limits, expiries and time-outs of the clouds are measured on it, so that a test of a five
minute retry takes no time at all.
"""

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since 1970 in UTC, and a way to wait on the same scale."""

    def now(self) -> float: ...

    async def sleep(self, s: float) -> None: ...


class RealClock:
    """The machine's own clock."""

    def now(self) -> float:
        return time.time()

    async def sleep(self, s: float) -> None:
        await asyncio.sleep(s)


class TurnedClock:
    """Stands still until `turn` moves it; sleepers wake in the order of their hours."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._now

    @property
    def sleepers(self) -> int:
        """How many sleep until an hour to come."""
        return sum(not until.done() for _, until in self._sleepers)

    async def sleep(self, s: float) -> None:
        if s <= 0:
            await asyncio.sleep(0)
            return
        until: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + s, until))
        await until

    async def turn(self, s: float) -> None:
        """Move on by `s` seconds, stopping at each sleeper so that it acts at its own hour."""
        end = self._now + s
        while due := [entry for entry in self._sleepers if entry[0] <= end]:
            at, until = min(due, key=lambda entry: entry[0])
            self._sleepers.remove((at, until))
            self._now = max(self._now, at)
            if not until.done():
                until.set_result(None)
            # Let the woken task run on, and perhaps sleep again, before time moves further.
            for _ in range(20):
                await asyncio.sleep(0)
        self._now = end
