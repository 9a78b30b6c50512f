"""Migrations make the very tables that storage.tables names."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import Session, select
from stored import KEY, NOW

from chatops.errors import ConfigError, StorageError
from chatops.ports import Health
from storage import SCHEMA, open_storage
from storage.migrate import current, head, upgrade
from storage.tables import METADATA, ActRow, TicketRow

FULL_TEXT = {
    f"message_words{suffix}" for suffix in ("", "_data", "_idx", "_content", "_docsize", "_config")
}


def is_ours(_object: object, name: str | None, *_: object) -> bool:
    return name not in FULL_TEXT


def schema(path: Path) -> dict[str, str]:
    """Return every table's and index's statement, without the spaces.

    The full-text index is a virtual table with several of its own, which no metadata can name.
    """
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql NOT NULL AND name <> 'alembic_version'"
        ).fetchall()
    return {name: re.sub(r"\s+", "", sql) for name, sql in rows if name not in FULL_TEXT}


def test_migrations_and_tables_agree(tmp_path: Path) -> None:
    migrated, made = tmp_path / "migrated.db", tmp_path / "made.db"
    upgrade(f"sqlite:///{migrated}")
    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": is_ours})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()
    # Alembic compares no partial index's condition; the texts do
    engine = create_engine(f"sqlite:///{made}")
    METADATA.create_all(engine)
    engine.dispose()
    assert {k: v for k, v in schema(migrated).items() if "INDEX" in v} == {
        k: v for k, v in schema(made).items() if "INDEX" in v
    }
    assert schema(migrated).keys() == schema(made).keys()


def test_the_revision_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/care.db"
    assert current(url) is None
    upgrade(url)
    assert current(url) == head() == SCHEMA
    upgrade(url)  # there is nothing left to do
    assert current(url) == SCHEMA


@pytest.mark.anyio
async def test_a_database_that_was_never_migrated_says_so(tmp_path: Path) -> None:
    storage = open_storage(f"sqlite:///{tmp_path}/care.db", KEY)
    assert await storage.reader.health(NOW) == Health(None, 0, 0, 0, 0, 0, None)
    assert await storage.reader.offset() == 0
    await storage.close()


def test_the_service_does_not_load_alembic() -> None:
    code = "import sys, storage; sys.exit('alembic' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0


def test_the_tables_serve_administration(tmp_path: Path) -> None:
    """By SQLModel a time is a time, not the number that is stored."""
    url = f"sqlite:///{tmp_path}/care.db"
    upgrade(url)
    engine = create_engine(url)
    with Session(engine) as session:
        session.add(ActRow(key="k", at=NOW))
        session.commit()
        assert session.exec(select(ActRow).where(ActRow.at == NOW)).one().at == NOW
        assert session.exec(select(TicketRow)).all() == []
    engine.dispose()


def test_the_folder_is_made(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path}/var/deep/care.db")
    assert (tmp_path / "var/deep/care.db").exists()


def test_a_look_makes_no_file(tmp_path: Path) -> None:
    assert current(f"sqlite:///{tmp_path}/care.db") is None
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_migrated_is_said(tmp_path: Path) -> None:
    damaged = tmp_path / "care.db"
    damaged.write_bytes(b"no database " * 1000)
    for refused in (upgrade, current):
        with pytest.raises(StorageError, match="not a database"):
            refused(f"sqlite:///{damaged}")
        with pytest.raises(ConfigError):
            refused("mysql://care")
    with pytest.raises(StorageError, match="exists"):
        upgrade(f"sqlite:///{damaged}/care.db")  # a file stands where the folder should
