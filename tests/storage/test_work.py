"""The writer: all or nothing, in groups, and what it says when the database refuses."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from stored import KEY, NOW, Turned, given, of_sqlite, said, storage_for

import storage.sqlite as driver
from chatops.errors import ConfigError, StorageError
from chatops.ports import Tx
from storage import Storage, open_storage, sqlite_path
from storage.migrate import upgrade
from storage.sqlite import SqliteDb
from storage.statement import Db
from storage.work import FOLD

pytestmark = pytest.mark.anyio


class Stalled:
    """Holds the writer thread, so that what comes meanwhile forms one group."""

    def __init__(self) -> None:
        self.begun, self.go = Event(), Event()

    def __call__(self, _: Tx) -> None:
        self.begun.set()
        self.go.wait(10)


async def grouped(storage: Storage, *functions: Callable[[Tx], object]) -> list[object]:
    """Run functions in one group and return their results or exceptions."""
    stalled = Stalled()
    first = asyncio.create_task(storage.work.transact(stalled))
    await asyncio.to_thread(stalled.begun.wait, 10)
    tasks = [asyncio.create_task(storage.work.transact(function)) for function in functions]
    await asyncio.sleep(0)  # each has put its function into the queue
    stalled.go.set()
    await first
    return await asyncio.gather(*tasks, return_exceptions=True)


def recorded(runs: list[str], name: str) -> Callable[[Tx], bool]:
    def run(tx: Tx) -> bool:
        runs.append(name)
        return tx.once(name, NOW)

    return run


def failing(runs: list[str]) -> Callable[[Tx], None]:
    def run(tx: Tx) -> None:
        runs.append("bad")
        tx.once("bad", NOW)
        raise RuntimeError("no")

    return run


async def acts(storage: Storage, *keys: str) -> list[bool]:
    return await storage.work.transact(lambda tx: [tx.acted(key) for key in keys])


async def test_the_first_claim_wins(storage: Storage) -> None:
    ticket = await storage.work.transact(given)

    def claim(agent: int) -> Callable[[Tx], int]:
        def run(tx: Tx) -> int:
            found = tx.ticket(ticket.id)
            assert found is not None
            if found.assignee is not None:
                return found.assignee
            tx.save_ticket(replace(found, assignee=agent, revision=found.revision + 1))
            return agent

        return run

    told = await asyncio.gather(*(storage.work.transact(claim(agent)) for agent in range(1, 65)))
    assert len(set(told)) == 1
    kept = await storage.reader.ticket(ticket.id)
    assert kept is not None
    assert (kept.assignee, kept.revision) == (told[0], 2)


@of_sqlite
async def test_what_waits_shares_one_commit(storage: Storage) -> None:
    runs: list[str] = []
    results = await grouped(storage, *(recorded(runs, f"act {n}") for n in range(5)))
    assert results == [True] * 5
    assert runs == [f"act {n}" for n in range(5)]


@of_sqlite
async def test_a_failure_runs_the_group_again_one_by_one(storage: Storage) -> None:
    runs: list[str] = []
    good, bad, better = await grouped(
        storage, recorded(runs, "good"), failing(runs), recorded(runs, "better")
    )
    assert (good, better) == (True, True)
    assert isinstance(bad, RuntimeError)
    # the group ended at the failure; then each alone
    assert runs == ["good", "bad", "good", "bad", "better"]
    assert await acts(storage, "good", "bad", "better") == [True, False, True]


async def test_a_function_alone_fails_once(storage: Storage) -> None:
    runs: list[str] = []
    with pytest.raises(RuntimeError):
        await storage.work.transact(failing(runs))
    assert runs == ["bad"]
    assert await acts(storage, "bad") == [False]


async def test_an_iteration_that_ends_is_told_too(storage: Storage) -> None:
    """No future takes a StopIteration: its caller, and all of its group, would wait for ever."""
    before, ended, after = await grouped(
        storage,
        lambda tx: tx.once("before", NOW),
        lambda _: next(iter(())),
        lambda tx: tx.once("after", NOW),
    )
    assert (before, after) == (True, True)
    assert isinstance(ended, RuntimeError)


async def test_a_broken_rule_of_the_tables_is_a_storage_error(storage: Storage) -> None:
    with pytest.raises(StorageError, match=r"(?i)foreign key"):
        await storage.work.transact(lambda tx: tx.conversation("acme_x", "t1", customer=99))


@of_sqlite
async def test_a_cancelled_caller_leaves_the_act_done(storage: Storage) -> None:
    stalled = Stalled()
    first = asyncio.create_task(storage.work.transact(stalled))
    await asyncio.to_thread(stalled.begun.wait, 10)
    left = asyncio.create_task(storage.work.transact(lambda tx: tx.once("left", NOW)))
    await asyncio.sleep(0)
    left.cancel()
    stalled.go.set()
    await first
    assert await acts(storage, "left") == [True]


@of_sqlite
async def test_a_loop_that_ended_harms_nobody(storage: Storage) -> None:
    """Another thread's loop is gone when its result comes."""
    stalled = Stalled()
    first = asyncio.create_task(storage.work.transact(stalled))
    await asyncio.to_thread(stalled.begun.wait, 10)

    async def ask_and_go() -> None:
        asyncio.ensure_future(storage.work.transact(lambda tx: tx.once("gone", NOW)))  # noqa: RUF006
        await asyncio.sleep(0)

    with ThreadPoolExecutor(1) as other:
        await asyncio.wrap_future(other.submit(asyncio.run, ask_and_go()))
    stalled.go.set()
    await first
    assert await acts(storage, "gone") == [True]


