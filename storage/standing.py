"""How work stands at one moment: who holds how much, and when accounts were last heard of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import case, func, select

from chatops.ports import AccountSign, Load
from chatops.ticket import Status
from storage.clocks import OWED
from storage.instant import instant, micros
from storage.statement import Db, Statement, first, param
from storage.tables import ACCOUNT_STATE, CLOCK, TICKET


def loads(db: Db, queues: Sequence[str], now: datetime) -> Sequence[Load]:
    """Return what of each queue each person holds, and what nobody does."""
    rows = db.all(_LOADS, now=micros(now))
    return [Load(*row) for row in rows if row[0] in queues]


def queues(db: Db) -> Sequence[str]:
    """Return the queues in which there are tickets, by name; a step of the index each."""
    found: set[str] = set()
    for status in Status:
        row = db.one(_NEXT_QUEUE, status=status.value, after="")
        while row is not None:
            found.add(row[0])
            row = db.one(_NEXT_QUEUE, status=status.value, after=row[0])
    return sorted(found)


def signs(db: Db) -> Mapping[str, AccountSign]:
    """Return when each account last gave a sign."""
    return {
        account: AccountSign(instant(heard_at), bool(revoked))
        for account, heard_at, revoked in db.all(_SIGNS)
    }


_t: Final = TICKET.c
_is_late: Final = (
    select(CLOCK.c.id).where(*OWED, CLOCK.c.due_at < param("now")).correlate(TICKET).exists()
)
#: All queues are read: what is not closed is the work at hand, and does not grow with the years.
_LOADS: Final = Statement(
    select(
        _t.queue,
        _t.assignee,
        func.sum(case((_t.status == Status.OPEN.value, 1), else_=0)),
        func.sum(case((_t.status == Status.SNOOZED.value, 1), else_=0)),
        func.sum(case((_is_late, 1), else_=0)),
    )
    .where(_t.status.in_([Status.OPEN.value, Status.SNOOZED.value]))
    .group_by(_t.queue, _t.assignee)
    .order_by(_t.queue, _t.assignee.nulls_first())
)
_NEXT_QUEUE: Final = Statement(
    first(
        select(_t.queue)
        .where(_t.status == param("status"), _t.queue > param("after"))
        .order_by(_t.queue)
    )
)
_SIGNS: Final = Statement(
    select(ACCOUNT_STATE.c.account, ACCOUNT_STATE.c.heard_at, ACCOUNT_STATE.c.revoked)
)
