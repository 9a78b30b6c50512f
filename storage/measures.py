"""The rows of a period from which chatops.measures makes its figures.

As in storage.figures, every statement reads a window of one index and gives its rows by queue, and
which queues count is decided here.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, union_all

from chatops.event import ClockKind, Closed, CloseReason, Reopened
from chatops.measures import Close, Kept, Measures, Response
from chatops.sla import Outcome
from chatops.ticket import Status
from storage.clocks import PROMISED
from storage.codec import read
from storage.instant import instant, micros
from storage.invitations import invitations
from storage.statement import Db, Row, Statement, param
from storage.tables import CLOCK, ENTRY, TICKET

#: A clock that ended in time is looked for so long before the period in which it was due.
LOOK_BACK: Final = timedelta(days=31)

_SECOND: Final = 1_000_000


def measures(db: Db, queues: Collection[str], start: datetime, end: datetime) -> Measures:
    """Return the rows of [start, end)."""
    window = {"start": micros(start), "end": micros(end)}
    return Measures(
        responses=[
            Response(ClockKind(kind), elapsed, (stopped - started) // _SECOND)
            for queue, kind, elapsed, started, stopped in db.all(_RESPONSES, **window)
            if queue in queues
        ],
        closes=[_close(row) for row in db.all(_CLOSES, **window) if row[0] in queues],
        kept=_kept(db, queues, start, end),
        breached=sum(count for queue, count in db.all(_BREACHED, **window) if queue in queues),
        invitations=invitations(db, queues, start, end),
    )


def open_since(db: Db, queues: Collection[str]) -> Sequence[datetime]:
    """Return when the tickets were opened that are open or snoozed now."""
    return [instant(opened) for queue, opened in db.all(_OPEN_SINCE) if queue in queues]


def _kept(
    db: Db, queues: Collection[str], start: datetime, end: datetime
) -> Mapping[ClockKind, Kept]:
    tally: Counter[tuple[str, str]] = Counter()
    window = {"start": micros(start), "end": micros(end)}
    for queue, kind, outcome, count in db.all(_KEPT, **window, back=micros(start - LOOK_BACK)):
        if queue in queues:
            tally[kind, _GROUP[Outcome(outcome)]] += count
    return {
        kind: Kept(tally[kind, "met"], tally[kind, "breached"], tally[kind, "waived"])
        for kind in ClockKind
        if not kind.is_watch
    }


_GROUP: Final = {
    Outcome.MET: "met",
    Outcome.MET_LATE: "breached",
    Outcome.BREACHED: "breached",
    Outcome.WAIVED: "waived",
}


def _close(row: Row) -> Close:
    _, ticket, at, body, replies, reopened_at, reopened, *clock = row
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

_RESPONSES: Final = Statement(
    select(_queue, CLOCK.c.kind, CLOCK.c.elapsed_s, CLOCK.c.started_at, CLOCK.c.stopped_at)
    .select_from(_clocks)
    .where(
        within(CLOCK.c.stopped_at),
        CLOCK.c.kind.in_(_answers),
        CLOCK.c.outcome.in_([Outcome.MET.value, Outcome.MET_LATE.value]),
    )
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
_CLOSES: Final = Statement(
    select(
        _queue,
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
    # that both names are named is what lets SQLite use their partial index
    .where(ENTRY.c.name.in_(["Closed", "Reopened"]), ENTRY.c.name == "Closed")
    .where(within(ENTRY.c.at), ~TICKET.c.quiet)
)
_BREACHED: Final = Statement(
    select(_queue, func.count())
    .select_from(_clocks)
    .where(within(CLOCK.c.breached_at))
    .group_by(_queue)
)
_late: ColumnElement[str] = literal_column("'breached'").label("outcome")
_ticket_kind = (CLOCK.c.ticket, CLOCK.c.kind)
_not_ended_within = or_(
    CLOCK.c.stopped_at.is_(None),
    CLOCK.c.stopped_at < param("start"),
    CLOCK.c.stopped_at >= param("end"),
)
# four windows, each of an index, that have no clock in common
_counted = union_all(
    select(*_ticket_kind, CLOCK.c.outcome).where(within(CLOCK.c.stopped_at)),
    select(*_ticket_kind, _late).where(within(CLOCK.c.breached_at), _not_ended_within),
    # past due, which no tick has noted yet: a period ends now at the latest
    select(*_ticket_kind, _late).where(
        CLOCK.c.outcome.is_(None),
        CLOCK.c.started_at < param("end"),
        within(CLOCK.c.due_at),
        CLOCK.c.breached_at.is_(None),
    ),
    select(*_ticket_kind, CLOCK.c.outcome).where(
        CLOCK.c.stopped_at >= param("back"),
        CLOCK.c.stopped_at < param("start"),
        within(CLOCK.c.due_at),
        CLOCK.c.outcome.in_([Outcome.MET.value, Outcome.WAIVED.value]),
    ),
).subquery()
_KEPT: Final = Statement(
    select(_queue, _counted.c.kind, _counted.c.outcome, func.count())
    .select_from(_counted.join(TICKET, TICKET.c.id == _counted.c.ticket))
    .where(_counted.c.kind.in_(PROMISED))
    .group_by(_queue, _counted.c.kind, _counted.c.outcome)
)
_OPEN_SINCE: Final = Statement(
    select(_queue, TICKET.c.opened_at).where(
        TICKET.c.status.in_([Status.OPEN.value, Status.SNOOZED.value])
    )
)
