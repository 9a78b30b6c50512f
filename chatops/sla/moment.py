"""An entry of a ticket's log as its clocks see it, and the clocks themselves. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chatops.event import (
    Absorbed,
    Alerted,
    AnsweredOutside,
    Assigned,
    Breached,
    BreachKnown,
    Claimed,
    ClockKind,
    Closed,
    CustomerDeleted,
    CustomerForgotten,
    CustomerWrote,
    Event,
    HandoverAbandoned,
    HandoverOpened,
    Invited,
    Joined,
    Merged,
    Moved,
    Prioritized,
    Reopened,
    ReplySent,
    Separated,
    Snoozed,
    Tagged,
    TermsChanged,
    Unclaimed,
    Unmerged,
    Untagged,
    WindowClosed,
    Woken,
)
from chatops.sla.clock import Clock
from chatops.sla.terms import SlaTerms
from chatops.ticket import Ticket

#: The events that can move a clock; the others cost nothing.
MOVES: Final = (
    CustomerWrote,
    ReplySent,
    AnsweredOutside,
    Closed,
    CustomerDeleted,
    CustomerForgotten,
    Reopened,
    Breached,
    BreachKnown,
    Alerted,
    Moved,
    Prioritized,
    Tagged,
    Untagged,
    TermsChanged,
    Merged,
    Absorbed,
    Unmerged,
    Separated,
    Snoozed,
    Woken,
    Claimed,
    Joined,
    WindowClosed,
    Invited,
    HandoverOpened,
    HandoverAbandoned,
    Assigned,
    Unclaimed,
)

#: Clocks by kind and cycle.
Clocks = Mapping[tuple[ClockKind, int], Clock]


@dataclass(frozen=True, slots=True)
class Moment:
    """An entry of the log: the event, what it made of the ticket, when, and under which terms."""

    event: Event
    before: Ticket
    after: Ticket
    at: datetime
    terms: SlaTerms
    heard_at: datetime | None = None  #: when the customer wrote, of CustomerWrote


def newest(clocks: Clocks, kind: ClockKind) -> Clock | None:
    """Return the last cycle of a kind."""
    cycles = [cycle for each, cycle in clocks if each is kind]
    return clocks[kind, max(cycles)] if cycles else None


def newest_of_each(clocks: Clocks) -> tuple[Clock, ...]:
    """Return the last cycle of each kind."""
    found = (newest(clocks, kind) for kind in ClockKind)
    return tuple(each for each in found if each is not None)
