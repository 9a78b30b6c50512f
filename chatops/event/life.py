"""A ticket is opened, worked, put to sleep and closed."""

from dataclasses import dataclass
from datetime import datetime

from chatops.event.kinds import (
    AlertLevel,
    ClockKind,
    CloseReason,
    Kind,
    Priority,
    ReopenCause,
    SnoozeReason,
    WakeCause,
)


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
    burst: int | None = None  #: the burst in whose thread a line stands for its card
    stars: int | None = None  #: of a review, 1 to 5


@dataclass(frozen=True, slots=True)
class CustomerWrote:
    message: int
    thanks: bool = False  #: only thanks: asks for nothing
    can_reply: bool = False  #: the network takes an answer to this one, whatever it said before
    reply_until: datetime | None = None  #: the last second in which it does; None: it always does
    #: When its account was connected, if they wrote before that: what is owed for it counts from then.
    counts_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class CustomerEdited:
    message: int


@dataclass(frozen=True, slots=True)
class CustomerDeleted:
    message: int
    nothing_left: bool = False  #: nothing of theirs waits for an answer any more


@dataclass(frozen=True, slots=True)
class CustomerForgotten:
    """The customer asked to be forgotten: the words are gone, and nobody is there to be answered."""


@dataclass(frozen=True, slots=True)
class AnsweredOutside:
    """A colleague answered on the network itself; it counts as a human reply."""

    message: int
    at: datetime
    asked_at: datetime | None = None  #: when the customer wrote on after it, heard of before it
    was_before: bool = False  #: before its account was connected


@dataclass(frozen=True, slots=True)
class Noted:
    message: int
    agent: int


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
    agent: int | None  #: None: by a stage of the queue's chain
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
    """A clock passed its due second undone."""

    due_at: datetime
    clock: ClockKind = ClockKind.FIRST_RESPONSE
    cycle: int = 1
    #: A later level was due as well when somebody looked, and that alone is sent.
    superseded: bool = False
    #: When its alert was to come, if not at the due second: a ceiling waits for the opening.
    planned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alerted:
    """A clock is due soon, or its breach goes on undone: every level of alerts but the breach's."""

    level: AlertLevel
    planned_at: datetime
    clock: ClockKind
    cycle: int
    superseded: bool = False  #: as of Breached
    unheard: bool = (
        False  #: of a repeat: no room heard of the breach itself, so that all hear of this
    )


@dataclass(frozen=True, slots=True)
class BreachKnown:
    """Somebody knows that the ticket's late clocks are: they are not alerted of again."""

    agent: int


@dataclass(frozen=True, slots=True)
class TermsChanged:
    """app.yaml promises something else by now: the open clocks are held to that."""
