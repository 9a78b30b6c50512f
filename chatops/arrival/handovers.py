"""A customer who was invited into direct messages writes one: which ticket has invited them, and which hear of it."""

from dataclasses import replace

from chatops.act import Act
from chatops.arrival.gate import Gate, Heard
from chatops.event import ClockKind, HandoverOpened, Linked
from chatops.policy import INVITED
from chatops.ports import Tx
from chatops.sla import newest
from chatops.sla.clock import second
from chatops.ticket import Ticket


def inviting(tx: Tx, account: str, customer: int, act: Act) -> Ticket | None:
    """Return the ticket, locked, in which the customer was invited last."""
    id = tx.invited(account, customer, act.now - INVITED)
    return None if id is None else tx.ticket(id)


def went_elsewhere(tx: Tx, gate: Gate, ticket: Ticket, heard: Heard, act: Act) -> list[Ticket]:
    """Tell all tickets that wait for the customer of a direct message that goes on with this one.

    Returns those that wait no more.
    """
    if not heard.message.private:
        return []
    told = []
    for id in tx.waiting_for(heard.message.account, heard.customer):
        if id == ticket.id or (found := tx.ticket(id)) is None:
            continue
        waited_for = newest(tx.clocks(id), ClockKind.DM_HANDOVER)
        if waited_for is None or waited_for.outcome is not None:
            continue
        if waited_for.started_at <= second(heard.at):  # else it was on its way before
            told.append(gate.apply(tx, found, [HandoverOpened(ticket.id, heard.at)], act))
    return told


def came_elsewhere(tx: Tx, gate: Gate, ticket: Ticket, heard: Heard, act: Act) -> Ticket:
    """Tell the tickets that wait for the customer of a new one, and link it with each of them."""
    for waited in went_elsewhere(tx, gate, ticket, heard, act):
        by_rule = replace(act, rule=ClockKind.DM_HANDOVER.value)
        gate.apply(tx, waited, [Linked(ticket.id, agent=None)], by_rule)
        ticket = gate.apply(tx, ticket, [Linked(waited.id, agent=None)], by_rule)
    return ticket
