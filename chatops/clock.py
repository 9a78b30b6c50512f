"""The two clocks, and the only place that reads the time.

Business time is what people live by: due times, snoozes, digests, the age of a ticket. The sandbox
turns it, and its offset stands in the database so that every process shares it. Transport time is
always real: signatures, tokens, pacing, Retry-After, leases.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol


class Clock(Protocol):
    """Both times, in UTC, and a way to wait in transport time."""

    offset: timedelta

    def transport(self) -> datetime: ...
    def business(self) -> datetime: ...
    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """This machine's clock; `offset` is by how much business time runs ahead.

    Where there is a database's clock, which all processes go by, transport time is counted on from
    when it was last read: whoever sets the machine's clock meanwhile changes nothing.
    """

    def __init__(self) -> None:
        self.offset = timedelta()
        self._read: tuple[datetime, float] | None = None  #: the database's time, and when by ours

    def transport(self) -> datetime:
        if self._read is None:
            return self.machine()
        read, at = self._read
        return read + timedelta(seconds=monotonic() - at)

    def machine(self) -> datetime:
        """Return what this machine takes the time to be."""
        return datetime.now(UTC)  # noqa: TID251 - the one reader of the clock

    def correct(self, now: datetime) -> timedelta:
        """Go by the database's clock, on which it is `now`; return how much this machine's is behind."""
        self._read = now, monotonic()
        return now - self.machine()

    def business(self) -> datetime:
        return self.transport() + self.offset

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
