"""Digests as cards: what went wrong, was done, is left, since the last one or on a day. Pure.

Beside each bar stands its number. A card for a team's own room names nobody (chatops.figures).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from chatops.card import Block, Button, Card, Paragraph, Table
from chatops.digest import Breach, Flow, Thanked, Week
from chatops.policy import Policy
from chatops.ports import Listed, Load
from chatops.report import Counts, spread
from chatops.scene import Agent
from chatops.sla import ClockKind, left
from chatops.text import Text, text

#: Lines that a table of a digest has; it says how many there are in all.
SHOWN: Final = 20

_PASSED: Final = ("head-ticket", "head-assignee", "head-waiting", "head-due")
_ASLEEP: Final = ("head-ticket", "head-assignee", "head-until")

_KINDS: Final = {
    ClockKind.FIRST_RESPONSE: "fact-clock",
    ClockKind.NEXT_RESPONSE: "fact-clock-next_response",
    ClockKind.RESOLUTION: "fact-clock-resolution",
    ClockKind.CEILING: "fact-clock-ceiling",
    ClockKind.CLAIM: "fact-clock-claim",
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

    `earlier` are those of before `since` that are owed still: a quiet day hides none of them. A menu
    leads to why: of what each due time is made.
    """
    if not rows and not earlier:
        return _nothing(text("breaches-none", since=since))
    title = text("breaches-title", since=since)
    said = text("breaches-said", count=len(rows), open=sum(map(_is_open, rows)))
    blocks: list[Block] = [Paragraph(said)]
    listed: list[int] = []
    for queue in dict.fromkeys(row.queue for row in (*rows, *earlier)):
        here = [row for row in rows if row.queue == queue]
        before = [row for row in earlier if row.queue == queue]
        still = sum(map(_is_open, here))
        counted = text(
            "breaches-queue", queue=queue, count=len(here), open=still, before=len(before)
        )
        blocks.append(Paragraph(counted))
        blocks += _table(_head(eyes), [_breach(row, eyes) for row in (*here, *before)])
        listed += [row.ticket for row in (*here, *before)[:SHOWN]]
    menu = tuple(
        Button("why", text("breaches-why", ticket=ticket), ticket=ticket)
        for ticket in list(dict.fromkeys(listed))[:SHOWN]
    )
    more = text("breaches-whys")
    return Card(push=title, title=title, blocks=tuple(blocks), menu=menu, more=more)


def thanks_card(since: datetime, rows: Sequence[Thanked], eyes: Eyes) -> Card:
    """Return the digest of thanks that nobody was called for: by queue, each leading to its ticket."""
    if not rows:
        return _nothing(text("thanks-none", since=since))
    title = text("thanks-title", since=since)
    tickets = len({row.ticket for row in rows})
    blocks: list[Block] = [Paragraph(text("thanks-said", count=len(rows), tickets=tickets))]
    shown = rows[:SHOWN]
    for queue in dict.fromkeys(row.queue for row in shown):
        count = sum(row.queue == queue for row in rows)
        blocks.append(Paragraph(text("thanks-queue", queue=queue, count=count)))
        blocks += [_thanked(row, eyes) for row in shown if row.queue == queue]
    if len(rows) > SHOWN:
        more = text("digest-more", shown=SHOWN, total=len(rows))
        blocks.append(Paragraph(more, small=True))
    return Card(push=title, title=title, blocks=tuple(blocks))


def _thanked(row: Thanked, eyes: Eyes) -> Paragraph:
    state = text(f"thanks-{row.status.value}")
    said = text("thanks-line", ticket=row.ticket, at=row.at, state=state)
    if eyes.named:
        said = text("thanks-of", said=said, holder=eyes.person(row.assignee))
    return Paragraph(said, button=Button("show", text("button-show"), ticket=row.ticket))


def flow_blocks(flows: Sequence[Flow]) -> tuple[Block, ...]:
    """Return what was closed against what was opened, and what was open in the end against the goal.

    Where no queue has one, nothing is said of goals.
    """
    said = text(
        "closes-said",
        closed=sum(each.closed for each in flows),
        new=sum(each.new for each in flows),
        open=sum(each.open for each in flows),
    )
    heads = ("head-queue", "head-new", "head-closes", "head-open", "head-goal")
    columns = len(heads) if any(each.goal is not None for each in flows) else len(heads) - 1
    rows = tuple(_flow(each)[:columns] for each in flows)
    return Paragraph(said), Table(tuple(text(each) for each in heads[:columns]), rows)


