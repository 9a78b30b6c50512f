"""The ticket: what it is at one moment. A value: what events make of it stands in `step`."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chatops.effect import Effect
from chatops.event import (
    CloseReason,
    Deed,
    Kind,
    Priority,
    ReplyState,
    SnoozeReason,
    Then,
)
from chatops.text import Text, text


class Status(StrEnum):
    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Waiting(StrEnum):
    """Whose turn it is."""

    US = "us"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act may not happen, said to that person alone. Nothing has been written.

    `field` names the form's field at fault. `asks` names a question: the same act again, with that
    name among its confirmations, is allowed.
    """

    said: Text
    field: str | None = None
    asks: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that the network has neither accepted nor refused for good."""

    message: int
    agent: int | None  #: None: a rule's text, which answers nothing
    then: Then
    state: ReplyState  #: waiting, sending or in doubt
    overtaken: bool = False  #: the customer wrote after it: it answers less than everything
    until: datetime | None = None  #: of a rule's text: from then on it is not true any more


@dataclass(frozen=True, slots=True)
class OpenDeed:
    """Something that the network is to do with a message, not done yet."""

    message: int
    deed: Deed
    agent: int  #: who proposed it, or asked for it
    proposed: bool  #: True while a second person must confirm it


@dataclass(frozen=True, slots=True)
class Writer:
    """The soft lock: who has the reply form open, until when that is believed, and in which chat."""

    agent: int
    until: datetime
    chat: str | None = None  #: None: unknown, as of forms opened before schema 0004


@dataclass(frozen=True, slots=True)
class Climb:
    """Where a ticket stands in its queue's escalation chain."""

    stage: int  #: the newest that it reached, of its round; 0: none yet
    round: int
    next_at: datetime | None  #: when what follows is due; None: gone up to its end


@dataclass(frozen=True, slots=True)
class Ticket:
    """One customer's matter in one conversation. Ids are rows of ours, times are UTC."""

    id: int
    conversation: int
    customer: int
    account: str
    channel: str
    kind: Kind
    private: bool
    queue: str
    language: str
    priority: Priority
    why: tuple[str, ...]
    can_reply: bool
    predecessor: int | None
    opened_at: datetime
    revision: int = 1
    status: Status = Status.OPEN
    waiting: Waiting = Waiting.US
    assignee: int | None = None
    read_by: tuple[int, ...] = ()
    level: int = 0
    escalated_to: str | None = None
    snooze_reason: SnoozeReason | None = None
    snoozed_until: datetime | None = None
    close_reason: CloseReason | None = None
    closed_at: datetime | None = None
    thanked: bool = False  #: the customer's newest message after the close was only thanks
    answered_at: datetime | None = None  #: the newest human reply that the network accepted
    writer: Writer | None = None
    replies: tuple[Reply, ...] = ()
    rule: str | None = None  #: the routing rule that sent it to its first queue
    tags: tuple[str, ...] = ()
    quiet: bool = False  #: on the quiet list: closed by a rule at once, and without a card
    prioritized_by: int | None = None  #: who set the priority, if a person did
    prioritized_note: int | None = None  #: the note that holds that person's reason
    muted: tuple[int, ...] = ()  #: agents whom it does not call
    links: tuple[int, ...] = ()
    merged_into: int | None = None
    merged: tuple[int, ...] = ()  #: tickets that went into this one
    invited_at: datetime | None = None  #: when the customer was last asked into direct messages
    deeds: tuple[OpenDeed, ...] = ()
    burst: int | None = None  #: the burst that it was opened in
    lined: bool = False  #: a line in its burst's thread stands for its card
    climb: Climb | None = None  #: None: its queue's chain has not begun, or was stopped
    idle_since: datetime | None = None  #: since then its assignee has done nothing, and should
    hand_back_at: datetime | None = None  #: they were asked, and have until then to answer
    stars: int | None = None  #: that the customer gave last, 1 to 5; None: it is no review
    shared_stars: int | None = None  #: the few of which a room was told, once for ever
    reply_until: datetime | None = None  #: the last second in which its network takes our reply

    def reply(self, message: int) -> Reply | None:
        """Return the unresolved reply with that message id."""
        return next((reply for reply in self.replies if reply.message == message), None)

    def deed(self, message: int, deed: Deed) -> OpenDeed | None:
        """Return what is proposed or asked of the network for that message."""
        return next((d for d in self.deeds if (d.message, d.deed) == (message, deed)), None)


#: What `step` returns: the new ticket with what must follow, or why it may not be.
Outcome = tuple[Ticket, tuple[Effect, ...]] | Refusal


def is_closed(ticket: Ticket) -> Refusal:
    """Return the refusal of what only an unclosed ticket allows."""
    if ticket.merged_into is not None:
        return Refusal(text("is-merged", ticket=ticket.id, into=ticket.merged_into))
    return Refusal(text("is-closed", ticket=ticket.id))


def shuts_at(ticket: Ticket) -> datetime | None:
    """Return from when on the network takes no reply, unless the customer writes; None: it always does.

    What is sent within the last second is in time.
    """
    return None if ticket.reply_until is None else ticket.reply_until + timedelta(seconds=1)


def is_shut(ticket: Ticket, now: datetime) -> bool:
    """Tell whether the network takes no reply until the customer writes again."""
    shut = shuts_at(ticket)
    return shut is not None and shut <= now


def read_also(ticket: Ticket, agent: int) -> Ticket:
    """Return the ticket read by one more agent."""
    if agent in ticket.read_by:
        return ticket
    return replace(ticket, read_by=(*ticket.read_by, agent))


def active(ticket: Ticket) -> Ticket:
    """Return the ticket open, with nothing left of a snooze or a close."""
    return replace(
        ticket,
        status=Status.OPEN,
        snooze_reason=None,
        snoozed_until=None,
        close_reason=None,
        closed_at=None,
        thanked=False,
    )
