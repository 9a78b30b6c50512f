"""What the core asks of the outside, as Protocols: storage, chats, channels. They hold no logic.

A write is a function. `await work.transact(fn)` runs the plain synchronous `fn(tx)` in one
transaction, alone on what it locks, and returns its result after the commit. `fn` may run more than
once: ids and times are made outside and passed in, it touches nothing but `tx`, and a conflict is
an answer (None, False), never an exception.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Protocol, TypeVar

from aiohttp.web import AbstractRouteDef

from chatops.card import Card
from chatops.channel import Author, Inbound, Outgoing, Sent, Traits
from chatops.event import Event, Kind, Occasion, ReplyState
from chatops.policy import Person, Room
from chatops.report import CloseRow, Counts, LateRow
from chatops.scene import Agent, Customer, Direction, Line
from chatops.sla import Clock
from chatops.ticket import Status, Ticket

T = TypeVar("T")


# --- deliveries


class Urgency(IntEnum):
    """Alerts go before new cards, new cards before lines, lines before updates."""

    ALERT = 0
    CARD = 1
    LINE = 2
    UPDATE = 3


class What(StrEnum):
    """What a delivery shows; its words are made at delivery, from the newest rows."""

    CARD = "card"  #: the ticket's card in a room; level-triggered
    MESSAGE = "message"  #: a message's line in the card's thread; brought up to date
    EVENT = "event"  #: a line about one log entry in the card's thread
    ANNOUNCE = "announce"  #: a short line in the room, linking to the card
    ALERT = "alert"  #: a breach, in the room
    PUBLISHED = "published"  #: a finished card: a digest, a report, an account's alert
    REPLY = "reply"  #: words to the customer, on an account


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
    """A row of the outbox. `to` is the room's name, or for a reply `account:` and the account's.

    Deliveries of one `lane` are sent in the order of their ids, each after the one before has an
    outcome. A card's lane is its own; thread lines wait until their card is there.
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
    body: str | None = None  #: a PUBLISHED card as JSON
    held: bool = False
    undo: bool = False  #: the line that carries Undo: its visibility starts the reply's wait


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
    taken_at: datetime  #: transport time of the first attempt
    ticket: int | None
    message: int | None
    entry: int | None
    occasion: Occasion | None
    mention: bool
    body: str | None
    undo: bool
    external_id: str | None
    thread: str | None  #: external id of the card whose thread this goes to


# --- rows that the desk reads and writes


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
    deleted: bool = False  #: a tombstone: the deletion came before the message
    origin: str | None = None  #: the room in whose thread a note was typed


@dataclass(frozen=True, slots=True)
class Record:
    """A ticket with its rows; `lines` as `Scene.lines` wants them."""

    ticket: Ticket
    customer: Customer
    lines: tuple[Line, ...]
    clock: Clock | None
    others: tuple[int, ...]
    thread_key: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ticket's log."""

    id: int
    ticket: int
    at: datetime
    agent: int | None
    rule: str | None
    event: Event


@dataclass(frozen=True, slots=True)
class RawBody:
    id: int
    channel: str
    account: str
    body: bytes
    received_at: datetime


