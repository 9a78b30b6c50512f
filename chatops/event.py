"""What has happened to a ticket: events, past tense.

They carry ids, never a customer's words, name or handle: those stand in the message and customer
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
    INVITE = "invite"  #: the reply asks the customer into direct messages, which join the ticket


class ReplyState(StrEnum):
    WAITING = "waiting"  #: may still be undone
    SENDING = "sending"  #: the call is under way; it cannot be undone
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in doubt"  #: nobody knows whether it arrived; an agent decides
    WITHDRAWN = "withdrawn"


class Occasion(StrEnum):
    """Why a short line appears in a room: a card edited in place does not move."""

    UNASSIGNED = "unassigned"
    WOKEN = "woken"
    REOPENED = "reopened"


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
    rule: str | None = None  #: the routing rule that sent it here; None: its account's queue
    tags: tuple[str, ...] = ()
    quiet: bool = False  #: needs no answer: on the quiet list, with no card


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
    agent: int | None  #: None: by a rule, whose name stands in the log


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
    repeated: bool = False  #: a canned reply that was sent again, over the question


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


# --- events of where a ticket belongs and what it stands beside


@dataclass(frozen=True, slots=True)
class Moved:
    """It belongs to another queue; the rooms of the old one keep a link."""

    queue: str
    agent: int
    keeps_assignee: bool  #: False where the assignee may not work the new queue


@dataclass(frozen=True, slots=True)
class Tagged:
    tag: str
    agent: int | None


@dataclass(frozen=True, slots=True)
class Untagged:
    tag: str
    agent: int


@dataclass(frozen=True, slots=True)
class Prioritized:
    """A person set the priority."""

    priority: Priority
    agent: int
    message: int | None = None  #: the note that holds the reason


@dataclass(frozen=True, slots=True)
class Muted:
    """The agent is not called by mentions on this ticket any more."""

    agent: int


@dataclass(frozen=True, slots=True)
class Unmuted:
    agent: int


@dataclass(frozen=True, slots=True)
class Linked:
    """Both tickets of a link have this event, each with the other's id."""

    other: int
    agent: int


@dataclass(frozen=True, slots=True)
class Unlinked:
    other: int
    agent: int


@dataclass(frozen=True, slots=True)
class LinkSuggested:
    """A rule found that the same person may have written elsewhere."""

    other: int


@dataclass(frozen=True, slots=True)
class Merged:
    """This ticket went into another of the same customer and account, and is closed."""

    into: int
    agent: int


@dataclass(frozen=True, slots=True)
class Absorbed:
    """Another ticket went into this one."""

    other: int
    agent: int
    unanswered: bool = False  #: the customer waits for our answer to that one


@dataclass(frozen=True, slots=True)
class Unmerged:
    """A merge was taken back: this ticket is open again on its own."""

    agent: int


@dataclass(frozen=True, slots=True)
class Separated:
    """A merge was taken back: the other ticket is no longer part of this one."""

    other: int
    agent: int


@dataclass(frozen=True, slots=True)
class Joined:
    """The customer's newest message came by another conversation: it is answered there."""

    conversation: int
    private: bool
    can_reply: bool


@dataclass(frozen=True, slots=True)
class Consented:
    """The customer said that another customer, by id, is the same person, and may be known as such."""

    other: int
    agent: int


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """The customer is nobody's other account any more."""

    agent: int


@dataclass(frozen=True, slots=True)
class Invited:
    """A reply that the network accepted asked the customer into direct messages."""

    agent: int


# --- events of moderation: what is done to messages on the network


class Deed(StrEnum):
    """What a network can be asked to do with a message."""

    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class DeedProposed:
    """Somebody asks for a deed that a second person must confirm."""

    message: int
    deed: Deed
    agent: int


@dataclass(frozen=True, slots=True)
class DeedDropped:
    """A proposal was taken back or turned down."""

    message: int
    deed: Deed
    agent: int


@dataclass(frozen=True, slots=True)
class DeedRequested:
    """The network is to be asked; for what needs two, by the second person."""

    message: int
    deed: Deed
    agent: int


@dataclass(frozen=True, slots=True)
class DeedDone:
    """The network has done it."""

    message: int
    deed: Deed


@dataclass(frozen=True, slots=True)
class DeedFailed:
    message: int
    deed: Deed
    code: str  #: the network's own error word


#: What becomes of a reply.
Replying = (
    ReplyRequested
    | ReplyWithdrawn
    | ReplyHastened
    | SendingBegan
    | ReplySent
    | ReplyFailed
    | ReplyDoubted
    | ReplyRequeued
)

#: Where a ticket belongs, and what it stands beside.
Arranging = (
    Moved
    | Tagged
    | Untagged
    | Prioritized
    | Muted
    | Unmuted
    | Linked
    | Unlinked
    | LinkSuggested
    | Merged
    | Absorbed
    | Unmerged
    | Separated
    | Joined
    | Consented
    | ConsentWithdrawn
    | Invited
)

#: What is done to messages on the network.
Moderating = DeedProposed | DeedDropped | DeedRequested | DeedDone | DeedFailed


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
    | Snoozed
    | Woken
    | Escalated
    | Closed
    | Reopened
    | Breached
    | Replying
    | Arranging
    | Moderating
)
