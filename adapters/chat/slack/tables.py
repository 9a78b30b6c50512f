"""A table of figures in a message: aligned columns where they fit a phone, else a line a row. Pure."""

from collections.abc import Sequence
from typing import Final

from adapters.chat._columns import has_digit, width
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
            columns = list(zip(*words[1:], strict=True))
            figures = [any(map(has_digit, column)) for column in columns]
            lines = (_aligned(row, widths, figures) for row in words)
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


def _aligned(row: Sequence[str], widths: Sequence[int], figures: Sequence[bool]) -> str:
    """Return a row: figures to the right; words, bars and what it is about to the left."""
    cells: list[str] = []
    for cell, room, is_figure in zip(row, widths, figures, strict=True):
        space = " " * (room - width(cell))
        cells.append(f"{space}{cell}" if is_figure and cells else f"{cell}{space}")
    return (" " * _GAP).join(cells).rstrip()


def _block(kind: str, elements: list[JSON]) -> JSON:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": elements}]}
