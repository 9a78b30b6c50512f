"""Texts in Slack's three notations, so that nothing foreign is ever read as markup.

A sentence is said once with invisible signs around people and links, which no foreign words can
hold, and cut at them into pieces. From the pieces follow rich text (blocks: nothing in it is
parsed), plain words (headers, buttons, modals) and mrkdwn (the `text` of a message and small print,
where `& < >` are escaped, which is what Slack asks for: docs.slack.dev/messaging/formatting).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from chatops.scene import Agent
from chatops.text import Hand, Text, Words, say_zoned_time, text

JSON = dict[str, Any]

# Unicode noncharacters: they mean nothing to anybody, so they may mean something to us.
_PERSON, _LINK, _LABEL, _END = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
_SIGNED: Final = re.compile(
    f"{_PERSON}(\\d+){_END}|{_LINK}([^{_LABEL}{_END}]*){_LABEL}([^{_END}]*){_END}"
)
# Control characters that Slack refuses or that turn a line's direction, and our own signs.
_UNFIT: Final = dict.fromkeys(
    [
        *(code for code in range(32) if chr(code) not in "\n\t"),
        0x7F,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xFDD0, 0xFDF0),
    ]
)
NOTHING: Final = "–"  # stands where there are no words: Slack refuses an empty text
#: Characters of foreign words in a sentence: Fluent refuses more than 1,000, and long words are
#: quoted instead.
_IN_A_SENTENCE: Final = 900
_KEPT: Final = 4096  # sentences remembered per language and zone: labels return on every card


@dataclass(frozen=True, slots=True)
class Person:
    """A piece: one of our people, by agent id."""

    agent: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """A piece: a link with its label."""

    url: str
    label: str


Piece = str | Person | Anchor


def only_words(found: tuple[Piece, ...]) -> bool:
    """Tell whether a sentence names no person and holds no link."""
    return all(type(piece) is str for piece in found)


def clean(words: str) -> str:
    """Return foreign words without what cannot be shown; everything visible stays as it is."""
    return words if words.isascii() and words.isprintable() else words.translate(_UNFIT)


def escape(words: str) -> str:
    """Write words for mrkdwn: with these three escaped, no mention or link can be made of them."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(words: str, longest: int) -> str:
    """Cut words to `longest` characters; the last one then is an ellipsis."""
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


_HAND: Final = Hand(
    foreign=lambda words: cut(clean(words), _IN_A_SENTENCE),
    person=lambda mention: f"{_PERSON}{mention.agent}{_END}",
    link=lambda url, label: f"{_LINK}{clean(url)}{_LABEL}{cut(clean(label), 100)}{_END}",
)
_ZONED: Final = replace(_HAND, time=say_zoned_time)


def pieces(said: str) -> tuple[Piece, ...]:
    """Cut a sentence that was said with our signs into words, people and links."""
    found: list[Piece] = []
    end = 0
    for sign in _SIGNED.finditer(said):
        if sign.start() > end:
            found.append(said[end : sign.start()])
        agent, url, label = sign.groups()
        found.append(Person(int(agent)) if agent else Anchor(url, label or url))
        end = sign.end()
    if end < len(said):
        found.append(said[end:])
    return tuple(found)


def plain(words: str) -> JSON:
    """Return a plain text object; `:smile:` stays what was written."""
    return {"type": "plain_text", "text": words, "emoji": False}


