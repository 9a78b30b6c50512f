"""The reads of SQLite: connections of their own that cannot write, in a small pool of threads.

Each call is one transaction and so shows one moment; WAL keeps it from waiting for the writer. The
pool is small because Python runs one thread at a time anyway: it is there for the disk's sake.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from sqlite3 import Error as SqliteError
from typing import Final, TypeVar

from storage.sqlite import SqliteDb, failing_as_storage, reading
from storage.statement import Db

T = TypeVar("T")

_THREADS: Final = 3


class SqliteReads:
    """Runs reads on a file that migrations have made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: SimpleQueue[SqliteDb] = SimpleQueue()
        for _ in range(_THREADS):
            self._idle.put(reading(path))
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="reader")

    async def run(self, fn: Callable[[Db], T]) -> T:
        """Run `fn` on a connection that cannot write, and return its result.

        Raises:
            StorageError: the file is damaged, gone, or was never migrated.
        """
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, fn)

    async def close(self) -> None:
        """Wait for the reads under way, then close the connections."""
        await asyncio.to_thread(self._pool.shutdown)
        while not self._idle.empty():
            self._idle.get().connection.close()

    def _read(self, fn: Callable[[Db], T]) -> T:
        db = self._idle.get()  # there are as many as threads: none waits
        try:
            with failing_as_storage(self._path):
                db.connection.execute("BEGIN")
                return fn(db)
        finally:
            with suppress(SqliteError):  # after some failures SQLite has rolled back by itself
                db.connection.execute("ROLLBACK")
            self._idle.put(db)
