"""Migrations make the very tables that storage.tables names."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import Session, select
from stored import KEY, NOW

import storage
from chatops import step
from chatops.errors import ConfigError, StorageError
from chatops.event import AlertLevel, Opened
from chatops.ports import Health
from chatops.sla import Clock, ClockKind, Outcome
from storage import SCHEMA, open_storage
from storage.instant import micros
from storage.migrate import current, head, upgrade
from storage.tables import METADATA, ActRow, TicketRow

CLOCK = Clock(ClockKind.FIRST_RESPONSE, 1, "tokyo", 3600, NOW, NOW + timedelta(hours=1))
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


# Alembic cannot compare an index of an expression; the texts below do
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
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
    opened = open_storage(f"sqlite:///{tmp_path}/care.db", KEY)
    assert await opened.reader.health(NOW) == Health(None, 0, 0, 0, 0, 0, None)
    assert await opened.reader.offset() == 0
    await opened.close()


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


def at_first(path: Path) -> sqlite3.Connection:
    """Make a database as the first release left it, with a ticket of that time."""
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    db = sqlite3.connect(path)
    at = micros(NOW)
    rows: list[tuple[str, tuple[object, ...]]] = [
        ("agent", (3, "ito", "K. Ito", "ja", '{"care":3}', True)),
        ("agent", (4, "anna", "Anna", None, "{}", False)),
        ("shift", (1, 3, at, True)),
        ("identity", ("slack", "U1", 3)),
        ("customer", (1, "x", "c1", "Tanaka_Taro", "田中　太郎", 12)),
        ("conversation", (1, "acme_x", "t1", 1, 1)),
        (
            "ticket",
            (
                *(1, 1, 1, "acme_x", "x", "mention", False, "care", "ja", "high", '["priority-x"]'),
                *(True, None, at, 4, "snoozed", "customer", 3, ",3,", 0, None),
                *("waiting_customer", None, None, None, False, None, None, None, "[]"),
            ),
        ),
    ]
    opened = (
        '{"conversation":1,"customer":1,"account":"acme_x","channel":"x","kind":"mention",'
        '"private":false,"queue":"care","language":"ja","priority":"high",'
        '"why":["priority-x"],"can_reply":true,"predecessor":null}'
    )
    snoozed = '{"reason":"waiting_customer","until":null,"agent":3}'
    for name, body in (
        ("Opened", opened),
        ("CustomerWrote", '{"message":1,"thanks":false}'),
        ("Claimed", '{"agent":3}'),
        ("Snoozed", snoozed),
    ):
        rows.append(("entry", (None, 1, at, None, None, name, body)))
    for table, values in rows:
        blanks = ", ".join("?" * len(values))
        db.execute(f"INSERT INTO {table} VALUES ({blanks})", values)  # noqa: S608 - tables of ours
    return db


MESSAGE_0001 = (
    "INSERT INTO message (id, account, direction, text, at, private, ticket, conversation, thanks,"
    " can_reply, deleted) VALUES (?, 'acme_x', 'inbound', ?, ?, 0, 1, 1, 0, 1, ?)"
)


@pytest.mark.anyio
async def test_a_database_of_the_first_release_is_brought_along(tmp_path: Path) -> None:
    """Its log folds to the same ticket, and all that was ever written is found."""
    path = tmp_path / "care.db"
    many = 4100  # several batches
    with closing(at_first(path)) as db:
        texts = [(id, f"word{id} を返金してください", micros(NOW), 0) for id in range(1, many)]
        db.executemany(MESSAGE_0001, [*texts, (many, "", micros(NOW), 1)])
        db.commit()
    url = f"sqlite:///{path}"
    upgrade(url)
    opened = open_storage(url, KEY)
    try:
        record = await opened.reader.record(1)
        assert record is not None
        first, *rest = await opened.reader.entries(1)
        assert isinstance(first.event, Opened)
        ticket, _ = step.opened(1, first.event, first.at)
        for entry in rest:
            outcome = step.step(ticket, entry.event, entry.at)
            assert isinstance(outcome, tuple)
            ticket, _ = outcome
        assert record.ticket == ticket
        assert (ticket.rule, ticket.tags, ticket.quiet, ticket.deeds) == (None, (), False, ())
        assert record.threads == {1: "t1"}
        assert not any(line.hidden for line in record.lines)
        for query in ("word1", "word2000", "word4099 返金", "@tanaka_taro", "田中 太郎"):
            hits, more = await opened.reader.search(query, ["care"], 5)
            assert ([hit.ticket.id for hit in hits], more) == ([1], False), query
        ito, anna = await opened.reader.agents()
        assert (ito.identities, ito.away, anna.away) == ({"slack": "U1"}, False, False)
        # it can be written to as any other
        await opened.work.transact(lambda tx: tx.save_ticket(replace(ticket, tags=("tent",))))
        saved = await opened.reader.ticket(1)
        assert saved == replace(ticket, tags=("tent",))
    finally:
        await opened.close()
    assert current(url) == SCHEMA


@pytest.mark.anyio
async def test_clocks_of_before_run_on_and_are_alerted_of_once(tmp_path: Path) -> None:
    path = tmp_path / "care.db"
    due, late, met = (replace(CLOCK, cycle=cycle) for cycle in (1, 2, 3))
    late = replace(late, breached_at=CLOCK.due_at, alerted=AlertLevel.BREACH)
    met = replace(met, stopped_at=NOW, outcome=Outcome.MET, elapsed_s=0)
    with closing(at_first(path)) as db:
        for clock in (due, late, met):
            db.execute(
                "INSERT INTO clock (ticket, kind, cycle, calendar, target_s, started_at, due_at,"
                " stopped_at, outcome, breached_at, elapsed_s) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(clock.kind, clock.cycle, clock.calendar, clock.target_s),
                    *(micros(clock.started_at), micros(clock.due_at), micros(clock.stopped_at)),
                    *(clock.outcome, micros(clock.breached_at), clock.elapsed_s),
                ),
            )
        db.commit()
    url = f"sqlite:///{path}"
    upgrade(url)
    opened = open_storage(url, KEY)
    try:
        kept = await opened.work.transact(lambda tx: tx.clocks(1))
        assert list(kept.values()) == [due, late, met]
        later = NOW + timedelta(days=1)
        assert await opened.work.transact(lambda tx: tx.to_alert(later, 9)) == [1]
        await opened.work.transact(lambda tx: tx.save_clock(1, replace(due, alert_at=None)))
        assert await opened.work.transact(lambda tx: tx.to_alert(later, 9)) == []
    finally:
        await opened.close()
