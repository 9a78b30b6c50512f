"""What an agent is told alone at the end of a shift: which tickets they still hold. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from chatops.card import Block, Button, Card, Paragraph, Style
from chatops.ports import Listed
from chatops.text import Text, text

#: Tickets that are named; the title says how many there are in all.
SHOWN: Final = 10

_HAND_OVER: Final = Button("handover", text("button-handover"), style=Style.PRIMARY)
_LIST: Final = Button("list", text("button-list-mine"))


def shift_end_card(listed: Sequence[Listed], total: int, now: datetime) -> Card:
    """Return the list of what is still held, the most urgent first, with the way to pass it on."""
    title = text("shift-end-title", count=total)
    blocks: list[Block] = [Paragraph(text("shift-end"))]
    blocks += [Paragraph(_line(one, now)) for one in listed[:SHOWN]]
    if total > SHOWN:
        blocks.append(Paragraph(text("list-more", shown=SHOWN, total=total), small=True))
    return Card(push=title, title=title, blocks=tuple(blocks), buttons=(_HAND_OVER, _LIST))


def _line(one: Listed, now: datetime) -> Text:
    ticket, clock = one.ticket, one.clock
    due = text("list-no-clock")
    if clock is not None and clock.outcome is None and clock.due_at is not None:
        due = text("list-past-due" if clock.due_at < now else "list-due", due=clock.due_at)
    status = text(f"held-{ticket.status.value}")
    return text(
        "shift-end-line", ticket=ticket.id, customer=one.customer.name, status=status, due=due
    )
