"""What a search found, for one person: each ticket with its state and the found words. Pure."""

from collections.abc import Sequence
from typing import Final

from chatops.card import Block, Button, Card, Paragraph, Quote
from chatops.cards.excerpt import around
from chatops.cards.list_card import details
from chatops.cards.ticket_card import status_words
from chatops.ports import Hit
from chatops.tags import tag_in
from chatops.text import text

#: Tickets that one answer shows.
SHOWN: Final = 10

#: Characters of the question that the answer repeats.
_ASKED: Final = 40


def search_card(said: str, hits: Sequence[Hit], *, more: bool) -> Card:
    """Return the tickets that were found, the newest first; `more` if there are others."""
    asked = " ".join(said.split())
    asked = asked if len(asked) <= _ASKED else f"{asked[: _ASKED - 1]}…"
    title = text("search-title", words=asked, count=len(hits))
    blocks: list[Block] = []
    for hit in hits:
        line = text(
            "search-line",
            ticket=hit.ticket.id,
            customer=hit.customer.name,
            status=status_words(hit.ticket),
            at=hit.at,
        )
        blocks += [Paragraph(line, button=details(hit.ticket)), Quote(around(hit.excerpt, said))]
    if more:
        blocks.append(Paragraph(text("search-more", count=len(hits)), small=True))
    if not hits:
        blocks.append(Paragraph(text("search-none")))
    if (tag := tag_in(said.strip())) is not None and not tag.isdecimal():  # that is a ticket's
        tagged = Button("list", text("button-tagged"), (("of", f"#{tag}"),))
        blocks.append(Paragraph(text("search-tag", tag=f"#{tag}"), button=tagged))
    return Card(push=text("search-push", count=len(hits)), title=title, blocks=tuple(blocks))
