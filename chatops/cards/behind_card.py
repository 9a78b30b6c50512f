"""The tickets behind a figure, page by page, each with why it counts. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from chatops.behind import PARTS, STANDING, Behind, Figure, Lateness, Mark
from chatops.call import Call
from chatops.card import Block, Button, Card, Paragraph, Quote
from chatops.cards.figure_labels import label
from chatops.cards.leads import Told, is_carried
from chatops.cards.list_card import (
    SHOWN,
    page_line,
    pages_of,
    public_names,
    shortened,
    ticket_lines,
    turning,
)
from chatops.event import ClockKind, CloseReason
from chatops.handling import Escalation
from chatops.ports import Listed
from chatops.scene import Agent
from chatops.text import Text, text


def tickets_of(rows: Sequence[Behind]) -> list[int]:
    """Return the tickets in the order of their first rows."""
    return list(dict.fromkeys(row.ticket for row in rows))


def page_of(tickets: Sequence[int], page: int) -> tuple[int, list[int]]:
    """Return the nearest page that there is, and its tickets."""
    page = min(page, pages_of(len(tickets)))
    return page, list(islice(tickets, (page - 1) * SHOWN, page * SHOWN))


@dataclass(frozen=True, slots=True)
class Said:
    """Which tickets a list is of, as it says and as another page of it is asked for."""

    figure: Figure
    start: datetime
    end: datetime
    of: Sequence[Text]
    told: Told
    page: int
    then: date | None = None  #: the day of its end, where that is past


def behind_card(
    said: Said,
    rows: Sequence[Behind],
    listed: Sequence[Listed],
    reasons: Mapping[int, str],
    agents: Sequence[Agent],
    call: Call,
) -> Card:
    """Return one page of the tickets; `reasons` are the notes of escalations by their message."""
    tickets, names = tickets_of(rows), public_names(agents)
    figure = label(said.figure, said.then)
    title = text("behind-title", figure=figure, count=len(rows))
    if len(tickets) < len(rows):
        title = text("behind-title-in", title=title, tickets=len(tickets))
    window = text("behind-window", since=said.start, until=said.end)
    if said.figure in STANDING:
        window = text("behind-now", at=said.end)
    blocks: list[Block] = [Paragraph(text("listing", items=(window, *said.of)), small=True)]
    for one in listed:
        line, *quoted = ticket_lines([one], names, call)
        own = [row for row in rows if row.ticket == one.ticket.id]
        notes = tuple(_why(row, names) for row in own)
        blocks += [line, Paragraph(text("listing", items=notes), small=True), *quoted]
        blocks += [Quote(shortened(reason)) for row in own if (reason := _reason(row, reasons))]
    if not listed:
        blocks.append(Paragraph(text("behind-none"), small=True))
    pages = pages_of(len(tickets))
    if pages > 1:
        blocks.append(page_line(said.page, pages))
    turns = turning("report", said.page, pages, *said.told)
    parts = _parts(said) if listed else ()
    return Card(
        push=title,
        title=title,
        blocks=tuple(blocks),
        buttons=turns,
        menu=parts,
        more=text("behind-parts") if parts else None,
    )


def _parts(said: Said) -> tuple[Button, ...]:
    """Return what leads to the lists of the figure's parts, as far as an entry carries it."""
    told = [each for each in said.told if each[0] != "tickets"]
    parts = [(part, (("tickets", part.value), *told)) for part in PARTS.get(said.figure, ())]
    return tuple(
        Button("report", label(part, said.then), args) for part, args in parts if is_carried(args)
    )


def _reason(row: Behind, reasons: Mapping[int, str]) -> str:
    return reasons.get(row.why.note or 0, "") if isinstance(row.why, Escalation) else ""


def _why(row: Behind, names: Mapping[int, str]) -> Text:
    """Say when it happened, and what is to be said of it."""
    match row.why:
        case None:
            return text("behind-at", at=row.at)
        case int(seconds):
            return text("behind-span", span=timedelta(seconds=seconds), at=row.at)
        case Mark() as mark:
            return text(f"behind-{mark}", at=row.at)
        case Lateness(clock, until):
            name = text(
                "fact-clock" if clock is ClockKind.FIRST_RESPONSE else f"fact-clock-{clock}"
            )
            if until is None:
                return text("behind-clock", clock=name, at=row.at)
            return text("behind-clock-until", clock=name, at=row.at, until=until)
        case CloseReason() as reason:
            return text("behind-closed", reason=text(f"close-{reason}"), at=row.at)
        case Escalation(_, at, target, level, agent):
            by = text("by-agent", agent=names.get(agent, f"#{agent}")) if agent else text("by-rule")
            return text("behind-escalated", target=target, level=level, by=by, at=at)
