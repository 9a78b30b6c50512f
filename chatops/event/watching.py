"""What is watched on a ticket comes to its end, though nobody promised anything."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class WindowClosed:
    """The customer's network takes no free reply any more, until they write again."""

    until: datetime  #: its last second


@dataclass(frozen=True, slots=True)
class HandoverOpened:
    """Who was invited wrote a direct message, which went on with another ticket of theirs.

    One that joins the inviting ticket needs no event of its own: it is there.
    """

    other: int
    at: datetime  #: when they wrote


@dataclass(frozen=True, slots=True)
class HandoverAbandoned:
    """Who was invited into direct messages has written none, and is not waited for any more."""

    until: datetime
    cycle: int  #: of the clock: each invitation has one


Watching = WindowClosed | HandoverOpened | HandoverAbandoned
