"""Backups: whole SQLite files, made of any database while it is served, and checked."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial as partial_
from pathlib import Path
from typing import Final

from sqlalchemy import func, literal, select

from chatops.errors import StorageError
from storage import NEWER, SCHEMA, Storage, carry, is_newer
from storage.instant import instant
from storage.migrate import upgrade
from storage.sqlite import SqliteDb, failing_as_storage, make_private
from storage.statement import Db, Statement

#: The setting that says, in a backup, when it was made.
MADE_AT: Final = "backed_up_at"

#: What people ask of a backup: is it all there?
_COUNTED: Final = ("ticket", "message", "customer", "entry", "delivery", "raw_body")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was found whole."""

    file: Path
    schema: str
    made_at: datetime  #: transport time; where it was copied by hand, of the newest row
    rows: dict[str, int]


def back_up(database: Path, file: Path, now: datetime) -> Backup:
    """Copy a database, which may be served meanwhile, into a file that is not there yet.

    It shows one moment, holds no word that was deleted before, and appears under its name once it
    has been checked and is on the disk.

    Raises:
        StorageError: there is no database, the file is there or cannot be written, or the database
            is damaged.
    """
    if not database.exists():
        raise StorageError(f"{database}: there is no database")
    with (
        _written(file, now) as partial,
        _failing(partial),
        closing(_connected(database, "ro")) as db,
    ):
        db.execute("VACUUM INTO ?", [str(partial)])
        _drop_old_words(partial)
    return examined(file)


def _drop_old_words(file: Path) -> None:
    """Merge the full-text index, which keeps the words of rows that are gone until then."""
    with closing(_connected(file, "rw")) as db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'message_words'").fetchone():
            db.execute("PRAGMA secure_delete = ON")
            db.execute("INSERT INTO message_words(message_words) VALUES ('optimize')")


async def export(storage: Storage, file: Path, now: datetime) -> Backup:
    """Copy what a server keeps into a file, as of one moment, as `back_up` does a file.

    Raises:
        StorageError: the file is there or cannot be written, or the server is away.
    """
    with _written(file, now) as partial:
        upgrade(f"sqlite:///{partial}")
        await storage.reader.run(partial_(_export, file=partial))
    return examined(file)


def _export(source: Db, file: Path) -> None:
    with _failing(file), closing(_connected(file, "rw")) as connection:
        target = SqliteDb(connection)
        source.all(_PATIENTLY)
        connection.execute("BEGIN")
        for table in carry.TABLES:
            left = carry.Sum()
            for rows in carry.pages(source, table):
                carry.put(target, table, rows)
                left = left.plus(rows)
            if left != carry.sum_of(target, table):
                raise StorageError(f"{file}: {table.name} did not arrive as it was; try again")
        connection.execute("COMMIT")


@contextmanager
def _written(file: Path, now: datetime) -> Iterator[Path]:
    """Give a file to be filled, which gets its name once it is whole and on the disk."""
    if file.exists():
        raise StorageError(f"{file}: is there already; write another name")
    partial = file.with_name(f".{file.name}.partial")
    try:
        with _failing(file):
            discard(partial)
            make_private(partial)
        yield partial
        with _failing(partial), closing(_connected(partial, "rw")) as db:
            db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", [MADE_AT, now.isoformat()])
        examined(partial)
        with _failing(file):
            _flush(partial)
            partial.rename(file)
            _flush(file.parent)
    finally:
        discard(partial)


