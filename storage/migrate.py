"""Bring a database up to the newest migration. The only module that loads Alembic."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

_MIGRATIONS: Final = Path(__file__).with_name("migrations")


def upgrade(url: str) -> None:
    """Run the migrations that are missing; a SQLite file is made if need be."""
    command.upgrade(_config(url), "head")


def current(url: str) -> str | None:
    """Return the database's revision, or None if it was never migrated."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def head() -> str | None:
    """Return the newest revision."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = url
    return config
