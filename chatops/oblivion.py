"""Whether something names a person who asked to be forgotten, and what is left of it. Pure.

A person is known by handles and names, as people write them, and by the networks' ids, as their
bodies hold them. Who was forgotten is kept as a digest under CHATOPS_KEY, which tells nobody and
still recognises the person in an older backup.
"""

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

#: What stands for a name, a handle, or a mention of either.
NOBODY: Final = "—"

#: Shorter than this no name and no text of theirs tells them from anybody else.
_SHORTEST: Final = 2
_TELLING: Final = 6
_ID: Final = 4  #: shorter ids are found only where they stand alone


@dataclass(frozen=True)
class Traces:
    """By what a person is found: all of it, of all their accounts."""

    names: frozenset[str] = frozenset()  #: handles and names
    ids: frozenset[str] = frozenset()  #: external ids of the person and of their messages
    words: frozenset[str] = field(default=frozenset(), repr=False)  #: texts that they wrote

    def __or__(self, other: "Traces") -> "Traces":
        return Traces(self.names | other.names, self.ids | other.ids, self.words | other.words)

    def named_in(self, text: str | None) -> bool:
        """Tell whether a text holds one of the names."""
        return bool(text) and self._name.search(_plain(text or "")) is not None

    def without(self, text: str) -> str:
        """Return a text with nobody in the place of each name."""
        return self._name.sub(NOBODY, unicodedata.normalize("NFC", text))

    def found_in(self, body: bytes | str) -> frozenset[str] | None:
        """Return the strings that a body holds, if one of them is about the person; else None."""
        leaves = frozenset(_leaves(body))
        if not leaves.isdisjoint(self.ids):
            return leaves
        for leaf in leaves:
            if self.named_in(leaf) or self._id.search(leaf) or self._quotes(leaf):
                return leaves
        return None

    def _quotes(self, leaf: str) -> bool:
        """Tell whether a text is theirs, a part of it or around it."""
        said = _squashed(leaf)
        return len(said) >= _TELLING and any(said in each or each in said for each in self._said)

    @cached_property
    def _said(self) -> Sequence[str]:
        squashed = (_squashed(each) for each in self.words)
        return [each for each in squashed if len(each) >= _TELLING]

    @cached_property
    def _name(self) -> re.Pattern[str]:
        names = {_plain(name).strip().removeprefix("@") for name in self.names}
        return _any_of(name for name in names if len(name) >= _SHORTEST)

    @cached_property
    def _id(self) -> re.Pattern[str]:
        return _any_of(each for each in self.ids if len(each) >= _ID)


def digest(key: str, channel: str, external_id: str) -> str:
    """Return what recognises a customer under one key of CHATOPS_KEY, and tells nobody."""
    said = f"{channel}\0{external_id}".encode()
    return hmac.new(key.strip().encode(), said, hashlib.sha256).hexdigest()


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return what finds one of the words, whole where Latin letters or digits would go on."""
    patterns = [
        (r"(?<![a-z0-9_])" if word[0].isascii() else "")
        + re.escape(word)
        + (r"(?![a-z0-9_])" if word[-1].isascii() else "")
        for word in sorted(words, key=len, reverse=True)
    ]
    return re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _squashed(text: str) -> str:
    return " ".join(_plain(text).split()).removesuffix("…").strip()


def _leaves(body: bytes | str) -> Iterator[str]:
    """Yield every string, key and number of a JSON body; of any other, the whole."""
    try:
        tree = json.loads(body)
    except ValueError:  # not JSON, or not UTF-8
        yield body if isinstance(body, str) else body.decode("utf-8", "replace")
        return
    waiting: list[Any] = [tree]
    while waiting:
        match waiting.pop():
            case dict() as named:
                waiting += [*named, *named.values()]
            case list() as listed:
                waiting += listed
            case leaf:
                yield str(leaf)
