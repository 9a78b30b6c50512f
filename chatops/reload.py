"""A changed app.yaml without a restart: read whole and checked first, then in force in one step.

What the core decides by is taken up: queues, rooms, people, calendars, shifts, routing, texts,
macros, digests, and the queue and language of an account. What a process opens at its start, such as
its chats, accounts and ports, stays as it was, and the log names it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Final

import structlog
from pydantic import BaseModel

from chatops.config import Config
from chatops.desk import Desk
from chatops.editions import Editions
from chatops.errors import ConfigError, StorageError
from chatops.policy import Account, Policy

_log = structlog.get_logger(__name__)

#: How often it is looked for an app.yaml that another process has read.
EVERY: Final = 2.0  # seconds

#: Keys that are the service's own, by their names in app.yaml.
_OPENED: Final = ("database", "key", "development", "web", "network")


class Reload:
    """Reads app.yaml anew whenever it is asked to; `asked` is set by whoever wants it.

    What it read is in force for every process on this database, and what another has read is taken
    up here. `failed` is True from a reload that was refused to the next one that was not.
    """

    def __init__(
        self, started: Config, desk: Desk, read: Callable[[], Config], editions: Editions | None
    ) -> None:
        """`editions` is None where no other process serves the database."""
        self.asked = asyncio.Event()
        self.failed = False
        self._started = started
        self._desk = desk
        self._read = read
        self._editions = editions
        self._unannounced: Config | None = None  #: in force here, and nobody could be told

    async def run(self) -> None:
        """Reload each time it is asked for; many askings during one reload are one more."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(None if self._editions is None else EVERY):
                    await self.asked.wait()
            if self.asked.is_set():
                self.asked.clear()
                await self.reload()
            elif self._editions is not None:
                await self.follow(self._editions)

    async def reload(self) -> bool:
        """Put app.yaml as it is now in force; with a fault nothing changes, and the log says why."""

        async def read() -> Config:
            # a file of many texts takes a second, in which presses must be answered
            return await asyncio.to_thread(self._read)

        self.failed = not await self._reload(read, announce=self._editions)
        return not self.failed

    async def _announce(self, editions: Editions, read: Config) -> None:
        self._unannounced = read
        await editions.announce(read)
        self._unannounced = None

    async def follow(self, editions: Editions) -> None:
        """Take up what another process has put in force, if it has, once we have told of ours."""
        before, taken = editions.number, 0

        async def newer() -> Config | None:
            nonlocal taken
            if self._unannounced is not None:
                await self._announce(editions, self._unannounced)
            if (found := await editions.newer()) is None:
                return None
            taken, config = found
            try:
                taken_up(self._started, config)
            except ConfigError:
                editions.number = taken
                raise
            return config

        went_well = await self._reload(newer)
        if went_well and taken:
            editions.number = taken
        if editions.number != before:
            self.failed = not went_well

    async def _reload(
        self, find: Callable[[], Awaitable[Config | None]], announce: Editions | None = None
    ) -> bool:
        try:
            read = await find()
            if read is None:
                return True
            policy = taken_up(self._started, read)
            await self._desk.adopt(policy)
            if announce is not None:
                await self._announce(announce, read)
        except ConfigError as error:
            _log.error("reload.refused", faults=str(error).splitlines())
            return False
        except StorageError as error:
            _log.error("reload.storage", error=str(error))
            return False
        left = list(left_alone(self._started, read))
        if left:
            _log.warning("reload.left_until_restart", keys=left)
        canned = sum(len(queue.canned) for queue in policy.queues.values())
        _log.info("reload.done", queues=len(policy.queues), people=len(policy.people), texts=canned)
        return True


def taken_up(started: Config, read: Config) -> Policy:
    """Return the policy that is read, on the accounts and chats that are open.

    Raises:
        ConfigError: it cannot be in force before a restart, because of what is open until then.
    """
    accounts = {name: _account(ours, read) for name, ours in started.policy.accounts.items()}
    faults = [
        f"{read.path}: the account {name} is open until the next start, and there is no queue "
        f"{account.queue} for it any more; keep that queue, or start the service anew"
        for name, account in accounts.items()
        if account.queue not in read.policy.queues
    ]
    faults += [
        f"{read.path}: rooms.{room.name}: the chat {room.chat} is opened at the next start; "
        "start the service anew"
        for room in read.policy.rooms.values()
        if room.chat not in started.chats
    ]
    if faults:
        raise ConfigError("\n".join(faults))
    return replace(read.policy, accounts=accounts, prefix=started.policy.prefix)


def left_alone(started: Config, read: Config) -> Iterator[str]:
    """Yield the keys of app.yaml that have changed and wait for a restart."""
    yield from (key for key in _OPENED if getattr(started, key) != getattr(read, key))
    if started.policy.prefix != read.policy.prefix:
        yield "prefix"
    for name in sorted({*started.chats, *read.chats}):
        if started.chats.get(name) != read.chats.get(name):
            yield f"chats.{name}"
    before, after = _opened(started), _opened(read)
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield f"accounts.{name}"


def _account(ours: Account, read: Config) -> Account:
    """Return an open account with the queue and the language that it has now, if it is there."""
    theirs = read.policy.accounts.get(ours.name)
    if theirs is None or theirs.channel != ours.channel:
        return ours
    return replace(ours, queue=theirs.queue, language=theirs.language)


def _opened(config: Config) -> dict[str, tuple[str, str, BaseModel]]:
    """Return what each account is opened with."""
    return {
        name: (account.channel, account.handle, settings)
        for name, (account, settings) in config.accounts.items()
    }
