"""The rows of a period from which chatops.measures makes its figures.

As in storage.figures, every statement reads a window of one index and gives its rows by queue, and
which queues count is decided here.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, ColumnElement, and_, func, literal_column, or_, select, union_all

from chatops.behind import Mark
from chatops.event import ClockKind, Closed, CloseReason, Reopened, ReplySent
from chatops.measures import Close, Kept, Measures, Response, is_undone
from chatops.report import EVERY, Only
from chatops.sla import Outcome
from chatops.sla.clock import second
from storage.clocks import PROMISED
from storage.codec import read
from storage.instant import instant, micros
from storage.invitations import invitations
from storage.narrow import meant, theirs, window
from storage.statement import Db, Param, Row, Statement, param
from storage.tables import CLOCK, ENTRY, TICKET

#: A clock that ended in time is looked for so long before the period in which it was due.
LOOK_BACK: Final = timedelta(days=31)

_SECOND: Final = 1_000_000


def measures(
    db: Db, queues: Collection[str], start: datetime, end: datetime, only: Only = EVERY
) -> Measures:
    """Return the rows of [start, end)."""
    params = window(start, end, only)
    later = _later_closes(db, params)
    closes = (_close(row, later) for row in db.all(_CLOSES, **params) if row[0] in queues)
    return Measures(
        responses=responses(db, queues, params, only),
        closes=[each for each in closes if only.agent in {None, each.agent}],
        kept=_kept(db, queues, params, start),
        breached=sum(count for queue, count in db.all(_BREACHED, **params) if queue in queues),
        invitations=invitations(db, queues, params),
    )


def responses(
    db: Db, queues: Collection[str], params: Mapping[str, Param], only: Only
) -> list[Response]:
    """Return the first and next responses of a window; of an agent those that they wrote."""
    rows = db.all(_RESPONSES, **params) if only.agent is None else _written(db, params)
    return [
        Response(ClockKind(kind), elapsed, (stopped - started) // _SECOND, ticket, instant(stopped))
        for queue, ticket, kind, elapsed, started, stopped in rows
        if queue in queues
    ]


def _written(db: Db, params: Mapping[str, Param]) -> list[Row]:
    """Return the rows of those clocks that a reply of the agent stopped."""
    found: dict[int, Row] = {}
    for clock, body, *of in db.all(_WRITTEN, **params):
        if second(read(ReplySent, body).at) == instant(of[-1]):
            found[clock] = tuple(of)
    return list(found.values())


def _kept(
    db: Db, queues: Collection[str], params: Mapping[str, Param], start: datetime
) -> Mapping[ClockKind, Kept]:
    tally: Counter[tuple[str, Mark]] = Counter()
    for queue, kind, outcome, count in db.all(_KEPT, **params, back=micros(start - LOOK_BACK)):
        if queue in queues:
            tally[kind, BECAME[Outcome(outcome)]] += count
    return {
        kind: Kept(tally[kind, Mark.MET], tally[kind, Mark.LATE], tally[kind, Mark.WAIVED])
        for kind in ClockKind
        if not kind.is_watch
    }


#: What became of what was owed.
BECAME: Final = {
    Outcome.MET: Mark.MET,
    Outcome.MET_LATE: Mark.LATE,
    Outcome.BREACHED: Mark.LATE,
    Outcome.WAIVED: Mark.WAIVED,
}


def _later_closes(db: Db, params: Mapping[str, Param]) -> set[int]:
    """Return the closes, by their entry, before which their ticket had been closed in earnest."""
    found: set[int] = set()
    before: Row = ()
    for row in db.all(_BEFORE, **params):
        close, name, agent, at = row
        if name == "Reopened" and before[:2] == (close, "Closed"):
            _, _, closed_by, closed_at = before
            if not is_undone(closed_by, instant(closed_at), agent, instant(at)):
                found.add(close)
        before = tuple(row)
    return found


def _close(row: Row, later: Collection[int]) -> Close:
    queue, entry, opened_at, ticket, at, body, replies, reopened_at, reopened, *clock = row
    closed = read(Closed, body)
    spent = _resolution(at - at % _SECOND, *clock)
    return Close(
        ticket,
        closed.agent,
        CloseReason(closed.reason),
        instant(at),
        replies,
        instant(reopened_at),
        read(Reopened, reopened).agent if reopened is not None else None,
        *spent,
        queue,
        None if entry in later else instant(opened_at),
    )


def _resolution(
    at: int,
    started: int | None,
    stopped: int | None,
    outcome: str | None,
    elapsed: int | None,
    past: str | None,
) -> tuple[int | None, int | None]:
    """Return what the resolution's clock had used, by work and by calendar, at a close in second `at`.

    A ticket that was reopened since goes on: what it had used then stands in its past.
    """
    if started is None or past is None:
        return None, None
    calendar = (at - started) // _SECOND
    if stopped == at:
        return (elapsed, calendar) if elapsed is not None else (None, None)
    stretches = orjson.loads(past)
    if outcome == Outcome.WAIVED or not any(until == at for _, until, *_ in stretches):
        return None, None
    return sum(counted for _, until, counted, _ in stretches if until <= at), calendar


def within(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Tell whether an instant lies in [start, end)."""
    return and_(column >= param("start"), column < param("end"))


_queue = TICKET.c.queue
_clocks = CLOCK.join(TICKET, TICKET.c.id == CLOCK.c.ticket)
_answers = [ClockKind.FIRST_RESPONSE.value, ClockKind.NEXT_RESPONSE.value]

