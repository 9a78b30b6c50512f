"""The outbox's way out: what a process takes, in what order, and what became of it.

A row in hand carries its process's number (`owner`), and every outcome is written under the condition
that it still does: whose lease has ended, and whose row another has by now, writes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import product
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    and_,
    case,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)

from chatops.act import again as anew
from chatops.ports import STANDING, Delivery, DeliveryState, Urgency, What
from storage.instant import micros
from storage.part import Part
from storage.processes import lives
from storage.rows import delivery_of
from storage.statement import Statement, first, param
from storage.tables import DELIVERY, PROCESS, TICKET, UNRESOLVED


class Taking(Part):
    def take(
        self, to: str, now: datetime, process: int, *, updates: bool, posts: bool
    ) -> Delivery | None:
        """Take the next delivery; see the port. What is in doubt is taken in any case."""
        return self._taken(_NEXT[updates, posts], to, now, process)

    def take_with_ticket(self, to: str, now: datetime, process: int) -> Delivery | None:
        """Take the next post and its ticket; see the port. What is in doubt is taken in any case."""
        return self._taken(_NEXT_WITH_TICKET, to, now, process)

    def _taken(self, of: Statement, to: str, now: datetime, process: int) -> Delivery | None:
        if (row := self._db.one(of, to=to, now=micros(now))) is None:
            return None
        taken = self._db.one(_TAKE, id=row[0], now=micros(now), process=process)
        return None if taken is None else delivery_of(taken, row[1], left=bool(row[2]))

    def delivered(self, job: Delivery, external_id: str | None, shown: int, now: datetime) -> bool:
        """Record what is seen there; if the ticket moved on meanwhile, it is due again at once."""
        changed = self._db.run(
            _DELIVERED,
            id=job.id,
            process=job.process,
            marker=job.marker,
            external_id=external_id,
            shown=shown,
            now=micros(now),
        )
        return changed == 1

    def delivery_is(
        self,
        job: Delivery,
        state: DeliveryState,
        due_at: datetime | None,
        error: str | None = None,
        *,
        again: str | None = None,
        counts: bool = True,
    ) -> bool:
        """Put a delivery into a state; see the port. `again` begins it anew, attempts and all."""
        uncounted = _DELIVERY_IS if counts else _UNCOUNTED
        changed = self._db.run(
            uncounted if again is None else _AGAIN,
            id=job.id,
            process=job.process,
            state=state.value,
            due_at=micros(due_at),
            error=error,
            marker=again,
        )
        return changed == 1

    def card_deleted(self, room: str, external_id: str, due_at: datetime) -> bool:
        row = self._db.one(_CARD_THERE, room=room, external_id=external_id)
        if row is None:
            return False
        id, marker = row
        self._db.run(
            _DELETED,
            id=id,
            state=DeliveryState.PENDING.value,
            due_at=micros(due_at),
            error=None,
            marker=anew(marker),
        )
        return True

    def show_anew(self, id: int, due_at: datetime) -> None:
        self._db.run(_SHOW_ANEW, id=id, due_at=micros(due_at))

    def in_hand(self, process: int) -> Sequence[int]:
        return [id for (id,) in self._db.all(_IN_HAND, process=process)]

    def give_back(self, id: int, process: int) -> None:
        self._db.run(_GIVE_BACK, id=id, process=process, now=micros(self._at))

    def free_abandoned(self, due_at: datetime) -> int:
        self._db.run(_FREE_UPDATES)
        return self._db.run(_DOUBT_ABANDONED, due_at=micros(due_at))


def is_asked(rows: FromClause) -> ColumnElement[bool]:
    """Return the condition that people are asked about posts: each waits alone for its answer."""
    theirs = rows.c
    return and_(
        theirs.state == "in doubt",
        theirs.due_at.is_(None),
        theirs.what.not_in([What.REPLY.value, What.DEED.value]),
    )


_d = DELIVERY.c
_earlier = DELIVERY.alias("earlier")
_card = DELIVERY.alias("card")
_its_card = and_(_card.c.ticket == _d.ticket, _card.c.to == _d.to, _card.c.what == "card")

_post = and_(
    _d.state == "pending",
    ~exists().where(
        _earlier.c.lane == _d.lane,
        _earlier.c.id < _d.id,
        _earlier.c.state.in_(UNRESOLVED),
        # a person may take hours to answer: what follows goes on, and this one after it
        ~is_asked(_earlier),
    ),
)
_update = and_(
    _d.state == "sent",
    _d.wanted > _d.shown,
    # a line leads to its ticket's card: what it says of that waits until the card is there
    or_(_d.what != "line", ~exists().where(_its_card, _card.c.state.in_(UNRESOLVED))),
)
_doubted = _d.state == "in doubt"
_its_bursts = and_(_card.c.burst == _d.burst, _card.c.to == _d.to, _card.c.what == "burst")
#: The card under which a thread line goes.
_root = case(
    *(
        (of, select(_card.c.external_id).where(its, _card.c.state == "sent").scalar_subquery())
        for of, its in ((_d.what == "line", _its_bursts), (_d.what != "line", _its_card))
    )
)
#: The room is one that the ticket has left.
_left = exists().where(_its_card, _card.c.left.is_(True))
_in_thread = or_(
    _d.what.in_([What.MESSAGE.value, What.EVENT.value, What.LINE.value]),
    and_(_d.what == "question", _d.ticket.is_not(None)),
)
_rooted = or_(~_in_thread, _root.is_not(None))


def ready(*, updates: bool = True, posts: bool = True) -> ColumnElement[bool]:
    """Return the condition that nothing but its time holds a delivery back."""
    kinds = [_doubted, *([_update] if updates else []), *([_post] if posts else [])]
    return and_(_d.due_at.is_not(None), _d.owner.is_(None), or_(*kinds), _rooted)


def of_update(urgency: ColumnElement[int]) -> ColumnElement[int]:
    """Return the rank of what is there already: an update's, or a lower one of a ticket that rests."""
    return case((urgency > int(Urgency.UPDATE), urgency), else_=literal(int(Urgency.UPDATE)))


