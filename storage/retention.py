"""What goes by age, a few rows at a time: bodies that were read, closed tickets, and logs.

What a process is about to drop, others pass over. Nothing unread, unresolved or open ever goes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Table, and_, delete, exists, or_, select, tuple_, update

from storage import rollup, search
from storage.instant import micros
from storage.part import Part
from storage.statement import Statement, first, param
from storage.tables import (
    ACT,
    AWAY,
    BURST,
    CLOCK,
    CONSENT,
    CONVERSATION,
    CUSTOMER,
    DELIVERY,
    DIGEST_RUN,
    ENTRY,
    FINISHED,
    MESSAGE,
    RAW_BODY,
    SHIFT,
    TICKET,
    UNRESOLVED,
)


class Retention(Part):
    def drop_bodies(self, before: datetime, limit: int) -> int:
        return self._db.run(_DROP_BODIES, before=micros(before), limit=limit)

    def drop_closed(self, before: datetime, limit: int) -> int:
        """Drop closed tickets with all that is theirs, each with those merged into it.

        A burst goes once none of its tickets is left.
        """
        found = self._db.all(_CLOSED, before=micros(before), limit=limit)
        for ticket, merged in found:
            self._drop_family([ticket, *orjson.loads(merged)])
        return len(found)

    def drop_loose(self, before: datetime, limit: int) -> int:
        """Drop messages of no ticket: tombstones, our own posts."""
        found = self._db.all(_LOOSE, before=micros(before), limit=limit)
        for (message,) in found:
            self._drop_message(message)
        return len(found)

    def drop_logs(self, before: datetime, limit: int) -> int:
        at = micros(before)
        dropped = [self._db.run(each, before=at, limit=limit) for each in _DROP_LOGS]
        # of each digest the newest stays: it says that the digest is not a new one
        self._db.run(_DROP_RUNS, before=at)
        return max(dropped)

    def _drop_family(self, tickets: Sequence[int]) -> None:
        spoken: set[tuple[int, int]] = set()
        bursts: set[int] = set()
        rollup.take_out(self._db, tickets)
        for ticket in tickets:
            bursts |= {burst for (burst,) in self._db.all(_BURST, ticket=ticket)}
            spoken |= {(row[0], row[1]) for row in self._db.all(_SPOKEN, ticket=ticket)}
            for (message,) in self._db.all(_MESSAGES, ticket=ticket):
                self._drop_message(message)
            for each in _DROP_TICKET:
                self._db.run(each, ticket=ticket)
        rollup.lower(self._db)
        for conversation, customer in sorted(spoken):
            self._db.run(_DROP_CONVERSATION, id=conversation)
            self._db.run(_DROP_CUSTOMER, id=customer)
        for burst in sorted(bursts):
            if self._db.run(_DROP_BURST, burst=burst):
                self._db.run(_DROP_BURST_CARDS, burst=burst)

    def _drop_message(self, message: int) -> None:
        search.forget(self._db, message)
        self._db.run(_DROP_LINES, message=message)
        self._db.run(_DROP_MESSAGE, id=message)


_b, _t, _m, _d = RAW_BODY.c, TICKET.c, MESSAGE.c, DELIVERY.c

_DROP_BODIES: Final = Statement(
    delete(RAW_BODY).where(
        _b.id.in_(
            first(
                select(_b.id)
                .where(_b.received_at < param("before"), _b.state == "read")
                .order_by(_b.received_at)
                .with_for_update(skip_locked=True),
                param("limit"),
            )
        )
    )
)

_unresolved = exists().where(_d.ticket == _t.id, _d.state.in_(UNRESOLVED))
_CLOSED: Final = Statement(
    first(
        select(_t.id, _t.merged)
        .where(
            _t.closed_at < param("before"),
            _t.status == "closed",
            _t.merged_into.is_(None),  # it goes with the one that it went into
            _t.replies == "[]",
            _t.deeds == "[]",
            ~_unresolved,
        )
        .order_by(_t.closed_at)
        .with_for_update(skip_locked=True, of=TICKET),
        param("limit"),
    )
)
#: The conversations that a ticket's messages are of, its own and those that point to it, each with
#: its customer.
_SPOKEN: Final = Statement(
    select(CONVERSATION.c.id, CONVERSATION.c.customer).where(
        or_(
            CONVERSATION.c.ticket == param("ticket"),
            CONVERSATION.c.id.in_(select(_t.conversation).where(_t.id == param("ticket"))),
            CONVERSATION.c.id.in_(
                select(_m.conversation).where(
                    _m.ticket == param("ticket"), _m.conversation.is_not(None)
                )
            ),
        )
    )
)
_MESSAGES: Final = Statement(select(_m.id).where(_m.ticket == param("ticket")))
_DROP_LINES: Final = Statement(delete(DELIVERY).where(_d.message == param("message")))
_DROP_MESSAGE: Final = Statement(delete(MESSAGE).where(_m.id == param("id")))
#: In this order, for each row points at those after it.
_DROP_TICKET: Final = (
    Statement(delete(DELIVERY).where(_d.ticket == param("ticket"))),
    Statement(delete(ENTRY).where(ENTRY.c.ticket == param("ticket"))),
    Statement(delete(CLOCK).where(CLOCK.c.ticket == param("ticket"))),
    Statement(
        update(CONVERSATION).where(CONVERSATION.c.ticket == param("ticket")).values(ticket=None)
    ),
    Statement(delete(TICKET).where(_t.id == param("ticket"))),
)
_DROP_CONVERSATION: Final = Statement(
    delete(CONVERSATION).where(
        CONVERSATION.c.id == param("id"),
        CONVERSATION.c.ticket.is_(None),
        ~exists().where(_t.conversation == CONVERSATION.c.id),
        ~exists().where(_m.conversation == CONVERSATION.c.id),
    )
)
_consents = exists().where(or_(CONSENT.c.one == CUSTOMER.c.id, CONSENT.c.other == CUSTOMER.c.id))
_DROP_CUSTOMER: Final = Statement(
    delete(CUSTOMER).where(
        CUSTOMER.c.id == param("id"),
        ~exists().where(_t.customer == CUSTOMER.c.id),
        ~exists().where(CONVERSATION.c.customer == CUSTOMER.c.id),
        ~_consents,
    )
)

_BURST: Final = Statement(select(_t.burst).where(_t.id == param("ticket"), _t.burst.is_not(None)))
#: Nobody joins a burst whose newest ticket is so old.
_DROP_BURST: Final = Statement(
    delete(BURST).where(BURST.c.id == param("burst"), ~exists().where(_t.burst == param("burst")))
)
_DROP_BURST_CARDS: Final = Statement(
    delete(DELIVERY).where(_d.burst == param("burst"), _d.what == "burst")
)

_LOOSE: Final = Statement(
    first(
        select(_m.id)
        .where(_m.ticket.is_(None), _m.at < param("before"))
        .order_by(_m.at)
        .with_for_update(skip_locked=True),
        param("limit"),
    )
)


def _dropped(table: Table, at: ColumnElement[Any], *which: ColumnElement[bool]) -> Statement:
    """Return what drops some of a table's oldest rows; `at` says how old they are."""
    oldest = select(*table.primary_key).where(at < param("before"), *which).order_by(at)
    locked = first(oldest.with_for_update(skip_locked=True), param("limit"))
    return Statement(delete(table).where(tuple_(*table.primary_key).in_(locked)))


_DROP_LOGS: Final = (
    _dropped(ACT, ACT.c.at),
    _dropped(AWAY, AWAY.c.at),
    _dropped(SHIFT, SHIFT.c.at),
    _dropped(
        DELIVERY,
        _d.taken_at,
        _d.what.in_(FINISHED),
        _d.ticket.is_(None),  # else it goes with its ticket
        _d.state.not_in(UNRESOLVED),
        _d.due_at.is_(None),
    ),
)
_later = DIGEST_RUN.alias("later")
_DROP_RUNS: Final = Statement(
    delete(DIGEST_RUN).where(
        DIGEST_RUN.c.at < param("before"),
        exists().where(
            and_(_later.c.name == DIGEST_RUN.c.name, _later.c.period > DIGEST_RUN.c.period)
        ),
    )
)
