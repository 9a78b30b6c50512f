"""How each number of a report leads to its tickets: buttons, and one menu. Pure.

What a button carries says which figure, of which time and of what; whose tickets are shown is decided
from who presses it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from chatops.behind import KEPT, Figure
from chatops.card import Block, Button, Paragraph
from chatops.cards.report_facts import Counted
from chatops.event import ClockKind
from chatops.handling import escalated
from chatops.measures import Kept, last_closes, one_touched, real_closes, reopen_rate, unreplied
from chatops.text import Text, text

#: What somebody told a command by a button, by the names of its fields.
Told = tuple[tuple[str, str], ...]

#: Characters that an entry of a menu carries in every chat, its command and signs included.
MOST_CARRIED: Final = 150

#: What a lead looks for first has a button of its own.
_FIRST: Final = (Figure.LATE, Figure.WAITING)

_LABELS: Final[Mapping[Figure, str]] = {
    Figure.FIRST: "first-response",
    Figure.NEXT: "next-response",
    Figure.LATE: "breached",
    **{figure: f"kept-{clock.value}" for figure, clock in KEPT.items()},
}


@dataclass(frozen=True, slots=True)
class Leads:
    """What leads from a report to its tickets."""

    buttons: tuple[Button, ...] = ()
    menu: tuple[Button, ...] = ()
    said: tuple[Block, ...] = ()


def number(figure: Figure, counted: Counted) -> int:
    """Return how many things a figure counts."""
    return _NUMBERS[figure](counted)


def label(figure: Figure) -> Text:
    """Return what a report calls a figure."""
    return text(f"report-{_LABELS.get(figure, figure.value.replace('_', '-'))}")


def leads(counted: Counted, told: Told) -> Leads:
    """Return what leads to the tickets of every figure that counts any.

    Where the report is `told` more than a menu's entry carries, a line says what to type.
    """
    shown = {figure: n for figure in Figure if (n := number(figure, counted))}
    if not shown:
        return Leads()
    if max(_carried(_args(figure, told)) for figure in shown) > MOST_CARRIED:
        return Leads(said=(Paragraph(text("report-leads-typed"), small=True),))
    first = [figure for figure in _FIRST if figure in shown]
    rest = [figure for figure in shown if figure not in first]
    return Leads(
        tuple(_lead(figure, shown[figure], told) for figure in first),
        tuple(_lead(figure, shown[figure], told) for figure in rest),
        (Paragraph(text("report-leads"), small=True),),
    )


def _lead(figure: Figure, count: int, told: Told) -> Button:
    return Button(
        "report",
        text("labelled", label=label(figure), value=text("number", count=count)),
        _args(figure, told),
    )


def _args(figure: Figure, told: Told) -> Told:
    return ("tickets", figure.value), *told


def _carried(args: Told) -> int:
    """Return how many characters a button carries, as JSON."""
    return len('{"c":"report","a":{}}') + sum(len(f'"{name}":"{said}",') for name, said in args)


def _owed(one: Counted, clock: ClockKind) -> int:
    kept = one.measures.kept.get(clock, Kept())
    return kept.met + kept.breached + kept.waived


#: How many things each figure counts.
_NUMBERS: Final[Mapping[Figure, Callable[[Counted], int]]] = {
    Figure.NEW: lambda one: one.counts.new,
    Figure.CLOSED: lambda one: len(real_closes(one.measures.closes)),
    Figure.HANDLED: lambda one: one.handled,
    Figure.OPEN: lambda one: one.counts.open,
    Figure.SNOOZED: lambda one: one.counts.snoozed,
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
    Figure.QUIET: lambda one: one.quiet,
    Figure.REPEATED: lambda one: one.counts.repeated,
}
