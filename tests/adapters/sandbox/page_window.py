"""A browser before the whole sandbox, and a bot that answers in it as the test tells it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from page_sandbox import Bot, browser, sandbox
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from adapters.sandbox.server import Sandbox
from adapters.sandbox.world import CARE_JAPAN

DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with browser() as running:
        yield running


@dataclass
class Window:
    """One person's look at the sandbox."""

    base: str
    whole: Sandbox
    bot: Bot
    page: Page

    async def be(self, person: str, room: str = "care-japan", lang: str = "en") -> None:
        await self.page.goto(f"{self.base}/?as={person}&room={room}&lang={lang}")
        await expect(self.page.get_by_test_id("room-title")).to_contain_text(room)

    async def post(self, room: str = CARE_JAPAN.id, **message: object) -> str:
        sent = await self.bot.web.chat_postMessage(channel=room, **{"text": "a card", **message})
        return str(sent["ts"])

    def action(self, name: str) -> Locator:
        return self.page.get_by_test_id("messages").locator(f"[data-action-id={name}]")


@pytest.fixture
async def window(chromium: Browser) -> AsyncIterator[Window]:
    context = await chromium.new_context(viewport=DESK, timezone_id="Europe/Berlin")
    page = await context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    async with sandbox() as (base, whole), Bot(base) as bot:
        yield Window(base, whole, bot, page)
        await context.close()
    assert broken == []


async def until(window: Window, kind: str, count: int) -> None:
    """Wait for so many payloads of a kind, in the page's own time."""
    for _ in range(200):
        if len(window.bot.of(kind)) >= count:
            return
        await window.page.wait_for_timeout(10)
    pytest.fail(f"{len(window.bot.of(kind))} {kind}, not {count}: {window.bot.got}")
