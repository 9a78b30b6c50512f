"""`python -m tests.e2e.lateness en ja`: pictures of a ticket that nobody answers, in Slack and in Teams.

From on time to late and up its escalation chain, then a storm of alerts as one list, the evening's
digests and the report. The pictures are in var/shots/lateness, for people to look at.
"""

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Locator, expect

from chatops.sandbox import CONFIG
from tests.e2e.running import ROOT, Live, chromium, running
from tests.e2e.window import DESK, Window, window

SHOTS: Final = ROOT / "var/shots/lateness"
STORM: Final = 6
#: What has been published in a room since one of its posts.
PUBLISHED: Final = (
    "SELECT id FROM delivery WHERE what = 'published' AND \"to\" = ? AND state = 'sent' AND id > ?"
)
THERE: Final = (
    "SELECT ticket FROM delivery WHERE what = 'card' AND \"to\" = ? AND shown > 0 AND ticket IN"
    " (SELECT t.id FROM ticket t JOIN customer c ON c.id = t.customer WHERE c.handle = ?)"
)


@dataclass(frozen=True, slots=True)
class Telling:
    """Where it is told, by whom, and in which words."""

    lang: str
    network: str
    asks: str
    agent: str
    manager: str
    room: str
    teams: str  #: the channel's title
    teams_room: str  #: as app.yaml calls it
    managers: str
    leads: str
    why: str
    digest: str
    report: str


TELLINGS: Final = {
    "en": Telling(
        lang="en",
        network="x",
        asks="My stove leaks gas at the valve. Is it safe to use?",
        agent="U01BEN",
        manager="U04KEN",
        room="care-global",
        teams="Care Global",
        teams_room="teams-global",
        managers="care-managers",
        leads="care-leads",
        why="why",
        digest="digest breaches",
        report="report today",
    ),
    "ja": Telling(
        lang="ja",
        network="chirp",
        asks="バーナーのバルブからガスが漏れています。使っても大丈夫ですか。",
        agent="U02AOI",
        manager="U04KEN",
        room="care-japan",
        teams="Care Japan",
        teams_room="teams-japan",
        managers="care-managers-jp",
        leads="care-leads-jp",
        why="内訳",
        digest="ダイジェスト 期限超過",
        report="レポート 今日",
    ),
}


@dataclass
class Lateness:
    live: Live
    desk: Window
    tale: Telling
    pictures: int = 0

    async def told(self) -> None:
        ticket = await self._new()
        await self._at_work(self.tale.agent, self.tale.room)
        await self._asks_why(ticket)
        await self._shot("on-time")
        for minutes, name in ((56, "due-soon"), (5, "late")):
            await self._turned(minutes, ticket)
            await self._asks_why(ticket)
            await self._shot(name)
        await self._at_work(self.tale.manager, self.tale.managers)
        await self._shot("alert")
        for minutes, name in ((16, "stage-1"), (16, "stage-2"), (31, "stage-3"), (31, "chain-end")):
            await self._turned(minutes, ticket)
            await self._at_work(self.tale.agent, self.tale.room, self._card(ticket))
            await self._shot(name)
        late = [await self._new() for _ in range(STORM)]
        await self._turned(62, late[-1])
        await self._at_work(self.tale.agent, self.tale.room)
        await self._shot("storm")
        await self.live.command(self.tale.agent, f"close {ticket} duplicate", self.tale.room)
        evening = (await self.live.now()).replace(hour=18, minute=0, second=5, microsecond=0)
        if evening < await self.live.now():
            evening += timedelta(days=1)
        rooms = {self.tale.managers: "breaches", self.tale.leads: "closes"}
        before = {
            room: max((row["id"] for row in self.live.rows(PUBLISHED, room, 0)), default=0)
            for room in rooms
        }
        await self.live.turn(to=evening.isoformat())
        for room, name in rooms.items():
            await self.live.until(partial(self.live.rows, PUBLISHED, room, before[room]))
            await self._at_work(self.tale.manager, room)
            await self._says_in_teams(self.tale.digest)
            await self._shot(f"digest-{name}")
        await self._at_work(self.tale.manager, self.tale.leads)
        await self.desk.type("/care-report")
        await self._says_in_teams(self.tale.report)
        await self.desk.open_app(self.tale.manager, "messages", lang=self.tale.lang)
        report = self.desk.page.get_by_test_id("messages").locator("article").last
        picture = report.locator("img.b-image-picture").first
        await expect(picture).to_have_js_property("naturalWidth", 800)
        await self._in_teams()
        await self._shot("report")

    # --- parts

    async def _new(self) -> int:
        """Let a new customer write, and return their ticket once its card is in both rooms."""
        handle = self.live.handle()
        await self.live.write(self.tale.network, handle, self.tale.asks, lang=self.tale.lang)
        found = 0
        for room in (self.tale.room, self.tale.teams_room):
            (row,) = await self.live.until(partial(self.live.rows, THERE, room, handle))
            found = int(row["ticket"])
        return found

    def _card(self, ticket: int) -> str:
        return self.live.card_ts(ticket, self.tale.room)

    @property
    def _posts(self) -> Locator:
        return self.desk.page.get_by_test_id("teams-messages")

    async def _at_work(self, person: str, room: str, thread: str = "") -> None:
        await self.desk.be(person, room, thread, self.tale.lang)
        await self._in_teams()

    async def _in_teams(self) -> None:
        await self.desk.page.get_by_test_id(f"teams-room-{self.tale.teams}").click()

    async def _turned(self, minutes: int, ticket: int) -> None:
        """Turn business time, and wait until the ticket's cards show what has come of it."""
        before = len(self.live.log(ticket))
        await self.live.turn(advance_s=minutes * 60)
        await self.live.until(lambda: len(self.live.log(ticket)) > before)
        for room in (self.tale.room, self.tale.teams_room):
            await self.live.until(partial(self.live.is_current, ticket, room))

    async def _asks_why(self, ticket: int) -> None:
        answers = self.desk.page.get_by_test_id("messages").locator(".message-ephemeral")
        before = await answers.count()
        await self.desk.type(f"/care why {ticket}")
        await expect(answers).to_have_count(before + 1)
        await self._says_in_teams(f"{self.tale.why} {ticket}")

    async def _says_in_teams(self, line: str) -> None:
        cards = self._posts.get_by_test_id("card")
        before = await cards.count()
        composer = self.desk.page.get_by_test_id("teams-composer")
        await composer.fill(f"@Care {line}")
        await composer.press("Enter")
        await expect(cards).not_to_have_count(before)

    async def _shot(self, name: str) -> None:
        self.pictures += 1
        SHOTS.mkdir(parents=True, exist_ok=True)
        named = f"{self.pictures:02}-{name}-{self.tale.lang}.png"
        await self.desk.page.screenshot(path=SHOTS / named)


async def tell(browser: Browser, folder: Path, language: str) -> None:
    async with (
        running(folder, Path(CONFIG)) as live,
        window(browser, live, DESK) as desk,
    ):
        await Lateness(live, desk, TELLINGS[language]).told()


async def main() -> None:
    for language in sys.argv[1:] or TELLINGS:
        with tempfile.TemporaryDirectory() as folder:
            async with chromium() as browser:
                await tell(browser, Path(folder), language)


if __name__ == "__main__":
    asyncio.run(main())
