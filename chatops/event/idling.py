"""A claim under which nothing happens."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class IdleAsked:
    """Who has the ticket was asked whether they still do; without an answer it is handed back."""

    agent: int
    since: datetime  #: from then on nothing was done about it
    until: datetime  #: when it is handed back


@dataclass(frozen=True, slots=True)
class Kept:
    """Who has the ticket said that it is still theirs."""

    agent: int


#: What becomes of a claim under which nothing happens; its end is Unclaimed, by a rule.
Idling = IdleAsked | Kept
