"""What digests tell of a period; chatops.digest says what each row means.

As in storage.figures, every statement reads a window of one index, and which queues count is decided
here. A clock that ran out is dated to its due second, but has that date only once a tick has noted it:
one that no tick has come to, as while another process has it in hand, is taken by its due second.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text, union_all

from chatops.digest import MAKES_LATE, Breach, Thanked, told_from
from chatops.report import EVERY, Only
from chatops.sla.folding import BACKFILL
from chatops.ticket import Status
from storage.clocks import PROMISED, clock_of, heard_at
from storage.codec import decode
from storage.instant import instant, micros
from storage.narrow import meant, window
from storage.statement import Db, Row, Statement, param
from storage.tables import CLOCK, ENTRY, THANKS, TICKET


def breaches(db: Db, queues: Collection[str], start: datetime, end: datetime) -> Sequence[Breach]:
    """Return the clocks that were breached in [start, end), by what was due first."""
    return _breaches(db.all(_BREACHES, start=micros(start), end=micros(end)), queues)


def told(db: Db, queues: Collection[str], start: datetime, end: datetime) -> Sequence[Breach]:
    """Return the clocks of whose being late a digest of [start, end) is the first to tell.

    They are those that were breached in it, and those whose breach was written down in it only.
    """
    params = {"start": micros(start), "end": micros(end), "back": micros(start - BACKFILL)}
    found = _with_told(db, db.all(_TOLD, **params), queues)
    return _in_order(breach for breach, at in found if start <= at < end)


def still_late(db: Db, queues: Collection[str], before: datetime) -> Sequence[Breach]:
    """Return the clocks of which that was told before then and that are owed still, due first first."""
    found = _with_told(db, db.all(_STILL_LATE, start=micros(before)), queues)
    return _in_order(breach for breach, at in found if at < before)


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
    return _in_order(_breach(row) for row in rows if row[1] in queues)


def _breach(row: Row) -> Breach:
    ticket, queue, assignee, *clock = row
    return Breach(ticket, queue, assignee, clock_of(tuple(clock)))


def _in_order(found: Iterable[Breach]) -> Sequence[Breach]:
    return sorted(found, key=lambda one: (one.clock.breached_at or one.clock.due_at, one.ticket))


def _with_told(
    db: Db, rows: Sequence[Row], queues: Collection[str]
) -> Iterator[tuple[Breach, datetime]]:
    """Yield the clocks that were late by some second, each with from when on that is told."""
    for _, own in groupby(rows, key=itemgetter(0)):
        entries = [*own]
        _, late_at, *of, _, _, _ = entries[0]
        if of[1] not in queues:
            continue
        breach = _breach(tuple(of))
        log = (
            (decode(name, body), instant(at), heard_at(db, name, body))
            for *_, at, name, body in entries
            if name is not None
        )
        yield breach, told_from(breach.clock, instant(late_at), log)


#: As `Breach` has it, in the order of its fields and of `clock_of`.
_of_clock: Final = [column for column in CLOCK.c if column.name not in {"id", "ticket"}]
_promised: Final = CLOCK.c.kind.in_(PROMISED)
_begun_in: Final = (CLOCK.c.breached_at >= param("start"), CLOCK.c.breached_at < param("end"))
#: Past due, which no tick has noted.
_run_out_in: Final = (
    CLOCK.c.due_at >= param("start"),
    CLOCK.c.due_at < param("end"),
    CLOCK.c.outcome.is_(None),
    CLOCK.c.breached_at.is_(None),
)
_owed_since_before: Final = (
    CLOCK.c.outcome.is_(None),
    CLOCK.c.started_at < param("start"),
    or_(
        CLOCK.c.breached_at < param("start"),
        and_(CLOCK.c.breached_at.is_(None), CLOCK.c.due_at < param("start")),
    ),
)
#: What begins a clock at an earlier second is not believed where it comes later than BACKFILL.
_ended_late: Final = (CLOCK.c.stopped_at >= param("back"), CLOCK.c.breached_at < param("start"))


def _late(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Return the promises that were late, as `Breach` has them."""
    ticket = (CLOCK.c.ticket, TICKET.c.queue, TICKET.c.assignee)
    found = select(*ticket, *_of_clock)
    return found.select_from(_clocks).where(_promised, *conditions)


def _logged(*windows: Sequence[ColumnElement[bool]]) -> Statement:
    """Return the promises of windows that have none in common, each with what made it late since."""
    late_at = func.coalesce(CLOCK.c.breached_at, CLOCK.c.due_at).label("late_at")
    every = [
        select(CLOCK.c.id, late_at, CLOCK.c.ticket, *_of_clock).where(_promised, *window)
        for window in windows
    ]
    late = union_all(*every).subquery()
    names = [kind.__name__ for kind in MAKES_LATE]
    since = and_(
        ENTRY.c.ticket == late.c.ticket, ENTRY.c.name.in_(names), ENTRY.c.at >= late.c.late_at
    )
    ticket = (late.c.ticket, TICKET.c.queue, TICKET.c.assignee)
    clock = [late.c[column.name] for column in _of_clock]
    return Statement(
        select(late.c.id, late.c.late_at, *ticket, *clock, ENTRY.c.at, ENTRY.c.name, ENTRY.c.body)
        .select_from(late.join(TICKET, TICKET.c.id == late.c.ticket).outerjoin(ENTRY, since))
        # by no index: by that of all clocks SQLite would read all of them
        .order_by(late.c.late_at, late.c.id, ENTRY.c.id)
    )


_clocks: Final = CLOCK.join(TICKET, TICKET.c.id == CLOCK.c.ticket)
_BREACHES: Final = Statement(union_all(_late(*_begun_in), _late(*_run_out_in)))
_TOLD: Final = _logged(_begun_in, _run_out_in, _owed_since_before, _ended_late)
_STILL_LATE: Final = _logged(_owed_since_before)
_THANKS: Final = Statement(
    select(TICKET.c.id, TICKET.c.queue, TICKET.c.assignee, TICKET.c.status, ENTRY.c.at)
    .select_from(ENTRY.join(TICKET, TICKET.c.id == ENTRY.c.ticket))
    .where(text(THANKS), ENTRY.c.at >= param("start"), ENTRY.c.at < param("end"), ~TICKET.c.quiet)
    .where(meant)
    .order_by(ENTRY.c.at, ENTRY.c.id)
)
