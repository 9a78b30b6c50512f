"""The first five minutes of a new agent: a few pages, each with something to try at once. Pure."""

from dataclasses import replace
from typing import Final

from chatops.call import Call
from chatops.card import Button, Card, Paragraph
from chatops.cards.list_card import page_line, turning
from chatops.text import text

#: What each page is about, and the buttons that try it; `tour-<page>` in the .ftl files tells it.
_PAGES: Final[tuple[tuple[str, tuple[Button, ...]], ...]] = (
    ("card", (Button("list", text("button-list-unclaimed"), (("which", "unclaimed"),)),)),
    ("reply", ()),
    ("later", ()),
    (
        "find",
        (
            Button("list", text("button-list-mine"), (("which", "mine"),)),
            Button("search", text("button-search")),
        ),
    ),
    ("shift", (Button("who", text("button-who")), Button("help", text("button-help")))),
)

PAGES: Final = len(_PAGES)


def tour_card(page: int, call: Call) -> Card:
    """Return a page of the tour, counted from 1."""
    name, tries = _PAGES[page - 1]
    title = text(f"tour-{name}-title")
    begun = call.policy.summons
    in_text = text(f"tour-{name}-try", prefix=begun, there=replace(begun, in_thread=True))
    return Card(
        push=title,
        title=title,
        blocks=(
            Paragraph(text(f"tour-{name}")),
            Paragraph(in_text, small=True),
            page_line(page, PAGES),
        ),
        buttons=(*tries, *turning("tour", page, PAGES)),
    )
