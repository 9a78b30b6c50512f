"""What people did about tickets in a period, and what nobody did: definitions, pure, over rows.

A pick-up is the time from the moment when a ticket was given to somebody, or claimed, to their first
reply while they had it; replies that follow are none, nor is one of somebody else. An escalation is one
by hand or by a stage of a chain. A reply is canned if it was one of its queue's texts, word for word,
when it was asked for, or a macro's. Never answered is what came more than a day before, by the
calendar, and still waited at the period's end for a person's first reply.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import groupby
from typing import Final, NamedTuple

from chatops.calendar import Calendar

#: So old, by the calendar, is what nobody answered.
UNANSWERED_AFTER: Final = timedelta(hours=24)


class What(Enum):
    """What happened to who has a ticket."""

    GIVEN = auto()  #: to the agent, or claimed by them
    LET_GO = auto()
    REPLIED = auto()


class Turn(NamedTuple):
    """One of these, in the order of a ticket's log. A named tuple: a month has hundreds of thousands."""

    ticket: int
    queue: str
    what: What
    agent: int | None  #: who has it, or replied; of a ticket that is let go, who did that
    at: datetime


@dataclass(frozen=True, slots=True)
class PickUp:
    """Who had a ticket replied to it for the first time since it was theirs."""

    ticket: int
    queue: str
    agent: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Escalation:
    """One in the period; a ticket may have several."""

    ticket: int
    at: datetime
    target: str
    level: int  #: 1: the ticket's first one
    agent: int | None  #: None: by a stage of a chain
    note: int | None = None  #: the message that holds the reason


@dataclass(frozen=True, slots=True)
class Handling:
    """The rows of a period."""

    pick_ups: Sequence[PickUp] = ()
    escalations: Sequence[Escalation] = ()
    unanswered: int = 0  #: tickets
    replies: int = 0  #: that went out from here
    canned: int = 0  #: of these, canned ones that nobody changed


def pick_ups(turns: Iterable[Turn], start: datetime, end: datetime) -> list[PickUp]:
    """Return those whose reply lies in [start, end); a ticket's turns stand together, in order."""
    found: list[PickUp] = []
    for _, own in groupby(turns, key=lambda turn: turn.ticket):
        given: Turn | None = None
        for turn in own:
            if turn.what is What.GIVEN:
                given = turn
            elif turn.what is What.LET_GO:
                given = None
            elif given is not None and turn.agent is not None and given.agent == turn.agent:
                if start <= turn.at < end:
                    since = given.at
                    found.append(PickUp(turn.ticket, turn.queue, turn.agent, since, turn.at))
                given = None
    return found


def picked_up(found: Iterable[PickUp]) -> Sequence[int]:
    """Return how long pick-ups took by the calendar."""
    return [int((each.until - each.since).total_seconds()) for each in found]


def worked(
    spans: Iterable[tuple[str, datetime, datetime]], calendar_of: Callable[[str], Calendar]
) -> list[int]:
    """Return the seconds of working time in spans, each of a queue."""
    return [calendar_of(queue).elapsed(since, until) for queue, since, until in spans]


def escalated(escalations: Iterable[Escalation]) -> int:
    """Return how many tickets were escalated."""
    return len({each.ticket for each in escalations})


def by_target(escalations: Iterable[Escalation]) -> Mapping[str, int]:
    """Return the escalations by their target, most first."""
    return _most_first(Counter(each.target for each in escalations))


def by_level(escalations: Iterable[Escalation]) -> Mapping[int, int]:
    """Return the escalations by their level, lowest first."""
    return dict(sorted(Counter(each.level for each in escalations).items()))


def by_hand(escalations: Iterable[Escalation]) -> int:
    """Return how many a person made, with a reason; stages of chains made the others."""
    return sum(each.agent is not None for each in escalations)


def _most_first(counted: Counter[str]) -> Mapping[str, int]:
    return dict(sorted(counted.items(), key=lambda one: (-one[1], one[0])))
