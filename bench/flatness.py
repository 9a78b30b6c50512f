"""i. What must not grow with the years: at a million tickets, against the same at a hundred thousand.

On each database two have the same work at hand (bench.years). Each side reads what the service
reads, by its own reader, of another agent, ticket, thread or page each time; the files are in memory.
The plans of the statements that lead are kept beside the figures.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from bench import server, years, years_postgres
from bench.figure import Figure, Plan, expect, in_turns, ratio
from bench.plans import explained
from bench.recording import AnyWork, RecordedReads, Recording
from chatops.clock import SystemClock
from chatops.ports import TicketFilter, Tx
from chatops.ticket import Status
from storage import open_storage
from storage.instant import instant
from storage.reader import StoredReader

FEW: Final = 100_000
MANY: Final = 1_000_000

SHOWN: Final = 10  #: as the commands ask for
LOOKED_AT: Final = 30
SWEPT: Final = 64  #: clocks and snoozes of one transaction

_QUEUES: Final = tuple(f"queue{number}" for number in range(years.QUEUES))


@dataclass(frozen=True, slots=True)
class Side:
    """A database of so many tickets."""

    count: int
    url: str
    reader: StoredReader
    work: AnyWork | Recording
    step: int = years.STEP  #: microseconds between two tickets

    @property
    def end(self) -> datetime:
        """The time at which the newest ticket has come, and some of the open ones are late."""
        return instant(years.START + self.step * self.count)


#: Reads once, of whatever has that number, and returns how much it found.
Reading = Callable[[Side, int], Awaitable[int]]
#: By name, each with its goal.
Readings = Mapping[str, tuple[float, Reading]]


async def measure(
    folder: Path,
    *,
    few: int = FEW,
    many: int = MANY,
    rounds: int = 15,
    times: int = 8,
    serving: server.Serving = server.safe,
) -> list[Figure]:
    """Return how many times as long each reading takes; `times` of it make one measurement."""
    paths = {count: folder / f"{count}.db" for count in (many, few)}
    for count, path in paths.items():
        years.make(path, count)
    files = {count: f"sqlite:///{path.absolute()}" for count, path in paths.items()}
    figures = await compared("i", "SQLite", files, READINGS, rounds, times)
    with serving(folder) as address:
        async with AsyncExitStack() as stack:
            urls = {}
            for count, path in paths.items():
                urls[count] = await stack.enter_async_context(server.database(address))
                await years_postgres.fill(urls[count], path)
                path.unlink()
            figures += await compared("i", "PostgreSQL", urls, READINGS, rounds, times)
    return figures


async def compared(
    letter: str,
    database: str,
    urls: Mapping[int, str],
    readings: Readings,
    rounds: int,
    times: int,
    step: int = years.STEP,
) -> list[Figure]:
    """Return how much longer each reading takes on the first database than on the second."""
    async with AsyncExitStack() as stack:
        sides = []
        for count, url in urls.items():
            storage = open_storage(url, None, SystemClock())
            stack.push_async_callback(storage.close)
            sides.append(Side(count, url, storage.reader, storage.work, step))
        return [
            await _grown(
                f"{letter}. growth of {name}, {database}", goal, reading, *sides, rounds, times
            )
            for name, (goal, reading) in readings.items()
        ]


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
    found = await _plans(many, reading)
    return Figure(name, ratio(ours, theirs), goal, "lower", detail, found)


async def _plans(side: Side, reading: Reading) -> tuple[Plan, ...]:
    """Return how the database does what is read, statement by statement."""
    reads = RecordedReads(side.reader)
    work = Recording(side.work, SystemClock())
    await reading(replace(side, reader=StoredReader(reads), work=work), 1)
    said = [*reads.log, *(each for done in work.log for each in done.statements)]
    return await explained(side.url, said)


async def _sweep(side: Side, _: int) -> int:
    def run(tx: Tx) -> int:
        found = (tx.to_alert, tx.to_wake, tx.left_open)
        return sum(len(due(side.end, SWEPT)) for due in found)

    return await side.work.transact(run, flushed=False)


async def _due(side: Side, _: int) -> int:
    return len((await side.reader.due(side.end)).all)


async def _find_by_thread(side: Side, number: int) -> int:
    ticket = _any(side, number)
    author = f"c{(ticket - 1) // 2 * 2 + 1}"
    found = await side.reader.ticket_in(f"shop{ticket % years.QUEUES}", f"t{ticket}", author)
    return int(found == ticket)


def _any(side: Side, number: int) -> int:
    """Return a ticket of any time: by a prime that is far from both sizes."""
    return number * 7_919_317 % side.count + 1


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
    ticket = _any(side, number)
    record = await side.reader.record(ticket)
    entries = await side.reader.entries(ticket)
    return len(record.lines) + len(entries) if record else 0


def _search(said: str) -> Reading:
    async def search(side: Side, _: int) -> int:
        hits, _more = await side.reader.search(said, _QUEUES, SHOWN)
        return len(hits)

    return search


READINGS: Final[Readings] = {
    "the due sweep": (1.2, _sweep),
    "the outbox's look": (1.2, _due),
    "find by thread": (1.2, _find_by_thread),
    "list mine": (1.2, _list_mine),
    "show": (1.2, _show),
    "App Home": (1.2, _home),
    "App Home, its later pages": (1.2, _home_page),
    "search, a rare word": (3, _search(years.RARE)),
    "search, a common word": (3, _search(years.COMMON)),
    "search, 返金": (3, _search(years.JAPANESE)),
    "search, two words": (3, _search(f"{years.RARE} {years.COMMON}")),
}
