"""Tickets and their log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, Integer, case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chatops.event import Event
from chatops.ports import Record, TicketFilter, Urgency
from chatops.scene import Line
from chatops.ticket import Status, Ticket
from storage import lists, records
from storage.codec import encode
from storage.instant import micros
from storage.part import Part
from storage.rows import ticket_of, ticket_params
from storage.statement import Statement, made, param
from storage.tables import DELIVERY, ENTRY, FOLLOWS, TICKET
from storage.taking import of_update


class Tickets(Part):
    def ticket(self, id: int) -> Ticket | None:
        row = self._db.one(_LOCK_TICKET, id=id)
        return None if row is None else ticket_of(row)

    def add_ticket(self, ticket: Ticket) -> int:
        return made(self._db.one(_ADD_TICKET, **ticket_params(ticket)))

    def save_ticket(self, ticket: Ticket) -> None:
        """Write the ticket; each of its cards that is posted becomes due for an update.

        A card that waits (for its post, or after a limit) keeps its time. One in a room that was
        left shows a link, which nothing changes. All go after those of open tickets where this one
        rests; but a line that is not there yet keeps its place among the lines.
        """
        self._db.run(_SAVE_TICKET, id=ticket.id, **ticket_params(ticket))
        rests = _RESTS.get(ticket.status)
        self._db.run(
            _WANT_CARDS,
            ticket=ticket.id,
            revision=ticket.revision,
            now=micros(self._at),
            card=int(rests or Urgency.CARD),
            line=int(rests or Urgency.LINE),
            alert=int(Urgency.CLOSED if ticket.status is Status.CLOSED else Urgency.ALERT),
        )

    def plan_claim(self, ticket: int, at: datetime | None) -> None:
        self._db.run(_PLAN_CLAIM, id=ticket, at=micros(at))

    def plan_window(self, ticket: int, at: datetime | None) -> None:
        self._db.run(_PLAN_WINDOW, id=ticket, at=micros(at))

    def log(
        self,
        ticket: int,
        event: Event,
        at: datetime,
        agent: int | None,
        rule: str | None,
        chat: str | None = None,
        terms: str | None = None,
    ) -> int:
        name, body = encode(event)
        return made(
            self._db.one(
                _LOG,
                ticket=ticket,
                at=micros(at),
                agent=agent,
                rule=rule,
                name=name,
                body=body,
                chat=chat,
                terms=terms,
            )
        )

    def asked_in(self, ticket: int, name: str) -> Sequence[int]:
        return [id for (id,) in self._db.all(_ASKED_IN, ticket=ticket, name=name)]

    def record(self, ticket: int) -> Record | None:
        return records.record(self._db, ticket)

    def line(self, message: int) -> Line | None:
        return records.line(self._db, message)

    def find(self, wanted: TicketFilter) -> Sequence[int]:
        return lists.find(self._db, wanted)


_RESTS: Final = {Status.SNOOZED: Urgency.SNOOZED, Status.CLOSED: Urgency.CLOSED}

_is_there = DELIVERY.c.state == "sent"
_urgency = case(
    (DELIVERY.c.what == "card", param("card", Integer)),
    (_is_there, param("line", Integer)),
    (DELIVERY.c.what == "alert", param("alert", Integer)),
    else_=DELIVERY.c.urgency,
)
#: Not of the ticket's value: they follow from that, and one from app.yaml.
_PLANNED: Final = frozenset({"look_at", "window_at"})
_state = {column: param(column.name) for column in TICKET.c if column.name not in {"id", *_PLANNED}}
_LOCK_TICKET: Final = Statement(select(TICKET).where(TICKET.c.id == param("id")).with_for_update())
_ADD_TICKET: Final = Statement(insert(TICKET).values(_state).returning(TICKET.c.id))
_SAVE_TICKET: Final = Statement(update(TICKET).where(TICKET.c.id == param("id")).values(_state))
_PLAN_CLAIM: Final = Statement(
    update(TICKET).where(TICKET.c.id == param("id")).values(look_at=param("at", BigInteger))
)
_PLAN_WINDOW: Final = Statement(
    update(TICKET).where(TICKET.c.id == param("id")).values(window_at=param("at", BigInteger))
)
_WANT_CARDS: Final = Statement(
    update(DELIVERY)
    .where(
        DELIVERY.c.ticket == param("ticket"),
        DELIVERY.c.what.in_(FOLLOWS),
        DELIVERY.c.left.is_(False),
    )
    .values(
        wanted=param("revision"),
        due_at=case(
            (
                _is_there,
                func.coalesce(DELIVERY.c.due_at, param("now", BigInteger)),
            ),
            else_=DELIVERY.c.due_at,
        ),
        urgency=_urgency,
        rank=case((_is_there, of_update(_urgency)), else_=_urgency),
    )
)
_LOG: Final = Statement(
    insert(ENTRY)
    .values({column: param(column.name) for column in ENTRY.c if column.name != "id"})
    .returning(ENTRY.c.id)
)
_ASKED_IN: Final = Statement(
    select(ENTRY.c.id)
    .where(ENTRY.c.ticket == param("ticket"), ENTRY.c.name == param("name"))
    .order_by(ENTRY.c.id)
)
