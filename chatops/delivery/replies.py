"""Replies to customers on their way: never sent twice by themselves, never lost.

The ticket knows of each step (`SendingBegan`, `ReplySent`, `ReplyFailed`, `ReplyDoubted`), so that
its card and thread tell the truth. A reply of unknown fate is looked up where the network can be
asked, repeated where it takes an idempotency key, and otherwise shown to the agent, who decides.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final

import structlog

from chatops.act import Act, Marks
from chatops.channel import Can, Sent
from chatops.clock import Clock
from chatops.delivery.outgoing import Job, answerable, outgoing_of, reply_of
from chatops.delivery.patience import FAULTS, LATE, SETTLE, SKEW, Calling, Keep, network_rest
from chatops.desk import Desk
from chatops.errors import (
    DUPLICATE,
    Barred,
    CareError,
    InDoubt,
    Overtaken,
    Rejected,
    TryLater,
    Unreached,
    Unsupported,
)
from chatops.event import (
    Event,
    ReplyDoubted,
    ReplyFailed,
    ReplyRequeued,
    ReplyState,
    ReplyWithdrawn,
    SendingBegan,
)
from chatops.ledger import accept, apply
from chatops.ports import Channel, Delivery, DeliveryState, Reader, Record, Tx
from chatops.ticket import Reply, Status, Ticket

#: Outcomes by which an account has shown that it is open to us.
ANSWERED: Final = frozenset(
    {
        "reply_sent",
        "reply_found",
        "reply_repeated",
        "reply_again",
        "reply_failed",
        "deed_done",
        "deed_failed",
    }
)

_FAULT: Final = "a fault of ours; see the log"

_log = structlog.get_logger(__name__)


class Replies:
    """Sends replies; `keep` writes their outcomes."""

    def __init__(
        self,
        desk: Desk,
        reader: Reader,
        clock: Clock,
        channels: Mapping[str, Channel],
        keep: Keep,
        calling: Calling,
    ) -> None:
        self._desk = desk
        self._reader = reader
        self._clock = clock
        self._channels = channels
        self._keep = keep
        self._calling = calling

    async def send(self, job: Job) -> str:
        """Send a reply, or look it up if its fate is unknown; return the outcome's name.

        Raises:
            Overtaken: it was not sent, and may be another process's by now.
            TryLater: the network limits this account; the reply waits and is saved so.
            Barred: the account is closed to us; the reply waits until it is mended.
        """
        channel = self._channels[job.outgoing.account]
        if job.delivery.state is DeliveryState.IN_DOUBT:
            return await self._look_up(channel, job)
        try:
            return await self._send(channel, job)
        except (Overtaken, TryLater, Barred):
            raise
        except Exception:  # noqa: BLE001 - the account outlives a fault in one reply
            # whether the call was made is unknown
            _log.exception("reply.fault", delivery=job.delivery.id)
            if job.delivery.attempts < FAULTS:
                return await self._doubt(channel, job, _FAULT)
            return await self._ask(job, _FAULT)

    async def _send(self, channel: Channel, job: Job) -> str:
        try:
            await self._sent(job, await self._call(channel, job))
        except InDoubt as error:
            return await self._doubt(channel, job, str(error))
        except TryLater as error:
            await self._wait(job, timedelta(seconds=error.seconds), str(error), counts=False)
            raise
        except Unreached as error:
            await self._wait(job, network_rest(job.delivery.attempts), str(error))
            return "reply_unreached"
        except Barred as error:
            await self._wait(job, timedelta(), str(error), counts=False)
            raise
        except (Unsupported, Rejected) as error:
            return await self._refused(channel, job, error)
        return "reply_sent"

    async def unseen(self, line: Delivery) -> None:
        """Give up a reply whose Undo line cannot be shown: nobody could have taken it back."""
        act = self._act()

        def run(tx: Tx) -> None:
            ticket, reply = reply_of(tx, line)
            if ticket is not None and reply is not None and reply.state is ReplyState.WAITING:
                tx.withhold_reply(reply.message)
                apply(tx, self._desk.policy, ticket, [ReplyFailed(reply.message, "unseen")], act)

        await self._keep(run)

    def begin(self, tx: Tx, delivery: Delivery) -> Job | None:
        """Write that a reply is being sent; None if it was withdrawn."""
        ticket, reply = reply_of(tx, delivery)
        record = tx.record(ticket.id) if ticket is not None else None
        if ticket is None or reply is None or record is None:
            tx.delivery_is(delivery, DeliveryState.WITHDRAWN, None)
            return None
        doubted = delivery.state is DeliveryState.IN_DOUBT
        if not doubted and reply.agent is None and self._is_untrue(record, reply):
            self._drop(tx, delivery, ticket, reply)
            return None
        if reply.state is ReplyState.WAITING:
            apply(tx, self._desk.policy, ticket, [SendingBegan(reply.message)], self._act())
        ours = self._desk.policy.account_of(ticket.account, ticket.channel, ticket.queue).handle
        unknown = ours if reply.agent is None else ""
        agent = next((a.public_name for a in tx.agents() if a.id == reply.agent), unknown)
        outgoing = outgoing_of(record, reply, delivery.marker)
        candidates = answerable(record, reply)
        answered = tx.answer(reply.message, candidates, anew=not doubted)
        # after the backup it may have gone out as the answer to what the backup does not know
        perhaps = tuple(candidates) if delivery.is_restored else ()
        return Job(
            delivery, replace(outgoing, agent=agent, in_reply_to=answered, perhaps_to=perhaps)
        )

    def _is_untrue(self, record: Record, reply: Reply) -> bool:
        """Tell whether a rule's text is out of date: somebody is there, answers, or has closed."""
        ticket = record.ticket
        written = next(line.at for line in record.lines if line.id == reply.message)
        is_over = reply.until is not None and self._clock.business() >= reply.until
        is_answered = ticket.answered_at is not None and ticket.answered_at >= written
        is_being_answered = any(each.agent is not None for each in ticket.replies)
        return is_over or is_answered or is_being_answered or ticket.status is Status.CLOSED

    def _drop(self, tx: Tx, delivery: Delivery, ticket: Ticket, reply: Reply) -> None:
        """Take back a rule's text that has become untrue: by now somebody is there."""
        tx.delivery_is(delivery, DeliveryState.WITHDRAWN, None)
        back: list[Event] = [ReplyWithdrawn(reply.message)]
        if reply.state is not ReplyState.WAITING:  # an attempt that certainly had no effect
            back.insert(0, ReplyRequeued(reply.message, agent=None))
        apply(tx, self._desk.policy, ticket, back, self._act())

    async def _look_up(self, channel: Channel, job: Job) -> str:
        """Find out what became of a reply; until that is known it is not sent again."""
        try:
            outcome = await self._resolved(channel, job)
        except Overtaken:
            raise
        except TryLater as error:
            span = max(SETTLE, timedelta(seconds=error.seconds))
            await self._still_in_doubt(job, span, error, counts=False)
            raise
        except Barred as error:
            await self._still_in_doubt(job, timedelta(), error, counts=False)
            raise
        except (InDoubt, Unreached) as error:
            span = max(SETTLE, network_rest(job.delivery.tries))
            return await self._still_in_doubt(job, span, error)
        except CareError as error:
            # the network will not be asked: a person can look
            return await self._ask(job, str(error))
        except Exception:  # noqa: BLE001 - as in `send`
            _log.exception("reply.fault", delivery=job.delivery.id)
            if job.delivery.tries < FAULTS:
                return await self._still_in_doubt(job, SETTLE, InDoubt(_FAULT))
            return await self._ask(job, _FAULT)
        if outcome is None:  # it is certainly not there
            now, again = self._clock.transport(), job.delivery.marker
            await self._keep(
                lambda tx: tx.delivery_is(
                    job.delivery,
                    DeliveryState.PENDING,
                    now,
                    again=again if job.delivery.is_restored else None,
                )
            )
        return outcome or "reply_again"

    async def _resolved(self, channel: Channel, job: Job) -> str | None:
        """Find the reply, or repeat it under its key, or ask; None: the network has none of it."""
        can = channel.traits.can
        if Can.FIND in can:
            found = await channel.find(job.outgoing, job.delivery.taken_at - SKEW)
            if found is None or await self._is_anothers(job, found):
                return None
            await self._sent(job, found)
            return "reply_found"
        if Can.REPEAT not in can or not self._is_known_by_its_key(channel, job):
            return await self._ask(job, "nobody can tell whether it was sent")
        try:
            await self._sent(job, await self._call(channel, job))
        except Barred:
            raise
        except Rejected as error:
            return await self._failed(job, error.code, str(error))
        return "reply_repeated"

    async def _call(self, channel: Channel, job: Job) -> Sent:
        async with self._calling(job.delivery.process):
            return await channel.send(job.outgoing)

    def _is_known_by_its_key(self, channel: Channel, job: Job) -> bool:
        """Tell whether the network still drops a repeat of this reply."""
        age = self._clock.transport() - job.delivery.taken_at
        return age < channel.traits.repeats_for

    async def _refused(self, channel: Channel, job: Job, error: Unsupported | Rejected) -> str:
        """Give a reply up, unless it is refused because it is there already.

        That is where the network was late to accept an earlier attempt, and the look-up in vain.
        Else these very words stand there by another's hand, and the refusal is the answer.
        """
        code = error.code if isinstance(error, Rejected) else "unsupported"
        if code == DUPLICATE and Can.FIND in channel.traits.can:
            try:
                found = await channel.find(job.outgoing, job.delivery.taken_at - LATE)
            except CareError as unclear:
                return await self._doubt(channel, job, f"{error}; {unclear}")
            if found is not None and not await self._is_anothers(job, found):
                await self._sent(job, found)
                return "reply_found"
        return await self._failed(job, code, str(error))

    async def _is_anothers(self, job: Job, found: Sent) -> bool:
        """Tell whether what was found is another reply of ours, in the same words."""
        account, id = job.outgoing.account, found.external_id
        known = await self._keep(lambda tx: tx.find_message(account, id))
        return known is not None and known.state is not None and known.id != job.delivery.message

    async def _doubt(self, channel: Channel, job: Job, error: str) -> str:
        if not channel.traits.can & (Can.FIND | Can.REPEAT):
            return await self._ask(job, error)
        due = self._clock.transport() + SETTLE
        await self._keep(
            lambda tx: tx.delivery_is(job.delivery, DeliveryState.IN_DOUBT, due, error)
        )
        return "reply_in_doubt"

    async def _still_in_doubt(
        self, job: Job, span: timedelta, error: CareError, *, counts: bool = True
    ) -> str:
        delivery, due, why = job.delivery, self._clock.transport() + span, str(error)
        await self._keep(
            lambda tx: tx.delivery_is(delivery, DeliveryState.IN_DOUBT, due, why, counts=counts)
        )
        return "reply_in_doubt"

    async def _ask(self, job: Job, error: str) -> str:
        """Show a reply of unknown fate to the agent: "it is there" or "send it again"."""
        act = self._act()

        def run(tx: Tx) -> str:
            ticket, reply = reply_of(tx, job.delivery)
            if not tx.delivery_is(job.delivery, DeliveryState.IN_DOUBT, None, error):
                return "overtaken"
            if ticket is not None and reply is not None:
                apply(tx, self._desk.policy, ticket, [ReplyDoubted(reply.message)], act)
            return "reply_asked"

        return await self._keep(run)

    async def _sent(self, job: Job, sent: Sent) -> None:
        act = self._act()
        at = min(sent.at + self._clock.offset, act.now)

        def run(tx: Tx) -> None:
            delivery = job.delivery
            ticket, reply = reply_of(tx, delivery)
            # it is there, whoever has the row by now
            tx.delivered(delivery, sent.external_id, delivery.wanted, act.due)
            if ticket is None or reply is None:
                return  # its echo came first and was taken as the acceptance
            tx.reply_is(
                reply.message, ReplyState.SENT, external_id=sent.external_id, url=sent.url, at=at
            )
            accept(tx, self._desk.policy, ticket, reply, at, act)

        await self._keep(run)

    async def _wait(self, job: Job, span: timedelta, error: str, *, counts: bool = True) -> None:
        """Put a reply back that the network has not taken; it may be undone meanwhile."""
        act = self._act(wait=span)

        def run(tx: Tx) -> None:
            ticket, reply = reply_of(tx, job.delivery)
            pending = DeliveryState.PENDING
            if not tx.delivery_is(job.delivery, pending, act.due, error, counts=counts):
                return
            if ticket is not None and reply is not None:
                again = ReplyRequeued(reply.message, agent=None)
                apply(tx, self._desk.policy, ticket, [again], act)

        await self._keep(run)

    async def _failed(self, job: Job, code: str, detail: str) -> str:
        act = self._act()
        _log.warning("reply.failed", delivery=job.delivery.id, code=code)

        def run(tx: Tx) -> None:
            ticket, reply = reply_of(tx, job.delivery)
            if not tx.delivery_is(job.delivery, DeliveryState.FAILED, None, detail):
                return
            if ticket is not None and reply is not None:
                apply(tx, self._desk.policy, ticket, [ReplyFailed(reply.message, code)], act)

        await self._keep(run)
        return "reply_failed"

    def _act(self, wait: timedelta = timedelta()) -> Act:
        return Act(
            now=self._clock.business(),
            due=self._clock.transport() + wait,
            marks=Marks(),
            rule="outbox",
        )
