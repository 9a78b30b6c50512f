"""The neutral card and form: what a chat adapter turns into Block Kit or an Adaptive Card. Pure.

A card is made of Texts and foreign words, never of markup. A button names a command, and the menu
holds what the buttons do not: adding one is naming a command in `ticket_card`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from chatops.text import Text


class Style(StrEnum):
    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


class Button(NamedTuple):
    """Run `command`; `args` is what the command would be told besides the ticket.

    What a button carries is never trusted: the ticket and the person decide. A named tuple, as
    Text is: a row of buttons is remembered by what it is.
    """

    command: str
    label: Text
    args: tuple[tuple[str, str], ...] = ()
    style: Style = Style.PLAIN
    url: str | None = None  #: opens this address instead; made by us from a network's id
    #: a word that the chat shows for this button's place in a message holding the same twice
    ticket: int | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence of ours; `button` stands beside it, where each line of a list has one."""

    said: Text
    small: bool = False
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words; the chat shows them as they are, and nothing in them is markup."""

    words: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of label and value."""

    pairs: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Figures; the first column is what the row is about."""

    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


class Shape(StrEnum):
    """How a chart is drawn; no value may be one of `Style`, for a waiting card tells them apart so."""

    COLUMNS = "columns"  #: standing beside each other, along a short time
    LINES = "lines"  #: along a long one
    BARS = "bars"  #: lying, each beside a name


@dataclass(frozen=True, slots=True)
class Series:
    """Figures of one kind, one for each label of their chart; None where there is nothing to count."""

    name: Text
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of figures, which stand in a table beside it: who sees no picture misses none.

    What cannot show a picture leaves it out.
    """

    title: Text
    shape: Shape
    unit: Text  #: of every value
    labels: tuple[Text, ...]
    series: tuple[Series, ...]
    said: tuple[tuple[Text, Text], ...]  #: what there is to see, a pair for each series


Block = Paragraph | Quote | Facts | Table | Chart


@dataclass(frozen=True, slots=True)
class Card:
    """A message in a room or a thread.

    `push` is what a phone's lock screen shows: never the words of a private message.
    """

    push: Text
    title: Text | None = None
    blocks: tuple[Block, ...] = ()
    buttons: tuple[Button, ...] = ()  #: at most five
    menu: tuple[Button, ...] = ()  #: behind one select
    more: Text | None = None  #: what that select is for, where "More" does not say it
    ticket: int | None = None  #: whose buttons these are, where a button does not say
    #: Of the queue's hours: a chat that tells the times of this card in another zone names that one.
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A text file that a person is given; `plain.file_in_bytes` makes it, in their language.

    A line is a sentence of ours or, as a `str`, somebody's own words as they are.
    """

    name: str
    lines: tuple[Text | str, ...]
    zone: str  #: of its times


@dataclass(frozen=True, slots=True)
class TextBox:
    """An input of words. `version` changes when its content is to be replaced by `initial`."""

    name: str
    label: Text
    multiline: bool = False
    initial: str = ""
    longest: int | None = None  #: characters that the chat should let pass
    optional: bool = False
    live: bool = False  #: the form is made anew while the person types
    version: int = 0


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    label: Text
    options: tuple[tuple[str, Text], ...]
    initial: str | None = None
    optional: bool = False
    live: bool = False
    searched: bool = False  #: too many to list: the chat lets the person type a part of the label
    version: int = 0  #: changes when what is chosen is to be replaced by `initial`


Field = TextBox | Choice


@dataclass(frozen=True, slots=True)
class Form:
    """Asks for what a command lacks; sending it back is the same Call with the fields filled."""

    command: str
    ticket: int | None
    title: Text
    submit: Text
    parts: tuple[Field | Block, ...]
    hidden: Mapping[str, str] = field(default_factory=dict)  #: comes back unchanged
    locks: bool = False  #: closing it unsent tells the desk (the soft lock)
