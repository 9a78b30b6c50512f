"""p. What is made from the log: clocks, the working time that they add up, and the roll-up.

A ticket's clocks are folded from twenty events as a rebuild does it, against the fold of the ticket
alone from the same events. Working time is added by a calendar that has kept its days' intervals,
against the same one that must make them anew each time. The roll-up is counted from a whole log of
tickets with eight entries each, against one scan of that log by the raw driver.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from bench import lives
from bench.figure import Figure, expect, in_turns, ratio
from bench.reports import DAYS
from chatops.calendar import Calendar, Window
from chatops.clock import SystemClock
from chatops.clocks import folded
from chatops.event import (
    Claimed,
    ClockKind,
    Closed,
    CloseReason,
    CustomerWrote,
    Event,
    Kind,
    Opened,
    Priority,
    ReopenCause,
    Reopened,
    ReplyRequested,
    ReplySent,
    SendingBegan,
    Snoozed,
    SnoozeReason,
    Tagged,
    WakeCause,
    Woken,
)
from chatops.ports import PastEntry
from chatops.refolding import counted_anew
from chatops.sla import QueueTerms, SlaPolicy, SlaTerms
from chatops.step import fold
from storage import open_storage

_START: Final = datetime(2026, 6, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_OFFICE: Final = Calendar("office", "Asia/Tokyo", dict.fromkeys(range(5), (Window(540, 1080),)))
_TARGETS: Final = {
    ClockKind.FIRST_RESPONSE: 3600,
    ClockKind.NEXT_RESPONSE: 7200,
    ClockKind.RESOLUTION: 86400,
    ClockKind.CEILING: 86400,
}
_TERMS: Final = SlaTerms(
    {"care": QueueTerms(_OFFICE, 3600)}, {"shop": "care"}, (SlaPolicy("all", targets=_TARGETS),)
)

_OPENED: Final = Opened(
    1,
    1,
    "shop",
    "x",
    Kind.MENTION,
    private=False,
    queue="care",
    language="en",
    priority=Priority.NORMAL,
    why=(),
    can_reply=True,
)


def _at(minutes: int) -> datetime:
    return _START + 17 * minutes * _MINUTE


def _events() -> tuple[Event, ...]:
    """Return twenty events of a ticket that is answered three times, sleeps, closes and comes back."""
    return (
        _OPENED,
        CustomerWrote(1),
        Claimed(3),
        ReplyRequested(2, 3),
        SendingBegan(2),
        ReplySent(2, 3, _at(5)),
        CustomerWrote(3),
        Snoozed(SnoozeReason.WAITING_CUSTOMER, None, 3),
        CustomerWrote(4),
        Woken(WakeCause.CUSTOMER),
        ReplyRequested(5, 3),
        SendingBegan(5),
        ReplySent(5, 3, _at(12)),
        Tagged("refund", 3),
        CustomerWrote(6),
        ReplyRequested(7, 3),
        SendingBegan(7),
        ReplySent(7, 3, _at(17)),
        Closed(CloseReason.RESOLVED, 3),
        Reopened(ReopenCause.CUSTOMER, None),
    )


@dataclass(frozen=True, slots=True)
class _Log:
    """A ticket's log as a transaction gives it, from memory."""

    entries: Sequence[PastEntry]

    def history(self, _ticket: int) -> Sequence[PastEntry]:
        return self.entries

    def terms(self, _version: str) -> SlaTerms:
        return _TERMS


async def measure(
    folder: Path, *, repeats: int = 200, rounds: int = 21, tickets: int = 20_000
) -> list[Figure]:
    """Return the figures of folding and of adding up."""
    return [
        await _clocks(repeats, rounds),
        await _business_time(repeats, rounds),
        await _rebuilt(folder / "log.db", tickets, min(rounds, 5)),
    ]


