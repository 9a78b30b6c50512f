"""A workspace to test the Slack adapter in: the strict stand-in, people, and a desk told what to say.

The desk here keeps every Call and answers as a test has told it: what commands do is tested where
they are.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from scenes import ticket

from adapters._drawing.painter import Painter
from adapters.chat.slack.chat import SlackChat, open_chat
from adapters.chat.slack.settings import Mode, Settings
from adapters.sandbox.loopback import serving
from adapters.sandbox.slack import (
    DOCUMENTED,
    App,
    Fault,
    Limits,
    Person,
    Room,
    Shortcut,
    SlackCloud,
    Workspace,
)
from chatops import policy
from chatops.call import Call, CodeSpent, Command, Done, NoArgs, OnSelf, Outcome, Registry
from chatops.card import Card, Choice, Form, Paragraph, Quote, TextBox
from chatops.channel import Message
from chatops.clock import SystemClock
from chatops.policy import Policy, Role
from chatops.scene import Agent
from chatops.text import LANGUAGES, LOCALE, Text, Words, text
from chatops.ticket import Refusal, Ticket

AOI, BEN, GUEST, STRANGER, LOST, BOT = "UAOI", "UBEN", "UGUEST", "USTRANGER", "ULOST", "UBOT"
ROOM, LEADS, ELSEWHERE = "CROOM", "CLEADS", "CELSEWHERE"

APP = App(
    id="A1",
    name="Care",
    bot_id="B1",
    bot_user=BOT,
    bot_token="xoxb-test",
    app_token="xapp-test",
    signing_secret="signing-secret",
    shortcuts=(Shortcut("add_note", "Add note"), Shortcut("make_ticket", "Make a ticket of this")),
)
EVERYBODY = frozenset({AOI, BEN, GUEST, STRANGER, LOST, BOT})
WORKSPACE = Workspace(
    team_id="T1",
    domain="aozora",
    name="Aozora",
    app=APP,
    people=(
        Person(AOI, "aoi", "伊藤 葵", locale="ja-JP"),
        Person(BEN, "ben", "Ben Carter"),
        Person(GUEST, "robin", "Robin Vale", is_restricted=True),
        Person(STRANGER, "sam", "Sam Field", team_id="T2"),
        Person(LOST, "kim", "Kim Lost"),
    ),
    rooms=(
        Room(ROOM, "care", EVERYBODY),
        Room(LEADS, "leads", frozenset({AOI, BOT}), private=True),
        Room(ELSEWHERE, "random", EVERYBODY - {BOT}),
    ),
)

HOME = policy.Room("care", "slack", ROOM, "en", "Asia/Tokyo")
TOKYO = policy.Room("leads", "slack", LEADS, "ja", "Asia/Tokyo")


def _person(name: str, user: str) -> policy.Person:
    return policy.Person(name, name.title(), None, {"slack": user}, {"japan": Role.AGENT})


POLICY = Policy(
    rooms={"care": HOME, "leads": TOKYO},
    queues={},
    people={name: _person(name, user) for name, user in {"aoi": AOI, "ben": BEN}.items()},
    accounts={"desk": policy.Account("desk", "internal", "japan", "en", "desk")},
    digests={},
)
ROLES = {"japan": Role.AGENT}
AGENTS = (
    Agent(1, "aoi", "葵", "ja", ROLES, identities={"slack": AOI}),
    Agent(2, "ben", "Ben", None, ROLES, identities={"slack": BEN}),
    Agent(3, "robin", "Robin", None, ROLES, identities={"slack": GUEST}),
    Agent(4, "sam", "Sam", None, ROLES, identities={"slack": STRANGER}),
    Agent(5, "cleo", "Cleo", None, ROLES),
)

#: What a member of the workspace may ask for who is nobody of ours yet.
IDENTIFY = Command(
    "identify",
    NoArgs,
    Role.VIEWER,
    OnSelf(lambda _args, call: CodeSpent(call.line or "")),
    for_strangers=True,
)


@dataclass
class ToldDesk:
    """A desk that answers as told, by the command's name; untold, all is done.

    Its commands are the product's own as far as who may ask for them goes.
    """

    outcomes: dict[str, Outcome | Callable[[Call], Awaitable[Outcome]]] = field(
        default_factory=dict
    )
    forms: Callable[[Call], Awaitable[Form | Refusal]] | None = None
    calls: list[Call] = field(default_factory=list)
    made: list[Call] = field(default_factory=list)
    gone: list[Call] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    received: list[Message] = field(default_factory=list)
    removed: list[tuple[str, str, str]] = field(default_factory=list)
    strangers: dict[str, Agent] = field(default_factory=dict)
    policy: Policy = POLICY
    clock: SystemClock = field(default_factory=SystemClock)
    registry: Registry = field(default_factory=lambda: Registry({"identify": IDENTIFY}))
    words: Words = field(default_factory=lambda: Words(LOCALE))

    async def person(self, chat: str, id: str) -> Agent | None:
        self.asked.append(id)
        known = next((a for a in AGENTS if (a.identities or {}).get(chat) == id), None)
        return known or self.strangers.get(id)

    async def deleted(self, chat: str, room: str, message: str) -> None:
        self.removed.append((chat, room, message))

    def call(self, **given: Any) -> Call:
        agent: Agent = given["agent"]
        return Call(
            **{
                **given,
                "now": datetime(2026, 10, 1, 9, tzinfo=UTC),
                "language": given.get("language") or agent.language or "en",
                "policy": self.policy,
            }
        )

    async def handle(self, call: Call) -> Outcome:
        self.calls.append(call)
        outcome = self.outcomes.get(call.command, Done())
        return await outcome(call) if callable(outcome) else outcome

    async def form(self, call: Call) -> Form | Refusal:
        self.made.append(call)
        return await self.forms(call) if self.forms else reply_form(call.fields)

    async def left(self, call: Call) -> None:
        self.gone.append(call)

    async def receive(self, inbound: Sequence[Message]) -> None:
        self.received.extend(inbound)


@dataclass
class ToldReader:
    """Knows the agents, which message began which ticket's thread, and what the desk received."""

    desk: ToldDesk = field(default_factory=ToldDesk)
    cards: dict[tuple[str, str], int] = field(default_factory=dict)

    async def agents(self) -> tuple[Agent, ...]:
        return AGENTS

    async def card_at(self, room: str, external_id: str) -> int | None:
        return self.cards.get((room, external_id))

    async def ticket_in(self, account: str, thread_key: str, author: str) -> int | None:
        """The number of the first message of that author in that thread, from 100."""
        key = (account, thread_key, author)
        threads = [(m.account, m.thread_key, m.author.external_id) for m in self.desk.received]
        return 100 + threads.index(key) if key in threads else None

    async def ticket(self, id: int) -> Ticket | None:
        first = self.desk.received[id - 100]
        return ticket(id=id, private=first.private)


