"""Raw asyncpg running transactions that were recorded: what PostgreSQL alone needs for them.

Each connection runs one transaction after the other, with the driver's own cache of prepared
statements. What gave an id gives another one now; parameters that were the former are the latter.
"""

import asyncio
from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any

import asyncpg

from bench.recording import Transaction, is_id


async def replay(url: str, transactions: Sequence[Transaction], connections: int = 1) -> float:
    """Run the transactions on so many connections; return the seconds they took."""
    opened = [await asyncpg.connect(url, statement_cache_size=1024) for _ in range(connections)]
    new: dict[Any, Any] = {}
    waiting = iter(transactions)
    began = perf_counter()
    await asyncio.gather(*(_run(connection, waiting, new) for connection in opened))
    took = perf_counter() - began
    for connection in opened:
        await connection.close()
    return took


async def _run(connection: Any, waiting: Iterator[Transaction], new: dict[Any, Any]) -> None:
    for transaction in waiting:
        await connection.execute(
            "BEGIN" if transaction.flushed else "BEGIN; SET LOCAL synchronous_commit TO off"
        )
        for said in transaction.statements:
            rows = await connection.fetch(said.text, *[new.get(one, one) for one in said.params])
            if said.gave:
                given = [value for row in rows for value in row if is_id(value)]
                new.update(zip(said.gave, given, strict=True))
        await connection.execute("COMMIT")


async def contents(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, each table's in an order of its own."""
    connection = await asyncpg.connect(url)
    tables = await connection.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    )
    rows = {
        name: [tuple(row) for row in await connection.fetch(f'SELECT * FROM "{name}" ORDER BY 1')]  # noqa: S608 - its own names
        for (name,) in tables
    }
    await connection.close()
    return rows
