"""A list of tickets, for one person: what each is about, by when, and a button to begin with. Pure."""

from collections.abc import Sequence
from typing import Final

from chatops.call import Call
from chatops.card import Block, Button, Card, Paragraph, Quote
from chatops.ports import Listed
from chatops.text import Mention, Text, text
from chatops.ticket import Status, Ticket

#: Tickets that one message shows; the head says how many there are in all.
SHOWN: Final = 10

#: A card holds no more buttons.
_BUTTONS: Final = 5
_EXCERPT: Final = 80


def list_card(which: str, listed: Sequence[Listed], total: int, call: Call) -> Card:
    """Return the list; `which` is the sentence that names it."""
    shown = listed[:SHOWN]
    title = text(f"list-{which}", count=total)
    blocks: list[Block] = []
    for one in shown:
        blocks += [Paragraph(_line(one, call)), Quote(_short(one.excerpt))]
    if total > len(shown):
        blocks.append(Paragraph(text("list-more", shown=len(shown), total=total), small=True))
    return Card(
        push=title,
        title=title,
        blocks=tuple(blocks),
        buttons=tuple(_button(one.ticket) for one in shown[:_BUTTONS]),
    )


def _line(one: Listed, call: Call) -> Text:
    ticket = one.ticket
    return text(
        "list-line",
        ticket=ticket.id,
        customer=one.customer.name,
        kind=text(f"kind-{ticket.kind.value}"),
        who=text("nobody")
        if ticket.assignee is None
        else text("agent", agent=Mention(ticket.assignee)),
        due=_due(one, call),
    )


def _due(one: Listed, call: Call) -> Text:
    clock = one.clock
    if clock is None or clock.outcome is not None:
        return text("list-no-clock")
    return text("list-late" if clock.due_at < call.now else "list-due", due=clock.due_at)


def _button(ticket: Ticket) -> Button:
    if ticket.status is Status.OPEN and ticket.assignee is None:
        return Button("claim", text("button-claim-ticket", ticket=ticket.id), ticket=ticket.id)
    return Button("show", text("button-show-ticket", ticket=ticket.id), ticket=ticket.id)


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _EXCERPT else line[: _EXCERPT - 1] + "…"
