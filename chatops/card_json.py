"""Cards as JSON: a finished card (a digest, an account's alert) waits in the outbox as such.

Values keep their type by a one-letter tag, so that a day, an instant and a word stay what they are.
"""

from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, Final

import orjson

from chatops.card import (
    Button,
    Card,
    Chart,
    Facts,
    Paragraph,
    Quote,
    Series,
    Shape,
    Style,
    Table,
)
from chatops.text import Link, Mention, Summons, Text

_KINDS: Final = {
    kind.__name__: kind
    for kind in (
        *(Card, Button, Paragraph, Quote, Facts, Table, Chart, Series),
        *(Text, Mention, Summons, Link),
    )
}
_NAMED: Final = {each.value: each for each in (*Style, *Shape)}


def dump_card(card: Card) -> str:
    """Return a card as JSON."""
    return orjson.dumps(_dump(card)).decode()


def load_card(body: str) -> Card:
    """Return the card that `dump_card` wrote."""
    card = _load(orjson.loads(body))
    if not isinstance(card, Card):
        raise ValueError("not a card")
    return card


def _dump(value: object) -> object:
    match value:
        case Enum():
            return {"e": value.value}
        case datetime():
            return {"t": value.isoformat()}
        case date():
            return {"d": value.isoformat()}
        case timedelta():
            return {"s": value.total_seconds()}
        case Text() | Button():  # tuples with names
            return _named(value, value._fields)
        case tuple():
            return [_dump(each) for each in value]
        case _ if is_dataclass(value):
            return _named(value, [each.name for each in fields(value)])
        case _:
            return value


def _named(value: object, names: Iterable[str]) -> object:
    return {"k": type(value).__name__, "v": {name: _dump(getattr(value, name)) for name in names}}


def _load(value: Any) -> Any:  # JSON has no narrower type
    match value:
        case list():
            return tuple(_load(each) for each in value)
        case {"k": kind, "v": named}:
            return _KINDS[kind](**{name: _load(each) for name, each in named.items()})
        case {"e": name}:
            return _NAMED[name]
        case {"t": instant}:
            return datetime.fromisoformat(instant)
        case {"d": day}:
            return date.fromisoformat(day)
        case {"s": seconds}:
            return timedelta(seconds=seconds)
        case _:
            return value
