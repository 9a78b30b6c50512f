"""What a search goes by: the tokens of a text, and what a query asks of them. Pure.

A text is normalized (NFKC, without case) and cut into runs of letters and digits. A run in a script
that writes words apart is one token. Chinese, Japanese and Korean are written without spaces, so
a run of theirs becomes its overlapping pairs of letters, and its last letter: whatever two letters
stand side by side are then one token, and every letter begins one. Who keeps the tokens may stem
words in Latin script; it does so to both sides.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

#: Han with its iteration marks, kana with the long-vowel mark, bopomofo, hangul.
_CJK: Final = (
    "\u1100-\u11ff\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN: Final = re.compile(rf"([{_CJK}]+)|[^\W_{_CJK}]+")

#: A query of more tokens is cut: nobody remembers so many words, and each costs a look.
MOST: Final = 32


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that must stand one after the other; the last may be the beginning of one."""

    tokens: tuple[str, ...]
    is_open: bool = False


def tokens(text: str) -> Iterator[str]:
    """Give a text's tokens, in their order."""
    for run in _RUN.finditer(_plain(text)):
        if run[1] is None:
            yield run[0]
        else:
            yield from _pairs(run[0])
            yield run[0][-1]


def sought(query: str) -> tuple[Phrase, ...]:
    """Return what must all be found, each thing once; nothing if the query has no letter.

    A single letter of Chinese, Japanese or Korean is sought wherever it stands.
    """
    found: dict[Phrase, None] = {}
    room = MOST
    for run in _RUN.finditer(_plain(query)):
        if room <= 0:
            break
        words = (run[0],) if run[1] is None or len(run[0]) == 1 else tuple(_pairs(run[0]))[:room]
        phrase = Phrase(words, is_open=run[1] is not None and len(run[0]) == 1)
        if phrase not in found:
            found[phrase] = None
            room -= len(words)
    return tuple(found)


def name_key(name: str) -> str:
    """Return what is the same for a name or handle however it is typed; "" if it says nothing."""
    return " ".join(_plain(name).strip().removeprefix("@").split())


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))
