"""Lists of tickets, for one person: what each is about, by when, and the likeliest button. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from chatops.call import Call
from chatops.card import Block, Button, Card, Paragraph, Quote
from chatops.event import Priority
from chatops.policy import Role
from chatops.ports import MOST_COUNTED, Listed
from chatops.scene import Agent
from chatops.text import Text, text
from chatops.ticket import Status, Ticket

#: Tickets on a page: as many as a phone shows without tiring a thumb.
SHOWN: Final = 10

_EXCERPT: Final = 80


def list_card(
    which: str,
    listed: Sequence[Listed],
    total: int,
    page: int,
    agents: Sequence[Agent],
    call: Call,
    *,
    told: tuple[tuple[str, str], ...] = (),
    of: Text | None = None,
) -> Card:
    """Return one page of a list.

    `which` is the word that asks for it, and `of` whose tickets or which tag's they are alone;
    `told` is what `list` is told for another page of the same.
    """
    title = text(f"list-{which}", count=counted(total))
    title = title if of is None else text("list-of", list=title, of=of)
    blocks: list[Block] = ticket_lines(listed, public_names(agents), call)
    if not listed:
        blocks.append(Paragraph(text(f"list-no-{which}"), small=True))
    pages = pages_of(total)
    if pages > 1:
        blocks.append(page_line(page, pages))
    turns = turning("list", page, pages, *told)
    return Card(push=title, title=title, blocks=tuple(blocks), buttons=turns)


def ticket_lines(listed: Sequence[Listed], names: Mapping[int, str], call: Call) -> list[Block]:
    """Return for each ticket a line with its likeliest button, and its customer's newest words."""
    blocks: list[Block] = []
    for one in listed:
        said = _marked(one.ticket, _line(one, names, call))
        blocks += [Paragraph(said, button=likeliest(one.ticket, call))]
        blocks += [Quote(excerpt)] if (excerpt := shortened(one.excerpt)) else []
    return blocks


def _marked(ticket: Ticket, line: Text) -> Text:
    """Put a priority that stands out at the end of a ticket's line."""
    if ticket.priority not in {Priority.URGENT, Priority.HIGH}:
        return line
    return text("list-marked", line=line, level=text(f"priority-{ticket.priority.value}"))


def likeliest(ticket: Ticket, call: Call) -> Button:
    """Return what this person most likely does next with a ticket that they see in a list."""
    if call.agent.may(Role.AGENT, ticket.queue):
        if ticket.quiet:
            return Button("reopen", text("button-open-it"), ticket=ticket.id)
        if ticket.status is Status.OPEN and ticket.assignee is None:
            return Button("claim", text("button-claim"), ticket=ticket.id)
    return details(ticket)


def details(ticket: Ticket) -> Button:
    """Return the button that shows a ticket at length."""
    return Button("show", text("button-show"), ticket=ticket.id)


def public_names(agents: Sequence[Agent]) -> dict[int, str]:
    """Return the names by agent id: in a list nobody is called by a mention."""
    return {agent.id: agent.public_name for agent in agents}


def counted(total: int) -> int | Text:
    """Return how many there are, as far as storage counts them."""
    return total if total < MOST_COUNTED else text("or-more", count=total)


def pages_of(total: int) -> int:
    """Return how many pages a list of so many tickets has; an empty one has one."""
    return max(-(-total // SHOWN), 1)


def page_line(page: int, pages: int) -> Paragraph:
    """Say where in a list one is."""
    return Paragraph(text("page-of", page=page, pages=pages), small=True)


def turning(command: str, page: int, pages: int, *told: tuple[str, str]) -> tuple[Button, ...]:
    """Return the buttons to the pages beside this one; `told` is what else the command is told."""

    def to(label: str, number: int) -> Button:
        return Button(command, text(label), (*told, ("page", str(number))))

    before = (to("button-previous", page - 1),) if page > 1 else ()
    after = (to("button-next", page + 1),) if page < pages else ()
    return before + after


def shortened(words: str) -> str:
    """Return words as one line of a list."""
    line = " ".join(words.split())
    return line if len(line) <= _EXCERPT else line[: _EXCERPT - 1] + "…"


def _line(one: Listed, names: Mapping[int, str], call: Call) -> Text:
    ticket, kind = one.ticket, text(f"kind-{one.ticket.kind.value}")
    if ticket.quiet:
        return text(
            "list-quiet-line",
            ticket=ticket.id,
            customer=one.customer.name,
            kind=kind,
            rule=ticket.rule or "–",
            at=ticket.opened_at,
        )
    line = text(
        "list-line",
        ticket=ticket.id,
        customer=one.customer.name,
        kind=kind,
        who=holder(ticket, names),
        due=_due(one, call),
    )
    if ticket.status is not Status.SNOOZED:
        return line
    if ticket.snoozed_until is None:
        return text("list-asleep-customer", line=line)
    return text("list-asleep", line=line, until=ticket.snoozed_until)


def holder(ticket: Ticket, names: Mapping[int, str]) -> Text:
    """Say who has a ticket."""
    if ticket.assignee is None:
        return text("nobody")
    return text("by-agent", agent=names.get(ticket.assignee, f"#{ticket.assignee}"))


def _due(one: Listed, call: Call) -> Text:
    clock = one.clock
    if clock is None or clock.outcome is not None or clock.due_at is None:
        return text("list-no-clock")
    return text("list-past-due" if clock.due_at < call.now else "list-due", due=clock.due_at)
