"""Rows from one database into another, whichever the two are: for `copy`, and for backups.

Tables go in the order of their foreign keys, by their ids, a page at a time; what points to no row
yet could not be written. The full-text index is not carried but made anew. Whether all of it arrived
is told by the number of a table's rows and a digest of them, in which their order does not count.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Boolean, Column, Select, Table, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert

from storage import search
from storage.held import disown
from storage.statement import Db, Param, Row, Statement, first, param
from storage.tables import EDITION, LEASE, METADATA, PACE, PROCESS, SETTING, Id

#: Rows that are read and written at a time.
PAGE: Final = 1000

#: What only processes that live have: leases, pace, and the app.yaml in force.
_PASSING: Final = frozenset({PROCESS, PACE, LEASE, EDITION})

#: All that is carried, in the order of foreign keys.
TABLES: Final = tuple(each for each in METADATA.sorted_tables if each not in _PASSING)

#: The setting of a database into which a copy was begun and is not finished: of what.
COPYING: Final = "copying"

#: What it names where that is a backup. Of two restores no two are alike: none goes on with another.
BACKUP: Final = "a backup"

#: The settings that belong to the database and are not carried.
_OWN: Final = frozenset({COPYING})

#: What PostgreSQL cannot keep in a text, and what stands for it.
_NUL, _REPLACEMENT = "\x00", "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows a table has, and a digest of them all."""

    rows: int = 0
    digest: int = 0

    def plus(self, rows: Sequence[Row]) -> "Sum":
        digest = self.digest
        for row in rows:
            made = hashlib.blake2b(repr(row).encode(), digest_size=16).digest()
            digest = (digest + int.from_bytes(made)) % 2**128
        return Sum(self.rows + len(rows), digest)


def is_empty(db: Db) -> bool:
    """Tell whether a database that was migrated holds nothing yet."""
    return all(db.one(_OF[each].any) is None for each in TABLES)


def copying(db: Db) -> str | None:
    """Return what is being copied into a database, while that is not finished."""
    row = db.one(_SETTING, name=COPYING)
    return None if row is None else str(row[0])


def begin(db: Db, source: str) -> None:
    """Note what is being copied; until `finish` nobody serves the database."""
    db.run(_NOTE, name=COPYING, value=source)


def count_on(db: Db) -> None:
    """Let PostgreSQL's ids go on after the newest ones; SQLite's do so by themselves."""
    for each in _OF.values():
        if each.count_on is not None:
            db.all(each.count_on)


def finish(db: Db) -> None:
    """Let the database be served, by processes that have nothing in hand yet."""
    disown(db)
    db.run(_FORGET, name=COPYING)


def reached(db: Db, table: Table) -> Row | None:
    """Return the key after which a copy that was cut off goes on; None from the beginning.

    Texts are not ordered alike by all databases: what goes by them is written again, and left as it
    is where it is there.
    """
    if not all(isinstance(each.type, Id) for each in _key(table)):
        return None
    return db.one(_OF[table].newest)


def page(db: Db, table: Table, after: Row | None) -> tuple[list[Row], Row | None]:
    """Return the rows after a key, as they are to be written, and the key to go on after.

    Without rows after them that key is None.
    """
    of, names = _OF[table], table.c.keys()
    given: dict[str, Param] = {f"after{n}": value for n, value in enumerate(after or ())}
    rows = db.all(of.next if after else of.first, limit=PAGE, **given)
    places = [names.index(each.name) for each in _key(table)]
    last = tuple(rows[-1][place] for place in places) if len(rows) == PAGE else None
    return [_plain(table, row) for row in rows if not _is_own(table, row)], last


def pages(db: Db, table: Table) -> Iterator[list[Row]]:
    """Yield all rows of a table, a page at a time."""
    rows, after = page(db, table, None)
    yield rows
    while after is not None:
        rows, after = page(db, table, after)
        yield rows


def put(db: Db, table: Table, rows: Sequence[Row]) -> None:
    """Write a page of rows; one that is there stays as it is."""
    names = table.c.keys()
    named = [dict(zip(names, row, strict=True)) for row in rows]
    if named:
        db.many(_OF[table].put, named)
    if table.name == "message":
        for row in named:
            if not row["deleted"]:
                search.forget(db, row["id"])
                search.keep(db, row["id"], row["text"])


def sum_of(db: Db, table: Table) -> Sum:
    """Read a table through."""
    total = Sum()
    for rows in pages(db, table):
        total = total.plus(rows)
    return total


def _plain(table: Table, row: Row) -> Row:
    """Return a row's values as every database can keep them."""
    return tuple(
        bool(value)
        if isinstance(each.type, Boolean) and value is not None
        else value.replace(_NUL, _REPLACEMENT)
        if isinstance(value, str)
        else bytes(value)
        if isinstance(value, memoryview)
        else value
        for each, value in zip(table.c, row, strict=True)
    )


def _is_own(table: Table, row: Row) -> bool:
    return table is SETTING and row[0] in _OWN


def _key(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns)


class _Of:
    """The statements of one table."""

    def __init__(self, table: Table) -> None:
        key = _key(table)
        page = select(table).order_by(*key)
        given = [param(f"after{number}", type(each.type)) for number, each in enumerate(key)]
        later = tuple_(*key) > tuple_(*given) if len(key) > 1 else key[0] > given[0]
        self.first = Statement(first(page, param("limit")))
        self.next = Statement(first(page.where(later), param("limit")))
        self.any = Statement(first(_foreign(table)))
        self.newest = Statement(first(select(*key).order_by(*(each.desc() for each in key))))
        self.put = Statement(
            insert(table)
            .values({each: param(each.name) for each in table.c})
            .on_conflict_do_nothing()
        )
        #: Lets ids go on after the newest; PostgreSQL's own.
        self.count_on = _counting_on(table) if _counts(table) else None


def _counts(table: Table) -> bool:
    """Tell whether a table gives its rows ids by counting up."""
    return [each.name for each in _key(table)] == ["id"]


def _counting_on(table: Table) -> Statement:
    newest = select(func.max(table.c.id)).scalar_subquery()
    sequence = text(f"pg_get_serial_sequence('{table.name}', 'id')")
    return Statement(select(func.setval(sequence, newest)).where(newest.is_not(None)))


def _foreign(table: Table) -> Select[Any]:
    """Return what finds a row that we did not write ourselves."""
    rows = select(table)
    return rows.where(table.c.name != COPYING) if table is SETTING else rows


_OF: Final = {each: _Of(each) for each in TABLES}

_SETTING: Final = Statement(select(SETTING.c.value).where(SETTING.c.name == param("name")))
_setting = insert(SETTING).values(name=param("name"), value=param("value"))
_NOTE: Final = Statement(
    _setting.on_conflict_do_update(index_elements=["name"], set_={"value": _setting.excluded.value})
)
_FORGET: Final = Statement(SETTING.delete().where(SETTING.c.name == param("name")))
