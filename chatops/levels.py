"""How many tickets were open at the end of each step of a period. Pure, over rows.

Open is what was not closed, snoozed ones too; what happens in the very instant comes after it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Levels:
    """When tickets came, opened or reopened, and when they went, both in order.

    All are there that were open at some moment of the period.
    """

    came: Sequence[datetime]
    went: Sequence[datetime]

    def open_at(self, at: datetime) -> int:
        return bisect_left(self.came, at) - bisect_left(self.went, at)


def levels(came: Iterable[datetime], went: Iterable[datetime]) -> Levels:
    """Put them in order."""
    return Levels(sorted(came), sorted(went))
