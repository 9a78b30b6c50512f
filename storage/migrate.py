"""Bring a database up to the newest migration. The only module that loads Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from chatops.errors import StorageError
from storage import NEWER, SCHEMA, is_newer, sqlite_path
from storage.sqlite import make_private

_MIGRATIONS: Final = Path(__file__).with_name("migrations")


def upgrade(url: str) -> None:
    """Run the migrations that are missing; the file and its folder are made if need be.

    Raises:
        ConfigError: the address cannot be used.
        StorageError: the file cannot be opened, is locked or damaged, or a newer version made it.
    """
    path = sqlite_path(url)
    with _failing_as_storage(path):
        if is_newer(found := current(url)):
            wanted = f"the schema is {found}, this version wants {SCHEMA}"
            raise StorageError(f"{path}: {wanted}: {NEWER}")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_private(path)
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["url"] = url
        command.upgrade(config, "head")


def current(url: str) -> str | None:
    """Return the database's revision, or None if it was never migrated.

    Raises:
        ConfigError: the address cannot be used.
        StorageError: the file cannot be opened, is locked or damaged.
    """
    path = sqlite_path(url)
    if not path.exists():  # opening it would make it
        return None
    engine = create_engine(url)
    try:
        with _failing_as_storage(path), engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def head() -> str | None:
    """Return the newest revision."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


@contextmanager
def _failing_as_storage(path: Path) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, OSError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error.strerror
        raise StorageError(f"{path}: {reason}") from error