class Tx(Protocol):
    """One transaction. Rows that are read here to be changed are locked until its end."""

    # acts
    def acted(self, key: str) -> bool:
        """Tell whether an act with that key is recorded."""
        ...

    def once(self, key: str, now: datetime) -> bool:
        """Record an act's key; False if it is there already."""
        ...

    # intake
    def store_raw(self, channel: str, account: str, body: bytes, now: datetime) -> int: ...
    def raw_read(self, id: int, error: str | None = None) -> None:
        """Mark a raw body as read, or as unreadable with the reason (no customer's words)."""
        ...

    def customer(self, channel: str, author: Author) -> int:
        """Return the customer's id; a new name, handle or follower count is kept."""
        ...

    def conversation(self, account: str, thread_key: str, customer: int) -> Conversation:
        """Return the conversation, made if need be, and lock it."""
        ...

    def lock_conversation(self, id: int) -> Conversation: ...
    def point(self, conversation: int, ticket: int) -> None:
        """Make `ticket` the conversation's current one."""
        ...

    def thread_conversations(self, account: str, thread_key: str) -> Sequence[Conversation]: ...
    def find_message(self, account: str, external_id: str) -> Found | None: ...
    def sending(self, conversation: int) -> Sequence[Found]:
        """Return the conversation's replies that are sending or in doubt, oldest first."""
        ...

    def find_marked(self, account: str, marker: str) -> Found | None: ...
    def add_message(self, message: NewMessage) -> int | None:
        """Store a message; None if (account, external id) is there already."""
        ...

    def place_message(self, id: int, ticket: int) -> None:
        """Give a stored message its ticket."""
        ...

    def edit_message(self, id: int, text: str) -> None: ...
    def delete_message(self, id: int) -> None: ...
    def reply_is(
        self,
        id: int,
        state: ReplyState,
        *,
        external_id: str | None = None,
        url: str | None = None,
        at: datetime | None = None,
        failure: str | None = None,
    ) -> None: ...

    # tickets
    def ticket(self, id: int) -> Ticket | None:
        """Return the ticket, locked."""
        ...

    def add_ticket(self, ticket: Ticket) -> int:
        """Insert a ticket whose id is 0 and return the id it got."""
        ...

    def save_ticket(self, ticket: Ticket) -> None:
        """Write the ticket, and want its cards at its revision."""
        ...

    def log(
        self, ticket: int, event: Event, at: datetime, agent: int | None, rule: str | None
    ) -> int:
        """Append to the ticket's log; the entry's id."""
        ...

    def clock(self, ticket: int) -> Clock | None:
        """Return the newest cycle of the first response clock."""
        ...

    def save_clock(self, ticket: int, clock: Clock) -> None: ...
    def record(self, ticket: int) -> Record | None: ...

    # people
    def agents(self) -> Sequence[Agent]: ...
    def know(self, people: Iterable[Person], now: datetime) -> None:
        """Bring the agent and identity rows up to app.yaml; who left keeps the row, without roles."""
        ...

    def shift(self, agent: int, now: datetime, *, on: bool) -> bool:
        """Note that the agent is on or off; False if nothing changed."""
        ...

    def next_on(self, queue: str, among: Sequence[int]) -> int | None:
        """Return whose turn it is of those agents, and move the queue's turn on."""
        ...

    # outbox
    def rooms_of(self, ticket: int) -> Sequence[str]:
        """Return the rooms where the ticket has a card, the first one first."""
        ...

    def deliver(self, delivery: NewDelivery, due_at: datetime) -> bool:
        """Insert a delivery; False if (ticket, room) has its card or the marker is there already."""
        ...

    def refresh_message(self, message: int, due_at: datetime) -> None:
        """Want the message's thread lines brought up to date."""
        ...

    def release_reply(self, message: int, due_at: datetime) -> None:
        """Let a held, failed, in-doubt or pending reply go out at `due_at`."""
        ...

    def reply_arrived(self, message: int) -> None:
        """Put the reply's delivery into `sent`: the network has it, whatever our call said."""
        ...

    def begin_wait(self, message: int, due_at: datetime) -> None:
        """Let a held reply go out at `due_at`: its Undo line is visible. Any other is left alone."""
        ...

    def withhold_reply(self, message: int) -> None: ...
    def take(self, to: str, now: datetime, *, updates: bool, posts: bool) -> Delivery | None:
        """Take the next delivery due at a destination, or None.

        The most urgent and oldest first; never two of one lane out of order; a thread line only
        once its card is there. A pending one is `sending` from now on, an update stays `sent`.
        """
        ...

    def delivered(self, id: int, external_id: str | None, shown: int, now: datetime) -> None:
        """Record that the far side shows revision `shown`."""
        ...

    def delivery_is(
        self,
        id: int,
        state: DeliveryState,
        due_at: datetime | None,
        error: str | None = None,
        *,
        again: str | None = None,
    ) -> None:
        """Put a delivery into a state; `again` is a new marker: its external id is dropped."""
        ...

    def doubt_sending(self, due_at: datetime) -> int:
        """Put what a dead process left in `sending` in doubt; how many."""
        ...

    # time
    def publish_once(self, name: str, period: str, now: datetime) -> bool:
        """Record that the digest `name` of `period` (a local date) is made; False if it is."""
        ...

    def breached(self, now: datetime, limit: int) -> Sequence[int]:
        """Return tickets whose running clock is past due and not yet marked, earliest first."""
        ...

    def to_wake(self, now: datetime, limit: int) -> Sequence[int]: ...
    def set_offset(self, seconds: float) -> None:
        """Turn business time (sandbox and tests)."""
        ...


class Work(Protocol):
    """The writes."""

    async def transact(self, fn: Callable[[Tx], T]) -> T:
        """Run `fn` in a transaction and return its result after the commit.

        Raises:
            StorageError: the database is locked, full or gone; nothing of `fn` was kept.
        """
        ...


# --- reads


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """What a list shows. `queues` is what the person's roles allow; empty shows nothing."""

    queues: Sequence[str]
    status: Status | None = None
    assignee: int | None = None
    unclaimed: bool = False
    escalated: bool = False
    unread_by: int | None = None
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """A ticket in a list, and how many the filter has in all."""

    ticket: Ticket
    customer: Customer
    excerpt: str
    clock: Clock | None


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