class NoVault:
    """What a chat is given to keep things in, and Slack leaves alone."""


def reply_form(fields: Mapping[str, str] | None = None) -> Form:
    """A reply form as the command makes it: what is typed is counted."""
    typed = (fields or {}).get("text", "")
    return Form(
        command="reply",
        ticket=42,
        title=text("t-form"),
        submit=text("t-send"),
        parts=(
            Quote("Where is my <!channel> *tent*?"),
            TextBox("text", text("t-text"), multiline=True, initial=typed, live=True),
            Paragraph(text("t-count", count=len(typed)), small=True),
            Choice(
                "then",
                text("t-then"),
                (("nothing", text("t-send")), ("close", text("t-close"))),
                initial=(fields or {}).get("then", "nothing"),
            ),
        ),
        hidden={"seen": "7"},
        locks=True,
    )


def said(words: str) -> Text:
    return text("t-words", words=words)


def a_card(words: str = "hello", **more: Any) -> Card:
    return Card(push=said(words), blocks=(Paragraph(said(words)),), **more)


def words(folder: Path) -> Words:
    """The product's sentences and those of these tests."""
    own = Path(__file__).parent / "locale"
    for language in LANGUAGES:
        parts = [(place / f"{language}.ftl").read_text("utf-8") for place in (LOCALE, own)]
        (folder / f"{language}.ftl").write_text("\n".join(parts), "utf-8")
    return Words(folder)