_response = (
    _queue,
    CLOCK.c.ticket,
    CLOCK.c.kind,
    CLOCK.c.elapsed_s,
    CLOCK.c.started_at,
    CLOCK.c.stopped_at,
)
_was_response = and_(
    within(CLOCK.c.stopped_at),
    CLOCK.c.kind.in_(_answers),
    CLOCK.c.outcome.in_([Outcome.MET.value, Outcome.MET_LATE.value]),
    meant,
)
_RESPONSES: Final = Statement(select(*_response).select_from(_clocks).where(_was_response))
_by_agent = and_(
    ENTRY.c.ticket == CLOCK.c.ticket,
    ENTRY.c.name == "ReplySent",
    ENTRY.c.agent == param("only_agent", BigInteger),
)
_WRITTEN: Final = Statement(
    select(CLOCK.c.id, ENTRY.c.body, *_response)
    .select_from(_clocks.join(ENTRY, _by_agent))
    .where(_was_response)
)
_reopened = ENTRY.alias("reopened")
_later = ENTRY.alias("later")
_reply = ENTRY.alias("reply")
#: The first reopening of a ticket after an entry of its log; None: it stayed as that left it.
next_reopening = (
    select(func.min(_later.c.id))
    .where(_later.c.ticket == ENTRY.c.ticket, _later.c.id > ENTRY.c.id)
    .where(_later.c.name == "Reopened")
    .correlate(ENTRY)
    .scalar_subquery()
)
_replies = (
    select(func.count())
    .where(_reply.c.ticket == ENTRY.c.ticket, _reply.c.id < ENTRY.c.id)
    .where(_reply.c.name.in_(["ReplySent", "AnsweredOutside"]))
    .correlate(ENTRY)
    .scalar_subquery()
)
# that both names are named is what lets SQLite use their partial index
_closed = and_(ENTRY.c.name.in_(["Closed", "Reopened"]), ENTRY.c.name == "Closed")
_CLOSES: Final = Statement(
    select(
        _queue,
        ENTRY.c.id,
        TICKET.c.opened_at,
        ENTRY.c.ticket,
        ENTRY.c.at,
        ENTRY.c.body,
        _replies,
        _reopened.c.at,
        _reopened.c.body,
        CLOCK.c.started_at,
        CLOCK.c.stopped_at,
        CLOCK.c.outcome,
        CLOCK.c.elapsed_s,
        CLOCK.c.past,
    )
    .select_from(
        ENTRY.join(TICKET, TICKET.c.id == ENTRY.c.ticket)
        .outerjoin(_reopened, _reopened.c.id == next_reopening)
        .outerjoin(
            CLOCK,
            and_(
                CLOCK.c.ticket == ENTRY.c.ticket,
                CLOCK.c.kind == ClockKind.RESOLUTION.value,
                CLOCK.c.cycle == 1,
            ),
        )
    )
    .where(_closed, within(ENTRY.c.at), ~TICKET.c.quiet, meant)
)
_before = ENTRY.alias("before")
#: Of each close of the window how its ticket had been closed and reopened until then, in order.
_BEFORE: Final = Statement(
    select(ENTRY.c.id, _before.c.name, _before.c.agent, _before.c.at)
    .select_from(
        ENTRY.join(_before, and_(_before.c.ticket == ENTRY.c.ticket, _before.c.id < ENTRY.c.id))
    )
    .where(_closed, within(ENTRY.c.at))
    .where(or_(_before.c.name == "Closed", _before.c.name == "Reopened"))
    .order_by(ENTRY.c.id, _before.c.id)
)
_BREACHED: Final = Statement(
    select(_queue, func.count())
    .select_from(_clocks)
    .where(within(CLOCK.c.breached_at), meant, theirs)
    .group_by(_queue)
)
_late: ColumnElement[str] = literal_column("'breached'").label("outcome")
_ended = func.coalesce(CLOCK.c.stopped_at, CLOCK.c.due_at, CLOCK.c.breached_at).label("at")
_ticket_kind = (CLOCK.c.ticket, CLOCK.c.kind, _ended)
_not_ended_within = or_(
    CLOCK.c.stopped_at.is_(None),
    CLOCK.c.stopped_at < param("start"),
    CLOCK.c.stopped_at >= param("end"),
)
_promised = CLOCK.c.kind.in_(PROMISED)
#: Whose clocks count: four windows, each of an index, that have no clock in common.
owed: Final = union_all(
    select(*_ticket_kind, CLOCK.c.outcome).where(_promised, within(CLOCK.c.stopped_at)),
    select(*_ticket_kind, _late).where(within(CLOCK.c.breached_at), _not_ended_within),
    # past due, which no tick has noted yet: a period ends now at the latest
    select(*_ticket_kind, _late).where(
        _promised,
        CLOCK.c.outcome.is_(None),
        CLOCK.c.started_at < param("end"),
        within(CLOCK.c.due_at),
        CLOCK.c.breached_at.is_(None),
    ),
    select(*_ticket_kind, CLOCK.c.outcome).where(
        _promised,
        CLOCK.c.stopped_at >= param("back"),
        CLOCK.c.stopped_at < param("start"),
        within(CLOCK.c.due_at),
        CLOCK.c.outcome.in_([Outcome.MET.value, Outcome.WAIVED.value]),
    ),
).subquery()
_KEPT: Final = Statement(
    select(_queue, owed.c.kind, owed.c.outcome, func.count())
    .select_from(owed.join(TICKET, TICKET.c.id == owed.c.ticket))
    .where(meant, theirs)
    .group_by(_queue, owed.c.kind, owed.c.outcome)
)
