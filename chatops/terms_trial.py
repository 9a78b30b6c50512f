"""What the promises at hand would make of open clocks. Pure; nothing is changed.

Each ticket's clocks are folded once more, as the service does when it takes up a changed app.yaml.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nlargest
from typing import Final

from chatops.event import ClockKind, TermsChanged
from chatops.sla import Clock, Clocks, Moment, SlaTerms, advance
from chatops.ticket import Ticket

#: So many clocks are named, those that move most.
NAMED: Final = 10

#: What becomes of a clock: `STILL` has no due time before or after, and is held to another target.
KEPT, EARLIER, LATER, DROPPED, STILL = "kept", "earlier", "later", "dropped", "still"


@dataclass(frozen=True, slots=True)
class Move:
    """A clock that would be due at another time."""

    ticket: int
    kind: ClockKind
    was: datetime
    would_be: datetime

    @property
    def by(self) -> timedelta:
        """By how much later; negative is earlier."""
        return self.would_be - self.was


@dataclass
class TermsTrial:
    """Promises tried on one ticket after the other."""

    terms: SlaTerms
    clocks: int = 0
    moves: list[Move] = field(default_factory=list)  #: those that move most, of all so far
    _counted: Counter[tuple[ClockKind, str]] = field(default_factory=Counter)

    def add(self, ticket: Ticket, clocks: Clocks, now: datetime) -> None:
        """Hold a ticket's open clocks to the promises, as of `now`."""
        changed = Moment(TermsChanged(), ticket, ticket, now, self.terms)
        after = advance(clocks, changed, lambda _other: {})
        for key, clock in clocks.items():
            if clock.outcome is None and not clock.kind.is_watch:
                self._count(ticket.id, clock, after[key])
        self.moves = nlargest(NAMED, self.moves, key=lambda move: abs(move.by))

    def count(self, kind: ClockKind, what: str) -> int:
        """Return how many clocks of a kind would be `KEPT`, `EARLIER` …"""
        return self._counted[kind, what]

    @property
    def kept(self) -> int:
        """How many clocks keep their due time."""
        return sum(self._counted[kind, KEPT] for kind in ClockKind)

    def _count(self, ticket: int, was: Clock, would_be: Clock) -> None:
        self.clocks += 1
        self._counted[was.kind, self._what(ticket, was, would_be)] += 1

    def _what(self, ticket: int, was: Clock, would_be: Clock) -> str:
        if would_be.outcome is not None:
            return DROPPED
        if was.due_at is None or would_be.due_at is None:
            same = (was.target_s, was.extra_s) == (would_be.target_s, would_be.extra_s)
            return KEPT if same else STILL
        if was.due_at == would_be.due_at:
            return KEPT
        move = Move(ticket, was.kind, was.due_at, would_be.due_at)
        self.moves.append(move)
        return LATER if move.by > timedelta() else EARLIER
