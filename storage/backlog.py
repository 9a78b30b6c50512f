"""What waits to be read or sent, and how the store fares: for the outbox, `doctor` and metrics."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Text, column, exists, func, select, table

from chatops.ports import STANDING, Due, Health, RawBody, Trouble
from storage.held import held_since
from storage.instant import instant, micros
from storage.once import OFFSET
from storage.statement import Db, Row, Statement, first, param, there
from storage.tables import DELIVERY, DIGEST_RUN, RAW_BODY, SETTING, UNRESOLVED
from storage.taking import ready
from storage.troubles import troubles


def card_at(db: Db, room: str, external_id: str) -> int | None:
    row = db.one(_CARD_AT, room=room, external_id=external_id)
    return None if row is None else row[0]


def card_of(db: Db, ticket: int, room: str) -> str | None:
    row = db.one(_CARD_OF, ticket=ticket, room=room)
    return None if row is None else row[0]


def line_of(db: Db, ticket: int, room: str) -> str | None:
    row = db.one(_LINE_OF, ticket=ticket, room=room)
    return None if row is None else row[0]


def unread_raw(db: Db, limit: int) -> Sequence[RawBody]:
    """Return bodies that were stored and not read, in order of arrival."""
    return [_raw(row) for row in db.all(_UNREAD, limit=limit)]


def raw(db: Db, since: datetime, *, unreadable: bool) -> Sequence[RawBody]:
    """Return the bodies received since then, oldest first: all, or what could not be read."""
    rows = db.all(_UNREADABLE if unreadable else _SINCE, since=micros(since))
    return [_raw(row) for row in rows]


def due(db: Db, now: datetime) -> Due:
    """Return what is due, and when the next one will be that only its time holds back.

    A restored database is held back whole: then nothing is due.
    """
    if held_since(db) is not None:
        return Due((), (), None)
    every, posts = (
        [to for (to,) in db.all(_DESTINATIONS[updates], now=micros(now))]
        for updates in (True, False)
    )
    row = db.one(_NEXT_DUE, after=micros(now))
    found = {trouble.place: trouble for trouble in troubles(db)}
    return Due(every, posts, None if row is None else instant(row[0]), found)


def published(db: Db, name: str) -> tuple[str, datetime] | None:
    row = db.one(_PUBLISHED, name=name)
    return None if row is None else (row[0], instant(row[1]))


def offset(db: Db) -> float:
    """Return the offset; 0 before the first migration, so that a start gets as far as to ask."""
    if not db.has("setting"):
        return 0.0
    row = db.one(_SETTING, name=OFFSET)
    return float(row[0]) if row else 0.0


def health(db: Db, now: datetime) -> Health:
    """Return the counts; of a database that was never migrated only that."""
    if not db.has("alembic_version"):
        return Health(None, 0, 0, 0, 0, 0, None)
    (revision,) = there(db.one(_REVISION))
    raw: dict[str, int] = dict(db.all(_RAW_STATES))
    due, oldest = there(db.one(_DUE, now=micros(now)))
    (doubted,) = there(db.one(_IN_DOUBT))
    (failed,) = there(db.one(_FAILED))
    return Health(
        schema=revision,
        unread_raw=raw.get("unread", 0),
        unreadable_raw=raw.get("unreadable", 0),
        due=due,
        in_doubt=doubted,
        failed=failed,
        oldest_due_at=instant(oldest),
        stopped=_stopped(db),
        held_since=held_since(db),
    )


def _stopped(db: Db) -> tuple[Trouble, ...]:
    """Return what is closed to us; a schema older than that table's has none."""
    if not db.has("trouble"):
        return ()
    return tuple(trouble for trouble in troubles(db) if trouble.code is not None)


def _raw(row: Row) -> RawBody:
    id, channel, account, body, received_at = row
    return RawBody(id, channel, account, body, instant(received_at))


_d = DELIVERY.c
_in_room = (_d.to == param("room"), _d.what == "card")
_CARD_AT: Final = Statement(
    select(_d.ticket).where(
        _d.to == param("room"), _d.external_id == param("external_id"), _d.what.in_(STANDING)
    )
)
_CARD_OF: Final = Statement(
    select(_d.external_id).where(*_in_room, _d.ticket == param("ticket"), _d.left.is_(False))
)
_LINE_OF: Final = Statement(
    select(_d.external_id).where(
        _d.ticket == param("ticket"),
        _d.to == param("room"),
        _d.what == "line",
    )
)

_body = select(
    RAW_BODY.c.id, RAW_BODY.c.channel, RAW_BODY.c.account, RAW_BODY.c.body, RAW_BODY.c.received_at
)
_since = _body.where(RAW_BODY.c.received_at >= param("since")).order_by(
    RAW_BODY.c.received_at, RAW_BODY.c.id
)
# `<> 'read'` is what the partial index says: without it the index would not be used
_waiting = RAW_BODY.c.state != "read"
_UNREAD: Final = Statement(
    first(
        _body.where(_waiting, RAW_BODY.c.state == "unread").order_by(RAW_BODY.c.id),
        param("limit"),
    )
)
_SINCE: Final = Statement(_since)
_UNREADABLE: Final = Statement(_since.where(_waiting, RAW_BODY.c.state == "unreadable"))
_RAW_STATES: Final = Statement(
    select(RAW_BODY.c.state, func.count()).where(_waiting).group_by(RAW_BODY.c.state)
)

_places = select(_d.to).where(_d.due_at.is_not(None)).distinct().subquery()
_DESTINATIONS: Final = {
    updates: Statement(
        select(_places.c.to)
        .where(
            exists().where(_d.to == _places.c.to, _d.due_at <= param("now"), ready(updates=updates))
        )
        .order_by(_places.c.to)
    )
    for updates in (True, False)
}
_NEXT_DUE: Final = Statement(
    first(select(_d.due_at).where(_d.due_at > param("after"), ready()).order_by(_d.due_at))
)
_DUE: Final = Statement(
    select(func.count(), func.min(_d.due_at)).where(_d.due_at <= param("now"), ready())
)
_IN_DOUBT: Final = Statement(
    select(func.count())
    .select_from(DELIVERY)
    .where(_d.state.in_(UNRESOLVED), _d.state == "in doubt")
)
_FAILED: Final = Statement(select(func.count()).select_from(DELIVERY).where(_d.state == "failed"))
_PUBLISHED: Final = Statement(
    first(
        select(DIGEST_RUN.c.period, DIGEST_RUN.c.at)
        .where(DIGEST_RUN.c.name == param("name"))
        .order_by(DIGEST_RUN.c.period.desc())
    )
)
_SETTING: Final = Statement(select(SETTING.c.value).where(SETTING.c.name == param("name")))
#: Alembic's own table, asked without Alembic: it is loaded only by `migrate`.
_REVISION: Final = Statement(
    select(column("version_num", Text)).select_from(table("alembic_version"))
)
