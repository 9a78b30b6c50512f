"""What a restored database holds back, and what waits there until it is let go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, delete, func, literal, null, select, update
from sqlalchemy.dialects.postgresql import insert

from chatops.ports import RESTORED, DeliveryState, Unresolved, Wait, Waits, What
from storage.instant import micros
from storage.part import Part
from storage.statement import Db, Statement, param
from storage.tables import DELIVERY, FOLLOWS, SETTING, TICKET, UNRESOLVED

#: The setting that says since when nothing goes out: the time of the backup that was restored.
HELD: Final = "held"


def held_since(db: Db) -> datetime | None:
    """Return the time of the restored backup while nothing goes out; None while all does."""
    row = db.one(_HELD, name=HELD)
    return None if row is None else datetime.fromisoformat(row[0])


def waits(db: Db) -> Waits:
    """Return what the outbox holds: posts and updates by destination, replies one by one."""
    counted = [Wait(*row) for row in db.all(_UNRESOLVED_COUNTS)]
    counted += [Wait(what, to, "update", count) for what, to, count in db.all(_UPDATE_COUNTS)]
    return Waits(held_since(db), tuple(counted), tuple(_unresolved(db)))


def disown(db: Db) -> None:
    """Give what was in hand when the rows were read to nobody: here its number may be another's."""
    db.run(_DISOWN)


class Held(Part):
    def hold_back(self, since: datetime) -> None:
        disown(self._db)
        self._db.run(_HOLD, name=HELD, value=since.isoformat())

    def let_go(self) -> bool:
        return self._db.run(_LET_GO, name=HELD) == 1

    def unresolved_replies(self) -> Sequence[Unresolved]:
        return _unresolved(self._db)

    def doubt_reply(self, delivery: int, since: datetime, due_at: datetime | None) -> None:
        self._db.run(_DOUBT_REPLY, id=delivery, since=micros(since), due_at=micros(due_at))

    def doubt_posts(self, since: datetime, due_at: datetime) -> int:
        return self._db.run(_DOUBT_POSTS, since=micros(since), due_at=micros(due_at))

    def show_again(self, due_at: datetime) -> int:
        return self._db.run(_SHOW_AGAIN, due_at=micros(due_at))


def _unresolved(db: Db) -> list[Unresolved]:
    return [
        Unresolved(id, to, ticket, message, DeliveryState(state), asked=due_at is None)
        for id, to, ticket, message, state, due_at in db.all(_REPLIES)
    ]


_d = DELIVERY.c
#: Processes count from 1; what 0 has is soon found to be abandoned.
_DISOWN: Final = Statement(update(DELIVERY).where(_d.owner.is_not(None)).values(owner=literal(0)))
_HELD: Final = Statement(select(SETTING.c.value).where(SETTING.c.name == param("name")))
_setting = insert(SETTING).values(name=param("name"), value=param("value"))
_HOLD: Final = Statement(
    _setting.on_conflict_do_update(index_elements=["name"], set_={"value": _setting.excluded.value})
)
_LET_GO: Final = Statement(delete(SETTING).where(SETTING.c.name == param("name")))

# the first condition is the index's
_unresolved_ones = _d.state.in_(UNRESOLVED)
_UNRESOLVED_COUNTS: Final = Statement(
    select(_d.what, _d.to, _d.state, func.count())
    .where(_unresolved_ones)
    .group_by(_d.what, _d.to, _d.state)
    .order_by(_d.what, _d.to, _d.state)
)
_UPDATE_COUNTS: Final = Statement(
    select(_d.what, _d.to, func.count())
    .where(_d.due_at.is_not(None), _d.state == "sent", _d.wanted > _d.shown)
    .group_by(_d.what, _d.to)
    .order_by(_d.what, _d.to)
)
_REPLIES: Final = Statement(
    select(_d.id, _d.to, _d.ticket, _d.message, _d.state, _d.due_at)
    .where(_unresolved_ones, _d.what == What.REPLY.value)
    .order_by(_d.lane, _d.id)  # as that index has them
)
_tried_at = func.coalesce(_d.taken_at, param("since", BigInteger))
_DOUBT_REPLY: Final = Statement(
    update(DELIVERY)
    .where(_d.id == param("id"))
    .values(
        state="in doubt",
        due_at=param("due_at"),
        taken_at=_tried_at,
        attempts=RESTORED,
        error=null(),
        owner=null(),
    )
)
_DOUBT_POSTS: Final = Statement(
    update(DELIVERY)
    .where(_unresolved_ones, _d.what.not_in([What.REPLY.value, What.DEED.value]))
    .values(
        state="in doubt",
        due_at=param("due_at"),
        taken_at=_tried_at,
        attempts=RESTORED,
        owner=null(),
    )
)
_SHOW_AGAIN: Final = Statement(
    update(DELIVERY)
    .where(
        _d.ticket.in_(select(TICKET.c.id).where(TICKET.c.status != "closed")),
        _d.what.in_(FOLLOWS),
        _d.state == "sent",
        _d.left.is_(False),
    )
    .values(
        shown=literal(-1),
        due_at=func.coalesce(_d.due_at, param("due_at", BigInteger)),
    )
)
