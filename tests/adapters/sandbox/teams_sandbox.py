"""Teams' stand-in on a loopback port, a tiny bot that it talks to, and a plain HTTP client of it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
import jwt
import pytest
from aiohttp import web

from adapters.sandbox.clock import TurnedClock
from adapters.sandbox.loopback import serving
from adapters.sandbox.teams import (
    DOCUMENTED,
    Channel,
    Limits,
    Organisation,
    Person,
    Team,
    TeamsCloud,
)
from adapters.sandbox.teams.window import seen_by

JSON = dict[str, Any]

NOW = 1_790_000_000.0
TENANT, ELSEWHERE = "tenant-1", "tenant-2"
BEN, AOI, GUEST, STRANGER = "aad-ben", "aad-aoi", "aad-guest", "aad-stranger"
MRI = {BEN: "29:ben", AOI: "29:aoi", GUEST: "29:guest", STRANGER: "29:stranger"}
GENERAL = "19:general@thread.tacv2"
CARE, LEADS = "19:care@thread.tacv2", "19:leads@thread.tacv2"
APP, SECRET, BOT = "app-1", "app-secret", "28:app-1"
SCOPE = "https://api.botframework.com/.default"

ORGANISATION = Organisation(
    tenant=TENANT,
    name="Aozora",
    app_id=APP,
    secret=SECRET,
    people=(
        Person(BEN, MRI[BEN], "Ben Carter", "ben@aozora.test", TENANT),
        Person(AOI, MRI[AOI], "伊藤 葵", "aoi@aozora.test", TENANT, locale="ja-JP"),
        Person(GUEST, MRI[GUEST], "Robin Vale", "robin@agency.test", TENANT, guest=True),
        Person(STRANGER, MRI[STRANGER], "Sam Field", "sam@other.test", ELSEWHERE),
    ),
    team=Team(GENERAL, "Aozora", "group-1"),
    channels=(
        Channel(CARE, "Care"),
        Channel(LEADS, "Leads", private=True, members=frozenset({AOI})),
    ),
)


@dataclass
class Bot:
    """An app that checks who calls, keeps what it hears, and answers as it is told."""

    base: str = ""
    #: The application that the tokens must be for.
    app: str = APP
    heard: list[JSON] = field(default_factory=list)
    spoken_to: asyncio.Event = field(default_factory=asyncio.Event)
    #: What it answers: JSON, a status, a finished answer, or nothing.
    answer: Callable[[JSON], Any] = lambda _activity: None
    http: aiohttp.ClientSession | None = None

    async def take(self, request: web.Request) -> web.StreamResponse:
        activity = await request.json()
        claims = await self._claims(request.headers["Authorization"])
        assert claims["serviceurl"] == activity["serviceUrl"]
        self.heard.append(activity)
        self.spoken_to.set()
        given = self.answer(activity)
        if isinstance(given, Awaitable):
            given = await given
        if isinstance(given, web.StreamResponse):
            return given
        if isinstance(given, int):
            return web.Response(status=given)
        return web.Response() if given is None else web.json_response(given)

    async def _claims(self, authorization: str) -> JSON:
        """Read a token by the keys that the cloud publishes, as Microsoft says to do it."""
        assert self.http is not None
        address = f"{self.base}/metadata/.well-known/openidconfiguration"
        async with self.http.get(address) as answer:
            metadata = await answer.json()
        async with self.http.get(metadata["jwks_uri"]) as answer:
            keys = {key["kid"]: key for key in (await answer.json())["keys"]}
        token = authorization.removeprefix("Bearer ")
        key = keys[jwt.get_unverified_header(token)["kid"]]
        assert "msteams" in key["endorsements"]
        claims: JSON = jwt.decode(
            token,
            jwt.PyJWK(key).key,
            algorithms=["RS256"],
            audience=self.app,
            issuer=metadata["issuer"],
            # The cloud's clock is a turned one.
            options={"verify_exp": False, "verify_nbf": False, "require": ["exp", "nbf"]},
        )
        return claims


@dataclass
class Teams:
    """Everything that a test needs."""

    cloud: TeamsCloud
    clock: TurnedClock
    base: str
    http: aiohttp.ClientSession
    bot: Bot
    token: str = ""

    async def login(self, **form: str) -> tuple[int, JSON]:
        asked = {
            "grant_type": "client_credentials",
            "client_id": APP,
            "client_secret": SECRET,
            "scope": SCOPE,
            **form,
        }
        tenant = asked.pop("tenant", TENANT)
        address = f"{self.base}/login/{tenant}/oauth2/v2.0/token"
        async with self.http.post(address, data=asked) as answer:
            return answer.status, await answer.json()

    async def call(
        self, method: str, path: str, body: object = None, token: str | None = None
    ) -> tuple[int, Any]:
        """One call of the connector: its status, and its JSON if there is any."""
        bearer = self.token if token is None else token
        async with self.http.request(
            method,
            f"{self.base}/connector/v3/conversations{path}",
            json=body,
            headers={"Authorization": f"Bearer {bearer}"},
        ) as answer:
            text = await answer.text()
            return answer.status, await answer.json() if text else None

    async def create(self, activity: JSON, channel: str = CARE) -> str:
        """Begin a thread; returns its first message's id."""
        status, made = await self.call("POST", "", thread_in(channel, activity))
        assert status == 201, made
        return str(made["activityId"])

    async def send(self, conversation: str, activity: JSON, query: str = "") -> tuple[int, Any]:
        return await self.call("POST", f"{path(conversation)}/activities{query}", activity)

    async def update(self, conversation: str, id: str, activity: JSON) -> tuple[int, Any]:
        return await self.call("PUT", f"{path(conversation)}/activities/{id}", activity)

    def messages(self, me: str = BEN, channel: str = CARE) -> list[JSON]:
        """What a person sees in a channel."""
        seen = seen_by(self.cloud.state, me)
        found = [one for one in seen["channels"] if one["id"] == channel]
        return list(found[0]["messages"])


