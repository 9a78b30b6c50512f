"""A neutral card as an Adaptive Card 1.5 in a message, in plain dicts. Pure.

Teams refuses a message above about 100 KB in UTF-16 and asks to stay below 80
(learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages); older ways of
posting took 28 KB, which phones show at ease. So a message is at most 28 KB of UTF-8 here.
"""

from functools import lru_cache
from itertools import chain
from typing import Final, NamedTuple

from adapters.chat._voice import cut
from adapters.chat.teams.actions import Opens, Surface, action, actions, yes
from adapters.chat.teams.elements import (
    SMALL,
    Made,
    facts,
    quotation,
    sentence,
    title,
    weight,
)
from adapters.chat.teams.tables import table
from adapters.chat.teams.writing import JSON, Voice
from chatops.card import Block, Button, Card, Facts, Paragraph, Quote, Table
from chatops.text import Text, text

CONTENT_TYPE: Final = "application/vnd.microsoft.card.adaptive"
LONGEST_MESSAGE: Final = 28 * 1024  # bytes of the message as JSON in UTF-8

_SUMMARY: Final = 300  # characters of what a lock screen shows
_AROUND: Final = 700  # bytes around what a card shows: types, version, names of fields
_LONGEST: Final = 20_000  # characters of a quotation, before it is known what else there is
_FEWEST: Final = 20  # characters of a quotation, or rows of a table, that are always kept
_ROW: Final = 30  # characters that make as much as a table's row
_REPEATED: Final = 8_000  # bytes that the answer yes may carry
_KEPT: Final = 2048  # parts of messages that are remembered
_CUT: Final = text("chat-cut")
_UNHEARD: Final = text("teams-thread-unheard")


def message(card: Card, voice: Voice, opens: Opens, *, hears_threads: bool = True) -> JSON:
    """Return a message that shows the card; `summary` is what a lock screen shows.

    Of a ticket's own card in a team whose threads we do not hear, `hears_threads` is False: the
    card then says that what is written under it without calling us is not recorded.
    """
    return {
        "type": "message",
        "summary": push(card, voice),
        "attachments": [attachment(card, voice, opens, hears_threads=hears_threads)],
    }


def push(card: Card, voice: Voice) -> str:
    return cut(voice.plain(card.push), _SUMMARY)


def attachment(
    card: Card,
    voice: Voice,
    opens: Opens,
    *,
    hears_threads: bool = True,
    surface: Surface = Surface.MESSAGE,
) -> JSON:
    """Return the card, cut so that its message is no longer than Teams takes.

    Quotations are cut first, then tables; of what is still too long the last blocks are left out,
    and a line says so.
    """
    pressed = actions(card.buttons, card.menu, card.ticket, voice, opens, surface)
    shown: tuple[Text | Block, ...] = (card.title, *card.blocks) if card.title else card.blocks
    if not hears_threads:
        shown = (*shown, Paragraph(_UNHEARD, small=True))
    room = LONGEST_MESSAGE - _AROUND - weight(push(card, voice)) - weight(pressed)
    longest = _LONGEST
    parts = _parts(shown, voice, opens, surface, longest)
    while longest > _FEWEST and sum(part.weight for part in parts) > room:
        longest = longest * 2 // 3
        parts = _parts(shown, voice, opens, surface, longest)
    if not any(part.made.elements for part in parts):  # Teams takes no card that shows nothing
        parts = _parts((Paragraph(card.push),), voice, opens, surface, longest)
    return sealed(_fitting(parts, room, voice), pressed, voice)


def question(said: Text, carried: JSON, voice: Voice) -> JSON:
    """Return a message that asks a person, with one button that does it all the same.

    A yes that carries too much (it repeats what was typed) is not offered.
    """
    made = sentence(said, voice)
    pressed = (yes(carried, voice),) if weight(carried) <= _REPEATED else ()
    summary = cut(voice.plain(said), _SUMMARY)
    return {
        "type": "message",
        "summary": summary,
        "attachments": [sealed([made], pressed, voice)],
    }


def sealed(parts: list[Made], pressed: tuple[JSON, ...], voice: Voice) -> JSON:
    """Return elements and actions as the attachment of a message or of a dialog."""
    card: JSON = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "lang": voice.language,
        "body": list(chain.from_iterable(part.elements for part in parts)),
    }
    if pressed:
        card["actions"] = list(pressed)
    card["msteams"] = {"width": "full"}
    calls = {call["text"]: call for part in parts for call in part.calls}
    if calls:
        card["msteams"]["entities"] = list(calls.values())
    return {"contentType": CONTENT_TYPE, "content": card}


class _Part(NamedTuple):
    """Pieces of a message, which many messages share and nobody changes."""

    made: Made
    weight: int  #: bytes that they take as JSON


def _parts(
    shown: tuple[Text | Block, ...], voice: Voice, opens: Opens, surface: Surface, longest: int
) -> list[_Part]:
    # only a quotation needs its place: its names are its own in the card
    return [
        _part(each, voice, opens, surface, longest, place if type(each) is Quote else 0)
        for place, each in enumerate(shown)
    ]


@lru_cache(maxsize=_KEPT)
def _part(
    shown: Text | Block, voice: Voice, opens: Opens, surface: Surface, longest: int, place: int
) -> _Part:
    """Return the elements of a title or of a block of a card.

    They are remembered: a card is drawn anew whenever its ticket changes, and most of it is as it
    was.
    """
    match shown:
        case Text():
            made = Made([title(shown, voice)])
        case Paragraph(said, _, button) if button is not None:
            made = _with_button(said, button, voice, opens, surface)
        case _:
            made = block(shown, voice, longest, place)
    return _Part(made, weight(made.elements) + weight(made.calls))


def block(shown: Block, voice: Voice, longest: int, place: int) -> Made:
    """Return the elements of a block, without the button that may stand beside it."""
    match shown:
        case Paragraph(said, small):
            return sentence(said, voice, SMALL if small else None)
        case Quote(words):
            return Made(quotation(words, voice, longest, place))
        case Facts(pairs):
            return facts(pairs, voice)
        case Table(head, rows):
            return Made(_table(head, rows, voice, longest))


def _table(
    head: tuple[Text, ...], rows: tuple[tuple[Text, ...], ...], voice: Voice, longest: int
) -> list[JSON]:
    most = max(longest // _ROW, 1)
    made = [table(head, rows[:most], voice)] if rows else []
    left = len(rows) - most
    if left <= 0:
        return made
    return [*made, *sentence(text("chat-rows-left", count=left), voice, SMALL).elements]


def _with_button(said: Text, button: Button, voice: Voice, opens: Opens, surface: Surface) -> Made:
    """Return a sentence with its button beside it, which takes what it needs of the width."""
    made = sentence(said, voice)
    pressed = {"type": "ActionSet", "actions": [action(button, None, voice, opens, surface)]}
    columns = [
        {"type": "Column", "width": "stretch", "items": made.elements},
        {
            "type": "Column",
            "width": "auto",
            "verticalContentAlignment": "Center",
            "items": [pressed],
        },
    ]
    return Made([{"type": "ColumnSet", "columns": columns}], made.calls)


def _fitting(parts: list[_Part], room: int, voice: Voice) -> list[Made]:
    """Return the parts for which there is room, and a line where some are left out."""
    if sum(part.weight for part in parts) <= room:
        return [part.made for part in parts]
    ending = sentence(_CUT, voice, SMALL)
    room -= weight(ending.elements)
    kept: list[Made] = []
    for part in parts:
        room -= part.weight
        if room < 0:
            break
        kept.append(part.made)
    return [*kept, ending]