def examined(file: Path) -> Backup:
    """Look a backup through, whatever version made it.

    Raises:
        StorageError: it is not there, damaged, none of ours, or a newer version made it.
    """
    if not file.is_file():
        raise StorageError(f"{file}: there is no such file")
    with _failing(file), closing(_connected(file, "ro")) as db:
        known = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        if not {"alembic_version", *_COUNTED} <= known:
            raise StorageError(f"{file}: is no backup of this service's database")
        (schema,) = db.execute("SELECT version_num FROM alembic_version").fetchone()
        if is_newer(schema):
            raise StorageError(
                f"{file}: its schema is {schema}, this version knows {SCHEMA}: {NEWER}"
            )
        (found,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok" or db.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise StorageError(f"{file}: is damaged ({found}); take an older backup")
        rows = {name: _one(db, f"SELECT count(*) FROM {name}") for name in _COUNTED}  # noqa: S608
        return Backup(file, schema, _made_at(db), rows)


def copied(file: Path, to: Path) -> None:
    """Copy a backup to where it can be prepared, for our user alone.

    Raises:
        StorageError: there is no room for it, or it cannot be read.
    """
    with _failing(to):
        discard(to)
        make_private(to)
        with closing(_connected(file, "ro")) as source, closing(_connected(to, "rw")) as target:
            source.backup(target)


def restoring(database: Path) -> Path:
    """Return where a backup is prepared; what is there while nobody restores was left by a crash."""
    return database.with_name(f".{database.name}.restoring")


def exchange(prepared: Path, database: Path, now: datetime) -> Path | None:
    """Put a prepared database in the place of the one that is there; where that one is kept.

    Raises:
        StorageError: a file cannot be renamed.
    """
    aside = database.with_name(f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}")
    with _failing(database):
        was_there = database.exists()
        if was_there:
            with suppress(sqlite3.Error), closing(_connected(database, "rw")) as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _flush(prepared)  # which may take long: between the renames there is no database
        # also where the file is lost: the log of another database would spoil the one put here
        for each in ("-wal", "-shm", ""):
            with suppress(FileNotFoundError):
                database.with_name(database.name + each).rename(aside.with_name(aside.name + each))
        prepared.rename(database)
        _flush(database.parent)
    return aside if was_there else None


def discard(path: Path) -> None:
    """Remove a database that nobody wants, with the files beside it."""
    for each in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + each).unlink(missing_ok=True)


def take_over_tokens(current: Path, prepared: Path) -> int:
    """Keep the accounts' tokens of the database that is replaced; how many accounts.

    A network's tokens go on changing after a backup, and an old one works no more. Where the
    current database is damaged, or of another version, the backup's stay.
    """
    if not current.exists():
        return 0
    with suppress(sqlite3.Error), closing(_connected(prepared, "rw")) as db:
        db.execute("ATTACH ? AS theirs", [f"{current.absolute().as_uri()}?mode=ro"])
        return db.execute(
            "INSERT OR REPLACE INTO account_state (account, tokens, heard_at, revoked) "
            "SELECT account, tokens, heard_at, revoked FROM theirs.account_state "
            "WHERE tokens IS NOT NULL"
        ).rowcount
    return 0


def forgotten_in(current: Path) -> list[tuple[str, int]]:
    """Return whom a database that is replaced has forgotten; of a damaged one nobody is known."""
    if not current.exists():
        return []
    with suppress(sqlite3.Error), closing(_connected(current, "ro")) as db:
        return db.execute("SELECT digest, at FROM forgotten").fetchall()
    return []


#: We hold no row there that anybody waits for, however long the file takes meanwhile.
_PATIENTLY: Final = Statement(
    select(literal(0)),
    postgres=select(
        func.set_config("idle_in_transaction_session_timeout", "0", literal(value=True))
    ),
)


def _made_at(db: sqlite3.Connection) -> datetime:
    row = db.execute("SELECT value FROM setting WHERE name = ?", [MADE_AT]).fetchone()
    if row is not None:
        return datetime.fromisoformat(row[0])
    newest = max(
        _one(db, "SELECT coalesce(max(received_at), 0) FROM raw_body"),
        _one(db, "SELECT coalesce(max(taken_at), 0) FROM delivery"),
    )
    return instant(newest).astimezone(UTC)


def _one(db: sqlite3.Connection, question: str) -> int:
    return int(db.execute(question).fetchone()[0])


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, isolation_level=None)


def _flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    opened = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _failing(path: Path) -> Iterator[None]:
    with failing_as_storage(path):
        try:
            yield
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error
