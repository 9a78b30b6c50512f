"""Storage: the tables and what implements the ports Work, Reader and Vault on them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chatops.clock import Clock, SystemClock
from chatops.errors import ConfigError, StorageError
from storage.reader import SqliteReader
from storage.sqlite import Hold
from storage.tables import SCHEMA as SCHEMA
from storage.vault import StoredVault, fernet
from storage.work import SqliteWork

#: What to do about a database that a newer version made.
NEWER: Final = (
    "a newer version of the service made it: start that version, "
    "or put back the backup from before its `python -m chatops migrate`"
)
_SCHEME: Final = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Storage:
    """An open database, behind the three ports."""

    work: SqliteWork
    reader: SqliteReader
    vault: StoredVault
    path: Path

    def exposed(self) -> bool:
        """Tell whether anybody but the service's own user may open the database's file."""
        return bool(self.path.stat().st_mode & 0o077)

    async def close(self) -> None:
        """Finish what is under way, then close the file.

        The writer is last: it folds the write-ahead log into the file, which no reader may.
        """
        await self.reader.close()
        await self.work.close()


def open_storage(url: str, key: str | None, clock: Clock | None = None) -> Storage:
    """Open a database that `migrate` has made, e.g. `sqlite:///var/care.db`.

    `key` is CHATOPS_KEY; None where no tokens are kept. `clock` gives the transport time of leases
    and of card updates; None means the machine's.

    Raises:
        ConfigError: the address or the key cannot be used.
        StorageError: the file cannot be opened or is locked, or there is no folder for it yet.
    """
    clock = clock or SystemClock()
    path = sqlite_path(url)
    if not path.parent.exists():
        raise StorageError(f"{path}: there is no database: run `python -m chatops migrate`")
    seal = None if key is None else fernet(key)  # first: a fault leaves nothing open
    work = SqliteWork(path, clock)
    reader = SqliteReader(path)
    return Storage(work, reader, StoredVault(work, reader, seal, clock), path)


@contextmanager
def alone(url: str) -> Iterator[Path]:
    """Keep every `serve` from the database meanwhile; gives its file, which need not be there.

    Raises:
        ConfigError: the address cannot be used.
        StorageError: a process, which is named, serves it; or its folder cannot be made.
    """
    path = sqlite_path(url)
    hold = Hold(path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        hold.take()
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error
    try:
        yield path
    finally:
        hold.release()


def is_newer(schema: str | None) -> bool:
    """Tell whether a newer version than this one made the schema: revisions count up."""
    return schema is not None and schema > SCHEMA


def sqlite_path(url: str) -> Path:
    """Return the file of an address: three slashes for a relative path, four for an absolute one.

    Raises:
        ConfigError: the address is not one of a SQLite file.
    """
    path = url.removeprefix(_SCHEME)
    if path in {url, "", ":memory:"}:
        raise ConfigError(f"database: write {_SCHEME}var/care.db (a file), not {url}")
    return Path(path)
