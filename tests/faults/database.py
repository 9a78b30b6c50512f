"""The databases that the service is tried on, each made anew and read from outside."""

import asyncio
import shutil
from pathlib import Path
from sqlite3 import connect
from typing import Any, Protocol

import asyncpg

from tests import postgres

#: A row, as the driver gives it.
Row = tuple[Any, ...]


class Database(Protocol):
    """A migrated database without rows."""

    name: str
    url: str

    async def rows(self, question: str) -> list[Row]:
        """Answer a question that both databases understand."""
        ...

    async def close(self) -> None: ...


class Postgres:
    """A database on the tests' server."""

    name = "PostgreSQL"

    def __init__(self, _folder: Path) -> None:
        self.url = postgres.create()
        self._pool: asyncpg.Pool | None = None

    async def rows(self, question: str) -> list[Row]:
        """Answer, however often the server is restarted meanwhile."""
        if self._pool is None:
            self._pool = await asyncpg.create_pool(self.url, min_size=0, max_size=4)
        while True:
            try:
                return [tuple(row) for row in await self._pool.fetch(question)]
            except (
                OSError,
                asyncpg.PostgresConnectionError,
                asyncpg.InterfaceError,
                asyncpg.InternalClientError,
            ):
                await asyncio.sleep(0.1)
            except (asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError):
                await asyncio.sleep(0.1)

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.terminate()
        postgres.drop(self.url)


class Sqlite:
    """A file, copied from one that is migrated."""

    name = "SQLite"

    def __init__(self, folder: Path, empty: Path) -> None:
        self.path = folder / "care.db"
        shutil.copyfile(empty, self.path)
        self.url = f"sqlite:///{self.path}"

    async def rows(self, question: str) -> list[Row]:
        with connect(f"file:{self.path}?mode=ro", uri=True) as db:
            found: list[Row] = db.execute(question).fetchall()
        db.close()
        return found

    async def close(self) -> None:
        """Nothing to do: the file goes with its folder."""
