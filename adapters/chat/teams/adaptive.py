"""A neutral card as an Adaptive Card 1.5 in a message, in plain dicts. Pure.

Teams refuses a message above about 100 KB in UTF-16 and asks to stay below 80
(learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages); older ways of
posting took 28 KB, which phones show at ease. So a message is at most 28 KB of UTF-8 here.
"""

from functools import lru_cache
from itertools import accumulate, chain
from operator import itemgetter
from typing import Final, NamedTuple

from adapters.chat._voice import cut
from adapters.chat.teams.actions import Opens, action, actions, yes
from adapters.chat.teams.charts import chart
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
from chatops.card import Block, Card, Chart, Facts, Paragraph, Quote, Table
from chatops.text import Text, text

CONTENT_TYPE: Final = "application/vnd.microsoft.card.adaptive"
LONGEST_MESSAGE: Final = 28 * 1024  # bytes of the message as JSON in UTF-8

_SUMMARY: Final = 300  # characters of what a lock screen shows
#: Bytes around what a card shows: types, version, names of fields, and the summary, of which a
#: character takes at most four.
_AROUND: Final = 2_000
_LONGEST: Final = 20_000  # characters of a quotation, before it is known what else there is
_FEWEST: Final = 20  # characters of a quotation, or rows of a table, that are always kept
_ROW: Final = 30  # characters that make as much as a table's row
_REPEATED: Final = 8_000  # bytes that the answer yes may carry
_KEPT: Final = 2048  # parts of messages that are remembered
_CUT: Final = text("chat-cut")
_UNREAD: Final = text("teams-thread-unread")


def message(card: Card, voice: Voice, opens: Opens, *, reads_threads: bool = True) -> JSON:
    """Return a message that shows the card; `summary` is what a lock screen shows.

    Of a ticket's own card in a team whose threads we may not read, `reads_threads` is False: the
    card then says that what is written under it without calling us is not recorded.
    """
    return {
        "type": "message",
        "summary": push(card, voice),
        "attachments": [attachment(card, voice, opens, reads_threads=reads_threads)],
    }


def push(card: Card, voice: Voice) -> str:
    return cut(voice.plain(card.push), _SUMMARY)


def attachment(
    card: Card,
    voice: Voice,
    opens: Opens,
    *,
    reads_threads: bool = True,
    in_dialog: bool = False,
) -> JSON:
    """Return the card, cut so that its message is no longer than Teams takes.

    Quotations are cut first, then tables; of what is still too long the last blocks are left out,
    and a line says so.
    """
    pressed = actions(card.buttons, card.menu, card.ticket, voice, opens, in_dialog)
    shown: tuple[Text | Block, ...] = (card.title, *card.blocks) if card.title else card.blocks
    if not reads_threads:
        shown = (*shown, Paragraph(_UNREAD, small=True))
    room = LONGEST_MESSAGE - _AROUND - pressed.weight
    longest = _LONGEST
    parts = _parts(shown, voice, opens, longest, in_dialog)
    while (over := sum(map(_WEIGHT, parts)) > room) and longest > _FEWEST:
        longest = longest * 2 // 3
        parts = _parts(shown, voice, opens, longest, in_dialog)
    made = _fitting(parts, room, voice) if over else list(map(_MADE, parts))
    if not any(map(_ELEMENTS, made)):  # Teams takes no card that shows nothing
        made = [sentence(card.push, voice)]
    return sealed(made, pressed.made, voice)


def question(said: Text, carried: JSON, voice: Voice) -> JSON:
    """Return a message that asks a person, with one button that does it all the same.

    A yes that carries too much (it repeats what was typed) is not offered.
    """
    made = sentence(said, voice)
    pressed = [yes(carried, voice)] if may_carry(carried) else []
    summary = cut(voice.plain(said), _SUMMARY)
    return {
        "type": "message",
        "summary": summary,
        "attachments": [sealed([made], pressed, voice)],
    }


def may_carry(carried: JSON) -> bool:
    """Tell whether the answer yes may repeat so much."""
    return weight(carried) <= _REPEATED


def sealed(parts: list[Made], pressed: list[JSON], voice: Voice) -> JSON:
    """Return elements and actions as the attachment of a message or of a dialog."""
    card: JSON = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "lang": voice.language,
        "body": list(chain.from_iterable(map(_ELEMENTS, parts))),
    }
    if pressed:
        card["actions"] = pressed
    card["msteams"] = {"width": "full"}
    if any(map(_CALLS, parts)):
        calls = {call["text"]: call for part in parts for call in part.calls}
        card["msteams"]["entities"] = list(calls.values())
    return {"contentType": CONTENT_TYPE, "content": card}


class _Part(NamedTuple):
    """Pieces of a message, which many messages share and nobody changes."""

    made: Made
    weight: int  #: bytes that they take as JSON


_ELEMENTS: Final = itemgetter(0)
_CALLS: Final = itemgetter(1)
_MADE: Final = itemgetter(0)
_WEIGHT: Final = itemgetter(1)


def _parts(
    shown: tuple[Text | Block, ...], voice: Voice, opens: Opens, longest: int, in_dialog: bool
) -> list[_Part]:
    # only a quotation needs its place: its names are its own in the card
    return [
        _with_button(each, voice, opens, in_dialog)
        if type(each) is Paragraph and each.button is not None
        else _part(each, voice, longest, place if type(each) is Quote else 0)
        for place, each in enumerate(shown)
    ]


@lru_cache(maxsize=_KEPT)
def _part(shown: Text | Block, voice: Voice, longest: int, place: int) -> _Part:
    """Return the elements of a title or of a block of a card.

    They are remembered: a card is drawn anew whenever its ticket changes, and most of it is as it
    was.
    """
    if isinstance(shown, Text):
        return _weighed(Made([title(shown, voice)]))
    return _weighed(block(shown, voice, longest, place))


@lru_cache(maxsize=_KEPT)
def _with_button(shown: Paragraph, voice: Voice, opens: Opens, in_dialog: bool) -> _Part:
    """Return a sentence with its button beside it, which takes what it needs of the width."""
    assert shown.button is not None  # noqa: S101 - only such are shown so
    made = sentence(shown.said, voice)
    pressed = action(shown.button, None, voice, opens, in_dialog)
    columns = [
        {"type": "Column", "width": "stretch", "items": made.elements},
        {
            "type": "Column",
            "width": "auto",
            "verticalContentAlignment": "Center",
            "items": [{"type": "ActionSet", "actions": [pressed]}],
        },
    ]
    return _weighed(Made([{"type": "ColumnSet", "columns": columns}], made.calls))


def _weighed(made: Made) -> _Part:
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
        case Chart():
            return Made([chart(shown, voice)])


def _table(
    head: tuple[Text, ...], rows: tuple[tuple[Text, ...], ...], voice: Voice, longest: int
) -> list[JSON]:
    most = max(longest // _ROW, 1)
    made = [table(head, rows[:most], voice)] if rows else []
    left = len(rows) - most
    if left <= 0:
        return made
    return [*made, *sentence(text("chat-rows-left", count=left), voice, SMALL).elements]


def _fitting(parts: list[_Part], room: int, voice: Voice) -> list[Made]:
    """Return the first parts, as many as there is room for, and a line that there were more."""
    ending = sentence(_CUT, voice, SMALL)
    room -= weight(ending.elements)
    used = accumulate(map(_WEIGHT, parts))
    kept = [part.made for part, all_before in zip(parts, used, strict=True) if all_before <= room]
    return [*kept, ending]
