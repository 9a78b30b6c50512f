"""A report by agent, channel, queue, kind, tag, hour or day: pictures and one table. Pure."""

from collections.abc import Mapping
from datetime import date

from chatops.card import Card, Paragraph
from chatops.cards.report_charts import Shown, figures_blocks
from chatops.cards.report_facts import report_title
from chatops.channel import Traits
from chatops.course import days, hours
from chatops.periods import Period
from chatops.splits import Group, Key, Split
from chatops.text import Text, text


def split_card(
    period: Period,
    groups: Mapping[Key, Group],
    by: Split,
    channels: Mapping[str, Traits],
    named: Mapping[int, str],
) -> Card:
    """Return the figures; `named` are the agents, who are not called by it."""
    title = report_title(period)
    if not groups:
        return Card(push=title, title=title, blocks=(Paragraph(text("report-nothing")),))
    points = [
        (_label(key, by, channels, named), group)
        for key, group in _filled(groups, by, period).items()
    ]
    in_time = by in {Split.HOUR, Split.DAY}
    shown = Shown(by.value, points, in_time=in_time, by_person=by is Split.AGENT)
    return Card(push=title, title=title, blocks=figures_blocks(shown))


def _filled(groups: Mapping[Key, Group], by: Split, period: Period) -> Mapping[Key, Group]:
    """Put the hours and the days between in which nothing happened."""
    match by:
        case Split.HOUR:
            return hours(groups, period)
        case Split.DAY:
            return days(groups, period)
        case Split.AGENT | Split.CHANNEL | Split.QUEUE | Split.KIND | Split.TAG:
            return groups


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
