"""h. Intake on PostgreSQL: raw body to committed ticket, 64 at once on eight connections.

One other side is asyncpg running the very transactions, on as many connections. The other is
asyncpg writing the same rows by one statement an event, which knows them all in advance.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import asyncpg

from bench import server, site
from bench.baselines import one_cte, replay_postgres
from bench.figure import Figure, expect, in_turns, ratio
from bench.intake import REPEATED, take_in
from bench.recording import FIRST_ID, AnyWork, Recording
from chatops.clock import SystemClock
from storage.postgres import WRITERS

#: So many bodies later one comes again: not while its first is still under way.
LATER: Final = 100

#: Whose rows name an event's ticket, or a row that does; each after those that it names.
_OF_A_TICKET: Final = ("conversation", "customer", "message", "message_words", "entry", "clock")

Rows = Mapping[str, list[dict[str, Any]]]
Through = Callable[[AnyWork], AnyWork | Recording]


async def measure(
    folder: Path, *, events: int = 1024, rounds: int = 5, serving: server.Serving = server.safe
) -> list[Figure]:
    """Return the figures against the same statements and against one statement an event."""
    now = SystemClock().transport()
    fresh = [(number, site.mention(number, now)) for number in range(events)]
    # last of all: in a replay on eight connections none overtakes what it repeats
    bodies = [*fresh, *(fresh[number] for number in range(0, events - LATER, REPEATED))]
    recordings: list[Recording] = []

    def record(work: AnyWork) -> Recording:
        recordings.append(Recording(work, SystemClock()))
        return recordings[-1]

    with serving(folder) as address:
        async with server.database(address) as empty:
            sequences = await _spread_ids(empty)

            async def take(url: str, through: Through = lambda work: work) -> float:
                config = site.config(folder, f"http://{site.HOST}:9/slack", database=url)
                return await take_in(config, bodies, through)

            async with server.database(address, like=empty) as url:
                await take(url, record)
                written = await _rows(url)
            expect(len(written["ticket"]) == events, "each new mention is a ticket")
            log = recordings[0].log
            statements = [one_cte.statement(rows, sequences) for rows in _by_event(written)]

            async def ours() -> float:
                async with server.database(address, like=empty) as url:
                    return len(bodies) / await take(url)

            async def replayed() -> float:
                async with server.database(address, like=empty) as url:
                    took = await replay_postgres.replay(url, log, WRITERS)
                    await _expect_as_many(url, written)
                    return len(bodies) / took

            async def at_once() -> float:
                async with server.database(address, like=empty) as url:
                    took = await one_cte.write(url, statements, WRITERS)
                    await _expect_as_many(url, written)
                    return len(bodies) / took

            mine, raw = await in_turns(rounds, ours, replayed)
            mine_again, single = await in_turns(rounds, ours, at_once)
    of = f"{sum(len(each.statements) for each in log) / len(bodies):.1f} statements each"
    said = f"{max(mine):.0f} of {max(raw):.0f} events/s, {of}, {WRITERS} connections, fsync is on"
    said_single = f"{max(mine_again):.0f} of {max(single):.0f} events/s"
    return [
        Figure("h. intake on PostgreSQL", ratio(mine, raw), 0.5, "higher", said),
        Figure(
            "h. the same by one CTE an event",
            ratio(mine_again, single),
            0.25,
            "higher",
            said_single,
        ),
    ]


async def _spread_ids(url: str) -> dict[str, str]:
    """Let each table's ids begin far from all others; return the sequences by table."""
    connection = await asyncpg.connect(url)
    sequences = dict(
        await connection.fetch(
            "SELECT d.refobjid::regclass::text, d.objid::regclass::text FROM pg_depend d "
            "JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S' WHERE d.deptype = 'a'"
        )
    )
    for place, sequence in enumerate(sequences.values(), 1):
        await connection.execute(f"ALTER SEQUENCE {sequence} RESTART WITH {FIRST_ID * place}")
    await connection.close()
    return sequences


async def _rows(url: str) -> Rows:
    """Return every row of every table that has any, but the migrations'."""
    connection = await asyncpg.connect(url)
    names = await connection.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    )
    rows = {
        name: [dict(row) for row in await connection.fetch(f'SELECT * FROM "{name}" ORDER BY 1')]  # noqa: S608 - its own names
        for (name,) in names
        if name != "alembic_version"
    }
    await connection.close()
    return {name: found for name, found in rows.items() if found}


def _by_event(written: Rows) -> list[one_cte.Rows]:
    """Return the rows that belong together: each ticket's with its body, and the rest one by one."""
    event_of: dict[int, list[tuple[str, dict[str, Any]]]] = {}
    events: list[one_cte.Rows] = []
    raw = iter(written["raw_body"])
    for ticket in written["ticket"]:
        event = [("ticket", ticket), ("raw_body", next(raw))]
        events.append(event)
        event_of |= dict.fromkeys((ticket["id"], ticket["conversation"], ticket["customer"]), event)
    for table in (*_OF_A_TICKET, "delivery"):
        for row in written[table]:
            event = next(event_of[value] for value in row.values() if value in event_of)
            event.append((table, row))
            if "id" in row:
                event_of[row["id"]] = event
    alone = [*(("raw_body", row) for row in raw)]
    for table in ("account_state", "terms"):
        alone += [(table, row) for row in written[table]]
    return [*events, *([each] for each in alone)]


async def _expect_as_many(url: str, written: Rows) -> None:
    found = {name: len(rows) for name, rows in (await _rows(url)).items()}
    wanted = {name: len(rows) for name, rows in written.items()}
    expect(found == wanted, f"both sides have written as many rows: {found} of {wanted}")
