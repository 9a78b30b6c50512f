"""What is done to messages on the network: hidden, shown again, deleted. Pure.

Deleting needs two people: one proposes, another confirms. What the network was asked is repeated
until it answers; asking twice does no harm.
"""

from dataclasses import replace
from typing import Final

from chatops.effect import Announce, AskNetwork, Effect, PostEvent, RefreshMessage, RefreshQuestions
from chatops.event import (
    Deed,
    DeedDone,
    DeedDropped,
    DeedFailed,
    DeedProposed,
    DeedRequested,
    Moderating,
    Occasion,
)
from chatops.text import text
from chatops.ticket import OpenDeed, Outcome, Refusal, Ticket

#: What one person alone may not do.
NEEDS_TWO: Final = frozenset({Deed.DELETE})

_ANSWERED: Final[tuple[Effect, ...]] = (RefreshQuestions(DeedProposed),)


def moderating(ticket: Ticket, event: Moderating) -> Outcome:
    """Return what an event of moderation makes of a ticket."""
    found = ticket.deed(event.message, event.deed)
    match event:
        case DeedProposed(message, deed, agent):
            if found is not None:
                return Refusal(text("deed-under-way", ticket=ticket.id))
            proposal = OpenDeed(message, deed, agent, proposed=True)
            after = replace(ticket, deeds=(*ticket.deeds, proposal))
            # a question in a thread is seen by who is there; the second person may be anybody
            return after, (PostEvent(), Announce(Occasion.DELETION))

        case DeedDropped():
            if found is None or not found.proposed:
                return Refusal(text("deed-not-proposed", ticket=ticket.id))
            return _without(ticket, found), (*_ANSWERED, PostEvent())

        case DeedRequested(message, deed, agent):
            if found is not None and not found.proposed:
                return Refusal(text("deed-under-way", ticket=ticket.id))
            if deed in NEEDS_TWO and found is None:
                return Refusal(text("deed-not-proposed", ticket=ticket.id))
            if deed in NEEDS_TWO and found is not None and found.agent == agent:
                return Refusal(text("deed-needs-another", ticket=ticket.id))
            rest = ticket if found is None else _without(ticket, found)
            asked = OpenDeed(message, deed, agent, proposed=False)
            answered = _ANSWERED if deed in NEEDS_TWO else ()
            asking = (*answered, AskNetwork(message, deed))
            return replace(rest, deeds=(*rest.deeds, asked)), asking

        case DeedDone(message, deed):
            if found is None:
                return Refusal(text("deed-not-proposed", ticket=ticket.id))
            # the line that asked held the words, which are gone now
            gone = _ANSWERED if deed is Deed.DELETE else ()
            return _without(ticket, found), (RefreshMessage(message), *gone, PostEvent())

        case DeedFailed(message):
            if found is None:
                return Refusal(text("deed-not-proposed", ticket=ticket.id))
            return _without(ticket, found), (RefreshMessage(message), PostEvent())


def _without(ticket: Ticket, deed: OpenDeed) -> Ticket:
    return replace(ticket, deeds=tuple(each for each in ticket.deeds if each != deed))
