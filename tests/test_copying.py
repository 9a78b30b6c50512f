"""A filled database into an empty one on PostgreSQL, and from there into a backup and back."""

import os
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest
from care import KEY, Care, wrote
from shop import Shop
from sqlalchemy import Table
from typer.testing import CliRunner

from chatops import admin, app, copying, keeping
from chatops.__main__ import cli
from chatops.errors import ConfigError, StorageError
from chatops.event import CustomerForgotten
from chatops.forgetting import Again, forget
from chatops.step import fold
from storage import NEWER, SCHEMA, Storage, carry, open_storage
from storage import migrate as migrations
from storage.carry import PAGE, TABLES, reached, sum_of
from storage.carry import copying as copied_from
from storage.forgetting.listed import remember
from storage.postgres import SETTINGS
from storage.sqlite import Hold
from storage.statement import Db, Row
from tests import postgres

pytestmark = pytest.mark.anyio


@pytest.fixture
def empty() -> Iterator[str]:
    """A database on PostgreSQL without any table."""
    url = postgres.create(migrated=False)
    yield url
    postgres.drop(url)


@asynccontextmanager
async def at(url: str) -> AsyncIterator[Storage]:
    storage = open_storage(url, KEY)
    try:
        yield storage
    finally:
        await storage.close()


async def fill(care: Care) -> int:
    """Some of everything, more than a page of it; the newest ticket."""
    first = await care.opens(wrote("返金してください", who="mia", thread="t"))
    await care.did("ben", "claim", first)
    await care.did("ben", "note", first, fields={"text": "a \x00 in it"})
    await care.did("ben", "close", first, fields={"reason": "resolved"})
    second = await care.opens(wrote("Where is my tent?", who="leo"))
    now = care.hours.transport()

    def many(tx) -> None:  # type: ignore[no-untyped-def]
        for number in range(PAGE + 5):
            tx.store_raw("sandbox", "aozora", b"\x00%d" % number, now)
        tx.consent(1, 2, 1, now)
        tx.set_offset(60.0)

    await care.storage.work.transact(many)
    await care.storage.vault.save_tokens("aozora", {"access": "secret"})
    await care.storage.close()
    return second


def quietly(_table: str, _rows: int) -> None:
    """Who copies is not looking."""


async def test_all_of_it_arrives_and_goes_on(care: Care, shop: Shop, empty: str) -> None:
    newest = await fill(care)
    with closing(sqlite3.connect(care.path)) as db, db:  # a process had one in hand
        db.execute("UPDATE delivery SET owner = 7 WHERE id = 1")
    seen: dict[str, int] = {}
    done = await copying.copy(shop.config, empty, seen.__setitem__)
    assert (done.rows["ticket"], done.rows["raw_body"]) == (2, PAGE + 5)
    assert {name: seen[name] for name in done.rows} == done.rows
    assert done.proof > newest
    assert postgres.ask(empty, "SELECT count(*) FROM ticket") == [(2,)]
    owned = "SELECT id, owner FROM delivery WHERE owner IS NOT NULL"
    assert postgres.ask(empty, owned) == [(1, 0)]
    async with at(empty) as storage:
        assert await storage.reader.run(copied_from) is None
        for word in ("返金", "tent"):
            hits, _ = await storage.reader.search(word, ["global"], 5)
            assert len(hits) == 1, word
        lines = await storage.reader.messages(1)
        assert [line.text for line in lines][1] == "a \N{REPLACEMENT CHARACTER} in it"
        for id in (1, 2):
            log = await storage.reader.entries(id)
            ticket = await storage.reader.ticket(id)
            assert fold(id, [(entry.event, entry.at) for entry in log]) == ticket
        assert (await storage.vault.state("aozora")).tokens == {"access": "secret"}
        assert await storage.reader.offset() == 60.0
        raw = await storage.work.transact(
            lambda tx: tx.store_raw("sandbox", "aozora", b"", care.hours.transport())
        )
        assert raw == PAGE + 6


async def test_what_was_cut_off_goes_on_and_is_not_served_before(
    care: Care, shop: Shop, empty: str
) -> None:
    await fill(care)

    class Cut(Exception):
        pass

    def cut(table: str, rows: int) -> None:
        if (table, rows) == ("raw_body", PAGE):
            raise Cut

    with pytest.raises(Cut):
        await copying.copy(shop.config, empty, cut)
    shop.environment["SANDBOX_DATABASE"] = empty
    async with app.opened(shop.config) as service:
        with pytest.raises(ConfigError, match=r"the copy of .*care.db into it is not finished"):
            await app._check_schema(service)
    shop.environment["SANDBOX_DATABASE"] = f"sqlite:///{shop.database}"
    again: list[tuple[str, int]] = []
    done = await copying.copy(shop.config, empty, lambda *each: again.append(each))
    assert done.rows["raw_body"] == PAGE + 5
    assert ("raw_body", 5) in again


