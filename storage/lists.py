"""Lists of tickets and the log, as people ask for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    func,
    select,
    union_all,
)

from chatops.ports import MOST_COUNTED, Entry, Listed, TicketFilter
from chatops.ticket import Status
from storage import records
from storage.clocks import OWED
from storage.codec import decode
from storage.instant import instant, micros
from storage.statement import Db, Param, Row, Statement, first, param, there
from storage.tables import CLOCK, ENTRY, MESSAGE, TICKET

#: So many characters of the customer's newest message stand in a list.
EXCERPT: Final = 140


def listed(db: Db, wanted: TicketFilter) -> tuple[Sequence[Listed], int]:
    """Return a page of the tickets that a filter lets through, and how many it does.

    Without a status it means tickets that are not closed: those with work in them, the open ones
    first. Of closed and quiet ones the newest lead, and no more than MOST_COUNTED are counted.
    """
    if not wanted.queues:
        return [], 0
    statements = _statements(_shape(wanted))
    params = _params(wanted)
    (total,) = there(db.one(statements.count, **params))
    ids = db.all(statements.page, limit=wanted.limit, after=wanted.after, **params)
    return those(db, [id for (id,) in ids]), total


def those(db: Db, ids: Sequence[int]) -> Sequence[Listed]:
    """Return tickets as a list shows them, in their order; what is gone is left out."""
    return [listed for id in ids if (listed := _listed(db, id)) is not None]


def find(db: Db, wanted: TicketFilter) -> Sequence[int]:
    """Return a page of the tickets that a filter lets through, by id."""
    if not wanted.queues:
        return []
    statement = _statements(_shape(wanted)).by_id
    rows = db.all(statement, limit=wanted.limit, after=wanted.after, **_params(wanted))
    return [id for (id,) in rows]


def entry(db: Db, id: int) -> Entry | None:
    """Return one line of the log."""
    row = db.one(_ENTRY, id=id)
    return None if row is None else _entry(row)


def entries(db: Db, ticket: int) -> Sequence[Entry]:
    """Return a ticket's log, oldest first."""
    return [_entry(row) for row in db.all(_ENTRIES, ticket=ticket)]


_t: Final = TICKET.c

_ESCAPE: Final = "!"

#: When the promise of a ticket that is due first is due; NULL where none runs.
_DUE: Final = select(func.min(CLOCK.c.due_at)).where(*OWED).correlate(TICKET).scalar_subquery()


@dataclass(frozen=True, slots=True)
class _Shape:
    """What of a filter changes the statements; the rest are their parameters."""

    queues: int
    customers: int
    status: Status | None
    assigned: bool
    unclaimed: bool
    escalated: bool
    unread: bool
    late: bool
    tagged: bool
    quiet: bool


@dataclass(frozen=True, slots=True)
class _Statements:
    page: Statement  #: ids of a page, in the list's order
    by_id: Statement
    count: Statement


def _shape(wanted: TicketFilter) -> _Shape:
    return _Shape(
        queues=len(wanted.queues),
        customers=len(wanted.customers),
        status=Status.CLOSED if wanted.quiet else wanted.status,
        assigned=wanted.assignee is not None,
        unclaimed=wanted.unclaimed,
        escalated=wanted.escalated,
        unread=wanted.unread_by is not None,
        late=wanted.late_at is not None,
        tagged=wanted.tag is not None,
        quiet=wanted.quiet,
    )


def _params(wanted: TicketFilter) -> dict[str, Param]:
    params: dict[str, Param] = {
        **{f"queue{number}": queue for number, queue in enumerate(wanted.queues)},
        **{f"customer{number}": customer for number, customer in enumerate(wanted.customers)},
    }
    if wanted.assignee is not None:
        params["assignee"] = wanted.assignee
    if wanted.unread_by is not None:
        params["reader"] = f"%,{wanted.unread_by},%"
    if wanted.late_at is not None:
        params["late_at"] = micros(wanted.late_at)
    if wanted.tag is not None:
        # an underscore may stand in a tag, and is any letter in a pattern
        params["tag"] = f'%"{wanted.tag.replace("_", f"{_ESCAPE}_")}"%'
    return params


