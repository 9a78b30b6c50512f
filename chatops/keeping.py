"""Backups from the command line: made beside a running service, put back while none runs.

After a restore nothing goes out until an administrator has seen what waits (`pending`) and let it
go (`release`).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from chatops.act import Act, Marks
from chatops.app import opened, schema_remedy
from chatops.clock import SystemClock
from chatops.config import Config
from chatops.copying import carried, make_ready
from chatops.delivery.restored import Doubted, doubt
from chatops.errors import ConfigError
from chatops.forgetting import Again, forget_again
from chatops.ports import Waits
from storage import SCHEMA, is_postgres, named, sqlite_path
from storage import backup as backups
from storage import migrate as migrations
from storage.alone import alone
from storage.backup import Backup
from storage.carry import BACKUP
from storage.sqlite import scrub

#: Who is named in a ticket's log for what a restore does to it.
_RULE: Final = "restore"


async def back_up(config: Config, file: Path) -> Backup:
    """Copy the database into a file that is not there yet; see storage.backup.

    Raises:
        ConfigError: what a server keeps is not of this version's schema.
        StorageError: the file is there, or one of the two cannot be read or written.
    """
    now = SystemClock().transport()
    if not is_postgres(config.database):
        return backups.back_up(sqlite_path(config.database), file, now)
    found = migrations.current(config.database)
    if found != SCHEMA:
        said = f"{named(config.database)}: the schema is {found or 'not there'}"
        raise ConfigError(f"{said}, this version wants {SCHEMA}: {schema_remedy(found)}")
    async with opened(config) as service:
        return await backups.export(service.storage, file, now)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, and what was made of what waited in it."""

    backup: Backup
    aside: Path | None  #: where the database that was there is kept
    tokens: int  #: accounts whose tokens were taken over from it
    doubted: Doubted
    forgotten: Again  #: customers who were forgotten since, and are so again


async def restore(config: Config, file: Path) -> Restored:
    """Put a backup in the database's place; nothing goes out of it until `release`.

    All is prepared in a copy, which takes the place at the end: until then nothing is changed. What
    a server keeps is not replaced: there it is put into an empty database.

    Raises:
        StorageError: a process serves the database; the backup is damaged, or of a newer version.
    """
    with alone(config.database, "restore") as path:
        found = backups.examined(file)
        prepared = backups.restoring(path)
        try:
            backups.copied(file, prepared)
            url = f"sqlite:///{prepared.absolute()}"
            migrations.upgrade(url)
            current = None if is_postgres(config.database) else path
            tokens = backups.take_over_tokens(current, prepared) if current else 0
            fresh = replace(config, database=url)
            doubted = await _prepare(fresh, found.made_at)
            forgotten = await forget_again(fresh, path, backups.forgotten_in(path))
            if forgotten.persons:
                scrub(prepared)
            if is_postgres(config.database):
                aside = None
                await _carry(fresh, config)
            else:
                aside = backups.exchange(prepared, path, SystemClock().transport())
        finally:
            backups.discard(prepared)
            prepared.with_name(prepared.name + ".lock").unlink(missing_ok=True)
    return Restored(found, aside, tokens, doubted, forgotten)


async def _carry(prepared: Config, config: Config) -> None:
    """Put what was prepared into an empty database of a server's."""
    make_ready(config.database, "restore")
    async with opened(prepared) as ready, opened(config) as service:
        await carried(
            ready.storage,
            service.storage,
            BACKUP,
            named(config.database),
            lambda _name, _rows: None,
            "restore",
        )


async def _prepare(config: Config, made_at: datetime) -> Doubted:
    async with opened(config) as service:
        desk, clock = service.desk, service.clock
        act = Act(now=clock.business(), due=clock.transport(), marks=Marks(), rule=_RULE)
        return await service.storage.work.transact(
            lambda tx: doubt(tx, config.policy, desk.traits, made_at, act)
        )


async def pending(config: Config) -> Waits:
    """Return what waits to go out; only reads."""
    async with opened(config) as service:
        return await service.storage.reader.waits()


async def release(config: Config) -> bool:
    """Let what a restore held back go out; a service that runs begins with it by itself.

    False if nothing was held back.
    """
    async with opened(config) as service:
        return await service.storage.work.transact(lambda tx: tx.let_go())
