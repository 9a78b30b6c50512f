"""Statements that are written once, in SQLAlchemy Core, and turned into text once per database.

The hot path pays for no statement building: it looks up a finished text, puts its parameters in
order and hands both to the driver. Constants stand in the text, because SQLite uses a partial index
only where it can read that the condition holds. INSERTs are PostgreSQL's: its ON CONFLICT is the one
that SQLite took over, and both compilers write it. Where the two have no statement in common (the
full-text index), it is written twice.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, Final, Protocol, cast

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Dialect, Select, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

Param = str | int | float | bytes | None
#: A row as the driver gives it: what its columns are is known to who wrote the statement.
Row = tuple[Any, ...]

_PREFIX: Final = "p_"
_SQLITE: Final = sqlite.dialect(paramstyle="qmark")
_POSTGRES: Final = asyncpg.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


def param(name: str, kind: type[TypeEngine[Any]] | None = None) -> BindParameter[Any]:
    """Name a parameter that is given with each run.

    It has the type of the column that it is compared with or written to; where there is none for
    PostgreSQL to go by, as within CASE, `kind` says it.
    """
    # Core reserves the columns' own names for itself, hence the prefix
    return bindparam(_PREFIX + name, type_=kind, required=False)


class database_time(FunctionElement[int]):  # noqa: N801 - it stands in statements like a function
    """The time on the database's clock, which all processes share, as storage.instant keeps it.

    SQLite has one process, whose hold on the file is its lease: there time stands still at 0, and a
    lease that ends after 0 never ends.
    """

    type = BigInteger()
    inherit_cache = True


@compiles(database_time, "sqlite")
def _of_sqlite(_element: database_time, _compiler: SQLCompiler, **_: object) -> str:
    return "0"


@compiles(database_time, "postgresql")
def _of_postgres(_element: database_time, _compiler: SQLCompiler, **_: object) -> str:
    return "(extract(epoch from clock_timestamp()) * 1000000)::bigint"


def first(select: Select[Any], count: int | ColumnElement[Any] = 1) -> Select[Any]:
    """Return only the first rows. (Without an offset Core gives SQLite a nameless parameter.)"""
    return select.limit(count).offset(0)


class Statement:
    """A statement with named parameters; `postgres` is what PostgreSQL is asked instead."""

    def __init__(self, clause: ClauseElement, postgres: ClauseElement | None = None) -> None:
        self._clause = clause
        self._postgres = clause if postgres is None else postgres

    def text(self, dialect: Dialect) -> tuple[str, Sequence[str]]:
        """Return the dialect's text, and the parameters' names in its order."""
        # only now, and not where it is written: of all statements a start needs a few
        clause = _with_constants(self._postgres if dialect.name == "postgresql" else self._clause)
        # of a statement, not of a mere type: that compiler knows the order
        compiled = cast(
            SQLCompiler,
            clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}),
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

    @cached_property
    def postgres(self) -> tuple[str, Sequence[str]]:
        """PostgreSQL's text, and the parameters' names in their order."""
        return self.text(_POSTGRES)


class Db(Protocol):
    """A connection within a transaction."""

    def run(self, statement: Statement, **params: Param) -> int:
        """Run a statement that returns no rows; how many it changed."""
        ...

    def many(self, statement: Statement, rows: Sequence[Mapping[str, Param]]) -> None:
        """Run a statement that returns no rows once for each set of parameters."""
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


def _with_constants(clause: ClauseElement) -> ClauseElement:
    # the traversal gives back the kind of clause that it got
    return cast(ClauseElement, visitors.replacement_traverse(clause, {}, _constant))


def _constant(element: object, **_: object) -> ClauseElement | None:
    if isinstance(element, BindParameter) and element.unique:
        return element.render_literal_execute()
    return None
