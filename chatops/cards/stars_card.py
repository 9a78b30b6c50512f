"""The alert that tells a room of a review with few stars. Pure."""

from typing import Final

from chatops.card import Block, Card, Facts, Paragraph, Quote
from chatops.cards.ticket_buttons import ASSIGN, CLAIM, ESCALATE
from chatops.cards.ticket_card import assignee_of, push_of, stars_words
from chatops.event import StarsShared
from chatops.scene import Scene
from chatops.text import Link, Text, text
from chatops.ticket import Status

#: Characters of a review: the room is to see what it is about, and reads on in the thread.
EXCERPT: Final = 300


def stars_card(scene: Scene, url: str | None, event: StarsShared) -> Card:
    """Return the alert; what is private is not quoted, for the room is another one."""
    ticket = scene.ticket
    label = f"#{ticket.id}"
    link = Link(url, label) if url else label
    said = text(
        "stars-shared",
        ticket=link,
        queue=ticket.queue,
        channel=scene.traits.title,
        stars=stars_words(event.stars),
    )
    blocks: list[Block] = [Paragraph(said)]
    line = scene.line(event.message)
    if line is not None and not line.private and not line.deleted:
        words = line.text if len(line.text) <= EXCERPT else line.text[: EXCERPT - 1] + "…"
        blocks.append(Quote(words))
    facts: tuple[tuple[Text, Text], ...] = (
        (text("fact-customer"), text("words", words=scene.customer.name)),
        (text("fact-assignee"), assignee_of(scene)),
    )
    chosen = (ASSIGN, ESCALATE) if ticket.assignee is not None else (CLAIM, ASSIGN, ESCALATE)
    return Card(
        push=push_of(scene),
        title=text("stars-shared-title", ticket=ticket.id, stars=stars_words(event.stars)),
        blocks=(*blocks, Facts(facts)),
        buttons=chosen if ticket.status is not Status.CLOSED else (),
        ticket=ticket.id,
    )