async def _clocks(repeats: int, rounds: int) -> Figure:
    pairs = [(event, _at(number)) for number, event in enumerate(_events())]
    heard = (at if isinstance(event, CustomerWrote) else None for event, at in pairs)
    log = _Log(
        [
            PastEntry(number, event, at, _TERMS.version, by)
            for number, ((event, at), by) in enumerate(zip(pairs, heard, strict=True))
        ]
    )
    made = folded(log, _TERMS, 1)  # type: ignore[arg-type] # all that it asks of a transaction
    expect({kind for kind, _ in made} == {*_TARGETS}, "each kind of clock that is promised ran")

    async def ours() -> float:
        began = perf_counter()
        for _ in range(repeats):
            folded(log, _TERMS, 1)  # type: ignore[arg-type] # as above
        return (perf_counter() - began) / repeats

    async def theirs() -> float:
        began = perf_counter()
        for _ in range(repeats):
            fold(1, pairs)
        return (perf_counter() - began) / repeats

    mine, plain = await in_turns(rounds, ours, theirs)
    detail = f"{median(mine) * 1e6:.0f} of {median(plain) * 1e6:.0f} µs, {len(pairs)} events"
    return Figure("p. a ticket's clocks from its log", ratio(mine, plain), 10, "lower", detail)


async def _business_time(repeats: int, rounds: int) -> Figure:
    spans = [(_START + n * 7 * 60 * _MINUTE, 3600 * (1 + n % 40)) for n in range(repeats)]
    day = timedelta(days=1)
    expect(_OFFICE.add(_START, 9 * 3600) == _START + day, "a day has nine hours of work")

    async def ours() -> float:
        return _seconds_of_adding(spans, forgets=False)

    async def theirs() -> float:
        return _seconds_of_adding(spans, forgets=True)

    await ours()
    mine, without = await in_turns(rounds, ours, theirs)
    per = 1e6 / repeats
    detail = f"{median(mine) * per:.1f} of {median(without) * per:.1f} µs a sum, of one to 40 hours"
    name = "p. working time added with its intervals kept"
    return Figure(name, ratio(mine, without), 0.2, "lower", detail)


def _seconds_of_adding(spans: Sequence[tuple[datetime, int]], *, forgets: bool) -> float:
    began = perf_counter()
    for start, seconds in spans:
        if forgets:
            _OFFICE._known.clear()  # noqa: SLF001 - what is measured is to have kept them
        _OFFICE.add(start, seconds)
    return perf_counter() - began


async def _rebuilt(path: Path, tickets: int, rounds: int) -> Figure:
    lives.make(path, tickets, min(tickets // 2, 2000))
    storage = open_storage(f"sqlite:///{path}", None, SystemClock())
    with closing(sqlite3.connect(path)) as db:
        (rows,) = db.execute("SELECT count(*) FROM entry").fetchone()

        async def ours() -> float:
            began = perf_counter()
            until = await storage.work.transact(lambda tx: tx.newest_entry())
            made = await counted_anew(storage.work, DAYS, until)
            await storage.work.transact(lambda tx: tx.replace_rollup(DAYS, until, made))
            return perf_counter() - began

        async def theirs() -> float:
            began = perf_counter()
            read = db.execute("SELECT id, ticket, at, name, body FROM entry").fetchall()
            took = perf_counter() - began
            expect(len(read) == rows, "each entry is read")
            return took

        try:
            mine, scans = await in_turns(rounds, ours, theirs)
            (new,) = db.execute("SELECT sum(total) FROM daily WHERE figure = 'new'").fetchone()
            expect(new == tickets, "each ticket is counted")
        finally:
            await storage.close()
    detail = (
        f"{rows / median(mine):,.0f} of {rows / median(scans):,.0f} entries/s, {rows:,} entries of "
        f"{tickets:,} tickets"
    )
    return Figure(
        "p. the roll-up rebuilt, of a plain scan", ratio(scans, mine), 0.05, "higher", detail
    )
