"""A neutral card as Block Kit, in plain dicts. Pure.

What people wrote stands in rich text or plain text, where Slack parses nothing, and in mrkdwn only
where it reads just as it is written: a customer's words cannot make a mention, a link or a bold
word. Bounds are those of docs.slack.dev/reference/block-kit; the bound of a whole message is not
documented and was met by others near 13,200 characters (bolt-js#2509), so we stay below 12,000.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from types import MappingProxyType
from typing import Final, NamedTuple

import orjson

from adapters.chat._voice import NOTHING, clean, cut, only_words
from adapters.chat.slack.buttons import beside, elements
from adapters.chat.slack.tables import table
from adapters.chat.slack.writing import JSON, Voice, plain
from chatops.card import Block, Button, Card, Chart, Facts, Paragraph, Quote, Table
from chatops.text import Text, text

LONGEST_MESSAGE: Final = 12_000  # characters of the blocks as JSON


class Bounds(NamedTuple):
    """What a surface takes: blocks, and characters of them as JSON."""

    blocks: int
    characters: int


MESSAGE: Final = Bounds(50, LONGEST_MESSAGE)
#: Slack refuses views above 250 kB (docs.slack.dev/reference/methods/views.open: view_too_large), in
#: which a Japanese character takes up to six.
VIEW: Final = Bounds(100, 40_000)

_LONGEST_PUSH: Final = 2_900  # chat.update refuses a text above 4,000; escaping may lengthen it
_HEADER, _SMALL_PRINT, _ALT = 150, 3_000, 2_000
#: Slack shows no preview of what a message links to.
UNFURLED: Final[JSON] = {"unfurl_links": False, "unfurl_media": False}
_FEWEST: Final = 20  # characters of a quotation, or rows of a table, that are always kept
_AROUND: Final = 100  # characters around what is pressed
_KEPT: Final = 4096  # parts of messages that are remembered
_CUT: Final = text("chat-cut")
_BOLD: Final[JSON] = {"bold": True}
_FIELDS, _FIELD = 10, 1_900  # fields of a section, characters of a value in one (2,000 in all)
#: What mrkdwn formats or turns into an emoji. (A person or a link of ours stands in angle brackets
#: and is meant to be read.)
_READ_AS_MARKUP: Final = re.compile(r"[*_~`]|:[\w+'-]+:|^(?:>|&gt;)", re.MULTILINE)


#: Charts are left out of what shows none: their tables stand beside them.
NO_PICTURES: Final[Mapping[Chart, str]] = MappingProxyType({})


def message(
    card: Card, voice: Voice, nonce: str, pictures: Mapping[Chart, str] = NO_PICTURES
) -> JSON:
    """Return `text` and `blocks` of a message that shows the card; `pictures` are its charts' files.

    `nonce` makes the block ids new: only then does an updated message forget what somebody chose
    in its menu. It is also what keeps two cards' ids apart.
    """
    return {"text": push(card, voice), "blocks": blocks(card, voice, nonce, pictures=pictures)}


def push(card: Card, voice: Voice) -> str:
    """Return what a lock screen shows, and what a reader hears: mrkdwn, with mentions."""
    said = voice.mrkdwn(card.push)
    return said if len(said) <= _LONGEST_PUSH else cut_marked(voice.plain(card.push))


def cut_marked(words: str) -> str:
    """Escape words of any length into what `text` may hold; never through an escape's middle."""
    return cut(words, _LONGEST_PUSH // 5).translate({38: "&amp;", 60: "&lt;", 62: "&gt;"})


def blocks(
    card: Card,
    voice: Voice,
    nonce: str,
    bounds: Bounds = MESSAGE,
    pictures: Mapping[Chart, str] = NO_PICTURES,
) -> list[JSON]:
    """Return the card's blocks, cut so that Slack takes them: quotations first, then rows.

    Of a card with too many blocks the last ones are left out, and a line says so.
    """
    shown = (card.title, *card.blocks) if card.title else card.blocks
    made: list[JSON] = []
    room = bounds.characters
    if card.buttons or card.menu:
        pressed = _pressed(card.buttons, card.menu, card.ticket, voice, card.more)
        made = [{"type": "actions", "block_id": f"press:{nonce}", "elements": pressed.made}]
        room -= pressed.weight + _AROUND
    longest = 3_000
    parts = _parts(shown, pictures, voice, longest)
    while longest > _FEWEST and sum(map(_WEIGHT, parts)) >= room:
        longest = longest * 2 // 3
        parts = _parts(shown, pictures, voice, longest)
    body = list(chain.from_iterable(map(_MADE, parts)))
    if (most := bounds.blocks - len(made)) < len(body):
        body[most - 1 :] = [small_print(_CUT, voice)]
    return [*body, *made]


class _Part(NamedTuple):
    """Pieces of a message, which many messages share and nobody changes."""

    made: list[JSON]
    weight: int  #: characters that they have as JSON


_MADE: Final = itemgetter(0)
_WEIGHT: Final = itemgetter(1)


def _parts(
    shown: tuple[Text | Block, ...], pictures: Mapping[Chart, str], voice: Voice, longest: int
) -> list[_Part]:
    if not pictures:  # as nearly every card
        return [_part(each, None, voice, longest) for each in shown]
    files = (pictures.get(each) if type(each) is Chart else None for each in shown)
    return [_part(each, file, voice, longest) for each, file in zip(shown, files, strict=True)]


@lru_cache(maxsize=_KEPT)
def _part(shown: Text | Block, file: str | None, voice: Voice, longest: int) -> _Part:
    """Return the blocks of a title or of a block of a card; `file` is a chart's picture.

    They are remembered: a card is drawn anew whenever its ticket changes, and most of it is as it
    was.
    """
    match shown:
        case Text():
            made = [_title(shown, voice)]
        case Paragraph(said, _, button) if button is not None:
            made = [_with_button(said, button, voice)]
        case Paragraph(said, small):
            made = [small_print(said, voice) if small else rich(voice.rich(said))]
        case Quote(words):
            made = quotation(words, voice, longest) if words.strip() else []
        case Facts(pairs):
            made = [facts(pairs, voice)]
        case Table():
            made = _table(shown, voice, longest)
        case Chart():
            made = [_picture(shown, file, voice)] if file is not None else []
    return _Part(made, _weight(made))


def _weight(made: list[JSON]) -> int:
    return len(orjson.dumps(made).decode())


def _title(said: Text, voice: Voice) -> JSON:
    found = voice.pieces(said)
    if only_words(found):
        return {"type": "header", "text": plain(cut(voice.joined(found), _HEADER))}
    return rich(voice.elements(found, _BOLD))


def rich(elements: list[JSON]) -> JSON:
    """Return a block of one rich text section."""
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": elements}],
    }


