"""Where a clock's alerts go: a warning to who has the ticket, a breach to all rooms at the same moment,
what goes on to the managers. Used by `follow` alone.
"""

from collections.abc import Sequence

from chatops.act import Act
from chatops.effect import AlertAgain, AlertBreach, AlertDueSoon
from chatops.policy import Policy
from chatops.ports import NewDelivery, Tx, Urgency, What
from chatops.scene import Agent
from chatops.ticket import Ticket


def lane(ticket: int, room: str) -> str:
    """Return the order key of everything about a ticket in one room."""
    return f"{ticket}:{room}"


def alert(
    tx: Tx,
    policy: Policy,
    ticket: Ticket,
    entry: int,
    effect: AlertBreach | AlertAgain | AlertDueSoon,
    act: Act,
) -> None:
    """Write the alerts that an entry of the log asks for."""
    queue = policy.queue_of(ticket.queue, ticket.account)
    match effect:
        case AlertBreach():
            _put(tx, ticket, (*queue.rooms, queue.managers_room), entry, act)
        case AlertAgain():
            _put(tx, ticket, (queue.managers_room,), entry, act)
        case AlertDueSoon():
            if (room := _warned_in(tx, policy, ticket)) is None:
                _put(tx, ticket, queue.rooms, entry, act)
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


def _put(tx: Tx, ticket: Ticket, rooms: Sequence[str], entry: int, act: Act) -> None:
    """Put an alert into each of the rooms once, beside the cards and before all else."""
    for room in dict.fromkeys(rooms):
        alert = NewDelivery(
            What.ALERT,
            room,
            f"alert:{lane(ticket.id, room)}",
            Urgency.ALERT,
            act.marks(),
            ticket=ticket.id,
            entry=entry,
        )
        tx.deliver(alert, act.due)


def _warned_in(tx: Tx, policy: Policy, ticket: Ticket) -> str | None:
    """Return the room in whose thread the assignee hears that a clock is due soon.

    None: nobody has the ticket, or who has it is off shift, or it has no thread yet.
    """
    holder = next((each for each in tx.agents() if each.id == ticket.assignee), None)
    if holder is None or holder.away:
        return None
    return near(holder, policy, tx.rooms_of(ticket.id))