async def test_close_finishes_what_is_queued(path: Path, clock: Turned) -> None:
    async with storage_for("sqlite", path, clock) as first:
        tasks = [
            asyncio.create_task(first.work.transact(lambda tx, n=n: tx.once(f"act {n}", NOW)))
            for n in range(300)  # more than one group
        ]
        await asyncio.sleep(0)
        await first.close()
        assert await asyncio.gather(*tasks) == [True] * 300
        with pytest.raises(StorageError, match="closed"):
            await first.work.transact(lambda tx: tx.once("late", NOW))


@of_sqlite
async def test_a_locked_database_is_said_and_nothing_kept(path: Path, storage: Storage) -> None:
    with sqlite3.connect(path, isolation_level=None) as other:
        await storage.work.run(lambda db: db.connection.execute("PRAGMA busy_timeout = 20"))  # type: ignore[attr-defined]
        other.execute("BEGIN IMMEDIATE")
        results = await asyncio.gather(
            *(storage.work.transact(lambda tx, n=n: tx.once(f"act {n}", NOW)) for n in range(3)),
            return_exceptions=True,
        )
        other.execute("ROLLBACK")
    assert [str(error) for error in results] == ["care.db: database is locked"] * 3
    assert all(isinstance(error, StorageError) for error in results)
    assert await storage.work.transact(lambda tx: tx.once("act 0", NOW)) is True


async def test_reads_go_on_while_another_process_writes(path: Path, storage: Storage) -> None:
    ticket = await storage.work.transact(given)
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await storage.reader.ticket(ticket.id) == ticket
        other.execute("ROLLBACK")


@of_sqlite
async def test_a_full_database_is_said_and_nothing_half_written(storage: Storage) -> None:
    """SQLite's own limit of pages stands for the disk's."""
    ticket = await storage.work.transact(given)

    def limit(db: object) -> None:
        connection = db.connection  # type: ignore[attr-defined]
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    await storage.work.run(limit)

    def much(tx: Tx) -> None:
        tx.once("much", NOW)
        for _ in range(20):
            said(tx, ticket, "long " * 1000)

    small, big = await grouped(storage, lambda tx: tx.once("small", NOW), much)
    assert small is True  # it ran again alone, and there was room for it
    assert str(big) == "care.db: database or disk is full"
    assert isinstance(big, StorageError)
    assert await acts(storage, "much", "small") == [False, True]
    record = await storage.reader.record(ticket.id)
    assert record is not None
    assert record.lines == ()


