"""Which app.yaml is in force, for all processes that serve one database: the newest numbered row.

Whoever reads a changed app.yaml, at its start or when asked to, writes it as the next edition; but a
text that was in force before comes into force again only when asked to: a process that starts with
it goes by the newest, or a file that was left behind on one machine would rule them all. The others, on whatever machine, find a higher number than theirs and go by what stands there, so that
no two of them decide by different rules for longer than a moment.
"""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import orjson

from chatops.clock import Clock
from chatops.config import Config, Source
from chatops.errors import ConfigError
from chatops.ports import Reader, Work

Load = Callable[[Path, Source | None], Config]

_APP: Final = "app.yaml"
_CANNED: Final = "canned.csv"


@dataclass(frozen=True, slots=True)
class Files:
    """The text of app.yaml and of the canned replies beside it. Secrets in them are names only."""

    app: str
    canned: str | None

    @classmethod
    def of(cls, config: Config) -> "Files":
        """Read what a configuration was read from."""
        canned = config.canned_from
        return cls(
            config.path.read_text("utf-8"),
            canned.read_text("utf-8") if canned is not None else None,
        )


class Editions:
    """The editions of one database; `load` reads an app.yaml and checks it."""

    def __init__(self, work: Work, reader: Reader, clock: Clock, load: Load) -> None:
        self.number = 0  #: of the edition that this process goes by
        self._work = work
        self._reader = reader
        self._clock = clock
        self._load = load

    async def announce(self, config: Config, *, again: bool = True) -> None:
        """Put what this process has read in force for all; nothing if it is that already.

        Without `again` what was in force before stays what it was, and `newer` has what is now.

        Raises:
            StorageError: it could not be written.
        """
        files, now = Files.of(config), self._clock.transport()
        source = orjson.dumps([files.app, files.canned]).decode()
        self.number = await self._work.transact(
            lambda tx: tx.publish_edition(source, now, again=again)
        )

    async def newer(self) -> tuple[int, Config] | None:
        """Return the edition in force and its number, where it is newer than ours.

        Whoever has taken it up sets our `number`.

        Raises:
            ConfigError: it cannot be used here; it is not tried again.
            StorageError: it could not be read.
        """
        found = await self._reader.edition(self.number)
        if found is None:
            return None
        number, source = found
        try:
            # many texts take a second, in which presses must be answered
            return number, await asyncio.to_thread(self._read, number, source)
        except ConfigError:
            self.number = number
            raise

    def _read(self, number: int, source: str) -> Config:
        app, canned = orjson.loads(source)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / _APP).write_text(app, "utf-8")
            if canned is not None:
                (folder / _CANNED).write_text(canned, "utf-8")
            told = f"edition {number}: "
            try:
                config = self._load(
                    folder / _APP, None if canned is None else Source(folder / _CANNED)
                )
            except ConfigError as error:
                raise ConfigError(str(error).replace(f"{folder}/", told)) from error
            return replace(config, path=Path(told + _APP))
