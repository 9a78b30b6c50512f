"""The person behind a ticket: who they are here and elsewhere, and their tickets. Pure.

What of their tickets stands here is what the asker's queues allow; of others not even a number.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from chatops.call import Call
from chatops.card import Block, Card, Facts, Paragraph, Quote
from chatops.cards.list_card import counted, details, public_names, shortened
from chatops.cards.ticket_card import status_words
from chatops.ports import Listed, Profile
from chatops.scene import Agent
from chatops.text import Text, text
from chatops.ticket import Ticket

#: Tickets that one answer shows.
SHOWN: Final = 10


def customer_card(
    ticket: Ticket,
    profiles: Sequence[Profile],
    tickets: Mapping[str, tuple[Sequence[Listed], int]],
    agents: Sequence[Agent],
    call: Call,
) -> Card:
    """Return the customer of a ticket, with their tickets by state, those with work in them first.

    `profiles` are the customer's own and those that consent links to it.
    """
    own = next(each for each in profiles if each.customer.id == ticket.customer)
    linked = [each for each in profiles if each is not own]
    counts = {state: total for state, (_, total) in tickets.items()}
    facts = [
        (text("customer-handle"), _handle(own, call, ticket.account)),
        *_followers(own),
        *((text("customer-linked"), _linked(each, agents, call)) for each in linked),
        (text("customer-tickets"), _counted(counts)),
    ]
    blocks: list[Block] = [Facts(tuple(facts))]
    if not linked:
        hint = text("customer-alone", prefix=call.policy.summons, ticket=ticket.id)
        blocks.append(Paragraph(hint, small=True))
    shown = [one for listed, _ in tickets.values() for one in listed][:SHOWN]
    for one in shown:
        blocks.append(Paragraph(_line(one.ticket, call), button=details(one.ticket)))
        blocks += [Quote(excerpt)] if (excerpt := shortened(one.excerpt)) else []
    if (left := sum(counts.values()) - len(shown)) > 0:
        blocks.append(Paragraph(text("customer-more", count=left), small=True))
    return Card(
        push=text("customer-push", ticket=ticket.id),
        title=text("customer-title", customer=own.customer.name),
        blocks=tuple(blocks),
        ticket=ticket.id,
    )


def _counted(counts: Mapping[str, int]) -> Text:
    return text(
        "customer-counts",
        open=counts["open"],
        snoozed=counts["snoozed"],
        closed=counted(counts["closed"]),
        quiet=counted(counts["quiet"]),
    )


def _line(ticket: Ticket, call: Call) -> Text:
    return text(
        "customer-line",
        ticket=ticket.id,
        channel=call.title_of(ticket.channel, ticket.account),
        kind=text(f"kind-{ticket.kind.value}"),
        status=status_words(ticket),
        at=ticket.opened_at,
    )


def _handle(profile: Profile, call: Call, account: str | None = None) -> Text:
    """Say what a customer is called where; by which account of ours, only a ticket tells."""
    handle, channel = profile.customer.handle, call.title_of(profile.channel, account)
    return text("customer-handle-on", handle=handle or profile.customer.name, channel=channel)


def _followers(profile: Profile) -> list[tuple[Text, Text]]:
    followers = profile.customer.followers
    return [] if followers is None else [(text("customer-followers"), _number(followers))]


def _number(count: int) -> Text:
    return text("number", count=count)


def _linked(profile: Profile, agents: Sequence[Agent], call: Call) -> Text:
    """Say which other account is the same person's, and who has their consent since when."""
    agent = public_names(agents).get(profile.linked_by or 0, "–")
    at = profile.linked_at or call.now
    return text("customer-linked-as", handle=_handle(profile, call), agent=agent, at=at)
