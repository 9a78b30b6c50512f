"""What the managers read of a destination that is closed to us, and of its end. Pure."""

from datetime import datetime

from chatops.card import Card, Paragraph
from chatops.text import Text, text


def begun_card(place: str | Text, code: str, since: datetime, remedy: Text | None) -> Card:
    """Return what is told once it is certain: which place, since when, and what to do."""
    said = text("trouble", place=place, since=since, code=code)
    todo = remedy or text("trouble-remedy")
    return Card(
        push=said,
        title=text("trouble-title", place=place),
        blocks=(Paragraph(said), Paragraph(todo), Paragraph(text("trouble-follows"), small=True)),
    )


def over_card(place: str | Text, code: str, since: datetime) -> Card:
    """Return what is told when the place is open again."""
    said = text("trouble-over", place=place, since=since, code=code)
    title = text("trouble-over-title", place=place)
    return Card(push=said, title=title, blocks=(Paragraph(said),))