@dataclass
class World:
    cloud: SlackCloud
    desk: ToldDesk
    reader: ToldReader
    chat: SlackChat
    url: str | None = None  #: of our own server, in mode http

    async def card(self, ticket: int = 42, **more: Any) -> str:
        """Post a ticket's card into the room; its id."""
        ts = await self.chat.post(HOME, a_card(ticket=ticket, **more), None, f"marker-{ticket}")
        self.reader.cards["care", ts] = ticket
        return ts

    def private(self, user: str) -> list[dict[str, Any]]:
        """What that person was told alone."""
        return [
            {"text": message.text, "blocks": message.blocks, "thread": message.thread_ts}
            for channel in self.cloud.state.messages.values()
            for message in channel.values()
            if message.ephemeral_to == user
        ]

    def direct(self, user: str) -> list[str]:
        """What the app wrote into that person's direct messages."""
        return [
            message.text
            for channel, messages in self.cloud.state.messages.items()
            if channel.startswith("D") and user in self.cloud.state.rooms[channel].members
            for message in messages.values()
        ]

    def view(self, user: str) -> Any:
        """The modal that person has before them; None if there is none."""
        stack = self.cloud.state.views.get(user, [])
        return stack[-1] if stack else None

    def outcomes(self, method: str) -> list[str]:
        return [call.outcome for call in self.cloud.calls if call.method == method]

    async def until(self, true: Callable[[], object]) -> None:
        """Wait until something has come about; fail if it does not in five seconds."""
        async with asyncio.timeout(5):
            while not true():  # noqa: ASYNC110 - conditions of every kind, no common event
                await asyncio.sleep(0.005)


@asynccontextmanager
async def world(
    folder: Path,
    mode: Mode = Mode.SOCKET,
    limits: Limits = DOCUMENTED,
    workspace: Workspace = WORKSPACE,
    faults: Sequence[Fault] = (),
    dead_links: int = 0,
    painter: Painter | None = None,
) -> AsyncIterator[World]:
    """Start the stand-in, with faults in wait, and the chat against it, and connect the two.

    So many of the first addresses for a socket as `dead_links` says open nothing.
    """
    async with AsyncExitStack() as stack:
        cloud = SlackCloud(workspace, limits=limits)
        base = await stack.enter_async_context(cloud.serve())
        for fault in faults:
            cloud.fault(fault)
        give = cloud.sockets.new_ticket
        tickets = iter(["dead"] * dead_links)
        cloud.sockets.new_ticket = lambda: next(tickets, None) or give()
        desk = ToldDesk()
        reader = ToldReader(desk)
        settings = Settings(
            mode=mode,
            bot_token=APP.bot_token,
            app_token=APP.app_token,
            signing_secret=APP.signing_secret,
            api_url=f"{base}/api/",
        )
        said = words(folder)
        chat = open_chat(settings, desk, reader, NoVault(), said, development=True, painter=painter)
        here = World(cloud, desk, reader, chat)
        if mode is Mode.HTTP:
            here.url = await stack.enter_async_context(_serving(chat))
            cloud.delivery.request_url = cloud.delivery.options_url = here.url
        await stack.enter_async_context(chat.running())
        if mode is Mode.SOCKET:
            await here.until(lambda: cloud.sockets.open)
        yield here


@asynccontextmanager
async def _serving(chat: SlackChat) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes(chat.routes())
    async with serving(app) as address:
        yield f"{address}/slack/events"
