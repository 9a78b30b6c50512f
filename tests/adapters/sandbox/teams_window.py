"""A browser before the whole sandbox with Teams in it, and an app there that answers as it is told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from page_sandbox import sandbox
from page_window import DESK
from playwright.async_api import Browser, Locator, Page, expect
from teams_sandbox import SCOPE, Bot, path, thread_in

from adapters.sandbox.loopback import serving
from adapters.sandbox.server import Sandbox
from adapters.sandbox.world import ORGANISATION, SEATS, TEAMS_GLOBAL

JSON = dict[str, Any]


@dataclass
class TeamsWindow:
    """One person's look at the sandbox, and the app's own calls of the connector."""

    base: str
    whole: Sandbox
    bot: Bot
    page: Page
    http: aiohttp.ClientSession
    token: str = ""

    async def be(self, person: str, lang: str = "en") -> None:
        """Sit down in somebody's seat; `person` is their id in Slack, which seats have."""
        await self.page.goto(f"{self.base}/?as={person}&lang={lang}")
        home = next(seat.channel.name for seat in SEATS if seat.person.id == person)
        await expect(self.channel(home)).to_have_attribute("aria-pressed", "true")

    async def login(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": ORGANISATION.app_id,
            "client_secret": ORGANISATION.secret,
            "scope": SCOPE,
        }
        address = f"{self.base}/teams/login/{ORGANISATION.tenant}/oauth2/v2.0/token"
        async with self.http.post(address, data=form) as answer:
            self.token = (await answer.json())["access_token"]

    async def post(self, activity: JSON, channel: str = TEAMS_GLOBAL.id) -> str:
        """Begin a thread; returns its first message's id."""
        return str((await self._call("POST", "", thread_in(channel, activity)))["activityId"])

    async def reply(self, root: str, activity: JSON, channel: str = TEAMS_GLOBAL.id) -> str:
        thread = path(f"{channel};messageid={root}")
        return str((await self._call("POST", f"{thread}/activities", activity))["id"])

    async def update(self, id: str, activity: JSON, channel: str = TEAMS_GLOBAL.id) -> None:
        await self._call("PUT", f"{path(channel)}/activities/{id}", activity)

    async def _call(self, method: str, path: str, body: JSON) -> JSON:
        address = f"{self.base}/teams/connector/v3/conversations{path}"
        bearer = {"Authorization": f"Bearer {self.token}"}
        async with self.http.request(method, address, json=body, headers=bearer) as answer:
            assert answer.ok, await answer.text()
            return dict(await answer.json())

    def channel(self, name: str) -> Locator:
        return self.page.get_by_test_id(f"teams-room-{name}")

    def message(self, id: str) -> Locator:
        return self.page.get_by_test_id(f"teams-message-{id}")

    def heard(self, name: str) -> list[JSON]:
        """What the app was asked by an invoke of this name: its value."""
        return [one["value"] for one in self.bot.heard if one.get("name") == name]

    def said(self) -> list[JSON]:
        """The messages that the app has heard."""
        return [one for one in self.bot.heard if one["type"] == "message"]


@pytest.fixture
async def teams_window(chromium: Browser) -> AsyncIterator[TeamsWindow]:
    context = await chromium.new_context(viewport=DESK, timezone_id="Europe/Berlin")
    page = await context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    bot = Bot(app=ORGANISATION.app_id)
    async with (
        _listening(bot) as url,
        sandbox(bot=url) as (base, whole),
        aiohttp.ClientSession() as http,
    ):
        bot.base, bot.http = f"{base}/teams", http
        window = TeamsWindow(base, whole, bot, page, http)
        await window.login()
        await whole.teams.hands.install(ORGANISATION.people[0].id)
        bot.heard.clear()
        yield window
        await context.close()
    assert broken == []


@asynccontextmanager
async def _listening(bot: Bot) -> AsyncIterator[str]:
    """The app's messaging endpoint."""
    app = web.Application()
    app.router.add_post("/teams/messages", bot.take)
    async with serving(app) as address:
        yield f"{address}/teams/messages"
