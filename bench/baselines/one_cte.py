"""Raw asyncpg writing all rows of an event by one statement: the least that intake can be.

It knows each row in advance. All that it asks of the database are the rows' numbers, of which those
in one statement name each other; it looks for nothing, and decides nothing.
"""

import asyncio
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any

import asyncpg

from bench.recording import is_id

#: A table and a row of it, by column.
Rows = Sequence[tuple[str, dict[str, Any]]]


def statement(rows: Rows, sequences: dict[str, str]) -> tuple[str, list[Any]]:
    """Return what writes the rows, whose numbers are anew; sequences give them, by table."""
    numbers = [row["id"] for _, row in rows if "id" in row]
    named = {number: f"(SELECT i{place} FROM ids)" for place, number in enumerate(numbers)}  # noqa: S608
    ids = ", ".join(
        f"nextval('{sequences[table]}') AS i{numbers.index(row['id'])}"
        for table, row in rows
        if "id" in row
    )
    parts, params = [f"WITH ids AS MATERIALIZED (SELECT {ids})"], list[Any]()
    for place, (table, row) in enumerate(rows):
        values = []
        for value in row.values():
            if is_id(value):
                values.append(named[value])
            else:
                params.append(value)
                values.append(f"${len(params)}")
        columns = ", ".join(f'"{column}"' for column in row)
        insert = f'INSERT INTO "{table}" ({columns}) VALUES ({", ".join(values)})'  # noqa: S608 - its own names
        parts.append(f"r{place} AS ({insert})")
    return ", ".join(parts) + " SELECT 1", params


async def write(url: str, events: Sequence[tuple[str, list[Any]]], connections: int) -> float:
    """Run the statements on so many connections; return the seconds they took."""
    opened = [await asyncpg.connect(url, statement_cache_size=1024) for _ in range(connections)]
    waiting = iter(events)
    began = perf_counter()
    await asyncio.gather(*(_run(connection, waiting) for connection in opened))
    took = perf_counter() - began
    for connection in opened:
        await connection.close()
    return took


async def _run(connection: Any, waiting: Iterator[tuple[str, list[Any]]]) -> None:
    for text, params in waiting:
        await connection.fetch(text, *params)
