"""What time brings: it looks at what is due, and the desk saves what comes of it.

When it looks is for `schedule` to say. What makes a thing happen once is its row in the database; what
is kept here only spares looks that would find nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Final

from chatops.act import Act
from chatops.card import Card
from chatops.cards.shift_card import SHOWN, shift_end_card
from chatops.desk import Desk
from chatops.due import hold, sweep
from chatops.follow import post
from chatops.idle_claims import plan_anew
from chatops.ports import FIRST_LOOK, Look, Reader, TicketFilter, Tx
from chatops.rested import Rest, make_up, rest
from chatops.selves import change_shift
from chatops.shifts import Stand, stand

#: How many due clocks and snoozes one tick takes at a time.
SWEEP: Final = 200


class Timer:
    """Does at the desk what nobody asks for. One object a process; `Schedule` calls it."""

    def __init__(self, desk: Desk, reader: Reader) -> None:
        self._desk = desk
        self._reader = reader
        self._stood: dict[int, Stand] = {}  #: how each was found by their shifts, last time
        self._rested: dict[int, Rest] = {}  #: whose quiet hours were looked at, the last ones
        self._holding: tuple[str, int | None] = ("", 0)  #: the terms, and how far clocks go by them
        #: what app.yaml says of idle claims, and how far they go by it
        self._planning: tuple[Mapping[str, object], Look | None] = ({}, FIRST_LOOK)

    async def tick(self) -> int:
        """Mark clocks that passed their due second and wake what is due; return how many."""
        return await self._desk.transact(lambda tx, act: sweep(tx, self._desk.policy, act, SWEEP))

    async def hold_clocks(self) -> None:
        """Hold open clocks to what app.yaml promises, some at a time: all once for each version."""
        policy = self._desk.policy
        version = policy.terms.version
        known, after = self._holding
        goes_on = after if known == version else 0
        if goes_on is not None:
            told = await self._desk.transact(lambda tx, act: hold(tx, policy, act, goes_on, SWEEP))
            self._holding = version, told

    async def hold_claims(self) -> None:
        """Look at claims by what app.yaml says of them, some at a time: all once whenever that changes."""
        policy = self._desk.policy
        rules = {name: (each.idle_claim, each.calendar) for name, each in policy.queues.items()}
        known, after = self._planning
        goes_on = after if known == rules else FIRST_LOOK
        if goes_on is not None:
            told = await self._desk.transact(lambda tx, _: plan_anew(tx, policy, goes_on, SWEEP))
            self._planning = rules, told

    async def change_shifts(self) -> None:
        """Put who has shifts in app.yaml on or off at their boundaries, each acted upon once."""
        now = self._desk.clock.business()
        for agent in await self._reader.agents():
            person = self._desk.policy.people.get(agent.name)
            stands = stand(person.shifts, now) if person and person.shifts else None
            if stands is None or self._stood.get(agent.id) == stands:
                continue
            held = TicketFilter(queues=tuple(agent.roles), assignee=agent.id, limit=SHOWN)
            listed, total = await self._reader.listed(held)
            end = shift_end_card(listed, total, now) if total else None
            await self._desk.transact(partial(change_shift, agent=agent.id, stands=stands, end=end))
            self._stood[agent.id] = stands

    async def make_up_calls(self) -> None:
        """Tell who has quiet hours, once at their end, of what would have called them in these."""
        policy, now = self._desk.policy, self._desk.clock.business()
        if not any(person.quiet for person in policy.people.values()):
            return
        for agent in await self._reader.agents():
            person = policy.people.get(agent.name)
            ended = rest(person.quiet, now) if person and person.quiet else None
            if ended is not None and self._rested.get(agent.id) != ended:
                await self._desk.transact(partial(make_up, policy=policy, agent=agent, rest=ended))
                self._rested[agent.id] = ended

    async def publish(
        self, name: str, period: str, room: str, card: Card, until: datetime | None = None
    ) -> bool:
        """Post a finished card into a room, once for ever per (name, period); False if it was.

        Its figures go up to `until`, or up to now.
        """

        def run(tx: Tx, act: Act) -> bool:
            return tx.publish_once(name, period, until or act.now) and post(tx, room, card, act)

        return await self._desk.transact(run)

    async def pass_over(self, name: str, period: str, until: datetime | None = None) -> None:
        """Record that (name, period) is not to be published, nor asked for again."""
        await self._desk.transact(lambda tx, act: tx.publish_once(name, period, until or act.now))
