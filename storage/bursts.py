"""Bursts: many customers' tickets in one thread of a network, shown as one card in each room.

A thread has one burst a queue at a time. Two processes that begin one at once make one: the second
waits for the first one's row and goes on with it.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, and_, case, exists, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert

from chatops.ports import Burst
from storage import records
from storage.instant import instant, micros
from storage.part import Part
from storage.statement import Db, Statement, first, made, param, there
from storage.tables import BURST, CONVERSATION, MESSAGE, TICKET


class Bursts(Part):
    def crowding(
        self, account: str, thread_key: str, queue: str, since: datetime, most: int
    ) -> tuple[bool, int]:
        where = {"account": account, "thread_key": thread_key, "queue": queue}
        goes_on, opened = there(self._db.one(_CROWDING, **where, since=micros(since), most=most))
        return bool(goes_on), int(opened)

    def join_burst(
        self,
        account: str,
        thread_key: str,
        queue: str,
        since: datetime,
        at: datetime,
        message: int,
        earlier: int,
    ) -> int:
        where = {"account": account, "thread_key": thread_key, "queue": queue}
        times = {"since": micros(since), "at": micros(at)}
        if (row := self._db.one(_GO_ON, **where, **times)) is not None:
            return int(row[0])
        self._db.run(_END, **where, **times)
        begun = self._db.one(_BEGIN, **where, at=micros(at), message=message, earlier=earlier)
        return made(begun)

    def burst(self, id: int) -> Burst | None:
        return burst(self._db, id)


def burst(db: Db, id: int) -> Burst | None:
    """Return a burst as it is now, with what is known of the post that it stands under."""
    if (row := db.one(_BURST, id=id)) is None:
        return None
    account, thread_key, queue, opened_at, message, earlier = row
    tickets, unclaimed, closed = there(db.one(_COUNTS, burst=id, queue=queue))
    root = db.one(_ROOT, account=account, thread_key=thread_key)
    return Burst(
        id=id,
        account=account,
        queue=queue,
        opened_at=instant(opened_at),
        earlier=earlier,
        tickets=tickets,
        unclaimed=unclaimed,
        closed=closed,
        began=records.line(db, message),
        post=None if root is None else records.line(db, root[0]),
        author=None if root is None or root[1] is None else records.customer(db, root[1]),
    )


_b = BURST.c
_live = and_(
    _b.account == param("account"),
    _b.thread_key == param("thread_key"),
    _b.queue == param("queue"),
    _b.ended_at.is_(None),
)
_GO_ON: Final = Statement(
    update(BURST)
    .where(_live, _b.newest_at >= param("since"))
    # customers' messages may come in another order than they were written
    .values(
        newest_at=case((_b.newest_at < param("at"), param("at", BigInteger)), else_=_b.newest_at)
    )
    .returning(_b.id)
)
_END: Final = Statement(
    update(BURST).where(_live, _b.newest_at < param("since")).values(ended_at=param("at"))
)
_begun = insert(BURST).values(
    {_b[name]: param(name) for name in ("account", "thread_key", "queue", "message", "earlier")}
    | {_b.opened_at: param("at"), _b.newest_at: param("at"), _b.ended_at: null()}
)
_BEGIN: Final = Statement(
    _begun.on_conflict_do_update(
        index_elements=["account", "thread_key", "queue"],
        index_where=text("ended_at IS NULL"),
        set_={
            "newest_at": case(
                (_b.newest_at < _begun.excluded.newest_at, _begun.excluded.newest_at),
                else_=_b.newest_at,
            )
        },
    ).returning(_b.id)
)

#: A hot post has thousands of tickets: no more than its newest are looked at.
_newest = first(
    select(TICKET.c.queue, TICKET.c.opened_at, TICKET.c.quiet)
    .select_from(CONVERSATION.join(TICKET, TICKET.c.id == CONVERSATION.c.ticket))
    .where(
        CONVERSATION.c.account == param("account"),
        CONVERSATION.c.thread_key == param("thread_key"),
        CONVERSATION.c.ticket.is_not(None),
    )
    .order_by(CONVERSATION.c.ticket.desc()),
    param("most"),
).subquery()
_opened = (
    select(func.count())
    .select_from(_newest)
    .where(
        _newest.c.queue == param("queue"),
        _newest.c.opened_at >= param("since"),
        _newest.c.quiet.is_(False),
    )
)
_CROWDING: Final = Statement(
    select(exists().where(_live, _b.newest_at >= param("since")), _opened.scalar_subquery())
)

_BURST: Final = Statement(
    select(_b.account, _b.thread_key, _b.queue, _b.opened_at, _b.message, _b.earlier).where(
        _b.id == param("id")
    )
)
_t = TICKET.c
_is_closed = _t.status == "closed"
_is_free = and_(_t.status != "closed", _t.assignee.is_(None), _t.queue == param("queue"))
_COUNTS: Final = Statement(
    select(func.count(), func.count(case((_is_free, 1))), func.count(case((_is_closed, 1)))).where(
        _t.burst == param("burst")
    )
)
#: Most networks name a thread by its first message.
_ROOT: Final = Statement(
    select(MESSAGE.c.id, case((MESSAGE.c.direction == "inbound", CONVERSATION.c.customer)))
    .select_from(MESSAGE.outerjoin(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation))
    .where(
        MESSAGE.c.account == param("account"),
        MESSAGE.c.external_id == param("thread_key"),
        MESSAGE.c.private.is_(False),
    )
)
