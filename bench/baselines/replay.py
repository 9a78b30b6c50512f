"""Raw sqlite3 running statements that were recorded: what the database alone needs for them.

The settings are the service's own (WAL, synchronous FULL where a commit waits for the disk), the
statements and their parameters the very ones; there is no queue, no thread, no parsing and no
decision.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

Recorded = Sequence[tuple[str, Sequence[object]]]


def replay(path: Path, statements: Recorded, transactions: int) -> float:
    """Run the statements in so many transactions of equal size; return the seconds they took."""
    size = -(-len(statements) // transactions)
    parts = [statements[start : start + size] for start in range(0, len(statements), size)]
    return replay_each(path, [(True, part) for part in parts])


def replay_each(path: Path, transactions: Sequence[tuple[bool, Recorded]]) -> float:
    """Run the transactions, each flushed or not; return the seconds they took."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    was_flushed = True
    execute = connection.execute
    began = perf_counter()
    for flushed, statements in transactions:
        if flushed is not was_flushed:
            execute(f"PRAGMA synchronous = {'FULL' if flushed else 'NORMAL'}")
            was_flushed = flushed
        execute("BEGIN IMMEDIATE")
        for text, parameters in statements:
            execute(text, parameters).fetchall()
        execute("COMMIT")
    took = perf_counter() - began
    connection.close()
    return took


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, to compare what two sides have written.

    How the full-text index lies in its own tables depends on where commits fell; its rows do not.
    """
    connection = sqlite3.connect(path)
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'message_words_%'"
    ).fetchall()
    rows = {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for (name,) in names}  # noqa: S608 - its own names
    connection.close()
    return rows
