"""Having a database alone: for what no running service must see half done."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from chatops.errors import StorageError
from storage.address import is_postgres, named, sqlite_path
from storage.sqlite import Hold

#: Processes whose lease has not ended, on the database's own clock.
_LIVING: Final = (
    "SELECT name FROM process "
    "WHERE until > extract(epoch from clock_timestamp()) * 1000000 ORDER BY id"
)


@contextmanager
def alone(url: str, command: str) -> Iterator[Path]:
    """Keep every `serve` from the database meanwhile; gives the path that files beside it begin with.

    That is a file's own path, whether it is there yet or not, and `var/` and the name of what a
    server keeps. There, who serves it is only looked for: start nothing meanwhile. `command` is what
    wants it; whoever else does is told so.

    Raises:
        ConfigError: the address cannot be used.
        StorageError: a process, which is named, serves it or has it alone; or its folder cannot be made.
    """
    hold = None
    if is_postgres(url):
        _refuse_served(url)
    path = beside(url)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not is_postgres(url):
            hold = Hold(path, command)
            hold.take()
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error
    try:
        yield path
    finally:
        if hold is not None:
            hold.release()


def beside(url: str) -> Path:
    """Return the path that files beside a database begin with."""
    return Path("var") / named(url).split()[0] if is_postgres(url) else sqlite_path(url)


def _refuse_served(url: str) -> None:
    with ThreadPoolExecutor(1) as thread:  # whatever loop runs around us
        living = thread.submit(lambda: asyncio.run(_living(url))).result()
    if living:
        names = ", ".join(living)
        raise StorageError(f"{named(url)}: process {names} is serving this database; stop it first")


async def _living(url: str) -> list[str]:
    from storage.postgres import connect, failing_as_storage  # noqa: PLC0415 - as in open_storage

    connection = await connect(url)
    try:
        with failing_as_storage(named(url)):
            if await connection.fetchval("SELECT to_regclass('process')") is None:
                return []
            return [str(name) for (name,) in await connection.fetch(_LIVING)]
    finally:
        await connection.close()
