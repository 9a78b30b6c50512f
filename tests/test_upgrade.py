"""A schema that is not this version's: who stops, and which command is named."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from cryptography.fernet import Fernet
from typer.testing import CliRunner

import storage
from chatops.__main__ import cli
from storage import SCHEMA, is_newer
from storage.migrate import current

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


def test_doctor_names_the_way_back_from_a_newer_schema(folder: Path) -> None:
    made_by(NEWER, folder)
    result = CliRunner().invoke(cli, ["doctor"], env={"COLUMNS": "400"})
    assert result.exit_code == 1
    assert storage.NEWER in " ".join(result.stdout.split())


def test_revisions_count_up() -> None:
    migrations = Path(storage.__file__).with_name("migrations")
    newest_first = list(ScriptDirectory(str(migrations)).walk_revisions())
    revisions = [each.revision for each in reversed(newest_first)]
    assert revisions == sorted(revisions)
    assert [is_newer(each) for each in revisions] == [False] * len(revisions)
