"""Who has quiet hours is told once, at their end, of what would have called them in these.

What it was stands in the log. What is answered, or known of, by then calls nobody afterwards, nor
does what called them again since. Used by `timer` alone, in its transaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chatops.act import Act, Gathered
from chatops.alerting import called
from chatops.calendar import Calendar
from chatops.cards.rested_card import rested_card
from chatops.event import Alerted, AlertLevel, Breached, ClockKind, Opened, Prioritized, Priority
from chatops.follow import tell
from chatops.policy import Policy
from chatops.ports import Tx
from chatops.scene import Agent
from chatops.sla import Clock
from chatops.storm import by_due, line
from chatops.ticket import Ticket

#: A process that was down for longer makes nothing up: the lists of what is late have it.
_BACK: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rest:
    """Somebody's quiet hours that are over."""

    since: datetime
    until: datetime


def rest(quiet: Calendar, now: datetime) -> Rest | None:
    """Return the last quiet hours that ended within a day; None while they go on."""
    if quiet.is_open(now):
        return None
    spans = [Rest(*span) for span in quiet.working(now - _BACK, now)]
    return spans[-1] if spans else None


def make_up(tx: Tx, act: Act, *, policy: Policy, agent: Agent, rest: Rest) -> None:
    """Tell an agent alone of what still waits of what came while they rested."""
    found = [
        one
        for id in tx.alerted_in_calendar(rest.since, rest.until)
        if (ticket := tx.ticket(id)) is not None
        for one in _missed(tx, policy, agent, ticket, rest)
    ]
    if not found or not tx.once(f"rest:{agent.id}:{rest.until.isoformat()}", act.now):
        return
    agents = tx.agents()
    lines = [line(one, due, agents) for due, one in by_due(tx, found)]
    tell(tx, agent.id, rested_card(lines, rest.since, rest.until, policy.summons), act)


def _missed(tx: Tx, policy: Policy, agent: Agent, ticket: Ticket, rest: Rest) -> Iterator[Gathered]:
    """Yield the last alert of each open clock that would have called the agent, if that was missed."""
    priority = Priority.NORMAL
    missed: dict[tuple[ClockKind, int], Gathered | None] = {}
    for entry in tx.history(ticket.id):
        match entry.event:
            case Opened() | Prioritized():
                priority = entry.event.priority
            case Breached() | Alerted() as event if _calls(policy, agent, ticket, event):
                is_missed = rest.since <= entry.at < rest.until and priority is not Priority.URGENT
                one = Gathered("", ticket, event, entry.id)
                missed[event.clock, event.cycle] = one if is_missed else None
            case _:
                pass
    for (kind, cycle), clock in tx.clocks(ticket.id).items():
        if (found := missed.get((kind, cycle))) is None or not _still_waits(clock):
            continue
        if clock.breached_at is not None:  # whatever it was then
            found = replace(found, event=Breached(clock.breached_at, kind, cycle))
        yield found


def _calls(policy: Policy, agent: Agent, ticket: Ticket, event: Breached | Alerted) -> bool:
    """Tell whether an alert in calendar time is one that calls the agent by name."""
    if event.superseded or not event.clock.by_calendar:
        return False
    if isinstance(event, Alerted) and event.level is AlertLevel.DUE_SOON:
        return ticket.assignee == agent.id and not agent.away
    queue = policy.queue_of(ticket.queue, ticket.account)
    rooms = (*queue.rooms, *queue.managers_rooms)
    return any(called([agent], queue, room, event) for room in rooms)


def _still_waits(clock: Clock) -> bool:
    return clock.outcome is None and clock.alerted is not AlertLevel.KNOWN
