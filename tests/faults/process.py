"""Real processes of the service among stand-ins that live in the test, to be killed and started.

The stand-ins keep what they have seen while the service is dead, as the companies' clouds do. A
process is either `python -m chatops serve` (`spawn`), or a child of `tests.faults.serve` (`serve`),
which starts at once and may be told where to die.
"""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypedDict, TypeVar, Unpack

import httpx
from aiohttp import web
from cryptography.fernet import Fernet

from adapters.sandbox import world
from adapters.sandbox.clock import RealClock
from adapters.sandbox.loopback import serving
from adapters.sandbox.network import Network
from adapters.sandbox.network.delivery import Event, sign
from adapters.sandbox.network.posts import Chirp
from adapters.sandbox.slack import SlackCloud
from adapters.sandbox.slack.limits import DOCUMENTED, sped
from adapters.sandbox.teams import DOCUMENTED as OF_TEAMS
from adapters.sandbox.teams import TeamsCloud
from adapters.sandbox.teams import sped as sped_teams
from adapters.sandbox.x import XCloud
from adapters.sandbox.x.world import Post
from chatops import admin, app
from chatops.sandbox import free_ports
from tests.calling import client
from tests.faults import hall
from tests.faults.database import Database, Row
from tests.faults.hall import HALL, HALL_ID, MAYA, QUEUE, Hall
from tests.faults.nursery import PATIENCE, Child, Nursery
from tests.faults.serve import Order

T = TypeVar("T")

#: How many times as much the chats allow here as they do: the pace is not what is tried.
SPEED: Final = 20

#: account -> the room of its queue
PLACES: Final = {
    "north": "C01GLOBAL",
    "south": "C02JAPAN",
    "east": "C03ESCALATION",
}
MANAGERS: Final = "C05MANAGERS"
#: room -> its id in Slack
ROOMS: Final = {**PLACES, "managers": MANAGERS}

_ROOMS: Final = [(name, "slack", id) for name, id in ROOMS.items()]
_IN_TEAMS: Final = (HALL, "teams", HALL_ID)


#: What a stage has by the clock: where it is, and its digests by name.
@dataclass(frozen=True, slots=True)
class ByTheClock:
    zone: str = "Asia/Tokyo"
    digests: tuple[tuple[str, str], ...] = (("breaches", "0:30 sun-sat"),)


class Has(TypedDict, total=False):
    """What a stage has besides Slack and Chirp."""

    with_x: bool
    with_teams: bool
    by_the_clock: ByTheClock


#: The account on X; its queue is the first one's.
ON_X: Final = "west"

_CONFIG: Final = """
language: en
zone: {zone}
key: ${{CHATOPS_KEY}}
database: {database}
development: true
undo: 1s
web: {{ host: 127.0.0.1, port: "${{SERVE_PORT}}", ops_host: 127.0.0.1, ops_port: "${{OPS_PORT}}" }}
chats:
  slack:
    mode: socket
    bot_token: ${{SLACK_BOT_TOKEN}}
    app_token: ${{SLACK_APP_TOKEN}}
    api_url: {clouds}/slack/api/
    speed: {speed}
{teams}
rooms:
{rooms}
queues:
{queues}
people:
  ben: {{ name: Ben, language: en, ids: {{ slack: U01BEN }}, roles: {{ "*": agent }} }}
  aoi: {{ name: Aoi, language: en, ids: {{ slack: U02AOI }}, roles: {{ "*": agent }} }}
{people}
channels:
  sandbox:
    accounts:
{accounts}
{x}
digests:
{digests}
"""
#: Its name and when it is made.
_DIGEST: Final = (
    "  - {{ name: {name}, at: {at}, calendar: always, run: digest breaches, in: managers }}"
)
_QUEUE: Final = """\
  {name}:
    rooms: [{rooms}]
    managers_room: managers
    calendar: always
    first_response: 60m
    chain: {{ stages: [{{ wait: 30m, call: [ben] }}, {{ wait: 40m, priority: urgent }}] }}"""
_ACCOUNT: Final = """\
      {name}:
        queue: {name}
        language: en
        handle: aozora
        token: ${{CHIRP_TOKEN}}
        secret: ${{CHIRP_SECRET}}
        api: {clouds}/chirp/api"""
