"""The question whether a post is there, where the chat cannot be asked; and how it was answered. Pure.

A person finds the post by its time and its kind; nobody's words are repeated.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chatops.card import Button, Card, Paragraph, Style
from chatops.cards.log_words import say_event
from chatops.cards.ticket_card import chat_named
from chatops.event import Event
from chatops.scene import Direction, Line
from chatops.text import Text, text

ANNOUNCEMENT: Final = text("doubt-announcement")
ALERT: Final = text("doubt-alert")


def question_card(
    post: int,
    what: Text,
    chat: str,
    at: datetime,
    ticket: int | None,
    *,
    is_restored: bool = False,
    undo: tuple[int, timedelta] | None = None,
) -> Card:
    """Return the question about a post, by its delivery's number.

    `what` it was and that it was sent `at` (after a restore: at some time since) tell it from
    others. `undo` is of a line that carries Undo, its reply and how long that waits: the question
    carries both buttons in its place.
    """
    said = what if ticket is None else text("doubt-of", ticket=ticket, what=what)
    asked = "doubt-asked-since" if is_restored else "doubt-asked"
    blocks = [Paragraph(text(asked, what=said, chat=chat_named(chat), at=at))]
    of = ("post", str(post))
    buttons = [
        Button("settle", text("button-there"), (of, ("seen", "there"))),
        Button("settle", text("button-again"), (of, ("seen", "again"))),
    ]
    if undo is not None:
        reply, waits = undo
        blocks.append(Paragraph(text("doubt-undo", seconds=waits), small=True))
        message = (("message", str(reply)),)
        buttons.append(Button("undo", text("button-undo"), message, Style.DANGER))
        buttons.append(Button("sendnow", text("button-sendnow"), message))
    return Card(
        push=text("push-doubt"), blocks=tuple(blocks), buttons=tuple(buttons), ticket=ticket
    )


def answered_card(question: Card, name: str, *, is_there: bool) -> Card:
    """Return the question with who looked and what they saw; there is nothing left to press."""
    said = text("doubt-there" if is_there else "doubt-again", agent=name)
    return replace(question, blocks=(*question.blocks, Paragraph(said)), buttons=())


def message_in_doubt(line: Line, name: str, channel: Text | str) -> Text:
    """Say which message it is without its words; `name` is the colleague's who wrote it."""
    match line.direction:
        case Direction.INBOUND:
            return text("doubt-inbound", at=line.at)
        case Direction.NOTE:
            return text("doubt-note", agent=name)
        case Direction.OUTBOUND if line.is_by_rule:
            return text("doubt-away", at=line.at)
        case Direction.OUTBOUND if line.agent is None:
            return text("doubt-outside", channel=channel, at=line.at)
        case Direction.OUTBOUND:
            return text("doubt-reply", agent=name)


def event_in_doubt(event: Event) -> Text:
    """Say which line it is by what the log says of its event."""
    return text("doubt-event", what=say_event(event))


def post_in_doubt(card: Card) -> Text:
    """Say which finished card it is by its title."""
    return text("doubt-post", title=card.title or card.push)