async def test_target_that_is_not_empty_is_left_alone(care: Care, shop: Shop, empty: str) -> None:
    await fill(care)
    await copying.copy(shop.config, empty, quietly)
    with pytest.raises(StorageError, match="is not empty: make a new database, and copy into"):
        await copying.copy(shop.config, empty, quietly)
    with pytest.raises(ConfigError, match="is what would be copied"):
        await copying.copy(shop.config, f"sqlite:///{shop.database}", quietly)


async def test_copy_of_another_database_is_not_gone_on_with(
    care: Care, shop: Shop, empty: str, tmp_path: Path
) -> None:
    await fill(care)

    def cut(_table: str, _rows: int) -> None:
        raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        await copying.copy(shop.config, empty, cut)
    shop.environment["SANDBOX_DATABASE"] = f"sqlite:///{tmp_path}/other.db"
    with pytest.raises(ConfigError, match="run `python -m chatops migrate`"):
        await copying.copy(shop.config, empty, quietly)
    admin.migrate(shop.config)
    with pytest.raises(StorageError, match=r"a copy of .*care.db into it was begun"):
        await copying.copy(shop.config, empty, quietly)


async def test_tables_of_another_version_are_not_migrated_but_left_alone(
    care: Care, shop: Shop, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    admin.migrate(shop.config)
    await keeping.back_up(shop.config, tmp_path / "copy.db")
    of_version = "UPDATE alembic_version SET version_num = '{}' RETURNING version_num"
    migrations.upgrade(empty)
    for found in ("0003", "9999"):
        postgres.ask(empty, of_version.format(found))
        with pytest.raises(StorageError, match=f"its schema is {found}: .* and copy into that$"):
            await copying.copy(shop.config, empty, quietly)
        shop.environment["SANDBOX_DATABASE"] = empty
        with pytest.raises(StorageError, match=f"its schema is {found}: .* and restore into that"):
            await keeping.restore(shop.config, tmp_path / "copy.db")
        shop.environment["SANDBOX_DATABASE"] = f"sqlite:///{shop.database}"
        assert migrations.current(empty) == found


async def test_source_of_a_newer_version_names_the_way_back(shop: Shop, empty: str) -> None:
    admin.migrate(shop.config)
    with closing(sqlite3.connect(shop.database)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError) as refused:
        await copying.copy(shop.config, empty, quietly)
    assert str(refused.value).endswith(f"is 9999, this version wants {SCHEMA}: {NEWER}")


async def test_restore_that_was_cut_off_is_begun_anew_in_a_new_database(
    care: Care, shop: Shop, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await fill(care)
    file = tmp_path / "copy.db"
    await keeping.back_up(shop.config, file)

    async def cut(*_: object) -> None:
        raise KeyboardInterrupt

    shop.environment["SANDBOX_DATABASE"] = empty
    with monkeypatch.context() as patched:
        patched.setattr(copying, "_proven", cut)
        with pytest.raises(KeyboardInterrupt):
            await keeping.restore(shop.config, file)
    with pytest.raises(StorageError, match="was cut off: make a new database, and restore into"):
        await keeping.restore(shop.config, file)
    async with app.opened(shop.config) as service:
        with pytest.raises(ConfigError, match=r"run `python -m chatops restore` into that$"):
            await app._check_schema(service)


@pytest.mark.parametrize("held", ["source", "target"])
async def test_copy_is_refused_while_either_database_is_served(
    shop: Shop, tmp_path: Path, held: str
) -> None:
    admin.migrate(shop.config)
    target = tmp_path / "target.db"
    before = shop.database.read_bytes()
    serving = Hold({"source": shop.database, "target": target}[held])
    serving.take()
    with pytest.raises(
        StorageError, match=rf"process {os.getpid()} is serving this database; stop"
    ):
        await copying.copy(shop.config, f"sqlite:///{target}", quietly)
    serving.release()
    assert (shop.database.read_bytes() == before, target.exists()) == (True, False)


async def test_what_did_not_arrive_as_it_left_is_told(care: Care, shop: Shop, empty: str) -> None:
    await fill(care)

    def meddle(table: str, _rows: int) -> None:
        if table == "delivery":
            postgres.ask(empty, "UPDATE message SET text = 'other' WHERE id = 1 RETURNING id")

    with pytest.raises(StorageError, match="of message 3 rows left and 3 arrived"):
        await copying.copy(shop.config, empty, meddle)


async def test_process_that_serves_the_target_is_named(care: Care, shop: Shop, empty: str) -> None:
    await fill(care)
    await copying.copy(shop.config, empty, quietly)
    async with at(empty) as storage:
        await storage.work.transact(lambda tx: tx.enrol("host:77", 60))
    with pytest.raises(StorageError, match="process host:77 is serving this database; stop it"):
        await copying.copy(shop.config, empty, quietly)


async def test_backup_of_postgresql_is_a_file_and_goes_into_an_empty_database(
    care: Care, shop: Shop, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await fill(care)
    await copying.copy(shop.config, empty, quietly)
    shop.environment["SANDBOX_DATABASE"] = empty
    # the file takes longer than the server is patient with others
    monkeypatch.setitem(SETTINGS, "idle_in_transaction_session_timeout", "2s")
    pause = iter(["SELECT pg_sleep(2.5)"])

    def slowly(target: Db, table: Table, rows: Sequence[Row]) -> None:
        for each in pause:
            postgres.ask(empty, each)
        put(target, table, rows)

    put = carry.put
    monkeypatch.setattr(carry, "put", slowly)
    made = await keeping.back_up(shop.config, tmp_path / "copy.db")
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert (made.rows["ticket"], made.rows["raw_body"]) == (2, PAGE + 5)
    with pytest.raises(StorageError, match="is not empty: make a new database, and restore into"):
        await keeping.restore(shop.config, tmp_path / "copy.db")
    fresh = postgres.create(migrated=False)
    try:
        shop.environment["SANDBOX_DATABASE"] = fresh
        done = await keeping.restore(shop.config, tmp_path / "copy.db")
        assert (done.aside, done.doubted.posts > 0) == (None, True)
        waits = await keeping.pending(shop.config)
        assert waits.held_since == made.made_at
        assert {each.state for each in waits.counts} <= {"in doubt", "update"}
        assert await keeping.release(shop.config)
        async with at(empty) as left, at(fresh) as right:
            for table in TABLES:
                if table.name not in {"delivery", "setting"}:
                    sums = [
                        await each.reader.run(lambda db, t=table: sum_of(db, t))
                        for each in (left, right)
                    ]  # type: ignore[misc]
                    assert sums[0] == sums[1], table.name
    finally:
        postgres.drop(fresh)


async def test_person_is_forgotten_on_postgresql_too(
    care: Care, shop: Shop, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await fill(care)
    await copying.copy(shop.config, empty, quietly)
    shop.environment["SANDBOX_DATABASE"] = empty
    # bodies of nobody, which nobody can read
    postgres.ask(empty, "UPDATE raw_body SET state = 'unreadable' RETURNING id")
    before = tmp_path / "before.db"
    await keeping.back_up(shop.config, before)
    done = await forget(shop.config, "1", lambda plan: plan.tickets == 2)  # both, by consent
    assert done is not None
    words = postgres.ask(empty, "SELECT DISTINCT text FROM message")
    assert words == [("",)]
    assert postgres.ask(empty, "SELECT DISTINCT name FROM customer") == [("—",)]
    assert postgres.ask(empty, "SELECT count(*) FROM message_words") == [(0,)]
    async with at(empty) as storage:
        assert (await storage.reader.entries(2))[-1].event == CustomerForgotten()
    (listed,) = (tmp_path / "var").glob("*.forgotten")
    assert listed.read_text("utf-8").count("\n") == 2
    # a restore goes into a database of another name
    fresh = postgres.create(migrated=False)
    try:
        shop.environment["SANDBOX_DATABASE"] = fresh
        assert (await keeping.restore(shop.config, before)).forgotten == Again(2, 2)
        assert postgres.ask(fresh, "SELECT DISTINCT name FROM customer") == [("—",)]
    finally:
        postgres.drop(fresh)


async def test_copy_takes_the_list_of_the_forgotten_along(
    care: Care, shop: Shop, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    await care.storage.work.run(lambda db: remember(db, "digest", care.hours.transport()))
    await fill(care)
    await copying.copy(shop.config, empty, quietly)
    (listed,) = (tmp_path / "var").glob("*.forgotten")
    assert listed.read_text("utf-8").startswith('["digest", ')


async def test_texts_are_written_again_for_no_two_databases_order_them_alike(care: Care) -> None:
    await fill(care)
    async with at(f"sqlite:///{care.path}") as storage:
        keys = {
            table.name: await storage.reader.run(lambda db, t=table: reached(db, t))  # type: ignore[misc]
            for table in TABLES
        }
    assert (keys["act"], keys["identity"], keys["setting"]) == (None, None, None)
    assert (keys["ticket"], keys["consent"], keys["turn"]) == ((2,), (1, 2), None)


async def test_copy_at_the_command_line(
    care: Care, shop: Shop, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(care)
    for name, value in shop.environment.items():
        monkeypatch.setenv(name, value)
    from concurrent.futures import ThreadPoolExecutor

    from shop import APP_YAML

    with ThreadPoolExecutor(1) as thread:  # it runs a loop of its own
        words = ["copy", "--to", empty, "--config", str(APP_YAML)]
        done = thread.submit(lambda: CliRunner().invoke(cli, words)).result()
    assert done.exit_code == 0, done.output
    assert "ticket: 2 rows, alike on both sides" in done.stdout
    assert "a ticket was made there as proof (#3), and taken back" in done.stdout
