"""What happens once, and what time brings: keys of acts, digests, alerts, stages, wakes, the offset."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from chatops.event import Alerted, Breached, ClockKind
from chatops.ports import Look
from storage.instant import instant, micros
from storage.part import Part
from storage.statement import Statement, first, param
from storage.tables import ACT, CLOCK, DIGEST_RUN, ENTRY, SETTING, TICKET

#: The setting that says by how many seconds business time is turned.
OFFSET: Final = "business_offset"


class Once(Part):
    def acted(self, key: str) -> bool:
        return self._db.one(_ACTED, key=key) is not None

    def once(self, key: str, now: datetime) -> bool:
        return self._db.run(_ACT, key=key, at=micros(now)) == 1

    def shift_due(self, agent: int, boundary: datetime) -> bool:
        return self.once(f"shift:{agent}:{micros(boundary)}", self._at)

    def publish_once(self, name: str, period: str, until: datetime) -> bool:
        return self._db.run(_PUBLISH, name=name, period=period, at=micros(until)) == 1

    def to_alert(self, now: datetime, limit: int) -> Sequence[int]:
        rows = self._db.all(_TO_ALERT, now=micros(now), limit=limit)
        return [ticket for (ticket,) in rows]

    def alerted_in_calendar(self, since: datetime, until: datetime) -> Sequence[int]:
        rows = self._db.all(_ALERTED_IN_CALENDAR, since=micros(since), until=micros(until))
        return [ticket for (ticket,) in rows]

    def to_climb(self, now: datetime, limit: int) -> Sequence[int]:
        rows = self._db.all(_TO_CLIMB, now=micros(now), limit=limit)
        return [ticket for (ticket,) in rows]

    def to_wake(self, now: datetime, limit: int) -> Sequence[int]:
        rows = self._db.all(_TO_WAKE, now=micros(now), limit=limit)
        return [ticket for (ticket,) in rows]

    def left_open(self, now: datetime, limit: int) -> Sequence[int]:
        rows = self._db.all(_LEFT_OPEN, now=micros(now), limit=limit)
        return [ticket for (ticket,) in rows]

    def to_look_after(self, now: datetime, limit: int) -> Sequence[int]:
        rows = self._db.all(_TO_LOOK_AFTER, now=micros(now), limit=limit)
        return [ticket for (ticket,) in rows]

    def looks_after(self, after: Look, limit: int) -> Sequence[Look]:
        at, ticket = after
        rows = self._db.all(_LOOKS_AFTER, at=micros(at), after=ticket, limit=limit)
        return [(instant(at), ticket) for at, ticket in rows]

    def to_close_windows(self, now: datetime, limit: int) -> Sequence[int]:
        rows = self._db.all(_TO_CLOSE_WINDOWS, now=micros(now), limit=limit)
        return [ticket for (ticket,) in rows]

    def set_offset(self, seconds: float) -> None:
        self._db.run(_SET, name=OFFSET, value=repr(seconds))


_ACTED: Final = Statement(select(ACT.c.key).where(ACT.c.key == param("key")))
_ACT: Final = Statement(
    insert(ACT).values(key=param("key"), at=param("at")).on_conflict_do_nothing()
)
_PUBLISH: Final = Statement(
    insert(DIGEST_RUN)
    .values(name=param("name"), period=param("period"), at=param("at"))
    .on_conflict_do_nothing()
)
_late = (CLOCK.c.alert_at.is_not(None), CLOCK.c.alert_at < param("now"))
#: Of several processes each takes others: what one has locked, the next passes over.
_TO_ALERT: Final = Statement(
    first(select(CLOCK.c.ticket).where(*_late).order_by(CLOCK.c.alert_at), param("limit")),
    first(
        select(CLOCK.c.ticket)
        .select_from(CLOCK.join(TICKET, TICKET.c.id == CLOCK.c.ticket))
        .where(*_late)
        .order_by(CLOCK.c.alert_at),
        param("limit"),
    ).with_for_update(skip_locked=True, of=TICKET),
)

_ALERTED_IN_CALENDAR: Final = Statement(
    select(CLOCK.c.ticket)
    .where(
        CLOCK.c.outcome.is_(None),
        CLOCK.c.started_at < param("until"),
        CLOCK.c.kind.in_([kind.value for kind in ClockKind if kind.by_calendar]),
        CLOCK.c.alerted.is_not(None),
        # what has been late for days is not read anew for each person each morning
        exists().where(
            ENTRY.c.ticket == CLOCK.c.ticket,
            ENTRY.c.name.in_([Breached.__name__, Alerted.__name__]),
            ENTRY.c.at >= param("since"),
            ENTRY.c.at < param("until"),
        ),
    )
    .distinct()
    .order_by(CLOCK.c.ticket)
)


def _by_time(column: ColumnElement[int]) -> Statement:
    """Tickets whose time in a column has come; of several processes each takes others."""
    # only those have that time; naming a status would lead to its index
    due = select(TICKET.c.id).where(column <= param("now")).order_by(column)
    return Statement(first(due, param("limit")).with_for_update(skip_locked=True))


_TO_WAKE: Final = _by_time(TICKET.c.snoozed_until)
_LEFT_OPEN: Final = _by_time(TICKET.c.writing_until)
_TO_CLIMB: Final = _by_time(TICKET.c.chain_at)
_TO_LOOK_AFTER: Final = _by_time(TICKET.c.look_at)
_TO_CLOSE_WINDOWS: Final = _by_time(TICKET.c.window_at)
_LOOKS_AFTER: Final = Statement(
    first(
        select(TICKET.c.look_at, TICKET.c.id)
        .where(
            # the first condition alone is one that the index leads by
            TICKET.c.look_at >= param("at"),
            or_(TICKET.c.look_at > param("at"), TICKET.c.id > param("after")),
        )
        .order_by(TICKET.c.look_at, TICKET.c.id),
        param("limit"),
    )
)
_setting = insert(SETTING).values(name=param("name"), value=param("value"))
_SET: Final = Statement(
    _setting.on_conflict_do_update(index_elements=["name"], set_={"value": _setting.excluded.value})
)
