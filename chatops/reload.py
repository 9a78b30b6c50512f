"""A changed app.yaml without a restart: read whole and checked first, then in force in one step.

What the core decides by is taken up: queues, rooms, people, calendars, shifts, routing, texts,
macros, digests, and the queue and language of an account. What a process opens at its start, such as
its chats, accounts and ports, stays as it was, and the log names it.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import structlog
from pydantic import BaseModel

from chatops.config import Config
from chatops.desk import Desk
from chatops.errors import ConfigError, StorageError
from chatops.policy import Account, Policy

_log = structlog.get_logger(__name__)

#: Keys that are the service's own, by their names in app.yaml.
_OPENED: Final = ("database", "key", "development", "web", "network")


class Reload:
    """Reads app.yaml anew whenever it is asked to; `asked` is set by whoever wants it.

    `failed` is True from a reload that was refused to the next one that was not.
    """

    def __init__(self, started: Config, desk: Desk, read: Callable[[], Config]) -> None:
        self.asked = asyncio.Event()
        self.failed = False
        self._started = started
        self._desk = desk
        self._read = read

    async def run(self) -> None:
        """Reload each time it is asked for; many askings during one reload are one more."""
        while True:
            await self.asked.wait()
            self.asked.clear()
            await self.reload()

    async def reload(self) -> bool:
        """Put app.yaml as it is now in force; with a fault nothing changes, and the log says why."""
        self.failed = not await self._reload()
        return not self.failed

    async def _reload(self) -> bool:
        try:
            # a file of many texts takes a second, in which presses must be answered
            read = await asyncio.to_thread(self._read)
            policy = taken_up(self._started, read)
            await self._desk.adopt(policy)
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
