"""The outbox's rows: what is to be shown where, and how far it got."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final

from chatops.event import Deed, Occasion

#: Attempts of a post that was unresolved in a backup: whoever served that database afterwards may
#: have made it at any time since. Such a count stays below zero until the post is resolved.
RESTORED: Final = -1_000_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """A place to which nothing can be delivered for now. Times are transport time.

    `place` is a destination (`NewDelivery.to`) or, as `chat:` and its name, a whole chat.
    """

    place: str
    code: str | None  #: the far side's own word; None: it was not reached
    since: datetime
    tries: int  #: in a row, that ended so
    rests_until: datetime  #: nothing is tried there before


@dataclass(frozen=True, slots=True)
class Due:
    """What is due at one moment, by destination (`NewDelivery.to`)."""

    all: Sequence[str]
    posts: Sequence[str]  #: where something is due that is no update
    next_at: datetime | None  #: when the next delivery after that moment becomes due
    troubles: Mapping[str, Trouble] = field(default_factory=dict)  #: by place


@dataclass(frozen=True, slots=True)
class Wait:
    """How many deliveries of one kind wait at one place in one state; `update` is of what is sent."""

    what: str
    to: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A reply whose outcome is open; `asked`: an agent was asked, or is to press Send."""

    delivery: int
    to: str
    ticket: int
    message: int
    state: "DeliveryState"
    asked: bool


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits to go out."""

    held_since: datetime | None  #: the time of the restored backup, while nothing goes out
    counts: tuple[Wait, ...]
    replies: tuple[Unresolved, ...]


class Urgency(IntEnum):
    """Alerts go before new cards, new cards before lines, lines before updates.

    What a back-log holds of tickets that rest meanwhile goes last, updates too: of those that are
    snoozed, then for the record of those that are closed.
    """

    ALERT = 0
    CARD = 1
    LINE = 2
    UPDATE = 3
    SNOOZED = 4  #: a card of a snoozed ticket
    CLOSED = 5  #: a card or an alert of a closed one


class What(StrEnum):
    """What a delivery shows; its words are made at delivery, from the newest rows."""

    CARD = "card"  #: the ticket's card in a room; level-triggered
    BURST = "burst"  #: the card of a burst in a room; level-triggered
    LINE = "line"  #: a ticket's line in the thread of its burst's card; level-triggered
    MESSAGE = "message"  #: a message's line in the card's thread; brought up to date
    EVENT = "event"  #: a line about one log entry in the card's thread
    ANNOUNCE = "announce"  #: a short line in the room, linking to the card
    ALERT = "alert"  #: a breach, in the room
    PUBLISHED = "published"  #: a finished card: a digest, a report, an account's alert
    QUESTION = "question"  #: whether a post of unknown fate is there, in a chat that finds nothing
    REPLY = "reply"  #: words to the customer, on an account
    DEED = "deed"  #: something that the network is to do with a message, on an account


#: What stays as long as its ticket or burst does: what somebody deletes is posted again.
STANDING: Final = (What.CARD, What.BURST, What.LINE)

#: What may stand there twice for a while: people go on with either, and of cards the one that is
#: not `Reader.card_of` is deleted where a chat sees it.
HARMLESS_TWICE: Final = (*STANDING, What.QUESTION)


class DeliveryState(StrEnum):
    HELD = "held"  #: a reply whose Undo line is not visible yet
    PENDING = "pending"
    SENDING = "sending"  #: written before the call
    SENT = "sent"
    FAILED = "failed"  #: refused for good
    IN_DOUBT = "in doubt"  #: a call's fate is unknown
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A row of the outbox. `to` is a room's name, `account:` and an account's, or `person:` and the
    number of an agent, who is told alone.

    Deliveries of one `lane` are sent in the order of their ids, each after the one before has an
    outcome, or people are asked about it (`Unsure`). A ticket's card and its thread share one in each
    room; a burst's card and each of its lines have their own. Thread lines wait until their card is
    there.
    """

    what: What
    to: str
    lane: str
    urgency: Urgency
    marker: str  #: a UUID; the far side's idempotency key or look-up mark
    ticket: int | None = None
    message: int | None = None
    entry: int | None = None
    occasion: Occasion | None = None
    mention: bool = False
    body: str | None = None  #: a finished card as JSON (PUBLISHED, QUESTION)
    held: bool = False
    undo: bool = False  #: the line that carries Undo: its visibility starts the reply's wait
    deed: Deed | None = None
    burst: int | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that was taken: `state` is sending (first post), sent (update) or in doubt."""

    id: int
    what: What
    to: str
    state: DeliveryState
    marker: str
    wanted: int
    attempts: int
    taken_at: datetime  #: transport time of the first attempt whose fate may be unknown
    ticket: int | None
    message: int | None
    entry: int | None
    occasion: Occasion | None
    mention: bool
    body: str | None
    undo: bool
    external_id: str | None
    thread: str | None  #: external id of the card whose thread this goes to
    deed: Deed | None = None
    left: bool = False  #: it goes to a room that the ticket has left: its card there is a link only
    process: int = 0  #: the number of the process that took it
    burst: int | None = None

    @property
    def is_restored(self) -> bool:
        """Tell whether a backup left it unresolved, so that it may be there since any time."""
        return self.attempts < 0

    @property
    def tries(self) -> int:
        """How often it was tried; of what a backup left unresolved, since it was put back."""
        return self.attempts - RESTORED if self.is_restored else self.attempts


@dataclass(frozen=True, slots=True)
class Unsure:
    """A post to a room or a person whose fate is unknown, and about which people are asked."""

    id: int
    what: What
    to: str
    marker: str
    ticket: int | None
    message: int | None
    undo: bool


@dataclass(frozen=True, slots=True)
class Spent:
    """How far a lawful rate is used up, by all processes together. Times are transport time."""

    full_at: datetime | None = None  #: when all calls may be made again
    paused_until: datetime | None = None  #: the far side asked for patience until then
