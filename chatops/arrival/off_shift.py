"""A ticket does not wait for somebody who is off: what calls for work brings it back to the room.

Used where a customer answers and where a ticket wakes, inside the same transaction.
"""

from dataclasses import replace
from typing import Final

from chatops.act import Act
from chatops.event import Unclaimed
from chatops.ledger import apply
from chatops.policy import Policy
from chatops.ports import Tx
from chatops.ticket import Refusal, Ticket

#: Names the rule in the log.
RULE: Final = "off_shift"


def is_away(tx: Tx, agent: int | None) -> bool:
    """Tell whether an assignee is off; a team that never says on or off has nobody who is."""
    return agent is not None and any(each.id == agent and each.away for each in tx.agents())


def to_room(tx: Tx, policy: Policy, ticket: Ticket, act: Act) -> Ticket:
    """Take an unclosed ticket from an assignee who is off; any other stays as it is."""
    if not is_away(tx, ticket.assignee):
        return ticket
    outcome = apply(tx, policy, ticket, [Unclaimed(agent=None)], replace(act, rule=RULE))
    return ticket if isinstance(outcome, Refusal) else outcome
