"""The day's own means: steps that are told and pictured, and what a person's hands do in them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from playwright.async_api import Error, Locator, expect

from tests.e2e.running import ROOT, Json, Live
from tests.e2e.telling import Customer, Telling
from tests.e2e.window import Window

SHOTS: Final = ROOT / "var/shots/day"

#: Characters of what a browser says of a fault: it quotes whole panes.
_WHY: Final = 400


class Missed(Exception):
    """A step did not show what it should."""


@dataclass
class Day:
    """A day as one team lives it, at a desk and now and then on a phone."""

    live: Live
    telling: Telling
    desk: Window
    phone: Window
    tell: Callable[[str], None]
    tickets: dict[str, int] = field(default_factory=dict)
    steps: int = 0

    # --- steps

    @asynccontextmanager
    async def step(self, name: str, said: str, at: Window | None = None) -> AsyncIterator[None]:
        """Do a step, keep its picture, and tell it; what it did not show is said in its words.

        Raises:
            Missed
        """
        self.steps += 1
        shot = SHOTS / f"{self.steps:02}-{name}-{self.telling.lang}.png"
        try:
            yield
        except (AssertionError, TimeoutError, Error) as error:
            await (at or self.desk).page.screenshot(path=shot)
            why = " ".join(str(error).split("Call log")[0].split()) or "it took too long"
            where = f"step {self.steps}, “{said}”, did not show what it should ({_named(shot)})"
            raise Missed(f"{where}: {why[:_WHY]}") from error
        await (at or self.desk).page.screenshot(path=shot)
        now = await self.live.now()
        self.tell(f"{now:%H:%M}  {self.steps:2}  {said}  → {_named(shot)}")

    # --- places

    async def sit(self, person: str, room: str, key: str = "", at: Window | None = None) -> None:
        """Sit down as a person in a room, and perhaps in the thread of a ticket's card there."""
        thread = await self.card_ts(key, room) if key else ""
        await (at or self.desk).be(person, room, thread, self.telling.lang)
        await self._face_customers(at)

    async def work(self, key: str = "") -> None:
        """Sit down as the agent in the queue's room."""
        await self.sit(self.telling.agent, self.telling.room, key)

    async def app(self, person: str, tab: str, at: Window | None = None) -> None:
        await (at or self.desk).open_app(person, tab, self.telling.lang)
        await self._face_customers(at)

    async def _face_customers(self, at: Window | None) -> None:
        """At the desk, turn the customers' side to the network of this telling."""
        if at is None or at is self.desk:
            await self.desk.page.get_by_test_id(f"customer-network-{self.telling.network}").click()

    async def card_ts(self, key: str, room: str) -> str:
        """Return where a ticket's card stands, once it does and shows all that has happened."""
        sql = """SELECT external_id FROM delivery WHERE ticket = ? AND "to" = ?
            AND what = 'card' AND shown >= wanted AND external_id IS NOT NULL"""
        rows = await self.live.until(lambda: self.live.rows(sql, self.tickets[key], room))
        return str(rows[0]["external_id"])

    async def card(self, key: str, room: str = "", at: Window | None = None) -> Locator:
        """Return a ticket's card in the room that is open, brought into view."""
        window = at or self.desk
        found = window.card(await self.card_ts(key, room or self.telling.room))
        await in_view(found)
        return found

    @property
    def home(self) -> Locator:
        return self.desk.page.get_by_test_id("home")

    @property
    def messages(self) -> Locator:
        return self.desk.page.get_by_test_id("messages")

    @property
    def thread(self) -> Locator:
        return self.desk.page.get_by_test_id("thread-messages")

    @property
    def timeline(self) -> Locator:
        """The public posts of the network, as customers see them."""
        return self.desk.page.get_by_test_id("customer-timeline")

    @property
    def answer(self) -> Locator:
        """What was last said to this person alone."""
        return self.messages.locator(".message-ephemeral").last

    def number(self, key: str) -> str:
        return f"#{self.tickets[key]}"

    def line(self, place: Locator, key: str) -> Locator:
        """A ticket's line in a list."""
        return place.locator(".b-section").filter(has_text=f"{self.number(key)} ·").first

    # --- hands

    async def press(self, place: Locator, command: str) -> None:
        """Press a button, or choose it in the menu behind “More”."""
        button = place.locator(f"[data-action-id^='do:{command}']")
        if await button.count():
            await button.last.click()
            return
        menu = place.locator("[data-action-id=menu]")
        option = menu.locator(f"""option[value*='"c":"{command}"']""")
        value = await option.get_attribute("value")
        assert value is not None, f"nothing offers {command}"
        await menu.select_option(value)

    async def command(self, line: str) -> None:
        """Type a command, and bring its answer into view."""
        before = await self.messages.locator(".message-ephemeral").count()
        await self.desk.type(f"/care {line}")
        await expect(self.messages.locator(".message-ephemeral")).to_have_count(before + 1)
        await expect(self.desk.page.get_by_test_id("composer")).to_be_empty()
        await in_view(self.answer)

    async def reply(self, key: str, words: str, **more: str) -> None:
        """Reply by the form, and send it now."""
        await self.press(await self.card(key), "reply")
        await self.desk.send(text=words, **more)
        await self.send_now(key)

    async def send_now(self, key: str) -> None:
        """Press “Send now” in the thread, and see the reply on the network."""
        await self.thread_of(key)
        await self.press(self.thread, "sendnow")
        sql = "SELECT state FROM message WHERE ticket = ? AND direction = 'outbound' ORDER BY id"
        await self.live.until(lambda: self.live.rows(sql, self.tickets[key])[-1]["state"] == "sent")
        await expect(self.thread.locator("[data-action-id^='do:sendnow']")).to_have_count(0)

    async def thread_of(self, key: str) -> None:
        """Open the thread of a ticket's card in the room that is open."""
        ts = await self.card_ts(key, self.telling.room)
        await self.desk.page.get_by_test_id(f"thread-{ts}").first.click()
        await expect(self.thread).to_be_visible()

    async def shortcut(self, words: str, name: str) -> None:
        """Choose one of the app's shortcuts in the menu of the message that holds these words."""
        said = self.messages.locator("article", has_text=words).last
        await said.hover()
        await said.locator("details.overflow summary").click()
        await said.get_by_test_id(f"shortcut-{name}").click()

    async def see_on_network(self, words: str) -> None:
        """Bring a post with these words into view on the customers' side."""
        post = self.timeline.locator("article", has_text=words).last
        await expect(post).to_be_visible()
        await in_view(post)

    # --- the world

    async def ticket_of(self, words: str) -> int:
        """Return the ticket that these words of a customer opened, once it is there."""
        sql = "SELECT ticket FROM message WHERE text = ? AND ticket IS NOT NULL"
        (row,) = await self.live.until(lambda: self.live.rows(sql, words))
        return int(row["ticket"])

    async def write(self, key: str, who: Customer, **more: object) -> Json:
        """Let a customer write in public, and keep their new ticket as `key`."""
        known = max((row["id"] for row in self.live.rows("SELECT id FROM ticket")), default=0)
        done = await self.live.write(
            self.telling.network,
            who.handle,
            who.asks,
            name=who.name,
            lang="ja" if not who.asks.isascii() else "en",
            **more,
        )
        (row,) = await self.live.until(
            lambda: self.live.rows("SELECT id FROM ticket WHERE id > ?", known)
        )
        self.tickets[key] = row["id"]
        return done

    async def turn(self, days: int, hour: int, minute: int) -> datetime:
        """Turn business time to an hour, so many days on."""
        now = await self.live.now()
        to = now.replace(hour=hour, minute=minute, second=5, microsecond=0) + timedelta(days=days)
        await self.live.turn(to=to.isoformat())
        return to

    async def settled(self) -> None:
        """Wait until every room shows all that has happened."""
        sql = "SELECT count(*) AS lags FROM delivery WHERE shown < wanted OR state NOT IN ('sent')"
        await self.live.until(lambda: not self.live.rows(sql)[0]["lags"])
        await asyncio.sleep(0)


async def in_view(place: Locator) -> None:
    """Bring something into view; what is just being drawn anew is found again."""
    await place.evaluate("node => node.scrollIntoView({block: 'nearest'})")


def _named(shot: object) -> str:
    return str(shot).removeprefix(f"{ROOT}/")
