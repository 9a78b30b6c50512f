"""PostgreSQL: how connections are opened, run statements, and name their failures.

A transaction's function is synchronous. It runs in a greenlet, and each of its statements is one
round trip of asyncpg that lets the event loop go on.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final, TypeVar

import asyncpg
from sqlalchemy.util import await_only

from chatops.errors import StorageError
from storage.address import named
from storage.statement import Param, Row, Statement

T = TypeVar("T")

#: How long a statement may take; the longest report on ten million tickets takes half a second.
STATEMENT_S: Final = 30.0

#: How long a statement waits for a row that another transaction holds.
LOCK: Final = "5s"

#: How long to wait for a connection: a new one, or one of ours that is in use.
CONNECT_S: Final = 5.0

#: Connections of a process: for its transactions and for its reads. One more listens.
WRITERS: Final = 8
READERS: Final = 4

#: More than there are, so that none is prepared twice.
_STATEMENTS: Final = 1024

#: What PostgreSQL cannot keep in a text; customers' words may hold it.
_NUL: Final = "\x00"


class PostgresDb:
    """A connection of asyncpg as storage.statement.Db, within a greenlet and a transaction."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def run(self, statement: Statement, **params: Param) -> int:
        text, names = statement.postgres
        status: str = await_only(self.connection.execute(text, *_ordered(names, params)))
        return int(status.rpartition(" ")[2])

    def many(self, statement: Statement, rows: Sequence[Mapping[str, Param]]) -> None:
        text, names = statement.postgres
        await_only(self.connection.executemany(text, [_ordered(names, row) for row in rows]))

    def one(self, statement: Statement, **params: Param) -> Row | None:
        text, names = statement.postgres
        row = await_only(self.connection.fetchrow(text, *_ordered(names, params)))
        return None if row is None else tuple(row)

    def all(self, statement: Statement, **params: Param) -> list[Row]:
        text, names = statement.postgres
        rows = await_only(self.connection.fetch(text, *_ordered(names, params)))
        return [tuple(row) for row in rows]

    def has(self, table: str) -> bool:
        found = await_only(self.connection.fetchval("SELECT to_regclass($1::text)", table))
        return found is not None


class Pool:
    """Connections to one database, opened when they are first wanted, in the loop that wants them."""

    def __init__(self, url: str, size: int) -> None:
        self.name = named(url)
        self._url = url
        self._size = size
        self._opening = asyncio.Lock()
        self._pool: Any = None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """Lend a connection.

        Raises:
            StorageError: none can be had: the server is away or refuses, or all are in use.
        """
        with failing_as_storage(self.name):
            pool = self._pool or await self._open()
            try:
                connection = await pool.acquire(timeout=CONNECT_S)
            except TimeoutError as error:
                if pool.get_size() < self._size or pool.get_idle_size():
                    raise
                said = f"all {self._size} connections have been in use for {CONNECT_S:g} s"
                raise StorageError(f"{self.name}: {said}") from error
        try:
            yield connection
        finally:
            await pool.release(connection)

    async def close(self) -> None:
        """Wait for what is lent, then close all connections."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.close()

    async def _open(self) -> Any:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._url,
                    min_size=1,
                    max_size=self._size,
                    timeout=CONNECT_S,
                    command_timeout=STATEMENT_S,
                    statement_cache_size=_STATEMENTS,
                    server_settings=SETTINGS,
                    reset=_as_it_is,
                )
            return self._pool


async def _as_it_is(_connection: Any) -> None:
    """Keep a connection that comes back as it is: our transactions change nothing but their own.

    (asyncpg has ended a transaction that was left open.) What it asks by itself to make sure would be
    one more round trip for each transaction.
    """


#: What every connection of ours sets.
SETTINGS: Final = {
    "application_name": "chatops",
    "lock_timeout": LOCK,
    # a process that is stopped in the middle of a transaction must not hold its rows for ever
    "idle_in_transaction_session_timeout": "15s",
    "timezone": "UTC",
    "jit": "off",  # it costs more than these short statements
}


async def connect(url: str) -> Any:
    """Open a connection by itself.

    Raises:
        StorageError: the server is away or refuses.
    """
    with failing_as_storage(named(url)):
        return await asyncpg.connect(url, timeout=CONNECT_S, server_settings=SETTINGS)


async def scrub_tables(url: str) -> None:
    """Write the tables anew that hold people's words, without what was overwritten in them.

    What the server knows of them for its plans, which quotes values, is gathered anew as well. Its
    write-ahead log and its backups are not in our reach.

    Raises:
        StorageError: the server is away or refuses.
    """
    with failing_as_storage(named(url)):
        connection = await asyncpg.connect(url, timeout=CONNECT_S)
        try:
            for table in _WORDY:
                await connection.execute(f"VACUUM (FULL, ANALYZE) {table}")
            before = await connection.fetchval(_STATISTICS)
            await connection.execute("VACUUM (FULL) pg_statistic")
            # who may not is only warned
            is_refused = await connection.fetchval(_STATISTICS) == before
        finally:
            await connection.close()
    if is_refused:
        raise StorageError(
            f"{named(url)}: only the owner of the database may write its statistics anew, which "
            "quote people's words: make our user that"
        )


_STATISTICS: Final = "SELECT pg_relation_filenode('pg_statistic')"

#: The tables in which people's words, names and handles stand.
_WORDY: Final = (
    "customer",
    "conversation",
    "burst",
    "message",
    "message_words",
    "raw_body",
    "delivery",
)


def is_cut(error: BaseException) -> bool:
    """Tell whether a connection has broken: what it was in the middle of may be tried on another."""
    return isinstance(
        error,
        asyncpg.PostgresConnectionError
        | asyncpg.InterfaceError
        | asyncpg.AdminShutdownError
        | asyncpg.CrashShutdownError
        | asyncpg.CannotConnectNowError
        | asyncpg.IdleInTransactionSessionTimeoutError
        | asyncpg.InternalClientError  # the server's farewell came between two statements
        | ConnectionError,
    ) and not isinstance(error, ValueError)  # asyncpg's word for a parameter of another type


def is_crossed(error: BaseException) -> bool:
    """Tell whether transactions stood in each other's way: one of them is to come again."""
    return isinstance(error, asyncpg.DeadlockDetectedError | asyncpg.SerializationError)


#: Every way in which the driver, the server or the way to it fails.
FAILURES: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)


@contextmanager
def failing_as_storage(name: str) -> Iterator[None]:
    """Turn failures into ours."""
    try:
        yield
    except FAILURES as error:
        raise StorageError(f"{name}: {reason(error)}") from error


def reason(error: BaseException) -> str:
    """Say what failed, without the values that PostgreSQL and asyncpg quote: they may be a customer's."""
    if isinstance(error, asyncpg.PostgresError) and not isinstance(error, asyncpg.DataError):
        return str(error.args[0]) if error.args else type(error).__name__
    if isinstance(error, TimeoutError):
        return "it does not answer"
    if isinstance(error, OSError):
        return error.strerror or str(error)  # of several addresses asyncio tells all
    return type(error).__name__


async def finished(awaitable: Awaitable[T]) -> T:
    """Wait for what is under way to its end, though the caller be cancelled: it is done or undone.

    What is cancelled in the middle of a commit would be neither.
    """
    return await asyncio.shield(awaitable)


def _ordered(names: Any, params: Mapping[str, Param]) -> list[Param]:
    return [
        value.replace(_NUL, "\N{REPLACEMENT CHARACTER}")
        if isinstance(value := params[name], str) and _NUL in value
        else value
        for name in names
    ]