@asynccontextmanager
async def teams_at(
    limits: Limits = DOCUMENTED,
    organisation: Organisation = ORGANISATION,
    *,
    installed: bool = True,
) -> AsyncIterator[Teams]:
    clock = TurnedClock(NOW)
    cloud = TeamsCloud(organisation, clock, limits)
    bot = Bot()
    app = web.Application()
    app.router.add_post("/teams/messages", bot.take)
    async with serving(app) as ours, cloud.serve() as base, aiohttp.ClientSession() as http:
        bot.base, bot.http = base, http
        running = Teams(cloud, clock, base, http, bot)
        running.token = (await running.login())[1]["access_token"]
        cloud.point_at(f"{ours}/teams/messages")
        if installed:
            await cloud.hands.install(BEN)
            bot.heard.clear()
            bot.spoken_to.clear()
            cloud.delivered.clear()
        cloud.calls.clear()
        yield running


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with teams_at() as running:
        yield running


def path(conversation: str) -> str:
    return f"/{quote(conversation, safe='')}"


def thread_in(channel: str, activity: JSON) -> JSON:
    return {
        "isGroup": True,
        "channelData": {"channel": {"id": channel}},
        "activity": activity,
        "tenantId": TENANT,
    }


def chat_with(person: str, **more: Any) -> JSON:
    return {"isGroup": False, "members": [{"id": person}], "tenantId": TENANT, **more}


def text(words: str = "hi", **more: Any) -> JSON:
    return {"type": "message", "text": words, **more}


def card(*body: JSON, **more: Any) -> JSON:
    shown = list(body) or [block()]
    return {"type": "AdaptiveCard", "version": "1.5", "body": shown, **more}


def attached(content: JSON) -> JSON:
    return {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}


def posted(content: JSON | None = None, **more: Any) -> JSON:
    """A message with one card."""
    return {"type": "message", "attachments": [attached(content or card())], **more}


def block(words: str = "Ticket 42", **more: Any) -> JSON:
    return {"type": "TextBlock", "text": words, **more}


def execute(**more: Any) -> JSON:
    return {
        "type": "Action.Execute",
        "title": "Claim",
        "verb": "claim",
        "data": {"t": 42},
        **more,
    }


def opening(**more: Any) -> JSON:
    """A button that opens a dialog."""
    data = {"msteams": {"type": "task/fetch"}, "c": "reply"}
    return {"type": "Action.Submit", "title": "Reply", "data": data, **more}


def submit(**more: Any) -> JSON:
    return {"type": "Action.Submit", "title": "Send", "data": {"c": "reply"}, **more}


def field_of(kind: str = "Input.Text", id: str = "text", **more: Any) -> JSON:
    return {"type": kind, "id": id, **more}


def dialog_of(content: JSON, **more: Any) -> JSON:
    """An answer that opens a dialog."""
    info = {"title": "Reply", "height": "medium", "width": "medium", "card": attached(content)}
    return {"task": {"type": "continue", "value": {**info, **more}}}


def said(words: str) -> JSON:
    """An answer to a press: a sentence."""
    kind = "application/vnd.microsoft.activity.message"
    return {"statusCode": 200, "type": kind, "value": words}


def shown(content: JSON) -> JSON:
    """An answer to a press: another card."""
    kind = "application/vnd.microsoft.card.adaptive"
    return {"statusCode": 200, "type": kind, "value": content}
