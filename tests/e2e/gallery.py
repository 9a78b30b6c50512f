"""A desk and a phone at which pictures are taken, in Slack and in Teams, for people to look at."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from playwright.async_api import Locator, ViewportSize, expect

from tests.e2e.running import Live
from tests.e2e.steps import in_view
from tests.e2e.window import DESK, Window

#: A window in which a whole report stands.
TALL: Final[ViewportSize] = {"width": DESK["width"], "height": 2600}
THERE: Final = (
    "SELECT ticket FROM delivery WHERE what = 'card' AND \"to\" = ? AND shown > 0 AND ticket IN"
    " (SELECT t.id FROM ticket t JOIN customer c ON c.id = t.customer WHERE c.handle = ?)"
)


@dataclass(frozen=True, slots=True)
class Place:
    """The rooms in which a ticket's card stands, and in which words."""

    lang: str
    room: str
    teams: str  #: the channel's title
    teams_room: str  #: as app.yaml calls it


@dataclass
class Gallery:
    live: Live
    desk: Window
    phone: Window
    place: Place
    shots: Path
    pictures: int = field(default=0)

    # --- the world

    async def new(self, network: str, asks: str, **more: object) -> int:
        """Let a new customer write, and return their ticket once its card is in both rooms."""
        handle = self.live.handle()
        await self.live.write(network, handle, asks, lang=self.place.lang, **more)
        found = 0
        for room in (self.place.room, self.place.teams_room):
            (row,) = await self.live.until(partial(self.live.rows, THERE, room, handle))
            found = int(row["ticket"])
        return found

    async def settled(self, ticket: int) -> None:
        """Wait until a ticket's cards and threads show all that has happened."""
        for room in (self.place.room, self.place.teams_room):
            await self.live.until(partial(self.live.is_current, ticket, room))

    async def turned(self, minutes: int, ticket: int) -> None:
        """Turn business time, and wait until the ticket's cards show what has come of it."""
        before = len(self.live.log(ticket))
        await self.live.turn(advance_s=minutes * 60)
        await self.live.until(lambda: len(self.live.log(ticket)) > before)
        await self.settled(ticket)

    async def turned_to(self, hour: int, minute: int = 0, days: int = 0) -> datetime:
        """Turn business time to an hour, so many days on."""
        now = await self.live.now()
        to = now.replace(hour=hour, minute=minute, second=5, microsecond=0) + timedelta(days=days)
        await self.live.turn(to=to.isoformat())
        return to

    async def happened(self, ticket: int, name: str, clock: str | None = None) -> None:
        """Wait until a ticket's log has such an event, of that clock, and its cards show it."""

        def has() -> bool:
            found = [each for each in self.live.log(ticket) if each["name"] == name]
            return any(clock in {None, each["body"].get("clock")} for each in found)

        await self.live.until(has)
        await self.settled(ticket)

    # --- places

    async def at_work(self, person: str, room: str = "", thread: str = "") -> None:
        """Sit down as a person: Slack's room on the left, the channel of Teams beside it."""
        await self.desk.be(person, room or self.place.room, thread, self.place.lang)
        await self.in_teams(self.desk)

    async def in_teams(self, window: Window) -> None:
        await window.page.get_by_test_id(f"teams-room-{self.place.teams}").click()

    def card_ts(self, ticket: int) -> str:
        return self.live.card_ts(ticket, self.place.room)

    def card(self, ticket: int) -> Locator:
        return self.desk.card(self.card_ts(ticket))

    def teams_card(self, ticket: int, window: Window | None = None) -> Locator:
        post = self.live.card_ts(ticket, self.place.teams_room)
        return (window or self.desk).page.get_by_test_id(f"teams-message-{post}")

    def posts(self, window: Window | None = None) -> Locator:
        return (window or self.desk).page.get_by_test_id("teams-messages")

    # --- hands

    async def says_in_teams(self, line: str, window: Window | None = None) -> None:
        """Write to the app in the channel, and see a card come of it."""
        page = (window or self.desk).page
        cards = self.posts(window).get_by_test_id("card")
        before = await cards.count()
        composer = page.get_by_test_id("teams-composer")
        await composer.fill(f"@Care {line}")
        await composer.press("Enter")
        await expect(cards).not_to_have_count(before)
        await expect(composer).to_be_empty()
        await in_view(cards.last)

    async def asks(self, line: str, window: Window | None = None) -> Locator:
        """Type a command in Slack, and return its answer, brought into view."""
        at = window or self.desk
        answers = at.page.get_by_test_id("messages").locator(".message-ephemeral")
        before = await answers.count()
        await at.type(f"/care {line}")
        await expect(answers).to_have_count(before + 1)
        await in_view(answers.last)
        return answers.last

    # --- pictures

    async def shot(self, name: str, window: Window | None = None) -> None:
        self.pictures += 1
        self.shots.mkdir(parents=True, exist_ok=True)
        named = f"{self.pictures:02}-{name}-{self.place.lang}.png"
        page = (window or self.desk).page
        await page.screenshot(path=self.shots / named, animations="disabled")

    async def shot_of(self, name: str, ticket: int, person: str, *, thread: bool = True) -> None:
        """Take the ticket's card in both chats, and its threads."""
        await self.settled(ticket)
        await self.at_work(person, thread=self.card_ts(ticket) if thread else "")
        await in_view(self.card(ticket))
        await in_view(self.teams_card(ticket))
        if thread:
            post = self.live.card_ts(ticket, self.place.teams_room)
            await self.desk.page.get_by_test_id(f"teams-thread-{post}").click()
            await in_view(self.desk.page.get_by_test_id("teams-thread"))
            await self.desk.page.mouse.move(0, 0)
        await self.shot(name)

    async def shot_tall(self, name: str) -> None:
        """Take the desk in a window in which long things stand whole."""
        await self.desk.page.set_viewport_size(TALL)
        await self.shot(name)
        await self.desk.page.set_viewport_size(DESK)
