"""The roll-up is folded with the tick, a little at a time, by whichever process comes to it.

A service that has a log of years works it off beside its work; meanwhile, and of what is not folded
yet, reports read the log itself. `python -m chatops rollup --rebuild` folds all of it at once.
"""

from typing import Final

from chatops.desk import Desk
from chatops.ports import Mark, Work
from chatops.rollup import Days

#: How many entries of the log one tick folds; a busy hour's hundred thousand take two minutes.
ENTRIES: Final = 1000


class Rolling:
    """Folds the log into the roll-up; the tick calls `fold`."""

    def __init__(self, desk: Desk, work: Work) -> None:
        self._desk = desk
        self._work = work
        self._mark: Mark | None = None  #: how far it may go once older transactions have ended

    async def fold(self) -> None:
        """Fold a step, in the days of app.yaml."""
        policy, mark = self._desk.policy, self._mark
        days = Days(policy.zone, policy.day_starts)
        self._mark = await self._work.transact(
            lambda tx: tx.roll_up(days, mark, ENTRIES), flushed=False
        )
