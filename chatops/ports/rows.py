"""What storage holds, as values: messages, conversations, a ticket with its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from chatops.event import Event, Kind, Opened, ReplyState
from chatops.ports.delivery import Trouble
from chatops.scene import Customer, Direction, Line
from chatops.sla import Clock
from chatops.ticket import Status, Ticket

#: When the claim of which ticket is to be looked at.
Look = tuple[datetime, int]

#: Before every look.
FIRST_LOOK: Final[Look] = (datetime(1970, 1, 1, tzinfo=UTC), 0)


@dataclass(frozen=True, slots=True)
class Conversation:
    id: int
    ticket: int | None  #: its current ticket


@dataclass(frozen=True, slots=True)
class Found:
    """A stored message, found by its network's id."""

    id: int
    ticket: int | None
    conversation: int | None
    direction: Direction
    state: ReplyState | None
    text: str
    deleted: bool
    edited_at: datetime | None = None  #: the platform's time of the edit that `text` comes from


@dataclass(frozen=True, slots=True)
class NewMessage:
    account: str
    direction: Direction
    text: str
    at: datetime
    private: bool
    kind: Kind | None = None
    conversation: int | None = None
    ticket: int | None = None
    external_id: str | None = None
    agent: int | None = None
    state: ReplyState | None = None
    marker: str | None = None
    parent: str | None = None
    parent_text: str | None = None
    url: str | None = None
    thanks: bool = False
    can_reply: bool = True  #: False where the network refuses an answer to it
    edited_at: datetime | None = None  #: set where an edit came before its message
    deleted: bool = False  #: a tombstone: the deletion came before the message
    origin: str | None = None  #: the room in whose thread a note was typed
    said: str | None = None  #: of a reply: what `repetition.said_key` makes of its words


@dataclass(frozen=True, slots=True)
class Record:
    """A ticket with its rows; `lines` as `Scene.lines` wants them."""

    ticket: Ticket
    customer: Customer
    lines: tuple[Line, ...]
    clock: Clock | None
    others: tuple[int, ...]
    threads: Mapping[int, str]  #: the thread key of each conversation that the lines are of
    clocks: tuple[Clock, ...] = ()  #: the newest of each kind


@dataclass(frozen=True, slots=True)
class Burst:
    """Many customers' tickets in one thread, in one queue, as they are now."""

    id: int
    account: str
    queue: str
    opened_at: datetime
    earlier: int  #: tickets of the thread that came before it, with cards of their own
    tickets: int
    unclaimed: int  #: of those in its queue still, and not closed
    closed: int
    began: Line | None  #: the customer's message with which it began
    post: Line | None  #: the thread's first message, if it ever reached us
    author: Customer | None  #: of that, if it is a customer's


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ticket's log."""

    id: int
    ticket: int
    at: datetime
    agent: int | None
    rule: str | None
    event: Event
    chat: str | None = None  #: where the agent asked for it, as far as that is known


@dataclass(frozen=True, slots=True)
class PastEntry:
    """One line of a ticket's log, with what clocks go by."""

    id: int
    event: Event
    at: datetime
    terms: str | None  #: the version of what was promised then; None: before schema 0005
    heard_at: datetime | None  #: when the customer wrote, of CustomerWrote


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry of the log up to which the roll-up may be folded, once no older transaction runs."""

    entry: int
    number: int  #: of the transaction that read it: what had not ended then has a lower one


@dataclass(frozen=True, slots=True)
class RawBody:
    id: int
    channel: str
    account: str
    body: bytes
    received_at: datetime


#: Of closed and quiet tickets, which grow with the years, no more than this are counted.
MOST_COUNTED: Final = 1000


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """What a list shows. `queues` is what the person's roles allow; empty shows nothing.

    Without a status it means what is not closed, open before snoozed.
    """

    queues: Sequence[str]
    status: Status | None = None
    assignee: int | None = None
    unclaimed: bool = False
    escalated: bool = False
    unread_by: int | None = None
    late_at: datetime | None = None  #: by then a promise was due that is still owed
    tag: str | None = None  #: as `tag` stores it: folded, without a sign before it
    quiet: bool = False  #: the quiet list, which no other filter shows
    customers: Sequence[int] = ()  #: of one of these
    limit: int = 20
    after: int = 0  #: so many are passed over: pages


@dataclass(frozen=True, slots=True)
class Listed:
    """A ticket in a list, and how many the filter has in all."""

    ticket: Ticket
    customer: Customer
    excerpt: str
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A ticket that a search found, and the words of its newest message that matches."""

    ticket: Ticket
    customer: Customer
    excerpt: str
    at: datetime  #: of that message


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer's account on one channel, linked to others by consent."""

    customer: Customer
    channel: str
    linked_by: int | None = None  #: the agent who recorded the consent
    linked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What one person holds of a queue now; without an assignee, what nobody does."""

    queue: str
    assignee: int | None
    open: int
    snoozed: int
    late: int  #: of which something promised is past due


@dataclass(frozen=True, slots=True)
class Arrival:
    """What routing saw of a ticket when it was opened, and what it made of it."""

    ticket: int
    opened_at: datetime
    event: Opened
    text: str
    followers: int | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """What `doctor` and metrics show; counts and ages only."""

    schema: str | None
    unread_raw: int
    unreadable_raw: int
    due: int  #: deliveries that could go now
    in_doubt: int
    failed: int
    oldest_due_at: datetime | None
    stopped: tuple[Trouble, ...] = ()  #: places that are closed to us
    held_since: datetime | None = None  #: the time of a restored backup that is not let go yet


@dataclass(frozen=True, slots=True)
class AccountSign:
    """When an account's stream or webhook last gave a sign, and whether it is cut off."""

    heard_at: datetime | None
    revoked: bool


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account's secrets and place in its streams. Tokens are stored encrypted."""

    tokens: Mapping[str, str]
    cursors: Mapping[str, str]  #: e.g. the id of the newest mention that was read
    heard_at: datetime | None  #: when its stream or webhook last gave a sign
    revoked: bool = False
