"""Every word that people may type for a command, a choice or a field, in all languages at once. Pure.

The words stand in the .ftl files: `name-<command>`, `word-<value>` and `word-<field>`, a list each.
They are folded by NFKC and case, so that an input method's wide letters are as good as narrow ones.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from chatops.text import LANGUAGES, Text, Words

_LISTING: Final = re.compile(r"[,、]")
_NO_ZONE: Final = ZoneInfo("UTC")  # names and words hold no times


@lru_cache(maxsize=16)
def command_names(words: Words) -> Mapping[str, str]:
    """Return the commands' names by every word that stands for one, in any language."""
    names = [id.removeprefix("name-") for id in words.ids("en") if id.startswith("name-")]
    return {said: name for name in names for said in (name, *_said_in_all(f"name-{name}", words))}


def command_name(word: str, words: Words) -> str:
    """Return the name in the code that a word stands for, or the folded word itself."""
    said = folded(word).casefold()
    return command_names(words).get(said, said)


@lru_cache(maxsize=64)
def vocabulary(choices: type[StrEnum], words: Words) -> Mapping[tuple[str, ...], str]:
    """Return the values of an enum by the words that stand for them."""
    return {
        tuple(said.split()): choice.value
        for choice in choices
        for said in (choice.value, *_said_in_all(f"word-{choice.value}", words))
    }


@lru_cache(maxsize=16)
def words_for(field: str, words: Words) -> frozenset[str]:
    """Return the words that stand for a field before a colon."""
    return frozenset(_said_in_all(f"word-{field}", words))


def folded(word: str) -> str:
    """Return a word with its wide and composed letters made plain."""
    return unicodedata.normalize("NFKC", word)


def _said_in_all(id: str, words: Words) -> Iterator[str]:
    for language in LANGUAGES:
        if words.has(id, language):
            for said in _LISTING.split(words.say(Text(id), language, _NO_ZONE)):
                yield folded(said).strip().casefold()
