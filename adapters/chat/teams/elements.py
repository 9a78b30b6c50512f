"""The elements of which cards and dialogs are made: sentences, quotations, facts. Pure.

Whatever people wrote stands in a RichTextBlock, in which nothing is parsed, or in a TextBlock where
Markdown reads it just as it is written. Only who is called by a mention needs a TextBlock.
"""

from typing import Final, NamedTuple

import orjson

from adapters.chat._voice import clean, cut, only_words
from adapters.chat.teams.writing import JSON, Voice, is_plain, run, runs_of
from chatops.text import Text, text

#: Characters of a quotation that are seen before somebody asks for all of it: some fourteen lines
#: of a phone.
FOLDED: Final = 600

BOLD: Final[JSON] = {"weight": "Bolder"}
SMALL: Final[JSON] = {"size": "Small", "isSubtle": True}
ALARM: Final[JSON] = {"weight": "Bolder", "color": "Attention"}
_TITLE: Final[JSON] = {"size": "Medium", "weight": "Bolder"}
_LONGEST_TITLE: Final = 150


class Made(NamedTuple):
    """Elements, and who is called in them: mentions stand beside a card's body."""

    elements: list[JSON]
    calls: tuple[JSON, ...] = ()


def weight(made: object) -> int:
    """Return how many bytes something takes as JSON in UTF-8."""
    return len(orjson.dumps(made))


def rich(runs: list[JSON], **more: object) -> JSON:
    """Return a block of runs, in which nothing is parsed."""
    return {"type": "RichTextBlock", "inlines": runs, **more}


def title(said: Text, voice: Voice) -> JSON:
    """Return a card's title: a heading to who listens, where Markdown leaves it as it is."""
    words = voice.label(said, _LONGEST_TITLE)
    if only_words(voice.pieces(said)):
        if is_plain(words):
            return {"type": "TextBlock", "text": words, "style": "heading", "wrap": True, **_TITLE}
        return rich(runs_of(words, _TITLE))
    return rich(voice.runs(said, _TITLE))


def sentence(said: Text, voice: Voice, style: JSON | None = None) -> Made:
    """Return a sentence of ours; whoever is called in it is called by a mention."""
    found = voice.pieces(said)
    if calls := voice.calls(found):
        marked = {"type": "TextBlock", "text": voice.marked(found), "wrap": True, **(style or {})}
        return Made([marked], tuple(calls))
    return Made([rich(voice.elements(found, style))])


def quotation(words: str, voice: Voice, longest: int, place: int) -> list[JSON]:
    """Return somebody's own words on a ground of their own; beyond `FOLDED`, a press shows all.

    `longest` is how many characters there is room for, and a line says so where the end is missing;
    `place` keeps the names of two quotations in one card apart. Of no words there is none.
    """
    words = clean(words).strip("\n")
    if not words.strip():
        return []
    left = [rich(voice.runs(text("chat-continued"), SMALL))] if len(words) > longest else []
    if min(len(words), longest) <= FOLDED:
        return [_ground([rich(runs_of(cut(words, longest))), *left])]
    names = [f"{part}{place}" for part in ("short", "whole", "more", "less")]
    short, whole, more, less = names
    return [
        _ground(
            [
                rich(runs_of(cut(words, FOLDED)), id=short),
                rich(runs_of(cut(words, longest)), id=whole, isVisible=False),
                _turn(text("teams-show-all"), names, voice, id=more),
                _turn(text("teams-show-less"), names, voice, id=less, isVisible=False),
                *left,
            ]
        )
    ]


def _ground(items: list[JSON]) -> JSON:
    return {"type": "Container", "style": "emphasis", "items": items}


def _turn(said: Text, names: list[str], voice: Voice, **more: object) -> JSON:
    turn = {
        "type": "Action.ToggleVisibility",
        "title": voice.plain(said),
        "targetElements": names,
    }
    return {"type": "ActionSet", "actions": [turn], **more}


def facts(pairs: tuple[tuple[Text, Text], ...], voice: Voice) -> Made:
    """Return the facts in two columns, or one in a line where Markdown would change one."""
    shown = [(voice.plain(label), voice.plain(value)) for label, value in pairs]
    if all(
        only_words(voice.pieces(value)) and is_plain(name) and is_plain(words)
        for (_, value), (name, words) in zip(pairs, shown, strict=True)
    ):
        listed = [
            {"title": voice.label(label, 100), "value": voice.label(value, 1_000)}
            for label, value in pairs
        ]
        return Made([{"type": "FactSet", "facts": listed}])
    lines = [
        rich([run(f"{name}  ", BOLD), *voice.runs(value)], spacing="None" if place else "Default")
        for place, ((_, value), (name, _)) in enumerate(zip(pairs, shown, strict=True))
    ]
    return Made(lines)