class Voice:
    """Says Texts in one language and zone, knowing who of our people is who in Slack.

    What was said is remembered: most of a card is labels, which return on every card. The text
    objects of labels are shared by all messages, which nobody changes.
    """

    def __init__(
        self,
        words: Words,
        language: str,
        zone: ZoneInfo,
        agents: Mapping[int, Agent],
        hand: Hand = _HAND,
    ) -> None:
        self.agents = agents
        self._labels: dict[tuple[str, int], JSON] = {}  #: of sentences without values
        self._headings: dict[str, str] = {}  #: of sentences without values

        @lru_cache(maxsize=_KEPT)
        def say(said: Text) -> tuple[Piece, ...]:
            return pieces(words.say(said, language, zone, hand))

        self._say = say

    def pieces(self, said: Text) -> tuple[Piece, ...]:
        return self._say(said)

    def plain(self, said: Text, longest: int | None = None) -> str:
        """Return the sentence as words that nothing parses."""
        words = self.joined(self._say(said))
        return words if longest is None else cut(words, longest)

    def label(self, said: Text, longest: int) -> JSON:
        """Return a text object for a button, a title or an input's name."""
        if said.args:
            return plain(self.plain(said, longest) or NOTHING)
        known = self._labels.get((said.id, longest))
        if known is None:
            known = self._labels[said.id, longest] = plain(self.plain(said, longest) or NOTHING)
        return known

    def heading(self, said: Text) -> str:
        """Return a sentence in bold before what it heads, as mrkdwn."""
        if said.args:
            return self._heading(said)
        known = self._headings.get(said.id)
        if known is None:
            known = self._headings[said.id] = self._heading(said)
        return known

    def _heading(self, said: Text) -> str:
        return f"*{self.mrkdwn(text('label', label=said))}* "

    def joined(self, found: tuple[Piece, ...]) -> str:
        """Return pieces as words that nothing parses."""
        if len(found) == 1 and type(found[0]) is str:  # most are so
            return found[0]
        return "".join([self._plainly(piece) for piece in found])

    def marked(self, found: tuple[Piece, ...]) -> str:
        """Return pieces as mrkdwn."""
        if len(found) == 1 and type(found[0]) is str:
            return escape(found[0])
        return "".join([self._marked(piece) for piece in found])

    def elements(self, found: tuple[Piece, ...], style: JSON | None = None) -> list[JSON]:
        """Return pieces as elements of a rich text section, in which nothing is parsed."""
        if style is None and len(found) == 1 and type(found[0]) is str:
            return [{"type": "text", "text": found[0]}]
        return [self._element(piece, style) for piece in found or (NOTHING,)]

    def mrkdwn(self, said: Text) -> str:
        return self.marked(self._say(said))

    def rich(self, said: Text, style: JSON | None = None) -> list[JSON]:
        return self.elements(self._say(said), style)

    def _plainly(self, piece: Piece) -> str:
        match piece:
            case str():
                return piece
            case Person(agent):
                return self._name(agent)
            case Anchor(_, label):
                return label

    def _marked(self, piece: Piece) -> str:
        match piece:
            case str():
                return escape(piece)
            case Person(agent):
                user = self._user(agent)
                return f"<@{user}>" if user else escape(self._name(agent))
            case Anchor(url, label):
                # Slack ends the address at the first bar.
                return f"<{escape(url).replace('|', '%7C')}|{escape(label)}>"

    def _element(self, piece: Piece, style: JSON | None) -> JSON:
        element: JSON
        match piece:
            case str():
                element = {"type": "text", "text": piece}
            case Person(agent):
                user = self._user(agent)
                element = (
                    {"type": "user", "user_id": user}
                    if user
                    else {"type": "text", "text": self._name(agent)}
                )
            case Anchor(url, label):
                element = {"type": "link", "url": url, "text": label}
        if style:
            element["style"] = style
        return element

    def _user(self, agent: int) -> str | None:
        known = self.agents.get(agent)
        return (known.identities or {}).get("slack") if known else None

    def _name(self, agent: int) -> str:
        known = self.agents.get(agent)
        return known.public_name if known else f"#{agent}"


class Voices:
    """Voices by language and zone, and by whether they name the zone."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._voices: dict[tuple[str, str, bool], Voice] = {}

    def of(
        self, language: str, zone: str, agents: Mapping[int, Agent], home: str | None = None
    ) -> Voice:
        """Return the voice, the same one as long as our people are the same.

        Where what it tells belongs to another zone, `home`, it says in which its times are.
        """
        named = home not in {None, zone}
        voice = self._voices.get((language, zone, named))
        if voice is None or (voice.agents is not agents and voice.agents != agents):
            hand = _ZONED if named else _HAND
            voice = Voice(self._words, language, ZoneInfo(zone), agents, hand)
            self._voices[language, zone, named] = voice
        voice.agents = agents  # the next time, a glance tells that they are the same
        return voice
