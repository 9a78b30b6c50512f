"""The roll-up's rows: folded from the log in small steps, and kept true where tickets are dropped.

On PostgreSQL an entry may be committed after one with a greater id. Therefore the log is folded up to
an entry only once every transaction has ended that was under way when that entry was the newest one
seen. Whoever writes to the log has locked or made the ticket's row before, and so has a
transaction's number before the log gives an id: numbers below that of whoever saw the entry, taken
after it was seen, are all that matter. SQLite has one writer, whose ids come in the order of commits.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    cast,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from chatops.ports import Mark
from chatops.rollup import Additive, Cell, Days
from storage.instant import instant, micros
from storage.part import Part
from storage.statement import Db, Param, Row, Statement, first, param, there
from storage.tables import DAILY, ENTRY, SETTING
from storage.watermark import ROLLED, Watermark, made_between, made_by, newest_entry, watermark

#: Rows that are written at a time, well within the time that a statement may take.
_PAGE: Final = 10_000


class Rollup(Part):
    def roll_up(self, days: Days, known: Mark | None, limit: int) -> Mark | None:
        # first of all, while this transaction has no number yet
        newest = newest_entry(self._db)
        stands = watermark(self._db)
        if stands is not None and stands.days == days and stands.entry >= newest:
            return None
        self._db.run(_BEGIN, name=ROLLED)
        if self._db.one(_LOCK_FREE, name=ROLLED) is None:
            return known  # another process is at it
        at = _begun(self._db, days)
        if known is not None and known.entry > at:
            (oldest,) = there(self._db.one(_OLDEST))
            if known.number >= oldest:
                return known
            at = _folded(self._db, days, at, known.entry, limit)
            if at < known.entry:
                return known
        if newest <= at:
            return None
        (number,) = there(self._db.one(_NUMBER))
        return Mark(newest, number)

    def newest_entry(self) -> int:
        return newest_entry(self._db)

    def rolled_up(self, days: Days) -> tuple[int, Mapping[Cell, int]]:
        stands = watermark(self._db)
        if stands is None or stands.days != days:
            return 0, {}
        return stands.entry, {_cell(row): row[-1] for row in self._db.all(_ALL)}

    def counted(self, days: Days, until: int, after: int, last: int) -> Mapping[Cell, int]:
        return made_by(self._db, days, until, after, last)

    def replace_rollup(self, days: Days, until: int, made: Mapping[Cell, int]) -> None:
        _lock(self._db)
        self._db.run(_CLEAR)
        _add(self._db, made)
        _set(self._db, Watermark(days, until))


def take_out(db: Db, tickets: Sequence[int]) -> None:
    """Take what the logs of tickets made out of the roll-up: they are about to be dropped.

    Their entries go in the same transaction, and `lower` follows.
    """
    _lock(db)  # nobody folds meanwhile
    if (stands := watermark(db)) is None:
        return
    less: Counter[Cell] = Counter()
    for ticket in tickets:
        less.subtract(made_by(db, stands.days, stands.entry, ticket - 1, ticket))
    _add(db, less)


def lower(db: Db) -> None:
    """Let the watermark stand no higher than the log: SQLite gives a dropped entry's id again."""
    stands = watermark(db)
    if stands is not None and stands.entry > (newest := newest_entry(db)):
        _set(db, Watermark(stands.days, newest))


def _lock(db: Db) -> None:
    db.run(_BEGIN, name=ROLLED)
    there(db.one(_LOCK, name=ROLLED))


def _begun(db: Db, days: Days) -> int:
    """Return up to where the log is folded, from its beginning where its days are others by now."""
    stands = watermark(db)
    if stands is not None and stands.days == days:
        return stands.entry
    db.run(_CLEAR)
    _set(db, Watermark(days, 0))
    return 0


def _folded(db: Db, days: Days, after: int, until: int, limit: int) -> int:
    """Fold so many entries after one, up to another at most; the last that is folded."""
    (reached,) = there(db.one(_REACHED, after=after, until=until, limit=limit))
    last = int(until if reached is None else reached)
    _add(db, made_between(db, days, after, last))
    _set(db, Watermark(days, last))
    return last


def _add(db: Db, more: Mapping[Cell, int]) -> None:
    """Add to the roll-up, which has no row of what never happened."""
    changed = [{**_key(cell), "total": total} for cell, total in more.items() if total]
    for page in range(0, len(changed), _PAGE):
        db.many(_ADD, changed[page : page + _PAGE])
    if gone := [_key(cell) for cell, total in more.items() if total < 0]:
        db.many(_DROP_NONE, gone)


def _set(db: Db, stands: Watermark) -> None:
    db.run(_SET, name=ROLLED, value=stands.value)


def _key(cell: Cell) -> dict[str, Param]:
    return {
        "day": micros(cell.day),
        "figure": cell.figure.value,
        "queue": cell.queue,
        "channel": cell.channel,
        "kind": cell.kind,
        "agent": cell.agent or 0,
        "detail": cell.detail,
    }


def _cell(row: Row) -> Cell:
    day, figure, queue, channel, kind, agent, detail, _ = row
    return Cell(instant(day), Additive(figure), queue, channel, kind, agent or None, detail)


_setting = select(SETTING.c.value).where(SETTING.c.name == param("name"))
_BEGIN: Final = Statement(
    insert(SETTING).values(name=param("name"), value="[]").on_conflict_do_nothing()
)
_LOCK: Final = Statement(_setting.with_for_update())
_LOCK_FREE: Final = Statement(_setting.with_for_update(skip_locked=True))
_SET: Final = Statement(
    update(SETTING).where(SETTING.c.name == param("name")).values(value=param("value"))
)


def _as_number(xid: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(cast(xid, Text), BigInteger)


#: The number of this transaction, above those of all that had one when this one had none.
_NUMBER: Final = Statement(
    select(literal(0)), postgres=select(_as_number(func.pg_current_xact_id()))
)
#: The lowest number of a transaction that has not ended.
_OLDEST: Final = Statement(
    select(literal(1)),
    postgres=select(_as_number(func.pg_snapshot_xmin(func.pg_current_snapshot()))),
)
_next = first(
    select(ENTRY.c.id)
    .where(ENTRY.c.id > param("after"), ENTRY.c.id <= param("until"))
    .order_by(ENTRY.c.id),
    param("limit"),
).subquery()
_REACHED: Final = Statement(select(func.max(_next.c.id)))

_ALL: Final = Statement(select(DAILY))
_CLEAR: Final = Statement(delete(DAILY))
_row = insert(DAILY).values({each: param(each.name) for each in DAILY.c})
_ADD: Final = Statement(
    _row.on_conflict_do_update(
        index_elements=[each.name for each in DAILY.primary_key],
        set_={"total": DAILY.c.total + _row.excluded.total},
    )
)
_DROP_NONE: Final = Statement(
    delete(DAILY).where(
        *(each == param(each.name) for each in DAILY.primary_key), DAILY.c.total == 0
    )
)
