"""The way to networks: an account's replies and deeds are taken and sent, at its pace.

Used by `outbox` alone, which says when. What became of each is for `replies` and `deeds`.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from chatops.clock import Clock
from chatops.delivery.deeds import Asked, Deeds
from chatops.delivery.enrolment import Enrolment
from chatops.delivery.hand import Hand
from chatops.delivery.outgoing import Job
from chatops.delivery.pace import Buckets
from chatops.delivery.patience import nap
from chatops.delivery.replies import ANSWERED, Replies
from chatops.delivery.troubles import Troubles
from chatops.errors import Barred, TryLater
from chatops.follow import AT_ACCOUNT
from chatops.ports import Cap, Tx, What

#: Replies have no published pace of their own that binds before the network's 429.
_REPLIES: Final = Cap(calls=5, seconds=1, burst=5)


class Accounts:
    """Serves accounts as long as `may_take`; `count` counts outcomes by name."""

    def __init__(
        self,
        clock: Clock,
        enrolment: Enrolment,
        hand: Hand,
        troubles: Troubles,
        replies: Replies,
        deeds: Deeds,
        may_take: Callable[[], bool],
        count: Callable[[str], None],
    ) -> None:
        self._clock = clock
        self._enrolment = enrolment
        self._hand = hand
        self._troubles = troubles
        self._replies = replies
        self._deeds = deeds
        self._may_take = may_take
        self._count = count

    async def serve(self, account: str, bell: asyncio.Event) -> None:
        """Send an account's replies and deeds until none is due; the bell ends a wait."""
        to = AT_ACCOUNT + account
        while self._may_take():
            taken = await self._take(to, self._clock.transport())
            if taken is None:
                return
            if isinstance(taken, datetime):
                bell.clear()
                await nap(self._clock, bell, (taken - self._clock.transport()).total_seconds())
                continue
            with self._hand.holding(taken.delivery.id):
                try:
                    outcome = await self._do(taken)
                    self._count(outcome)
                    if outcome in ANSWERED:
                        await self._troubles.over([to])
                except TryLater as error:
                    self._count("reply_limited")
                    await self._pause(to, timedelta(seconds=error.seconds))
                except Barred as error:
                    self._count("reply_barred")
                    await self._troubles.begins(to, error)

    async def _do(self, taken: Job | Asked) -> str:
        match taken:
            case Job():
                return await self._replies.send(taken)
            case Asked():
                return await self._deeds.do(taken)

    async def _take(self, to: str, now: datetime) -> Job | Asked | datetime | None:
        """Take what is due next at an account; what was withdrawn meanwhile is passed over.

        A time is when something may be taken again.
        """
        number = self._enrolment.number
        rested_at = self._troubles.rests_until([to], now)

        def run(tx: Tx) -> Job | Asked | datetime | None:
            buckets = Buckets(tx, {to: _REPLIES})
            if (ready_at := max(buckets.ready_at([to], now), rested_at)) > now:
                return ready_at
            if not self._troubles.may_try(tx, [to], now):
                return None
            while (taken := tx.take_with_ticket(to, now, number)) is not None:
                part = self._deeds if taken.what is What.DEED else self._replies
                if (job := part.begin(tx, taken)) is not None:
                    buckets.spend([to], now)
                    return job
            self._troubles.untried(tx, [to], now)
            return None

        return await self._hand.take(run)

    async def _pause(self, to: str, span: timedelta) -> None:
        until = self._clock.transport() + span
        await self._hand.record(lambda tx: Buckets(tx, {to: _REPLIES}).pause([to], until))
