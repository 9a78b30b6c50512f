"""What is kept no longer than app.yaml says goes with the tick, a little at a time.

One short transaction a kind and a tick: a service that has kept everything for years works it off
beside its work, and nobody waits for it. Where nothing is left, it looks again after a while.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from chatops.clock import Clock
from chatops.desk import Desk
from chatops.ports import Tx, Work

#: How many rows one transaction drops of what is small, and how many tickets, which are not.
ROWS: Final = 200
TICKETS: Final = 10

#: How long until it is looked again for what has become too old since.
REST: Final = timedelta(minutes=10)

#: Drops a batch of what is older than a time; how many.
_Drop = Callable[[Tx, datetime, int], int]

_log = structlog.get_logger(__name__)


class Retention:
    """Drops what app.yaml's `keep` gives up; the tick calls `sweep`."""

    def __init__(self, desk: Desk, work: Work, clock: Clock) -> None:
        self._desk = desk
        self._work = work
        self._clock = clock
        self._rests: dict[str, datetime] = {}  #: kinds of which nothing was left, until when

    async def sweep(self) -> None:
        """Drop a batch of each kind that has too old ones."""
        keep = self._desk.policy.keep
        transport, business = self._clock.transport(), self._clock.business()
        await self._drop("raw", keep.raw, transport, ROWS, lambda tx, *how: tx.drop_bodies(*how))
        await self._drop(
            "closed", keep.closed, business, TICKETS, lambda tx, *how: tx.drop_closed(*how)
        )
        await self._drop("loose", keep.closed, business, ROWS, lambda tx, *how: tx.drop_loose(*how))
        # an act's time is business time, a post's transport time: the later one spares both
        now = min(transport, business)
        await self._drop("logs", keep.logs, now, ROWS, lambda tx, *how: tx.drop_logs(*how))

    async def _drop(
        self, kind: str, kept: timedelta | None, now: datetime, limit: int, drop: _Drop
    ) -> None:
        rest = self._rests.get(kind)
        if kept is None or (rest is not None and self._clock.transport() < rest):
            return
        before = now - kept
        dropped = await self._work.transact(
            partial(_dropped, drop=drop, before=before, limit=limit), flushed=False
        )
        if dropped:
            _log.info("retention.dropped", kind=kind, rows=dropped)
        if dropped < limit:
            self._rests[kind] = self._clock.transport() + REST


def _dropped(tx: Tx, drop: _Drop, before: datetime, limit: int) -> int:
    return drop(tx, before, limit)
