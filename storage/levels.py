"""When tickets came and went, of those that were open at some moment of a period; see chatops.levels.

It is what stands now, put back by what was closed and reopened since: a ticket counts in the queue of
now, and what a merge that was taken back had closed counts as open in between.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from chatops.levels import Levels, levels
from chatops.report import EVERY, Only
from chatops.ticket import Status
from storage.instant import instant, micros
from storage.narrow import meant, theirs, window
from storage.statement import Db, Statement, param
from storage.tables import ENTRY, TICKET


def levels_of(
    db: Db, queues: Collection[str], start: datetime, end: datetime, only: Only = EVERY
) -> Levels:
    """Return them of [start, end)."""
    params = window(start, end, only)
    came = [opened for queue, opened in db.all(_LIVE, **params) if queue in queues]
    went: list[int] = []
    for queue, opened, closed in (*db.all(_GONE, **params), *db.all(_BACK, **params)):
        if queue in queues:
            came.append(opened)
            went.append(closed)
    return levels(map(instant, came), map(instant, went))


def open_at(db: Db, at: datetime) -> Mapping[str, int]:
    """Return by queue how many tickets were not closed at some moment."""
    params, then = window(at, at, EVERY), micros(at)
    counted = Counter(queue for queue, _ in db.all(_LIVE, **params))
    for queue, came, went in (*db.all(_GONE, **params), *db.all(_BACK, **params)):
        counted[queue] += (came < then) - (went < then)
    return +counted


_t: Final = TICKET.c

_LIVE: Final = Statement(
    select(_t.queue, _t.opened_at).where(
        _t.status.in_([Status.OPEN.value, Status.SNOOZED.value]),
        _t.opened_at < param("end"),
        meant,
        theirs,
    )
)
_GONE: Final = Statement(
    select(_t.queue, _t.opened_at, _t.closed_at).where(
        _t.closed_at >= param("start"), _t.opened_at < param("end"), ~_t.quiet, meant, theirs
    )
)
_earlier = ENTRY.alias("earlier")
_came_back = (
    select(func.max(_earlier.c.id))
    .where(_earlier.c.ticket == ENTRY.c.ticket, _earlier.c.id < ENTRY.c.id)
    .where(_earlier.c.name == "Reopened")
    .correlate(ENTRY)
    .scalar_subquery()
)
_before = ENTRY.alias("before")
#: What ended a ticket since it last came back: who is forgotten leaves no open ticket behind.
_its_close = (
    select(func.min(_before.c.id))
    .where(_before.c.ticket == ENTRY.c.ticket, _before.c.id < ENTRY.c.id)
    .where(_before.c.id > func.coalesce(_came_back, 0))
    .where(_before.c.name.in_(["Closed", "CustomerForgotten"]))
    .correlate(ENTRY)
    .scalar_subquery()
)
_closed = ENTRY.alias("closed")
#: Who came back, and when it had gone; from the quiet list, when it was put there.
_BACK: Final = Statement(
    select(_t.queue, ENTRY.c.at, func.coalesce(_closed.c.at, _t.opened_at))
    .select_from(
        ENTRY.join(TICKET, _t.id == ENTRY.c.ticket).outerjoin(_closed, _closed.c.id == _its_close)
    )
    .where(
        # that both names are named is what lets SQLite use their partial index
        ENTRY.c.name.in_(["Closed", "Reopened"]),
        ENTRY.c.name == "Reopened",
        ENTRY.c.at >= param("start"),
        _t.opened_at < param("end"),
        ~_t.quiet,
        meant,
        theirs,
    )
)
