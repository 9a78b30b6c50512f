"""A crowd answers one post: the room gets one card for all, and an agent claims one from its line."""

from typing import Final

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.running import Live
from tests.e2e.window import DESK, window

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("e2e")]

BEN: Final = "U01BEN"
LINES: Final = (
    "SELECT d.external_id, d.ticket FROM delivery d JOIN burst b ON b.id = d.burst"
    " WHERE d.what = 'line' AND d.shown > 0 AND b.thread_key = ? ORDER BY d.id"
)
CARD: Final = (
    "SELECT d.external_id FROM delivery d JOIN burst b ON b.id = d.burst"
    " WHERE d.what = 'burst' AND d.shown > 0 AND b.thread_key = ?"
)


async def test_crowd_is_one_card_and_is_claimed_line_by_line(browser: Browser, live: Live) -> None:
    post = await live.network("x", "brand_writes", text="The new AOZORA 2P tent is out today.")
    thread = str(post["id"])
    async with window(browser, live, DESK) as desk:
        await desk.be(BEN, "care-global")
        page = desk.page
        await page.get_by_test_id("customer-kind-reply").click()
        await page.get_by_test_id("customer-crowd").click()
        for count in (1, 25, 45):  # the room is told lawfully: one line after the other
            await live.until(lambda count=count: len(live.rows(LINES, thread)) >= count)  # type: ignore[misc]
        lines = live.rows(LINES, thread)
        (card,) = live.rows(CARD, thread)
        await desk.be(BEN, "care-global", card["external_id"])
        shown = page.get_by_test_id(f"message-{card['external_id']}").first
        await expect(shown).to_contain_text("50 tickets under a post of @aozora_outdoor")
        first = page.get_by_test_id(f"message-{lines[0]['external_id']}")
        await desk.press(first, "claim", "Claim")
        await expect(first).to_contain_text("Ben has it")
        await expect(first.get_by_role("link", name=f"#{lines[0]['ticket']}")).to_be_visible()
        await expect(shown).to_contain_text("In hand: 1")
