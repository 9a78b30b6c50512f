"""Bring a database up to the newest migration. The only module that loads Alembic."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from chatops.errors import StorageError
from storage import NEWER, SCHEMA, is_newer
from storage.address import is_postgres, named, sqlite_path
from storage.sqlite import make_private

T = TypeVar("T")

_MIGRATIONS: Final = Path(__file__).with_name("migrations")

#: Held while PostgreSQL is migrated, so that of two who begin at once one waits. Any number will do.
_LOCK: Final = 0x63686174


def upgrade(url: str) -> None:
    """Run the migrations that are missing; a file and its folder are made if need be.

    All of them are one transaction: what is cut off leaves the database as it was.

    Raises:
        ConfigError: the address cannot be used.
        StorageError: the database cannot be opened, is locked or damaged, or a newer version made
            it.
    """
    with _failing_as_storage(url):
        if not is_postgres(url):
            path = sqlite_path(url)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _refuse_newer(url, current(url))
            make_private(path)
        _connected(url, lambda connection: _upgrade(url, connection))


def current(url: str) -> str | None:
    """Return the database's revision, or None if it was never migrated.

    Raises:
        ConfigError: the address cannot be used.
        StorageError: the database cannot be opened, is locked or damaged.
    """
    if not is_postgres(url) and not sqlite_path(url).exists():  # opening it would make it
        return None
    with _failing_as_storage(url):
        return _connected(url, _revision)


def head() -> str | None:
    """Return the newest revision."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def _upgrade(url: str, connection: Connection) -> None:
    if is_postgres(url):
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        _refuse_newer(url, _revision(connection))
        connection.commit()
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _refuse_newer(url: str, found: str | None) -> None:
    if is_newer(found):
        wanted = f"the schema is {found}, this version wants {SCHEMA}"
        raise StorageError(f"{named(url)}: {wanted}: {NEWER}")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _connected(url: str, fn: Callable[[Connection], T]) -> T:
    """Run `fn` on a connection of SQLAlchemy's, whatever loop runs around us."""
    if is_postgres(url):
        # asyncpg is the one driver that we have, and wants a loop of its own
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(lambda: asyncio.run(_in_loop(url, fn))).result()
    engine = create_engine(url)
    # the driver by itself begins none before a table is made or changed
    event.listen(engine, "connect", _leave_transactions_to_us)
    event.listen(engine, "begin", _begin)
    try:
        with engine.connect() as connection:
            return fn(connection)
    finally:
        engine.dispose()


def _leave_transactions_to_us(connection: Any, _record: object) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


async def _in_loop(url: str, fn: Callable[[Connection], T]) -> T:
    from storage.postgres import connect  # noqa: PLC0415 - as in open_storage

    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect(url))
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(fn)
    finally:
        await engine.dispose()


@contextmanager
def _failing_as_storage(url: str) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, OSError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error.strerror
        raise StorageError(f"{named(url)}: {reason}") from error
