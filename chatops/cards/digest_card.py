"""Digests as cards: what went wrong, was done, is left, since the last one or on a day. Pure.

Beside each bar stands its number. A card for a team's own room names nobody (chatops.figures).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from chatops.card import Block, Card, Paragraph, Table
from chatops.digest import Breach, Flow
from chatops.policy import Policy
from chatops.scene import Agent
from chatops.sla import ClockKind, left
from chatops.text import Text, text

#: Lines that a table of a digest has; it says how many there are in all.
SHOWN: Final = 20

_KINDS: Final = {
    ClockKind.FIRST_RESPONSE: "fact-clock",
    ClockKind.NEXT_RESPONSE: "fact-clock-next_response",
    ClockKind.RESOLUTION: "fact-clock-resolution",
    ClockKind.CEILING: "fact-clock-ceiling",
}


@dataclass(frozen=True, slots=True)
class Eyes:
    """For whom a card is made: who `agents` are, and whether it may name them."""

    policy: Policy
    agents: Sequence[Agent]  #: named here and not called: a figure asks nobody to look
    named: bool
    now: datetime

    def person(self, id: int | None) -> Text:
        """Return an agent's name; one whose row is gone has a number."""
        if id is None:
            return text("nobody")
        known = next((agent.public_name for agent in self.agents if agent.id == id), f"#{id}")
        return text("by-agent", agent=known)


def breaches_card(
    since: datetime, rows: Sequence[Breach], earlier: Sequence[Breach], eyes: Eyes
) -> Card:
    """Return the digest of breaches: by queue, who has it, how late, and what is still open.

    `earlier` are those of before `since` that are owed still: a quiet day hides none of them.
    """
    if not rows and not earlier:
        return _nothing(text("breaches-none", since=since))
    title = text("breaches-title", since=since)
    said = text("breaches-said", count=len(rows), open=sum(map(_is_open, rows)))
    blocks: list[Block] = [Paragraph(said)]
    for queue in dict.fromkeys(row.queue for row in (*rows, *earlier)):
        here = [row for row in rows if row.queue == queue]
        before = [row for row in earlier if row.queue == queue]
        still = sum(map(_is_open, here))
        counted = text(
            "breaches-queue", queue=queue, count=len(here), open=still, before=len(before)
        )
        blocks.append(Paragraph(counted))
        blocks += _table(_head(eyes), [_breach(row, eyes) for row in (*here, *before)])
    return Card(push=title, title=title, blocks=tuple(blocks))


def flow_blocks(flows: Sequence[Flow]) -> tuple[Block, ...]:
    """Return what was closed against what was opened, and what was open in the end against the goal."""
    said = text(
        "closes-said",
        closed=sum(each.closed for each in flows),
        new=sum(each.new for each in flows),
        open=sum(each.open for each in flows),
    )
    heads = ("head-queue", "head-new", "head-closes", "head-open", "head-goal")
    return Paragraph(said), Table(tuple(text(each) for each in heads), tuple(map(_flow, flows)))


def _flow(flow: Flow) -> tuple[Text, ...]:
    numbers = (text("number", count=each) for each in (flow.new, flow.closed, flow.open))
    if flow.goal is None:
        goal = text("goal-none")
    else:
        goal = text("goal", goal=flow.goal, over=max(0, flow.open - flow.goal))
    return text("words", words=flow.queue), *numbers, goal


def closes_none(day: date, flows: Sequence[Flow]) -> Card:
    """Return what a day says on which nothing was opened or closed."""
    return _nothing(text("closes-none", day=day, open=sum(each.open for each in flows)))


def _head(eyes: Eyes) -> tuple[str, ...]:
    who = ("head-assignee",) if eyes.named else ()
    return ("head-ticket", "head-clock", *who, "head-late", "head-state")


def _breach(row: Breach, eyes: Eyes) -> tuple[Text, ...]:
    clock = row.clock
    calendar = eyes.policy.terms.calendar_of(clock) or eyes.policy.queue_of(row.queue, "").calendar
    late = timedelta(seconds=max(0, -left(clock, eyes.now, calendar)))
    who = (eyes.person(row.assignee),) if eyes.named else ()
    state = text(f"breach-{clock.outcome.value if clock.outcome else 'open'}")
    kind = text(_KINDS[clock.kind])
    return text("ticket", ticket=row.ticket), kind, *who, text("span", span=late), state


def _is_open(row: Breach) -> bool:
    return row.clock.outcome is None


def _nothing(said: Text) -> Card:
    return Card(push=said, blocks=(Paragraph(said),))


def _table(head: Sequence[str], rows: Sequence[tuple[Text, ...]]) -> tuple[Block, ...]:
    table = Table(tuple(text(each) for each in head), tuple(rows[:SHOWN]))
    if len(rows) <= SHOWN:
        return (table,)
    return table, Paragraph(text("digest-more", shown=SHOWN, total=len(rows)), small=True)
