"""A whole database into an empty one, on another engine: checked row by row, and proven by a ticket.

The one that is copied stays as it is. What was cut off goes on where it was when it is run again;
until the end nobody serves the database that is copied into.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from chatops.app import schema_remedy
from chatops.channel import Author
from chatops.clock import SystemClock
from chatops.config import Config
from chatops.errors import ConfigError, StorageError
from chatops.event import Kind, Opened, Priority
from chatops.forgotten_list import write_list
from chatops.ports import Tx
from chatops.step import opened
from storage import SCHEMA, Storage, carry, named, open_storage
from storage import migrate as migrations
from storage.alone import alone
from storage.forgetting.listed import remembered
from storage.statement import Db

#: Hears of each page: the table, and how many of its rows are read.
Told = Callable[[str, int], None]

_PROOF: Final = "copy"


@dataclass(frozen=True, slots=True)
class Copied:
    """What was carried, and found alike on both sides."""

    rows: dict[str, int]
    proof: int  #: the number of the ticket that was made as proof, and taken back


class _TakenBackError(Exception):
    """Ends the transaction of the proof, so that nothing of it is kept."""

    def __init__(self, ticket: int) -> None:
        super().__init__()
        self.ticket = ticket


async def copy(config: Config, to: str, told: Told) -> Copied:
    """Copy the database of app.yaml into the one at `to`, which is made ready for it.

    Raises:
        ConfigError: an address cannot be used, or the schema is not this version's.
        StorageError: a process serves one of the two; the target is not empty, or what arrived
            there is not what left.
    """
    if config.database == to:
        raise ConfigError(f"{named(to)}: is what would be copied; write the address of another")
    with alone(config.database, "copy"), alone(to, "copy") as beside:
        found = migrations.current(config.database)
        if found != SCHEMA:
            raise ConfigError(
                f"{named(config.database)}: the schema is {found or 'not there'}, this version wants "
                f"{SCHEMA}: {schema_remedy(found)}"
            )
        make_ready(to, "copy")
        key, clock = config.key.get_secret_value(), SystemClock()
        source = open_storage(config.database, key, clock)
        try:
            target = open_storage(to, key, clock)
            try:
                done = await carried(source, target, named(config.database), named(to), told)
                write_list(beside, await target.reader.run(remembered))
                return done
            finally:
                await target.close()
        finally:
            await source.close()


def make_ready(to: str, command: str) -> None:
    """Make the tables where there are none; a database that has any is left as it is.

    Raises:
        StorageError: it has those of another version, or cannot be written.
    """
    found = migrations.current(to)
    if found is None:
        migrations.upgrade(to)
    elif found != SCHEMA:
        raise StorageError(f"{named(to)}: its schema is {found}: {_elsewhere(command)}")


async def carried(
    source: Storage, target: Storage, name: str, into: str, told: Told, command: str = "copy"
) -> Copied:
    """Carry all rows over, and check that they are there; `command` is what does so.

    Raises:
        StorageError: as of `copy`.
    """
    await target.work.run(partial(_begin, name=name, into=into, command=command))
    rows: dict[str, int] = {}
    for table in carry.TABLES:
        after = await target.work.run(partial(carry.reached, table=table))
        done = 0
        while True:
            page, after = await source.reader.run(partial(carry.page, table=table, after=after))
            await target.work.run(partial(carry.put, table=table, rows=page))
            done += len(page)
            told(table.name, done)
            if after is None:
                break
    for table in carry.TABLES:
        left, arrived = [
            await each.reader.run(partial(carry.sum_of, table=table)) for each in (source, target)
        ]
        if left != arrived:
            raise StorageError(
                f"{into}: of {table.name} {left.rows} rows left and {arrived.rows} arrived, or not "
                f"as they were: {_elsewhere(command)}"
            )
        rows[table.name] = left.rows
    if target.work.shared:
        await target.work.run(carry.count_on)
    proof = await _proven(target)
    await target.work.run(carry.finish)
    return Copied(rows, proof)


def _begin(db: Db, name: str, into: str, command: str) -> None:
    begun = carry.copying(db)
    if begun is None and not carry.is_empty(db):
        raise StorageError(f"{into}: is not empty: {_elsewhere(command)}")
    if begun == carry.BACKUP:
        raise StorageError(f"{into}: a restore into it was cut off: {_elsewhere(command)}")
    if begun not in {None, name}:
        raise StorageError(f"{into}: a copy of {begun} into it was begun; go on with that one")
    carry.begin(db, name)


def _elsewhere(command: str) -> str:
    return f"make a new database, and {command} into that"


async def _proven(target: Storage) -> int:
    """Make a ticket as intake does, and take it back; its number."""
    now = SystemClock().transport()

    def run(tx: Tx) -> None:
        customer = tx.customer(_PROOF, Author(_PROOF, _PROOF, _PROOF))
        conversation = tx.conversation(_PROOF, _PROOF, customer)
        event = Opened(
            conversation=conversation.id,
            customer=customer,
            account=_PROOF,
            channel=_PROOF,
            kind=Kind.MENTION,
            private=True,
            queue=_PROOF,
            language="en",
            priority=Priority.NORMAL,
            why=(),
            can_reply=False,
        )
        id = tx.add_ticket(opened(0, event, now)[0])
        tx.log(id, event, now, None, _PROOF)
        if tx.ticket(id) is not None:
            raise _TakenBackError(id)

    try:
        await target.work.transact(run)
    except _TakenBackError as made:
        return made.ticket
    raise StorageError("the ticket that was made as proof is not there")
