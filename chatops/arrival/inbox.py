"""Raw bodies: stored before they are answered for, and read in order of arrival.

What a crash left unread is read at the next start. What cannot be read stays stored with the
reason, is counted, shown by `doctor`, and can be replayed. What could not be read just now (the
database was full, the network silent) is taken again by the tick.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import structlog

from chatops.channel import Inbound
from chatops.clock import Clock
from chatops.desk import Desk
from chatops.errors import CareError, Crossed, StorageError, Unreadable
from chatops.ports import Channel, RawBody, Reader, Tx, Vault, Work

#: How many bodies are read at once; they share a commit.
BATCH: Final = 64

#: How many wait in memory; the rest waits in the database, so that a flood does not fill memory.
ROOM: Final = 1024

#: How often the tick takes bodies again that are still unread, and how old they must be.
STALE: Final = timedelta(minutes=1)

#: How long to wait before a database that refused to be read is asked again.
AGAIN: Final = timedelta(seconds=1)

#: How long another process that has an account open may take to read what came for it, before
#: whoever finds it sets it aside as nobody's.
ELSEWHERE: Final = timedelta(hours=1)

#: How exactly it is known when an account was last heard of.
HEARD: Final = timedelta(seconds=30)

_log = structlog.get_logger(__name__)


class Inbox:
    """Takes bodies in and reads them; `channels` are the accounts by name."""

    def __init__(
        self,
        desk: Desk,
        work: Work,
        reader: Reader,
        vault: Vault,
        clock: Clock,
        channels: Mapping[str, Channel],
    ) -> None:
        self.received = 0  #: bodies taken in since the start, for metrics
        self.unreadable = 0
        self._desk = desk
        self._work = work
        self._reader = reader
        self._vault = vault
        self._clock = clock
        self._channels = channels
        self._waiting: asyncio.Queue[RawBody] = asyncio.Queue()
        self._storing = 0  #: bodies that are being stored to be read later
        self._under_way: set[int] = set()
        self._behind = False  #: the database holds bodies that memory had no room for
        self._more = False  #: such a one came while we were reading them
        self._swept_at: datetime | None = None
        self._heard_at: dict[str, datetime] = {}

    async def accept(self, channel: Channel, body: bytes) -> None:
        """Store an authentic body, whichever way it came; once this returns, it is not lost.

        Raises:
            StorageError: it was not stored, and the network should send it again.
        """
        now = self._clock.transport()
        if not await self._take_at_once(channel, body, now):
            await self._store(channel, body, now)
        self.received += 1
        await self._hear_of(channel.account, now)

    async def _take_at_once(self, channel: Channel, body: bytes, now: datetime) -> bool:
        """Take a body in with the transaction that stores it, which saves a flush to the disk.

        False if it has to be stored alone and read from there: because something that came before
        it is still to be read, the network has to be asked, or it cannot be read.
        """
        if self._behind or self._storing or self._under_way:
            return False

        def note(tx: Tx) -> None:
            tx.store_raw(channel.traits.name, channel.account, body, now, read=True)

        try:
            inbound = channel.parse(body)
            if not all(map(channel.is_whole, inbound)):
                return False
            await self._desk.receive(inbound, note)
        except StorageError:
            raise
        except Exception:  # noqa: BLE001 - it comes again when the body is read, and is told there
            return False
        return True

    async def _store(self, channel: Channel, body: bytes, now: datetime) -> None:
        name, account = channel.traits.name, channel.account
        self._storing += 1
        try:
            id = await self._work.transact(lambda tx: tx.store_raw(name, account, body, now))
            self._take(RawBody(id, name, account, body, now))
        finally:
            self._storing -= 1

    async def _hear_of(self, account: str, now: datetime) -> None:
        before = self._heard_at.get(account)
        if before is None or now - before >= HEARD:
            self._heard_at[account] = now
            # the body is safe: that its account gave a sign may be forgotten
            with suppress(StorageError):
                await self._vault.heard(account, now)

    async def sweep(self) -> None:
        """Take bodies again that nobody has read for a while."""
        now = self._clock.transport()
        if self._swept_at is not None and now - self._swept_at < STALE:
            return
        self._swept_at = now
        for body in self._ours(await self._reader.unread_raw(ROOM)):
            if body.received_at <= now - STALE:
                self._take(body)

    async def run(self) -> None:
        """Read bodies for ever, those first that a crash left unread."""
        self._behind = True
        while True:
            while self._behind and self._waiting.empty():
                await self._catch_up()
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self.read(*batch)

    async def _catch_up(self) -> None:
        """Take what waits in the database, in its order."""
        self._more = False
        try:
            found = await self._reader.unread_raw(ROOM)
        except StorageError as error:
            _log.error("inbox.storage", error=str(error))
            await self._clock.sleep(AGAIN.total_seconds())
            return
        ours = self._ours(found)
        # where all are another's, that one reads them meanwhile, and the sweep looks again
        self._behind = self._more or (len(found) == ROOM and bool(ours))
        for body in ours:
            self._put(body)

    def _ours(self, bodies: Sequence[RawBody]) -> list[RawBody]:
        """Leave out what a process with another app.yaml, which has that account, will read."""
        if not self._work.shared:
            return list(bodies)
        since = self._clock.transport() - ELSEWHERE
        return [
            each for each in bodies if each.account in self._channels or each.received_at <= since
        ]

    async def read(self, *bodies: RawBody) -> None:
        """Read bodies together and let the desk take them in, in their order."""
        try:
            # the network is asked for what each left out at once; only then one after the other
            read = await asyncio.gather(*(self._parse(body) for body in bodies))
            whole = [
                self._take_in(body, inbound)
                for body, inbound in zip(bodies, read, strict=True)
                if inbound is not None
            ]
            if self._work.shared:  # transactions run side by side there, and would overtake
                for each in whole:
                    await each
            else:  # one writer takes them in turn, and they share its commits
                await asyncio.gather(*whole)
        finally:
            self._under_way.difference_update(body.id for body in bodies)

    async def _parse(self, body: RawBody) -> list[Inbound] | None:
        """Return what a body holds, or None where it has to stay as it is."""
        try:
            channel = self._channels.get(body.account)
            if channel is None:
                raise Unreadable(f"there is no account {body.account} any more")
            return [await channel.complete(each) for each in channel.parse(body.body)]
        except Unreadable as error:
            await self._set_aside(body, str(error))
        except CareError as error:
            # the network would not say more just now: the sweep takes it again
            _log.warning("inbox.incomplete", raw=body.id, account=body.account, reason=str(error))
        except Exception as error:  # noqa: BLE001 - one body must not stop the others
            _log.exception("inbox.failed", raw=body.id, account=body.account)
            await self._set_aside(body, f"a fault of ours: {type(error).__name__}")
        return None

    async def _take_in(self, body: RawBody, inbound: Sequence[Inbound]) -> None:
        try:
            await self._desk.receive(inbound, lambda tx: tx.raw_read(body.id))
        except (StorageError, Crossed) as error:
            # it stays unread, and the sweep takes it again
            _log.error("inbox.storage", raw=body.id, account=body.account, error=str(error))
        except Exception as error:  # noqa: BLE001 - one body must not stop the others
            _log.exception("inbox.failed", raw=body.id, account=body.account)
            await self._set_aside(body, f"a fault of ours: {type(error).__name__}")

    async def _set_aside(self, body: RawBody, reason: str) -> None:
        """Mark a body as unreadable: counted, shown by `doctor`, and replayable."""
        _log.warning("inbox.unreadable", raw=body.id, account=body.account, reason=reason)
        with suppress(StorageError):  # then it stays unread, and is tried again
            await self._work.transact(lambda tx: tx.raw_read(body.id, reason))
            self.unreadable += 1

    def _take(self, body: RawBody) -> None:
        if self._behind or self._waiting.qsize() >= ROOM:
            # what comes now goes behind what waits in the database
            self._behind = self._more = True
        else:
            self._put(body)

    def _put(self, body: RawBody) -> None:
        if body.id not in self._under_way:
            self._under_way.add(body.id)
            self._waiting.put_nowait(body)
