"""customer: the person behind a ticket, here and elsewhere, and their tickets in my queues."""

from dataclasses import replace

from pydantic import BaseModel

from chatops.call import Answer, Call, looks
from chatops.customer_card import SHOWN, customer_card
from chatops.figures import queues_for
from chatops.policy import Role
from chatops.ports import Reader, TicketFilter
from chatops.text import text
from chatops.ticket import Refusal, Status


class Customer(BaseModel):
    ticket: int | None = None


@looks("customer", Customer)
async def customer(args: Customer, call: Call, reader: Reader) -> Answer | Refusal:
    wanted = args.ticket or call.ticket
    if wanted is None:
        return Refusal(text("which-ticket", command="customer", prefix=call.policy.prefix))
    ticket = await reader.ticket(wanted)
    if ticket is None or not call.agent.may(Role.VIEWER, ticket.queue):
        return Refusal(text("unknown-ticket", ticket=wanted))
    profiles = await reader.profiles(ticket.customer)
    theirs = TicketFilter(
        queues=queues_for(call, Role.VIEWER),
        customers=[profile.customer.id for profile in profiles],
        limit=SHOWN,
    )
    tickets = {
        status.value: await reader.listed(replace(theirs, status=status)) for status in Status
    }
    tickets["quiet"] = await reader.listed(replace(theirs, quiet=True))
    seen = {one.ticket for listed, _ in tickets.values() for one in listed} | {ticket}
    return Answer(
        customer_card(ticket, profiles, tickets, await reader.agents(), call),
        private=tuple(sorted(each.id for each in seen if each.private)),
    )
