"""The rows of a SQLite database of bench.years, copied into PostgreSQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import asyncpg
from sqlalchemy import Boolean, Table

from storage.tables import METADATA

#: The full-text index is made anew. What most messages share is parsed once, their numbers each.
_WORDS: Final = """
WITH base AS MATERIALIZED (
    SELECT said, to_tsvector('message_words'::regconfig, said) AS parsed
    FROM (SELECT DISTINCT split_part(tokens, ' order ', 1) AS said FROM words) AS each
)
INSERT INTO message_words (rowid, tokens)
SELECT rowid,
    parsed || to_tsvector('message_words'::regconfig, substr(tokens, length(said) + 1))
FROM words JOIN base ON said = split_part(tokens, ' order ', 1)
"""
_INDEXES: Final = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
JOIN pg_class ON pg_class.oid = indrelid AND relnamespace = 'public'::regnamespace
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


async def fill(url: str, path: Path) -> None:
    """Copy all rows into a migrated, empty database, and let the planner know them.

    What the rows refer to is not looked up, and no table is written ahead: the rows are good, and
    nobody misses them after a crash.
    """
    connection = await asyncpg.connect(url)
    with closing(sqlite3.connect(path)) as db:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("SET maintenance_work_mem = '512MB'")
        indexes = await connection.fetch(_INDEXES)
        for name, _ in indexes:
            await connection.execute(f"DROP INDEX {name}")
        # what others refer to comes first, and may be unlogged last
        for table in reversed(METADATA.sorted_tables):
            await connection.execute(f'ALTER TABLE "{table.name}" SET UNLOGGED')
        for table in METADATA.sorted_tables:
            await connection.copy_records_to_table(
                table.name, records=_records(db, table), columns=[each.name for each in table.c]
            )
        await connection.execute("CREATE TEMP TABLE words (rowid bigint, tokens text)")
        words = db.execute("SELECT rowid, tokens FROM message_words")
        await connection.copy_records_to_table("words", records=words)
        await connection.execute("ALTER TABLE message_words SET UNLOGGED")
        await connection.execute(_WORDS)
        for _, made in indexes:
            await connection.execute(made)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.close()


def _records(db: sqlite3.Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    columns = ", ".join(
        # SQLite has no booleans: asyncpg takes whatever is true of what it is given
        f'"{column.name}"'
        for column in table.c
    )
    rows = db.execute(f'SELECT {columns} FROM "{table.name}"')  # noqa: S608 - our own names
    if any(isinstance(column.type, Boolean) for column in table.c):
        are = [isinstance(column.type, Boolean) for column in table.c]
        return (
            tuple(
                bool(value) if is_bool else value for value, is_bool in zip(row, are, strict=True)
            )
            for row in rows
        )
    return rows
