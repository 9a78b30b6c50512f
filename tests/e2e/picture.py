"""`python -m tests.e2e.picture`: make docs/images/page.png anew, the README's one picture.

It shows the sandbox as an agent sees it at a desk: her rooms, a ticket that she has claimed with its
thread open, and what the customer sees.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Final

from playwright.async_api import expect

from tests.e2e.running import ROOT, chromium, running
from tests.e2e.window import window

PICTURE: Final = ROOT / "docs/images/page.png"
BEN: Final = "U01BEN"
ASKS: Final = "Is the Kumo jacket machine washable? The label says one thing and your site another."
ANSWERS: Final = "Yes, Grace: 30 °C, closed zip, no softener. Sorry about the label!"


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with chromium() as browser, running(Path(folder)) as live:
            await live.ticket(
                text="Do you ship to Ireland?", handle="liam_walks", name="Liam Byrne"
            )
            ticket = await live.ticket(text=ASKS, handle="gracecamps", name="Grace Camps")
            await live.command("U03MAYA", f"note {ticket} The new labels are right.")
            ts = live.card_ts(ticket, "care-global")
            async with window(browser, live, {"width": 1400, "height": 800}) as desk:
                await desk.be(BEN, "care-global", ts)
                await desk.press(desk.card(ts), "claim", "Claim")
                await desk.press(desk.card(ts), "reply", "Reply")
                await desk.send(text=ANSWERS)
                thread = desk.page.get_by_test_id("thread-messages")
                await thread.get_by_role("button", name="Send now").click()
                await expect(thread).to_contain_text("✓ Ben replied")
                timeline = desk.page.get_by_test_id("customer-timeline")
                await expect(timeline.locator(".post-brand")).to_be_visible()
                await desk.page.mouse.move(0, 0)
                PICTURE.parent.mkdir(parents=True, exist_ok=True)
                await desk.page.screenshot(path=PICTURE)


if __name__ == "__main__":
    asyncio.run(main())
