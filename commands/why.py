"""why: what a ticket's due times are made of, and what is left of them now."""

from pydantic import BaseModel

from chatops.call import Answer, Call, looks
from chatops.cards.why_card import why_card
from chatops.meant import record_meant
from chatops.ports import Reader
from chatops.text import text
from chatops.ticket import Refusal


class Why(BaseModel):
    ticket: int | None = None


@looks("why", Why)
async def why(args: Why, call: Call, reader: Reader) -> Answer | Refusal:
    if isinstance(record := await record_meant(args.ticket, call, reader), Refusal):
        return record
    if not record.clocks:
        return Refusal(text("no-clock", ticket=record.ticket.id))
    return Answer(why_card(record, await reader.agents(), call))
