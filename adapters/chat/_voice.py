"""A sentence cut into words, people and links, so that nothing foreign is ever read as markup.

It is said once with invisible signs around people and links, which no foreign words can hold, and
cut at them. What a chat makes of the pieces is its own: each has a Voice that says them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from chatops.scene import Agent
from chatops.text import Hand, Text, Words, say_zoned_time

_KEPT: Final = 4096  # sentences remembered per language and zone: labels return on every card

# Unicode noncharacters: they mean nothing to anybody, so they may mean something to us.
_PERSON, _LINK, _LABEL, _END = "\ufdd0", "\ufdd1", "\ufdd2", "\ufdd3"
_SIGNED: Final = re.compile(
    f"{_PERSON}(\\d+){_END}|{_LINK}([^{_LABEL}{_END}]*){_LABEL}([^{_END}]*){_END}"
)
# Control characters that chats refuse or that turn a line's direction, and our own signs.
_UNFIT: Final = dict.fromkeys(
    [
        *(code for code in range(32) if chr(code) not in "\n\t"),
        0x7F,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xFDD0, 0xFDF0),
    ]
)
NOTHING: Final = "–"  #: stands where there are no words: chats refuse an empty text
#: Characters of foreign words in a sentence: Fluent refuses more than 1,000, and long words are
#: quoted instead.
_IN_A_SENTENCE: Final = 900


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


def cut(words: str, longest: int) -> str:
    """Cut words to `longest` characters; the last one then is an ellipsis."""
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


HAND: Final = Hand(
    foreign=lambda words: cut(clean(words), _IN_A_SENTENCE),
    person=lambda mention: f"{_PERSON}{mention.agent}{_END}",
    link=lambda url, label: f"{_LINK}{clean(url)}{_LABEL}{cut(clean(label), 100)}{_END}",
)
ZONED: Final = replace(HAND, time=say_zoned_time)


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


class Voice:
    """Says Texts in one language and zone, knowing who of our people is who in one chat.

    What was said is remembered: most of a card is labels, which return on every card.
    """

    chat: ClassVar[str]

    def __init__(
        self,
        words: Words,
        language: str,
        zone: ZoneInfo,
        agents: Mapping[int, Agent],
        hand: Hand = HAND,
    ) -> None:
        self.agents = agents

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

    def joined(self, found: tuple[Piece, ...]) -> str:
        """Return pieces as words that nothing parses."""
        if len(found) == 1 and type(found[0]) is str:  # most are so
            return found[0]
        return "".join([self._plainly(piece) for piece in found])

    def user(self, agent: int) -> str | None:
        """Return the id in the chat of one of our people, if we know one."""
        known = self.agents.get(agent)
        return (known.identities or {}).get(self.chat) if known else None

    def name(self, agent: int) -> str:
        known = self.agents.get(agent)
        return known.public_name if known else f"#{agent}"

    def _plainly(self, piece: Piece) -> str:
        match piece:
            case str():
                return piece
            case Person(agent):
                return self.name(agent)
            case Anchor(_, label):
                return label


V = TypeVar("V", bound=Voice)


class Voices(Generic[V]):
    """A chat's voices by language and zone, and by whether they name the zone."""

    def __init__(self, words: Words, make: Callable[..., V]) -> None:
        self._words = words
        self._make = make
        self._voices: dict[tuple[str, str, bool], V] = {}

    def of(
        self, language: str, zone: str, agents: Mapping[int, Agent], home: str | None = None
    ) -> V:
        """Return the voice, the same one as long as our people are the same.

        Where what it tells belongs to another zone, `home`, it says in which its times are.
        """
        named = home not in {None, zone}
        voice = self._voices.get((language, zone, named))
        if voice is None or (voice.agents is not agents and voice.agents != agents):
            hand = ZONED if named else HAND
            voice = self._make(self._words, language, ZoneInfo(zone), agents, hand)
            self._voices[language, zone, named] = voice
        voice.agents = agents  # the next time, a glance tells that they are the same
        return voice