def _flow(flow: Flow) -> tuple[Text, ...]:
    numbers = (_number(each) for each in (flow.new, flow.closed, flow.open))
    if flow.goal is None:
        goal = text("goal-none")
    else:
        goal = text("goal", goal=flow.goal, over=max(0, flow.open - flow.goal))
    return text("words", words=flow.queue), *numbers, goal


def closes_none(day: date, flows: Sequence[Flow]) -> Card:
    """Return what a day says on which nothing was opened or closed."""
    return _nothing(text("closes-none", day=day, open=sum(each.open for each in flows)))


def week_card(week: Week, before: Week) -> Card:
    """Return the digest of seven whole days against the seven before."""
    if week.is_still and before.is_still:
        none = text("week-none", first=week.first, last=week.last, open=week.open)
        return _nothing(none)
    title = text("week-title", first=week.first, last=week.last)
    pairs = (
        ("report-new", _number(week.counts.new), _number(before.counts.new)),
        ("report-closed", _number(week.counts.closed), _number(before.counts.closed)),
        ("head-open", _number(week.open), _number(before.open)),
        ("report-first-response", _response(week.counts), _response(before.counts)),
        ("week-waiting", _number(week.counts.waiting), _number(before.counts.waiting)),
        ("week-breaches", _number(week.breaches), _number(before.breaches)),
    )
    head = tuple(text(each) for each in ("head-figure", "head-week", "head-week-before"))
    rows = tuple((text(name), now, then) for name, now, then in pairs)
    return Card(push=title, title=title, blocks=(Table(head, rows),))


def handover_card(
    loads: Sequence[Load],
    passed: Sequence[Listed],
    asleep: Sequence[Listed],
    going: Collection[int],
    eyes: Eyes,
) -> Card:
    """Return what the next shift gets; `going` are those whose shift ends.

    `passed` are the first open tickets of these and of nobody, due first first; `asleep` the first
    snoozed ones. How many there are of both, `loads` say.
    """
    title = text("handover-title", at=eyes.now)
    if not loads:
        return _nothing(text("handover-none"))
    said = text(
        "handover-said",
        open=sum(each.open for each in loads),
        nobody=sum(each.open for each in loads if each.assignee is None),
        late=sum(each.late for each in loads),
        snoozed=sum(each.snoozed for each in loads),
    )
    blocks: list[Block] = [Paragraph(said)]
    # a person's tickets stand together, nobody's come last; within them what is due first
    ordered = sorted(
        passed, key=lambda one: (one.ticket.assignee is None, one.ticket.assignee or 0)
    )
    if ordered:
        total = sum(each.open for each in loads if is_passed_on(each, going))
        blocks.append(Paragraph(text("handover-passed")))
        blocks += _table(_PASSED, [_passed(one, eyes) for one in ordered], total)
    if asleep:
        total = sum(each.snoozed for each in loads)
        blocks.append(Paragraph(text("handover-asleep")))
        blocks += _table(_ASLEEP, [_asleep(one, eyes) for one in asleep], total)
    return Card(push=title, title=title, blocks=tuple(blocks))


def is_passed_on(load: Load, going: Collection[int]) -> bool:
    """Tell whether the next shift gets what is open of this."""
    return load.assignee is None or load.assignee in going


def _passed(one: Listed, eyes: Eyes) -> tuple[Text, ...]:
    ticket, clock = one.ticket, one.clock
    due = text("list-no-clock")
    if clock is not None and clock.outcome is None and clock.due_at is not None:
        due = text("list-past-due" if clock.due_at < eyes.now else "list-due", due=clock.due_at)
    waits = text(f"waiting-{ticket.waiting.value}")
    return text("ticket", ticket=ticket.id), eyes.person(ticket.assignee), waits, due


def _asleep(one: Listed, eyes: Eyes) -> tuple[Text, ...]:
    until = one.ticket.snoozed_until
    said = text("handover-until-customer") if until is None else text("handover-until", until=until)
    return text("ticket", ticket=one.ticket.id), eyes.person(one.ticket.assignee), said


def _response(counts: Counts) -> Text:
    found = spread(counts.first_responses)
    if found.median is None:
        return text("report-no-response")
    return text("report-median", median=timedelta(seconds=found.median), count=found.count)


def _number(count: int) -> Text:
    return text("number", count=count)


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


def _table(
    head: Sequence[str], rows: Sequence[tuple[Text, ...]], total: int | None = None
) -> tuple[Block, ...]:
    """Return the first rows of `total`, which is of those that are here if nothing else is said."""
    table = Table(tuple(text(each) for each in head), tuple(rows[:SHOWN]))
    total = len(rows) if total is None else total
    if total <= SHOWN:
        return (table,)
    return table, Paragraph(text("digest-more", shown=SHOWN, total=total), small=True)
