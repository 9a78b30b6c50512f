"""The disk is full or the database is locked: a clear error, nothing half written, and it goes on."""

import resource
import sqlite3
from pathlib import Path

import pytest

from tests.faults.database import Sqlite
from tests.faults.process import Stage, staged

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]


async def rows(stage: Stage) -> list[tuple[int, ...]]:
    tables = ("raw_body", "message", "ticket", "delivery", "entry")
    return [(await stage.rows(f"SELECT count(*) FROM {name}"))[0] for name in tables]  # noqa: S608


async def test_full_disk_is_answered_503_and_nothing_is_half_written(
    tmp_path: Path, empty_database: Path
) -> None:
    async with staged(tmp_path, Sqlite(tmp_path, empty_database)) as stage:
        await stage.start()
        await stage.tell_until_taken("north", stage.writes("before", "mia"))
        await stage.until("SELECT count(*) FROM ticket", [(1,)])
        assert stage.process is not None
        # no file may grow: for this process the disk is full
        full = (0, resource.RLIM_INFINITY)
        resource.prlimit(stage.process.pid, resource.RLIMIT_FSIZE, full)
        before = await rows(stage)
        post = stage.writes("x" * 100, "leo")
        assert await stage.tell("north", post) == 503, stage.log()
        assert await rows(stage) == before
        free = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(stage.process.pid, resource.RLIMIT_FSIZE, free)
        await stage.tell_until_taken("north", post)
        await stage.until("SELECT count(*) FROM ticket", [(2,)])
        assert await stage.rows("PRAGMA integrity_check") == [("ok",)]


async def test_locked_database_is_answered_503_and_nothing_is_half_written(
    tmp_path: Path, empty_database: Path
) -> None:
    async with staged(tmp_path, Sqlite(tmp_path, empty_database)) as stage:
        await stage.start()
        await stage.tell_until_taken("north", stage.writes("before", "mia"))
        await stage.until("SELECT count(*) FROM delivery WHERE state = 'sent'", [(1,)])
        post = stage.writes("while locked", "leo")
        locker = sqlite3.connect(tmp_path / "care.db", isolation_level=None)
        try:
            locker.execute("BEGIN IMMEDIATE")
            before = await rows(stage)
            stage.http.timeout = 60.0  # type: ignore[assignment] # httpx takes seconds too
            assert await stage.tell("north", post) == 503, stage.log()
            assert await rows(stage) == before
            probed = await stage.http.get(f"http://127.0.0.1:{stage.ops_port}/readyz")
            assert (probed.status_code, list(probed.json()["faults"])) == (503, ["database"])
        finally:
            locker.execute("ROLLBACK")
            locker.close()
        await stage.tell_until_taken("north", post)
        probed = await stage.http.get(f"http://127.0.0.1:{stage.ops_port}/readyz")
        assert probed.status_code == 200
        await stage.until("SELECT count(*) FROM ticket", [(2,)])


async def test_second_process_on_one_database_is_refused_and_named(
    tmp_path: Path, empty_database: Path
) -> None:
    async with staged(tmp_path, Sqlite(tmp_path, empty_database)) as stage:
        await stage.start()
        first = stage.process
        assert first is not None
        await stage.spawn()
        second = stage.process
        stage.process = first
        assert second is not None
        assert await second.wait() == 1
        assert str(first.pid) in stage.log()
