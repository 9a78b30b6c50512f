"""A real `python -m chatops serve` among stand-ins that live in the test, to be killed and started.

The stand-ins keep what they have seen while the service is dead, as the companies' clouds do.
"""

import asyncio
import json
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from sqlite3 import connect
from typing import Any, Final

import httpx
from aiohttp import web
from cryptography.fernet import Fernet

from adapters.sandbox import world
from adapters.sandbox.clock import RealClock
from adapters.sandbox.network import Network
from adapters.sandbox.network.delivery import Event, sign
from adapters.sandbox.network.posts import Chirp
from adapters.sandbox.slack import SlackCloud
from tests.calling import client
from tests.measured import measuring

#: Real seconds that a test waits for what must come about.
PATIENCE: Final = 90.0

#: account -> the room of its queue
PLACES: Final = {
    "north": "C01GLOBAL",
    "south": "C02JAPAN",
    "east": "C03ESCALATION",
}

_CONFIG: Final = """
language: en
zone: Asia/Tokyo
key: ${{CHATOPS_KEY}}
database: sqlite:///{database}
development: true
undo: 1s
web: {{ host: 127.0.0.1, port: {port}, ops_host: 127.0.0.1, ops_port: {ops_port} }}
chats:
  slack:
    mode: socket
    bot_token: ${{SLACK_BOT_TOKEN}}
    app_token: ${{SLACK_APP_TOKEN}}
    api_url: {clouds}/slack/api/
rooms:
  managers: {{ chat: slack, id: C05MANAGERS }}
{rooms}
queues:
{queues}
people:
  ben: {{ name: Ben, language: en, ids: {{ slack: U01BEN }}, roles: {{ "*": agent }} }}
channels:
  sandbox:
    accounts:
{accounts}
"""
_QUEUE: Final = "  {name}: {{ rooms: [{name}], managers_room: managers, calendar: always, first_response: 60m }}"
_ACCOUNT: Final = """\
      {name}:
        queue: {name}
        language: en
        handle: aozora
        token: ${{CHIRP_TOKEN}}
        secret: ${{CHIRP_SECRET}}
        api: {clouds}/chirp/api"""


@dataclass
class Stage:
    """The clouds, the service's process when there is one, and the customers who write to it."""

    folder: Path
    slack: SlackCloud
    chirp: Network
    http: httpx.AsyncClient
    port: int
    ops_port: int
    environment: dict[str, str]
    process: asyncio.subprocess.Process | None = None
    starts: int = 0
    sent: list[str] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.folder / "care.db"

    async def start(self) -> None:
        """Start the service and wait until it is ready."""
        await self.spawn()
        assert self.process is not None
        async with asyncio.timeout(PATIENCE):
            while not await self._is_ready():
                assert self.process.returncode is None, self.log()
                await asyncio.sleep(0.05)

    async def spawn(self) -> None:
        """Start a process of the service, on the same configuration."""
        self.starts += 1
        with (self.folder / f"serve-{self.starts}.log").open("wb") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "chatops",
                "serve",
                "--config",
                str(self.folder / "app.yaml"),
                env=self.environment,
                stderr=log,
                stdout=log,
            )

    async def _is_ready(self) -> bool:
        try:
            return (await self.http.get(f"http://127.0.0.1:{self.ops_port}/readyz")).is_success
        except httpx.TransportError:
            return False

    async def end(self, how: signal.Signals = signal.SIGKILL) -> int:
        """End the service's process; its exit code."""
        process, self.process = self.process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(how)
        async with asyncio.timeout(PATIENCE):
            return await process.wait()

    def log(self) -> str:
        return (self.folder / f"serve-{self.starts}.log").read_text("utf-8")

    # --- customers

    def writes(self, text: str, who: str) -> Chirp:
        """A customer writes on Chirp; nobody has been told of it yet."""
        return self.chirp.timeline.write(self.chirp.hands.person(who), text, RealClock().now())

    async def tell(self, account: str, *posts: Chirp) -> int | None:
        """Deliver posts in one signed body; the status, or None if nobody answered."""
        events = [self.chirp.hands.event(post) for post in posts]
        body = _body(account, events)
        headers = {
            "content-type": "application/json",
            "x-chirp-signature": sign(world.CHIRP_SECRET, int(RealClock().now()), body),
        }
        url = f"http://127.0.0.1:{self.port}/in/sandbox/{account}"
        try:
            return (await self.http.post(url, content=body, headers=headers)).status_code
        except httpx.TransportError:
            return None

    async def tell_until_taken(self, account: str, *posts: Chirp) -> None:
        """Deliver as networks do: again and again, until it is answered with 200."""
        status: int | None = None
        try:
            async with asyncio.timeout(PATIENCE):
                while (status := await self.tell(account, *posts)) != 200:  # noqa: ASYNC110 - a network repeats
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"never taken: {status}\n{self.log()}") from None

    # --- what is there

    def sql(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with connect(f"file:{self.database}?mode=ro", uri=True) as db:
            found = db.execute(question, values).fetchall()
        db.close()
        return found

    def answers(self) -> list[str]:
        """What our accounts have written on Chirp."""
        brand = self.chirp.timeline.brand
        return [post.text for post in self.chirp.timeline.posts.values() if post.author == brand]

    async def until(self, question: str, answer: list[tuple[Any, ...]]) -> None:
        """Wait until the database gives that answer."""
        found: list[tuple[Any, ...]] = []
        try:
            async with asyncio.timeout(PATIENCE):
                while (found := self.sql(question)) != answer:
                    assert self.process is None or self.process.returncode is None, self.log()
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{question}: {found}, not {answer}\n{self.log()}") from None


def _body(account: str, events: list[Event]) -> bytes:
    return json.dumps({"account": account, "events": [event.json() for event in events]}).encode()


@asynccontextmanager
async def staged(folder: Path, empty: Path) -> AsyncIterator[Stage]:
    """The clouds on loopback, a migrated database, and app.yaml; the service is not started."""
    shutil.copyfile(empty, folder / "care.db")
    async with AsyncExitStack() as stack:
        slack, chirp = SlackCloud(world.WORKSPACE), world.chirp(RealClock())
        app = web.Application()
        slack.mount(app)
        chirp.mount(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        clouds = f"http://127.0.0.1:{runner.addresses[0][1]}"
        port, ops_port = _free_port(), _free_port()
        config = _CONFIG.format(
            database=folder / "care.db",
            port=port,
            ops_port=ops_port,
            clouds=clouds,
            rooms="\n".join(f"  {n}: {{ chat: slack, id: {id} }}" for n, id in PLACES.items()),
            queues="\n".join(_QUEUE.format(name=name) for name in PLACES),
            accounts="\n".join(_ACCOUNT.format(name=name, clouds=clouds) for name in PLACES),
        )
        (folder / "app.yaml").write_text(config, "utf-8")
        http = await stack.enter_async_context(client(timeout=5.0))
        environment = {
            **measuring(),
            "CHATOPS_KEY": Fernet.generate_key().decode(),
            "SLACK_BOT_TOKEN": world.CARE_APP.bot_token,
            "SLACK_APP_TOKEN": world.CARE_APP.app_token,
            "CHIRP_TOKEN": world.CHIRP_TOKEN,
            "CHIRP_SECRET": world.CHIRP_SECRET,
        }
        stage = Stage(folder, slack, chirp, http, port, ops_port, environment)
        stack.push_async_callback(stage.end)
        yield stage


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
