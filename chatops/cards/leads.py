"""How each number of a report leads to its tickets: buttons, and one menu. Pure.

What a button carries says which figure, of which time and of what; whose tickets are shown is decided
from who presses it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final

from chatops.behind import CLOSED_AS, KEPT, PARTS, STANDING, Figure, of_backlog
from chatops.card import Block, Button, Paragraph
from chatops.cards.figure_labels import label
from chatops.cards.report_facts import Counted
from chatops.event import ClockKind, CloseReason
from chatops.handling import escalated
from chatops.measures import (
    Kept,
    abandoned,
    last_closes,
    one_touched,
    opened_soon,
    real_closes,
    reopen_rate,
    unreplied,
)
from chatops.splits import Group
from chatops.text import Text, text

#: What somebody told a command by a button, by the names of its fields.
Told = tuple[tuple[str, str], ...]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)

#: Characters that an entry of a menu carries in every chat, its command and signs included.
MOST_CARRIED: Final = 150

#: So many lines of a table lead to their tickets: a longer menu is searched no faster than typed.
MOST_ROWS: Final = 10

#: What a report leads to itself: the list of a whole leads to those of its parts.
LED_TO: Final = tuple(
    figure for figure in Figure if not any(figure in parts for parts in PARTS.values())
)

#: What a lead looks for first has a button of its own.
_FIRST: Final = (Figure.LATE, Figure.WAITING)


@dataclass(frozen=True, slots=True)
class Leads:
    """What leads from a report to its tickets."""

    buttons: tuple[Button, ...] = ()
    menu: tuple[Button, ...] = ()
    said: tuple[Block, ...] = ()


def window_told(start: datetime, end: datetime) -> Told:
    """Return what a button says of the time, in whole seconds since 1970."""
    since, until = (str((each - _EPOCH) // _SECOND) for each in (start, end))
    return ("since", since), ("until", until)


def window_of(since: int, until: int) -> tuple[datetime, datetime]:
    """Return the time that a button says."""
    return _EPOCH + since * _SECOND, _EPOCH + until * _SECOND


def number(figure: Figure, counted: Counted) -> int:
    """Return how many things a figure counts."""
    return _NUMBERS[figure](counted)


def leads(counted: Counted, told: Told) -> Leads:
    """Return what leads to the tickets of every figure that counts any, a part's by way of its whole.

    Where the report is `told` more than a menu's entry carries, a line says what to type.
    """
    shown = {figure: n for figure in LED_TO if (n := number(figure, counted))}
    if not shown:
        return Leads()
    if not all(is_carried(_args(figure, told)) for figure in shown):
        return Leads(said=(Paragraph(text("report-leads-typed"), small=True),))
    then = counted.backlog.then if counted.backlog is not None else None
    first = [figure for figure in _FIRST if figure in shown]
    rest = [figure for figure in shown if figure not in first]
    return Leads(
        tuple(_lead(figure, shown[figure], told, then) for figure in first),
        tuple(_lead(figure, shown[figure], told, then) for figure in rest),
        (Paragraph(text("report-leads"), small=True),),
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table: what it is of, its figures, and what a button says to mean just these."""

    of: Text
    group: Group
    told: Told


def table_leads(rows: Sequence[Row]) -> Leads:
    """Return what leads to the tickets of a table's first lines, as far as an entry carries it."""
    menu = [
        Button(
            "report",
            text("report-lead-of", of=row.of, figure=label(figure), count=count),
            _args(figure, row.told),
        )
        for row in rows[:MOST_ROWS]
        for figure, count in _columns(row.group)
        if count and is_carried(_args(figure, row.told))
    ]
    if not menu:
        return Leads()
    return Leads(menu=tuple(menu), said=(Paragraph(text("report-leads-table"), small=True),))


def _columns(group: Group) -> tuple[tuple[Figure, int], ...]:
    return (
        (Figure.NEW, group.new),
        (Figure.HANDLED, group.handled),
        (Figure.CLOSED, group.closed),
        (Figure.FIRST, len(group.first_responses)),
        (Figure.WAITING, group.waiting),
        (Figure.PICK_UP, len(group.pick_ups)),
    )


def _lead(figure: Figure, count: int, told: Told, then: date | None) -> Button:
    return Button(
        "report",
        text("labelled", label=label(figure, then), value=text("number", count=count)),
        _args(figure, told),
    )


def _args(figure: Figure, told: Told) -> Told:
    return ("tickets", figure.value), *told


def is_carried(args: Told) -> bool:
    """Tell whether a menu's entry carries what it is told, as JSON."""
    carried = sum(len(f'"{name}":"{said}",') for name, said in args)
    return len('{"c":"report","a":{}}') + carried <= MOST_CARRIED


def _standing(one: Counted, figure: Figure) -> int:
    return 0 if one.backlog is None else len(of_backlog(figure, one.backlog))


def _owed(one: Counted, clock: ClockKind) -> int:
    kept = one.measures.kept.get(clock, Kept())
    return kept.met + kept.breached + kept.waived


def _closed_as(one: Counted, reason: CloseReason) -> int:
    return sum(close.reason is reason for close in real_closes(one.measures.closes))


#: How many things each figure counts.
_NUMBERS: Final[Mapping[Figure, Callable[[Counted], int]]] = {
    Figure.NEW: lambda one: one.counts.new,
    Figure.CLOSED: lambda one: len(real_closes(one.measures.closes)),
    **{figure: partial(_closed_as, reason=reason) for figure, reason in CLOSED_AS.items()},
    Figure.HANDLED: lambda one: one.handled,
    **{figure: partial(_standing, figure=figure) for figure in STANDING},
    Figure.FIRST: lambda one: len(one.counts.first_responses),
    Figure.WAITING: lambda one: one.counts.waiting,
    Figure.UNANSWERED: lambda one: one.handling.unanswered,
    Figure.PICK_UP: lambda one: len(one.pick_ups),
    Figure.NEXT: lambda one: sum(
        each.clock is ClockKind.NEXT_RESPONSE for each in one.measures.responses
    ),
    Figure.FIRST_RESOLUTION: lambda one: len(one.first_resolutions),
    Figure.RESOLUTION: lambda one: sum(
        each.resolution_s is not None for each in last_closes(one.measures.closes)
    ),
    **{figure: partial(_owed, clock=clock) for figure, clock in KEPT.items()},
    Figure.LATE: lambda one: one.measures.breached,
    Figure.ESCALATED: lambda one: escalated(one.handling.escalations),
    Figure.REOPENED: lambda one: reopen_rate(one.measures.closes).part,
    Figure.ONE_TOUCH: lambda one: len(one_touched(one.measures.closes)),
    Figure.NO_REPLY: lambda one: len(unreplied(one.measures.closes)),
    Figure.INVITED: lambda one: len(one.measures.invitations),
    Figure.INVITED_SOON: lambda one: len(opened_soon(one.measures.invitations)),
    Figure.ABANDONED: lambda one: len(abandoned(one.measures.invitations)),
    Figure.THANKS: lambda one: one.thanks,
    Figure.CANNED: lambda one: one.handling.canned,
    Figure.QUIET: lambda one: one.quiet,
    Figure.REPEATED: lambda one: one.counts.repeated,
    Figure.REACHED: lambda one: len(one.reached),
}
