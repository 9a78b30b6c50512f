"""The databases that the service is tried on, each made anew and read from outside."""

import shutil
from pathlib import Path
from sqlite3 import connect
from typing import Any, Protocol

#: A row, as the driver gives it.
Row = tuple[Any, ...]


class Database(Protocol):
    """A migrated database without rows."""

    name: str
    url: str

    async def rows(self, question: str) -> list[Row]:
        """Answer a question that both databases understand."""
        ...


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
