"""Lists of tickets and the log, as people ask for them."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, and_, func, select

from chatops.ports import Entry, Listed, TicketFilter
from chatops.ticket import Status
from storage import records
from storage.codec import decode
from storage.instant import instant
from storage.statement import Db, Param, Row, Statement, first, param, there
from storage.tables import CLOCK, ENTRY, MESSAGE, TICKET

#: So many characters of the customer's newest message stand in a list.
EXCERPT: Final = 140


def listed(db: Db, wanted: TicketFilter) -> tuple[Sequence[Listed], int]:
    """Return the first of the tickets that a filter lets through, and how many it does.

    Without a status it means tickets that are not closed: those with work in them.
    """
    if not wanted.queues:
        return [], 0
    page, count = _statements(
        len(wanted.queues),
        wanted.status,
        assigned=wanted.assignee is not None,
        unclaimed=wanted.unclaimed,
        escalated=wanted.escalated,
        unread=wanted.unread_by is not None,
    )
    params: dict[str, Param] = {
        f"queue{number}": queue for number, queue in enumerate(wanted.queues)
    }
    if wanted.assignee is not None:
        params["assignee"] = wanted.assignee
    if wanted.unread_by is not None:
        params["reader"] = f"%,{wanted.unread_by},%"
    (total,) = there(db.one(count, **params))
    ids = db.all(page, limit=wanted.limit, **params)
    return [_listed(db, id) for (id,) in ids], total


def entry(db: Db, id: int) -> Entry | None:
    """Return one line of the log."""
    row = db.one(_ENTRY, id=id)
    return None if row is None else _entry(row)


def entries(db: Db, ticket: int) -> Sequence[Entry]:
    """Return a ticket's log, oldest first."""
    return [_entry(row) for row in db.all(_ENTRIES, ticket=ticket)]


@lru_cache(maxsize=256)
def _statements(
    queues: int,
    status: Status | None,
    *,
    assigned: bool,
    unclaimed: bool,
    escalated: bool,
    unread: bool,
) -> tuple[Statement, Statement]:
    """Return what finds a page's ids, and what counts them all."""
    t = TICKET.c
    live = [Status.OPEN.value, Status.SNOOZED.value]
    in_queues = t.queue.in_([param(f"queue{number}") for number in range(queues)])
    conditions: list[ColumnElement[bool]] = [
        in_queues,
        t.status.in_(live if status is None else [status.value]),
    ]
    if assigned:
        conditions.append(t.assignee == param("assignee"))
    if unclaimed:
        conditions.append(t.assignee.is_(None))
    if escalated:
        conditions.append(t.level > 0)
    if unread:
        conditions.append(t.read_by.not_like(param("reader")))
    ids = select(t.id).where(*conditions)
    count = Statement(select(func.count()).select_from(TICKET).where(*conditions))
    if status is Status.CLOSED:  # no clock runs on those, and they are too many to look for one
        return Statement(first(ids.order_by(t.id), param("limit"))), count
    running = and_(
        CLOCK.c.ticket == t.id, CLOCK.c.kind == "first_response", CLOCK.c.outcome.is_(None)
    )
    due_first = (CLOCK.c.due_at.is_(None), CLOCK.c.due_at, t.id)
    page = ids.select_from(TICKET.outerjoin(CLOCK, running)).order_by(*due_first)
    return Statement(first(page, param("limit"))), count


def _listed(db: Db, id: int) -> Listed:
    ticket = records.ticket(db, id)
    assert ticket is not None  # noqa: S101 - found in this very transaction
    words = db.one(_NEWEST_WORDS, ticket=id)
    return Listed(
        ticket,
        records.customer(db, ticket.customer),
        words[0] if words else "",
        records.clock(db, id),
    )


def _entry(row: Row) -> Entry:
    id, ticket, at, agent, rule, name, body = row
    return Entry(id, ticket, instant(at), agent, rule, decode(name, body))


_ENTRY: Final = Statement(select(ENTRY).where(ENTRY.c.id == param("id")))
_ENTRIES: Final = Statement(
    select(ENTRY).where(ENTRY.c.ticket == param("ticket")).order_by(ENTRY.c.id)
)
_NEWEST_WORDS: Final = Statement(
    first(
        select(func.substr(MESSAGE.c.text, 1, EXCERPT))
        .where(
            MESSAGE.c.ticket == param("ticket"),
            MESSAGE.c.direction == "inbound",
            MESSAGE.c.deleted.is_(False),
        )
        .order_by(MESSAGE.c.id.desc())
    )
)
