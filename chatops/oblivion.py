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
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

from chatops.card import Button, Quote
from chatops.card_json import load_card
from chatops.text import Link, Text

#: What stands for a name, a handle, or a mention of either.
NOBODY: Final = "—"

#: A shorter name tells nobody from anybody else.
_SHORTEST: Final = 2
#: A shorter id is one only as a whole, in a field that is called so; a longer one within others too.
_ID: Final = 5
#: A shorter number is an order's or a price as well: among words it is nobody's. (X's have 19 digits.)
_NUMBER: Final = 15
#: What a field is called by that holds an id; in others a short number is none.
_OF_IDS: Final = ("id", "ids", "customer", "thread", "parent")
#: Bytes in UTF-8, where a Japanese letter has three: less than that, others say in the same words.
_TELLING: Final = 24


@dataclass(frozen=True)
class Traces:
    """By what a person is found: all of it, of all their accounts."""

    names: frozenset[str] = frozenset()  #: handles and names
    ids: frozenset[str] = frozenset()  #: external ids of the person and of their messages
    words: frozenset[str] = field(default=frozenset(), repr=False)  #: texts that they wrote
    accounts: frozenset[str] = frozenset()  #: the ids that are their own, and of no message

    def __or__(self, other: "Traces") -> "Traces":
        return Traces(
            self.names | other.names,
            self.ids | other.ids,
            self.words | other.words,
            self.accounts | other.accounts,
        )

    def named_in(self, text: str | None) -> bool:
        """Tell whether a text holds one of the names."""
        return bool(text) and self._name.search(_plain(text or "")) is not None

    def without(self, text: str) -> str:
        """Return a text with nobody in the place of each name, and of each long text of theirs."""
        said = _plain(text)
        less = self._name.sub(NOBODY, self._text.sub(NOBODY, said))
        return text if less == said else less

    def found_in(self, body: bytes | str) -> frozenset[str] | None:
        """Return the strings of those events of a body that are about the person; None without any.

        What stands in no list is about all of the body.
        """
        whole, *events = _events(body)
        if self._is_about(whole):
            return frozenset(leaf.said for event in (whole, *events) for leaf in event)
        found = [event for event in events if self._is_about(event)]
        return frozenset(leaf.said for event in found for leaf in event) if found else None

    def found_in_card(self, body: str) -> bool:
        """Tell whether a card, as `dump_card` writes it, names or quotes the person."""
        return any(self.named_in(said) or self._quotes(said) for said in _foreign(load_card(body)))

    def identify(self, id: str | None) -> bool:
        """Tell whether a network's id, of a thread or a message, is theirs or made of one of theirs."""
        return id is not None and (
            id in self.ids or self._id.search(id) is not None or self.named_in(id)
        )

    def named_by(self, id: str | None) -> bool:
        """Tell whether an id or an address of somebody else's says who the person is.

        That of a thread in which they wrote does not: it is the number of a message.
        """
        return id is not None and (self._account.search(id) is not None or self.named_in(id))

    def _is_about(self, event: "Sequence[_Leaf]") -> bool:
        return any(
            self._is_id(leaf)
            or (not leaf.is_key and (self.named_in(leaf.said) or self._quotes(leaf.said)))
            for leaf in event
        )

    def _is_id(self, leaf: "_Leaf") -> bool:
        if leaf.is_key or leaf.field.casefold().endswith(_OF_IDS):
            return leaf.said in self.ids or self._id.search(leaf.said) is not None
        return leaf.is_text and self._telling_id.search(leaf.said) is not None

    def _quotes(self, leaf: str) -> bool:
        """Tell whether a text holds one of theirs whole, or is a long excerpt of one."""
        said = _squashed(leaf)
        part = said.strip("… ")
        is_excerpt = part != said and _is_telling(part)
        return any(each in said or (is_excerpt and part in each) for each in self._said)

    @cached_property
    def _said(self) -> Sequence[str]:
        squashed = (_squashed(each) for each in self.words)
        return [each for each in squashed if _is_telling(each)]

    @cached_property
    def _text(self) -> re.Pattern[str]:
        longest = sorted(self._said, key=len, reverse=True)
        patterns = (r"\s+".join(re.escape(word) for word in said.split()) for said in longest)
        return re.compile("|".join(patterns) or r"(?!)")

    @cached_property
    def _name(self) -> re.Pattern[str]:
        names = {_plain(name).strip().removeprefix("@") for name in self.names}
        return _any_of(name for name in names if len(name) >= _SHORTEST)

    @cached_property
    def _id(self) -> re.Pattern[str]:
        return _any_of(each for each in self.ids if len(each) >= _ID)

    @cached_property
    def _telling_id(self) -> re.Pattern[str]:
        return _any_of(each for each in self.ids if _is_telling_id(each))

    @cached_property
    def _account(self) -> re.Pattern[str]:
        return _any_of(each for each in self.accounts if _is_telling_id(each))


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
    return " ".join(_plain(text).split())


def _is_telling(squashed: str) -> bool:
    return len(squashed.encode(errors="replace")) >= _TELLING


def _is_telling_id(id: str) -> bool:
    return len(id) >= (_NUMBER if id.isdecimal() else _ID)


class _Leaf(NamedTuple):
    """A string or number of a JSON body."""

    said: str
    field: str  #: by what it is called
    is_key: bool
    is_text: bool


def _events(body: bytes | str) -> list[list[_Leaf]]:
    """Return what stands in no list of a JSON body, then each element of its outermost lists.

    A body that is none is one text.
    """
    try:
        tree = json.loads(body)
    except ValueError:  # not JSON, or not UTF-8
        said = body if isinstance(body, str) else body.decode("utf-8", "replace")
        return [[_Leaf(said, "", is_key=False, is_text=True)]]
    lists: list[tuple[str, Any]] = []
    whole = list(_leaves("", tree, lists))
    return [whole, *(list(_leaves(field, each, None)) for field, each in lists)]


def _leaves(field: str, tree: Any, lists: list[tuple[str, Any]] | None) -> Iterator[_Leaf]:
    """Yield the leaves of a tree; elements of lists are put into `lists` instead, where that is given."""
    waiting: list[tuple[str, Any]] = [(field, tree)]
    while waiting:
        name, value = waiting.pop()
        match value:
            case dict():
                yield from (_Leaf(key, "", is_key=True, is_text=True) for key in value)
                waiting += value.items()
            case list():
                (waiting if lists is None else lists).extend((name, each) for each in value)
            case _:
                yield _Leaf(str(value), name, is_key=False, is_text=isinstance(value, str))


def _foreign(part: object) -> Iterator[str]:
    """Yield the words of a card that are not ours: in its sentences' values, quotes and links."""
    held: Iterable[object]
    match part:
        case Text():
            held = [value for _, value in part.args]
        case Button():
            held = [part.label, part.url, *(value for _, value in part.args)]
        case Link():
            held = [part.url, part.label]
        case Quote():
            held = [part.words]
        case tuple():
            held = part
        case _ if is_dataclass(part):
            values = (getattr(part, each.name) for each in fields(part))
            held = (each for each in values if not isinstance(each, str))
        case _:
            return
    for each in held:
        yield from [each] if isinstance(each, str) else _foreign(each)
