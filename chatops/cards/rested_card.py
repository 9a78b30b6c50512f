"""What an agent is told alone at the end of their quiet hours: what came in these and still waits. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from chatops.card import Card, Paragraph
from chatops.text import Summons, text

#: Lines that are shown; the title says how many there are in all.
SHOWN: Final = 20


def rested_card(
    lines: Sequence[Paragraph], since: datetime, until: datetime, prefix: Summons
) -> Card:
    """Return the list; `lines` are in the order of their due times."""
    title = text("rested-title", count=len(lines))
    blocks = [Paragraph(text("rested", since=since, until=until)), *lines[:SHOWN]]
    if len(lines) > SHOWN:
        more = text("alerts-more", count=len(lines) - SHOWN, prefix=prefix)
        blocks.append(Paragraph(more, small=True))
    return Card(push=title, title=title, blocks=tuple(blocks))
