"""Slack's stand-in on a loopback port, the vendor's plain client, and a raw websocket to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.sandbox.clock import TurnedClock
from adapters.sandbox.slack import (
    DOCUMENTED,
    App,
    Limits,
    Person,
    Room,
    Shortcut,
    SlackCloud,
    UserGroup,
    Workspace,
)

NOW = 1_790_000_000.0
BEN, AOI, GUEST, STRANGER, BOT = "U1", "U2", "U3", "U4", "U0BOT"
ROOM, PRIVATE, ELSEWHERE, HIDDEN, OLD = "C1", "C2", "C3", "C4", "C5"

APP = App(
    id="A1",
    name="Care",
    bot_id="B1",
    bot_user=BOT,
    bot_token="xoxb-test",
    app_token="xapp-test",
    signing_secret="signing-secret",
    shortcuts=(Shortcut("make_ticket", "Make a ticket of this"),),
)
WORKSPACE = Workspace(
    team_id="T1",
    domain="aozora",
    name="Aozora",
    app=APP,
    people=(
        Person(BEN, "ben", "Ben Carter"),
        Person(AOI, "伊藤 葵", "伊藤 葵", locale="ja-JP"),
        Person(GUEST, "robin", "Robin Vale", is_restricted=True),
        Person(STRANGER, "sam", "Sam Field", team_id="T2"),
    ),
    rooms=(
        Room(ROOM, "care", frozenset({BEN, AOI, STRANGER, BOT})),
        Room(PRIVATE, "leads", frozenset({AOI, BOT}), private=True),
        Room(ELSEWHERE, "random", frozenset({BEN})),
        Room(HIDDEN, "secret", frozenset({BEN}), private=True),
        Room(OLD, "old", frozenset({BEN, BOT}), archived=True),
    ),
    groups=(UserGroup("S1", "leads", "Leads", (AOI,)),),
)

Reply = Callable[[dict[str, Any]], Any]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Wire:
    """A raw Socket Mode connection that acknowledges what it gets, unless it is told to be mute."""

    ws: aiohttp.ClientWebSocketResponse
    hello: dict[str, Any] = field(default_factory=dict)
    got: list[dict[str, Any]] = field(default_factory=list)
    mute: bool = False
    #: Gives the payload of the acknowledgement.
    answer: Reply = lambda _envelope: None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        async for frame in self.ws:
            body = frame.json()
            if "envelope_id" not in body:
                self.got.append(body)
                self.arrived.set()
                continue
            self.got.append(body)
            if not self.mute:
                ack = {"envelope_id": body["envelope_id"]}
                payload = self.answer(body)
                await self.ws.send_json(ack if payload is None else {**ack, "payload": payload})
            self.arrived.set()

    async def until(self, count: int) -> list[dict[str, Any]]:
        """The first `count` envelopes, once they are there."""
        async with asyncio.timeout(5):
            while len(self.got) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.got[:count]

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        return [one["payload"] for one in self.got if one["type"] == kind]


@dataclass
class Slack:
    """Everything that a test needs."""

    cloud: SlackCloud
    clock: TurnedClock
    web: AsyncWebClient
    base: str
    http: aiohttp.ClientSession
    stack: AsyncExitStack

    async def connect(self, *, mute: bool = False) -> Wire:
        app = AsyncWebClient(token=APP.app_token, base_url=f"{self.base}/api/", session=self.http)
        address = (await app.apps_connections_open(app_token=APP.app_token))["url"]
        ws = await self.http.ws_connect(address)
        wire = Wire(ws, hello=await ws.receive_json(), mute=mute)
        task = asyncio.ensure_future(wire.listen())
        self.stack.push_async_callback(ws.close)
        self.stack.callback(task.cancel)
        return wire

    async def trigger(self, who: str = BEN) -> str:
        """A fresh trigger_id, from a command that this person gave."""
        wire = await self.connect()
        await self.cloud.hands.command(who, ROOM, "/care")
        await wire.ws.close()
        return str(self.cloud.delivered[-1].payload["trigger_id"])

    async def post(self, channel: str = ROOM, **args: Any) -> str:
        return str(
            (await self.web.chat_postMessage(channel=channel, **{"text": "hi", **args}))["ts"]
        )


@dataclass(frozen=True)
class Breach:
    """A call that breaks a rule, what comes of it, and what comes of it without the rule."""

    call: Callable[[Slack], Awaitable[str]]
    broken: str
    passed: str = "ok"


@asynccontextmanager
async def slack_at(
    limits: Limits = DOCUMENTED, workspace: Workspace = WORKSPACE
) -> AsyncIterator[Slack]:
    clock = TurnedClock(NOW)
    cloud = SlackCloud(workspace, clock, limits)
    async with cloud.serve() as base, aiohttp.ClientSession() as http, AsyncExitStack() as stack:
        web = AsyncWebClient(
            token=APP.bot_token, base_url=f"{base}/api/", session=http, retry_handlers=[]
        )
        yield Slack(cloud, clock, web, base, http, stack)


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with slack_at() as running:
        yield running


async def outcome(call: Awaitable[object]) -> str:
    """`ok`, or Slack's error string."""
    try:
        await call
    except SlackApiError as error:
        return str(error.response["error"])
    return "ok"


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Claim"), "action_id": "claim", **more}


def option(value: str = "v", text: str = "o") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def menu(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "more", "options": [option()], **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements), **more}


def field_of(element: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    element = element or {"type": "plain_text_input", "action_id": "text"}
    return {
        "type": "input",
        "block_id": "reply",
        "label": plain("Reply"),
        "element": element,
        **more,
    }


def external(**more: Any) -> dict[str, Any]:
    """A select whose options the app answers while one types."""
    return {"type": "external_select", "action_id": "canned", **more}


def home(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    mine = {"type": "header", "text": plain("Mine")}
    return {"type": "home", "blocks": list(blocks) or [mine], **more}


def manifest(**more: Any) -> dict[str, Any]:
    """An app's settings, as its author would paste them into Slack."""
    return {
        "display_information": {"name": "Care"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "shortcuts": [manifest_shortcut()],
            "slash_commands": [{"command": "/care", "description": "Work on tickets"}],
        },
        "oauth_config": {"scopes": {"bot": ["chat:write", "commands"]}},
        "settings": {
            "event_subscriptions": {"bot_events": ["app_home_opened"]},
            "socket_mode_enabled": True,
        },
        **more,
    }


def manifest_shortcut(**more: Any) -> dict[str, Any]:
    words = {"name": "Add note", "description": "Keep this message as a note"}
    return {"type": "message", "callback_id": "add_note", **words, **more}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": plain("Reply"),
        "submit": plain("Send"),
        "callback_id": "reply",
        "blocks": list(blocks) or [field_of()],
        **more,
    }
