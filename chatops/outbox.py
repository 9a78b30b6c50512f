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
from itertools import chain, repeat
from typing import Final, TypeVar
from uuid import UUID, uuid5

import structlog

from chatops.clock import Clock
from chatops.compose import Order, compose
from chatops.desk import Desk
from chatops.errors import (
    Barred,
    Gone,
    InDoubt,
    Rejected,
    StorageError,
    TryLater,
    Unreached,
)
from chatops.follow import AT_ACCOUNT
from chatops.pace import Bucket, ChatPace
from chatops.policy import Room
from chatops.ports import (
    Cap,
    Channel,
    Chat,
    Delivery,
    DeliveryState,
    Due,
    Reader,
    Tx,
    What,
    Work,
)
from chatops.replies import Replies

T = TypeVar("T")

#: How long a far side may still be working on a call that timed out here.
SETTLE: Final = timedelta(seconds=15)

#: A look-up reaches back this much further than the attempt: clocks differ.
SKEW: Final = timedelta(minutes=2)

#: Waits after a destination could not be reached or was closed to us, by attempts.
BACKOFF: Final = tuple(timedelta(seconds=s) for s in (1, 2, 5, 15, 30, 60, 120, 300))

#: How long the loop sleeps at most when nothing is due and nobody rings.
POLL: Final = 5.0

#: A thread line whose thread is gone is tried so often: its card may be on its way again.
LINE_TRIES: Final = 6

