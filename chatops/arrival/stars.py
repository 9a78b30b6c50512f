"""A review with few stars is shared at once with the room that its queue names, once for ever."""

from dataclasses import replace
from typing import Final

from chatops.act import Act
from chatops.arrival.gate import Gate
from chatops.event import StarsShared
from chatops.ports import Tx
from chatops.ticket import Ticket

#: Names the rule in the log.
RULE: Final = "low_stars"


def share_stars(tx: Tx, gate: Gate, ticket: Ticket, message: int, act: Act) -> Ticket:
    """Share what a message gave, if it is few stars and the ticket's first so few."""
    few = gate.policy.queue_of(ticket.queue, ticket.account).low_stars
    if few is None or ticket.stars is None or ticket.stars > few.at_most:
        return ticket
    if ticket.shared_stars is not None:
        return ticket
    shared = StarsShared(message, ticket.stars, few.room)
    return gate.apply(tx, ticket, [shared], replace(act, rule=RULE, heard_at=None))
