"""What digests tell of a period; chatops.digest says what each row means.

As in storage.figures, every statement reads a window of one index, and which queues count is decided
here. A clock that ran out is dated to its due second, but has that date only once a tick has noted it:
one that no tick has come to, as while another process has it in hand, is taken by its due second.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, and_, or_, select, text, union_all

from chatops.digest import Breach, Thanked
from chatops.event import Breached
from chatops.report import EVERY, Only
from chatops.ticket import Status
from storage.clocks import PROMISED, clock_of
from storage.codec import read
from storage.instant import instant, micros
from storage.narrow import meant, window
from storage.statement import Db, Row, Statement, param
from storage.tables import CLOCK, ENTRY, THANKS, TICKET


def breaches(db: Db, queues: Collection[str], start: datetime, end: datetime) -> Sequence[Breach]:
    """Return the clocks that were breached in [start, end), by what was due first."""
    return _breaches(db.all(_BREACHES, start=micros(start), end=micros(end)), queues)


def late_news(db: Db, queues: Collection[str], start: datetime, end: datetime) -> Sequence[Breach]:
    """Return the clocks that ended in [start, end), late by before it, of whose breach nothing was known then.

    So it is where the customer's message reached us when it was late already.
    """
    found: dict[int, Row] = {}
    known: set[int] = set()
    for id, noted, *row in db.all(_NEWS, start=micros(start), end=micros(end)):
        found[id] = tuple(row)
        kind, cycle = row[3:5]
        event = read(Breached, noted) if noted is not None else None
        if event is not None and (event.clock, event.cycle) == (kind, cycle):
            known.add(id)
    return _breaches([row for id, row in found.items() if id not in known], queues)


def still_late(db: Db, queues: Collection[str], before: datetime) -> Sequence[Breach]:
    """Return the clocks that were breached before then and are owed still, due first first."""
    return _breaches(db.all(_STILL_LATE, before=micros(before)), queues)


def thanks(
    db: Db, queues: Collection[str], start: datetime, end: datetime, only: Only = EVERY
) -> Sequence[Thanked]:
    """Return the messages that came in within [start, end) and were mere thanks, oldest first.

    Those of tickets on the quiet list are left out. They are no agent's doing.
    """
    if only.agent is not None:
        return []
    return [
        Thanked(ticket, queue, assignee, Status(status), instant(at))
        for ticket, queue, assignee, status, at in db.all(_THANKS, **window(start, end, only))
        if queue in queues
    ]


def _breaches(rows: Sequence[Row], queues: Collection[str]) -> Sequence[Breach]:
    found = [
        Breach(ticket, queue, assignee, clock_of(tuple(clock)))
        for ticket, queue, assignee, *clock in rows
        if queue in queues
    ]
    return sorted(found, key=lambda one: (one.clock.breached_at or one.clock.due_at, one.ticket))


_NOT_READ: Final = {"id", "ticket"}
#: A promise as `Breach` has it, in the order of its fields and of `clock_of`.
_breach: Final = (
    CLOCK.c.ticket,
    TICKET.c.queue,
    TICKET.c.assignee,
    *(column for column in CLOCK.c if column.name not in _NOT_READ),
)
_clocks: Final = CLOCK.join(TICKET, TICKET.c.id == CLOCK.c.ticket)


def _late() -> Select[tuple[object, ...]]:
    """Every promise."""
    return select(*_breach).select_from(_clocks).where(CLOCK.c.kind.in_(PROMISED))


_BREACHES: Final = Statement(
    union_all(
        _late().where(CLOCK.c.breached_at >= param("start"), CLOCK.c.breached_at < param("end")),
        _late().where(
            CLOCK.c.due_at >= param("start"),
            CLOCK.c.due_at < param("end"),
            CLOCK.c.outcome.is_(None),
            CLOCK.c.breached_at.is_(None),
        ),
    )
)
_noted: Final = and_(
    ENTRY.c.ticket == CLOCK.c.ticket, ENTRY.c.name == "Breached", ENTRY.c.at < param("start")
)
_NEWS: Final = Statement(
    select(CLOCK.c.id, ENTRY.c.body, *_breach)
    .select_from(_clocks.outerjoin(ENTRY, _noted))
    .where(
        CLOCK.c.kind.in_(PROMISED),
        CLOCK.c.stopped_at >= param("start"),
        CLOCK.c.stopped_at < param("end"),
        CLOCK.c.breached_at < param("start"),
    )
)
_STILL_LATE: Final = Statement(
    _late().where(
        CLOCK.c.outcome.is_(None),
        CLOCK.c.started_at < param("before"),
        or_(
            CLOCK.c.breached_at < param("before"),
            and_(CLOCK.c.breached_at.is_(None), CLOCK.c.due_at < param("before")),
        ),
    )
)
_THANKS: Final = Statement(
    select(TICKET.c.id, TICKET.c.queue, TICKET.c.assignee, TICKET.c.status, ENTRY.c.at)
    .select_from(ENTRY.join(TICKET, TICKET.c.id == ENTRY.c.ticket))
    .where(text(THANKS), ENTRY.c.at >= param("start"), ENTRY.c.at < param("end"), ~TICKET.c.quiet)
    .where(meant)
    .order_by(ENTRY.c.at, ENTRY.c.id)
)
