"""Backing up and putting back, and a schema that is not this version's: who stops, and which command is named."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command as alembic
from alembic.config import Config
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from sqlalchemy import create_engine
from typer.testing import CliRunner

import storage
from chatops import terminal
from chatops.__main__ import cli
from storage import SCHEMA, is_newer
from storage.migrate import current

ROOT = Path(__file__).parents[1]
NEWER = "9999"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an app.yaml that needs nobody, and no database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHATOPS_KEY", Fernet.generate_key().decode())
    result = CliRunner().invoke(cli, ["init", "--sandbox", "--output", "app.yaml"])
    assert result.exit_code == 0, result.output
    return tmp_path


def made_by(revision: str, folder: Path) -> Path:
    """Migrate, and say that another version did it."""
    assert CliRunner().invoke(cli, ["migrate"]).exit_code == 0
    path = folder / "var" / "chatops.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = ?", [revision])
    return path


def ran(*command: str) -> str:
    """Run a command that has to succeed, and return what it says."""
    result = CliRunner().invoke(cli, list(command))
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def said(*command: str) -> str:
    """Run a command that has to fail, and return its sentence."""
    result = CliRunner().invoke(cli, list(command))
    assert (result.exit_code, result.stdout) == (1, "")
    return " ".join(result.stderr.split())


def test_serve_without_a_database_names_migrate(folder: Path) -> None:
    assert (
        said("serve")
        == f"{folder}/var/chatops.db: there is no database: run `python -m chatops migrate`"
    )
    (folder / "var").mkdir()
    assert said("serve").endswith(
        f"the schema is not there, this version wants {SCHEMA}: run `python -m chatops migrate`"
    )


def test_serve_on_an_older_schema_names_migrate(folder: Path) -> None:
    made_by("0000", folder)
    assert said("serve").endswith(
        f"the schema is 0000, this version wants {SCHEMA}: run `python -m chatops migrate`"
    )


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_newer_schema_is_left_alone_and_the_way_back_is_named(folder: Path, command: str) -> None:
    path = made_by(NEWER, folder)
    assert said(command).endswith(
        f"the schema is {NEWER}, this version wants {SCHEMA}: {storage.NEWER}"
    )
    assert current(f"sqlite:///{path}") == NEWER


def test_doctor_names_the_way_back_from_a_newer_schema(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_by(NEWER, folder)
    monkeypatch.setattr(terminal.out, "width", 400)  # a sentence is not parted
    result = CliRunner().invoke(cli, ["doctor"])
    assert result.exit_code == 1
    assert storage.NEWER in " ".join(result.stdout.split())


def test_backup_restore_pending_and_release_at_the_command_line(folder: Path) -> None:
    made_by(SCHEMA, folder)
    backup = folder / "var" / "backup.db"
    told = ran("backup", "var/backup.db")
    assert re.fullmatch(
        rf"var/backup.db: backup of [\d: -]+ UTC, schema {SCHEMA}: 0 ticket, 0 message, .*", told
    )
    assert oct(backup.stat().st_mode & 0o777) == "0o600"
    with closing(sqlite3.connect(backup)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    # the next one needs a name of its own: a backup is never written over
    assert said("backup", "var/backup.db").endswith("is there already; write another name")
    assert "nothing is held back" in ran("pending")
    told = ran("restore", "var/backup.db")
    assert f"the database that was there is kept as {folder}/var/chatops.db.before-" in told
    assert told.endswith("nothing goes out yet: start serve, look at `pending`, then `release`")
    assert "python -m chatops release lets it go" in ran("pending")
    assert ran("release") == "what waits goes out now"
    assert ran("release") == "nothing was held back"


def test_backup_of_an_older_version_is_migrated_as_it_is_put_back(folder: Path) -> None:
    path = made_by(SCHEMA, folder)
    older = folder / "older.db"
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).with_name("migrations")))
    with create_engine(f"sqlite:///{older}").connect() as connection:
        config.attributes["connection"] = connection
        alembic.upgrade(config, "0002")
    connection.engine.dispose()
    ran("restore", "older.db")
    assert current(f"sqlite:///{path}") == SCHEMA
    assert current(f"sqlite:///{older}") == "0002"


def test_revisions_count_up() -> None:
    migrations = Path(storage.__file__).with_name("migrations")
    newest_first = list(ScriptDirectory(str(migrations)).walk_revisions())
    revisions = [each.revision for each in reversed(newest_first)]
    assert revisions == sorted(revisions)
    assert [is_newer(each) for each in revisions] == [False] * len(revisions)
