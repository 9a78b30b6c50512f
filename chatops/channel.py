"""The social side as values: what comes in, what goes out, and what a network can do.

Ids of a network are strings (`external_id`); times are the platform's, UTC. Nothing here knows a
vendor: a channel's adapter parses its network's bodies into these and sends `Outgoing`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Flag, auto

from chatops.event import Kind
from chatops.policy import Account
from chatops.text import Text


class Can(Flag):
    """What a channel is able to do; what is missing raises Unsupported."""

    REPLY_PUBLIC = auto()
    REPLY_PRIVATE = auto()
    WEBHOOK = auto()
    LISTEN = auto()  #: a stream or polling of its own: needs no public address
    FIND = auto()  #: an outgoing reply of unknown fate can be looked up
    REPEAT = auto()  #: sending again with the same marker is safe (an idempotency key)
    HIDE = auto()  #: a customer's public message can be hidden, and shown again
    DELETE_THEIRS = auto()  #: a customer's public message can be deleted
    DELETE_OURS = auto()  #: a reply that we sent can be deleted


@dataclass(frozen=True, slots=True)
class Traits:
    """A channel's unchanging facts.

    `measure(text, private)` counts a text as the network does; `limit(private)` is its largest.
    `warn(text, private)` names a cost that the agent should know before sending, or None.
    """

    name: str
    title: str | Text  #: as people write it: X, LINE; a sentence where languages differ
    can: Can
    measure: Callable[[str, bool], int]
    limit: Callable[[bool], int]
    warn: Callable[[str, bool], Text | None] = lambda _text, _private: None
    repeats_for: timedelta = timedelta.max  #: with Can.REPEAT: how long a key is remembered
    hides_answers_only: bool = False  #: with Can.HIDE: only what stands under a post of ours
    #: For how long after a customer's private message a free reply is taken; None: for ever, or as
    #: app.yaml says of the account.
    reply_window: timedelta | None = None
    windows_in_public: bool = False  #: what holds of private messages holds of public ones too


def as_known(traits: Traits, account: Account) -> Traits:
    """Return a channel's facts under the title that an account of it has of its own, if it has one."""
    return traits if account.title is None else replace(traits, title=account.title)


@dataclass(frozen=True, slots=True)
class Author:
    external_id: str
    handle: str
    name: str
    followers: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A customer wrote."""

    account: str
    external_id: str
    thread_key: str
    author: Author
    text: str
    at: datetime
    kind: Kind
    private: bool
    parent: str | None = None  #: the message that it answers
    parent_text: str | None = None  #: filled by `complete` where the parent is a post of ours
    url: str | None = None
    can_reply: bool = True  #: False where the network's rules refuse an answer by API
    stars: int | None = None  #: of a review, 1 to 5


@dataclass(frozen=True, slots=True)
class Edited:
    account: str
    external_id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Deleted:
    account: str
    external_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Echo:
    """Our own account wrote: by this product, or a colleague on the network itself.

    It opens no ticket. It is matched to our own outgoing message by `external_id` or `marker`, else
    attached to the conversation of `parent` or of (`thread_key`, `customer`).
    """

    account: str
    external_id: str
    thread_key: str
    text: str
    at: datetime
    private: bool
    parent: str | None = None
    customer: str | None = None  #: whom it addresses, where the network says so
    marker: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class AccountRevoked:
    """The network withdrew our access: an administrator must connect the account again."""

    account: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SearchEnded:
    """What app.yaml allows for searching is spent: until then nothing is found by it."""

    account: str
    until: datetime


Inbound = Message | Edited | Deleted | Echo | AccountRevoked | SearchEnded


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A reply to send. `marker` is ours and stays the same however often it is tried."""

    account: str
    marker: str
    text: str
    private: bool
    customer: str  #: the customer's external id
    thread_key: str
    in_reply_to: str | None  #: the customer's message that is answered
    agent: str = ""  #: the public name of who wrote it
    #: Others of the customer's messages that it may be the answer to, where it is looked up.
    perhaps_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sent:
    """The network accepted: its id for the message and its own time."""

    external_id: str
    at: datetime
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What `doctor` found out about an account; `remedy` says what to do if it is not ok."""

    ok: bool
    what: str
    remedy: str = ""
