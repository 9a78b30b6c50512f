"""What a typed name means: a queue, a macro, a colleague. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TypeVar

from chatops.text import Value, text
from chatops.ticket import Refusal

T = TypeVar("T")


def folded(name: str) -> str:
    """Return a name as names are compared: without case, wide letters and double blanks."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def look_up(
    word: str, known: Mapping[str, T], what: str, field: str, /, **told: Value
) -> T | Refusal:
    """Return what is called so among `known`, whose keys are names as people write them.

    Another word is refused with the nearest name (`unknown-<what>-near` in the .ftl files), or where
    none is near with what is `told` (`unknown-<what>`); `field` is the form's field at fault.
    """
    names = {folded(name): name for name in known}
    wanted = folded(word)
    if wanted in names:
        return known[names[wanted]]
    if near := get_close_matches(wanted, names, 1):
        return Refusal(text(f"unknown-{what}-near", name=word, near=names[near[0]]), field=field)
    return Refusal(text(f"unknown-{what}", name=word, **told), field=field)


def queue_among(word: str, names: Sequence[str]) -> str | Refusal:
    """Return the queue of that name, or refuse with all that could be meant."""
    known = tuple(text("words", words=name) for name in names)
    return look_up(word, {name: name for name in names}, "queue", "queue", known=known)
