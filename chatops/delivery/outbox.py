"""The only exit: takes saved deliveries and brings them to rooms and customers, in order, once.

One courier a destination (a room, an account) runs while something is due there. Before a post is
sent its row says `sending`; what a crash or a time-out leaves there is in doubt and is looked up
before it is repeated. Cards are made from the newest rows at the moment of delivery, so ten changes
are one update. A rate limit delays and never drops; a destination that is closed to us waits, and
all others go on.

Any number of processes deliver from one database: each row is taken by one of them, and the pace is
kept by all together.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count, repeat
from time import monotonic
from typing import Final, TypeVar

import structlog

from chatops.clock import Clock
from chatops.delivery.compose import Order
from chatops.delivery.deeds import Asked, Deeds
from chatops.delivery.enrolment import Enrolment
from chatops.delivery.outgoing import Job
from chatops.delivery.pace import Buckets, ChatPace
from chatops.delivery.patience import BACKOFF
from chatops.delivery.posting import Posting, places
from chatops.delivery.replies import ANSWERED, Replies
from chatops.delivery.troubles import Troubles
from chatops.desk import Desk
from chatops.errors import (
    Barred,
    Overtaken,
    StorageError,
    TryLater,
)
from chatops.follow import AT_ACCOUNT, TO_PERSON
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

T = TypeVar("T")

#: How long the loop sleeps at most when nothing is due and nobody rings.
POLL: Final = 5.0

#: Replies have no published pace of their own that binds before the network's 429.
_REPLIES: Final = Cap(calls=5, seconds=1, burst=5)

#: How long a room lets another one ask before it, of those that wait for the same pace of updates.
_COURTESY: Final = timedelta(milliseconds=2)

#: How long a delivery that is ours by its row, and in no courier's hand, is left alone: the courier
#: who took it may not have heard of it yet.
_STRAY_S: Final = 2.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a courier of a room found when it looked for something to send."""

    order: Order | None
    posts: bool  #: posts were looked for
    updates: bool  #: updates were looked for
    posts_at: datetime  #: when the next post may be made
    updates_at: datetime


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
        self._work = work
        self._reader = reader
        self._clock = clock
        self._chats = chats
        self._enrolment = enrolment
        self._paces = {name: ChatPace(name, chat.limits) for name, chat in chats.items()}
        #: Of ten rooms that wait for one bucket, one looks at a time: else nine would look in vain.
        self._turns = {name: asyncio.Lock() for name in chats}
        self._updates = count(1)
        #: By chat and room: the number of its last update, 0 for none.
        self._updated: dict[str, dict[str, int]] = {name: {} for name in chats}
        self._accounts = frozenset(channels)
        calling = enrolment.calling
        self._replies = Replies(desk, reader, clock, channels, self._record, calling)
        self._deeds = Deeds(desk, clock, channels, self._record, calling)
        self._troubles = Troubles(desk, clock, self._record)
        self._posting = Posting(
            desk, reader, clock, self._replies, self._troubles, self._record, self._count, calling
        )
        self._couriers: dict[str, asyncio.Task[None]] = {}
        self._bells: dict[str, asyncio.Event] = {}  #: rung when something is due at a busy place
        self._ending = False
        self._in_hand: set[int] = set()  #: deliveries that couriers have taken
        self._unsure = False  #: something may be ours by its row, and in no courier's hand
        self._strays: dict[int, float] = {}  #: deliveries of ours in nobody's hand, since when
        self._takes: dict[
            int, float
        ] = {}  #: takes whose answer is on its way, by number: since when
        self._asked = count()

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

    @property
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
            if self._unsure:
                await self._give_back()
            due = Due((), (), None)
            if not self._enrolment.may_call():
                due = Due((), (), now + timedelta(seconds=1))
            elif not self._enrolment.is_off:
                due = await self._reader.due(now)
                eased = self._troubles.see(due.troubles)
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
            if to.startswith(AT_ACCOUNT):
                await self._to_network(to.removeprefix(AT_ACCOUNT), bell)
            elif (room := await self._room(to)) is not None:
                await self._to_room(room, bell)
            elif to.startswith(TO_PERSON):
                await self._withdraw(to)
            else:
                _log.error("outbox.unknown_destination", destination=to)
                await self._nap(bell, BACKOFF[-1].total_seconds())
        except Exception:  # noqa: BLE001 - the loop outlives a fault in one delivery
            _log.exception("outbox.courier", destination=to)
            await self._nap(bell, BACKOFF[3].total_seconds())
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
        now, number = self._clock.transport(), self._enrolment.number

        def run(tx: Tx) -> None:
            while (job := tx.take(to, now, number, updates=True, posts=True)) is not None:
                tx.delivery_is(job, DeliveryState.WITHDRAWN, None)

        _log.warning("outbox.nobody_there", destination=to)
        await self._record(run)

    async def _to_room(self, room: Room, bell: asyncio.Event) -> None:
        chat, pace = self._chats[room.chat], self._paces[room.chat]
        looked = False  # for posts, in vain, since the bell was last rung
        updated = self._updated[room.chat]
        updated.setdefault(room.name, 0)
        while self._may_take:
            if bell.is_set():
                bell.clear()
                looked = False
            async with self._turns[room.chat]:
                if not self._may_take:
                    return
                now = self._clock.transport()
                turn = await self._take(room, pace, now, looked=looked)
            looked = looked or turn.posts
            if turn.order is not None:
                looked = False
                if turn.order.job.state is DeliveryState.SENT:
                    updated[room.name] = next(self._updates)
                with self._holding(turn.order.job.id):
                    await self._posting.deliver(chat, room, turn.order, pace)
            elif turn.updates and looked:
                return
            else:
                updates_at = turn.updates_at + self._courtesy(room)
                ready = [updates_at] * (not turn.updates) + [turn.posts_at] * (not looked)
                await self._nap(bell, (min(ready) - now).total_seconds())

    def _courtesy(self, room: Room) -> timedelta:
        """Return how much later than others a room asks for an update: it takes turns with those
        of its chat.
        """
        updated = self._updated[room.chat]
        mine, busy = updated[room.name], self._couriers.keys() & updated.keys()
        return _COURTESY * sum(updated[other] < mine for other in busy)

    async def _take(self, room: Room, pace: ChatPace, now: datetime, *, looked: bool) -> _Turn:
        """Take the next delivery and, in the same breath, what its card is made of.

        It does not wait for the disk. A power cut may take it back after the post: then the post is
        repeated under the same marker, by which a chat may drop it. (To customers nothing is
        repeated.)
        """
        a_post, an_update = pace.of_post(room.name), pace.of_update(room.name)
        rested_at = self._troubles.rests_until(places(room), now)
        number = self._enrolment.number

        def run(tx: Tx) -> _Turn:
            buckets = Buckets(tx, {**a_post, **an_update})
            posts_at = max(buckets.ready_at([*a_post], now), rested_at)
            updates_at = max(buckets.ready_at([*an_update], now), rested_at)
            posts, updates = posts_at <= now and not looked, updates_at <= now
            is_ready = posts or updates
            if not (is_ready and self._troubles.may_try(tx, places(room), now)):
                return _Turn(None, posts, updates, posts_at, updates_at)
            order = _order(tx, tx.take(room.name, now, number, updates=updates, posts=posts))
            if order is None:
                self._troubles.untried(tx, places(room), now)
            else:
                is_update = order.job.state is DeliveryState.SENT
                buckets.spend([*(an_update if is_update else a_post)], now)
            return _Turn(order, posts, updates, posts_at, updates_at)

        return await self._record(run, flushed=False, takes=True)

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

    async def _to_network(self, account: str, bell: asyncio.Event) -> None:
        """Send an account's replies and deeds until none is due."""
        if account not in self._accounts:
            _log.error("outbox.unknown_destination", destination=account)
            await self._nap(bell, BACKOFF[-1].total_seconds())
            return
        to = AT_ACCOUNT + account
        while self._may_take:
            taken = await self._take_job(account, self._clock.transport())
            if taken is None:
                return
            if isinstance(taken, datetime):
                bell.clear()
                await self._nap(bell, (taken - self._clock.transport()).total_seconds())
                continue
            with self._holding(taken.delivery.id):
                try:
                    outcome = await self._do(taken)
                    self._count(outcome)
                    if outcome in ANSWERED:
                        await self._troubles.over([to])
                except TryLater as error:
                    self._count("reply_limited")
                    await self._pause(account, timedelta(seconds=error.seconds))
                except Barred as error:
                    self._count("reply_barred")
                    await self._troubles.begins(to, error)

    async def _do(self, taken: Job | Asked) -> str:
        match taken:
            case Job():
                return await self._replies.send(taken)
            case Asked():
                return await self._deeds.do(taken)

    async def _take_job(self, account: str, now: datetime) -> Job | Asked | datetime | None:
        """Take what is due next at an account; what was withdrawn meanwhile is passed over.

        A time is when something may be taken again.
        """
        to, number = AT_ACCOUNT + account, self._enrolment.number
        rested_at = self._troubles.rests_until([to], now)

        def run(tx: Tx) -> Job | Asked | datetime | None:
            buckets = Buckets(tx, {to: _REPLIES})
            if (ready_at := max(buckets.ready_at([to], now), rested_at)) > now:
                return ready_at
            if not self._troubles.may_try(tx, [to], now):
                return None
            while (taken := tx.take(to, now, number, updates=False, posts=True)) is not None:
                part = self._deeds if taken.what is What.DEED else self._replies
                if (job := part.begin(tx, taken)) is not None:
                    buckets.spend([to], now)
                    return job
            self._troubles.untried(tx, [to], now)
            return None

        return await self._record(run, takes=True)

    async def _pause(self, account: str, span: timedelta) -> None:
        to, until = AT_ACCOUNT + account, self._clock.transport() + span
        await self._record(lambda tx: Buckets(tx, {to: _REPLIES}).pause([to], until))

    # --- what is in hand

    @contextmanager
    def _holding(self, delivery: int) -> Iterator[None]:
        """Have a delivery in hand; one that was not sent, because our lease is over, is given back."""
        self._in_hand.add(delivery)
        self._strays.pop(delivery, None)
        try:
            yield
        except Overtaken:
            self._count("overtaken")
            self._unsure = True
        finally:
            self._in_hand.discard(delivery)

    async def _give_back(self) -> None:
        """Free what is ours and nobody sends: a take that failed took it, or it was overtaken.

        What a take took whose answer is still on its way is no stray.
        """
        number, held, now = self._enrolment.number, set(self._in_hand), monotonic()
        since, asked_at = dict(self._strays), min(self._takes.values(), default=now)

        def run(tx: Tx) -> dict[int, float]:
            strays = {id: since.get(id, now) for id in tx.in_hand(number) if id not in held}
            lost = {id for id, at in strays.items() if now - at >= _STRAY_S and at < asked_at}
            for id in lost:
                tx.give_back(id, number)
            return {id: at for id, at in strays.items() if id not in lost}

        self._unsure = False  # what comes meanwhile is for the next time
        try:
            strays = await self._work.transact(run)
        except StorageError:
            self._unsure = True
            raise
        self._strays = {id: at for id, at in strays.items() if id not in self._in_hand}
        self._unsure = self._unsure or bool(self._strays)

    @contextmanager
    def _taking(self) -> Iterator[None]:
        number = next(self._asked)
        self._takes[number] = monotonic()
        try:
            yield
        finally:
            del self._takes[number]

    # --- records

    async def _record(
        self, run: Callable[[Tx], T], *, flushed: bool = True, takes: bool = False
    ) -> T:
        """Write, however long the database needs: what was sent must not be forgotten.

        What `takes` and fails may have taken something all the same.
        """
        for wait in chain(BACKOFF, repeat(BACKOFF[-1])):
            try:
                with self._taking() if takes else nullcontext():
                    return await self._work.transact(run, flushed=flushed)
            except StorageError as error:
                _log.error("outbox.storage", error=str(error))
                self._unsure = self._unsure or takes
                await self._clock.sleep(wait.total_seconds())
        raise AssertionError("unreachable")

    def _count(self, outcome: str) -> None:
        self.progress[outcome] = self.progress.get(outcome, 0) + 1


def _order(tx: Tx, job: Delivery | None) -> Order | None:
    """Return what was taken with the rows that its words are made of."""
    if job is None:
        return None
    if job.ticket is None:
        return Order(job, burst=None if job.burst is None else tx.burst(job.burst))
    return Order(job, tx.record(job.ticket), tx.agents())
