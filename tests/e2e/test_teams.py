"""One ticket, live in Slack and in Teams at once: what is done in one shows in the other.

The pictures of each step are kept in var/shots/e2e for people to look at.
"""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, Locator, expect

from chatops.sandbox import CONFIG
from tests.e2e.running import Live, running
from tests.e2e.window import DESK, PHONE, Window, window

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("teams")]

BEN: Final = "U01BEN"
AOI: Final = "U02AOI"
KEN: Final = "U04KEN"
SLACK: Final = "care-global"
TEAMS: Final = "teams-global"

_THERE: Final = (
    "SELECT ticket FROM delivery WHERE what = 'card' AND \"to\" = ? AND shown > 0 AND ticket IN"
    " (SELECT t.id FROM ticket t JOIN customer c ON c.id = t.customer WHERE c.handle = ?)"
)


@pytest.fixture(scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    """The sandbox as it is, with Slack and Teams."""
    async with running(tmp_path_factory.mktemp("both"), Path(CONFIG)) as live:
        yield live


async def new_ticket(live: Live, said: str = "Where is my parcel?") -> int:
    """Let a new customer write, and return their ticket once its card is in both rooms."""
    handle = live.handle()
    await live.write("x", handle, said)
    for room in (SLACK, TEAMS):
        (row,) = await live.until(lambda room=room: live.rows(_THERE, room, handle))  # type: ignore[misc]
    return int(row["ticket"])


class Both:
    """One page, with a ticket's card in each of its panes."""

    def __init__(self, desk: Window, ticket: int) -> None:
        self.desk = desk
        self.ticket = ticket
        self.page = desk.page

    @property
    def slack(self) -> Locator:
        return self.desk.card(self.desk.live.card_ts(self.ticket, SLACK))

    @property
    def teams(self) -> Locator:
        post = self.desk.live.card_ts(self.ticket, TEAMS)
        return self.page.get_by_test_id(f"teams-message-{post}")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_test_id("teams-dialog")

    async def show(self, said: str) -> None:
        """See the same words on both cards."""
        await expect(self.slack).to_contain_text(said)
        await expect(self.teams).to_contain_text(said)

    async def press_in_teams(self, command: str) -> None:
        button = self.teams.locator(f"[data-action-id='do:{command}']")
        if not await button.is_visible():
            await self.teams.get_by_test_id("ac-more").click()
        await button.click()

    async def fill_in_teams(self, **fields: str) -> None:
        """Fill the dialog that opens: choices by their values, texts by their words."""
        await expect(self.dialog).to_be_visible()
        for name, value in fields.items():
            field = self.dialog.locator(f"[data-input^='{name}:']")
            if await field.evaluate("node => node.tagName") == "SELECT":
                await field.select_option(value)
            else:
                await field.fill(value)

    async def send_in_teams(self) -> None:
        await self.dialog.locator(".ac-actions .button").first.click()
        await expect(self.dialog).to_be_hidden()

    async def open_thread(self) -> Locator:
        post = self.desk.live.card_ts(self.ticket, TEAMS)
        await self.page.get_by_test_id(f"teams-thread-{post}").click()
        return self.page.get_by_test_id("teams-thread")


async def test_one_ticket_lives_in_both(browser: Browser, both: Live) -> None:
    async with (
        window(browser, both, DESK) as desk,
        window(browser, both, DESK) as colleague,
    ):
        ticket = await new_ticket(both)
        await desk.be(BEN, SLACK)
        here = Both(desk, ticket)
        await here.show("Where is my parcel?")

        # claimed in Teams
        await here.press_in_teams("claim")
        await expect(here.slack).to_contain_text("Ben")
        await expect(here.teams.locator("[data-action-id='do:claim']")).to_be_hidden()
        await desk.shot("teams-01-claimed-in-teams")

        # answered in Slack, which Aoi sees in Teams while it is written
        await colleague.be(AOI, SLACK)
        there = Both(colleague, ticket)
        await colleague.page.get_by_test_id("teams-room-Care Global").click()
        await desk.press(here.slack, "reply")
        await desk.fill(text="It is on its way: here tomorrow.")
        await expect(there.teams).to_contain_text("Ben is writing")
        await expect(there.teams).to_contain_text("Slack")
        await colleague.shot("teams-02-lock-seen-in-teams")
        await desk.submit()
        await expect(desk.modal).to_be_hidden()
        await both.command(BEN, f"sendnow {ticket}")
        thread = await here.open_thread()
        await expect(thread).to_contain_text("It is on its way: here tomorrow.")
        await desk.shot("teams-03-answered-in-slack")

        # snoozed in Teams, by a dialog
        await here.press_in_teams("snooze")
        await here.fill_in_teams(until="1h", reason="waiting_internal")
        await desk.shot("teams-04-snooze-dialog")
        await here.send_in_teams()
        await here.show("Snoozed")
        await desk.shot("teams-05-snoozed")

        # woken in Teams, escalated by a dialog there
        await here.press_in_teams("wake")
        await expect(here.slack).not_to_contain_text("Snoozed")
        await here.press_in_teams("escalate")
        await here.fill_in_teams(target="specialists", reason="Please look at this.")
        await here.send_in_teams()
        await here.show("specialists")
        await desk.shot("teams-06-escalated")

        # a note by a mention in the thread goes to Slack's thread too
        await desk.page.get_by_test_id("teams-composer").fill("@Care note They called, too.")
        await desk.page.get_by_test_id("teams-composer").press("Enter")
        await desk.be(BEN, SLACK, both.card_ts(ticket, SLACK))
        await expect(desk.page.get_by_test_id("thread")).to_contain_text("They called, too.")

        # closed in Teams, where an answer was given: no reason is asked
        await desk.be(BEN, SLACK)
        await here.press_in_teams("close")
        await here.show("Closed")
        await desk.shot("teams-07-closed")
        done = [(row["name"], row["agent"]) for row in both.log(ticket) if row["agent"]]
        ben = both.agents()[BEN]
        names = ["Claimed", "ReplyRequested", "Snoozed", "Woken", "Escalated", "Noted", "Closed"]
        assert [name for name, agent in done if name in names and agent == ben] == names


async def test_report_digest_and_alert_come_in_teams_too(browser: Browser, both: Live) -> None:
    async with window(browser, both, DESK) as desk:
        ticket = await new_ticket(both, "Is the shop open today?")
        await desk.be(KEN, "care-managers", lang="ja")
        await desk.page.get_by_test_id("teams-room-Care Managers").click()
        await desk.page.get_by_test_id("teams-composer").fill("@Care レポート 今日 ここに")
        await desk.page.get_by_test_id("teams-composer").press("Enter")
        posts = desk.page.get_by_test_id("teams-messages")
        await expect(posts.get_by_test_id("card").first).to_be_visible()
        await desk.shot("teams-08-report-ja")
        now = await both.now()
        evening = now.replace(hour=18, minute=0, second=5, microsecond=0)
        if evening < now:  # it is run at night
            evening += timedelta(days=1)
        await both.turn(to=evening.isoformat())
        sql = "SELECT id FROM delivery WHERE what = 'published' AND \"to\" = 'teams-managers' AND state = 'sent'"
        await both.until(lambda: len(both.rows(sql)) >= 2)
        await desk.shot("teams-09-digest-ja")
        await both.turn(advance_s=3600)  # a first response is due within the hour
        sql = "SELECT id FROM delivery WHERE what = 'alert' AND \"to\" = 'teams-managers' AND state = 'sent' AND ticket = ?"
        await both.until(lambda: both.rows(sql, ticket))
        late = re.compile(rf"First response is (still )?late: #{ticket}")
        alert = posts.get_by_test_id("card").filter(has_text=late).last
        await expect(alert.locator("[data-action-id='do:claim']")).to_be_visible()
        await desk.shot("teams-10-alert")


async def test_phone_shows_teams_in_a_pane_of_its_own(browser: Browser, both: Live) -> None:
    async with window(browser, both, PHONE) as phone:
        ticket = await new_ticket(both, "My zip is broken.")
        await phone.be(AOI, SLACK, lang="ja")
        here = Both(phone, ticket)
        await phone.page.locator("[data-tab=teams]").click()
        await phone.page.get_by_test_id("teams-room-Care Global").click()
        await expect(here.teams).to_contain_text("My zip is broken.")
        await here.press_in_teams("claim")
        await expect(here.teams.locator("[data-action-id='do:claim']")).to_be_hidden()
        wide = await phone.page.evaluate("document.documentElement.scrollWidth")
        assert wide == PHONE["width"]
        await phone.shot("teams-11-phone-ja")
        await here.press_in_teams("close")
        await here.fill_in_teams(reason="resolved")
        await here.send_in_teams()
        await phone.be(BEN, SLACK)  # the longest labels are English
        await phone.page.locator("[data-tab=teams]").click()
        await phone.page.get_by_test_id("teams-composer").fill("@Care report today")
        await phone.page.get_by_test_id("teams-composer").press("Enter")
        report = phone.page.get_by_test_id("teams-messages").get_by_test_id("card").last
        await expect(report.locator("table").last).to_be_visible()
        narrowest = "values => Math.min(...values.map((value) => value.clientWidth))"
        assert await report.locator("dd").evaluate_all(narrowest) > 100
        await phone.shot("teams-12-phone-report")
