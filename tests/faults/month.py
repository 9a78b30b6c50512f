"""`make month`: three processes live through a month on turned business time, and die all the time.

Clocks go forward in it. Every digest of every local day, every alert of every clock and every stage of
every chain has to be there once, though a process is killed wherever one is made.
"""

import asyncio
import random
import signal
import sys
import tempfile
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from storage.instant import micros
from tests.faults.database import Postgres
from tests.faults.load import AGENTS, Load, loaded
from tests.faults.nursery import Child
from tests.faults.process import ByTheClock

#: Clocks go forward on 14 March 2027, from 2:00 to 3:00: half past two is not there.
ZONE: Final = ZoneInfo("America/New_York")
FIRST: Final = date(2027, 2, 25)
DIGESTS: Final = {"night": time(0, 30), "gap": time(2, 30), "evening": time(18, 0)}
BY_THE_CLOCK: Final = ByTheClock(
    ZONE.key, tuple((name, f"{at:%H:%M} sun-sat") for name, at in DIGESTS.items())
)

#: Where a digest, an alert and a stage of a chain are made and sent.
POINTS: Final = tuple(
    f"{when}:{step}:1"
    for made, sent in (("publish", "published"), ("alert", "alert"), ("stage", "event"))
    for when, step in (
        ("before", made),
        ("after", made),
        ("after", f"take:{sent}"),
        ("before", f"post:{sent}"),
        ("after", f"post:{sent}"),
        ("before", f"delivered:{sent}"),
    )
)
_ALERTS: Final = """
    SELECT name, count(*) FROM entry WHERE name IN ('Alerted', 'Breached', 'StageReached', 'ChainEnded')
     GROUP BY name ORDER BY name
"""
_NAMES: Final = ("a", "b", "c")
_out = Console(highlight=False)


async def lived(load: Load, days: int) -> int:
    """Live through so many days; how many processes died."""
    month = _Month(load)
    await month.begin()
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(month.keep(done))
        for day in range(days):
            await month.day(FIRST + timedelta(days=day))
        done.set()
    await month.end()
    return month.deaths


class _Month:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._stage = load.stage
        self.deaths = 0
        self._doomed: list[Child] = []

    async def begin(self) -> None:
        """Put three in the place of the one, and turn to the eve."""
        await self._stage.stop(self._stage.children[-1])
        for name in _NAMES:
            await self._start(name)
        await self._stage.turn_to(_moment(FIRST, time()) - timedelta(hours=1))
        await self._digests_until(_moment(FIRST, time()) - timedelta(hours=1))

    async def day(self, day: date) -> None:
        for hour in sorted({*self._load.chance.sample(range(24), 8), 0, 18, 23}):
            at = _moment(day, time(hour, 45))
            self._arm()
            await self._customers()
            await self._stage.turn_to(at)
            await self._alerts_until(at)
            await self._digests_until(at)
        _out.print(f"{day}: {self.deaths} killed", end="\r")

    async def end(self) -> None:
        """Put three that live in the place of those that are to die."""
        for child in self._doomed:
            await self._stage.stop(child)
        await self._load.renew()

    # --- processes

    async def _start(self, name: str) -> None:
        point = self._load.chance.choice(POINTS)
        self._doomed.append(await self._stage.serve(name, die=point))

    def _arm(self) -> None:
        """Let two of them die where they next make or send what they are to die at."""
        for child in self._load.chance.sample(self._doomed, min(2, len(self._doomed))):
            child.send(signal.SIGUSR1)

    async def keep(self, done: asyncio.Event) -> None:
        """Put another in the place of each that dies, for all three may die of one digest."""
        while not done.is_set():
            for child in [child for child in self._doomed if not child.is_alive]:
                self._doomed.remove(child)
                self.deaths += 1
                await self._start(child.name)
            await asyncio.sleep(0.05)

    # --- people

    async def _customers(self) -> None:
        """Somebody writes; some are answered, so that their clocks end."""
        chance = self._load.chance
        ticket = await self._load.ticket_of(await self._load.opens())
        if chance.random() < 0.4:
            await self._load.press_until_acknowledged(f"claim {ticket}", chance.choice(AGENTS))
        if chance.random() < 0.3:
            await self._load.reply(ticket)
        elif chance.random() < 0.3:
            with suppress(TimeoutError):
                await self._load.press(f"close {ticket} resolved")

    # --- time

    async def _alerts_until(self, at: datetime) -> None:
        for due in ("clock WHERE alert_at", "ticket WHERE chain_at"):
            question = f"SELECT count(*) FROM {due} < {micros(at)}"  # noqa: S608 - words of ours
            await self._stage.until(question, [(0,)])

    async def _digests_until(self, at: datetime) -> None:
        """Wait until each digest's newest time till then has had it."""
        for name, made in DIGESTS.items():
            today = at.astimezone(ZONE).date()
            newest = today if _moment(today, made) <= at else today - timedelta(days=1)
            question = f"SELECT max(period) FROM digest_run WHERE name = '{name}'"  # noqa: S608
            await self._stage.until(question, [(newest.isoformat(),)])


def _moment(day: date, at: time) -> datetime:
    """Return a local time in UTC; one in the gap by the time before it, and so after its digest."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


async def _told(load: Load, days: int) -> tuple[int, list[str]]:
    """Return how many digests there are, and which local days lack theirs or have one too many."""
    wanted = [(FIRST + timedelta(days=each)).isoformat() for each in range(days)]
    wrong: list[str] = []
    for name in DIGESTS:
        rows = await load.stage.rows(
            f"SELECT period FROM digest_run WHERE name = '{name}' ORDER BY period"  # noqa: S608
        )
        there = [period for (period,) in rows if period >= wanted[0]]
        if there != wanted:
            wrong.append(f"{name}: {there}, not {wanted}")
    return len(wanted) * len(DIGESTS), wrong


def main(
    days: Annotated[int, typer.Option(help="Local days to live through.")] = 31,
    seed: Annotated[int, typer.Option(help="Of what is left to chance; 0 draws one.")] = 0,
) -> None:
    """Live through a month, and fail where a digest or an alert was lost or came twice."""
    seed = seed or random.SystemRandom().randrange(1, 10**6)
    _out.print(f"seed {seed}")
    sys.exit(asyncio.run(_run(days, seed)))


async def _run(days: int, seed: int) -> int:
    with tempfile.TemporaryDirectory(prefix="month-") as folder:
        path = Path(folder)
        async with loaded(path, Postgres(path), seed, by_the_clock=BY_THE_CLOCK) as load:
            deaths = await lived(load, days)
            verdict = await load.settles()
            digests, wrong = await _told(load, days)
            alerts = await load.stage.rows(_ALERTS)
    _out.print(
        f"{days} days from {FIRST} in {ZONE.key}, three processes, {deaths} of them killed: "
        f"{digests} digests; {', '.join(f'{count} {name}' for name, count in alerts)}; "
        f"lost {len(verdict.lost)}, doubled {len(verdict.doubled)}, "
        f"out of order {len(verdict.disorder)}, untrue {len(verdict.untrue)}, "
        f"found by look-up {verdict.found}"
    )
    for each in (*wrong, *verdict.broken):
        _out.print(each, markup=False)
    return int(bool(wrong or verdict.broken))


if __name__ == "__main__":
    typer.run(main)
