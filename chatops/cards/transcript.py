"""A ticket as a call centre files it: a head, then everything that was said, in its order. Pure.

The times are written as `2026-10-01 15:30`, which is read alike in every language and sorts; the
head names their zone.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from chatops.call import Call
from chatops.card import File
from chatops.cards.list_card import public_names
from chatops.cards.ticket_card import kind_of, status_words
from chatops.event import Read, ReplyState, WritingBegan, WritingEnded
from chatops.ports import Entry, Record
from chatops.scene import Agent, Direction, Line
from chatops.text import Text, text

#: Who has done no more than this has not worked the ticket.
_LOOKING = (Read, WritingBegan, WritingEnded)


def transcript(
    record: Record,
    lines: Sequence[Line],
    entries: Sequence[Entry],
    agents: Sequence[Agent],
    call: Call,
) -> File:
    """Return the file of a ticket; `lines` are all of its messages that are to stand in it."""
    zone = _zone(record, call)
    written: list[Text | str] = [*_head(record, entries, agents, call, zone)]
    for line in lines:
        written += ["", _said_by(line, record, agents, call, zone)]
        written.append(text("transcript-deleted") if line.deleted else line.text)
    if not lines:
        written += ["", text("transcript-empty")]
    return File(f"ticket-{record.ticket.id}.txt", tuple(written), zone)


def _head(
    record: Record, entries: Sequence[Entry], agents: Sequence[Agent], call: Call, zone: str
) -> Iterator[Text]:
    ticket, customer = record.ticket, record.customer
    yield text("transcript-title", ticket=ticket.id)

    def fact(label: str, value: Text) -> Text:
        return text("labelled", label=text(label), value=value)

    names = public_names(agents)
    worked = dict.fromkeys(
        entry.agent
        for entry in entries
        if entry.agent is not None and not isinstance(entry.event, _LOOKING)
    )
    people = tuple(text("by-agent", agent=names.get(each, f"#{each}")) for each in worked)
    merged = tuple(text("ticket", ticket=other) for other in ticket.merged)
    visibility = text("private" if ticket.private else "public")
    yield fact(
        "fact-channel",
        text(
            "where",
            channel=call.title_of(ticket.channel, ticket.account),
            kind=kind_of(ticket),
            visibility=visibility,
        ),
    )
    known = text("transcript-known", customer=customer.name, handle=customer.handle)
    yield fact("fact-customer", known)
    yield fact("transcript-queue", _words(ticket.queue))
    yield fact("fact-status", status_words(ticket))
    yield fact("transcript-opened", _at(ticket.opened_at, zone))
    if ticket.closed_at is not None:
        yield fact("transcript-closed", _at(ticket.closed_at, zone))
    yield fact("transcript-worked", text("people", people=people) if people else text("nobody-yet"))
    if merged:
        yield fact("transcript-merged", text("people", people=merged))
    yield fact("transcript-zone", _words(zone))
    yield fact("transcript-made", _at(call.now, zone))


def _said_by(line: Line, record: Record, agents: Sequence[Agent], call: Call, zone: str) -> Text:
    """Say when a message was written, by whom, who can read it and what became of it."""
    how = [text("private" if line.private else "public")]
    match line.direction:
        case Direction.INBOUND:
            who = text("transcript-customer", customer=record.customer.name)
        case Direction.NOTE:
            who = text("line-note", agent=_name(line.agent, agents))
            how = [text("transcript-note")]
        case Direction.OUTBOUND if line.is_by_rule:
            who = text("transcript-by-rule")
        case Direction.OUTBOUND if line.agent is None:
            title = call.title_of(record.ticket.channel, record.ticket.account)
            who = text("transcript-outside", channel=title)
        case Direction.OUTBOUND:
            who = text("transcript-agent", agent=_name(line.agent, agents))
    if line.state is not None and line.state is not ReplyState.SENT:
        how.append(text(f"transcript-{line.state.value.replace(' ', '-')}"))
    if line.edited:
        how.append(text("transcript-edited"))
    if line.hidden:
        how.append(text("transcript-hidden"))
    return text("transcript-line", at=_at(line.at, zone), who=who, how=tuple(how))


def _zone(record: Record, call: Call) -> str:
    """Return the zone of the room where it was asked, or else of the ticket's own room."""
    room = call.policy.rooms.get(call.room or "")
    queue = call.policy.queue_of(record.ticket.queue, record.ticket.account)
    return (room or call.policy.rooms[queue.rooms[0]]).zone


def _name(agent: int | None, agents: Sequence[Agent]) -> str:
    return public_names(agents).get(agent or 0, f"#{agent}")


def _at(instant: datetime, zone: str) -> Text:
    return _words(f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}")


def _words(words: str) -> Text:
    return text("words", words=words)
