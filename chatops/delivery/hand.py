"""What this process has in hand: deliveries that it has taken, until an outcome of each is written.

The rows say so too, by the process's number. The two part where a take fails whose commit came through,
or where our lease ends before the call: what is ours by its row and in no courier's hand is a stray,
and is freed for whoever takes it next.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import chain, repeat
from time import monotonic
from typing import Final, TypeVar

import structlog

from chatops.clock import Clock
from chatops.delivery.enrolment import Enrolment
from chatops.delivery.patience import BACKOFF
from chatops.errors import Overtaken, StorageError
from chatops.ports import Tx, Work

T = TypeVar("T")

#: How long a stray is left alone: the courier who took it may not have heard of it yet.
_STRAY_S: Final = 2.0

_log = structlog.get_logger(__name__)


class Hand:
    """Takes, holds and lets go; `count` counts what was overtaken."""

    def __init__(
        self, work: Work, clock: Clock, enrolment: Enrolment, count: Callable[[str], None]
    ) -> None:
        self.unsure = False  #: there may be strays
        self._work = work
        self._clock = clock
        self._enrolment = enrolment
        self._count = count
        self._held: set[int] = set()  #: deliveries that couriers have taken
        self._strays: dict[int, float] = {}  #: since when
        self._takes: dict[object, float] = {}  #: those whose answer is on its way: since when

    async def record(self, run: Callable[[Tx], T]) -> T:
        """Write, however long the database needs: what was sent must not be forgotten."""
        return await self._record(run, flushed=True, takes=False)

    async def take(self, run: Callable[[Tx], T], *, flushed: bool = True) -> T:
        """Take something, however long the database needs; a try that fails may have taken it too."""
        return await self._record(run, flushed=flushed, takes=True)

    @contextmanager
    def holding(self, delivery: int) -> Iterator[None]:
        """Have a delivery in hand; one that was not sent, because our lease is over, is given back."""
        self._held.add(delivery)
        self._strays.pop(delivery, None)
        try:
            yield
        except Overtaken:
            self._count("overtaken")
            self.unsure = True
        finally:
            self._held.discard(delivery)

    async def free_strays(self) -> None:
        """Free what is ours and nobody sends, once it has been so for a while.

        What a take took whose answer is still on its way is no stray.

        Raises:
            StorageError: they are still to be freed.
        """
        number, held, now = self._enrolment.number, set(self._held), monotonic()
        since, asked_at = dict(self._strays), min(self._takes.values(), default=now)

        def run(tx: Tx) -> dict[int, float]:
            strays = {id: since.get(id, now) for id in tx.in_hand(number) if id not in held}
            lost = {id for id, at in strays.items() if now - at >= _STRAY_S and at < asked_at}
            for id in lost:
                tx.give_back(id, number)
            return {id: at for id, at in strays.items() if id not in lost}

        self.unsure = False  # what comes meanwhile is for the next time
        try:
            strays = await self._work.transact(run)
        except StorageError:
            self.unsure = True
            raise
        self._strays = {id: at for id, at in strays.items() if id not in self._held}
        self.unsure = self.unsure or bool(self._strays)

    async def _record(self, run: Callable[[Tx], T], *, flushed: bool, takes: bool) -> T:
        for wait in chain(BACKOFF, repeat(BACKOFF[-1])):
            try:
                with self._taking() if takes else nullcontext():
                    return await self._work.transact(run, flushed=flushed)
            except StorageError as error:
                _log.error("outbox.storage", error=str(error))
                self.unsure = self.unsure or takes
                await self._clock.sleep(wait.total_seconds())
        raise AssertionError("unreachable")

    @contextmanager
    def _taking(self) -> Iterator[None]:
        take = object()
        self._takes[take] = monotonic()
        try:
            yield
        finally:
            del self._takes[take]
