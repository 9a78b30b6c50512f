"""The control routes' own manners: who may call them, and what they say to nonsense."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp import web

from adapters.sandbox import control
from tests.calling import client

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[str, str]]:
    """The same routes on a loopback port and on a socket file; gives both addresses."""

    async def echo(asked: dict[str, Any]) -> object:
        return {"asked": asked["word"]}

    app = web.Application()
    app.add_routes(control.routes("/dev/t", {("POST", "echo"): echo, ("GET", "echo"): echo}))
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    await web.UnixSite(runner, str(tmp_path / "s")).start()
    yield f"http://127.0.0.1:{port}", str(tmp_path / "s")
    await runner.cleanup()


async def test_a_caller_on_this_machine_is_answered(served: tuple[str, str]) -> None:
    async with client(base_url=served[0]) as http:
        posted = await http.post("/dev/t/echo", json={"word": "はい"})
        got = await http.get("/dev/t/echo", params={"word": "yes"})
    assert (posted.json(), got.json()) == ({"asked": "はい"}, {"asked": "yes"})


async def test_a_caller_without_a_loopback_address_is_refused(served: tuple[str, str]) -> None:
    transport = httpx.AsyncHTTPTransport(uds=served[1])
    async with client(transport=transport, base_url="http://sandbox") as http:
        answer = await http.post("/dev/t/echo", json={"word": "x"})
    assert (answer.status_code, answer.json()) == (403, {"error": "loopback callers only"})


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("{", "not JSON: Expecting property name"),
        ("[]", "a JSON object, please"),
        ("{}", "missing or unknown: word"),
    ],
)
async def test_nonsense_is_named(served: tuple[str, str], body: str, error: str) -> None:
    async with client(base_url=served[0]) as http:
        answer = await http.post("/dev/t/echo", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(error)
