"""The tickets that were not closed at some moment, with what stood of them then; see chatops.unclosed.

Most stand now as they did then. The others, of which the log says more since, are folded anew from it
up to that moment. As in storage.levels a ticket counts in the queue of now, and who is meant, if anybody,
has it now; when a promise is due is what its clock says now, or said when it was stopped.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, union_all

from chatops.report import EVERY, Only
from chatops.step import fold
from chatops.ticket import Status, Ticket
from chatops.unclosed import Unclosed, unclosed_of
from storage.clocks import PROMISED
from storage.codec import decode
from storage.instant import instant, micros
from storage.narrow import meant, theirs, window
from storage.statement import Db, Statement, param
from storage.tables import CLOCK, ENTRY, TICKET


def unclosed(
    db: Db, queues: Collection[str], at: datetime, only: Only = EVERY
) -> Sequence[Unclosed]:
    """Return them, in no order."""
    params, due = window(at, at, only), defaultdict[int, list[datetime]](list)
    for ticket, due_at in db.all(_OWED, end=micros(at)):
        due[ticket].append(instant(due_at))
    found: list[Unclosed | None] = []
    for changed_at, *row in db.all(_LIVE, **params):
        queue, id = row[:2]
        if queue not in queues:
            continue
        times = tuple(due[id])
        then = _then(db, id, at) if changed_at >= micros(at) else None
        # a log that the rules of today would not write, as of an older version, folds to nothing
        found.append(_as_it_stands(row, times) if then is None else unclosed_of(then, queue, times))
    for queue, id in db.all(_GONE, **params):
        if queue in queues and (then := _then(db, id, at)) is not None:
            found.append(unclosed_of(then, queue, tuple(due[id])))
    return [row for row in found if row is not None]


def _then(db: Db, id: int, at: datetime) -> Ticket | None:
    """Return the ticket as its log made it until then; it is there from its first entry on."""
    rows = db.all(_LOG, ticket=id)
    log = [
        (decode(name, body), instant(written))
        for number, (name, body, written) in enumerate(rows)
        if number == 0 or instant(written) < at
    ]
    try:
        return fold(id, log)
    except ValueError:
        return None


def _as_it_stands(row: Sequence[Any], due: tuple[datetime, ...]) -> Unclosed:
    queue, id, account, opened_at, status, assignee, read_by, idle, hand_back, snoozed = row
    return Unclosed(
        id,
        queue,
        account,
        instant(opened_at),
        Status(status),
        assignee,
        bool(read_by.strip(",")),
        instant(idle),
        instant(hand_back),
        instant(snoozed),
        due,
    )


_t: Final = TICKET.c
_entry = ENTRY.alias("own")
_newest = (
    select(func.max(_entry.c.id))
    .where(_entry.c.ticket == _t.id)
    .correlate(TICKET)
    .scalar_subquery()
)
#: Each with when it changed last. An outer join, though each has a log: so the tickets lead.
_LIVE: Final = Statement(
    select(
        func.coalesce(ENTRY.c.at, _t.opened_at),
        _t.queue,
        _t.id,
        _t.account,
        _t.opened_at,
        _t.status,
        _t.assignee,
        _t.read_by,
        _t.idle_since,
        _t.hand_back_at,
        _t.snoozed_until,
    )
    .select_from(TICKET.outerjoin(ENTRY, ENTRY.c.id == _newest))
    .where(
        _t.status.in_([Status.OPEN.value, Status.SNOOZED.value]),
        _t.opened_at < param("end"),
        meant,
        theirs,
    )
)
_GONE: Final = Statement(
    select(_t.queue, _t.id).where(
        _t.closed_at >= param("end"), _t.opened_at < param("end"), ~_t.quiet, meant, theirs
    )
)
_LOG: Final = Statement(
    select(ENTRY.c.name, ENTRY.c.body, ENTRY.c.at)
    .where(ENTRY.c.ticket == param("ticket"))
    .order_by(ENTRY.c.id)
)
# two indexes, as of who still waits: the clocks that run still, and those that were stopped since
_began = select(CLOCK.c.ticket, CLOCK.c.due_at).where(
    CLOCK.c.kind.in_(PROMISED), CLOCK.c.started_at < param("end"), CLOCK.c.due_at.is_not(None)
)
_OWED: Final = Statement(
    union_all(
        _began.where(CLOCK.c.outcome.is_(None)),
        _began.where(CLOCK.c.stopped_at >= param("end")),
    )
)
