"""What becomes of a reply."""

from dataclasses import dataclass
from datetime import datetime

from chatops.event.kinds import Then


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
class AwayRequested:
    """A rule tells the customer that nobody is there, but not later than `until`, when somebody is."""

    message: int
    until: datetime


@dataclass(frozen=True, slots=True)
class AwaySent:
    """The network accepted a rule's text at `at`: nobody has answered by that, and no clock stops."""

    message: int
    at: datetime


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
    | AwayRequested
    | AwaySent
)
