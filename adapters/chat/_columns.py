"""How much room words take on a screen: what decides whether a table fits a phone. Pure."""

import unicodedata


def width(words: str) -> int:
    """Return how many columns words take: Chinese, Japanese and Korean characters take two."""
    if words.isascii():
        return len(words)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in words
    )


def has_digit(words: str) -> bool:
    return any(map(str.isdigit, words))
