"""The part of a text that shows why a search found it. Pure.

Letters are compared as people read them: by NFKD and without case, so that ＲＥＦＵＮＤ and a half-width
ｶﾞ are found as `refund` and ガ; what is cut out keeps its own letters.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

#: Characters of an excerpt, and how many of them stand before the found words.
LONGEST: Final = 120
_BEFORE: Final = 30

#: A stemmed search finds "refunded" by "refunds": so many first letters are what they share.
_FEWEST_SHARED: Final = 4
_ENDING: Final = 3

_WORD: Final = re.compile(r"\w+")


def has_letters(said: str) -> bool:
    """Tell whether a query holds a letter or a digit: signs and emoji find nothing."""
    return _WORD.search(unicodedata.normalize("NFKC", said)) is not None


def is_too_short(said: str) -> bool:
    """Tell whether a query is single letters only: they stand in nearly every message.

    A single digit may be a ticket's number.
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", said))
    return all(len(word) == 1 and not word.isdecimal() for word in words)


def around(words: str, said: str) -> str:
    """Return one line of `words` that shows what `said` asked for, or else their beginning."""
    line = " ".join(words.split())
    start = max(_found(line, said) - _BEFORE, 0)
    if start + LONGEST >= len(line):
        start = max(len(line) - LONGEST, 0)
    end = start + LONGEST
    before, after = "…" if start else "", "…" if end < len(line) else ""
    return f"{before}{line[start:end]}{after}"


def _found(line: str, said: str) -> int:
    """Return where the first of the words that were asked for stands; 0 if none is seen."""
    folded, places = _folded(line)
    for word in _WORD.findall(unicodedata.normalize("NFKC", said)):
        sought, _ = _folded(word)
        stem = sought[: max(len(sought) - _ENDING, _FEWEST_SHARED)]
        for each in (sought, stem):
            if (at := folded.find(each)) >= 0:
                return places[at]
    return 0


def _folded(words: str) -> tuple[str, Sequence[int]]:
    """Return words as they are compared, and for each of their letters where it came from."""
    letters: list[str] = []
    places: list[int] = []
    for at, letter in enumerate(words):
        for one in unicodedata.normalize("NFKD", letter).casefold():
            letters.append(one)
            places.append(at)
    return "".join(letters), places
