"""Processes that serve one database: their leases, on its clock, and the pace that they share."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from chatops.ports import Spent
from storage.instant import MICROSECOND, instant, micros
from storage.part import Part
from storage.statement import Db, Statement, database_time, first, made, param, there
from storage.tables import EDITION, PACE, PROCESS

#: Buckets that a room's courier has in hand at the most: four of the room's, and its chat's two.
MOST: Final = 6


def lives() -> ColumnElement[bool]:
    """Return the condition that a process's lease has not ended."""
    return PROCESS.c.until > database_time()


class Processes(Part):
    def enrol(self, name: str, seconds: float) -> int:
        return made(self._db.one(_ENROL, name=name, span=_span(seconds)))

    def renew(self, process: int, seconds: float) -> bool:
        return self._db.run(_RENEW, id=process, span=_span(seconds)) == 1

    def retire(self, process: int) -> None:
        self._db.run(_RETIRE, id=process)

    def retire_others(self, process: int) -> None:
        self._db.run(_RETIRE_OTHERS, id=process)

    def strike_off(self) -> int:
        return self._db.run(_STRIKE_OFF)

    def database_time(self) -> datetime | None:
        (at,) = there(self._db.one(_TIME))
        return instant(at) if at else None

    def spent(self, names: Sequence[str]) -> Mapping[str, Spent]:
        padded = [*names, *[names[-1]] * (MOST - len(names))]
        wanted = {f"name{number}": name for number, name in enumerate(padded)}
        rows = self._db.all(_SPENT, **wanted)
        if len(rows) < len(set(names)):
            for name in sorted(set(names)):
                self._db.run(_BEGIN, name=name)
            rows = self._db.all(_SPENT, **wanted)
        return {name: Spent(instant(full), instant(paused)) for name, full, paused in rows}

    def spend(self, name: str, spent: Spent) -> None:
        self._db.run(
            _SPEND,
            name=name,
            full_at=micros(spent.full_at),
            paused_until=micros(spent.paused_until),
        )

    def publish_edition(self, source: str, now: datetime, *, again: bool = True) -> int:
        newest = edition(self._db, 0)
        if newest is not None and newest[1] == source:
            return newest[0]
        if not again and (before := self._db.one(_BEFORE, source=source)) is not None:
            return int(before[0])
        return made(self._db.one(_ADD_EDITION, source=source, at=micros(now)))


def edition(db: Db, above: int) -> tuple[int, str] | None:
    """Return the app.yaml in force and its number; None if that is not above."""
    row = db.one(_EDITION, above=above)
    return None if row is None else (int(row[0]), str(row[1]))


def _span(seconds: float) -> int:
    return round(seconds / MICROSECOND.total_seconds())


_until = database_time() + param("span", BigInteger)
_ENROL: Final = Statement(
    insert(PROCESS).values(name=param("name"), until=_until).returning(PROCESS.c.id)
)
_RENEW: Final = Statement(
    update(PROCESS).where(PROCESS.c.id == param("id"), lives()).values(until=_until)
)
_RETIRE: Final = Statement(delete(PROCESS).where(PROCESS.c.id == param("id")))
_RETIRE_OTHERS: Final = Statement(delete(PROCESS).where(PROCESS.c.id != param("id")))
_STRIKE_OFF: Final = Statement(delete(PROCESS).where(~lives()))
_TIME: Final = Statement(select(database_time()))
_SPENT: Final = Statement(
    select(PACE.c.name, PACE.c.full_at, PACE.c.paused_until)
    .where(PACE.c.name.in_([param(f"name{number}") for number in range(MOST)]))
    .order_by(PACE.c.name)  # whoever wants several locks them in the same order
    .with_for_update()
)
_BEGIN: Final = Statement(insert(PACE).values(name=param("name")).on_conflict_do_nothing())
_SPEND: Final = Statement(
    update(PACE)
    .where(PACE.c.name == param("name"))
    .values(full_at=param("full_at"), paused_until=param("paused_until"))
)
_EDITION: Final = Statement(
    first(
        select(EDITION.c.number, EDITION.c.source)
        .where(EDITION.c.number > param("above"))
        .order_by(EDITION.c.number.desc())
    )
)
_BEFORE: Final = Statement(
    first(
        select(EDITION.c.number)
        .where(EDITION.c.source == param("source"))
        .order_by(EDITION.c.number.desc())
    )
)
_ADD_EDITION: Final = Statement(
    insert(EDITION).values(source=param("source"), at=param("at")).returning(EDITION.c.number)
)