#: Posts go oldest first, however often they were tried. Of cards that change all the time, none may
#: keep the others from their turn.
_turn = case((_d.state == "sent", _d.due_at), else_=literal_column("0"))


def _next(*, updates: bool, posts: bool) -> Select[Any]:
    return first(
        select(_d.id, case((_in_thread, _root)), _left)
        .where(
            _d.to == param("to"),
            _d.due_at <= param("now"),
            ready(updates=updates, posts=posts),
        )
        .order_by(_d.rank, _turn, _d.id)
    )


_NEXT: Final = {
    (updates, posts): Statement(
        _next(updates=updates, posts=posts).with_for_update(skip_locked=True, of=DELIVERY)
    )
    for updates, posts in product((False, True), repeat=2)
}
_NEXT_WITH_TICKET: Final = Statement(
    _next(updates=False, posts=True)
    .join(TICKET, TICKET.c.id == _d.ticket)
    # never waiting: all others lock a ticket before its deliveries
    .with_for_update(skip_locked=True, of=[DELIVERY, TICKET])
)
_TAKE: Final = Statement(
    update(DELIVERY)
    # whose lease has ended writes nothing: what it holds is somebody else's to take by now
    .where(_d.id == param("id"), exists().where(PROCESS.c.id == param("process"), lives()))
    .values(
        state=case((_d.state == "pending", "sending"), else_=_d.state),
        due_at=case((_d.state == "pending", null()), else_=_d.due_at),
        attempts=_d.attempts + 1,
        taken_at=func.coalesce(_d.taken_at, param("now", BigInteger)),
        owner=param("process"),
    )
    .returning(
        _d.id,
        _d.what,
        _d.to,
        _d.state,
        _d.marker,
        _d.wanted,
        _d.attempts,
        _d.taken_at,
        _d.ticket,
        _d.message,
        _d.entry,
        _d.occasion,
        _d.mention,
        _d.body,
        _d.undo,
        _d.external_id,
        _d.deed,
        _d.owner,
        _d.burst,
    )
)
#: What is shown is unknown, because of an update whose process has lost its lease.
_UNKNOWN: Final = -1
#: So it is, whatever the one writes that has it in hand meanwhile.
_SPOILED: Final = -2
_SHOW_ANEW: Final = Statement(
    update(DELIVERY)
    .where(_d.id == param("id"), _d.state == "sent")
    .values(
        shown=case((_d.owner.is_(None), literal(_UNKNOWN)), else_=literal(_SPOILED)),
        due_at=func.coalesce(_d.due_at, param("due_at", BigInteger)),
    )
)
_is_spoiled = and_(_d.shown == literal(_SPOILED), _d.owner.is_not(None))
_held = (_d.id == param("id"), _d.owner == param("process"))
#: Of one that we had to let go while it was sent: that it is there ends the doubt.
_doubted_meanwhile = and_(
    _d.id == param("id"),
    _d.owner.is_(None),
    _d.state == "in doubt",
    _d.marker == param("marker"),
)
_DELIVERED: Final = Statement(
    update(DELIVERY)
    .where(or_(and_(*_held), _doubted_meanwhile))
    .values(
        state="sent",
        rank=of_update(_d.urgency),
        external_id=func.coalesce(param("external_id", Text), _d.external_id),
        shown=case((_is_spoiled, literal(_UNKNOWN)), else_=param("shown", Integer)),
        due_at=case(
            (or_(_is_spoiled, _d.wanted > param("shown")), param("now", BigInteger)), else_=null()
        ),
        attempts=0,
        error=null(),
        owner=null(),
    )
)
_change = update(DELIVERY).where(*_held)
_becomes = {
    "owner": null(),
    "state": param("state"),
    "due_at": param("due_at"),
    "error": param("error"),
    "rank": case((param("state", Text) == "sent", of_update(_d.urgency)), else_=_d.urgency),
}
_refused = and_(param("state", Text) == "pending", _d.state == "sending")
_DELIVERY_IS: Final = Statement(
    # What was refused is sought, if need be, from its next attempt on. But a reply is from its first:
    # a network that was late to accept has it all the same.
    _change.values(
        _becomes
        | {"taken_at": case((and_(_refused, _d.what != "reply"), null()), else_=_d.taken_at)}
    )
)
_UNCOUNTED: Final = Statement(
    _change.values(
        _becomes
        | {
            "attempts": _d.attempts - 1,
            "taken_at": case((param("state", Text) == "pending", null()), else_=_d.taken_at),
        }
    )
)
_anew = _becomes | {
    "marker": param("marker"),
    "external_id": null(),
    "shown": 0,
    "attempts": 0,
    "taken_at": null(),
}
_AGAIN: Final = Statement(_change.values(_anew))
#: Whoever has it in hand has it no longer.
_DELETED: Final = Statement(update(DELIVERY).where(_d.id == param("id")).values(_anew))
_CARD_THERE: Final = Statement(
    select(_d.id, _d.marker)
    .where(
        _d.to == param("room"),
        _d.what.in_(STANDING),
        _d.external_id == param("external_id"),
        _d.state == "sent",
        _d.left.is_(False),
    )
    .with_for_update()
)
_IN_HAND: Final = Statement(select(_d.id).where(_d.owner == param("process")))
_GIVE_BACK: Final = Statement(
    update(DELIVERY)
    .where(*_held)
    .values(
        owner=null(),
        state=case((_d.state == "sending", "pending"), else_=_d.state),
        due_at=func.coalesce(_d.due_at, param("now", BigInteger)),
        attempts=_d.attempts - 1,
        taken_at=case((_d.state == "sending", null()), else_=_d.taken_at),
    )
)
_abandoned = and_(_d.owner.is_not(None), _d.owner.not_in(select(PROCESS.c.id).where(lives())))
_DOUBT_ABANDONED: Final = Statement(
    update(DELIVERY)
    .where(_abandoned, _d.state == "sending")
    .values(state="in doubt", due_at=param("due_at"), owner=null())
)
_FREE_UPDATES: Final = Statement(
    update(DELIVERY).where(_abandoned, _d.state != "sending").values(owner=null())
)
