"""Invitations into direct messages, of which chatops.measures makes figures."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, literal_column, or_, select

from chatops.event import ClockKind
from chatops.measures import Invitation
from chatops.sla import Outcome
from storage.instant import instant
from storage.narrow import meant, theirs
from storage.statement import Db, Param, Statement, param
from storage.tables import CLOCK, TICKET


def invitations(
    db: Db, queues: Collection[str], params: Mapping[str, Param]
) -> Sequence[Invitation]:
    """Return those of a window; they are in the queue, and of who has it, as their ticket is by now."""
    rows = db.all(_INVITATIONS, **params)
    return tuple(
        Invitation(ticket, instant(at), opened_s, outcome == Outcome.LAPSED)
        for queue, ticket, at, outcome, opened_s in rows
        if queue in queues
    )


_again = CLOCK.alias("again")
_there = TICKET.alias("there")
#: Written out, as the condition of the index is.
_HANDOVER: Final[ColumnElement[str]] = literal_column(f"'{ClockKind.DM_HANDOVER.value}'")


def _is_waived(outcome: ColumnElement[str | None]) -> ColumnElement[bool]:
    return func.coalesce(outcome, "") == Outcome.WAIVED.value


#: A merge lets a watch go on in another ticket, where it counts; but once, where that one waits no more.
_goes_on_elsewhere = and_(
    _is_waived(CLOCK.c.outcome),
    exists().where(
        _again.c.kind == _HANDOVER,
        _again.c.started_at == CLOCK.c.started_at,
        _again.c.ticket != CLOCK.c.ticket,
        _there.c.id == _again.c.ticket,
        _there.c.customer == TICKET.c.customer,
        or_(~_is_waived(_again.c.outcome), _again.c.id > CLOCK.c.id),
    ),
)
_INVITATIONS: Final = Statement(
    select(TICKET.c.queue, CLOCK.c.ticket, CLOCK.c.started_at, CLOCK.c.outcome, CLOCK.c.elapsed_s)
    .select_from(CLOCK.join(TICKET, TICKET.c.id == CLOCK.c.ticket))
    .where(
        CLOCK.c.kind == _HANDOVER,
        CLOCK.c.started_at >= param("start"),
        CLOCK.c.started_at < param("end"),
        ~_goes_on_elsewhere,
        meant,
        theirs,
    )
)
