"""show: a ticket with its newest messages and its log, to the asker alone."""

from pydantic import BaseModel

from chatops.call import Answer, Call, looks
from chatops.cards.show_card import show_card
from chatops.meant import record_meant
from chatops.ports import Reader
from chatops.ticket import Refusal


class Show(BaseModel):
    ticket: int | None = None


@looks("show", Show)
async def show(args: Show, call: Call, reader: Reader) -> Answer | Refusal:
    if isinstance(record := await record_meant(args.ticket, call, reader), Refusal):
        return record
    id = record.ticket.id
    card = show_card(record, await reader.entries(id), await reader.agents(), call)
    return Answer(card, about=id, private=(id,) if record.ticket.private else ())
