"""How a database does a statement, as it says itself."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing

import asyncpg

from bench.figure import Plan
from bench.recording import Said
from storage import is_postgres, sqlite_path


async def explained(url: str, log: Sequence[Said]) -> tuple[Plan, ...]:
    """Return the plan of each statement, of those with the same text the first one's."""
    first = {" ".join(said.text.split()): said for said in reversed(log)}
    if not is_postgres(url):
        with closing(sqlite3.connect(sqlite_path(url))) as db:
            return tuple(Plan(text, _of_sqlite(db, said)) for text, said in first.items())
    connection = await asyncpg.connect(url)
    try:
        return tuple(
            [
                Plan(text, tuple(line for (line,) in await _of_postgres(connection, said)))
                for text, said in first.items()
            ]
        )
    finally:
        await connection.close()


def compact(plan: Plan) -> str:
    """Return in one line what a plan reads, and by which index."""
    reads = (step.strip(" ->") for step in plan.steps)
    said = [step for step in reads if step.startswith(("SEARCH", "SCAN")) or " on " in step]
    return "; ".join(said)


def _of_sqlite(db: sqlite3.Connection, said: Said) -> tuple[str, ...]:
    rows = db.execute(f"EXPLAIN QUERY PLAN {said.text}", said.params)
    return tuple(detail for _, _, _, detail in rows)


async def _of_postgres(connection: asyncpg.Connection, said: Said) -> Sequence[tuple[str]]:
    rows = await connection.fetch(f"EXPLAIN (COSTS OFF) {said.text}", *said.params)
    return [tuple(row) for row in rows]
