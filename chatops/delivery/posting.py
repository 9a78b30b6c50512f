"""One delivery to one room: posted, brought up to date or looked up, and what became of it written.

Used by `outbox` alone, which says when. Before a post is sent its row says `sending`; what a crash
or a time-out leaves there is in doubt and is looked up before it is repeated.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from chatops.act import again
from chatops.clock import Clock
from chatops.delivery.compose import Order, compose
from chatops.delivery.pace import Buckets, ChatPace
from chatops.delivery.patience import BACKOFF, FAULTS, SETTLE, SKEW, Calling, Keep
from chatops.delivery.replies import Replies
from chatops.delivery.troubles import AT_CHAT, Troubles
from chatops.desk import Desk
from chatops.errors import Barred, Gone, InDoubt, Overtaken, Rejected, TryLater, Unreached
from chatops.policy import Room
from chatops.ports import STANDING, Chat, Delivery, DeliveryState, Reader, Tx

#: A thread line whose thread is gone is tried so often: its card may be on its way again.
LINE_TRIES: Final = 6

_log = structlog.get_logger(__name__)


class Posting:
    """Delivers to rooms; `record` writes the outcomes and `count` counts them by name."""

    def __init__(
        self,
        desk: Desk,
        reader: Reader,
        clock: Clock,
        replies: Replies,
        troubles: Troubles,
        record: Keep,
        count: Callable[[str], None],
        calling: Calling,
    ) -> None:
        self._desk = desk
        self._reader = reader
        self._clock = clock
        self._replies = replies
        self._troubles = troubles
        self._record = record
        self._count = count
        self._calling = calling

    async def deliver(self, chat: Chat, room: Room, order: Order, pace: ChatPace) -> None:
        """Bring one delivery to its room, and write what became of it.

        Raises:
            Overtaken: it was not sent, and may be another process's by now.
        """
        job = order.job
        try:
            match job.state:
                case DeliveryState.IN_DOUBT:
                    await self._look_up(chat, room, job)
                case DeliveryState.SENT:
                    await self._update(chat, room, order)
                case _:
                    await self._post(chat, room, order)
        except Overtaken:
            raise
        except TryLater as error:
            self._count("limited")
            until = self._clock.transport() + timedelta(seconds=error.seconds)
            await self._limited(job, room, pace, until, str(error))
        except InDoubt as error:
            self._count("in_doubt")
            due = self._clock.transport() + SETTLE
            await self._state(job, DeliveryState.IN_DOUBT, due, str(error))
        except Gone as error:
            await self._troubles.over(places(room))
            await self._gone(job, error)
        except (Unreached, Barred) as error:
            await self._rest(room, error)
            # due at once: when the room rests no longer, it is the first again
            await self._put_back(job, self._clock.transport(), str(error))
        except Rejected as error:
            self._count("failed")
            _log.error("outbox.rejected", delivery=job.id, what=job.what, code=error.code)
            await self._refused(job, error.code)
        except Exception:  # noqa: BLE001 - the room outlives a fault in one delivery
            self._count("fault")
            _log.exception("outbox.fault", delivery=job.id, what=job.what)
            await self._stumbled(job)

    async def _rest(self, room: Room, error: Unreached | Barred) -> None:
        """Leave a room alone for a while, or its whole chat where that is closed."""
        self._count("barred" if isinstance(error, Barred) else "unreached")
        of_room, of_chat = places(room)
        if isinstance(error, Barred) and error.whole:
            await self._troubles.begins(of_chat, error)
            return
        if isinstance(error, Barred):
            await self._troubles.over([of_chat])  # it knows us: only this room is closed
        await self._troubles.begins(of_room, error)

    async def _post(self, chat: Chat, room: Room, order: Order) -> None:
        job = order.job
        composed = await compose(self._desk, self._reader, chat, room, order)
        if composed is None and (job.left or job.occasion is not None):
            await self._state(job, DeliveryState.WITHDRAWN, None)
            return
        if composed is None:
            await self._give_up(job, "nothing to show")
            return
        card, revision = composed
        async with self._calling(job.process):
            id = await chat.post(room, card, job.thread, job.marker)
        self._count("posted")
        await self._is_there(job, id, revision)
        await self._troubles.over(places(room))

    async def _update(self, chat: Chat, room: Room, order: Order) -> None:
        job = order.job
        composed = await compose(self._desk, self._reader, chat, room, order)
        if composed is None or job.external_id is None:
            await self._give_up(job, "nothing to show")
            return
        card, revision = composed
        async with self._calling(job.process):
            await chat.update(room, job.external_id, card)
        self._count("updated")
        await self._is_there(job, job.external_id, revision)
        await self._troubles.over(places(room))

    async def _look_up(self, chat: Chat, room: Room, job: Delivery) -> None:
        # what was written since by others must not make the look-up longer and longer
        now = self._clock.transport()
        tried_until = now if job.is_restored else job.taken_at + SETTLE
        since, until = job.taken_at - SKEW, tried_until + SKEW
        found = await chat.find(room, job.thread, job.marker, since, until)
        self._count("found" if found else "not_found")
        if found is None and job.is_restored:
            # begun anew: from here on it is one that we try ourselves
            await self._state(job, DeliveryState.PENDING, now, again=again(job.marker))
        elif found is None:
            await self._state(job, DeliveryState.PENDING, self._clock.transport(), counts=False)
        else:
            await self._is_there(job, found, 0)  # what it shows is unknown: the next round updates
        await self._troubles.over(places(room))

    async def _gone(self, job: Delivery, error: Gone) -> None:
        """Post again what shows a ticket or a burst, let any other line that was deleted rest, and try
        a line without a thread later.
        """
        now = self._clock.transport()
        self._count("gone")
        if job.what in STANDING and job.state is DeliveryState.SENT:
            anew = again(job.marker)
            await self._state(job, DeliveryState.PENDING, now, error.code, again=anew)
        elif job.state is DeliveryState.SENT and job.external_id is not None:
            await self._is_there(job, job.external_id, job.wanted)
        elif job.is_restored:
            await self._state(job, DeliveryState.PENDING, now, error.code, again=again(job.marker))
        elif job.attempts < LINE_TRIES or job.what in STANDING:
            due = now + BACKOFF[min(job.attempts, len(BACKOFF) - 1)]
            await self._state(job, DeliveryState.PENDING, due, error.code)
        else:
            await self._give_up(job, error.code)

    async def _refused(self, job: Delivery, code: str) -> None:
        """Give up what was refused for good; a card is wanted all the same."""
        if job.state is DeliveryState.SENT and job.external_id is not None:
            # what is there stays, with its thread; the next change is tried again
            await self._is_there(job, job.external_id, job.wanted)
        elif job.what in STANDING:
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

        def run(tx: Tx) -> bool:
            if not tx.delivered(job, external_id, revision, now):
                # the process that has a post now finds what we sent; an update may have come after
                # its own, and show what was
                if job.state is DeliveryState.SENT:
                    tx.show_anew(job.id, now)
                return False
            if job.undo and job.state is not DeliveryState.SENT and job.message is not None:
                tx.begin_wait(job.message, now + self._desk.policy.undo_in)
            return True

        if not await self._record(run):
            self._count("overtaken")

    async def _limited(
        self, job: Delivery, room: Room, pace: ChatPace, until: datetime, error: str
    ) -> None:
        """Let a delivery come again when the chat's limit is over, and nothing like it before."""
        caps = pace.of_update() if job.state is DeliveryState.SENT else pace.of_post(room.name)
        limited = [*caps][:1]  # of posts the room's alone

        def run(tx: Tx) -> None:
            Buckets(tx, caps).pause(limited, until)
            tx.delivery_is(job, _before(job), until, error, counts=False)

        await self._record(run)

    async def _put_back(self, job: Delivery, due: datetime, error: str) -> None:
        """Let a delivery that had no effect come again at `due`, as what it was."""
        await self._state(job, _before(job), due, error, counts=False)

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
            lambda tx: tx.delivery_is(job, state, due, error, again=again, counts=counts)
        )


def places(room: Room) -> tuple[str, str]:
    """Return where trouble keeps deliveries from a room: itself, and its chat."""
    return room.name, f"{AT_CHAT}{room.chat}"


def _before(job: Delivery) -> DeliveryState:
    """Return the state in which a delivery was before it was taken."""
    return DeliveryState.PENDING if job.state is DeliveryState.SENDING else job.state
