"""digest: today's breaches, closes or quiet tickets, by hand or on a timer."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from pydantic import BaseModel

from chatops.call import Answer, Call, looks
from chatops.cards.report_card import By, Figures, breaches_card, closes_card, quiet_card
from chatops.figures import day_of, queues_for
from chatops.policy import Role
from chatops.ports import Reader
from chatops.text import text
from chatops.ticket import Refusal

#: How far back a late ticket that still waits is counted.
LOOK_BACK: Final = timedelta(days=90)


class Topic(StrEnum):
    BREACHES = "breaches"
    CLOSES = "closes"
    QUIET = "quiet"


class Digest(BaseModel):
    topic: Topic
    by: By | None = None


@looks("digest", Digest, Role.LEAD)
async def digest(args: Digest, call: Call, reader: Reader) -> Answer | Refusal:
    if not (queues := queues_for(call, Role.LEAD)):
        return Refusal(text("no-role"))
    window, agents = day_of(call, queues), await reader.agents()
    if args.topic is Topic.BREACHES:
        late = await reader.late(queues, window.start, window.end)
        before = await reader.late(queues, window.start - LOOK_BACK, window.start)
        earlier = sum(row.stopped_at is None for row in before)
        return Answer(breaches_card(window.day, late, earlier, call.now, call.policy, agents))
    if args.topic is Topic.QUIET:
        by_rule = await reader.quiet_counts(queues, window.start, window.end)
        return Answer(quiet_card(window.day, by_rule))
    counts = await reader.counts(queues, window.start, window.end)
    closes = await reader.closes(queues, window.start, window.end)
    by = [args.by] if args.by is not None else list(By)
    return Answer(closes_card(Figures(window.day, counts, closes, call.channels, agents), by))
