"""A table of figures in a card: columns where they fit a phone, else a line a row. Pure.

A client that knows no Table (it came with version 1.5 of Adaptive Cards) shows the lines.
"""

from collections.abc import Sequence
from typing import Final

from adapters.chat._columns import has_digit, width
from adapters.chat._voice import NOTHING, only_words
from adapters.chat.teams.elements import BOLD, rich
from adapters.chat.teams.writing import JSON, Voice, is_plain, run
from chatops.text import Text

#: Columns of words, some 7 px each, that we take a phone of 320 px to show beside each other.
_PHONE: Final = 38
_GAP: Final = 2  # columns around a cell
_SHORT: Final = 10  # rows of a Table at most
_BAR: Final = 2  # columns of the signs that bars are made of: phones draw them wide
_NARROWEST: Final = 3  # columns that a figure's cell is given at least


def table(head: Sequence[Text], rows: Sequence[Sequence[Text]], voice: Voice) -> JSON:
    """Return a Table with facts or lines as `fallback`, or only the lines.

    A long one is facts, where Markdown leaves them alone: they take a seventh of the bytes.
    """
    lines = {"type": "Container", "items": [_line(head, row, voice) for row in rows]}
    if not all(only_words(voice.pieces(cell)) for row in rows for cell in row):
        return lines
    words = [[voice.plain(cell) for cell in row] for row in [head, *rows]]
    facts = _facts(words)
    if facts is not None and len(rows) > _SHORT:
        return facts
    columns = list(zip(*words, strict=True))
    widths = [max(width(cell, ambiguous=_BAR) for cell in column) for column in columns]
    if sum(widths) + _GAP * len(widths) > _PHONE:
        return lines
    return {
        "type": "Table",
        "firstRowAsHeaders": True,
        "showGridLines": False,
        "columns": [
            {"width": max(room, _NARROWEST), "horizontalCellContentAlignment": side}
            for room, side in zip(widths, ["Left", *map(_side, columns[1:])], strict=True)
        ],
        "rows": [_row(head, voice, BOLD), *(_row(row, voice) for row in rows)],
        "fallback": facts or lines,
    }


def _facts(words: list[list[str]]) -> JSON | None:
    """Return a fact a row; None: Markdown would read one of them otherwise than it is written."""
    head, *rows = words
    if not all(is_plain(cell) for row in words for cell in row):
        return None
    facts = [
        {
            "title": row[0] or NOTHING,
            "value": " · ".join(map(_named, head[1:], row[1:])) or NOTHING,
        }
        for row in rows
    ]
    return {"type": "FactSet", "facts": facts}


def _named(name: str, cell: str) -> str:
    return f"{name} {cell}".strip()


def _side(column: tuple[str, ...]) -> str:
    """Put figures to the right: columns whose rows hold digits and little else."""
    return "Right" if all(has_digit(cell) and len(cell) < 8 for cell in column[1:]) else "Left"


def _row(cells: Sequence[Text], voice: Voice, style: JSON | None = None) -> JSON:
    made = [{"type": "TableCell", "items": [rich(voice.runs(cell, style))]} for cell in cells]
    return {"type": "TableRow", "cells": made}


def _line(head: Sequence[Text], row: Sequence[Text], voice: Voice) -> JSON:
    """Return a row as a line: what it is about in bold, and each figure after its heading."""
    runs = voice.runs(row[0], BOLD)
    for label, cell in zip(head[1:], row[1:], strict=True):
        name = voice.plain(label)
        runs.append(run(f" · {name} " if name else " · "))
        runs.extend(voice.runs(cell))
    return rich(runs, spacing="Small")
