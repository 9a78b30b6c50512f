"""Ask a database itself, beside the service that works on it."""

import asyncio
import sqlite3
import threading
from collections.abc import Coroutine
from functools import cache
from itertools import count
from typing import Any, Final

import asyncpg

_FILE: Final = "sqlite:///"


def ask(url: str, question: str, *values: Any) -> list[tuple[Any, ...]]:
    """Return what a database answers to a question, in which `?` stands for each value."""
    if url.startswith(_FILE):
        with sqlite3.connect(f"file:{url.removeprefix(_FILE)}?mode=ro", uri=True) as db:
            found = db.execute(question, values).fetchall()
        db.close()
        return found
    numbers = count(1)
    numbered = "".join(f"${next(numbers)}" if sign == "?" else sign for sign in question)
    return [tuple(row) for row in _told(_asked(url, numbered, values))]


def tables(url: str) -> list[str]:
    """Return the names of its tables."""
    if url.startswith(_FILE):
        return [name for (name,) in ask(url, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    question = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
    return [name for (name,) in ask(url, question)]


def forget(url: str) -> None:
    """Close the line to a database that is to go."""
    if (line := _lines.pop(url, None)) is not None:
        _told(line.close())


#: A line to each PostgreSQL: opening one anew for each question would take longer than asking it.
_lines: Final[dict[str, Any]] = {}


async def _asked(url: str, question: str, values: tuple[Any, ...]) -> list[Any]:
    if url not in _lines:
        _lines[url] = await asyncpg.connect(url, timeout=10)
    answers: list[Any] = await _lines[url].fetch(question, *values)
    return answers


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Start the loop that asks: who asks has one of their own, which waits meanwhile."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop


def _told(answer: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run_coroutine_threadsafe(answer, _loop()).result()
