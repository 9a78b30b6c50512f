"""PostgreSQL's transactions, reads, and the bell by which processes wake each other.

Each function runs in a transaction of its own, READ COMMITTED: what is to be changed is locked when
it is read. Where two transactions stand in each other's way, or a connection breaks before the
commit, the function runs again. Whose connection breaks within the commit cannot know.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any, Final, TypeVar

import structlog
from sqlalchemy.util import greenlet_spawn

from chatops.clock import Clock
from chatops.errors import StorageError, Uncertain
from chatops.ports import Tx
from storage.address import named
from storage.postgres import (
    FAILURES,
    READERS,
    STATEMENT_S,
    WRITERS,
    Pool,
    PostgresDb,
    connect,
    failing_as_storage,
    finished,
    is_crossed,
    is_cut,
    reason,
)
from storage.statement import Db
from storage.tx import StoredTx

T = TypeVar("T")

#: How often a transaction is tried that others stand in the way of, or whose connection breaks.
TRIES: Final = 8

#: The longest wait before the second try; each later one may be twice as long.
JITTER_S: Final = 0.01

#: How long a write may wait before the work is in trouble; a healthy one waits milliseconds.
SLOW_S: Final = 3.0

#: Rings of so short a time are one: a notification takes a lock that all commits share.
HUSH_S: Final = 0.02

#: How long to wait before a connection that listens is opened again.
RECONNECT_S: Final = 1.0

_CHANNEL: Final = "chatops"

_log = structlog.get_logger(__name__)


class PostgresWork:
    """Implements chatops.ports.Work; `clock` dates what becomes due by itself."""

    shared = True

    def __init__(self, url: str, clock: Clock) -> None:
        self._pool = Pool(url, WRITERS)
        self._clock = clock
        self._closed = False
        self._under_way: dict[asyncio.Task[Any], float] = {}  #: since when
        self._refusal: str | None = None  #: of the newest write, where the database refused it

    def hold(self) -> None:
        """Do nothing: any number of processes may serve this database."""

    async def transact(self, fn: Callable[[Tx], T], *, flushed: bool = True) -> T:
        """Run `fn` in a transaction and return its result after the commit; see the port.

        Raises:
            StorageError: the database is gone, full or too busy; nothing of `fn` was kept.
            Uncertain: the connection broke within the commit.
        """
        return await self.run(lambda db: fn(StoredTx(db, self._clock.transport())), flushed=flushed)

    async def run(self, fn: Callable[[Db], T], *, flushed: bool = True) -> T:
        """Run `fn` on a connection itself, like `transact`."""
        if self._closed:
            raise StorageError(f"{self._pool.name}: closed")
        task = asyncio.create_task(self._tried(fn, flushed=flushed))
        self._under_way[task] = monotonic()
        task.add_done_callback(self._under_way.pop)
        return await finished(task)

    def trouble(self) -> str | None:
        """Say why writes fail or wait; None while they go well."""
        waited = monotonic() - min(self._under_way.values(), default=monotonic())
        if waited > SLOW_S:
            return f"{self._pool.name}: writes have waited for {waited:.0f} s"
        return self._refusal

    async def close(self) -> None:
        """Finish what is under way, then close the connections."""
        if self._closed:
            return
        self._closed = True
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self._pool.close()

    async def _tried(self, fn: Callable[[Db], T], *, flushed: bool) -> T:
        begin = "BEGIN" if flushed else "BEGIN; SET LOCAL synchronous_commit TO off"
        for tried in range(1, TRIES + 1):
            try:
                async with self._pool.connection() as connection:
                    result = await _once(connection, begin, fn)
            except FAILURES as error:
                if tried == TRIES or not (is_crossed(error) or is_cut(error)):
                    raise self._refused(error) from error
            except StorageError as error:
                self._refusal = str(error)
                raise
            else:
                self._refusal = None
                return result
            await asyncio.sleep(random.uniform(0, JITTER_S * 2**tried))  # noqa: S311
        raise AssertionError("unreachable")

    def _refused(self, error: BaseException) -> StorageError:
        self._refusal = f"{self._pool.name}: {reason(error)}"
        return StorageError(self._refusal)


class PostgresReads:
    """Runs reads: each in a transaction that sees one moment and cannot write."""

    def __init__(self, url: str) -> None:
        self._pool = Pool(url, READERS)

    async def run(self, fn: Callable[[Db], T]) -> T:
        """Run `fn` on a connection that cannot write, and return its result.

        Raises:
            StorageError: the database is gone, or was never migrated.
        """
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        for tried in range(1, TRIES + 1):
            try:
                async with self._pool.connection() as connection:
                    return await _once(connection, begin, fn)
            except FAILURES as error:
                if tried == TRIES or not is_cut(error):
                    raise StorageError(f"{self._pool.name}: {reason(error)}") from error
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """Wait for the reads under way, then close the connections."""
        await self._pool.close()


class PostgresBell:
    """Tells the other processes that something is to be done, and hears it from them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Tell the others, soon."""
        self._rung.set()

    async def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard` whenever another process rings, for ever.

        What is missed while the connection is broken, the slow poll beneath finds.
        """
        while True:
            try:
                await self._listen(heard)
            except StorageError as error:
                _log.warning("bell.broken", error=str(error))
                heard()
                await asyncio.sleep(RECONNECT_S)

    async def _listen(self, heard: Callable[[], None]) -> None:
        connection = await connect(self._url)
        broken = asyncio.Event()
        ours = connection.get_server_pid()

        def hear(_connection: Any, pid: int, _channel: str, _payload: str) -> None:
            if pid != ours:
                heard()

        def end(_connection: Any) -> None:
            broken.set()
            self._rung.set()

        with failing_as_storage(named(self._url)):
            connection.add_termination_listener(end)
            try:
                await connection.add_listener(_CHANNEL, hear)
                heard()
                while not broken.is_set():
                    await self._rung.wait()
                    self._rung.clear()
                    await connection.execute(f"NOTIFY {_CHANNEL}", timeout=STATEMENT_S)
                    await asyncio.sleep(HUSH_S)
            finally:
                connection.terminate()
        raise StorageError(f"{named(self._url)}: the connection that listens has ended")


async def _once(connection: Any, begin: str, fn: Callable[[Db], T]) -> T:
    """Run a function in one transaction; a failure of the driver's is raised as it is."""
    await connection.execute(begin)
    try:
        result = await greenlet_spawn(fn, PostgresDb(connection))
    except BaseException:
        with suppress(*FAILURES):  # of a broken connection the server rolls back by itself
            await connection.execute("ROLLBACK")
        raise
    try:
        await connection.execute("COMMIT")
    except FAILURES as error:
        if is_cut(error) or isinstance(error, TimeoutError):
            raise Uncertain(f"the connection broke within a commit: {reason(error)}") from error
        raise
    return result
