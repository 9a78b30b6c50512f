"""A table of figures in a message: aligned columns where they fit a phone, else a line a row. Pure."""

import unicodedata
from collections.abc import Sequence
from typing import Final

from adapters.chat.slack.writing import JSON, Voice
from chatops.text import Text

#: Columns of monospace that we take a phone of 390 px to show without breaking the line.
_PHONE: Final = 40
_GAP: Final = 2


def table(head: Sequence[Text], rows: Sequence[Sequence[Text]], voice: Voice) -> JSON:
    """Return one rich text block.

    A cell that holds a person or a link cannot stand in monospace, so then each row is a line:
    what it is about in bold, and each figure after its heading.
    """
    cells = [[voice.pieces(cell) for cell in row] for row in rows]
    simple = all(isinstance(piece, str) for row in cells for cell in row for piece in cell)
    if simple:
        words = [[voice.plain(cell) for cell in row] for row in [head, *rows]]
        widths = [max(map(width, column)) for column in zip(*words, strict=True)]
        if sum(widths) + _GAP * (len(widths) - 1) <= _PHONE:
            lines = (_aligned(row, widths) for row in words)
            return _block("rich_text_preformatted", [{"type": "text", "text": "\n".join(lines)}])
    elements: list[JSON] = []
    for row in rows:
        if elements:
            elements.append({"type": "text", "text": "\n"})
        elements.extend(voice.rich(row[0], {"bold": True}))
        for label, cell in zip(head[1:], row[1:], strict=True):
            name = voice.plain(label)
            elements.append({"type": "text", "text": f" · {name} " if name else " · "})
            elements.extend(voice.rich(cell))
    return _block("rich_text_section", elements)


def width(words: str) -> int:
    """Return how many columns words take: Chinese, Japanese and Korean characters take two."""
    if words.isascii():
        return len(words)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in words
    )


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row: what it is about to the left, its figures to the right."""
    first, *figures = (
        (" " * (room - width(cell)), cell) for cell, room in zip(row, widths, strict=True)
    )
    gap = " " * _GAP
    line = gap.join([f"{first[1]}{first[0]}", *(f"{space}{cell}" for space, cell in figures)])
    return line.rstrip()


def _block(kind: str, elements: list[JSON]) -> JSON:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": elements}]}
