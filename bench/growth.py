"""g. What people ask for at a million tickets, against the same at a hundred thousand.

Both databases have the same work at hand (bench.years). Each side reads what the command reads, by
the service's own reader, of another agent, ticket or page each time; the files are in memory.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from bench import years
from bench.figure import Figure, expect, in_turns, ratio
from chatops.ports import TicketFilter
from chatops.ticket import Status
from storage.reader import SqliteReader

FEW: Final = 100_000
MANY: Final = 1_000_000

SHOWN: Final = 10  #: as the commands ask for
LOOKED_AT: Final = 30

_QUEUES: Final = tuple(f"queue{number}" for number in range(years.QUEUES))


@dataclass(frozen=True, slots=True)
class Side:
    """A database of so many tickets."""

    count: int
    reader: SqliteReader


#: Reads once, of whatever has that number, and returns how much it found.
Reading = Callable[[Side, int], Awaitable[int]]


async def measure(
    folder: Path, *, few: int = FEW, many: int = MANY, rounds: int = 31, times: int = 12
) -> list[Figure]:
    """Return how many times as long each reading takes; `times` of it make one measurement."""
    sides = []
    for count in (many, few):
        path = folder / f"{count}.db"
        years.make(path, count)
        sides.append(Side(count, SqliteReader(path)))
    try:
        return [
            await _grown(name, goal, reading, *sides, rounds, times)
            for name, (goal, reading) in READINGS.items()
        ]
    finally:
        for side in sides:
            await side.reader.close()


async def _grown(
    name: str, goal: float, reading: Reading, many: Side, few: Side, rounds: int, times: int
) -> Figure:
    next_round = {many.count: 0, few.count: 0}

    async def seconds(side: Side) -> float:
        first = next_round[side.count] * times
        next_round[side.count] += 1
        began = perf_counter()
        found = [await reading(side, first + number) for number in range(times)]
        took = (perf_counter() - began) / times
        expect(all(found), f"{name} finds something in {side.count} tickets")
        return took

    for side in (many, few):
        await seconds(side)
    ours, theirs = await in_turns(rounds, lambda: seconds(many), lambda: seconds(few))
    said = f"{median(ours) * 1000:.2f} of {median(theirs) * 1000:.2f} ms"
    detail = f"{said} at {many.count:,} and {few.count:,} tickets"
    return Figure(f"g. growth of {name}", ratio(ours, theirs), goal, "lower", detail)


async def _list_mine(side: Side, number: int) -> int:
    return await _listed(side, None, assignee=number % years.AGENTS + 1)


async def _home(side: Side, number: int) -> int:
    me = number % years.AGENTS + 1
    mine = await _listed(side, assignee=me)
    mine += await _listed(side, Status.SNOOZED, assignee=me, limit=1)
    return mine + await _listed(side, unclaimed=True) + await _listed(side, limit=LOOKED_AT)


async def _home_page(side: Side, number: int) -> int:
    page = {"after": SHOWN * (number % 4 + 1)}
    mine = await _listed(side, assignee=number % years.AGENTS + 1, **page)
    return mine + await _listed(side, unclaimed=True, **page)


async def _listed(side: Side, status: Status | None = Status.OPEN, **wanted: int) -> int:
    asked = TicketFilter(_QUEUES, status, **{"limit": SHOWN, **wanted})
    listed, _ = await side.reader.listed(asked)
    return len(listed)


async def _show(side: Side, number: int) -> int:
    # of all times: by a prime that is far from both sizes
    ticket = number * 7_919_317 % side.count + 1
    record = await side.reader.record(ticket)
    entries = await side.reader.entries(ticket)
    return len(record.lines) + len(entries) if record else 0


def _search(said: str) -> Reading:
    async def search(side: Side, _: int) -> int:
        hits, _more = await side.reader.search(said, _QUEUES, SHOWN)
        return len(hits)

    return search


READINGS: Final[Mapping[str, tuple[float, Reading]]] = {
    "list mine": (1.2, _list_mine),
    "show": (1.2, _show),
    "App Home": (1.2, _home),
    "App Home, its later pages": (1.2, _home_page),
    "search, a rare word": (3, _search(years.RARE)),
    "search, a common word": (3, _search(years.COMMON)),
    "search, 返金": (3, _search(years.JAPANESE)),
    "search, two words": (3, _search(f"{years.RARE} {years.COMMON}")),
}
