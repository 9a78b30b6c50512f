"""The work with a log of what it runs, so that a raw driver can run the very same."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from chatops.clock import Clock
from chatops.ports import Tx
from storage.postgres import PostgresDb
from storage.postgres_work import PostgresWork
from storage.runs import Reads
from storage.statement import Db, Param, Row, Statement
from storage.tx import StoredTx
from storage.work import SqliteWork

T = TypeVar("T")
AnyWork = SqliteWork | PostgresWork

#: From here on ids are counted in a database whose ids are to be told from other numbers, each
#: table's in a thousand million of its own; times are beyond.
FIRST_ID: Final = 10**9
LAST_ID: Final = 10**12


@dataclass(frozen=True, slots=True)
class Said:
    """A statement that was run: its text, its parameters, and the ids that it gave."""

    text: str
    params: tuple[Param, ...]
    gave: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Transaction:
    statements: tuple[Said, ...]
    flushed: bool  #: its commit waited for the disk


@dataclass(frozen=True, slots=True)
class Recording:
    """Implements chatops.ports.Work on another one, and keeps what that ran, in its order."""

    work: AnyWork
    clock: Clock
    log: list[Transaction] = field(default_factory=list)

    @property
    def shared(self) -> bool:
        return self.work.shared

    async def transact(self, fn: Callable[[Tx], T], *, flushed: bool = True) -> T:
        return await self.run(lambda db: fn(StoredTx(db, self.clock.transport())), flushed=flushed)

    async def run(self, fn: Callable[[Db], T], *, flushed: bool = True) -> T:
        said: list[Said] = []

        def logged(db: Db) -> T:
            said.clear()  # it may be tried again
            return fn(_Logged(db, said))

        result = await self.work.run(logged, flushed=flushed)
        self.log.append(Transaction(tuple(said), flushed))
        return result


@dataclass(frozen=True, slots=True)
class RecordedReads:
    """Implements storage.runs.Reads on what reads, and keeps what that ran."""

    reads: Reads
    log: list[Said] = field(default_factory=list)

    async def run(self, fn: Callable[[Db], T]) -> T:
        return await self.reads.run(lambda db: fn(_Logged(db, self.log)))

    async def close(self) -> None:
        await self.reads.close()


@dataclass(frozen=True, slots=True)
class _Logged:
    db: Db
    log: list[Said]

    def run(self, statement: Statement, **params: Param) -> int:
        self._note(statement, params, ())
        return self.db.run(statement, **params)

    def one(self, statement: Statement, **params: Param) -> Row | None:
        row = self.db.one(statement, **params)
        self._note(statement, params, () if row is None else [row])
        return row

    def all(self, statement: Statement, **params: Param) -> list[Row]:
        rows = self.db.all(statement, **params)
        self._note(statement, params, rows)
        return rows

    def has(self, table: str) -> bool:
        return self.db.has(table)

    def _note(self, statement: Statement, params: dict[str, Param], rows: Iterable[Row]) -> None:
        if isinstance(self.db, PostgresDb):
            text, names = statement.postgres
            ordered = [params[name] for name in names]
        else:
            text, order = statement.sqlite
            ordered = list(order(params))
        gave = tuple(value for row in rows for value in row if is_id(value))
        self.log.append(Said(text, tuple(ordered), gave))


def is_id(value: Any) -> bool:
    return type(value) is int and FIRST_ID <= value < LAST_ID
