"""What must follow from an event, imperative to the world: effects. They carry ids, never words.

`step` returns them, `ledger` writes what they ask for, and `outbox` does it.
"""

from dataclasses import dataclass

from chatops.event import Deed, DeedProposed, IdleAsked, LinkSuggested, Occasion


@dataclass(frozen=True, slots=True)
class ShowCard:
    """Give the ticket a card in one more room; None: the rooms of its queue."""

    room: str | None


@dataclass(frozen=True, slots=True)
class ShowLine:
    """Give the ticket a line in its burst's thread, and the burst a card in each of its rooms."""

    burst: int


@dataclass(frozen=True, slots=True)
class GiveCard:
    """Give a ticket that was a line the cards of its queue, and their threads what was said."""


@dataclass(frozen=True, slots=True)
class CountBurst:
    """Bring the burst's cards up to date: its figures have changed."""

    burst: int


@dataclass(frozen=True, slots=True)
class PostMessage:
    """Put a message into the thread of every card; `mention` calls the assignee once."""

    message: int
    mention: bool = False


@dataclass(frozen=True, slots=True)
class RefreshMessage:
    """Bring the thread lines of a message up to date (an edit, a reply's new state)."""

    message: int


@dataclass(frozen=True, slots=True)
class RefreshQuestions:
    """Bring the thread lines of such events up to date: what they ask has been decided."""

    asked_by: type[DeedProposed] | type[LinkSuggested] | type[IdleAsked]


@dataclass(frozen=True, slots=True)
class PostEvent:
    """Put a line about this event into the thread of every card."""


@dataclass(frozen=True, slots=True)
class AskHolder:
    """Put a line about this event into one thread: where who has the ticket reads it."""


@dataclass(frozen=True, slots=True)
class Announce:
    """Put one short line into the rooms, linking to the card."""

    occasion: Occasion


@dataclass(frozen=True, slots=True)
class SendToCustomer:
    """Send a reply once its Undo line is visible and the wait is over."""

    message: int


@dataclass(frozen=True, slots=True)
class SendNow:
    """End the wait of a reply whose Undo line is visible."""

    message: int


@dataclass(frozen=True, slots=True)
class Withhold:
    """Take back a reply that has not left."""

    message: int


@dataclass(frozen=True, slots=True)
class AlertBreach:
    """Tell the queue's room and the managers' room, once for ever."""


@dataclass(frozen=True, slots=True)
class AlertDueSoon:
    """Tell the assignee in the ticket's thread, or the queue's rooms where nobody has it or is there."""


@dataclass(frozen=True, slots=True)
class AlertAgain:
    """Tell the managers' room that a breach goes on."""


@dataclass(frozen=True, slots=True)
class AlertEnd:
    """Tell the queue's rooms and the managers' room that its chain has ended and nobody took it."""


@dataclass(frozen=True, slots=True)
class ShareStars:
    """Tell the room that the event names of a review with few stars."""


@dataclass(frozen=True, slots=True)
class LeaveRooms:
    """Leave only a link in the rooms where the ticket no longer belongs."""


@dataclass(frozen=True, slots=True)
class Divert:
    """Bring what the customer writes in this ticket's conversations to another ticket."""

    to: int


@dataclass(frozen=True, slots=True)
class Restore:
    """Bring this ticket's conversations back to it from the ticket where its merge brought them."""

    came_from: int


@dataclass(frozen=True, slots=True)
class AskNetwork:
    """Have the network do something with a message."""

    message: int
    deed: Deed


Effect = (
    ShowCard
    | ShowLine
    | GiveCard
    | CountBurst
    | PostMessage
    | RefreshMessage
    | RefreshQuestions
    | PostEvent
    | AskHolder
    | Announce
    | SendToCustomer
    | SendNow
    | Withhold
    | AlertBreach
    | AlertDueSoon
    | AlertAgain
    | AlertEnd
    | ShareStars
    | LeaveRooms
    | Divert
    | Restore
    | AskNetwork
)
