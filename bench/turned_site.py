"""The service on turned time: its desk and outbox, with the strict stand-in of Slack on the same clock."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, TypeVar

from adapters.chat.slack.chat import open_chat
from adapters.chat.slack.settings import Settings
from adapters.sandbox.slack import SlackCloud
from bench import site
from bench.figure import expect
from bench.turned import TurnedClock, TurnedLoop
from chatops import app
from chatops.call import Done, Origin
from chatops.card import Card
from chatops.delivery.enrolment import Enrolment
from chatops.delivery.outbox import Outbox
from chatops.desk import Desk
from chatops.policy import Room
from chatops.ports import Chat, ChatLimits, Tx
from chatops.scene import Agent
from storage.tx import StoredTx
from storage.work import SqliteWork

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TurnedSite:
    """Everything opened; `outbox` is to be run."""

    service: app.Service
    desk: Desk
    outbox: Outbox
    cloud: SlackCloud
    clock: TurnedClock


@asynccontextmanager
async def opened(folder: Path, loop: TurnedLoop) -> AsyncIterator[TurnedSite]:
    """Open the service in `folder`, with its people known and its chat running."""
    clock = TurnedClock(loop)
    cloud = SlackCloud(site.WORKSPACE, clock)
    async with AsyncExitStack() as stack:
        config = site.config(folder, await stack.enter_async_context(cloud.serve()))
        service = await stack.enter_async_context(app.opened(config))
        work, reader = _Work(service.storage.work, clock, loop), service.storage.reader
        people = list(config.policy.people.values())
        await work.transact(lambda tx: tx.know(people, clock.business()))
        traits = {each.traits.name: each.traits for each in service.channels.values()}
        desk = Desk(work, reader, config.policy, service.registry, traits, clock, service.words)
        settings = config.chats["slack"]
        assert isinstance(settings, Settings)  # noqa: S101 - config made it by this very model
        vault = service.storage.vault
        slack = open_chat(settings, desk, reader, vault, service.words, development=True)
        chat = _Chat(slack, loop)
        enrolment = Enrolment(work, clock)
        await enrolment.begin()
        outbox = Outbox(desk, work, reader, clock, {"slack": chat}, {}, enrolment)
        await stack.enter_async_context(chat.running())
        yield TurnedSite(service, desk, outbox, cloud, clock)


async def act(desk: Desk, command: str, key: str, ticket: int, agent: Agent, **fields: str) -> None:
    """Do what an agent's press does, and insist that it is done."""
    call = desk.call(
        key=key,
        command=command,
        agent=agent,
        origin=Origin.BUTTON,
        chat="slack",
        room=f"room{(ticket - 1) % site.ROOMS}",
        ticket=ticket,
        fields=fields,
    )
    outcome = await desk.handle(call)
    expect(isinstance(outcome, Done), f"{command} is done, not {outcome}")


@dataclass(frozen=True, slots=True)
class _Work:
    """The work, dated by turned time, during which no time passes."""

    shared: ClassVar[bool] = False
    work: SqliteWork
    clock: TurnedClock
    loop: TurnedLoop

    async def transact(self, fn: Callable[[Tx], T], *, flushed: bool = True) -> T:
        with self.loop.busy():
            return await self.work.run(
                lambda db: fn(StoredTx(db, self.clock.transport())), flushed=flushed
            )


class _Chat:
    """Slack, during whose calls no time passes."""

    name = "slack"

    def __init__(self, slack: Chat, loop: TurnedLoop) -> None:
        self.limits: ChatLimits = slack.limits
        self.finds = slack.finds
        self.routes = slack.routes
        self.running = slack.running
        self._slack = slack
        self._loop = loop

    async def post(self, room: Room, card: Card, thread: str | None, marker: str) -> str:
        with self._loop.busy():
            return await self._slack.post(room, card, thread, marker)

    async def update(self, room: Room, id: str, card: Card) -> None:
        with self._loop.busy():
            await self._slack.update(room, id, card)

    async def find(
        self, room: Room, thread: str | None, marker: str, since: datetime, until: datetime
    ) -> str | None:
        with self._loop.busy():
            return await self._slack.find(room, thread, marker, since, until)

    async def url(self, room: Room, id: str) -> str | None:
        with self._loop.busy():
            return await self._slack.url(room, id)
