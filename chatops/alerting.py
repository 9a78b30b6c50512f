"""Where a clock's alerts go: a warning to who has the ticket, a breach to all rooms at the same moment,
what goes on to the managers; and few stars to the room that is told of them. Used by `follow`, `storm` and what makes their words.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from chatops.act import Act, Gathered
from chatops.effect import AlertAgain, AlertBreach, AlertDueSoon, AlertEnd, ShareStars
from chatops.event import (
    Alerted,
    AlertLevel,
    Breached,
    ChainEnded,
    Event,
    Priority,
    StarsShared,
)
from chatops.policy import Policy, Queue, Role
from chatops.ports import NewDelivery, Tx, Urgency, What
from chatops.scene import Agent
from chatops.ticket import Ticket

#: Few stars are told so long after the ticket's card, which goes out first, so that they lead to it.
CARDED: Final = timedelta(seconds=3)


def lane(ticket: int, room: str) -> str:
    """Return the order key of everything about a ticket in one room."""
    return f"{ticket}:{room}"


def alert(
    tx: Tx,
    policy: Policy,
    ticket: Ticket,
    event: Event,
    entry: int,
    effect: AlertBreach | AlertAgain | AlertDueSoon | AlertEnd | ShareStars,
    act: Act,
) -> None:
    """Write the alerts that an entry of the log asks for."""
    if isinstance(event, StarsShared):
        # each by itself: it belongs to no clock's list
        _put(tx, event.room, ticket, entry, act, act.due + CARDED)
        return
    assert isinstance(event, Breached | Alerted | ChainEnded)  # noqa: S101 - no other event has these effects
    queue = policy.queue_of(ticket.queue, ticket.account)
    match effect:
        case ShareStars():
            raise AssertionError(f"{event} shares no stars")
        case AlertBreach() | AlertEnd():
            _alert(tx, ticket, (*queue.rooms, *queue.managers_rooms), event, entry, act)
        case AlertAgain():
            is_news = isinstance(event, Alerted) and event.unheard
            rooms = (*queue.rooms, *queue.managers_rooms) if is_news else queue.managers_rooms
            _alert(tx, ticket, rooms, event, entry, act)
        case AlertDueSoon():
            if (room := _warned_in(tx, policy, ticket, event, act.now)) is None:
                _alert(tx, ticket, queue.rooms, event, entry, act)
            else:
                its = lane(ticket.id, room)
                line = NewDelivery(
                    *(What.EVENT, room, its, Urgency.LINE, act.marks()),
                    ticket=ticket.id,
                    entry=entry,
                )
                tx.deliver(line, act.due)


def near(agent: Agent | None, policy: Policy, rooms: Sequence[str]) -> str | None:
    """Return the first room in a chat that an agent uses, else the first of all."""
    used = agent.identities or {} if agent is not None else {}
    known = (policy.rooms[name] for name in rooms if name in policy.rooms)
    return next((room.name for room in known if room.chat in used), next(iter(rooms), None))


def _alert(
    tx: Tx,
    ticket: Ticket,
    rooms: Sequence[str],
    event: Breached | Alerted | ChainEnded,
    entry: int,
    act: Act,
) -> None:
    """Put an alert into each of the rooms once, beside the cards and before all else."""
    for room in dict.fromkeys(rooms):
        one = Gathered(room, ticket, event, entry)
        if act.gathered is None:
            put(tx, one, act)
        else:
            act.gathered.append(one)


def put(tx: Tx, one: Gathered, act: Act) -> None:
    """Put one alert into its room."""
    _put(tx, one.room, one.ticket, one.entry, act, act.due)


def _put(tx: Tx, room: str, ticket: Ticket, entry: int, act: Act, at: datetime) -> None:
    alert = NewDelivery(
        What.ALERT,
        room,
        f"alert:{lane(ticket.id, room)}",
        Urgency.ALERT,
        act.marks(),
        ticket=ticket.id,
        entry=entry,
    )
    tx.deliver(alert, at)


def called(
    agents: Iterable[Agent], queue: Queue, room: str, event: Breached | Alerted | ChainEnded
) -> tuple[int, ...]:
    """Return who an alert calls: a breach the leads in the queue's rooms, a repeat the managers, and
    a chain's end both, each where they are.
    """
    match event:
        case Breached():
            role = Role.LEAD if room in queue.rooms else None
        case ChainEnded():
            role = Role.LEAD if room in queue.rooms else Role.MANAGER
        case Alerted(AlertLevel.DUE_SOON):
            role = None
        case Alerted(unheard=True) if room in queue.rooms:
            role = Role.LEAD
        case Alerted():
            role = Role.MANAGER
    return tuple(each.id for each in agents if role and each.roles.get(queue.name) is role)


def told_as(event: Alerted) -> AlertLevel:
    """Return the level whose words an alert has: of what no room has heard yet, it is no repeat."""
    return AlertLevel.BREACH if event.unheard else event.level


def awake(
    agents: Iterable[Agent], policy: Policy, ticket: Ticket, event: Event, at: datetime
) -> tuple[Agent, ...]:
    """Return whom an alert may call: one in calendar time calls nobody in their quiet hours.

    Its rooms hear of it all the same.
    """
    by_calendar = isinstance(event, Breached | Alerted) and event.clock.by_calendar
    if not by_calendar or ticket.priority is Priority.URGENT:
        return tuple(agents)
    return tuple(each for each in agents if not _rests(policy, each, at))


def _rests(policy: Policy, agent: Agent, at: datetime) -> bool:
    person = policy.people.get(agent.name)
    return person is not None and person.quiet is not None and person.quiet.is_open(at)


def _warned_in(tx: Tx, policy: Policy, ticket: Ticket, event: Event, at: datetime) -> str | None:
    """Return the room in whose thread the assignee hears that a clock is due soon.

    None: nobody has the ticket, or who has it is off shift or rests, or it has no thread yet.
    """
    agents = awake(tx.agents(), policy, ticket, event, at)
    holder = next((each for each in agents if each.id == ticket.assignee), None)
    if holder is None or holder.away:
        return None
    return near(holder, policy, tx.rooms_of(ticket.id))
