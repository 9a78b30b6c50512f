"""customer: the person behind a ticket, here and elsewhere, and their tickets in my queues."""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel

from chatops.call import Answer, Call, looks
from chatops.cards.customer_card import SHOWN, customer_card
from chatops.figures import queues_for
from chatops.meant import record_meant
from chatops.policy import Role
from chatops.ports import Profile, Reader, TicketFilter
from chatops.ticket import Refusal, Status


class Customer(BaseModel):
    ticket: int | None = None


@looks("customer", Customer)
async def customer(args: Customer, call: Call, reader: Reader) -> Answer | Refusal:
    if isinstance(record := await record_meant(args.ticket, call, reader), Refusal):
        return record
    ticket = record.ticket
    queues = queues_for(call, Role.VIEWER)
    profiles = [
        each
        for each in await reader.profiles(ticket.customer)
        if each.customer.id == ticket.customer or await _wrote_to(queues, each, reader)
    ]
    theirs = TicketFilter(
        queues, customers=[profile.customer.id for profile in profiles], limit=SHOWN
    )
    tickets = {state: await reader.listed(one) for state, one in _by_state(theirs).items()}
    seen = {one.ticket for listed, _ in tickets.values() for one in listed} | {ticket}
    return Answer(
        customer_card(ticket, profiles, tickets, await reader.agents(), call),
        private=tuple(sorted(each.id for each in seen if each.private)),
    )


async def _wrote_to(queues: Sequence[str], profile: Profile, reader: Reader) -> bool:
    """Tell whether the queues have a ticket of this profile: else they may not know it either."""
    theirs = TicketFilter(queues, customers=[profile.customer.id], limit=1)
    for one in _by_state(theirs).values():
        listed, _ = await reader.listed(one)
        if listed:
            return True
    return False


def _by_state(wanted: TicketFilter) -> dict[str, TicketFilter]:
    """Return the filters of all that a person has: by status, and on the quiet list."""
    by_status = {status.value: replace(wanted, status=status) for status in Status}
    return {**by_status, "quiet": replace(wanted, quiet=True)}
