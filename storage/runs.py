"""What runs functions on a connection; each database has its own."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from storage.statement import Db

T = TypeVar("T")


class Runs(Protocol):
    """Runs functions on a connection, each in a transaction; the work and the reads both do."""

    async def run(self, fn: Callable[[Db], T]) -> T: ...


class Reads(Runs, Protocol):
    """Runs functions that only read, each at one moment."""

    async def close(self) -> None:
        """Wait for the reads under way, then close the connections."""
        ...
