"""How long the first messages of new tickets took from their network to us.

A ticket is opened, and its log begins, when the customer wrote; the message's own entry is of the moment
in which it was taken in.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, literal_column, select

from chatops.report import EVERY, Only, Reached
from storage.figures import is_new
from storage.instant import instant
from storage.narrow import meant, window
from storage.statement import Db, Statement
from storage.tables import ENTRY, TICKET

_SECOND: Final = 1_000_000


def reached(
    db: Db, queues: Collection[str], start: datetime, end: datetime, only: Only = EVERY
) -> Sequence[Reached]:
    """Return them of [start, end), in no order; what comes in is no agent's doing.

    What was written before its account was connected is none: nobody could have brought it sooner.
    """
    if only.agent is not None:
        return []
    return [
        Reached(ticket, channel, instant(wrote), max(came - wrote, 0) // _SECOND)
        for queue, ticket, channel, wrote, came in db.all(_REACHED, **window(start, end, only))
        if queue in queues
    ]


_t: Final = TICKET.c
_own = ENTRY.alias("own")
_first = (
    select(func.min(_own.c.id))
    .where(_own.c.ticket == _t.id, _own.c.name == "CustomerWrote")
    .correlate(TICKET)
    .scalar_subquery()
)
#: That a message was written before its account was connected; a sign for the colon, as in storage.tables.
_of_before = ENTRY.c.body.like(literal_column("""'%"counts_from"_"%'"""))
_REACHED: Final = Statement(
    select(_t.queue, _t.id, _t.channel, _t.opened_at, ENTRY.c.at)
    .select_from(TICKET.join(ENTRY, ENTRY.c.id == _first))
    .where(is_new, meant, ~_of_before)
)