_WRITER = """
import asyncio, json, resource, signal, sys
from stored import NOW, given, open_storage, said
url, size = sys.argv[1], int(sys.argv[2])
if size:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
storage = open_storage(url, None)
def fill(n):
    def run(tx):
        ticket = given(tx, f"c{n}", f"t{n}")
        said(tx, ticket, "words " * 100)
        tx.once(f"act {ticket.id}", NOW)
        return ticket.id
    return run
async def one(k):
    for n in range(k, 10**6, 16):
        print(json.dumps(await storage.work.transact(fill(n))), flush=True)
async def main():
    try:
        async with asyncio.TaskGroup() as group:
            for k in range(16):
                group.create_task(one(k))
    except* Exception as errors:
        print(json.dumps(f"{type(errors.exceptions[0]).__name__}: {errors.exceptions[0]}"))
    await storage.close()
asyncio.run(main())
"""


def writer(path: Path, size: int = 0) -> subprocess.Popen[str]:
    here = Path(__file__).parent
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, f"sqlite:///{path}", str(size)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{here.parents[1]}:{here}"},  # noqa: TID251
    )


def holds_whole(path: Path, answered: set[int]) -> None:
    """Assert that every transaction is there whole or not at all, and all that were answered."""
    with sqlite3.connect(path) as db:
        tickets = {id for (id,) in db.execute("SELECT id FROM ticket")}
        assert answered <= tickets
        assert {id for (id,) in db.execute("SELECT ticket FROM message")} == tickets
        assert {id for (id,) in db.execute("SELECT ticket FROM entry")} == tickets
        keys = {int(key.split()[1]) for (key,) in db.execute("SELECT key FROM act")}
        assert keys == tickets
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize("after", [1, 200])
def test_a_killed_process_leaves_whole_transactions(path: Path, after: int) -> None:
    upgrade(f"sqlite:///{path}")
    with writer(path) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(after)]
        process.kill()
        lines += process.stdout.readlines()
    holds_whole(path, {json.loads(line) for line in lines if line.endswith("\n")})


def test_a_full_disk_leaves_whole_transactions(path: Path) -> None:
    """The limit of a file's size stands for the disk's end; it strikes in the write-ahead log."""
    upgrade(f"sqlite:///{path}")
    with writer(path, size=path.stat().st_size + 200_000) as process:
        assert process.stdout is not None
        *answered, error = [json.loads(line) for line in process.stdout]
    assert process.returncode == 0
    assert str(error).startswith("StorageError: care.db: ")
    assert answered
    holds_whole(path, set(answered))


@of_sqlite
@pytest.mark.parametrize("is_link", [False, True])
async def test_one_process_serves_a_database(path: Path, storage: Storage, is_link: bool) -> None:
    storage.work.hold()
    named = path
    if is_link:
        named = path.with_name("link.db")
        named.symlink_to(path)
    other = open_storage(f"sqlite:///{named}", KEY)
    with pytest.raises(StorageError, match=f"process {os.getpid()} is serving"):
        other.work.hold()
    await storage.close()
    other.work.hold()
    await other.close()


