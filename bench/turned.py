"""Time that is turned: an event loop whose clock jumps to the next timer when nothing is under way.

A run of minutes takes as long as its work does. Time stands still while anything is being done that
the loop cannot see (a transaction in its thread, a request on its way); whoever does such a thing
says so by `busy`. The service's clock and the stand-in's are both this loop's.
"""

import asyncio
import selectors
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 6, 1, 3, tzinfo=UTC)


class TurnedLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds begin at 0 and pass only while it would sleep."""

    def __init__(self) -> None:
        self._busy = 0
        self._seconds = 0.0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return self._seconds

    def jump(self, seconds: float) -> None:
        """Let time pass."""
        self._seconds += seconds

    @property
    def is_busy(self) -> bool:
        return self._busy > 0

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Let no time pass meanwhile."""
        self._busy += 1
        try:
            yield
        finally:
            self._busy -= 1

    def run_in_executor(  # type: ignore[override] # as in asyncio, whose stub names the tuple's types
        self, executor: Executor | None, func: Any, *args: Any
    ) -> asyncio.Future[Any]:
        """Run a function in a thread; no time passes until it has ended."""
        running = super().run_in_executor(executor, func, *args)
        self._busy += 1
        running.add_done_callback(lambda _: self._rest())
        return running

    def _rest(self) -> None:
        self._busy -= 1


class _Jumping(selectors.DefaultSelector):
    """Waits for sockets, and jumps where only a timer is waited for."""

    def __init__(self, loop: TurnedLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if self._loop.is_busy:
            return super().select(None)
        ready = super().select(0)
        if not ready:
            self._loop.jump(timeout)
        return ready


class TurnedClock:
    """The loop's time as both clocks of the service, and as the stand-in's."""

    def __init__(self, loop: TurnedLoop) -> None:
        self.offset = timedelta()
        self._loop = loop

    def transport(self) -> datetime:
        return START + timedelta(seconds=self._loop.time())

    def business(self) -> datetime:
        return self.transport() + self.offset

    def now(self) -> float:
        return self.transport().timestamp()

    async def sleep(self, s: float) -> None:
        await asyncio.sleep(s)
