"""Who has a ticket, who has seen it and who writes an answer to it: what these events make of it. Pure."""

from dataclasses import replace

from chatops.effect import Announce, PostEvent
from chatops.event import (
    Assigned,
    CardAsked,
    Claimed,
    Claiming,
    Occasion,
    Read,
    Unclaimed,
    WritingBegan,
    WritingEnded,
)
from chatops.text import Mention, text
from chatops.ticket import Outcome, Refusal, Status, Ticket, Writer, is_closed, read_also


def claiming(ticket: Ticket, event: Claiming) -> Outcome:
    """Return what an event of who has the ticket makes of it."""
    match event:
        case Claimed() | Assigned() | Unclaimed():
            return _given(ticket, event)

        case Read(agent):
            if agent in ticket.read_by:
                return Refusal(text("already-read", ticket=ticket.id))
            return read_also(ticket, agent), ()

        case CardAsked(agent):
            if not ticket.lined:
                return Refusal(text("not-in-burst", ticket=ticket.id))
            return read_also(ticket, agent), ()

        case WritingBegan(agent, until, chat):
            return replace(read_also(ticket, agent), writer=Writer(agent, until, chat)), ()

        case WritingEnded(agent):
            if ticket.writer is None or ticket.writer.agent != agent:
                return Refusal(text("not-writing", ticket=ticket.id))
            return replace(ticket, writer=None), ()


def _given(ticket: Ticket, event: Claimed | Assigned | Unclaimed) -> Outcome:
    """Return the ticket in other hands, or in nobody's."""
    nobodys = isinstance(event, Unclaimed) and ticket.assignee is None
    if ticket.status is Status.CLOSED and not nobodys:
        return is_closed(ticket)
    match event:
        case Claimed(agent):
            if ticket.assignee is None:
                return replace(read_also(ticket, agent), assignee=agent), ()
            if ticket.assignee == agent:
                return Refusal(text("already-yours", ticket=ticket.id))
            return _taken(ticket, "already-claimed")

        case Assigned(agent, by):
            if ticket.assignee == agent:
                return _taken(ticket, "already-assigned")
            # nobody is told of their own act
            return replace(ticket, assignee=agent), () if by == agent else (PostEvent(),)

        case Unclaimed():
            if nobodys:
                return Refusal(text("not-claimed", ticket=ticket.id))
            announced = (Announce(Occasion.UNASSIGNED),)
            # a rule's reason stands in the thread: who had it is to know why it is not theirs any more
            said = (PostEvent(),) if event.agent is None else ()
            return replace(ticket, assignee=None), (*announced, *said)


def _taken(ticket: Ticket, said: str) -> Refusal:
    return Refusal(text(said, ticket=ticket.id, agent=Mention(ticket.assignee or 0)))
