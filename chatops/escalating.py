"""What the events of an escalation chain make of a ticket: it goes on, and never back. Pure."""

from dataclasses import replace

from chatops.effect import AlertEnd, PostEvent
from chatops.event import ChainEnded, ChainEntered, ChainStopped, Escalating, StageReached
from chatops.text import text
from chatops.ticket import Climb, Outcome, Refusal, Status, Ticket, is_closed


def escalating(ticket: Ticket, event: Escalating) -> Outcome:
    """Return what an event of the ticket's chain makes of it."""
    climb = ticket.climb
    if isinstance(event, ChainStopped):
        return _no_chain(ticket) if climb is None else (replace(ticket, climb=None), ())
    if ticket.status is Status.CLOSED:
        return is_closed(ticket)
    runs = climb is not None and climb.next_at is not None
    match event:
        case ChainEntered(stage, round, next_at):
            if climb is not None and runs and (climb.round, climb.stage) >= (round, stage):
                return _no_chain(ticket)
            return replace(ticket, climb=Climb(stage, round, next_at)), ()

        case StageReached(stage, round, next_at=next_at):
            if climb is None or not runs or (climb.round, climb.stage) >= (round, stage):
                return _no_chain(ticket)
            after = replace(ticket, climb=Climb(stage, round, next_at))
            return after, () if event.superseded else (PostEvent(),)

        case ChainEnded():
            if climb is None or not runs:
                return _no_chain(ticket)
            return replace(ticket, climb=replace(climb, next_at=None)), (AlertEnd(),)


def _no_chain(ticket: Ticket) -> Refusal:
    return Refusal(text("chain-elsewhere", ticket=ticket.id))
