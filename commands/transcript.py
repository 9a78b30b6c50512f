"""transcript: a ticket as a text file, as a call centre files it; notes only where they are wanted."""

from enum import StrEnum

from pydantic import BaseModel

from chatops.call import Answer, Call, looks
from chatops.card import Card, Paragraph
from chatops.cards.transcript import transcript
from chatops.meant import record_meant
from chatops.ports import Reader
from chatops.scene import Direction
from chatops.text import text
from chatops.ticket import Refusal


class Also(StrEnum):
    NOTES = "notes"


class Transcript(BaseModel):
    ticket: int | None = None
    also: Also | None = None


@looks("transcript", Transcript)
async def transcript_(args: Transcript, call: Call, reader: Reader) -> Answer | Refusal:
    if isinstance(record := await record_meant(args.ticket, call, reader), Refusal):
        return record
    id = record.ticket.id
    lines = [
        line
        for line in await reader.messages(id)
        if args.also is Also.NOTES or line.direction is not Direction.NOTE
    ]
    entries, agents = await reader.entries(id), await reader.agents()
    file = transcript(record, lines, entries, agents, call)
    said = text("transcript-given", ticket=id, name=file.name, count=len(lines))
    return Answer(
        Card(push=said, blocks=(Paragraph(said),)),
        about=id,
        private=(id,) if record.ticket.private else (),
        file=file,
    )
