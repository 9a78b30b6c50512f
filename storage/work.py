"""The writer of SQLite: one thread, and one commit for whatever waits.

Everything that is queued when the thread comes round runs in one BEGIN IMMEDIATE .. COMMIT, so that
64 callers share one flush to the disk. If a function of the group fails, the group is rolled back
and its members run again, each in a transaction of its own: a function may therefore run twice, and
only its last run counts. A result is given only after the commit that holds it.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from sqlite3 import Error as SqliteError
from threading import Thread
from time import monotonic
from typing import Final, TypeVar

from chatops.clock import Clock
from chatops.errors import StorageError
from chatops.ports import Tx
from storage.sqlite import Hold, writing
from storage.statement import Db
from storage.tx import StoredTx

T = TypeVar("T")

#: A group's size: past this the commit is shared well enough, and the first one waits too long.
GROUP: Final = 256

#: Commits after which the write-ahead log is folded into the file, as soon as nothing waits. SQLite
#: folds it at 1,000 pages by itself, within some commit, whose caller then waits for it.
FOLD: Final = 50

#: How long a write may wait before the work is in trouble; a healthy one waits milliseconds.
SLOW_S: Final = 3.0


class _Job:
    """A function with the future that waits for its result."""

    def __init__(
        self, fn: Callable[[Db], object], loop: asyncio.AbstractEventLoop, *, flushed: bool
    ) -> None:
        self.fn = fn
        self.loop = loop
        self.flushed = flushed
        self.future: asyncio.Future[object] = loop.create_future()
        self.queued_at = monotonic()
        self.result: object = None
        self.error: Exception | None = None

    def settle(self) -> None:
        if self.future.done():  # its caller was cancelled; what it asked for is done all the same
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class SqliteWork:
    """Implements chatops.ports.Work on a file; `clock` dates what becomes due by itself."""

    shared = False

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._hold = Hold(path)
        self._db = writing(path)
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._refusal: str | None = None  #: of the newest write, where the database refused it
        self._oldest_at: float | None = None  #: when the oldest job under way was queued
        self._thread = Thread(target=self._serve, name="writer", daemon=True)
        self._thread.start()

    def hold(self) -> None:
        """Keep other processes from serving this database, until `close` or our death.

        Raises:
            StorageError: another process, which is named, does.
        """
        self._hold.take()

    async def transact(self, fn: Callable[[Tx], T], *, flushed: bool = True) -> T:
        """Run `fn` in a transaction and return its result after the commit; see the port.

        Raises:
            StorageError: the database is locked, full or gone; nothing of `fn` was kept.
        """
        return await self.run(lambda db: fn(StoredTx(db, self._clock.transport())), flushed=flushed)

    async def run(self, fn: Callable[[Db], T], *, flushed: bool = True) -> T:
        """Run `fn` on the connection itself, like `transact`."""
        if self._closed:
            raise StorageError(f"{self._path.name}: closed")
        job = _Job(fn, asyncio.get_running_loop(), flushed=flushed)
        self._queue.put(job)
        return await job.future  # type: ignore[return-value]  # what fn returned

    def trouble(self) -> str | None:
        """Say why writes fail or wait; None while they go well."""
        if (since := self._oldest_at) is not None and (waited := monotonic() - since) > SLOW_S:
            return f"{self._path.name}: writes have waited for {waited:.0f} s"
        return self._refusal

    async def close(self) -> None:
        """Finish what is queued, then close the file."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        self._db.connection.close()
        self._hold.release()

    def _serve(self) -> None:
        more = True
        commits = 0
        while more:
            group, more = self._next_group()
            if not group:
                continue
            self._oldest_at = group[0].queued_at
            if not self._commit(group):
                for job in group:
                    self._commit([job])
            self._oldest_at = None
            _settle(group)
            commits += 1
            if commits >= FOLD and self._queue.empty():
                self._fold()
                commits = 0

    def _fold(self) -> None:
        """Fold what no reader looks at; a refusal is told to whoever writes next."""
        with suppress(SqliteError):
            self._db.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _next_group(self) -> tuple[list[_Job], bool]:
        """Wait for a job and return all that are there; False once the work is closed."""
        group: list[_Job] = []
        job = self._queue.get()
        while job is not None:
            group.append(job)
            if len(group) == GROUP or self._queue.empty():
                return group, True
            job = self._queue.get()
        return group, False

    def _commit(self, group: Sequence[_Job]) -> bool:
        """Run the group in one transaction; False if one failed and the members must run alone."""
        execute = self._db.connection.execute
        try:
            # in WAL mode NORMAL leaves out nothing but the flush at the commit
            flushed = any(job.flushed for job in group)
            execute(f"PRAGMA synchronous = {'FULL' if flushed else 'NORMAL'}")
            execute("BEGIN IMMEDIATE")
            for job in group:
                if not self._try(job):
                    self._roll_back()
                    return len(group) == 1
            execute("COMMIT")
            self._refusal = None
        except SqliteError as error:
            # locked at BEGIN, full at COMMIT: it would be no better for each alone
            self._roll_back()
            for job in group:
                job.error = self._refused(error)
        return True

    def _try(self, job: _Job) -> bool:
        job.error = None
        try:
            job.result = job.fn(self._db)
        except SqliteError as error:
            job.error = self._refused(error)
        except StopIteration as error:  # which no future takes
            job.error = RuntimeError("a transaction's function ended an iteration of its own")
            job.error.__cause__ = error
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the caller's
            job.error = error
        return job.error is None

    def _refused(self, error: SqliteError) -> StorageError:
        refusal = StorageError(f"{self._path.name}: {error}")
        refusal.__cause__ = error
        self._refusal = str(refusal)
        return refusal

    def _roll_back(self) -> None:
        # After some failures SQLite has rolled back by itself. Where it cannot roll back, the next
        # BEGIN is refused and rolled back again: the thread goes on, and each caller is told.
        with suppress(SqliteError):
            self._db.connection.execute("ROLLBACK")


def _settle(group: Sequence[_Job]) -> None:
    """Give each loop its results in one call; a loop that has ended has nobody waiting."""
    for loop in {job.loop for job in group}:
        mine = [job for job in group if job.loop is loop]
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_deliver, mine)


def _deliver(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job.settle()
