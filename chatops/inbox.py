"""Raw bodies: stored before they are answered for, then read in order of arrival.

What a crash left unread is read at the next start and by the tick. What cannot be read stays
stored with the reason, is counted, shown by `doctor`, and can be replayed.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import structlog

from chatops.card import Card, Paragraph
from chatops.channel import AccountRevoked, Inbound
from chatops.clock import Clock
from chatops.desk import Desk
from chatops.errors import CareError, Unreadable
from chatops.ports import Channel, RawBody, Reader, Vault, Work
from chatops.text import text

#: How many bodies are read at once; they share a commit.
BATCH: Final = 64

#: How long an unread body may be under way here before the tick takes it again.
STALE: Final = timedelta(minutes=1)

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
        self._under_way: set[int] = set()

    async def accept(self, channel: Channel, body: bytes) -> None:
        """Store an authentic body; once this returns, it is not lost.

        Raises:
            StorageError: it was not stored, and the network should send it again.
        """
        now = self._clock.transport()
        name = channel.traits.name
        id = await self._work.transact(lambda tx: tx.store_raw(name, channel.account, body, now))
        self.received += 1
        self._take(RawBody(id, name, channel.account, body, now))
        await self._vault.heard(channel.account, now)

    async def sweep(self) -> None:
        """Take bodies again that nobody has read for a while."""
        old = self._clock.transport() - STALE
        for body in await self._reader.unread_raw(BATCH):
            if body.received_at <= old or not self._under_way:
                self._take(body)

    async def hear(self, inbound: Sequence[Inbound]) -> None:
        """Take in what a stream or a poll brought: the same path, without a raw body."""
        await self._revoke(await self._desk.receive(inbound))

    async def run(self) -> None:
        """Read bodies for ever, those first that a crash left unread."""
        for body in await self._reader.unread_raw(1_000_000):
            self._take(body)
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            # gather starts them in order, and the writer keeps that order
            await asyncio.gather(*(self.read(body) for body in batch))

    async def read(self, body: RawBody) -> None:
        """Parse one body and let the desk take it in."""
        try:
            channel = self._channels.get(body.account)
            if channel is None:
                raise Unreadable(f"there is no account {body.account} any more")
            inbound = [await channel.complete(each) for each in channel.parse(body.body)]
            await self._revoke(await self._desk.receive(inbound, raw=body.id))
        except Unreadable as error:
            self.unreadable += 1
            reason = str(error)
            _log.warning("inbox.unreadable", raw=body.id, account=body.account, reason=reason)
            await self._work.transact(lambda tx: tx.raw_read(body.id, reason))
        except CareError as error:
            # the network would not say more just now: the sweep takes it again
            _log.warning("inbox.incomplete", raw=body.id, account=body.account, reason=str(error))
        except Exception:  # noqa: BLE001 - one body must not stop the others; it stays unread
            _log.exception("inbox.failed", raw=body.id, account=body.account)
        finally:
            self._under_way.discard(body.id)

    def _take(self, body: RawBody) -> None:
        if body.id not in self._under_way:
            self._under_way.add(body.id)
            self._waiting.put_nowait(body)

    async def _revoke(self, revoked: Sequence[AccountRevoked]) -> None:
        """Tell the managers that an account lost its access, once."""
        for each in revoked:
            await self._vault.revoked(each.account)
            account = self._desk.policy.accounts[each.account]
            queue = self._desk.policy.queues[account.queue]
            said = text("alert-revoked", account=account.handle, at=each.at)
            card = Card(
                push=said,
                title=text("alert-revoked-title", account=account.handle),
                blocks=(Paragraph(said), Paragraph(text("alert-revoked-remedy"))),
            )
            period = each.at.isoformat()
            await self._desk.publish(f"revoked:{each.account}", period, queue.managers_room, card)
