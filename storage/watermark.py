"""How far the log is folded into the roll-up, and what a stretch of it makes.

The watermark is an entry of the log, kept as a setting beside the days that are counted by: the
roll-up is the sum of what every ticket's log makes up to that entry (chatops.rollup.cells). What
comes between two entries is, of each ticket that has any there, what its log makes with them less
what it made before.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from itertools import groupby
from typing import Final, NamedTuple

import orjson
from sqlalchemy import ColumnElement, FromClause, func, or_, select, text

from chatops.event import Event, ReplyRequested
from chatops.rollup import COUNTED, Cell, Days, cells
from storage.codec import decode
from storage.instant import instant
from storage.statement import Db, Row, Statement, param, there
from storage.tables import ENTRY, REPEATED, SETTING

#: The setting that holds the watermark.
ROLLED: Final = "rolled_up"

#: Counts of another making are folded anew: raised where chatops.rollup comes to count otherwise.
_MAKING: Final = 1


class Watermark(NamedTuple):
    """Up to which entry the log is folded, and in which days."""

    days: Days
    entry: int

    @property
    def value(self) -> str:
        """The watermark as its setting has it."""
        days = self.days
        return orjson.dumps((_MAKING, days.zone, f"{days.starts:%H:%M}", self.entry)).decode()


def watermark(db: Db) -> Watermark | None:
    """Return how far the log is folded; None where that has not begun."""
    row = db.one(_WATERMARK, name=ROLLED)
    made = [] if row is None else orjson.loads(row[0])
    if not made or made[0] != _MAKING:
        return None
    _, zone, starts, entry = made
    return Watermark(Days(zone, time.fromisoformat(starts)), entry)


def newest_entry(db: Db) -> int:
    """Return the greatest id of the log; 0 of an empty one."""
    (newest,) = there(db.one(_NEWEST))
    return int(newest)


def made_between(db: Db, days: Days, after: int, until: int) -> Counter[Cell]:
    """Return what the entries after one, up to another, add to the sums and take from them."""
    more: Counter[Cell] = Counter()
    for log in _logs(db.all(_CHANGED, after=after, until=until)):
        more.update(cells(_events(log), days))
        more.subtract(cells(_events(row for row in log if row[1] <= after), days))
    return more


def made_by(db: Db, days: Days, until: int, after: int, last: int) -> Counter[Cell]:
    """Return what the logs of the tickets above `after`, up to `last`, make up to an entry."""
    made: Counter[Cell] = Counter()
    for log in _logs(db.all(_OF_TICKETS, until=until, after=after, last=last)):
        made.update(cells(_events(log), days))
    return made


def _logs(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield each ticket's entries, oldest first."""
    for _, log in groupby(rows, key=lambda row: row[0]):
        yield list(log)


def _events(log: Iterable[Row]) -> Iterator[tuple[Event, datetime]]:
    for _, _, at, name, body in log:
        yield decode(name, body), instant(at)


def _counts(entry: FromClause) -> ColumnElement[bool]:
    """Tell whether an entry can count; of replies that are asked for, few can."""
    names = [kind.__name__ for kind in COUNTED if kind is not ReplyRequested]
    return or_(entry.c.name.in_(names), text(REPEATED))


_WATERMARK: Final = Statement(select(SETTING.c.value).where(SETTING.c.name == param("name")))
_NEWEST: Final = Statement(select(func.coalesce(func.max(ENTRY.c.id), 0)))

_log = select(ENTRY.c.ticket, ENTRY.c.id, ENTRY.c.at, ENTRY.c.name, ENTRY.c.body).where(
    ENTRY.c.id <= param("until"), _counts(ENTRY)
)
_by_ticket = (ENTRY.c.ticket, ENTRY.c.id)
_later = ENTRY.alias("later")
_changed = select(_later.c.ticket).where(
    _later.c.id > param("after"), _later.c.id <= param("until"), _counts(_later)
)
_CHANGED: Final = Statement(_log.where(ENTRY.c.ticket.in_(_changed)).order_by(*_by_ticket))
_OF_TICKETS: Final = Statement(
    _log.where(ENTRY.c.ticket > param("after"), ENTRY.c.ticket <= param("last")).order_by(
        *_by_ticket
    )
)
