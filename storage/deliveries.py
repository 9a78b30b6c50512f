"""The outbox: what must go out, and what of it is to be seen anew; `taking` has the way out.

A row that `due_at` leaves empty is not to be taken. Cards, message lines and questions are level-triggered:
`wanted` is the revision that should be seen and `shown` the one that is, and a sent row whose
`wanted` is ahead is an update. Everything else is sent once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import (
    BigInteger,
    Text,
    case,
    func,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from chatops.ports import NewDelivery, What
from storage.instant import micros
from storage.part import Part
from storage.statement import Statement, param
from storage.tables import DELIVERY, ENTRY, FOLLOWS, TICKET


class Deliveries(Part):
    def rooms_of(self, ticket: int) -> Sequence[str]:
        return [room for (room,) in self._db.all(_ROOMS_OF, ticket=ticket)]

    def deliver(self, delivery: NewDelivery, due_at: datetime) -> bool:
        row = self._db.one(
            _DELIVER,
            what=delivery.what.value,
            to=delivery.to,
            lane=delivery.lane,
            urgency=int(delivery.urgency),
            marker=delivery.marker,
            ticket=delivery.ticket,
            message=delivery.message,
            entry=delivery.entry,
            occasion=delivery.occasion and delivery.occasion.value,
            mention=delivery.mention,
            body=delivery.body,
            undo=delivery.undo,
            deed=delivery.deed and delivery.deed.value,
            burst=delivery.burst,
            state="held" if delivery.held else "pending",
            due_at=None if delivery.held else micros(due_at),
        )
        if row is not None or delivery.what is not What.CARD:
            return row is not None
        back = self._db.run(
            _COME_BACK, ticket=delivery.ticket, to=delivery.to, due_at=micros(due_at)
        )
        return back == 1

    def leave_rooms(self, ticket: int, keep: Sequence[str], due_at: datetime) -> None:
        for id, room in self._db.all(_CARDS_OF, ticket=ticket):
            if room not in keep:
                self._db.run(_LEAVE, id=id, due_at=micros(due_at))

    def refresh_message(self, message: int, due_at: datetime) -> None:
        self._db.run(_REFRESH_MESSAGE, message=message, due_at=micros(due_at))

    def refresh_events(self, ticket: int, name: str, due_at: datetime) -> None:
        self._db.run(_REFRESH_EVENTS, ticket=ticket, name=name, due_at=micros(due_at))

    def recount(self, burst: int, due_at: datetime) -> None:
        self._db.run(_RECOUNT, burst=burst, due_at=micros(due_at))

    def release_reply(self, message: int, due_at: datetime) -> None:
        self._db.run(_RELEASE_REPLY, message=message, due_at=micros(due_at))

    def reply_arrived(self, message: int) -> None:
        self._db.run(_REPLY_ARRIVED, message=message)

    def begin_wait(self, message: int, due_at: datetime) -> None:
        self._db.run(_BEGIN_WAIT, message=message, due_at=micros(due_at))

    def withhold_reply(self, message: int) -> None:
        """Withdraw a reply that is held or pending; one that may have left stays as it is."""
        self._db.run(_WITHHOLD_REPLY, message=message)


_d = DELIVERY.c
_theirs = (_d.ticket == param("ticket"), _d.what == "card")
_ROOMS_OF: Final = Statement(select(_d.to).where(*_theirs, _d.left.is_(False)).order_by(_d.id))
_CARDS_OF: Final = Statement(select(_d.id, _d.to).where(*_theirs, _d.left.is_(False)))

#: One that waits (for its post, or after a limit) keeps its time.
_changes_now = {
    "wanted": _d.wanted + 1,
    "due_at": case(
        (_d.state == "sent", func.coalesce(_d.due_at, param("due_at", BigInteger))),
        else_=_d.due_at,
    ),
}
_LEAVE: Final = Statement(
    update(DELIVERY).where(_d.id == param("id")).values({**_changes_now, "left": True})
)
_COME_BACK: Final = Statement(
    update(DELIVERY)
    .where(*_theirs, _d.to == param("to"), _d.left.is_(True))
    .values({**_changes_now, "left": False})
)

#: What follows its ticket is wanted at the ticket's revision; the rest at 1, which a refresh raises.
_revision = (
    select(TICKET.c.revision)
    .where(TICKET.c.id == param("ticket"), param("what", Text).in_(FOLLOWS))
    .scalar_subquery()
)
_given = (
    "what",
    "to",
    "lane",
    "urgency",
    "marker",
    "ticket",
    "message",
    "entry",
    "occasion",
    "mention",
    "body",
    "undo",
    "deed",
    "burst",
    "state",
    "due_at",
)
_DELIVER: Final = Statement(
    insert(DELIVERY)
    .values(
        {_d[name]: param(name) for name in _given}
        | {
            _d.rank: param("urgency"),
            _d.wanted: func.coalesce(_revision, 1),
            _d.shown: 0,
            _d.attempts: 0,
            _d.left: False,
        }
    )
    .on_conflict_do_nothing()
    .returning(_d.id)
)
_REFRESH_MESSAGE: Final = Statement(
    update(DELIVERY)
    .where(_d.message == param("message"), _d.what == "message")
    .values(_changes_now)
)
_RECOUNT: Final = Statement(
    update(DELIVERY).where(_d.burst == param("burst"), _d.what == "burst").values(_changes_now)
)
_REFRESH_EVENTS: Final = Statement(
    update(DELIVERY)
    .where(
        _d.ticket == param("ticket"),
        _d.what == "event",
        _d.entry.in_(
            select(ENTRY.c.id).where(
                ENTRY.c.ticket == param("ticket"), ENTRY.c.name == param("name")
            )
        ),
    )
    .values(_changes_now)
)
_reply = update(DELIVERY).where(_d.message == param("message"), _d.what == "reply")
_RELEASE_REPLY: Final = Statement(
    _reply.where(_d.state.in_(["held", "pending", "failed", "in doubt"])).values(
        # its look-up may be under way: what that finds out does not count any more
        state="pending",
        due_at=param("due_at"),
        error=null(),
        owner=null(),
    )
)
_BEGIN_WAIT: Final = Statement(
    _reply.where(_d.state == "held").values(state="pending", due_at=param("due_at"))
)
_REPLY_ARRIVED: Final = Statement(
    # whoever still looks for it learns no more than that
    _reply.values(state="sent", due_at=null(), error=null(), owner=null())
)
_WITHHOLD_REPLY: Final = Statement(
    _reply.where(_d.state.in_(["held", "pending"])).values(state="withdrawn", due_at=null())
)