class Reader(Protocol):
    """The reads. Each shows one moment; lists and figures obey the queues that they are given."""

    async def ticket(self, id: int) -> Ticket | None: ...
    async def record(self, id: int) -> Record | None: ...
    async def line(self, message: int) -> Line | None: ...
    async def entry(self, id: int) -> Entry | None: ...
    async def entries(self, ticket: int) -> Sequence[Entry]: ...
    async def agents(self) -> Sequence[Agent]: ...
    async def card_at(self, room: str, external_id: str) -> int | None:
        """Return the ticket whose card has that id in the room (a thread's root)."""
        ...

    async def card_of(self, ticket: int, room: str) -> str | None:
        """Return the external id of the ticket's card in the room, once it is there."""
        ...

    async def listed(self, wanted: TicketFilter) -> tuple[Sequence[Listed], int]:
        """Return the tickets, first response due soonest first, and how many there are in all."""
        ...

    async def counts(self, queues: Sequence[str], start: datetime, end: datetime) -> Counts:
        """Return the additive figures of [start, end)."""
        ...

    async def closes(
        self, queues: Sequence[str], start: datetime, end: datetime
    ) -> Sequence[CloseRow]: ...
    async def late(
        self, queues: Sequence[str], start: datetime, end: datetime
    ) -> Sequence[LateRow]:
        """Return the clocks that were breached in [start, end), latest last."""
        ...

    async def unread_raw(self, limit: int) -> Sequence[RawBody]: ...
    async def raw(self, since: datetime, *, unreadable: bool) -> Sequence[RawBody]: ...
    async def due_destinations(self, now: datetime) -> Sequence[str]:
        """Return the destinations (`NewDelivery.to`) that have something due."""
        ...

    async def next_due(self, after: datetime) -> datetime | None:
        """Return when the next delivery after that time becomes due."""
        ...

    async def published(self, name: str) -> str | None:
        """Return the newest period of that digest."""
        ...

    async def offset(self) -> float:
        """Return by how many seconds business time is turned."""
        ...

    async def health(self, now: datetime) -> Health: ...


# --- accounts


@dataclass(frozen=True, slots=True)
class AccountState:
    """An account's secrets and place in its streams. Tokens are stored encrypted."""

    tokens: Mapping[str, str]
    cursors: Mapping[str, str]  #: e.g. the id of the newest mention that was read
    heard_at: datetime | None  #: when its stream or webhook last gave a sign
    revoked: bool = False


class Vault(Protocol):
    """Secrets and leases of accounts. Times are transport time."""

    async def state(self, account: str) -> AccountState: ...
    async def save_tokens(self, account: str, tokens: Mapping[str, str]) -> None:
        """Save a pair before it is used; it also ends a revocation."""
        ...

    async def save_cursor(self, account: str, name: str, value: str) -> None: ...
    async def heard(self, account: str, now: datetime) -> None: ...
    async def revoked(self, account: str) -> None: ...
    async def lease(self, account: str, name: str, owner: str, seconds: float) -> bool:
        """Take or prolong the lease `name` on the account for `seconds`; False if another has it."""
        ...

    async def release(self, account: str, name: str, owner: str) -> None: ...


# --- the far sides

Receive = Callable[[Sequence[Inbound]], Awaitable[None]]


class Channel(Protocol):
    """One account on a social network.

    Every call out has a time-out. `verify` and `parse` are pure.
    """

    account: str
    traits: Traits

    def challenge(self, query: Mapping[str, str]) -> bytes | None:
        """Answer the network's check of our address, or None if this is no such check."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        """Check the signature over the raw bytes; header names are in lower case.

        Raises:
            Unauthentic: missing, wrong or stale.
        """
        ...

    def parse(self, body: bytes) -> list[Inbound]:
        """Return everything a body holds, in its order.

        Raises:
            Unreadable: the body is not what the network documents.
        """
        ...

    async def complete(self, inbound: Inbound) -> Inbound:
        """Fetch what the network left out; what cannot be fetched stays out."""
        ...

    async def send(self, outgoing: Outgoing) -> Sent:
        """Send a reply.

        Raises:
            Unsupported: this cannot be said to the network.
            Rejected, TryLater, Unreached, InDoubt: as chatops.errors has them.
        """
        ...

    async def find(self, outgoing: Outgoing, since: datetime) -> Sent | None:
        """Look up a reply of unknown fate (Can.FIND); None if it certainly is not there."""
        ...

    async def listen(self, receive: Receive) -> None:
        """Hold the network's stream and poll, until cancelled (Can.LISTEN)."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `calls` in `seconds`, with `burst` at once."""

    calls: float
    seconds: float
    burst: int = 1


@dataclass(frozen=True, slots=True)
class ChatLimits:
    """A chat's lawful rates: posts per room, posts and updates per workspace or tenant."""

    room: Cap
    posts: Cap
    updates: Cap


class Chat(Protocol):
    """A chat platform where rooms are."""

    name: str
    limits: ChatLimits

    def routes(self) -> Sequence[AbstractRouteDef]:
        """Return what the chat calls over HTTP, if anything."""
        ...

    def running(self) -> AbstractAsyncContextManager[None]:
        """Listen for commands, presses and forms while the context is open."""
        ...

    async def post(self, room: Room, card: Card, thread: str | None, marker: str) -> str:
        """Post a card, or a line into a thread; return its id.

        Raises:
            Rejected, Gone, TryLater, Unreached, InDoubt: as chatops.errors has them.
        """
        ...

    async def update(self, room: Room, id: str, card: Card) -> None:
        """Show `card` in place of what the message showed. Repeating it is safe."""
        ...

    async def find(
        self, room: Room, thread: str | None, marker: str, since: datetime
    ) -> str | None:
        """Look up a post of unknown fate; None if it certainly is not there."""
        ...

    async def url(self, room: Room, id: str) -> str | None:
        """Return a link to a message."""
        ...
