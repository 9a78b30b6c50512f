"""What a tag is, and how it is kept: folded, so that Refund and ＲＥＦＵＮＤ are one. Pure."""

import re
import unicodedata
from typing import Final

_TAG: Final = re.compile(r"\w[\w-]{0,39}")
_SIGNED: Final = re.compile(r"[#＃](?=\S)")


def tag_of(word: str) -> str | None:
    """Return the tag that a word is, with or without `#` before it; None if it can be none."""
    folded = unicodedata.normalize("NFKC", word).removeprefix("#").casefold()
    # once more: a letter's small form may be two that compose
    tag = unicodedata.normalize("NFKC", folded)
    return tag if _TAG.fullmatch(tag) else None


def tag_in(word: str) -> str | None:
    """Return the tag that a word names by the sign before it, `#refund`."""
    return tag_of(word) if _SIGNED.match(word) else None
