"""The additive figures of a window: from the roll-up for the whole days that it holds.

What is not folded yet is added from the log, and the parts of days at both ends are left to it. So
a window may be of any zone: where its days are not the roll-up's, two of them are counted in full.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select

from chatops.rollup import Additive
from storage.instant import micros
from storage.statement import Db, Param, Statement, param
from storage.tables import DAILY
from storage.watermark import made_between, newest_entry, watermark

#: A report reads no more of the log than this beside the roll-up. Past it, as long as the log of
#: years is folded for the first time, the log alone is read.
MOST_UNFOLDED: Final = 5000


class Sum(NamedTuple):
    """How often something happened, of whichever kind of tickets."""

    figure: Additive
    queue: str
    channel: str
    agent: int | None
    detail: str  #: why a ticket was closed; the rule that put it on the quiet list
    total: int


class Sums(NamedTuple):
    """What a window holds: of its whole days the sums, and what is left of it to the log."""

    rows: Sequence[Sum]
    rest: Sequence[Mapping[str, Param]]  #: windows, as parameters of statements

    def of(self, figure: Additive, queues: Collection[str]) -> Iterator[Sum]:
        """Yield the sums of a figure in those queues."""
        return (each for each in self.rows if each.figure is figure and each.queue in queues)


def sums(db: Db, start: datetime, end: datetime) -> Sums:
    """Return the sums of [start, end); where nothing is folded, or too little, all is left."""
    stands = watermark(db)
    whole = None if stands is None else stands.days.whole(start, end)
    if stands is None or whole is None or newest_entry(db) - stands.entry > MOST_UNFOLDED:
        return Sums((), (_window(start, end),))
    begins, over = whole
    found: Counter[tuple[Additive, str, str, int | None, str]] = Counter()
    for figure, queue, channel, agent, detail, total in db.all(_SUMS, **_window(begins, over)):
        found[Additive(figure), queue, channel, agent or None, detail] += total
    for cell, more in made_between(db, stands.days, stands.entry, newest_entry(db)).items():
        if begins <= cell.day < over:
            found[cell.figure, cell.queue, cell.channel, cell.agent, cell.detail] += more
    rows = [Sum(*of, total) for of, total in found.items() if total]
    edges = ((start, begins), (over, end))
    return Sums(rows, [_window(since, until) for since, until in edges if since < until])


def _window(start: datetime, end: datetime) -> dict[str, int]:
    return {"start": micros(start), "end": micros(end)}


_of = (DAILY.c.figure, DAILY.c.queue, DAILY.c.channel, DAILY.c.agent, DAILY.c.detail)
_SUMS: Final = Statement(
    select(*_of, func.sum(DAILY.c.total))
    .where(DAILY.c.day >= param("start"), DAILY.c.day < param("end"))
    .group_by(*_of)
)
