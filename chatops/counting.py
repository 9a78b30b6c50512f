"""Asks storage for all that a report says of a period. What a figure means is said elsewhere.

Spans that no clock keeps, pick-ups and first resolutions, are working time by the hours that queues
have now.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from chatops.behind import (
    STANDING,
    Behind,
    Figure,
    in_order,
    of_backlog,
    of_closes,
    of_escalations,
    of_first_closes,
    of_invitations,
    of_pick_ups,
    of_responses,
)
from chatops.calendar import Calendar
from chatops.cards.report_facts import Counted, is_provisional
from chatops.handling import PickUp, worked
from chatops.idle_claims import is_idle
from chatops.measures import Close, first_closes
from chatops.periods import Period, day_at
from chatops.policy import Policy
from chatops.ports import Reader
from chatops.report import EVERY, Only
from chatops.rollup import Days
from chatops.splits import Group, Key, with_handling
from chatops.unclosed import Backlog


@dataclass(frozen=True, slots=True)
class Counting:
    """Of which queues, and narrowed to what, figures are asked for; under which promises."""

    reader: Reader
    policy: Policy
    queues: Sequence[str]
    zone: ZoneInfo  #: whose day it is on which something falls due
    only: Only = EVERY

    async def counted(self, period: Period, now: datetime) -> Counted:
        """Return what the period held."""
        reader, of = self.reader, (self.queues, period.start, period.end, self.only)
        measures = await reader.measures(*of)
        handling = await reader.handling(*of)
        by_rule = await reader.quiet_counts(*of)
        return Counted(
            await reader.counts(*of),
            sum(by_rule.values()),
            measures,
            is_provisional(period, now),
            await reader.handled(*of),
            handling,
            [spent for _, spent in self._pick_ups(handling.pick_ups)],
            self._first_resolutions(measures.closes),
            thanks=len(await reader.thanks(*of)),
            reached=await reader.reached(*of),
        )

    async def backlog(self, at: datetime, *, is_past: bool = False) -> Backlog:
        """Return what is open at a moment, and the day that goes on then."""
        rows = await self.reader.unclosed(self.queues, at, self.only)
        idle = frozenset(row.ticket for row in rows if is_idle(self.policy, row, at))
        day = Days(self.zone.key, self.policy.day_starts).of(at)
        return Backlog(at, day, self.date_of(at) if is_past else None, rows, idle)

    def date_of(self, at: datetime) -> date:
        """Return the date of the day that goes on at a moment."""
        return day_at(at, self.zone, self.policy.day_starts)

    async def by_agent(
        self, period: Period, groups: Mapping[Key, Group], alone: int | None
    ) -> Mapping[Key, Group]:
        """Return figures by agent with what each handled, and how soon; `alone`: that one's only."""
        of = (self.queues, period.start, period.end, self.only)
        handled = await self.reader.handled_by(*of)
        handling = await self.reader.handling(*of)
        pick_ups: defaultdict[int, list[int]] = defaultdict(list)
        for agent, spent in self._pick_ups(handling.pick_ups):
            pick_ups[agent].append(spent)
        return with_handling(groups, handled, pick_ups, alone)

    async def behind(self, figure: Figure, start: datetime, end: datetime) -> list[Behind]:
        """Return what a figure of [start, end) counts, in the order in which people look for it."""
        of = (self.queues, start, end, self.only)
        if figure in STANDING:
            return in_order(figure, of_backlog(figure, await self.backlog(end)))
        match figure:
            case Figure.FIRST | Figure.NEXT:
                rows = of_responses(figure, (await self.reader.measures(*of)).responses)
            case Figure.FIRST_RESOLUTION:
                closes = (await self.reader.measures(*of)).closes
                rows = of_first_closes(closes, self._first_resolutions(closes))
            case (
                Figure.CLOSED
                | Figure.RESOLUTION
                | Figure.REOPENED
                | Figure.ONE_TOUCH
                | Figure.NO_REPLY
                | Figure.AS_RESOLVED
                | Figure.AS_NO_REPLY_NEEDED
                | Figure.AS_SPAM
                | Figure.AS_DUPLICATE
            ):
                rows = of_closes(figure, (await self.reader.measures(*of)).closes)
            case Figure.INVITED | Figure.INVITED_SOON | Figure.ABANDONED:
                rows = of_invitations(figure, (await self.reader.measures(*of)).invitations)
            case Figure.PICK_UP:
                found = (await self.reader.handling(*of)).pick_ups
                rows = of_pick_ups(found, [spent for _, spent in self._pick_ups(found)])
            case Figure.ESCALATED:
                rows = of_escalations((await self.reader.handling(*of)).escalations)
            case Figure.THANKS:
                rows = [Behind(each.ticket, each.at) for each in await self.reader.thanks(*of)]
            case Figure.REACHED:
                came = await self.reader.reached(*of)
                rows = [Behind(each.ticket, each.at, each.took_s) for each in came]
            case _:  # storage names the tickets of all that it counts itself
                rows = [*await self.reader.behind(figure, *of)]
        return in_order(figure, rows)

    def _pick_ups(self, found: Sequence[PickUp]) -> Iterator[tuple[int, int]]:
        """Yield who picked a ticket up, and after how many seconds of working time."""
        spans = worked(((each.queue, each.since, each.until) for each in found), self._hours)
        yield from zip((each.agent for each in found), spans, strict=True)

    def _first_resolutions(self, closes: Sequence[Close]) -> list[int]:
        firsts = first_closes(closes)
        return worked(
            ((each.queue, each.first_of or each.at, each.at) for each in firsts), self._hours
        )

    def _hours(self, queue: str) -> Calendar:
        return self.policy.queue_of(queue, "").calendar
