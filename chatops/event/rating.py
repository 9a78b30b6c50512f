"""What a customer gave us in stars, and who was told of few."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rated:
    """A later message of the ticket brought other stars; the first one's stand in `Opened`."""

    message: int
    stars: int  #: 1 to 5


@dataclass(frozen=True, slots=True)
class StarsShared:
    """A review with few stars is shared with a room: once for ever, whatever it is given later."""

    message: int
    stars: int
    room: str


#: What becomes of a rating.
Rating = Rated | StarsShared
