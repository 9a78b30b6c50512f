"""A person at the sandbox's page: going places, pressing, filling forms, and reading cards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.e2e.running import PATIENCE, ROOT, Live

DESK: Final[ViewportSize] = {"width": 1400, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
SHOTS: Final = ROOT / "var/shots/e2e"

#: What the app is called among the rooms.
APP: Final = "Care"

expect.set_options(timeout=PATIENCE * 1000)


@dataclass
class Window:
    """One tab, with somebody before it."""

    live: Live
    page: Page

    async def be(self, person: str, room: str, thread: str = "", lang: str = "en") -> None:
        """Sit down as this person, in a room and perhaps in a thread."""
        where = f"as={person}&room={room}&thread={thread}&lang={lang}"
        await self.page.goto(f"{self.live.base}/?{where}")
        await expect(self.page.get_by_test_id("room-title")).to_contain_text(room)

    async def open_app(self, person: str, tab: str, lang: str = "en") -> None:
        """Sit down as this person before the app itself, at its `home` or its `messages`."""
        await self.page.goto(f"{self.live.base}/?as={person}&room={APP}&tab={tab}&lang={lang}")
        await expect(self.page.get_by_test_id("room-title")).to_contain_text(APP)

    def card(self, ts: str) -> Locator:
        """The message in the room (not in the thread beside it)."""
        return self.page.get_by_test_id("messages").get_by_test_id(f"message-{ts}")

    async def press(self, place: Locator, command: str, label: str = "") -> None:
        """Press a button of a card, or choose what the menu calls `label`."""
        button = place.locator(
            f"[data-action-id='do:{command}'], [data-action-id='open:{command}']"
        )
        if await button.count():
            await button.click()
        else:
            await place.locator("[data-action-id=menu]").select_option(label=label)

    @property
    def modal(self) -> Locator:
        return self.page.get_by_test_id("modal")

    def field(self, name: str) -> Locator:
        """An input of the open form."""
        return self.modal.locator(f"[data-testid^='modal-field-{name}:']")

    def error(self, name: str) -> Locator:
        """What the open form says beneath an input."""
        return self.modal.locator(f"[data-testid^='modal-error-{name}:']")

    async def fill(self, **fields: str) -> None:
        """Fill the form that opens: choices by their values, texts by their words."""
        await expect(self.modal).to_be_visible()
        for name, value in fields.items():
            control = self.field(name)
            if await control.evaluate("node => node.tagName") == "SELECT":
                await control.select_option(value)
            else:
                await control.fill(value)

    async def submit(self) -> None:
        await self.page.get_by_test_id("modal-submit").click()

    async def send(self, **fields: str) -> None:
        """Fill the form, submit it, and see it close."""
        await self.fill(**fields)
        await self.submit()
        await expect(self.modal).to_be_hidden()

    async def type(self, line: str, composer: str = "composer") -> None:
        """Write in the room's composer, or the thread's."""
        await self.page.get_by_test_id(composer).fill(line)
        await self.page.get_by_test_id(composer).press("Enter")

    async def shot(self, name: str) -> None:
        """Keep a picture for people to look at."""
        await self.page.screenshot(path=SHOTS / f"{name}.png")


@asynccontextmanager
async def window(browser: Browser, live: Live, size: ViewportSize) -> AsyncIterator[Window]:
    """Open a tab; a fault of the page's own fails the test that had it."""
    context = await browser.new_context(viewport=size, timezone_id="Asia/Tokyo")
    context.set_default_timeout(PATIENCE * 1000)
    page = await context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    yield Window(live, page)
    await context.close()
    assert broken == []


def shown(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    """Read a card back from its blocks: title, small print, quotes, facts, buttons and menu."""
    card: dict[str, Any] = {"small": [], "quotes": [], "facts": {}, "buttons": [], "menu": []}
    for block in blocks:
        match block["type"]:
            case "header":
                card["title"] = block["text"]["text"]
            case "context":
                card["small"] += [element["text"] for element in block["elements"]]
            case "rich_text":
                card["quotes"] += [_words(element) for element in block["elements"]]
            case "section":
                pairs = [field["text"].split(":* ", 1) for field in block["fields"]]
                card["facts"] |= {label.removeprefix("*"): value for label, value in pairs}
            case "actions":
                for element in block["elements"]:
                    if element["type"] == "button":
                        card["buttons"].append(element["text"]["text"])
                    else:
                        card["menu"] += [option["text"]["text"] for option in element["options"]]
            case kind:
                raise AssertionError(f"no card of ours has a {kind}")
    return card


def _words(element: dict[str, Any]) -> str:
    return "".join(part.get("text") or f"<@{part['user_id']}>" for part in element["elements"])
