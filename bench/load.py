"""j. Ten minutes of 200 changes a second on 300 open tickets, with a chat that takes its lawful rate.

Time is turned; the process is one of its own, whose memory nothing else has grown. Its memory holds
the service and the stand-in. Cards can be shown anew far more slowly than they change: what must
hold is that the back-log is a row a card, that memory does not grow after the first minute, and that
no card waits much longer than it takes to show all of them once.
"""

import asyncio
import json
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

import structlog

from bench import site
from bench.burst import UPDATES, expect_last_state
from bench.figure import Figure, expect
from bench.picture import draw
from bench.turned import TurnedLoop
from bench.turned_site import TurnedSite, act, opened
from chatops.scene import Agent
from storage.instant import micros

MINUTE: Final = 60.0
TICK: Final = 0.25  #: seconds between two handfuls of changes
LOOK: Final = 5.0  #: seconds between two looks at memory and back-log

#: By how much memory may have grown from the second minute to the last: what the allocator and the
#: stand-in's log of calls move it by.
TOLERANCE: Final = 1.05

#: Some cards wait longer than the mean turn: their rooms have more to show.
SPREAD: Final = 1.2

#: What is said of a ticket in turn by `tag`: its card changes each time, and its thread never.
_TAGS: Final = ("parcel", "size", "-parcel", "-size")
_WAITING: Final = "SELECT due_at FROM delivery WHERE due_at IS NOT NULL ORDER BY due_at"


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at a time, in seconds from the begin of changes."""

    at: float
    resident: float  #: megabytes
    waiting: int  #: deliveries
    oldest: float  #: seconds for which the longest waiting one has been due
    middle: float  #: the same of the median one


async def measure(
    folder: Path,
    *,
    tickets: int = 300,
    seconds: float = 10 * MINUTE,
    rate: int = 200,
    picture: Path = Path("var/bench-load.png"),
) -> list[Figure]:
    """Return the figures, and draw what was seen over time."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.load", str(folder), str(tickets), str(seconds), str(rate)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    expect(process.returncode == 0, "the load has run to its end")
    looks = [Look(**each) for each in json.loads(said)]
    draw(picture, looks, tickets)
    return _figures(looks, tickets, rate, picture)


def _figures(looks: Sequence[Look], tickets: int, rate: int, picture: Path) -> list[Figure]:
    end = looks[-1].at
    early = median(
        look.resident for look in looks if MINUTE <= look.at < 2 * MINUTE or end < MINUTE
    )
    late = median(look.resident for look in looks if look.at > end - MINUTE)
    most = max(look.waiting for look in looks)
    oldest = max(look.oldest for look in looks)
    turn = tickets / UPDATES
    memory = f"{late:.1f} of {early:.1f} MB, medians of the last and the second minute; {picture}"
    pending = f"{most} of {tickets}: {rate} changes a second for {end / MINUTE:.0f} minutes"
    lag = f"{oldest:.0f} of {turn:.0f} s, in which all cards can be shown once"
    return [
        Figure("j. memory under load", late / early, TOLERANCE, "lower", memory),
        Figure("j. deliveries that wait, of the cards", most / tickets, 1, "lower", pending),
        Figure("j. longest wait of a card", oldest / turn, SPREAD, "lower", lag),
    ]


async def _load(
    folder: Path, tickets: int, seconds: float, rate: int, loop: TurnedLoop
) -> list[Look]:
    async with opened(folder, loop) as turned:
        turned.cloud.state.on_event = lambda _: None  # it would keep what it tells nobody
        await _open(turned, tickets)
        delivering = asyncio.create_task(turned.outbox.run())
        while not await turned.outbox.idle():
            await turned.clock.sleep(1)
        looks = await _change(turned, folder, tickets, seconds, rate)
        while not await turned.outbox.idle():
            await turned.clock.sleep(1)
        turned.outbox.end()
        await delivering
        await expect_last_state(turned)
    return looks


async def _open(turned: TurnedSite, tickets: int) -> None:
    for number in range(tickets):
        channel = turned.service.channels[site.account(number)]
        body = site.mention(number, turned.clock.transport())
        await turned.desk.receive(channel.parse(body))


async def _change(
    turned: TurnedSite, folder: Path, tickets: int, seconds: float, rate: int
) -> list[Look]:
    """Change tickets in turn, all as often; return what was seen meanwhile."""
    agents = await turned.service.storage.reader.agents()
    began = turned.clock.now()
    looks: list[Look] = []
    each = round(rate * TICK)
    for tick in range(round(seconds / TICK)):
        if tick % round(LOOK / TICK) == 0:
            looks.append(_look(turned, folder, turned.clock.now() - began))
        numbers = range(tick * each, (tick + 1) * each)
        await asyncio.gather(*(_one(turned, agents, number, tickets) for number in numbers))
        await turned.clock.sleep(max(0.0, began + (tick + 1) * TICK - turned.clock.now()))
    looks.append(_look(turned, folder, turned.clock.now() - began))
    return looks


async def _one(turned: TurnedSite, agents: Sequence[Agent], number: int, tickets: int) -> None:
    ticket = number % tickets + 1
    tags, agent = _TAGS[number // tickets % len(_TAGS)], agents[ticket % len(agents)]
    await act(turned.desk, "tag", f"change:{number}", ticket, agent, tags=tags)


def _look(turned: TurnedSite, folder: Path, at: float) -> Look:
    calls = turned.cloud.calls
    expect(all(call.outcome == "ok" for call in calls), "no call was refused, none limited")
    calls.clear()  # the stand-in's memory is not the service's
    now = micros(turned.clock.transport())
    with closing(sqlite3.connect(folder / "care.db")) as db:
        waits = [max(0.0, (now - due) / 1e6) for (due,) in db.execute(_WAITING)]
    return Look(
        at=at,
        resident=_resident(),
        waiting=len(waits),
        oldest=waits[0] if waits else 0.0,
        middle=median(waits) if waits else 0.0,
    )


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / 2**20


def main(folder: str, tickets: str, seconds: str, rate: str) -> None:
    """Run the load and print what was seen."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    loop = TurnedLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        looks = runner.run(_load(Path(folder), int(tickets), float(seconds), int(rate), loop))
    print(json.dumps([asdict(look) for look in looks]))


if __name__ == "__main__":
    main(*sys.argv[1:])
