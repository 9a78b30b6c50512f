"""A real PostgreSQL for tests: from a wheel, or the one that CHATOPS_TEST_DATABASE_URL names.

Databases are copies of one that was migrated once: copying takes some 20 ms in memory and up to 200
on a disk, for it makes 300 files; migrating takes a second.
Where no server can be had the tests that want one are skipped, and the run says so; in CI they fail.
"""

import asyncio
import atexit
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from bench.server import start
from storage.migrate import upgrade

T = TypeVar("T")

#: Names a server on which databases may be made and dropped.
GIVEN: Final = "CHATOPS_TEST_DATABASE_URL"

#: Memory that looks like a disk, and what the databases of one process of tests may take there.
MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of one's own is made in it
ROOM: Final = 1 << 30

_numbers = count(1)
_own: list[Any] = []  #: the server from the wheel, if it is that one


@cache
def server() -> str:
    """The address of a server's own database; the test is skipped where there is no server."""
    if given := os.environ.get(GIVEN):  # noqa: TID251
        return given
    try:
        return _from_wheel()
    except ImportError as error:
        why = f"no PostgreSQL: {error}; install the development lock, or set {GIVEN}"
        if os.environ.get("CI"):  # noqa: TID251
            pytest.fail(why)
        pytest.skip(why)


def _from_wheel() -> str:
    # nothing here outlives the run
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix="care-pg-", dir=MEMORY if roomy else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # after the server's own end
    own = start(folder, "fsync = off", "full_page_writes = off", "max_connections = 300")
    _own.append(own)
    url: str = own.get_uri()
    return url


def restart() -> bool:
    """Stop the server as an administrator does, and start it again; False where it is not ours."""
    for own in _own:
        own.stop()
        own.start()
    return bool(_own)


@cache
def _template() -> str:
    """The name of a migrated database without rows."""
    name = f"care_template_{os.getpid()}"
    run(server(), lambda db: db.execute(f'CREATE DATABASE "{name}"'))
    upgrade(at(name))
    return name


def at(name: str) -> str:
    """The address of a database on the server."""
    return urlunsplit(urlsplit(server())._replace(path=f"/{name}"))


def create(*, migrated: bool = True) -> str:
    """Make a database; its address."""
    name = f"care_{os.getpid()}_{next(_numbers)}"
    source = f' TEMPLATE "{_template()}" STRATEGY FILE_COPY' if migrated else ""
    run(server(), lambda db: db.execute(f'CREATE DATABASE "{name}"{source}'))
    return at(name)


def drop(url: str) -> None:
    """Drop a database, whoever is still connected."""
    name = urlsplit(url).path.lstrip("/")
    run(server(), lambda db: db.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def ask(url: str, question: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask a database itself, beside the service."""
    return [tuple(row) for row in run(url, lambda db: db.fetch(question, *values))]


def run(url: str, do: Callable[[Any], Awaitable[T]]) -> T:
    """Do something on a connection of its own, whatever loop runs around us."""

    async def connected() -> T:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            return await do(connection)
        finally:
            await connection.close()

    return _elsewhere(connected())


def _elsewhere(coroutine: Coroutine[Any, Any, T]) -> T:
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