_X: Final = """\
  x:
    accounts:
      {name}:
        queue: north
        language: en
        handle: aozora_outdoor
        client_id: sandbox-x-client
        client_secret: ${{X_CLIENT_SECRET}}
        consumer_key: ${{X_CONSUMER_KEY}}
        consumer_secret: ${{X_CONSUMER_SECRET}}
        redirect_uri: http://127.0.0.1/connected
        poll_seconds: 5
        api: {clouds}/x
        authorize: {clouds}/x/i/oauth2/authorize
        site: {clouds}/x"""


@dataclass
class Stage:
    """The clouds, the service's processes, and the customers who write to them."""

    folder: Path
    database: Database
    slack: SlackCloud
    chirp: Network
    x: XCloud | None
    hall: Hall | None
    http: httpx.AsyncClient
    port: int
    ops_port: int
    environment: dict[str, str]
    process: asyncio.subprocess.Process | None = None
    starts: int = 0
    sent: list[str] = field(default_factory=list)
    untaken: int = 0  #: bodies that were not answered with 200, and came again
    children: list[Child] = field(default_factory=list)
    nursery: Nursery | None = None
    _ports: dict[str, list[int]] = field(default_factory=dict)

    # --- `python -m chatops serve`

    async def start(self) -> None:
        """Start the service and wait until it is ready."""
        await self.spawn()
        assert self.process is not None
        async with asyncio.timeout(PATIENCE):
            while not await self.is_ready(self.ops_port):
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

    async def is_ready(self, ops_port: int) -> bool:
        try:
            return (await self.http.get(f"http://127.0.0.1:{ops_port}/readyz")).is_success
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

    # --- children of `tests.faults.serve`

    async def serve(
        self,
        name: str = "a",
        *,
        die: str | None = None,
        how: signal.Signals = signal.SIGKILL,
        armed: bool = False,
        clock_s: float = 0.0,
        wait: bool = True,
    ) -> Child:
        """Start a process of the service on that name's ports, and wait until it is ready."""
        if self.nursery is None:
            late = () if self.hall is None else ("adapters.chat.teams.chat",)
            self.nursery = await Nursery.open(self.environment, late)
        self.starts += 1
        port, ops_port = self._ports.setdefault(name, free_ports(2))
        order = Order(
            config=str(self.folder / "app.yaml"),
            log=str(self.folder / f"serve-{self.starts}.log"),
            journal=str(self.folder / "journal"),
            environment={"SERVE_PORT": str(port), "OPS_PORT": str(ops_port)},
            die=die,
            signal=int(how),
            armed=armed,
            clock_s=clock_s,
        )
        child = await self.nursery.fork(order, name, port, ops_port)
        self.children = [each for each in self.children if each.is_alive]
        self.children.append(child)
        if wait:
            async with asyncio.timeout(PATIENCE):
                while not await self.is_ready(ops_port):
                    assert child.is_alive or die, child.log.read_text("utf-8")
                    if not child.is_alive:
                        break
                    await asyncio.sleep(0.02)
        self.point_teams()
        return child

    def point_teams(self) -> None:
        """Let Teams call a process that should listen, as a balancer has it."""
        if self.hall is not None:
            url = f"http://127.0.0.1:{self.somewhere()}/teams/messages"
            self.hall.cloud.point_at(url)

    async def join_teams(self) -> None:
        """Add the app to the team, from which the service learns where Teams is."""
        if (cloud := self.hall and self.hall.cloud) is None:
            return
        async with asyncio.timeout(PATIENCE):
            while True:
                await cloud.hands.install(MAYA)
                if cloud.delivered[-1].answer.status == 200:
                    return
                await asyncio.sleep(0.05)  # it may have no keys yet to know Teams by

    def rooms_of(self, queue: str) -> list[str]:
        """The rooms in which a queue's tickets have cards."""
        return [queue, HALL] if self.hall is not None and queue == QUEUE else [queue]

    def named(self, name: str) -> Child:
        """The newest child of that name."""
        return [child for child in self.children if child.name == name][-1]

    async def stop(self, child: Child, how: signal.Signals = signal.SIGKILL) -> int:
        """End a child; its exit code, negative for the signal that killed it."""
        child.send(how)
        async with asyncio.timeout(PATIENCE):
            return await child.ended

    def journal(self) -> list[list[str]]:
        """What the children have noted: look-ups and sends."""
        path = self.folder / "journal"
        return [line.split() for line in path.read_text().splitlines()] if path.exists() else []

    async def turn(self, hours: float) -> None:
        """Turn business time on, once, though the process that did it dies before it says so."""
        await self.turn_to(await self._asked_until_told(_business_time) + timedelta(hours=hours))

    async def turn_to(self, at: datetime) -> None:
        """Turn business time on to a moment."""

        async def turned(http: httpx.AsyncClient, clock: str) -> bool:
            if await _business_time(http, clock) < at:
                await http.post(clock, json={"to": at.isoformat()})
            return await _business_time(http, clock) >= at

        await self._asked_until_told(turned)

    async def _asked_until_told(self, ask: Callable[[httpx.AsyncClient, str], Awaitable[T]]) -> T:
        """Ask of any process's clock until there is an answer; all may just be starting."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for child in self.children:
                    with suppress(httpx.TransportError):
                        url = f"http://127.0.0.1:{child.ops_port}/dev/clock"
                        if told := await ask(self.http, url):
                            return told
                await asyncio.sleep(0.05)

    # --- customers

    def writes(self, text: str, who: str) -> Chirp:
        """A customer writes on Chirp; nobody has been told of it yet."""
        return self.chirp.timeline.write(self.chirp.hands.person(who), text, RealClock().now())

    def answers_to(self, post: Chirp, text: str, who: str) -> Chirp:
        """Somebody writes under a post."""
        person = self.chirp.hands.person(who)
        return self.chirp.timeline.write(person, text, RealClock().now(), to_post=post.id)

    def answers(self, post: Chirp, text: str) -> Chirp:
        """The customer goes on under a post of their own."""
        return self.chirp.timeline.write(post.author, text, RealClock().now(), to_post=post.id)

    async def tell(self, account: str, *posts: Chirp, port: int | None = None) -> int | None:
        """Deliver posts in one signed body; the status, or None if nobody answered."""
        events = [self.chirp.hands.event(post) for post in posts]
        body = _body(account, events)
        headers = {
            "content-type": "application/json",
            "x-chirp-signature": sign(world.CHIRP_SECRET, int(RealClock().now()), body),
        }
        url = f"http://127.0.0.1:{port or self.somewhere()}/in/sandbox/{account}"
        status: int | None = None
        with suppress(httpx.TransportError):
            status = (await self.http.post(url, content=body, headers=headers)).status_code
        self.untaken += status != 200
        return status

    def somewhere(self) -> int:
        """A port where a process should listen, another one each time, as a balancer has it."""
        alive = [child for child in self.children if child.is_alive]
        if not alive:
            return self.children[-1].port if self.children else self.port
        self.children.append(self.children.pop(0))
        return alive[0].port

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

    async def rows(self, question: str) -> list[Row]:
        return await self.database.rows(question)

    def written(self) -> list[str]:
        """What our accounts have written, on Chirp and on X."""
        brand = self.chirp.timeline.brand
        posts = self.chirp.timeline.posts.values()
        found = [post.text for post in posts if post.author == brand]
        if self.x is not None:
            ours = self.x.world.brand.id
            found += [p.shown for p in self.x.world.posts.values() if p.author_id == ours]
            found += [m.text for m in self.x.world.messages.values() if m.sender_id == ours]
        return found

    async def until(self, question: str, answer: list[Row]) -> None:
        """Wait until the database gives that answer."""
        found: list[Row] = []
        try:
            async with asyncio.timeout(PATIENCE):
                while (found := await self.rows(question)) != answer:
                    assert self.process is None or self.process.returncode is None, self.log()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{question}: {found}, not {answer}\n{self.log()}") from None


def _body(account: str, events: list[Event]) -> bytes:
    return json.dumps({"account": account, "events": [event.json() for event in events]}).encode()


@asynccontextmanager
async def staged(folder: Path, database: Database, **has: Unpack[Has]) -> AsyncIterator[Stage]:
    """The clouds on loopback and app.yaml; the service is not started."""
    with_x, with_teams = has.get("with_x", False), has.get("with_teams", False)
    by_the_clock = has.get("by_the_clock", ByTheClock())
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        slack = SlackCloud(world.WORKSPACE, limits=sped(DOCUMENTED, SPEED))
        chirp = world.chirp(RealClock())
        x = XCloud(world.x_world(), RealClock()) if with_x else None
        teams = _teams() if with_teams else None
        clouds = await _mounted(stack, *(each for each in (slack, chirp, x, teams) if each))
        if teams is not None:
            teams.state.base_url = f"{clouds}/teams"
        port, ops_port = free_ports(2)
        config = _CONFIG.format(
            database=database.url,
            speed=SPEED,
            clouds=clouds,
            zone=by_the_clock.zone,
            digests="\n".join(_digest(*each) for each in by_the_clock.digests),
            teams=_chat(clouds) if teams else "",
            rooms="\n".join(_room(*room) for room in (*_ROOMS, *([_IN_TEAMS] if teams else []))),
            queues="\n".join(_queue(name, teams is not None) for name in PLACES),
            people=hall.PEOPLE if teams else "",
            accounts="\n".join(_ACCOUNT.format(name=name, clouds=clouds) for name in PLACES),
            x=_X.format(name=ON_X, clouds=clouds) if x else "",
        )
        (folder / "app.yaml").write_text(config, "utf-8")
        http = await stack.enter_async_context(client(timeout=5.0))
        environment = {
            "SERVE_PORT": str(port),
            "OPS_PORT": str(ops_port),
            "CHATOPS_KEY": Fernet.generate_key().decode(),
            "SLACK_BOT_TOKEN": world.CARE_APP.bot_token,
            "SLACK_APP_TOKEN": world.CARE_APP.app_token,
            "CHIRP_TOKEN": world.CHIRP_TOKEN,
            "CHIRP_SECRET": world.CHIRP_SECRET,
            "TEAMS_SECRET": world.ORGANISATION.secret,
            "X_CLIENT_SECRET": str(world.X_APP.client_secret),
            "X_CONSUMER_KEY": world.X_APP.consumer_key,
            "X_CONSUMER_SECRET": world.X_APP.consumer_secret,
        }
        in_teams = Hall(teams) if teams else None
        stage = Stage(
            folder, database, slack, chirp, x, in_teams, http, port, ops_port, environment
        )
        stack.push_async_callback(_cleared, stage)
        if x is not None:
            await _connect_x(stage)
            _silence_echoes(x)
        yield stage


def _teams() -> TeamsCloud:
    return TeamsCloud(world.ORGANISATION, limits=sped_teams(OF_TEAMS, SPEED))


def _chat(clouds: str) -> str:
    organisation = world.ORGANISATION
    return hall.CHAT.format(
        app_id=organisation.app_id, tenant=organisation.tenant, clouds=clouds, speed=SPEED
    )


def _room(name: str, chat: str, id: str) -> str:
    return f'  {name}: {{ chat: {chat}, id: "{id}" }}'


def _queue(name: str, with_teams: bool) -> str:
    rooms = [name, HALL] if with_teams and name == QUEUE else [name]
    return _QUEUE.format(name=name, rooms=", ".join(rooms))


def _digest(name: str, at: str) -> str:
    return _DIGEST.format(name=name, at=f'"{at}"')


async def _connect_x(stage: Stage) -> None:
    """Connect the account on X as an administrator does."""
    config = app.read_config(stage.folder / "app.yaml", stage.environment)
    said: list[str] = []

    async def agree(_question: str) -> str:
        asked = next(line.strip() for line in said if "/oauth2/authorize" in line)
        return (await stage.http.get(asked)).headers["location"]

    await admin.connect(config, "x", None, agree, said.append)


def _silence_echoes(x: XCloud) -> None:
    """Let X never tell us of what we have written: a look-up has to find it."""
    posted = x.activity.posted

    def told(post: Post) -> None:
        if post.author_id != x.world.brand.id:
            posted(post)

    x.activity.posted = told  # type: ignore[method-assign] # the stand-in's own, of this stage


async def _mounted(stack: AsyncExitStack, *clouds: Any) -> str:
    shared = web.Application()
    for cloud in clouds:
        cloud.mount(shared)
    return await stack.enter_async_context(serving(shared))


async def _business_time(http: httpx.AsyncClient, clock: str) -> datetime:
    return datetime.fromisoformat((await http.get(clock)).json()["now"])


async def _cleared(stage: Stage) -> None:
    await stage.end()
    if stage.nursery is not None:
        await stage.nursery.close()
