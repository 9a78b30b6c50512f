"""The tickets behind those figures that storage counts without naming them; see chatops.behind.

Each has the very condition by which its figure is counted, and reads the window of the same index.
The figures that are made of closes, responses, pick-ups and escalations are listed from their rows.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, text

from chatops.behind import KEPT, Behind, Figure, Lateness
from chatops.event import ClockKind
from chatops.handling import UNANSWERED_AFTER
from chatops.report import EVERY, Only
from chatops.sla import Outcome
from storage import figures, handling, measures
from storage.instant import instant, micros
from storage.measures import BECAME, LOOK_BACK, within
from storage.narrow import by_them, meant, theirs, window
from storage.statement import Db, Param, Statement
from storage.tables import CLOCK, ENTRY, REPEATED, TICKET


def behind(
    db: Db,
    figure: Figure,
    queues: Collection[str],
    start: datetime,
    end: datetime,
    only: Only = EVERY,
) -> list[Behind]:
    """Return the tickets of a figure of [start, end), in no order; of those figures that are here."""
    if only.agent is not None and figure in {Figure.NEW, Figure.QUIET}:  # no agent's doing
        return []
    params: dict[str, Param] = {
        **window(start, end, only),
        "older": micros(end - UNANSWERED_AFTER),
        "back": micros(start - LOOK_BACK),
    }
    if figure is Figure.CANNED:
        return [Behind(*found) for found in handling.canned(db, queues, params)]
    if (kind := KEPT.get(figure)) is not None:
        return [
            Behind(ticket, instant(at), BECAME[Outcome(outcome)])
            for queue, ticket, at, of, outcome in db.all(_KEPT, **params)
            if queue in queues and of == kind
        ]
    return [
        Behind(ticket, instant(at), Lateness(ClockKind(of[0]), instant(of[1])) if of else None)
        for queue, ticket, at, *of in db.all(_STATEMENTS[figure], **params)
        if queue in queues
    ]


_queue = TICKET.c.queue
_opened = select(_queue, TICKET.c.id, TICKET.c.opened_at)
_clocks = CLOCK.join(TICKET, TICKET.c.id == CLOCK.c.ticket)
_log = ENTRY.join(TICKET, TICKET.c.id == ENTRY.c.ticket)

_KEPT: Final = Statement(
    select(
        _queue,
        measures.owed.c.ticket,
        measures.owed.c.at,
        measures.owed.c.kind,
        measures.owed.c.outcome,
    )
    .select_from(measures.owed.join(TICKET, TICKET.c.id == measures.owed.c.ticket))
    .where(meant, theirs)
)
_STATEMENTS: Final[Mapping[Figure, Statement]] = {
    Figure.NEW: Statement(_opened.where(figures.is_new, meant)),
    Figure.QUIET: Statement(_opened.where(figures.is_quiet, meant)),
    Figure.HANDLED: Statement(
        select(_queue, ENTRY.c.ticket, func.max(ENTRY.c.at))
        .select_from(_log)
        .where(handling.acted, within(ENTRY.c.at), meant, by_them)
        .group_by(_queue, ENTRY.c.ticket)
    ),
    Figure.WAITING: Statement(
        select(_queue, figures.ran.c.ticket, figures.ran.c.started_at)
        .select_from(figures.ran.join(TICKET, TICKET.c.id == figures.ran.c.ticket))
        .where(meant, theirs)
    ),
    Figure.UNANSWERED: Statement(
        _opened.select_from(handling.owing.join(TICKET, TICKET.c.id == handling.owing.c.ticket))
        .where(handling.is_old, meant, theirs)
        .distinct()
    ),
    Figure.LATE: Statement(
        select(_queue, CLOCK.c.ticket, CLOCK.c.breached_at, CLOCK.c.kind, CLOCK.c.stopped_at)
        .select_from(_clocks)
        .where(within(CLOCK.c.breached_at), meant, theirs)
    ),
    Figure.REPEATED: Statement(
        select(_queue, ENTRY.c.ticket, ENTRY.c.at)
        .select_from(_log)
        .where(text(REPEATED), within(ENTRY.c.at), meant, by_them)
    ),
}
