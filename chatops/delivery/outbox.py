"""The only exit: takes saved deliveries and brings them to rooms and customers, in order, once.

One courier a destination (a room, an account) runs while something is due there. Before a post is
sent its row says `sending`; what a crash or a time-out leaves there is in doubt and is looked up
before it is repeated. Cards are made from the newest rows at the moment of delivery, so ten changes
are one update. A rate limit delays and never drops; a destination that is closed to us waits, and
all others go on.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, repeat
from typing import Final, TypeVar

import structlog

from chatops.clock import Clock
from chatops.delivery.compose import Order
from chatops.delivery.deeds import Asked, Deeds
from chatops.delivery.pace import Bucket, ChatPace
from chatops.delivery.patience import SETTLE
from chatops.delivery.posting import BACKOFF, Posting
from chatops.delivery.replies import Job, Replies
from chatops.desk import Desk
from chatops.errors import (
    StorageError,
    TryLater,
)
from chatops.follow import AT_ACCOUNT, TO_PERSON
from chatops.policy import Room
from chatops.ports import (
    Cap,
    Channel,
    Chat,
    DeliveryState,
    Due,
    Reader,
    Tx,
    What,
    Work,
)

T = TypeVar("T")

#: How long the loop sleeps at most when nothing is due and nobody rings.
POLL: Final = 5.0

#: Replies have no published pace of their own that binds before the network's 429.
_REPLIES: Final = Cap(calls=5, seconds=1, burst=5)

_log = structlog.get_logger(__name__)


class Outbox:
    """Delivers until cancelled. `progress` counts outcomes by name, for metrics."""

    def __init__(
        self,
        desk: Desk,
        work: Work,
        reader: Reader,
        clock: Clock,
        chats: Mapping[str, Chat],
        channels: Mapping[str, Channel],
    ) -> None:
        self.progress: dict[str, int] = {}
        self._desk = desk
        self._work = work
        self._reader = reader
        self._clock = clock
        self._chats = chats
        self._paces = {name: ChatPace(chat.limits) for name, chat in chats.items()}
        self._accounts = {name: Bucket(_REPLIES) for name in channels}
        self._replies = Replies(desk, reader, clock, channels, self._record)
        self._deeds = Deeds(desk, clock, channels, self._record)
        self._posting = Posting(desk, reader, clock, self._replies, self._record, self._count)
        self._couriers: dict[str, asyncio.Task[None]] = {}
        self._bells: dict[str, asyncio.Event] = {}  #: rung when something is due at a busy place

    async def run(self) -> None:
        """Deliver what is due, for ever; what a dead process left `sending` is looked up first."""
        due = self._clock.transport() + SETTLE
        doubted = await self._record(lambda tx: tx.doubt_sending(due))
        if doubted:
            _log.warning("outbox.in_doubt_at_start", deliveries=doubted)
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    await self._round(group)
        finally:
            self._couriers.clear()

    async def idle(self) -> bool:
        """Tell whether nothing is due and nothing is under way."""
        return not self._couriers and not (await self._reader.due(self._clock.transport())).all

    async def _round(self, group: asyncio.TaskGroup) -> None:
        self._desk.changed.clear()
        now = self._clock.transport()
        try:
            due = await self._reader.due(now)
        except StorageError as error:
            _log.error("outbox.storage", error=str(error))
            due = Due((), (), now + timedelta(seconds=1))
        # a courier who waits for the pace of updates is rung for what may go before them
        for to in self._couriers.keys() & due.posts:
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
        try:
            if to.startswith(AT_ACCOUNT):
                await self._to_network(to.removeprefix(AT_ACCOUNT))
            elif (room := await self._room(to)) is not None:
                await self._to_room(room)
            elif to.startswith(TO_PERSON):
                await self._withdraw(to)
            else:
                _log.error("outbox.unknown_destination", destination=to)
                await self._clock.sleep(BACKOFF[-1].total_seconds())
        except Exception:  # noqa: BLE001 - the loop outlives a fault in one delivery
            _log.exception("outbox.courier", destination=to)
            await self._clock.sleep(BACKOFF[3].total_seconds())
        finally:
            self._couriers.pop(to, None)
            self._desk.changed.set()

    # --- rooms

    async def _room(self, to: str) -> Room | None:
        """Return a room of app.yaml, or one person's direct messages."""
        if not to.startswith(TO_PERSON):
            return self._desk.policy.rooms.get(to)
        id = int(to.removeprefix(TO_PERSON))
        agent = next((each for each in await self._reader.agents() if each.id == id), None)
        return None if agent is None else self._desk.policy.room_of(to, agent.name, self._chats)

    async def _withdraw(self, to: str) -> None:
        """Give up what was meant for one who has left, or who uses no chat of ours."""
        now = self._clock.transport()

        def run(tx: Tx) -> None:
            while (job := tx.take(to, now, updates=True, posts=True)) is not None:
                tx.delivery_is(job.id, DeliveryState.WITHDRAWN, None)

        _log.warning("outbox.nobody_there", destination=to)
        await self._record(run)

    async def _to_room(self, room: Room) -> None:
        chat, pace = self._chats[room.chat], self._paces[room.chat]
        bucket, bell = pace.room(room.name), self._bells[room.name]
        looked = False  # for posts, in vain, since the bell was last rung
        while True:
            if bell.is_set():
                bell.clear()
                looked = False
            async with pace.turn:
                now = self._clock.transport()
                rested_at = self._posting.resting.get(room.name, now)
                posts_at = max(bucket.ready_at(now), pace.posts.ready_at(now), rested_at)
                updates_at = max(pace.updates.ready_at(now), rested_at)
                posts, updates = posts_at <= now and not looked, updates_at <= now
                order = await self._take(room, now, updates=updates, posts=posts)
                if order is not None:
                    pace.spend(room.name, now, update=order.job.state is DeliveryState.SENT)
            looked = looked or posts
            if order is not None:
                looked = False
                await self._posting.deliver(chat, room, order, pace)
            elif updates and looked:
                return
            else:
                later = updates_at if looked else posts_at if updates else min(posts_at, updates_at)
                await self._nap(bell, (later - now).total_seconds())

    async def _take(self, room: Room, now: datetime, *, updates: bool, posts: bool) -> Order | None:
        """Take the next delivery and, in the same breath, what its card is made of.

        It does not wait for the disk. A power cut may take it back after the post: then the post is
        repeated under the same marker, and the chat drops it. (To customers nothing is repeated.)
        """
        if not (updates or posts):
            return None

        def run(tx: Tx) -> Order | None:
            job = tx.take(room.name, now, updates=updates, posts=posts)
            if job is None:
                return None
            burst = None if job.burst is None else tx.burst(job.burst)
            if job.ticket is None:
                return Order(job, burst=burst)
            return Order(job, tx.record(job.ticket), tx.agents(), burst)

        return await self._record(run, flushed=False)

    async def _nap(self, bell: asyncio.Event, seconds: float) -> None:
        """Wait, but only until the bell: an alert does not wait for the pace of updates."""
        waits = [
            asyncio.ensure_future(self._clock.sleep(seconds)),
            asyncio.ensure_future(bell.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    # --- customers

    async def _to_network(self, account: str) -> None:
        """Send an account's replies and deeds until none is due."""
        bucket, to = self._accounts.get(account), AT_ACCOUNT + account
        if bucket is None:
            _log.error("outbox.unknown_destination", destination=account)
            await self._clock.sleep(BACKOFF[-1].total_seconds())
            return
        while True:
            now = self._clock.transport()
            if (wait := (bucket.ready_at(now) - now).total_seconds()) > 0:
                await self._clock.sleep(wait)
                continue
            taken = await self._record(partial(self._take_job, to, now))
            if taken is None:
                return
            bucket.spend(now)
            try:
                match taken:
                    case Job():
                        self._count(await self._replies.send(taken))
                    case Asked():
                        self._count(await self._deeds.do(taken))
            except TryLater as error:
                self._count("reply_limited")
                bucket.pause(self._clock.transport() + timedelta(seconds=error.seconds))

    def _take_job(self, to: str, now: datetime, tx: Tx) -> Job | Asked | None:
        """Take what is due next at an account; what was withdrawn meanwhile is passed over."""
        while (taken := tx.take(to, now, updates=False, posts=True)) is not None:
            part = self._deeds if taken.what is What.DEED else self._replies
            if (job := part.begin(tx, taken)) is not None:
                return job
        return None

    # --- records

    async def _record(self, run: Callable[[Tx], T], *, flushed: bool = True) -> T:
        """Write, however long the database needs: what was sent must not be forgotten."""
        for wait in chain(BACKOFF, repeat(BACKOFF[-1])):
            try:
                return await self._work.transact(run, flushed=flushed)
            except StorageError as error:
                _log.error("outbox.storage", error=str(error))
                await self._clock.sleep(wait.total_seconds())
        raise AssertionError("unreachable")

    def _count(self, outcome: str) -> None:
        self.progress[outcome] = self.progress.get(outcome, 0) + 1
