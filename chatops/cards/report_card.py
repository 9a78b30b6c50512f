"""Figures as cards: the report, and the digests of closes and of the quiet list. Pure.

What a figure means is said in chatops.report. Beside each bar stands its number.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from chatops.card import Block, Card, Paragraph, Table
from chatops.cards.report_facts import report_against, report_title
from chatops.channel import Traits
from chatops.periods import Period
from chatops.report import CloseRow, Counts
from chatops.scene import Agent
from chatops.text import Text, text

#: Characters of a whole bar: a phone shows it beside its number.
_BAR: Final = 8


class By(StrEnum):
    """What closes are counted by."""

    AGENT = "agent"
    CHANNEL = "channel"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Figures:
    """What one day held; `closes` without those that an own reopening undid at once."""

    day: date
    counts: Counts
    closes: Sequence[CloseRow]
    channels: Mapping[str, Traits]  #: by name, for how people write them
    agents: Sequence[Agent]  #: named here and not called: a figure asks nobody to look


def report_card(
    period: Period,
    said: Sequence[Block],
    figures: Figures,
    by: Sequence[By],
    only: int | None,
) -> Card:
    """Return the report: what is said of the period, and its closes.

    `only` leaves in the table by agent that agent's row alone.
    """
    title = report_title(period)
    against = Paragraph(report_against(period))
    return Card(push=title, title=title, blocks=(against, *said, *_tables(figures, by, only)))


def closes_card(figures: Figures, by: Sequence[By], flows: Sequence[Block]) -> Card:
    """Return the digest of closes; `flows` is what it says of each queue."""
    title = text("closes-title", day=figures.day)
    return Card(push=title, title=title, blocks=(*flows, *_tables(figures, by)))


def quiet_card(day: date, by_rule: Mapping[str, int]) -> Card:
    """Return the digest of the quiet list: how much of it each rule made, most first."""
    title = text("quiet-title", day=day)
    blocks: list[Block] = [Paragraph(text("quiet-said", count=sum(by_rule.values())))]
    if by_rule:
        head = (text("head-rule"), text("head-tickets"), text("head-bar"))
        counted = Counter({text("words", words=rule): n for rule, n in by_rule.items()})
        blocks.append(Table(head, _bars(counted)))
    return Card(push=title, title=title, blocks=tuple(blocks))


def _tables(figures: Figures, by: Sequence[By], only: int | None = None) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for each in by:
        shown = [
            row
            for row in figures.closes
            if only is None or each is not By.AGENT or row.agent == only
        ]
        counted: Counter[Text] = Counter()
        for row in shown:
            counted[_label(each, row, figures)] += row.count
        if counted:
            head = (text(f"head-{each.value}"), text("head-closes"), text("head-bar"))
            blocks.append(Table(head, _bars(counted)))
    return tuple(blocks)


def _bars(counted: Counter[Text]) -> tuple[tuple[Text, ...], ...]:
    """Return a row each, the greatest first, with its share of all: a bar that is full is every one of them.

    Every bar shows at least one mark.
    """
    ranked = sorted(counted.items(), key=lambda one: (-one[1], str(one[0])))
    total = counted.total()
    return tuple(
        (label, _number(count), text("words", words=_bar(count, total))) for label, count in ranked
    )


def _bar(part: int, whole: int) -> str:
    full = max(1, round(_BAR * part / whole))
    return "▇" * full + "▁" * (_BAR - full)


def _label(by: By, row: CloseRow, figures: Figures) -> Text:
    match by:
        case By.AGENT:
            return text("by-rule") if row.agent is None else _name(row.agent, figures.agents)
        case By.CHANNEL:
            known = figures.channels.get(row.channel)
            return text("words", words=known.title if known is not None else row.channel)
        case By.REASON:
            return text(f"close-{row.reason}")


def _name(id: int, agents: Sequence[Agent]) -> Text:
    known = next((agent.public_name for agent in agents if agent.id == id), f"#{id}")
    return text("by-agent", agent=known)


def _number(count: int) -> Text:
    return text("number", count=count)
