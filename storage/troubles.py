"""Places to which nothing can be delivered for now: shared by all processes, kept over a restart."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from chatops.ports import Trouble
from storage.instant import instant, micros
from storage.part import Part
from storage.statement import Db, Row, Statement, param, there
from storage.tables import TROUBLE


class Troubles(Part):
    def stop(self, place: str, code: str | None, now: datetime) -> Trouble:
        return _trouble(there(self._db.one(_STOP, place=place, code=code, now=micros(now))))

    def rest(self, place: str, until: datetime) -> None:
        self._db.run(REST, place=place, until=micros(until))

    def try_again(self, place: str, now: datetime, until: datetime) -> bool:
        return self._db.run(_TRY, place=place, now=micros(now), until=micros(until)) == 1

    def mended(self, place: str) -> Trouble | None:
        row = self._db.one(_MENDED, place=place)
        return None if row is None else _trouble(row)


def troubles(db: Db) -> Sequence[Trouble]:
    """Return all troubles, by place."""
    return [_trouble(row) for row in db.all(_ALL)]


def _trouble(row: Row) -> Trouble:
    place, code, since, tries, rests_until = row
    return Trouble(place, code, instant(since), tries, instant(rests_until))


_t = TROUBLE.c
_first = insert(TROUBLE).values(
    place=param("place"),
    code=param("code"),
    since=param("now"),
    tries=1,
    rests_until=param("now"),
)
_new = _first.excluded
#: The far side says why, for the first time.
_said = and_(_t.code.is_(None), _new.code.is_not(None))
#: It was closed, and now it is not even reached: that is known no better.
_silent = and_(_t.code.is_not(None), _new.code.is_(None))
_STOP: Final = Statement(
    _first.on_conflict_do_update(
        index_elements=["place"],
        set_={
            "code": func.coalesce(_new.code, _t.code),
            "since": case((_said, _new.since), else_=_t.since),
            "tries": case((_said, 1), (_silent, _t.tries), else_=_t.tries + 1),
        },
    ).returning(_t.place, _t.code, _t.since, _t.tries, _t.rests_until)
)
_there = update(TROUBLE).where(_t.place == param("place"))
REST: Final = Statement(_there.values(rests_until=param("until")))
_TRY: Final = Statement(
    _there.where(_t.rests_until <= param("now")).values(rests_until=param("until"))
)
_MENDED: Final = Statement(
    delete(TROUBLE)
    .where(_t.place == param("place"))
    .returning(_t.place, _t.code, _t.since, _t.tries, _t.rests_until)
)
_ALL: Final = Statement(
    select(_t.place, _t.code, _t.since, _t.tries, _t.rests_until).order_by(_t.place)
)