def test_the_lock_ends_with_its_process(path: Path) -> None:
    code = "import sys; from pathlib import Path; from storage.sqlite import Hold\n"
    code += "hold = Hold(Path(sys.argv[1])); hold.take(); print(1, flush=True); sys.stdin.read()"
    ours = driver.Hold(path)
    with subprocess.Popen(
        [sys.executable, "-c", code, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},  # noqa: TID251
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(StorageError, match=f"process {process.pid} is"):
            ours.take()
        process.kill()
        process.wait()
        ours.take()
    ours.release()


def test_the_pragmas_hold(path: Path) -> None:
    db = driver.writing(path).connection
    asked = ("journal_mode", "synchronous", "foreign_keys")
    values = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
    assert values == ["wal", 2, 1]  # 2 is FULL
    db.close()


def test_readers_cannot_write(path: Path) -> None:
    upgrade(f"sqlite:///{path}")
    db = driver.reading(path).connection
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("DELETE FROM act")
    db.close()


@pytest.mark.parametrize(
    "url", ["postgresql://db", "sqlite://", "sqlite:///", "sqlite:///:memory:"]
)
def test_an_address_must_be_a_file(url: str) -> None:
    with pytest.raises(ConfigError, match=r"sqlite:///var/care\.db"):
        sqlite_path(url)


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"care\.db: there is no database: run"):
        open_storage(f"sqlite:///{tmp_path}/nowhere/care.db", None)


async def test_a_damaged_file_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "care.db").write_bytes(b"no database " * 1000)
    with pytest.raises(StorageError, match="not a database"):
        open_storage(f"sqlite:///{tmp_path}/care.db", None)


async def test_writes_that_wait_or_are_refused_are_trouble_until_one_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.work.SLOW_S", 0.1)
    monkeypatch.setattr(driver, "PATIENCE_S", 0.5)
    url = f"sqlite:///{tmp_path}/care.db"
    upgrade(url)
    storage = open_storage(url, None)
    other = sqlite3.connect(tmp_path / "care.db", isolation_level=None)
    try:
        assert storage.work.trouble() is None
        other.execute("BEGIN EXCLUSIVE")
        writing = asyncio.create_task(storage.work.transact(lambda tx: tx.set_offset(1.0)))
        async with asyncio.timeout(5):
            while storage.work.trouble() is None:  # noqa: ASYNC110 - the thread's
                await asyncio.sleep(0.01)
        assert "writes have waited" in str(storage.work.trouble())
        with pytest.raises(StorageError):
            await writing
        assert storage.work.trouble() == "care.db: database is locked"
        other.execute("ROLLBACK")
        await storage.work.transact(lambda tx: tx.set_offset(1.0))
        assert storage.work.trouble() is None
    finally:
        other.close()
        await storage.close()


@of_sqlite
@pytest.mark.parametrize(
    ("flushed", "synchronous"), [([False], 1), ([True], 2), ([False, True], 2)]
)
async def test_a_commit_waits_for_the_disk_if_one_of_its_group_wants_it(
    storage: Storage, flushed: list[bool], synchronous: int
) -> None:
    def level(db: Db) -> int:
        assert isinstance(db, SqliteDb)
        (found,) = db.connection.execute("PRAGMA synchronous").fetchone()
        return int(found)

    stalled = Stalled()
    holding = asyncio.create_task(storage.work.transact(stalled))
    await asyncio.to_thread(stalled.begun.wait, 10)
    levels = [asyncio.create_task(storage.work.run(level, flushed=each)) for each in flushed]
    await asyncio.sleep(0)  # they are in the queue
    stalled.go.set()
    assert await asyncio.gather(*levels) == [synchronous] * len(flushed)
    await holding


@of_sqlite
async def test_the_log_is_folded_into_the_file_while_nothing_waits(
    storage: Storage, path: Path
) -> None:
    for n in range(FOLD):
        await storage.work.transact(lambda tx, n=n: tx.once(f"act {n}", NOW))
    for _ in range(100):  # the writer folds when it has nothing else to do
        if (folded := _acts_without_the_log(path)) == FOLD:
            break
        await storage.work.transact(lambda _: None)
    assert folded == FOLD


def _acts_without_the_log(path: Path) -> int:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
    (count,) = connection.execute("SELECT count(*) FROM act").fetchone()
    connection.close()
    return int(count)
