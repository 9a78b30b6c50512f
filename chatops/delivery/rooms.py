"""The way to rooms and persons: what is due in one room is taken and brought there, at the lawful pace.

Used by `outbox` alone, which says when. Posts go before updates, and rooms that wait for one pace of
updates take turns. What became of each is for `posting`.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Final

import structlog

from chatops.clock import Clock
from chatops.delivery.compose import Order
from chatops.delivery.enrolment import Enrolment
from chatops.delivery.hand import Hand
from chatops.delivery.pace import Buckets, ChatPace
from chatops.delivery.patience import nap
from chatops.delivery.posting import Posting, places
from chatops.delivery.troubles import Troubles
from chatops.desk import Desk
from chatops.follow import TO_PERSON
from chatops.policy import Room
from chatops.ports import Chat, Delivery, DeliveryState, Reader, Tx

#: How long a room lets another one ask before it, of those that wait for the same pace of updates.
_COURTESY: Final = timedelta(milliseconds=2)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """What a courier of a room found when it looked for something to send."""

    order: Order | None
    posts: bool  #: posts were looked for
    updates: bool  #: updates were looked for
    posts_at: datetime  #: when the next post may be made
    updates_at: datetime


class Rooms:
    """Serves rooms as long as `may_take`; `busy` are the destinations that are served just now."""

    def __init__(
        self,
        desk: Desk,
        reader: Reader,
        clock: Clock,
        chats: Mapping[str, Chat],
        enrolment: Enrolment,
        hand: Hand,
        troubles: Troubles,
        posting: Posting,
        may_take: Callable[[], bool],
        busy: Collection[str],
    ) -> None:
        self._desk = desk
        self._reader = reader
        self._clock = clock
        self._chats = chats
        self._enrolment = enrolment
        self._hand = hand
        self._troubles = troubles
        self._posting = posting
        self._may_take = may_take
        self._busy = busy
        self._paces = {name: ChatPace(name, chat.limits) for name, chat in chats.items()}
        #: Of ten rooms that wait for one bucket, one looks at a time: else nine would look in vain.
        self._turns = {name: asyncio.Lock() for name in chats}
        self._updates = count(1)
        #: By chat and room: the number of its last update, 0 for none.
        self._updated: dict[str, dict[str, int]] = {name: {} for name in chats}

    async def named(self, to: str) -> Room | None:
        """Return a room of app.yaml, or one person's direct messages; None if there is none."""
        if not to.startswith(TO_PERSON):
            return self._desk.policy.rooms.get(to)
        id = int(to.removeprefix(TO_PERSON))
        agent = next((each for each in await self._reader.agents() if each.id == id), None)
        if agent is None:
            return None
        return self._desk.policy.room_of(to, agent.name, agent.identities or {}, self._chats)

    async def withdraw(self, to: str) -> None:
        """Give up what was meant for one who has left, or who uses no chat of ours."""
        now, number = self._clock.transport(), self._enrolment.number

        def run(tx: Tx) -> None:
            while (job := tx.take(to, now, number, updates=True, posts=True)) is not None:
                tx.delivery_is(job, DeliveryState.WITHDRAWN, None)

        _log.warning("outbox.nobody_there", destination=to)
        await self._hand.record(run)

    async def serve(self, room: Room, bell: asyncio.Event) -> None:
        """Deliver what is due in a room until nothing is; the bell tells of what may go at once."""
        chat, pace = self._chats[room.chat], self._paces[room.chat]
        looked = False  # for posts, in vain, since the bell was last rung
        updated = self._updated[room.chat]
        updated.setdefault(room.name, 0)
        while self._may_take():
            if bell.is_set():
                bell.clear()
                looked = False
            async with self._turns[room.chat]:
                if not self._may_take():
                    return
                now = self._clock.transport()
                turn = await self.take(room, now, looked=looked)
            looked = looked or turn.posts
            if turn.order is not None:
                looked = False
                if turn.order.job.state is DeliveryState.SENT:
                    updated[room.name] = next(self._updates)
                with self._hand.holding(turn.order.job.id):
                    await self._posting.deliver(chat, room, turn.order, pace)
            elif turn.updates and looked:
                return
            else:
                updates_at = turn.updates_at + self._courtesy(room)
                ready = [updates_at] * (not turn.updates) + [turn.posts_at] * (not looked)
                # an alert does not wait for the pace of updates
                await nap(self._clock, bell, (min(ready) - now).total_seconds())

    async def take(self, room: Room, now: datetime, *, looked: bool = False) -> Turn:
        """Take the next delivery and, in the same breath, what its card is made of.

        It does not wait for the disk where the chat may drop a repeat: a power cut may take it back
        after the post, which is then repeated under the same marker. (To customers nothing is
        repeated.)
        """
        chat = self._chats[room.chat]
        pace = self._paces[room.chat]
        a_post, an_update = pace.of_post(room.name), pace.of_update(room.name)
        rested_at = self._troubles.rests_until(places(room), now)
        number = self._enrolment.number

        def run(tx: Tx) -> Turn:
            buckets = Buckets(tx, {**a_post, **an_update})
            posts_at = max(buckets.ready_at([*a_post], now), rested_at)
            updates_at = max(buckets.ready_at([*an_update], now), rested_at)
            posts, updates = posts_at <= now and not looked, updates_at <= now
            is_ready = posts or updates
            if not (is_ready and self._troubles.may_try(tx, places(room), now)):
                return Turn(None, posts, updates, posts_at, updates_at)
            order = _order(tx, tx.take(room.name, now, number, updates=updates, posts=posts))
            if order is None:
                self._troubles.untried(tx, places(room), now)
            else:
                is_update = order.job.state is DeliveryState.SENT
                buckets.spend([*(an_update if is_update else a_post)], now)
            return Turn(order, posts, updates, posts_at, updates_at)

        return await self._hand.take(run, flushed=not chat.finds)

    def _courtesy(self, room: Room) -> timedelta:
        """Return how much later than others a room asks for an update: it takes turns with those
        of its chat.
        """
        updated = self._updated[room.chat]
        mine = updated[room.name]
        return _COURTESY * sum(
            last < mine for other, last in updated.items() if other in self._busy
        )


def _order(tx: Tx, job: Delivery | None) -> Order | None:
    """Return what was taken with the rows that its words are made of."""
    if job is None:
        return None
    if job.ticket is None:
        return Order(job, burst=None if job.burst is None else tx.burst(job.burst))
    return Order(job, tx.record(job.ticket), tx.agents())
