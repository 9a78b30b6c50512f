"""The two clocks, and the only place that reads the time.

Business time is what people live by: due times, snoozes, digests, the age of a ticket. The sandbox
turns it, and its offset stands in the database so that every process shares it. Transport time is
always real: signatures, tokens, pacing, Retry-After, leases.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Both times, in UTC, and a way to wait in transport time."""

    offset: timedelta

    def transport(self) -> datetime: ...
    def business(self) -> datetime: ...
    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """This machine's clock; `offset` is by how much business time runs ahead.

    `behind` is by how much it is behind the database's, which all processes go by.
    """

    def __init__(self) -> None:
        self.offset = timedelta()
        self.behind = timedelta()

    def transport(self) -> datetime:
        return datetime.now(UTC) + self.behind  # noqa: TID251 - the one reader of the clock

    def correct(self, behind: timedelta) -> None:
        """Go by the database's clock."""
        self.behind = behind

    def business(self) -> datetime:
        return self.transport() + self.offset

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
