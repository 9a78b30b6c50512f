"""What has happened to a ticket (events, past tense) and what must follow (effects, imperative).

Both carry ids, never a customer's words, name or handle: those stand in the message and customer
rows, so that a person can be forgotten while the log still folds to the same ticket. Agents are
agent ids, messages are message ids, times are UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What the customer's first message was, on its network."""

    MENTION = "mention"
    REPLY = "reply"
    QUOTE = "quote"
    DM = "dm"
    HASHTAG = "hashtag"  #: it names us by nothing but a hashtag that we look for


class Priority(StrEnum):
    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class SnoozeReason(StrEnum):
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD_PARTY = "waiting_third_party"
    WAITING_INTERNAL = "waiting_internal"
    LATER = "later"


class WakeCause(StrEnum):
    TIME = "time"
    CUSTOMER = "customer"
    AGENT = "agent"


class CloseReason(StrEnum):
    RESOLVED = "resolved"
    NO_REPLY_NEEDED = "no_reply_needed"
    SPAM = "spam"
    DUPLICATE = "duplicate"


class ReopenCause(StrEnum):
    CUSTOMER = "customer"
    AGENT = "agent"


class Then(StrEnum):
    """What follows once the network has accepted a reply."""

    NOTHING = "nothing"
    CLOSE = "close"
    WAIT = "wait"


class ReplyState(StrEnum):
    WAITING = "waiting"  #: may still be undone
    SENDING = "sending"  #: the call is under way; it cannot be undone
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in doubt"  #: nobody knows whether it arrived; an agent decides
    WITHDRAWN = "withdrawn"


# --- events


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation got a ticket; routing has said where it goes."""

    conversation: int
    customer: int
    account: str
    channel: str
    kind: Kind
    private: bool
    queue: str
    language: str
    priority: Priority
    why: tuple[str, ...]  #: reasons of the priority, ids of sentences
    can_reply: bool  #: False where the network refuses an answer by API
    predecessor: int | None = None  #: the ticket that this conversation had before


@dataclass(frozen=True, slots=True)
class CustomerWrote:
    message: int
    thanks: bool = False  #: only thanks: asks for nothing
    can_reply: bool = False  #: the network takes an answer to this one, whatever it said before


@dataclass(frozen=True, slots=True)
class CustomerEdited:
    message: int


@dataclass(frozen=True, slots=True)
class CustomerDeleted:
    message: int


@dataclass(frozen=True, slots=True)
class AnsweredOutside:
    """A colleague answered on the network itself; it counts as a human reply."""

    message: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    agent: int


@dataclass(frozen=True, slots=True)
class Assigned:
    agent: int
    by: int | None  #: None: by a rule, whose name stands in the log


@dataclass(frozen=True, slots=True)
class Unclaimed:
    agent: int


@dataclass(frozen=True, slots=True)
class Read:
    agent: int


@dataclass(frozen=True, slots=True)
class Noted:
    message: int
    agent: int


@dataclass(frozen=True, slots=True)
class WritingBegan:
    agent: int
    until: datetime


@dataclass(frozen=True, slots=True)
class WritingEnded:
    agent: int


@dataclass(frozen=True, slots=True)
class ReplyRequested:
    message: int
    agent: int
    then: Then = Then.NOTHING


@dataclass(frozen=True, slots=True)
class ReplyWithdrawn:
    message: int


@dataclass(frozen=True, slots=True)
class ReplyHastened:
    """Somebody pressed Send now: the wait is over."""

    message: int


@dataclass(frozen=True, slots=True)
class SendingBegan:
    message: int


@dataclass(frozen=True, slots=True)
class ReplySent:
    """The network accepted a reply at `at`; the first response clock stops there."""

    message: int
    agent: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ReplyFailed:
    message: int
    code: str  #: the network's own error word


@dataclass(frozen=True, slots=True)
class ReplyDoubted:
    message: int


@dataclass(frozen=True, slots=True)
class ReplyRequeued:
    """Somebody looked, saw that it is not there, and asked to send it again."""

    message: int
    agent: int | None  #: None: the outbox, for the network certainly did not take it


@dataclass(frozen=True, slots=True)
class Snoozed:
    reason: SnoozeReason
    until: datetime | None  #: None: until the customer answers
    agent: int


@dataclass(frozen=True, slots=True)
class Woken:
    cause: WakeCause


@dataclass(frozen=True, slots=True)
class Escalated:
    target: str  #: a name under `escalation` in app.yaml
    room: str
    agent: int
    message: int | None  #: the note that holds the reason


@dataclass(frozen=True, slots=True)
class Closed:
    reason: CloseReason
    agent: int


@dataclass(frozen=True, slots=True)
class Reopened:
    cause: ReopenCause
    agent: int | None


@dataclass(frozen=True, slots=True)
class Breached:
    """The first response clock passed its due second without a human reply."""

    due_at: datetime


Event = (
    Opened
    | CustomerWrote
    | CustomerEdited
    | CustomerDeleted
    | AnsweredOutside
    | Claimed
    | Assigned
    | Unclaimed
    | Read
    | Noted
    | WritingBegan
    | WritingEnded
    | ReplyRequested
    | ReplyWithdrawn
    | ReplyHastened
    | SendingBegan
    | ReplySent
    | ReplyFailed
    | ReplyDoubted
    | ReplyRequeued
    | Snoozed
    | Woken
    | Escalated
    | Closed
    | Reopened
    | Breached
)


# --- effects


class Occasion(StrEnum):
    """Why a short line appears in a room: a card edited in place does not move."""

    UNASSIGNED = "unassigned"
    WOKEN = "woken"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class ShowCard:
    """Give the ticket a card in one more room; None: the rooms of its queue."""

    room: str | None


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
class PostEvent:
    """Put a line about this event into the thread of every card."""


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


Effect = (
    ShowCard
    | PostMessage
    | RefreshMessage
    | PostEvent
    | Announce
    | SendToCustomer
    | SendNow
    | Withhold
    | AlertBreach
)
