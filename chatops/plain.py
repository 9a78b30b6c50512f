"""A card as plain words, for a terminal; and a file that a person is given."""

from codecs import BOM_UTF8
from typing import Final
from zoneinfo import ZoneInfo

from chatops.card import Block, Card, Chart, Facts, File, Paragraph, Quote, Table
from chatops.text import Hand, Text, Words, text

#: Fluent refuses a value above 1,000 characters, and some networks allow names of any length.
_WRITTEN: Final = Hand(foreign=lambda words: words[:900])


def card_in_words(card: Card, words: Words, language: str, zone: ZoneInfo) -> str:
    """Return a card line by line, tables in columns."""

    def say(said: Text) -> str:
        return words.say(said, language, zone)

    def block(each: Block) -> list[str]:
        match each:
            case Paragraph(said, _, button) if button is not None:
                return [f"{say(said)} [{say(button.label)}]"]
            case Paragraph(said):
                return [say(said)]
            case Quote(quoted):
                return [f"> {line}" for line in quoted.splitlines()]
            case Facts(pairs):
                return [say(text("labelled", label=label, value=value)) for label, value in pairs]
            case Table(head, rows):
                return _columns([[say(cell) for cell in row] for row in (head, *rows)])
            case Chart():
                return []  # its table stands beside it

    lines = [say(card.title)] if card.title else []
    for said in filter(None, map(block, card.blocks)):
        lines += ["", *said]
    return "\n".join(lines)


def file_in_bytes(file: File, words: Words, language: str) -> bytes:
    """Return a file as the programs of an office open it.

    It is UTF-8 with a byte order mark: without one, Excel and older Notepads on a Japanese Windows
    take a text for Shift_JIS. Lines end in CR LF, which every Notepad breaks at; what somebody
    wrote loses no line, whatever it was ended with.
    """
    zone = ZoneInfo(file.zone)
    said = [
        line if isinstance(line, str) else words.say(line, language, zone, _WRITTEN)
        for line in file.lines
    ]
    lines = [part for each in said for part in each.splitlines() or [""]]
    return BOM_UTF8 + "".join(f"{line}\r\n" for line in lines).encode()


def _columns(rows: list[list[str]]) -> list[str]:
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]


def _width(words: str) -> int:
    """Return the columns that words take in a terminal: Japanese letters take two."""
    return sum(2 if "\u2e80" <= letter <= "\uffef" else 1 for letter in words)
