"""`make demo-day`: a whole day at the care desk, pressed through in a browser, told and pictured.

It starts the sandbox on free ports, lives an agent's day from the overnight list to the digest, and
keeps a picture of each step in var/shots/day/. In each language a team of its own lives it.
"""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import yaml
from playwright.async_api import Browser

from tests.e2e import afternoon, evening, midday, morning
from tests.e2e.running import CHROMIUM, chromium, running
from tests.e2e.steps import SHOTS, Day, Missed
from tests.e2e.telling import EN, JA, Telling
from tests.e2e.window import DESK, PHONE, window
from tests.slack_only import slack_only

TELLINGS: Final = {telling.lang: telling for telling in (EN, JA)}

#: What happens, in its order.
PARTS: Final = (
    morning.night,
    morning.opening,
    morning.claims,
    morning.canned_replies,
    midday.finding,
    midday.arranging,
    midday.macros,
    midday.joining,
    midday.moderating,
    midday.colleagues,
    midday.papers,
    afternoon.together,
    afternoon.clocks,
    evening.shift_end,
    evening.digest,
)


async def live_through(
    browser: Browser, folder: Path, telling: Telling, tell: Callable[[str], None]
) -> None:
    """Live a day in `folder`; each step is told.

    Raises:
        Missed: a step did not show what it should.
    """
    for old in SHOTS.glob(f"*-{telling.lang}.png"):
        old.unlink()
    async with (
        running(folder, office_hours(folder)) as live,
        window(browser, live, DESK) as desk,
        window(browser, live, PHONE) as phone,
    ):
        day = Day(live, telling, desk, phone, tell)
        for part in PARTS:
            await part(day)


def office_hours(folder: Path) -> Path:
    """Write the sandbox's app.yaml with nine to six for the shop and for agents, and no samples.

    The sandbox itself never closes, so that its clocks run whenever somebody tries it.
    """
    said = slack_only()
    said["calendars"]["shop"]["week"] = {"sun-sat": ["9:00-18:00"]}
    said["quiet"] = {"sample": 0}
    for person in said["people"].values():
        if person["roles"] == {"*": "agent"}:
            person["shifts"] = "shop"
    path = folder / "app.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


async def main(*languages: str) -> int:
    """Live the day in each language, in both where none is named; return the exit code."""
    if unknown := set(languages) - set(TELLINGS):
        _say(f"no day is told in {', '.join(sorted(unknown))}; there are: {', '.join(TELLINGS)}")
        return 2
    if shutil.which(CHROMIUM) is None:
        _say(f"the day needs a browser, and there is no {CHROMIUM}: apt-get install chromium")
        return 1
    async with chromium() as browser:
        for language in languages or TELLINGS:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    await live_through(browser, Path(folder), TELLINGS[language], _say)
                except Missed as missed:
                    _say(str(missed))
                    return 1
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()  # somebody watches


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
