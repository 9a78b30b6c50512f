"""What routing saw of the tickets that were opened since: for trying changed rules on them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, literal_column, select

from chatops.event import Opened
from chatops.ports import Arrival
from storage.codec import read
from storage.instant import instant, micros
from storage.statement import Db, Statement, first, param, there
from storage.tables import CUSTOMER, ENTRY, MESSAGE, TICKET


def arrivals(db: Db, since: datetime, after: int, limit: int) -> Sequence[Arrival]:
    """Return tickets opened since whose id is above `after`, by id.

    A page is read by id, from the first that may be wanted on: by time, each page would read all of
    the time again. The followers are those that the customer has now.
    """
    (lowest,) = there(db.one(_LOWEST, since=micros(since)))
    if lowest is None:
        return []
    rows = db.all(_PAGE, since=micros(since), after=max(after, lowest - 1), limit=limit)
    return [
        Arrival(ticket, instant(opened_at), read(Opened, body), text or "", followers, rule)
        for ticket, opened_at, body, text, followers, rule in rows
    ]


_t = TICKET.c
# as sums, so that each statement is led by the index that it should be: by time, and by id
_nothing: ColumnElement[int] = literal_column("0")
_LOWEST: Final = Statement(select(func.min(_t.id + _nothing)).where(_t.opened_at >= param("since")))
_first_words = (
    first(
        select(MESSAGE.c.text)
        .where(MESSAGE.c.ticket == _t.id, MESSAGE.c.direction == "inbound")
        .order_by(MESSAGE.c.id)
    )
    .correlate(TICKET)
    .scalar_subquery()
)
_PAGE: Final = Statement(
    first(
        select(_t.id, _t.opened_at, ENTRY.c.body, _first_words, CUSTOMER.c.followers, _t.rule)
        .select_from(
            TICKET.join(ENTRY, ENTRY.c.ticket == _t.id).join(CUSTOMER, CUSTOMER.c.id == _t.customer)
        )
        .where(
            _t.id > param("after"),
            _t.opened_at + _nothing >= param("since"),
            ENTRY.c.name == "Opened",
        )
        .order_by(_t.id),
        param("limit"),
    )
)
