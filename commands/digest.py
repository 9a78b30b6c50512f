"""digest: breaches or thanks since the last one, a day's closes or quiet tickets, by hand or on a timer.

By hand it is of today and for the asker alone. On a timer its room reads it: one of a team's own shows
that room's queues, and names nobody.
"""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from chatops.call import Answer, Call, Origin, looks
from chatops.cards.digest_card import (
    SHOWN,
    Eyes,
    breaches_card,
    closes_none,
    flow_blocks,
    handover_card,
    is_passed_on,
    thanks_card,
    week_card,
)
from chatops.cards.report_card import By, Figures, closes_card, quiet_card
from chatops.digest import Flow, Week
from chatops.figures import LocalDay, day_of, may_name_people, queues_for
from chatops.policy import Role
from chatops.ports import Listed, Load, Reader, TicketFilter
from chatops.scene import Agent
from chatops.text import text
from chatops.ticket import Refusal, Status

#: Whose shift ends so soon passes on what they hold.
SOON: Final = timedelta(hours=1)


class Topic(StrEnum):
    BREACHES = "breaches"
    CLOSES = "closes"
    WEEK = "week"
    HANDOVER = "handover"
    THANKS = "thanks"
    QUIET = "quiet"


class Day(StrEnum):
    TODAY = "today"
    YESTERDAY = "yesterday"


class Digest(BaseModel):
    topic: Topic
    day: Day = Day.TODAY  #: of closes and of the quiet list
    by: By | None = None


@looks("digest", Digest, Role.LEAD)
async def digest(args: Digest, call: Call, reader: Reader) -> Answer | Refusal:
    in_room = call.origin is Origin.TIMER
    if not (queues := queues_for(call, Role.LEAD, in_room=in_room)):
        return Refusal(text("no-role"))
    window = day_of(call, queues, days_ago=int(args.day is Day.YESTERDAY))
    agents = await reader.agents()
    named = may_name_people(call, queues, in_room=in_room)
    eyes = Eyes(call.policy, agents, named, call.now)
    if args.topic is Topic.BREACHES:
        since = call.since or window.start
        rows = await reader.told(queues, since, call.now)
        earlier = await reader.still_late(queues, since)
        return Answer(breaches_card(since, rows, earlier, eyes), empty=not rows and not earlier)
    if args.topic is Topic.THANKS:
        since = call.since or window.start
        thanked = await reader.thanks(queues, since, call.now)
        return Answer(thanks_card(since, thanked, eyes), empty=not thanked)
    if args.topic is Topic.QUIET:
        by_rule = await reader.quiet_counts(queues, window.start, window.end)
        return Answer(quiet_card(window.day, by_rule), empty=not by_rule)
    if args.topic is Topic.WEEK:
        week, before = [await _week(call, queues, ago, reader) for ago in (1, 8)]
        return Answer(week_card(week, before), empty=week.is_still and before.is_still)
    if args.topic is Topic.HANDOVER:
        loads = await reader.loads(queues, call.now)
        going = [agent.id for agent in agents if _goes_off(agent, call)]
        passed = await _passed(queues, loads, going, reader)
        asleep, _ = await reader.listed(TicketFilter(queues, status=Status.SNOOZED, limit=SHOWN))
        return Answer(handover_card(loads, passed, asleep, going, eyes), empty=not loads)
    flows = await _flows(call, queues, window, reader)
    if not any(each.new or each.closed for each in flows):
        return Answer(closes_none(window.day, flows), empty=True)
    counts = await reader.counts(queues, window.start, window.end)
    closes = await reader.closes(queues, window.start, window.end)
    by = [args.by] if args.by is not None else list(By)
    figures = Figures(window.day, counts, closes, call.channels, agents)
    shown = [each for each in by if named or each is not By.AGENT]
    return Answer(closes_card(figures, shown, flow_blocks(flows)))


async def _flows(
    call: Call, queues: tuple[str, ...], window: LocalDay, reader: Reader
) -> list[Flow]:
    left = await reader.open_at(window.end)
    flows = []
    for name in queues:
        counts = await reader.counts([name], window.start, window.end)
        queue = call.policy.queues.get(name)
        goal = queue.open_goal if queue is not None else None
        flows.append(Flow(name, counts.new, counts.closed, left.get(name, 0), goal))
    return flows


async def _week(call: Call, queues: tuple[str, ...], ago: int, reader: Reader) -> Week:
    """Return the seven days of which the last was so many days ago."""
    first, last = day_of(call, queues, days_ago=ago + 6), day_of(call, queues, days_ago=ago)
    counts = await reader.counts(queues, first.start, last.end)
    left = await reader.open_at(last.end)
    missed = await reader.breaches(queues, first.start, last.end)
    still = sum(left.get(name, 0) for name in queues)
    return Week(first.day, last.day, counts, still, len(missed))


async def _passed(
    queues: tuple[str, ...], loads: Sequence[Load], going: Sequence[int], reader: Reader
) -> list[Listed]:
    """Return the first of the open tickets that the next shift gets: person by person, nobody's last."""
    found: list[Listed] = []
    holders = {load.assignee for load in loads if load.open and is_passed_on(load, going)}
    for holder in sorted(holders, key=lambda agent: (agent is None, agent or 0)):
        left = SHOWN - len(found)
        if left <= 0:
            break
        theirs = TicketFilter(
            queues, Status.OPEN, assignee=holder, unclaimed=holder is None, limit=left
        )
        found += (await reader.listed(theirs))[0]
    return found


def _goes_off(agent: Agent, call: Call) -> bool:
    """Tell whether somebody is off shift, or will be by app.yaml within the hour."""
    person = call.policy.people.get(agent.name)
    shifts = person.shifts if person is not None else None
    return agent.away or (shifts is not None and not shifts.is_open(call.now + SOON))
