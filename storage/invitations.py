"""Invitations into direct messages, of which chatops.measures makes figures."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from sqlalchemy import literal_column, select

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


_INVITATIONS: Final = Statement(
    select(TICKET.c.queue, CLOCK.c.ticket, CLOCK.c.started_at, CLOCK.c.outcome, CLOCK.c.elapsed_s)
    .select_from(CLOCK.join(TICKET, TICKET.c.id == CLOCK.c.ticket))
    .where(
        # written out, as the condition of its index is
        CLOCK.c.kind == literal_column(f"'{ClockKind.DM_HANDOVER.value}'"),
        CLOCK.c.started_at >= param("start"),
        CLOCK.c.started_at < param("end"),
        meant,
        theirs,
    )
)
