"""A report by agent, channel, queue, kind, tag, hour or day: pictures and one table. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from chatops.card import Card, Facts, Paragraph
from chatops.cards.leads import Row, Told, table_leads, window_told
from chatops.cards.list_card import public_names
from chatops.cards.report_charts import Shown, figures_blocks
from chatops.cards.report_facts import report_against, report_title, waiting_said
from chatops.cards.split_words import targets_said
from chatops.channel import Traits
from chatops.periods import Period
from chatops.scene import Agent
from chatops.splits import IN_TIME, Group, Key, Split
from chatops.targets import NO_TARGETS, Targets
from chatops.text import Text, text


def split_card(
    period: Period,
    groups: Mapping[Key, Group],
    by: Split,
    channels: Mapping[str, Traits],
    agents: Sequence[Agent],
    told: Told,
    waits: Sequence[datetime] = (),
    targets: Targets = NO_TARGETS,
) -> Card:
    """Return the figures; no agent is called by them. `told` is what a button says of the report.

    `waits` is since when those wait who still do at the end, whoever's they are.
    """
    title = report_title(period)
    against = () if by is Split.DAY else (Paragraph(report_against(period)),)
    said = waiting_said(len(waits), min(waits, default=None))
    waiting = Facts(((text("report-waiting"), said),))
    if not groups:
        nothing = Paragraph(text("report-nothing"))
        blocks = (*against, nothing, waiting) if waits else (*against, nothing)
        return Card(push=title, title=title, blocks=blocks)
    named = public_names(agents)
    points = [(_label(key, by, channels, named), group) for key, group in groups.items()]
    by_person = by is Split.AGENT
    shown = Shown(by.value, points, by in IN_TIME, by_person, targets)
    signs = targets_said(targets, by_person=by_person) if by not in IN_TIME else ()
    names = {agent.id: agent.name for agent in agents}
    rows = [
        Row(_label(key, by, channels, named), group, tuple((dict(told) | dict(meant)).items()))
        for key, group in groups.items()
        if (meant := _told(key, by, period, names))
    ]
    # of days the newest lead, of others the busiest
    to = table_leads(rows[::-1] if by is Split.DAY else rows)
    return Card(
        push=title,
        title=title,
        blocks=(
            *against,
            *figures_blocks(shown),
            *(Paragraph(said, small=True) for said in signs),
            waiting,
            *to.said,
        ),
        menu=to.menu,
        more=text("report-more"),
    )


def _told(key: Key, by: Split, period: Period, names: Mapping[int, str]) -> Told:
    """Return what means the tickets of a line, if a report can be asked for just those."""
    match by:
        case Split.AGENT:
            name = names.get(key) if isinstance(key, int) else None
            return (("agent", name),) if name is not None else ()
        case Split.CHANNEL | Split.QUEUE | Split.KIND | Split.TAG:
            return ((by.removeprefix("by_"), str(key)),) if key is not None else ()
        case Split.DAY:
            day = date.fromisoformat(str(key))
            end = min(period.begins(day + timedelta(days=1)), period.end)
            return window_told(period.begins(day), end)
        case Split.HOUR:  # the same of many days
            return ()


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
