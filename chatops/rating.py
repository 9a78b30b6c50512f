"""What stars make of a ticket. Pure."""

from dataclasses import replace

from chatops.effect import ShareStars
from chatops.event import Rated, Rating, StarsShared
from chatops.text import text
from chatops.ticket import Outcome, Refusal, Ticket


def rating(ticket: Ticket, event: Rating) -> Outcome:
    """Return what an event of a rating makes of its ticket."""
    match event:
        case Rated(stars=stars):
            return replace(ticket, stars=stars), ()

        case StarsShared(stars=stars):
            if ticket.shared_stars is not None:
                return Refusal(text("stars-shared-already", ticket=ticket.id))
            return replace(ticket, shared_stars=stars), (ShareStars(),)
