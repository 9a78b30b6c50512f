"""A customer's message becomes a new ticket: routed, shown or quiet, assigned, and compared.

What a rule sends to the quiet list gets no card, no clock and nobody's turn, but is never silently
gone: it is counted by its rule, and one of so many is shown all the same (`routing.is_sample`).
"""

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from chatops.act import Act
from chatops.arrival.away import tell_away
from chatops.arrival.bursts import burst_of
from chatops.arrival.gate import Gate, Heard
from chatops.arrival.handovers import came_elsewhere
from chatops.arrival.routing import SAMPLE, is_sample
from chatops.arrival.stars import share_stars
from chatops.cards.ticket_card import CARD_EXCERPT
from chatops.event import Assigned, CustomerWrote, LinkSuggested, Opened
from chatops.follow import continue_in_thread
from chatops.ledger import open_ticket
from chatops.policy import Assignment, Queue, Role
from chatops.ports import Tx
from chatops.ticket import Ticket

#: A person who changes the network does so within this time, as a rule.
HOP: Final = timedelta(hours=72)

#: More tickets than these are of people who share a name, not of one person.
SUGGESTED: Final = 3


class Taken(StrEnum):
    """What became of a customer's message, as metrics count it."""

    OPENED = "opened"
    SAMPLED = "sampled"  #: quiet, and shown all the same
    QUIET = "quiet"
    ADDED = "added"  #: to a ticket that was there
    JOINED = "joined"  #: the ticket of another conversation


def open_for(tx: Tx, gate: Gate, heard: Heard, before: Ticket | None, act: Act) -> Taken:
    """Open a ticket; `before` is the one that the conversation had."""
    message, facts = heard.message, gate.facts(heard)
    routed = gate.route(heard, facts)
    is_shown = routed.quiet and is_sample(gate.policy.sample, message.external_id)
    if is_shown:
        routed = replace(routed, quiet=False, tags=tuple(dict.fromkeys((*routed.tags, SAMPLE))))
    event = Opened(
        conversation=heard.conversation,
        customer=heard.customer,
        account=message.account,
        channel=gate.policy.accounts[message.account].channel,
        kind=message.kind,
        private=message.private,
        queue=routed.queue,
        language=facts.language,
        priority=routed.priority,
        why=routed.why,
        can_reply=message.can_reply,
        predecessor=before.id if before else None,
        rule=routed.rule,
        tags=routed.tags,
        quiet=routed.quiet,
        burst=None if routed.quiet else burst_of(tx, gate.policy, heard, routed.queue),
        stars=message.stars,
    )
    by_rule = replace(act, rule=routed.rule or "account")
    ticket = open_ticket(tx, gate.policy, event, by_rule, heard.at)
    tx.place_message(heard.id, ticket.id)
    wrote = replace(act, heard_at=heard.at)
    opens = CustomerWrote(heard.id, reply_until=heard.reply_until, counts_from=heard.counts_from)
    ticket = gate.apply(tx, ticket, [opens], wrote)
    ticket = came_elsewhere(tx, gate, ticket, heard, act)
    if routed.quiet:
        return Taken.QUIET
    if len(heard.text) > CARD_EXCERPT:
        continue_in_thread(tx, ticket, heard.id, act)
    ticket = assign(tx, gate, ticket, act)
    ticket = _compare(tx, gate, ticket, act)
    ticket = share_stars(tx, gate, ticket, heard.id, act)
    if is_shown:
        return Taken.SAMPLED
    tell_away(tx, gate, ticket, heard, act)
    return Taken.OPENED


def assign(tx: Tx, gate: Gate, ticket: Ticket, act: Act) -> Ticket:
    """Give a new ticket to whose turn it is, where its queue goes by turns."""
    queue = gate.policy.queue_of(ticket.queue, ticket.account)
    if (agent := _whose_turn(tx, queue)) is None:
        return ticket
    return gate.apply(
        tx, ticket, [Assigned(agent, by=None)], replace(act, rule=Assignment.ROUND_ROBIN.value)
    )


def _whose_turn(tx: Tx, queue: Queue) -> int | None:
    if queue.assignment is not Assignment.ROUND_ROBIN:
        return None
    on = [agent.id for agent in tx.agents() if agent.on and agent.may(Role.AGENT, queue.name)]
    return tx.next_on(queue.name, on) if on else None


def _compare(tx: Tx, gate: Gate, ticket: Ticket, act: Act) -> Ticket:
    """Name open tickets on other channels that may be the same person's: people decide.

    Each pair of tickets is named once, on the newer one, for only a new ticket is compared.
    """
    alike = tx.alike(ticket.customer, act.now - HOP)
    if len(alike) > SUGGESTED:
        return ticket
    suggested = [LinkSuggested(other) for other in alike]
    return gate.apply(tx, ticket, suggested, replace(act, rule="channel_hop"))
