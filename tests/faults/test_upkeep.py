"""Beside a real `serve`: a backup is made, what wants the database alone is refused; then it is lost."""

import asyncio
from pathlib import Path

import pytest

from tests import forked
from tests.faults.database import Sqlite
from tests.faults.process import PLACES, Stage, staged

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]


async def ran(stage: Stage, *words: str) -> tuple[int | None, str]:
    """Run a command beside the service; its exit code and all that it said."""
    given, log = (*words, "--config", str(stage.folder / "app.yaml")), stage.folder / "command.log"
    code, said = await asyncio.to_thread(forked.told, given, stage.folder, stage.environment, log)
    return code, " ".join(said.split())


async def test_database_that_is_lost_is_put_back_and_nothing_goes_out_before_it_is_let_go(
    tmp_path: Path, empty_database: Path
) -> None:
    async with staged(tmp_path, Sqlite(tmp_path, empty_database)) as stage:
        await stage.start()
        assert stage.process is not None
        serving, copy = stage.process.pid, tmp_path / "copy.db"
        first = stage.writes("before the backup", "mia")
        await stage.tell_until_taken("north", first)
        await stage.until("SELECT state FROM delivery WHERE what = 'card'", [("sent",)])
        code, said = await ran(stage, "backup", str(copy))
        assert (code, ": 1 ticket" in said or " 1 ticket," in said) == (0, True), said
        for words in (["migrate"], ["forget", "1", "--yes"], ["restore", str(copy)], ["replay"]):
            code, said = await ran(stage, *words)
            assert (code, f"process {serving} is serving this database" in said) == (1, True), said

        await stage.end()
        (tmp_path / "care.db").unlink()
        code, said = await ran(stage, "restore", str(copy))
        assert code == 0, said
        await stage.start()
        await stage.tell_until_taken("north", stage.writes("after the restore", "leo"))
        await stage.until("SELECT count(*) FROM ticket", [(2,)])
        operators = f"http://127.0.0.1:{stage.ops_port}"
        assert (await stage.http.get(f"{operators}/readyz")).json()["held_since"]
        assert "chatops_held 1.0" in (await stage.http.get(f"{operators}/metrics")).text
        code, said = await ran(stage, "pending")
        assert (code, "python -m chatops release lets it go" in said) == (0, True), said
        room = PLACES["north"]
        assert len(list(stage.slack.state.in_room(room))) == 1
        assert await ran(stage, "release") == (0, "what waits goes out now")
        await stage.until(
            "SELECT state, count(*) FROM delivery WHERE what = 'card' GROUP BY state", [("sent", 2)]
        )
        assert len([m for m in stage.slack.state.in_room(room) if not m.thread_ts]) == 2
