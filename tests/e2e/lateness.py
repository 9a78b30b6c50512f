"""`python -m tests.e2e.lateness en ja`: pictures of what time does to tickets, in Slack and in Teams.

A ticket that nobody answers goes from on time to late and up its escalation chain; then come a storm
of alerts as one list, the evening's digests and the report, at a desk and on a phone. What is
watched besides is pictured by `watches`. The pictures are in var/shots/lateness, for people to look at.
"""

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, expect

from chatops.sandbox import CONFIG
from tests.e2e import watches
from tests.e2e.gallery import Gallery, Place
from tests.e2e.running import ROOT, chromium, running
from tests.e2e.steps import in_view
from tests.e2e.window import DESK, PHONE, Window, window

SHOTS: Final = ROOT / "var/shots/lateness"
STORM: Final = 6
#: What has been published in a room since one of its posts.
PUBLISHED: Final = (
    "SELECT id FROM delivery WHERE what = 'published' AND \"to\" = ? AND state = 'sent' AND id > ?"
)


@dataclass(frozen=True, slots=True)
class Telling:
    """Where it is told, by whom, and in which words."""

    place: Place
    network: str
    asks: str
    agent: str
    manager: str
    managers: str
    leads: str
    why: str
    digest: str
    report: str


TELLINGS: Final = {
    "en": Telling(
        place=Place("en", "care-global", "Care Global", "teams-global"),
        network="x",
        asks="My stove leaks gas at the valve. Is it safe to use?",
        agent="U01BEN",
        manager="U03MAYA",  # who reads English
        managers="care-managers",
        leads="care-leads",
        why="why",
        digest="digest breaches",
        report="report today",
    ),
    "ja": Telling(
        place=Place("ja", "care-japan", "Care Japan", "teams-japan"),
        network="chirp",
        asks="バーナーのバルブからガスが漏れています。使っても大丈夫ですか。",
        agent="U02AOI",
        manager="U04KEN",
        managers="care-managers-jp",
        leads="care-leads-jp",
        why="内訳",
        digest="ダイジェスト 期限超過",
        report="レポート 今日",
    ),
}


@dataclass
class Lateness:
    at: Gallery
    tale: Telling

    async def told(self) -> None:
        at, tale = self.at, self.tale
        ticket = await self._new()
        for minutes, name in ((0, "on-time"), (56, "due-soon"), (5, "late")):
            if minutes:
                await at.turned(minutes, ticket)
            await at.shot_of(name, ticket, tale.agent, thread=False)
            await at.asks(f"why {ticket}")
            await at.says_in_teams(f"{tale.why} {ticket}")
            await at.shot(f"{name}-why")
        await self._on_a_phone(ticket)
        await at.at_work(tale.manager, tale.managers)
        await at.shot("alert")
        for minutes, name in ((16, "stage-1"), (16, "stage-2"), (31, "stage-3"), (31, "chain-end")):
            await at.turned(minutes, ticket)
            await at.shot_of(name, ticket, tale.agent)
        late = [await self._new() for _ in range(STORM)]
        await at.turned(62, late[-1])
        await at.at_work(tale.agent)
        await at.shot("storm")
        await at.live.command(tale.agent, f"close {ticket} duplicate", at.place.room)
        await self._evening()
        await self._report()

    # --- parts

    async def _new(self) -> int:
        return await self.at.new(self.tale.network, self.tale.asks)

    async def _on_a_phone(self, ticket: int) -> None:
        """A ticket in time, a late one with its why, and its alert."""
        at, tale = self.at, self.tale
        in_time = await self._new()
        await self._carry(tale.agent, at.place.room)
        await in_view(at.phone.card(at.card_ts(in_time)))
        await at.shot("phone-on-time", at.phone)
        await in_view(at.phone.card(at.card_ts(ticket)))
        await at.shot("phone-late", at.phone)
        await at.asks(f"why {ticket}", at.phone)
        await at.shot("phone-why", at.phone)
        await self._turn_to_teams()
        await in_view(at.teams_card(ticket, at.phone))
        await at.shot("phone-teams-late", at.phone)
        await at.says_in_teams(f"{tale.why} {ticket}", at.phone)
        await at.shot("phone-teams-why", at.phone)
        await self._carry(tale.manager, tale.managers)
        await at.shot("phone-alert", at.phone)
        await at.live.command(tale.agent, f"close {in_time} duplicate", at.place.room)

    async def _evening(self) -> None:
        at, tale = self.at, self.tale
        evening = (await at.live.now()).replace(hour=18, minute=0, second=5, microsecond=0)
        if evening < await at.live.now():
            evening += timedelta(days=1)
        rooms = {tale.managers: "breaches", tale.leads: "closes"}
        before = {
            room: max((row["id"] for row in at.live.rows(PUBLISHED, room, 0)), default=0)
            for room in rooms
        }
        await at.live.turn(to=evening.isoformat())
        for room, name in rooms.items():
            await at.live.until(partial(at.live.rows, PUBLISHED, room, before[room]))
            await at.at_work(tale.manager, room)
            await at.says_in_teams(tale.digest)
            await at.shot(f"digest-{name}")
            await self._carry(tale.manager, room)
            await at.shot(f"phone-digest-{name}", at.phone)

    async def _report(self) -> None:
        at, tale = self.at, self.tale
        await at.at_work(tale.manager, tale.leads)
        await at.desk.type("/care-report")
        await at.says_in_teams(tale.report)
        await self._open_report(at.desk)
        await at.in_teams(at.desk)
        await at.shot_tall("report")
        await self._open_report(at.phone)
        await at.shot("phone-report", at.phone)
        picture = at.phone.page.get_by_test_id("messages").locator("img.b-image-picture").last
        await in_view(picture)
        await at.shot("phone-report-picture", at.phone)
        await self._turn_to_teams()
        await at.says_in_teams(tale.report, at.phone)
        await at.shot("phone-teams-report", at.phone)

    async def _open_report(self, window: Window) -> None:
        """See the newest report in one's own messages, with its picture."""
        await window.open_app(self.tale.manager, "messages", lang=self.at.place.lang)
        report = window.page.get_by_test_id("messages").locator("article").last
        picture = report.locator("img.b-image-picture").first
        await expect(picture).to_have_js_property("naturalWidth", 800)

    async def _carry(self, person: str, room: str) -> None:
        await self.at.phone.be(person, room, lang=self.at.place.lang)

    async def _turn_to_teams(self) -> None:
        await self.at.phone.page.locator("[data-tab=teams]").click()
        await self.at.in_teams(self.at.phone)


async def tell(browser: Browser, folder: Path, language: str) -> None:
    tale = TELLINGS[language]
    async with (
        running(folder, Path(CONFIG)) as live,
        window(browser, live, DESK) as desk,
        window(browser, live, PHONE) as phone,
    ):
        at = Gallery(live, desk, phone, tale.place, SHOTS)
        await Lateness(at, tale).told()


async def main() -> None:
    for language in sys.argv[1:] or TELLINGS:
        for told in (tell, watches.tell):
            with tempfile.TemporaryDirectory() as folder:
                async with chromium() as browser:
                    await told(browser, Path(folder), language)


if __name__ == "__main__":
    asyncio.run(main())
