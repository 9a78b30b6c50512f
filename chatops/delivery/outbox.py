"""The only exit: takes saved deliveries and brings them to rooms and customers, in order, once.

One courier a destination (a room, an account) runs while something is due there. Before a post is
sent its row says `sending`; what a crash or a time-out leaves there is in doubt and is looked up
before it is repeated. Cards are made from the newest rows at the moment of delivery, so ten changes
are one update. A rate limit delays and never drops; a destination that is closed to us waits, and
all others go on.

Any number of processes deliver from one database: each row is taken by one of them, and the pace is
kept by all together. This module says where a courier goes; `rooms` and `accounts` say what it does
there.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final

import structlog

from chatops.clock import Clock
from chatops.delivery.accounts import Accounts
from chatops.delivery.deeds import Deeds
from chatops.delivery.enrolment import Enrolment
from chatops.delivery.hand import Hand
from chatops.delivery.patience import BACKOFF, nap
from chatops.delivery.posting import Posting
from chatops.delivery.replies import Replies
from chatops.delivery.rooms import Rooms
from chatops.delivery.troubles import Troubles
from chatops.desk import Desk
from chatops.errors import StorageError
from chatops.follow import AT_ACCOUNT, TO_PERSON
from chatops.ports import Channel, Chat, Due, Reader, Work

#: How long the loop sleeps at most when nothing is due and nobody rings.
POLL: Final = 5.0

_log = structlog.get_logger(__name__)


class Outbox:
    """Delivers until it is ended. `progress` counts outcomes by name, for metrics."""

    def __init__(
        self,
        desk: Desk,
        work: Work,
        reader: Reader,
        clock: Clock,
        chats: Mapping[str, Chat],
        channels: Mapping[str, Channel],
        enrolment: Enrolment,
    ) -> None:
        self.progress: dict[str, int] = {}
        self._desk = desk
        self._reader = reader
        self._clock = clock
        self._enrolment = enrolment
        self._accounts = frozenset(channels)
        self._couriers: dict[str, asyncio.Task[None]] = {}
        self._bells: dict[str, asyncio.Event] = {}  #: rung when something is due at a busy place
        self._ending = False
        self._hand = hand = Hand(work, clock, enrolment, self._count)
        record, calling = hand.record, enrolment.calling
        self._troubles = troubles = Troubles(desk, clock, record)
        replies = Replies(desk, reader, clock, channels, record, calling)
        deeds = Deeds(desk, clock, channels, record, calling)
        posting = Posting(desk, reader, clock, replies, troubles, record, self._count, calling)
        self._to_rooms = Rooms(
            desk,
            reader,
            clock,
            chats,
            enrolment,
            hand,
            troubles,
            posting,
            self._may_take,
            self._couriers,
        )
        self._to_networks = Accounts(
            clock, enrolment, hand, troubles, replies, deeds, self._may_take, self._count
        )

    async def run(self) -> None:
        """Deliver what is due until ended; what a dead process left `sending` is looked up first."""
        try:
            async with asyncio.TaskGroup() as group:
                while not self._ending:
                    await self._round(group)
        finally:
            self._couriers.clear()

    def end(self) -> None:
        """Take nothing more; `run` returns when the calls that are under way have an outcome."""
        self._ending = True
        self._desk.changed.set()
        for bell in self._bells.values():
            bell.set()

    def _may_take(self) -> bool:
        """Tell whether what is taken now may still be sent: not at the end, nor of our lease."""
        return not self._ending and self._enrolment.may_call()

    async def idle(self) -> bool:
        """Tell whether nothing is due and nothing is under way."""
        return not self._couriers and not (await self._reader.due(self._clock.transport())).all

    async def _round(self, group: asyncio.TaskGroup) -> None:
        self._desk.changed.clear()
        now = self._clock.transport()
        eased = False  # somebody has ended a trouble, or shortened its rest
        try:
            if self._hand.unsure:
                await self._hand.free_strays()
            due = Due((), (), None)
            if not self._enrolment.may_call():
                due = Due((), (), now + timedelta(seconds=1))
            elif not self._enrolment.is_off:
                found = self._troubles.found
                due = await self._reader.due(now)
                eased = self._troubles.see(due.troubles, found)
                await self._troubles.tidy(due.all, now)
        except StorageError as error:
            _log.error("outbox.storage", error=str(error))
            due = Due((), (), now + timedelta(seconds=1))
        # a courier who waits for the pace of updates is rung for what may go before them
        posts = [to for to in due.posts if not to.startswith(AT_ACCOUNT)]
        for to in self._couriers.keys() if eased else self._couriers.keys() & posts:
            self._bells[to].set()
        for to in due.all:
            if to not in self._couriers:
                self._bells[to] = asyncio.Event()
                self._couriers[to] = group.create_task(self._courier(to))
        wait = POLL
        if due.next_at is not None:
            wait = min(POLL, max(0.0, (due.next_at - now).total_seconds()))
        with suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._desk.changed.wait()

    async def _courier(self, to: str) -> None:
        """Deliver what is due at one destination until nothing is."""
        bell = self._bells[to]
        try:
            if (
                to.startswith(AT_ACCOUNT)
                and (account := to.removeprefix(AT_ACCOUNT)) in self._accounts
            ):
                await self._to_networks.serve(account, bell)
            elif (room := await self._to_rooms.named(to)) is not None:
                await self._to_rooms.serve(room, bell)
            elif to.startswith(TO_PERSON):
                await self._to_rooms.withdraw(to)
            else:
                _log.error("outbox.unknown_destination", destination=to)
                await nap(self._clock, bell, BACKOFF[-1].total_seconds())
        except Exception:  # noqa: BLE001 - the loop outlives a fault in one delivery
            _log.exception("outbox.courier", destination=to)
            await nap(self._clock, bell, BACKOFF[3].total_seconds())
        finally:
            self._couriers.pop(to, None)
            self._desk.changed.set()

    def _count(self, outcome: str) -> None:
        self.progress[outcome] = self.progress.get(outcome, 0) + 1
