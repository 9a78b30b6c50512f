"""A customer who was invited into direct messages writes one: which ticket has invited them, and hears of it."""

from chatops.act import Act
from chatops.arrival.gate import Gate, Heard
from chatops.event import ClockKind, HandoverOpened
from chatops.policy import INVITED
from chatops.ports import Tx
from chatops.sla import newest
from chatops.ticket import Ticket


def inviting(
    tx: Tx, account: str, customer: int, act: Act, besides: int | None = None
) -> Ticket | None:
    """Return the ticket, locked, in which the customer was invited last; None if it is `besides`."""
    id = tx.invited(account, customer, act.now - INVITED)
    return None if id is None or id == besides else tx.ticket(id)


def went_elsewhere(tx: Tx, gate: Gate, ticket: Ticket, heard: Heard, act: Act) -> None:
    """Tell the ticket that invited the customer of a direct message that went on with another one."""
    if not heard.message.private:
        return
    found = inviting(tx, heard.message.account, heard.customer, act, besides=ticket.id)
    if found is None:
        return
    waited_for = newest(tx.clocks(found.id), ClockKind.DM_HANDOVER)
    if waited_for is not None and waited_for.outcome is None:
        gate.apply(tx, found, [HandoverOpened(ticket.id, heard.at)], act)