@lru_cache(maxsize=256)
def _statements(shape: _Shape) -> _Statements:
    found = select(_t.id).where(*_conditions(shape))
    by_id = _paged(found.order_by(_t.id))
    if shape.status is Status.CLOSED:
        counted = select(func.count()).select_from(first(found, MOST_COUNTED).subquery())
        return _Statements(_newest_first(shape), by_id, Statement(counted))
    due_first = (_DUE.asc().nulls_last(), _t.id)
    # "open" stands before "snoozed"
    order = due_first if shape.status is not None else (_t.status, *due_first)
    count = found.with_only_columns(func.count())
    return _Statements(_paged(found.order_by(*order)), by_id, Statement(count))


def _newest_first(shape: _Shape) -> Statement:
    """Return a page of closed tickets, of which a queue has more than anybody may sort.

    Each queue gives its newest by its part of the index; what is sorted are those.
    """
    if shape.customers:
        return _paged(select(_t.id).where(*_conditions(shape)).order_by(_t.id.desc()))
    most = param("limit", BigInteger) + param("after", BigInteger)
    newest: list[Select[Any]] = [
        select(
            first(
                select(_t.id)
                .where(_t.queue == param(f"queue{number}"), *_apart_from_queues(shape))
                .order_by(_t.id.desc()),
                most,
            ).subquery()
        )
        for number in range(shape.queues)
    ]
    ids = union_all(*newest).subquery()
    return _paged(select(ids.c.id).order_by(ids.c.id.desc()))


def _conditions(shape: _Shape) -> list[ColumnElement[bool]]:
    allowed = [param(f"queue{number}") for number in range(shape.queues)]
    return [_t.queue.in_(allowed), *_apart_from_queues(shape)]


def _apart_from_queues(shape: _Shape) -> Iterator[ColumnElement[bool]]:
    # where customers lead, neither the statuses' index nor the quiet list's may: they grow
    status = _t.status.concat("") if shape.customers else _t.status
    if shape.quiet:
        yield _t.quiet.is_(True) if shape.customers else _t.quiet
    elif shape.status is Status.CLOSED:
        yield status == Status.CLOSED.value
        yield ~_t.quiet
    else:
        live = (Status.OPEN, Status.SNOOZED) if shape.status is None else (shape.status,)
        yield status.in_([each.value for each in live])
        # said once more as the index of the work at hand says it: it is used only then
        yield status != Status.CLOSED.value
    if shape.customers:
        yield _t.customer.in_([param(f"customer{number}") for number in range(shape.customers)])
    if shape.assigned:
        yield _t.assignee == param("assignee")
    if shape.unclaimed:
        yield _t.assignee.is_(None)
    if shape.escalated:
        yield _t.level > 0
    if shape.unread:
        yield _t.read_by.not_like(param("reader"))
    if shape.late:
        past_due = select(CLOCK.c.id).where(*OWED, CLOCK.c.due_at < param("late_at"))
        yield past_due.correlate(TICKET).exists()
    if shape.tagged:
        yield _t.tags.like(param("tag"), escape=_ESCAPE)


def _paged(select: Select[Any]) -> Statement:
    return Statement(select.limit(param("limit")).offset(param("after")))


def _listed(db: Db, id: int) -> Listed | None:
    if (ticket := records.ticket(db, id)) is None:
        return None
    words = db.one(_NEWEST_WORDS, ticket=id)
    return Listed(
        ticket,
        records.customer(db, ticket.customer),
        words[0] if words else "",
        records.clock_due(db, id),
    )


def _entry(row: Row) -> Entry:
    id, ticket, at, agent, rule, name, body, chat, _terms = row
    return Entry(id, ticket, instant(at), agent, rule, decode(name, body), chat)


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
