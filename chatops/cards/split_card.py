"""A report by agent, channel, queue, kind, tag, hour or day: one table. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta

from chatops.card import Card, Paragraph, Table
from chatops.cards.report_facts import report_title
from chatops.channel import Traits
from chatops.periods import Period
from chatops.report import spread
from chatops.splits import Group, Key, Split
from chatops.text import Text, text


def split_card(
    period: Period,
    groups: Mapping[Key, Group],
    by: Split,
    channels: Mapping[str, Traits],
    named: Mapping[int, str],
) -> Card:
    """Return the table; `named` are the agents, who are not called by it."""
    title = report_title(period)
    counted = () if by is Split.AGENT else (text("report-new"),)
    head = (text(f"head-{by}"), *counted, text("report-closed"), text("report-first-response"))
    rows = tuple(
        (
            _label(key, by, channels, named),
            *((_number(group.new),) if counted else ()),
            _number(group.closed),
            _first_response(group),
        )
        for key, group in groups.items()
    )
    if not rows:
        return Card(push=title, title=title, blocks=(Paragraph(text("report-nothing")),))
    blocks = (Paragraph(text("words", words=period.written)), Table(head, rows))
    return Card(push=title, title=title, blocks=blocks)


def _label(key: Key, by: Split, channels: Mapping[str, Traits], named: Mapping[int, str]) -> Text:
    match by:
        case Split.AGENT if isinstance(key, int):
            return text("by-agent", agent=named.get(key, f"#{key}"))
        case Split.AGENT:
            return text("report-outside")
        case Split.CHANNEL:
            known = channels.get(str(key))
            return text("words", words=known.title if known is not None else str(key))
        case Split.KIND:
            return text(f"kind-{key}")
        case Split.TAG if key is None:
            return text("report-no-tag")
        case Split.HOUR:
            return text("words", words=f"{key}:00")
        case Split.DAY:
            return text("day", day=date.fromisoformat(str(key)))
        case Split.QUEUE | Split.TAG:
            return text("words", words=str(key))


def _first_response(group: Group) -> Text:
    found = spread(group.first_responses)
    if found.median is None:
        return text("report-no-response")
    median = timedelta(seconds=found.median)
    return text("report-median", median=median, count=found.count)


def _number(count: int) -> Text:
    return text("number", count=count)
