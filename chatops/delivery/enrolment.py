"""A process among those that serve one database: its number, its lease, and its clock.

The number goes into every row that the process takes. Once its lease has ended, its rows may be
another's: what it was sending is in doubt, and what it still writes of that is refused. The lease is
on the database's clock, and so is transport time: this process's clock is read against it.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

import structlog

from chatops.clock import Clock
from chatops.delivery.patience import SETTLE
from chatops.errors import InDoubt, Overtaken, StorageError
from chatops.ports import Tx, Work

#: How long a call to a far side may take; the adapters' time-outs are no longer.
CALL: Final = timedelta(seconds=20)

#: How long a lease holds. Who may still make a call has as long as it takes; so a call ends before
#: its lease does, and is looked up, after settling, when the far side is done with it.
LEASE: Final = CALL + SETTLE + timedelta(seconds=10)

#: How often a lease is prolonged, and those of others that have ended are looked for.
RENEW: Final = timedelta(seconds=5)

#: A clock that is further off the database's is not to be trusted with anything that has its time.
FARTHEST_OFF: Final = timedelta(seconds=5)

#: A reading of the database's clock that took longer says too little of the time.
LONGEST_READ_S: Final = 1.0

_log = structlog.get_logger(__name__)


class Enrolment:
    """This process's number and lease.

    `correct` is told the time on the database's clock, and tells how much this machine's is behind;
    None does not compare them, for a clock that a test turns.
    """

    def __init__(
        self,
        work: Work,
        clock: Clock,
        correct: Callable[[datetime], timedelta] | None = None,
        lease: timedelta = LEASE,
    ) -> None:
        self.number = 0  #: 0 is nobody's
        self.behind = timedelta()  #: how much the database's clock is ahead of this machine's
        self._work = work
        self._clock = clock
        self._correct = correct
        self._lease = lease
        self._until = 0.0  #: on the machine's monotonic clock; the database's lease ends later

    def may_call(self) -> bool:
        """Tell whether a call begun now ends within our lease. A process that was stopped finds not."""
        return not self._work.shared or monotonic() < self._until - CALL.total_seconds()

    @asynccontextmanager
    async def calling(self, number: int) -> AsyncIterator[None]:
        """Make a call for what was taken under `number`; it is cut off where our lease ends.

        However long the process is stopped within, the call does not leave after that, but for the
        one step in which it was leaving.

        Raises:
            Overtaken: that is not our number any more, or its lease would end within the call.
            InDoubt: the lease has ended within the call.
        """
        if number != self.number or not self.may_call():
            raise Overtaken(f"taken by process {number}, whose lease is over or nearly")
        if not self._work.shared:
            yield
            return
        limit = asyncio.timeout(self._until - monotonic())
        try:
            async with limit:
                yield
        except TimeoutError as error:
            if limit.expired():
                raise InDoubt("our lease ended within the call") from error
            raise

    @property
    def is_off(self) -> bool:
        """Tell whether this machine's clock is too far off the database's."""
        return abs(self.behind) > FARTHEST_OFF

    def fault(self) -> str | None:
        """Say what keeps this process from timed work; None if nothing does."""
        if not self.is_off:
            return None
        seconds = self.behind.total_seconds()
        side = "behind" if seconds > 0 else "ahead of"
        return f"this machine's clock is {abs(seconds):.0f} s {side} the database's: set it (NTP)"

    async def begin(self) -> None:
        """Enter this process, and let go what no living process holds.

        Raises:
            StorageError: the database cannot be written.
        """
        await self._read_clock()
        name, due = f"{socket.gethostname()}:{os.getpid()}", self._clock.transport() + SETTLE

        def run(tx: Tx) -> tuple[int, int]:
            number = tx.enrol(name, self._lease.total_seconds())
            if not self._work.shared:
                tx.retire_others(number)
            return number, tx.free_abandoned(due)

        began = monotonic()
        self.number, doubted = await self._work.transact(run)
        self._until = began + self._lease.total_seconds()
        _log.info("enrolment.begun", process=self.number)
        _tell_doubted(doubted)

    async def run(self) -> None:
        """Keep the lease, for ever; where it was lost, enter anew under another number."""
        while True:
            await self._clock.sleep(RENEW.total_seconds())
            try:
                await self._renew()
            except StorageError as error:
                _log.error("enrolment.storage", error=str(error))

    async def end(self) -> None:
        """Give the lease back: what is still in hand is free for others at once, or in doubt."""
        number, due = self.number, self._clock.transport() + SETTLE

        def run(tx: Tx) -> int:
            tx.retire(number)
            return tx.free_abandoned(due)

        _tell_doubted(await self._work.transact(run))

    async def _renew(self) -> None:
        await self._read_clock()
        number, due = self.number, self._clock.transport() + SETTLE

        def run(tx: Tx) -> tuple[bool, int]:
            kept = tx.renew(number, self._lease.total_seconds())
            tx.strike_off()
            return kept, tx.free_abandoned(due)

        began = monotonic()
        kept, doubted = await self._work.transact(run)
        _tell_doubted(doubted)
        if kept:
            self._until = began + self._lease.total_seconds()
        else:
            _log.warning("enrolment.lost", process=number)
            await self.begin()

    async def _read_clock(self) -> None:
        """Compare the clocks; half the way there and back is the best guess of when it was read.

        Of a long way half may be far off: then what is known stays.
        """
        if self._correct is None or not self._work.shared:
            return
        before = monotonic()
        read = await self._work.transact(lambda tx: tx.database_time())
        took = monotonic() - before
        if read is not None and took <= LONGEST_READ_S:
            self.behind = self._correct(read + timedelta(seconds=took / 2))


def _tell_doubted(deliveries: int) -> None:
    if deliveries:
        _log.warning("outbox.in_doubt", deliveries=deliveries)
