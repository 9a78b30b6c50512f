"""Somebody has a ticket, has seen it, or writes an answer to it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    agent: int


@dataclass(frozen=True, slots=True)
class Assigned:
    agent: int
    by: int | None  #: None: by a rule, whose name stands in the log


@dataclass(frozen=True, slots=True)
class Unclaimed:
    agent: int | None  #: None: by a rule, whose name stands in the log


@dataclass(frozen=True, slots=True)
class Read:
    agent: int


@dataclass(frozen=True, slots=True)
class CardAsked:
    """A ticket of a burst is to have a card and a thread of its own."""

    agent: int


@dataclass(frozen=True, slots=True)
class WritingBegan:
    agent: int
    until: datetime
    chat: str | None = None  #: where the form is open


@dataclass(frozen=True, slots=True)
class WritingEnded:
    agent: int


Claiming = Claimed | Assigned | Unclaimed | Read | CardAsked | WritingBegan | WritingEnded
