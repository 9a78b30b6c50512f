"""The sandbox's one process: everything at one address of this machine, and nobody else let in."""

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from page_sandbox import sandbox

from adapters.sandbox.loopback import ADDRESS
from adapters.sandbox.world import TEAMS_BEN

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def _status(http: aiohttp.ClientSession, url: str, **headers: str) -> int:
    async with http.get(url, headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8080", 200),
        ("localhost", 200),
        ("[::1]:8080", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost.evil.example:8080", 403),
        ("[127.0.0.1", 403),
        ("", 403),
    ],
)
async def test_only_loopback_names_are_answered(
    http: aiohttp.ClientSession, host: str, status: int
) -> None:
    async with sandbox() as (base, _):
        paths = ("/", "/dev/slack/state?as=U01BEN", "/dev/x/state", "/dev/chirp/state")
        for path in (*paths, f"/dev/teams/state?as={TEAMS_BEN.id}"):
            assert await _status(http, base + path, Host=host) == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://127.0.0.1:8080", 200), ("https://evil.example", 403), ("null", 403)],
)
async def test_another_sites_page_cannot_press_anything(
    http: aiohttp.ClientSession, origin: str, status: int
) -> None:
    async with sandbox() as (base, whole):
        body = {"as": "U01BEN", "channel": "C02JAPAN", "text": "hi"}
        headers = {"Origin": origin}
        async with http.post(f"{base}/dev/slack/say", json=body, headers=headers) as answer:
            assert answer.status == status
        assert len(list(whole.slack.state.in_room("C02JAPAN"))) == (status == 200)


async def test_the_page_comes_whole_never_cached_and_loads_nothing_from_elsewhere(
    http: aiohttp.ClientSession,
) -> None:
    types = {
        "/": "text/html",
        "/page/app.js": "text/javascript",
        "/page/style.css": "text/css",
        "/page/icon.svg": "image/svg+xml",
    }
    async with sandbox() as (base, _):
        for path, kind in types.items():
            async with http.get(base + path) as answer:
                assert (answer.status, answer.content_type) == (200, kind)
                assert answer.headers["Cache-Control"] == "no-cache"
                assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        for path in ("/page/__init__.py", "/page/..%2fworld.py", "/page/none.js", "/page/"):
            assert await _status(http, base + path) == 404


async def test_turning_time_goes_to_the_service_and_its_answer_comes_back(
    http: aiohttp.ClientSession,
) -> None:
    asked: list[object] = []

    async def clock(request: web.Request) -> web.Response:
        asked.append(await request.json() if request.can_read_body else None)
        return web.json_response({"now": "2026-11-20T09:00:00Z", "offset_s": 900})

    service = web.Application()
    service.router.add_route("*", "/dev/clock", clock)
    runner = web.AppRunner(service, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, ADDRESS, 0).start()
    port = runner.addresses[0][1]
    async with sandbox(f"http://{ADDRESS}:{port}") as (base, _):
        async with http.get(f"{base}/dev/clock") as answer:
            assert (await answer.json())["offset_s"] == 900
        async with http.post(f"{base}/dev/clock", json={"advance_s": 900}) as answer:
            assert answer.status == 200
        assert asked == [None, {"advance_s": 900}]
        await runner.cleanup()
        async with http.get(f"{base}/dev/clock") as answer:
            assert (answer.status, await answer.json()) == (
                503,
                {"error": "the service is not up"},
            )


async def test_without_a_service_time_cannot_be_turned(http: aiohttp.ClientSession) -> None:
    async with sandbox() as (base, _), http.get(f"{base}/dev/clock") as answer:
        assert (answer.status, await answer.json()) == (404, {"error": "no service"})


async def test_a_service_of_another_machine_is_refused() -> None:
    with pytest.raises(ValueError, match="not on this machine"):
        async with sandbox("http://192.0.2.7:9100"):
            pass


async def test_what_is_planned_is_played_once_when_the_service_is_ready(
    http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    recorded = tmp_path / "threads.jsonl"
    recorded.write_text(
        '{"id": "t1", "messages": [{"side": "customer", "text": "hello?"},'
        ' {"side": "agent", "text": "Hello!"}]}\n{}\n'
    )
    got: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        got.put_nowait(await request.json())
        return web.Response()

    service = web.Application()
    service.router.add_post("/in", take)
    runner = web.AppRunner(service, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, ADDRESS, 0).start()
    async with sandbox() as (base, whole):
        whole.programme.take_file(recorded)
        async with http.post(f"{base}/dev/begin") as answer:
            assert answer.status == 409
        whole.network.delivery.url = f"http://{ADDRESS}:{runner.addresses[0][1]}/in"
        whole.programme.be_lively()
        for begun in (True, False):
            async with http.post(f"{base}/dev/begin") as answer:
                assert await answer.json() == {"begun": begun}
        first = (await asyncio.wait_for(got.get(), 5))["events"]
        assert [(event["type"], event["post"]["text"]) for event in first] == [
            ("post", "hello?"),
            ("echo", "Hello!"),
        ]
        # Traffic comes after the file: the shop's announcement is there as an echo.
        assert (await asyncio.wait_for(got.get(), 5))["events"][0]["type"] == "echo"
    await runner.cleanup()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::"])  # noqa: S104
def test_no_other_address_is_listened_on(host: str) -> None:
    command = [sys.executable, "-m", "adapters.sandbox", "--host", host]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert ended.returncode == 2
    assert f"the sandbox listens on {ADDRESS} and nowhere else" in ended.stderr


def test_ctrl_c_ends_it_at_once_with_a_page_open_and_customers_writing() -> None:
    with socket.create_server((ADDRESS, 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "adapters.sandbox", "--port", str(port), "--traffic"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert f"http://{ADDRESS}:{port}" in running.stdout.readline()
        ask = "{} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        with (
            socket.create_connection((ADDRESS, port)) as page,
            socket.create_connection((ADDRESS, port)) as launcher,
        ):
            page.sendall(ask.format("GET /dev/slack/changes?since=99").encode())
            launcher.sendall(ask.format("POST /dev/begin").encode())
            assert b'{"begun": true}' in launcher.recv(4096)
            running.send_signal(signal.SIGINT)
            assert running.wait(timeout=5) == 0
