"""Statements that are written once, in SQLAlchemy Core, and turned into text once per database.

The hot path pays for no statement building: it looks up a finished text, puts its parameters in
order and hands both to the driver. Constants stand in the text, because SQLite uses a partial index
only where it can read that the condition holds. INSERTs are PostgreSQL's: its ON CONFLICT is the one
that SQLite took over, and both compilers write it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, Final, Protocol, cast

from sqlalchemy import BindParameter, ColumnElement, Dialect, Select, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

Param = str | int | float | bytes | None
#: A row as the driver gives it: what its columns are is known to who wrote the statement.
Row = tuple[Any, ...]

_PREFIX: Final = "p_"
_SQLITE: Final = sqlite.dialect(paramstyle="qmark")


def param(name: str) -> BindParameter[Any]:
    """Name a parameter that is given with each run."""
    # Core reserves the columns' own names for itself, hence the prefix
    return bindparam(_PREFIX + name, required=False)


def first(select: Select[Any], count: int | ColumnElement[Any] = 1) -> Select[Any]:
    """Return only the first rows. (Without an offset Core gives SQLite a nameless parameter.)"""
    return select.limit(count).offset(0)


class Statement:
    """A statement with named parameters."""

    def __init__(self, clause: ClauseElement) -> None:
        # the traversal gives back the kind of clause that it got
        self._clause = cast(ClauseElement, visitors.replacement_traverse(clause, {}, _constant))

    def text(self, dialect: Dialect) -> tuple[str, Sequence[str]]:
        """Return the dialect's text, and the parameters' names in its order."""
        # of a statement, not of a mere type: that compiler knows the order
        compiled = cast(
            SQLCompiler,
            self._clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}),
        )
        names = compiled.positiontup or ()
        return str(compiled), [name.removeprefix(_PREFIX) for name in names]

    @cached_property
    def sqlite(self) -> tuple[str, Callable[[Mapping[str, Param]], Sequence[Param]]]:
        """SQLite's text, and what puts the parameters in order."""
        text, names = self.text(_SQLITE)
        if len(names) > 1:
            return text, itemgetter(*names)
        return text, lambda params: [params[name] for name in names]


class Db(Protocol):
    """A connection within a transaction."""

    def run(self, statement: Statement, **params: Param) -> int:
        """Run a statement that returns no rows; how many it changed."""
        ...

    def one(self, statement: Statement, **params: Param) -> Row | None: ...
    def all(self, statement: Statement, **params: Param) -> list[Row]: ...
    def has(self, table: str) -> bool:
        """Tell whether the database has that table, as one that was migrated has."""
        ...


def there(row: Row | None) -> Row:
    """Return a row that a statement gives in any case."""
    if row is None:
        raise LookupError("a row that must be there is not")
    return row


def made(row: Row | None) -> int:
    """Return the id of a row that was made."""
    (id,) = there(row)
    return int(id)


def _constant(element: object, **_: object) -> ClauseElement | None:
    if isinstance(element, BindParameter) and element.unique:
        return element.render_literal_execute()
    return None
