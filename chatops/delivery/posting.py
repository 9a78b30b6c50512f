"""One delivery to one room: posted, brought up to date or looked up, and what became of it written.

Used by `outbox` alone, which says when. Before a post is sent its row says `sending`; what a crash
or a time-out leaves there is in doubt and is looked up before it is repeated. A chat that finds
nothing is not asked: there a card is posted again, and about anything else people are (`doubts`).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from chatops.act import Act, Marks, again
from chatops.clock import Clock
from chatops.delivery.compose import Order, compose, question_about
from chatops.delivery.pace import Buckets, ChatPace
from chatops.delivery.patience import BACKOFF, FAULTS, SETTLE, SKEW, Calling, Keep, rest
from chatops.delivery.replies import Replies
from chatops.delivery.troubles import AT_CHAT, Troubles
from chatops.desk import Desk
from chatops.doubts import ask
from chatops.errors import (
    Barred,
    Gone,
    InDoubt,
    MarkerSpent,
    Overtaken,
    Rejected,
    TryLater,
    Unreached,
)
from chatops.policy import Room
from chatops.ports import (
    HARMLESS_TWICE,
    STANDING,
    Chat,
    Delivery,
    DeliveryState,
    Reader,
    Tx,
    What,
)

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
            await self._deliver(chat, room, order, pace)
        except Overtaken:
            raise
        except Exception:  # noqa: BLE001 - the room outlives a fault in one delivery
            self._count("fault")
            _log.exception("outbox.fault", delivery=job.id, what=job.what)
            await self._stumbled(job)

    async def _deliver(self, chat: Chat, room: Room, order: Order, pace: ChatPace) -> None:
        job = order.job
        try:
            match job.state:
                case DeliveryState.IN_DOUBT:
                    await self._resolve(chat, room, order)
                case DeliveryState.SENT:
                    await self._update(chat, room, order)
                case _:
                    await self._post(chat, room, order)
        except TryLater as error:
            self._count("limited")
            until = self._clock.transport() + timedelta(seconds=error.seconds)
            await self._limited(job, room, pace, until, str(error))
        except InDoubt as error:
            self._count("in_doubt")
            # a chat that is down must not bring one post after the other in doubt
            await self._troubles.begins(room.name, error)
            await self._doubt(chat, job, str(error))
        except Gone as error:
            await self._troubles.over(places(room))
            await self._gone(job, error)
        except (Unreached, Barred) as error:
            await self._rest(room, error)
            # due at once: when the room rests no longer, a post is the first again
            await self._put_back(job, self._clock.transport(), str(error))
        except Rejected as error:
            self._count("failed")
            _log.error("outbox.rejected", delivery=job.id, what=job.what, code=error.code)
            await self._refused(job, error.code)

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
        if job.external_id is None:
            await self._renew(job)
            return
        composed = await compose(self._desk, self._reader, chat, room, order)
        if composed is None:  # what it announced is past by now: it stays as it is
            await self._is_there(job, job.external_id, job.wanted)
            return
        card, revision = composed
        async with self._calling(job.process):
            await chat.update(room, job.external_id, card)
        self._count("updated")
        await self._is_there(job, job.external_id, revision)
        await self._troubles.over(places(room))

    async def _renew(self, job: Delivery) -> None:
        """Post what is new of a message whose line a person has seen, and whose id nobody knows.

        Any other post that is there so stays as it is.
        """
        if job.what is What.MESSAGE:
            now = self._clock.transport()
            await self._state(job, DeliveryState.PENDING, now, again=again(job.marker))
        else:
            await self._is_there(job, None, job.wanted)

    async def _doubt(self, chat: Chat, job: Delivery, error: str) -> None:
        """Leave a call of unknown fate to be resolved; an update is simply made again."""
        now = self._clock.transport()
        if job.state is DeliveryState.SENT:
            await self._put_back(job, now + SETTLE, error)
            return
        # nothing can be learnt by waiting where what is harmless twice is not looked up
        at_once = not chat.finds and job.what in HARMLESS_TWICE
        await self._state(job, DeliveryState.IN_DOUBT, now if at_once else now + SETTLE, error)

    async def _resolve(self, chat: Chat, room: Room, order: Order) -> None:
        """Find out what became of a post, or let people do so where the chat cannot be asked."""
        if chat.finds:
            await self._look_up(chat, room, order.job)
            return
        if order.job.what in HARMLESS_TWICE:
            await self._repeat(order.job)
        else:
            await self._ask(room, order)
        await self._troubles.give_back(places(room), self._clock.transport())

    async def _repeat(self, job: Delivery) -> None:
        """Post again what is harmless twice: at once, then ever more rarely, for each may be there."""
        now = self._clock.transport()
        self._count("repeated")
        if job.is_restored:
            await self._state(job, DeliveryState.PENDING, now, again=again(job.marker))
            return
        posts = job.attempts - 1  # this round is counted too, and was none
        due = now if posts <= 1 else now + rest(posts)
        await self._state(job, DeliveryState.PENDING, due, counts=False)

    async def _ask(self, room: Room, order: Order) -> None:
        card = await question_about(self._desk, self._reader, room, order)
        act = Act(self._clock.business(), self._clock.transport(), Marks(), rule="outbox")
        self._count("asked")
        await self._record(lambda tx: ask(tx, order.job, card, act))

    async def _look_up(self, chat: Chat, room: Room, job: Delivery) -> None:
        """Find out what became of a post; a look-up that fails holds back nothing but that post."""
        # what was written since by others must not make the look-up longer and longer
        now = self._clock.transport()
        tried_until = now if job.is_restored else job.taken_at + SETTLE
        since, until = job.taken_at - SKEW, tried_until + SKEW
        try:
            found = await chat.find(room, job.thread, job.marker, since, until)
        except (TryLater, Unreached, Barred) as error:
            await self._still_in_doubt(job, error)
            await self._troubles.give_back(places(room), now)
            return
        self._count("found" if found else "not_found")
        if found is None and job.is_restored:
            # begun anew: from here on it is one that we try ourselves
            await self._state(job, DeliveryState.PENDING, now, again=again(job.marker))
        elif found is None:
            await self._state(job, DeliveryState.PENDING, self._clock.transport(), counts=False)
        else:
            await self._is_there(job, found, 0)  # what it shows is unknown: the next round updates
        await self._troubles.over(places(room))

    async def _still_in_doubt(self, job: Delivery, error: TryLater | Unreached | Barred) -> None:
        self._count("look_up_failed")
        _log.warning("outbox.look_up_failed", delivery=job.id, error=str(error))
        if limited := isinstance(error, TryLater):
            span = timedelta(seconds=error.seconds)
        else:
            span = rest(job.attempts)
        due = self._clock.transport() + max(SETTLE, span)
        await self._state(job, DeliveryState.IN_DOUBT, due, str(error), counts=not limited)

    async def _gone(self, job: Delivery, error: Gone) -> None:
        """Post again what shows a ticket or a burst, let any other line that was deleted rest, and
        what met no thread wait for its card, which is posted again.
        """
        self._count("gone")
        is_there = job.state is DeliveryState.SENT
        if is_there and job.what not in HARMLESS_TWICE and job.external_id is not None:
            await self._is_there(job, job.external_id, job.wanted)
        elif is_there or isinstance(error, MarkerSpent):
            now, anew = self._clock.transport(), again(job.marker)
            await self._state(job, DeliveryState.PENDING, now, error.code, again=anew)
        elif job.thread is None:
            await self._refused(job, error.code)
        else:
            await self._without_thread(job, job.thread, error.code)

    async def _without_thread(self, job: Delivery, root: str, code: str) -> None:
        """Post the card of a thread again that somebody has deleted unheard; its line comes after it."""
        if job.left and job.what is not What.LINE:  # a link to another room: it stays away
            await self._give_up(job, code)
            return
        now = self._clock.transport()
        anew = again(job.marker) if job.state is DeliveryState.IN_DOUBT else None

        def run(tx: Tx) -> None:
            # who else has found out may have the card on its way by now
            due = now if tx.card_deleted(job.to, root, now) else now + rest(job.attempts)
            tx.delivery_is(job, DeliveryState.PENDING, due, code, again=anew)

        await self._record(run)

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

    async def _is_there(self, job: Delivery, external_id: str | None, revision: int) -> None:
        """Record what the far side shows; a reply's wait begins when its Undo line is visible."""
        now = self._clock.transport()

        def run(tx: Tx) -> bool:
            if job.undo and job.ticket is not None:
                tx.ticket(job.ticket)  # Undo locks it before its line and its reply
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
        is_update = job.state is DeliveryState.SENT
        caps = pace.of_update(room.name) if is_update else pace.of_post(room.name)
        limited = [*caps][:1]  # the room's alone, where it is of those

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
