"""A period's figures by who, where, what and when: a table, and the same for a spreadsheet. Pure.

What is counted is what chatops.report and chatops.measures count. A first reply is its author's,
whoever had the ticket; nobody brings tickets in, so that none are new by agent. Who still waits is
told beside, by who has the ticket now, so that silence improves no line. A ticket with several tags
counts under each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from chatops.periods import Period, day_at
from chatops.report import spread


class Split(StrEnum):
    """What figures are split by, as its words in the .ftl files are called."""

    AGENT = "by_agent"
    CHANNEL = "by_channel"
    QUEUE = "by_queue"
    KIND = "by_kind"
    TAG = "by_tag"
    HOUR = "by_hour"
    DAY = "by_day"


#: One after the other, and not by name.
IN_TIME: Final = frozenset({Split.HOUR, Split.DAY})


class Count(StrEnum):
    """What happened."""

    NEW = "new"
    CLOSED = "closed"
    ANSWERED = "answered"  #: for the first time
    WAITING = "waiting"  #: for an answer still, at the period's end


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that a period's figures count."""

    what: Count
    at: datetime  #: of who waits, since when
    queue: str
    channel: str
    kind: str
    tags: tuple[str, ...] = ()
    #: None: a rule, or a colleague on the network itself. Of who waits, who has the ticket.
    agent: int | None = None
    elapsed_s: int = 0  #: of a first reply


@dataclass(slots=True)
class Group:
    """The figures of one line."""

    new: int = 0
    closed: int = 0
    first_responses: list[int] = field(default_factory=list)  #: seconds of working time
    waiting: int = 0  #: still, at the period's end; not of a step of time
    handled: int = 0  #: of an agent alone
    pick_ups: Sequence[int] = ()  #: likewise, seconds of working time
    left: int | None = None  #: open at the end of a step of time, of a day at least
    before: "Group | None" = None  #: of the period before; None of what is not held against one


#: An agent's number, the name of a channel, queue, kind or tag, an hour, a day; None: has none.
Key = int | str | None

#: What a spreadsheet takes for a formula at a cell's beginning, the wide ones a Japanese one.
#: https://owasp.org/www-community/attacks/CSV_Injection
_RUNS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def split(rows: Iterable[Happened], by: Split, period: Period) -> Mapping[Key, Group]:
    """Return the figures by key: hours and days in their order, others busiest first."""
    groups: defaultdict[Key, Group] = defaultdict(Group)
    for row in rows:
        if not _belongs(row, by):
            continue
        for key in _keys(row, by, period):
            _count(groups[key], row)
    return dict(
        sorted(
            groups.items(),
            key=lambda one: (
                0 if by in IN_TIME else -_busy(one[1]),
                one[0] is None,
                one[0] if isinstance(one[0], int) else 0,
                str(one[0]),
            ),
        )
    )


def against(groups: Mapping[Key, Group], before: Mapping[Key, Group]) -> Mapping[Key, Group]:
    """Return the figures, each with that of the period before; what only that had comes last."""
    found = {key: replace(group, before=before.get(key, Group())) for key, group in groups.items()}
    gone = {key: Group(before=group) for key, group in before.items() if key not in groups}
    return found | gone


def with_handling(
    groups: Mapping[Key, Group],
    handled: Mapping[int, int],
    pick_ups: Mapping[int, Sequence[int]],
    only: int | None,
) -> Mapping[Key, Group]:
    """Return the figures by agent, with how many tickets each handled and how soon.

    Who neither closed nor answered first stands last; `only` is the one agent to be shown, if any.
    """
    found = dict(groups)
    for agent in sorted(handled.keys() | pick_ups.keys()):
        if only not in {None, agent}:
            continue
        group = found.get(agent, Group())
        of = handled.get(agent, 0), pick_ups.get(agent, ())
        found[agent] = replace(group, handled=of[0], pick_ups=of[1])
    return found


def csv_lines(groups: Mapping[Key, Group], by: Split, named: Mapping[int, str]) -> Sequence[str]:
    """Return a spreadsheet's lines: the names and numbers as they are, spans in seconds.

    But for days, the columns come once more, of the period before. `named` are the agents. A name
    that a spreadsheet would run as a formula is defused.
    """
    columns = _columns(by)
    before = [] if by is Split.DAY else [f"{column}_before" for column in columns]
    lines = [",".join((by.removeprefix("by_"), *columns, *before))]
    for key, group in groups.items():
        name = named.get(key, f"#{key}") if by is Split.AGENT and isinstance(key, int) else key
        cells = _cells(group, by)
        if before:
            cells += _cells(group.before or Group(), by)
        numbers = ("" if cell is None else f"{cell:.12g}" for cell in cells)
        lines.append(",".join((cell(name), *numbers)))
    return lines


def _columns(by: Split) -> list[str]:
    columns = [
        "new",
        "closed",
        "first_responses",
        "first_response_median_s",
        "first_response_p90_s",
    ]
    if by not in IN_TIME:
        columns.append("still_waiting")
    if by is Split.AGENT:
        columns += ("handled", "pick_ups", "pick_up_median_s", "pick_up_p90_s")
    if by is Split.DAY:
        columns.append("open_at_end")
    return columns


def _cells(group: Group, by: Split) -> list[float | None]:
    """Return the numbers of the columns."""
    found = spread(group.first_responses)
    cells = [group.new, group.closed, found.count, found.median, found.p90]
    if by not in IN_TIME:
        cells.append(group.waiting)
    if by is Split.AGENT:
        soon = spread(group.pick_ups)
        cells += [group.handled, soon.count, soon.median, soon.p90]
    if by is Split.DAY:
        cells.append(group.left)
    return cells


def cell(name: Key) -> str:
    """Return a cell of words, in quotes: a new line within would be another row."""
    said = "" if name is None else " ".join(str(name).splitlines())
    safe = f"'{said}" if said.lstrip().startswith(_RUNS) else said
    return '"' + safe.replace('"', '""') + '"'


def _keys(row: Happened, by: Split, period: Period) -> Iterator[Key]:
    match by:
        case Split.AGENT:
            yield row.agent
        case Split.CHANNEL:
            yield row.channel
        case Split.QUEUE:
            yield row.queue
        case Split.KIND:
            yield row.kind
        case Split.TAG:
            yield from row.tags or (None,)
        case Split.HOUR:
            yield row.at.astimezone(period.zone).hour
        case Split.DAY:
            yield str(day_at(row.at, period.zone, period.starts))


def _count(group: Group, row: Happened) -> None:
    match row.what:
        case Count.NEW:
            group.new += 1
        case Count.CLOSED:
            group.closed += 1
        case Count.ANSWERED:
            group.first_responses.append(row.elapsed_s)
        case Count.WAITING:
            group.waiting += 1


def _belongs(row: Happened, by: Split) -> bool:
    """Tell whether a thing is one of those that are split so: who waits does at the end of all time."""
    match row.what:
        case Count.NEW:
            return by is not Split.AGENT
        case Count.WAITING:
            return by not in IN_TIME and (by is not Split.AGENT or row.agent is not None)
        case Count.CLOSED | Count.ANSWERED:
            return True


def _busy(group: Group) -> int:
    return group.new + group.closed + len(group.first_responses)
