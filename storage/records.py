"""A ticket with its rows, for its card, its forms and its commands; read alike by both ports."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import and_, case, select, union

from chatops.event import ReplyState
from chatops.ports import Record
from chatops.scene import Customer, Direction, Line
from chatops.sla import Clock, ClockKind, Clocks, nearest, newest, newest_of_each
from chatops.ticket import Ticket
from storage import clocks as stored
from storage.rows import customer_of, line_of, ticket_of
from storage.statement import Db, Statement, first, param, there
from storage.tables import CONVERSATION, CUSTOMER, DELIVERY, MESSAGE, TICKET

#: A card and a form show so many messages; the thread holds the rest.
LINES: Final = 20

#: A post that all the world answers has thousands of tickets in one thread; so many are named.
OTHERS: Final = 20


def record(db: Db, id: int) -> Record | None:
    """Return the ticket with its customer, messages, clock and neighbours.

    The messages are the newest, the customer's first and newest, and every reply under way; those
    of tickets that were merged into this one are among them.
    """
    if (found := ticket(db, id)) is None:
        return None
    shown = _lines(db, found)
    clocks = stored.clocks(db, id)
    spoken = {line.conversation for line in shown if line.conversation is not None}
    return Record(
        found,
        customer(db, found.customer),
        shown,
        newest(clocks, ClockKind.FIRST_RESPONSE),
        _others(db, found),
        {each: _thread_key(db, each) for each in sorted(spoken | {found.conversation})},
        newest_of_each(clocks),
    )


def ticket(db: Db, id: int) -> Ticket | None:
    row = db.one(_TICKET, id=id)
    return None if row is None else ticket_of(row)


def running(db: Db, after: int, limit: int) -> Sequence[tuple[Ticket, Clocks]]:
    """Return tickets with an open clock whose id is above `after`, by id, each with all clocks."""
    found = ((ticket(db, id), id) for id in stored.running_after(db, after, limit))
    return [(each, stored.clocks(db, id)) for each, id in found if each is not None]


def messages(db: Db, id: int) -> Sequence[Line]:
    """Return all messages of the ticket and of those merged into it, oldest first."""
    found = ticket(db, id)
    parts = () if found is None else (found.id, *found.merged)
    lines = [line_of(row) for part in parts for row in db.all(_MESSAGES, ticket=part)]
    return sorted(lines, key=lambda line: (line.at, line.id))


def line(db: Db, message: int) -> Line | None:
    """Return one message, of whichever ticket."""
    row = db.one(_LINE, message=message)
    return None if row is None else line_of(row)


def clock_due(db: Db, ticket: int) -> Clock | None:
    """Return the running clock that is due first; None where nothing that was promised is due."""
    clocks = stored.clocks(db, ticket).values()
    return nearest(each for each in clocks if not each.kind.is_watch)


def customer(db: Db, id: int) -> Customer:
    return customer_of(there(db.one(_CUSTOMER, id=id)))  # a foreign key holds it


def _lines(db: Db, ticket: Ticket) -> tuple[Line, ...]:
    rows = [
        line_of(row) for each in (ticket.id, *ticket.merged) for row in db.all(_LINES, ticket=each)
    ]
    if not ticket.merged:
        return tuple(rows)
    rows.sort(key=lambda line: line.id)
    inbound = [line.id for line in rows if line.direction is Direction.INBOUND]
    kept = {line.id for line in rows[-LINES:]} | {*inbound[:1], *inbound[-1:]}
    return tuple(line for line in rows if line.id in kept or line.state in _UNDER_WAY)


def _thread_key(db: Db, conversation: int) -> str:
    (key,) = there(db.one(_THREAD_KEY, conversation=conversation))
    return str(key)


def _others(db: Db, ticket: Ticket) -> tuple[int, ...]:
    before = [ticket.predecessor] if ticket.predecessor is not None else []
    rows = db.all(_OTHERS, conversation=ticket.conversation)
    return tuple(sorted({*before, *(other for (other,) in rows)}))


_TICKET: Final = Statement(select(TICKET).where(TICKET.c.id == param("id")))
_CUSTOMER: Final = Statement(
    select(
        CUSTOMER.c.id,
        CUSTOMER.c.external_id,
        CUSTOMER.c.handle,
        CUSTOMER.c.name,
        CUSTOMER.c.followers,
    ).where(CUSTOMER.c.id == param("id"))
)

_UNDER_WAY: Final = (ReplyState.WAITING, ReplyState.SENDING, ReplyState.IN_DOUBT)
_of_ticket = select(MESSAGE.c.id).where(MESSAGE.c.ticket == param("ticket"))
_inbound = _of_ticket.where(MESSAGE.c.direction == "inbound")
_shown = union(
    select(first(_of_ticket.order_by(MESSAGE.c.id.desc()), LINES).subquery()),
    select(first(_inbound.order_by(MESSAGE.c.id)).subquery()),
    select(first(_inbound.order_by(MESSAGE.c.id.desc())).subquery()),
    _of_ticket.where(MESSAGE.c.state.in_([state.value for state in _UNDER_WAY])),
)
_line = select(
    MESSAGE.c.id,
    MESSAGE.c.direction,
    MESSAGE.c.text,
    MESSAGE.c.at,
    MESSAGE.c.private,
    MESSAGE.c.agent,
    MESSAGE.c.state,
    MESSAGE.c.failure,
    case((DELIVERY.c.state == "pending", DELIVERY.c.due_at)),
    MESSAGE.c.external_id,
    MESSAGE.c.url,
    MESSAGE.c.parent_text,
    MESSAGE.c.thanks,
    MESSAGE.c.can_reply,
    MESSAGE.c.edited_at,
    MESSAGE.c.deleted,
    MESSAGE.c.hidden,
    MESSAGE.c.conversation,
).select_from(
    MESSAGE.outerjoin(
        DELIVERY, and_(DELIVERY.c.message == MESSAGE.c.id, DELIVERY.c.what == "reply")
    )
)
_LINES: Final = Statement(_line.where(MESSAGE.c.id.in_(_shown)).order_by(MESSAGE.c.id))
_MESSAGES: Final = Statement(
    _line.where(MESSAGE.c.ticket == param("ticket")).order_by(MESSAGE.c.id)
)
_LINE: Final = Statement(_line.where(MESSAGE.c.id == param("message")))

_THREAD_KEY: Final = Statement(
    select(CONVERSATION.c.thread_key).where(CONVERSATION.c.id == param("conversation"))
)
_own = CONVERSATION.alias("own")
_OTHERS: Final = Statement(
    first(
        select(CONVERSATION.c.ticket)
        .select_from(
            _own.join(
                CONVERSATION,
                and_(
                    CONVERSATION.c.account == _own.c.account,
                    CONVERSATION.c.thread_key == _own.c.thread_key,
                    CONVERSATION.c.id != _own.c.id,
                ),
            )
        )
        .where(_own.c.id == param("conversation"), CONVERSATION.c.ticket.is_not(None))
        .order_by(CONVERSATION.c.ticket.desc()),
        OTHERS,
    )
)
