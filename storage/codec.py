"""Events as rows of the log: the class's name, and its fields as JSON.

A field is written as its plain value: an enumeration's value, a time in ISO 8601. It is read by the
field's type, so that a log folds to the very values that made it.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, Final, TypeVar, cast, get_args, get_type_hints

import orjson

from chatops.event import Event

E = TypeVar("E", bound=Event)

_CLASSES: Final[dict[str, type[Event]]] = {event.__name__: event for event in get_args(Event)}


def encode(event: Event) -> tuple[str, str]:
    """Return the event's name and body."""
    name = type(event).__name__
    values = {field: getattr(event, field) for field in _readers(name)}
    return name, orjson.dumps(values).decode()


def decode(name: str, body: str) -> Event:
    """Return the event that `encode` wrote.

    A field that a later version added is absent from an older body and takes its default.

    Raises:
        ValueError: no event has that name, or the body is not one of its.
    """
    if (kind := _CLASSES.get(name)) is None:
        raise ValueError(f"no event is called {name}")
    return read(kind, body)


def read(kind: type[E], body: str) -> E:
    """Return an event of a kind that is known; otherwise like `decode`."""
    made: type[Any] = kind  # which fields a class has that comes by name, no checker can know
    readers = _readers(kind.__name__)
    try:
        values = orjson.loads(body)
        event: E = made(**{field: readers[field](value) for field, value in values.items()})
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"{kind.__name__}: not a body of this event") from error
    return event


@cache
def _readers(name: str) -> dict[str, Callable[[object], object]]:
    hints = get_type_hints(_CLASSES[name])
    return {field.name: _reader(hints[field.name]) for field in fields(_CLASSES[name])}


def _reader(hint: object) -> Callable[[object], object]:
    if isinstance(hint, UnionType):  # X | None is the only union among the fields
        (inner,) = (arg for arg in get_args(hint) if arg is not type(None))
        read = _reader(inner)
        return lambda value: None if value is None else read(value)
    if hint is datetime:
        return lambda value: datetime.fromisoformat(cast(str, value)).astimezone(UTC)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    if hint in {tuple[str, ...], tuple[int, ...]}:
        return lambda value: tuple(cast(list[str | int], value))
    return lambda value: value
