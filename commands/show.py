"""show: a ticket with its newest messages and its log, to the asker alone."""

from pydantic import BaseModel

from chatops.call import Answer, Call, looks
from chatops.policy import Role
from chatops.ports import Reader
from chatops.show_card import show_card
from chatops.text import text
from chatops.ticket import Refusal


class Show(BaseModel):
    ticket: int | None = None


@looks("show", Show)
async def show(args: Show, call: Call, reader: Reader) -> Answer | Refusal:
    wanted = args.ticket or call.ticket
    if wanted is None:
        return Refusal(text("which-ticket", command="show", prefix=call.policy.prefix))
    record = await reader.record(wanted)
    # to whom may not see its queue, a ticket does not exist
    if record is None or not call.may(Role.VIEWER, record.ticket):
        return Refusal(text("unknown-ticket", ticket=wanted))
    entries = await reader.entries(wanted)
    card = show_card(record, entries, await reader.agents(), call)
    return Answer(card, about=wanted, private=(wanted,) if record.ticket.private else ())
