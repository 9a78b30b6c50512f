"""The options of a searched choice that fit what a person has typed so far."""

import unicodedata
from collections.abc import Callable

from chatops.card import Choice
from chatops.text import Text


def matching(
    choice: Choice, typed: str, plain: Callable[[Text], str], most: int
) -> list[tuple[str, Text]]:
    """Return the first `most` options whose label holds every typed word somewhere.

    Width and case do not matter: an input method may give either.
    """
    wanted = _folded(typed).split()
    found: list[tuple[str, Text]] = []
    for value, label in choice.options:
        said = _folded(plain(label))
        if all(word in said for word in wanted):
            found.append((value, label))
            if len(found) == most:
                break
    return found


def _folded(words: str) -> str:
    return unicodedata.normalize("NFKC", words).casefold()
