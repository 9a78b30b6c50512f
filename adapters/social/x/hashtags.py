"""Hashtags that open tickets: how app.yaml writes them, and the query that finds them. Pure.

A hashtag is letters, marks, digits and a few signs, at least one letter or mark among them; capitals
make no difference (twitter-text 3, `validHashtag`). The query is X's own (docs.x.com,
x-api/posts/search/integrate/build-a-query).
"""

import unicodedata
from collections.abc import Sequence
from typing import Final

#: Characters of a query on a self-serve plan, and on an enterprise plan (docs.x.com,
#: x-api/posts/search/introduction).
LONGEST: Final = {"self-serve": 512, "enterprise": 4096}

#: The longest handle that X gives out.
_ANY_HANDLE: Final = "x" * 15

#: What a hashtag may hold beside letters, marks and digits: the low line, joiners, and signs that
#: stand within words of Hebrew, Catalan, Tibetan and Japanese (twitter-text, `hashtagSpecialChars`).
_SIGNS: Final = frozenset(
    "_\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\xb7"
)


def hashtag(written: str) -> str:
    """Return a hashtag as it was written, without its sign.

    Raises:
        ValueError: X would not take it for one; says what to write.
    """
    if written.startswith(("#", "＃")):
        raise ValueError(f"write {written[1:] or 'the word'} without its {written[0]}")
    kinds = [unicodedata.category(sign)[0] for sign in written]
    stray = [
        sign
        for sign, kind in zip(written, kinds, strict=True)
        if not (kind in "LM" or unicodedata.category(sign) == "Nd" or sign in _SIGNS)
    ]
    if stray:
        raise ValueError(f'a hashtag ends before "{stray[0]}": letters, digits and _ only')
    if not {"L", "M"} & set(kinds):
        raise ValueError("a hashtag needs a letter")
    return written


def distinct(hashtags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the hashtags.

    Raises:
        ValueError: X would take two of them for the same.
    """
    seen: set[str] = set()
    for each in hashtags:
        if (folded := unicodedata.normalize("NFKC", each).casefold()) in seen:
            raise ValueError(f"{each} is there already; capitals make no difference")
        seen.add(folded)
    return hashtags


def query(hashtags: Sequence[str], handle: str) -> str:
    """Return what finds posts with any of the hashtags, but reposts and our own posts."""
    either = " OR ".join(f"#{each}" for each in hashtags)
    return f"({either}) -is:retweet -from:{handle}"


def excess(hashtags: Sequence[str], tier: str) -> int:
    """Return by how many characters the query is too long for the plan, whatever our handle is."""
    return max(0, len(query(hashtags, _ANY_HANDLE)) - LONGEST[tier])