def small_print(said: Text, voice: Voice) -> JSON:
    """Return a context block: plain unless the sentence holds a person or a link."""
    found = voice.pieces(said)
    if only_words(found):
        element = plain(cut(voice.joined(found) or NOTHING, _SMALL_PRINT))
    else:
        element = {"type": "mrkdwn", "text": voice.marked(found)}
    return {"type": "context", "elements": [element]}


def _with_button(said: Text, button: Button, voice: Voice) -> JSON:
    """Return a section, which alone takes a button at its side; plain unless it names a person."""
    found = voice.pieces(said)
    if only_words(found):
        words = plain(cut(voice.joined(found) or NOTHING, _SMALL_PRINT))
    else:
        words = {"type": "mrkdwn", "text": voice.marked(found), "verbatim": True}
    return {"type": "section", "text": words, "accessory": beside(button, voice)}


def quotation(words: str, voice: Voice, longest: int) -> list[JSON]:
    """Return somebody's own words, and a line that says so where the end is missing."""
    words = clean(words)
    quoted = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": cut(words, longest)}]}
        ],
    }
    if len(words) <= longest:
        return [quoted]
    return [quoted, small_print(text("chat-continued"), voice)]


def facts(pairs: tuple[tuple[Text, Text], ...], voice: Voice) -> JSON:
    """Return the facts in two columns; on a phone Slack sets one under the other.

    A section's fields are mrkdwn: where that would read a value otherwise than it is written, or a
    name that heads one, the facts stand one in a line, as rich text. So does what has lines of its
    own: a column is half as wide.
    """
    values = [voice.mrkdwn(value) or NOTHING for _, value in pairs]
    names = [voice.mrkdwn(label) for label, _ in pairs if label.args]
    if (
        len(values) > _FIELDS
        or max(map(len, values)) > _FIELD
        or any("\n" in value for value in values)
        or _READ_AS_MARKUP.search("\n".join([*values, *names]))
    ):
        return _lines(pairs, voice)
    fields = [
        {"type": "mrkdwn", "text": f"{voice.heading(label)}{value}", "verbatim": True}
        for (label, _), value in zip(pairs, values, strict=True)
    ]
    return {"type": "section", "fields": fields}


def _lines(pairs: tuple[tuple[Text, Text], ...], voice: Voice) -> JSON:
    elements: list[JSON] = []
    for label, value in pairs:
        name = voice.plain(label)
        lead = f"\n{name}  " if elements else f"{name}  "
        elements.append({"type": "text", "text": lead, "style": _BOLD})
        elements.extend(voice.rich(value))
    return rich(elements)


def _picture(chart: Chart, file: str, voice: Voice) -> JSON:
    """Return a picture, which has its title in it, with its words for who does not see it."""
    facts = tuple(text("labelled", label=label, value=value) for label, value in chart.said)
    said = voice.plain(text("chart-alt", title=chart.title, facts=facts), _ALT)
    return {"type": "image", "slack_file": {"id": file}, "alt_text": said}


def _table(block: Table, voice: Voice, longest: int) -> list[JSON]:
    rows = max(longest // 30, 1)
    made = [table(block.head, block.rows[:rows], voice)] if block.rows else []
    left = len(block.rows) - rows
    return [*made, small_print(text("chat-rows-left", count=left), voice)] if left > 0 else made


@lru_cache(maxsize=_KEPT)
def _pressed(
    buttons: tuple[Button, ...],
    menu: tuple[Button, ...],
    ticket: int | None,
    voice: Voice,
    more: Text | None,
) -> _Part:
    """Return what is pressed; a ticket offers the same in the same state."""
    made = elements(buttons, menu, ticket, voice, more)
    return _Part(made, _weight(made))
