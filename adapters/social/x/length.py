"""How X counts a text, and what one costs.

A post: weighted characters, at most 280, by twitter-text v3 as X documents it (NFC; most scripts
count 1, Chinese, Japanese, Korean and emoji 2, any link 23). The handles that X itself puts before
a reply are free, and we never send them: what an agent types is what counts. Subscribers of
Premium may write more; the API does not say who is one, so the limit here is everybody's.

A direct message: 10,000 characters, links at their full length.
"""

import unicodedata
from functools import cache
from importlib import import_module
from typing import Any, Final

from chatops.text import Text, text

POST_LIMIT: Final = 280
DM_LIMIT: Final = 10_000

#: US dollars: a reply that holds a link, and one that holds none (docs.x.com, pricing, 2026-08).
LINK_DOLLARS: Final = 0.20
REPLY_DOLLARS: Final = 0.01


def measure(words: str, private: bool) -> int:
    """Return how many characters X counts."""
    return len(words) if private else int(rules().parse_tweet(words).weightedLength)


@cache
def rules() -> Any:  # the package has no types
    """Return twitter-text, loaded when an account on X is opened: it takes a quarter of a second."""
    return import_module("twitter_text")


def limit(private: bool) -> int:
    return DM_LIMIT if private else POST_LIMIT


def warn(words: str, private: bool) -> Text | None:
    """Say what a link in a public reply costs."""
    if private or not links(words):
        return None
    return text("x-link-costs", with_link=LINK_DOLLARS, without=REPLY_DOLLARS)


def links(words: str) -> list[str]:
    """Return the links that X will find in a text, as they are written."""
    return [str(found["url"]) for found in rules().extract_urls_with_indices(words)]


def plain(words: str) -> str:
    """Return a text as it can be compared with what X made of it.

    X puts its short links in, completes what has no scheme, and folds white space at the ends.
    """
    for link in links(words):
        bare = link.split("://", 1)[-1].rstrip("/")
        words = words.replace(link, bare)
    return " ".join(unicodedata.normalize("NFC", words).split())
