"""Pictures of what is watched beside the promises: part of `python -m tests.e2e.lateness`.

Two days of a shop that works from nine to six: a reply window that closes, a review with one star,
customers who are invited into direct messages, a claim under which nothing happens, the away text,
and the report's targets with the tickets behind a number.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from playwright.async_api import Browser, expect

from chatops.sandbox import CONFIG
from tests.e2e.gallery import Gallery, Place
from tests.e2e.running import ROOT, running
from tests.e2e.steps import in_view
from tests.e2e.window import DESK, PHONE, window

SHOTS: Final = ROOT / "var/shots/watches"


@dataclass(frozen=True, slots=True)
class Telling:
    """Where it is told, by whom, and in which words."""

    place: Place
    network: str
    agent: str
    lead: str
    leads: str
    chats: str  #: in the shop's chat
    rates: str  #: with one star
    asks: str  #: and is invited into direct messages
    invites: str
    sends: str  #: in a direct message
    waits: str  #: and is claimed by somebody who does nothing
    late: str  #: by night
    report: str
    tickets: str  #: behind a number of the report


TELLINGS: Final = {
    "en": Telling(
        place=Place("en", "care-global", "Care Global", "teams-global"),
        network="x",
        agent="U01BEN",
        lead="U03MAYA",
        leads="care-leads",
        chats="Hi, can I still change the address of my order?",
        rates="Water came through the seams on the first rainy night.",
        asks="My discount code does not work at checkout.",
        invites="Sorry about that! Could you send us the code by direct message?",
        sends="Here it is: AOZORA-10. It says that it has expired.",
        waits="Does the 2P come without the footprint?",
        late="My parcel should have come today. Where is it?",
        report="report 7d",
        tickets="report 7d tickets first response",
    ),
    "ja": Telling(
        place=Place("ja", "care-japan", "Care Japan", "teams-japan"),
        network="chirp",
        agent="U02AOI",
        lead="U04KEN",
        leads="care-leads-jp",
        chats="注文した寝袋の届け先を変更できますか。",
        rates="最初の雨の夜に縫い目から水が入りました。",
        asks="クーポンコードが使えません。",
        invites="ご不便をおかけしております。コードをDMでお知らせいただけますでしょうか。",
        sends="コードは AOZORA-10 です。期限切れと表示されます。",
        waits="2Pはフットプリントなしでも買えますか？",
        late="今日届くはずの荷物がまだ届きません。",
        report="レポート 7日",
        tickets="レポート 7日 チケット 初回返信",
    ),
}


@dataclass
class Watches:
    at: Gallery
    tale: Telling

    async def told(self) -> None:
        at, tale = self.at, self.tale
        await at.turned_to(10, days=1)
        chat = await at.new("shop", tale.chats, kind="dm")
        await at.shot_of("window-open", chat, tale.agent)
        await self._review()
        invited, opened = await self._invited(), await self._invited()
        await at.shot_of("invited", invited, tale.agent)
        await at.live.write(tale.network, at.live.customer(opened), tale.sends, kind="dm")
        await at.happened(opened, "CustomerWrote")
        await at.shot_of("opened", opened, tale.agent)
        idle = await at.new(tale.network, tale.waits)
        await at.live.command(tale.agent, f"claim {idle}", at.place.room)
        await self._away()

        await at.turned_to(9, days=1)
        await at.happened(chat, "Alerted", "reply_window")
        await at.shot_of("window-soon", chat, tale.agent)
        await at.happened(invited, "Alerted", "dm_handover")
        await at.shot_of("nudged", invited, tale.agent)
        await at.turned_to(10, 10)
        await at.happened(chat, "WindowClosed")
        await at.shot_of("window-closed", chat, tale.agent, thread=False)
        await self._reply_closed(chat)
        await at.turned_to(12, 10)
        await at.happened(idle, "IdleAsked")
        await at.shot_of("idle-asked", idle, tale.agent)
        await at.happened(invited, "HandoverAbandoned")
        await at.shot_of("abandoned", invited, tale.agent)
        await at.turned_to(14, 30)
        await at.happened(idle, "Unclaimed")
        await at.shot_of("idle-handed-back", idle, tale.agent)
        await self._report()

    # --- parts

    async def _review(self) -> None:
        """A review of one star: its card, and what the leads' room is told at once."""
        at, tale = self.at, self.tale
        review = await at.new("shop", tale.rates, kind="review", stars=1)
        await at.shot_of("review", review, tale.agent)
        await at.happened(review, "StarsShared")
        await at.at_work(tale.lead, tale.leads)
        await expect(at.desk.page.get_by_test_id("messages")).to_contain_text("★☆☆☆☆")
        await at.shot("review-shared")

    async def _invited(self) -> int:
        """A customer who was asked, by a reply that their network took, into direct messages."""
        at, tale = self.at, self.tale
        ticket = await at.new(tale.network, tale.asks)
        await at.at_work(tale.agent)
        await at.desk.press(at.card(ticket), "reply")
        await at.desk.send(text=tale.invites, then="invite")
        await at.live.command(tale.agent, f"sendnow {ticket}", at.place.room)
        await at.happened(ticket, "ReplySent")
        return ticket

    async def _away(self) -> None:
        at, tale = self.at, self.tale
        await at.turned_to(20)
        ticket = await at.new(tale.network, tale.late, kind="dm")
        await at.happened(ticket, "AwaySent")
        await at.shot_of("away", ticket, tale.agent)

    async def _reply_closed(self, ticket: int) -> None:
        """What is possible still is said to who presses, in each chat."""
        at = self.at
        answers = at.desk.page.get_by_test_id("messages").locator(".message-ephemeral")
        before = await answers.count()
        await at.desk.press(at.card(ticket), "reply")
        await expect(answers).to_have_count(before + 1)
        await in_view(answers.last)
        await at.teams_card(ticket).locator("[data-action-id='do:reply']").click()
        await expect(at.desk.page.get_by_test_id("toast-push").last).to_contain_text(f"#{ticket}")
        await at.shot("window-closed-pressed")

    async def _report(self) -> None:
        """The report with its targets, and the tickets behind one of its numbers."""
        at, tale = self.at, self.tale
        await at.at_work(tale.lead, tale.leads)
        await at.desk.type("/care-report 7d")
        await at.says_in_teams(tale.report)
        await at.desk.open_app(tale.lead, "messages", lang=at.place.lang)
        report = at.desk.page.get_by_test_id("messages").locator("article").last
        picture = report.locator("img.b-image-picture").first
        await expect(picture).to_have_js_property("naturalWidth", 800)
        await at.in_teams(at.desk)
        await at.shot_tall("targets")
        await at.at_work(tale.lead)
        await at.asks(tale.tickets)
        await at.says_in_teams(tale.tickets)
        await at.shot("tickets-behind")


async def tell(browser: Browser, folder: Path, language: str) -> None:
    tale = TELLINGS[language]
    async with (
        running(folder, _office_hours(folder)) as live,
        window(browser, live, DESK) as desk,
        window(browser, live, PHONE) as phone,
    ):
        await Watches(Gallery(live, desk, phone, tale.place, SHOTS), tale).told()


def _office_hours(folder: Path) -> Path:
    """Write the sandbox's app.yaml with nine to six for the shop."""
    said = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    said["calendars"]["shop"]["week"] = {"sun-sat": ["9:00-18:00"]}
    said["canned_from"] = str(CONFIG.parent / said["canned_from"])
    path = folder / "app.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path
