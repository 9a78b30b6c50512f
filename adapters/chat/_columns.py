"""How much room words take on a screen: what decides whether a table fits a phone. Pure."""

import unicodedata


def width(words: str, *, ambiguous: int = 1) -> int:
    """Return how many columns words take: Chinese, Japanese and Korean characters take two.

    `ambiguous` is what a sign takes that is wide in some fonts, such as a bar.
    """
    if words.isascii():
        return len(words)
    return sum(0 if unicodedata.combining(char) else _of(char, ambiguous) for char in words)


def _of(char: str, ambiguous: int) -> int:
    match unicodedata.east_asian_width(char):
        case "W" | "F":
            return 2
        case "A":
            return ambiguous
        case _:
            return 1


def has_digit(words: str) -> bool:
    return any(map(str.isdigit, words))
