"""Storage: the tables and what implements the ports Work, Reader and Vault on them.

SQLite serves one process on one machine; PostgreSQL serves any number.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chatops.clock import Clock, SystemClock
from chatops.errors import StorageError
from storage.address import is_postgres as is_postgres
from storage.address import named as named
from storage.address import sqlite_path as sqlite_path
from storage.reader import StoredReader
from storage.sqlite_reads import SqliteReads
from storage.tables import SCHEMA as SCHEMA
from storage.vault import StoredVault, fernet
from storage.work import SqliteWork

if TYPE_CHECKING:
    from storage.postgres_work import PostgresBell, PostgresWork

#: What to do about a database that a newer version made.
NEWER: Final = (
    "a newer version of the service made it: install that version or a newer one, "
    "or put back the backup from before its `python -m chatops migrate`"
)


@dataclass(frozen=True, slots=True)
class Storage:
    """An open database, behind the three ports."""

    work: "SqliteWork | PostgresWork"
    reader: StoredReader
    vault: StoredVault
    path: Path | None  #: of a file; None where a server keeps it
    bell: "PostgresBell | None"  #: None where no other process serves this database

    def exposed(self) -> bool:
        """Tell whether anybody but the service's own user may open the database's file."""
        return self.path is not None and bool(self.path.stat().st_mode & 0o077)

    async def close(self) -> None:
        """Finish what is under way, then close the database.

        The writer is last: it folds the write-ahead log into the file, which no reader may.
        """
        await self.reader.close()
        await self.work.close()


def open_storage(url: str, key: str | None, clock: Clock | None = None) -> Storage:
    """Open a database that `migrate` has made, e.g. `sqlite:///var/care.db`.

    `key` is CHATOPS_KEY; None where no tokens are kept. `clock` gives the transport time of leases
    and of card updates; None means the machine's. PostgreSQL is reached when it is first asked.

    Raises:
        ConfigError: the address or the key cannot be used.
        StorageError: the file cannot be opened or is locked, or there is no folder for it yet.
    """
    clock = clock or SystemClock()
    if is_postgres(url):
        # whose tickets are in a file does not wait for the driver at each start
        from storage.postgres_work import PostgresBell, PostgresReads, PostgresWork  # noqa: PLC0415

        seal = None if key is None else fernet(key)
        shared = PostgresWork(url, clock)
        reader = StoredReader(PostgresReads(url))
        vault = StoredVault(shared, reader, seal, clock)
        return Storage(shared, reader, vault, None, PostgresBell(url))
    path = sqlite_path(url)
    if not path.parent.exists():
        raise StorageError(f"{path}: there is no database: run `python -m chatops migrate`")
    seal = None if key is None else fernet(key)  # first: a fault leaves nothing open
    work = SqliteWork(path, clock)
    reader = StoredReader(SqliteReads(path))
    return Storage(work, reader, StoredVault(work, reader, seal, clock), path, None)


def open_reader(url: str) -> StoredReader:
    """Open a database to read it alone, beside whoever serves it; none is made.

    Raises:
        ConfigError: the address cannot be used.
        StorageError: there is no such file, or it cannot be opened.
    """
    if is_postgres(url):
        from storage.postgres_work import PostgresReads  # noqa: PLC0415 - as above

        return StoredReader(PostgresReads(url))
    return StoredReader(SqliteReads(sqlite_path(url)))


def is_newer(schema: str | None) -> bool:
    """Tell whether a newer version than this one made the schema: revisions count up."""
    return schema is not None and schema > SCHEMA
