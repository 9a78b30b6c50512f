"""digest: breaches since the last one, a day's closes or quiet tickets, by hand or on a timer.

By hand it is of today and for the asker alone. On a timer its room reads it: one of a team's own shows
that room's queues, and names nobody.
"""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel

from chatops.call import Answer, Call, Origin, looks
from chatops.cards.digest_card import Eyes, breaches_card, closes_none, flow_blocks
from chatops.cards.report_card import By, Figures, closes_card, quiet_card
from chatops.digest import Flow
from chatops.figures import Period, day_of, may_name_people, queues_for
from chatops.policy import Role
from chatops.ports import Reader
from chatops.text import text
from chatops.ticket import Refusal


class Topic(StrEnum):
    BREACHES = "breaches"
    CLOSES = "closes"
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
        rows = await reader.breaches(queues, since, call.now)
        earlier = await reader.still_late(queues, since)
        return Answer(breaches_card(since, rows, earlier, eyes), empty=not rows and not earlier)
    if args.topic is Topic.QUIET:
        by_rule = await reader.quiet_counts(queues, window.start, window.end)
        return Answer(quiet_card(window.day, by_rule))
    flows = await _flows(call, queues, window, reader)
    if not any(each.new or each.closed for each in flows):
        return Answer(closes_none(window.day, flows), empty=True)
    counts = await reader.counts(queues, window.start, window.end)
    closes = await reader.closes(queues, window.start, window.end)
    by = [args.by] if args.by is not None else list(By)
    figures = Figures(window.day, counts, closes, call.channels, agents)
    shown = [each for each in by if named or each is not By.AGENT]
    return Answer(closes_card(figures, shown, flow_blocks(flows)))


async def _flows(call: Call, queues: Sequence[str], window: Period, reader: Reader) -> list[Flow]:
    left = await reader.open_at(window.end)
    flows = []
    for name in queues:
        counts = await reader.counts([name], window.start, window.end)
        goal = call.policy.queues[name].open_goal
        flows.append(Flow(name, counts.new, counts.closed, left.get(name, 0), goal))
    return flows