#: A delivery over which we stumbled ourselves is given up at so many attempts, look-ups included.
FAULTS: Final = 10

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
        self._couriers: dict[str, asyncio.Task[None]] = {}
        self._bells: dict[str, asyncio.Event] = {}  #: rung when something is due at a busy place
        self._barred: dict[str, int] = {}  #: failures in a row, by room
        self._resting: dict[str, datetime] = {}  #: rooms that are left alone until then

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
            if (room := self._desk.policy.rooms.get(to)) is not None:
                await self._to_room(room)
            else:
                await self._to_customers(to.removeprefix(AT_ACCOUNT))
        except Exception:  # noqa: BLE001 - the loop outlives a fault in one delivery
            _log.exception("outbox.courier", destination=to)
            await self._clock.sleep(BACKOFF[3].total_seconds())
        finally:
            self._couriers.pop(to, None)
            self._desk.changed.set()

    # --- rooms

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
                rested_at = self._resting.get(room.name, now)
                posts_at = max(bucket.ready_at(now), pace.posts.ready_at(now), rested_at)
                updates_at = max(pace.updates.ready_at(now), rested_at)
                posts, updates = posts_at <= now and not looked, updates_at <= now
                order = await self._take(room, now, updates=updates, posts=posts)
                if order is not None:
                    pace.spend(room.name, now, update=order.job.state is DeliveryState.SENT)
            looked = looked or posts
            if order is not None:
                looked = False
                await self._deliver(chat, room, order, pace)
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
            if job.ticket is None:
                return Order(job)
            return Order(job, tx.record(job.ticket), tx.agents())

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

    async def _deliver(self, chat: Chat, room: Room, order: Order, pace: ChatPace) -> None:
        job = order.job
        bucket = pace.updates if job.state is DeliveryState.SENT else pace.room(room.name)
        try:
            match job.state:
                case DeliveryState.IN_DOUBT:
                    await self._look_up(chat, room, job)
                case DeliveryState.SENT:
                    await self._update(chat, room, order)
                case _:
                    await self._post(chat, room, order)
            self._barred.pop(room.name, None)
        except TryLater as error:
            self._count("limited")
            until = self._clock.transport() + timedelta(seconds=error.seconds)
            bucket.pause(until)
            await self._put_back(job, until, str(error))
        except InDoubt as error:
            self._count("in_doubt")
            due = self._clock.transport() + SETTLE
            await self._state(job, DeliveryState.IN_DOUBT, due, str(error))
        except Gone as error:
            await self._gone(job, error)
        except (Unreached, Barred) as error:
            tried = self._barred[room.name] = self._barred.get(room.name, 0) + 1
            until = self._clock.transport() + BACKOFF[min(tried, len(BACKOFF)) - 1]
            _log.warning("outbox.unreached", room=room.name, error=str(error), tried=tried)
            self._count("barred" if isinstance(error, Barred) else "unreached")
            self._resting[room.name] = until
            await self._put_back(job, until, str(error))
        except Rejected as error:
            self._count("failed")
            _log.error("outbox.rejected", delivery=job.id, what=job.what, code=error.code)
            await self._refused(job, error.code)
        except Exception:  # noqa: BLE001 - the room outlives a fault in one delivery
            self._count("fault")
            _log.exception("outbox.fault", delivery=job.id, what=job.what)
            await self._stumbled(job)

    async def _post(self, chat: Chat, room: Room, order: Order) -> None:
        job = order.job
        composed = await compose(self._desk, self._reader, chat, room, order)
        if composed is None:
            await self._give_up(job, "nothing to show")
            return
        card, revision = composed
        id = await chat.post(room, card, job.thread, job.marker)
        self._count("posted")
        await self._is_there(job, id, revision)

    async def _update(self, chat: Chat, room: Room, order: Order) -> None:
        job = order.job
        composed = await compose(self._desk, self._reader, chat, room, order)
        if composed is None or job.external_id is None:
            await self._give_up(job, "nothing to show")
            return
        card, revision = composed
        await chat.update(room, job.external_id, card)
        self._count("updated")
        await self._is_there(job, job.external_id, revision)

    async def _look_up(self, chat: Chat, room: Room, job: Delivery) -> None:
        # what was written since by others must not make the look-up longer and longer
        since, until = job.taken_at - SKEW, job.taken_at + SETTLE + SKEW
        found = await chat.find(room, job.thread, job.marker, since, until)
        self._count("found" if found else "not_found")
        if found is None:
            await self._state(job, DeliveryState.PENDING, self._clock.transport(), counts=False)
        else:
            await self._is_there(job, found, 0)  # what it shows is unknown: the next round updates

    async def _gone(self, job: Delivery, error: Gone) -> None:
        """Post a deleted card again; let a deleted line rest; try a line without a thread later."""
        now = self._clock.transport()
        self._count("gone")
        if job.what is What.CARD and job.state is DeliveryState.SENT:
            marker = str(uuid5(UUID(job.marker), "again"))
            await self._state(job, DeliveryState.PENDING, now, error.code, again=marker)
        elif job.state is DeliveryState.SENT and job.external_id is not None:
            await self._is_there(job, job.external_id, job.wanted)
        elif job.attempts < LINE_TRIES:
            due = now + BACKOFF[min(job.attempts, len(BACKOFF) - 1)]
            await self._state(job, DeliveryState.PENDING, due, error.code)
        else:
            await self._give_up(job, error.code)

    async def _refused(self, job: Delivery, code: str) -> None:
        """Give up what was refused for good; a card is wanted all the same."""
        if job.state is DeliveryState.SENT and job.external_id is not None:
            # what is there stays, with its thread; the next change is tried again
            await self._is_there(job, job.external_id, job.wanted)
        elif job.what is What.CARD:
            # a ticket that nobody sees is lost: another version of us may get it through
            due = self._clock.transport() + BACKOFF[-1]
            await self._state(job, DeliveryState.PENDING, due, code)
        else:
            await self._give_up(job, code)

    async def _stumbled(self, job: Delivery) -> None:
        """Look up what a fault of ours left unknown; what faults again and again is given up."""
        due = self._clock.transport() + SETTLE
        if job.attempts >= FAULTS:
            await self._refused(job, "fault")
        elif job.state is DeliveryState.SENT:
            await self._state(job, job.state, due, "fault")
        else:
            await self._state(job, DeliveryState.IN_DOUBT, due, "fault")

    async def _give_up(self, job: Delivery, code: str) -> None:
        await self._state(job, DeliveryState.FAILED, None, code)
        if job.undo:
            await self._replies.unseen(job)

    async def _is_there(self, job: Delivery, external_id: str, revision: int) -> None:
        """Record what the far side shows; a reply's wait begins when its Undo line is visible."""
        now = self._clock.transport()

        def run(tx: Tx) -> None:
            tx.delivered(job.id, external_id, revision, now)
            if job.undo and job.state is not DeliveryState.SENT and job.message is not None:
                tx.begin_wait(job.message, now + self._desk.policy.undo_in)

        await self._record(run)

    async def _put_back(self, job: Delivery, due: datetime, error: str) -> None:
        """Let a delivery that had no effect come again at `due`, as what it was."""
        was = DeliveryState.PENDING if job.state is DeliveryState.SENDING else job.state
        await self._state(job, was, due, error, counts=False)

    async def _state(
        self,
        job: Delivery,
        state: DeliveryState,
        due: datetime | None,
        error: str | None = None,
        *,
        again: str | None = None,
        counts: bool = True,
    ) -> None:
        await self._record(
            lambda tx: tx.delivery_is(job.id, state, due, error, again=again, counts=counts)
        )

    # --- customers

    async def _to_customers(self, account: str) -> None:
        bucket = self._accounts.get(account)
        if bucket is None:
            _log.error("outbox.unknown_destination", destination=account)
            await self._clock.sleep(BACKOFF[-1].total_seconds())
            return
        while True:
            now = self._clock.transport()
            if (wait := (bucket.ready_at(now) - now).total_seconds()) > 0:
                await self._clock.sleep(wait)
                continue
            job = await self._replies.take(AT_ACCOUNT + account, now)
            if job is None:
                return
            bucket.spend(now)
            try:
                self._count(await self._replies.send(job))
            except TryLater as error:
                self._count("reply_limited")
                bucket.pause(self._clock.transport() + timedelta(seconds=error.seconds))

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
