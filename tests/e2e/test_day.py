"""The day of `make demo-day` as a test: what each step shows is what it should.

In one language: each is more than a minute, the story has the other, and `make demo-day` lives both.
"""

from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.e2e.day import TELLINGS, live_through
from tests.e2e.steps import SHOTS

#: With others, for groups are begun first, and this is the longest test of all.
pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("presses of agents")]


@pytest.mark.parametrize("language", ["en"])
async def test_a_whole_day(browser: Browser, tmp_path: Path, language: str) -> None:
    told: list[str] = []
    await live_through(browser, tmp_path, TELLINGS[language], told.append)
    pictures = {path.name for path in SHOTS.glob(f"*-{language}.png")}
    assert pictures == {Path(line.rpartition(" ")[2]).name for line in told}
