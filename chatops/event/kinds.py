"""The words that events and tickets use: what there is of each, and why."""

from enum import StrEnum


class Kind(StrEnum):
    """What the customer's first message was, on its network."""

    MENTION = "mention"
    REPLY = "reply"
    QUOTE = "quote"
    DM = "dm"
    HASHTAG = "hashtag"  #: it names us by nothing but a hashtag that we look for
    REVIEW = "review"  #: with stars, from 1 to 5


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
    DELETION = "deletion"  #: somebody wants a message deleted, and a second person is to decide


class Deed(StrEnum):
    """What a network can be asked to do with a message."""

    HIDE = "hide"
    UNHIDE = "unhide"
    DELETE = "delete"


class AlertLevel(StrEnum):
    """How far the alerts of a clock have gone, in this order; each is sent once for ever."""

    DUE_SOON = "due_soon"
    BREACH = "breach"
    #: An hour of working time after the due second.
    REPEAT = "repeat"
    #: Four hours of working time after it; nothing follows.
    LAST_REPEAT = "last_repeat"
    #: Somebody has said that they know of the breach: nothing follows.
    KNOWN = "known"


class ClockKind(StrEnum):
    """What a clock of a ticket measures."""

    #: From the customer's first message to the first human reply.
    FIRST_RESPONSE = "first_response"
    #: From the oldest message that waits, after a human reply, to the next one.
    NEXT_RESPONSE = "next_response"
    #: From the first message to the close, without what the ticket waits for the customer.
    RESOLUTION = "resolution"
    #: As the first response, but in calendar time: what may not be passed, whoever works when.
    CEILING = "ceiling"
    #: From when nobody has the ticket to who takes it, or answers it.
    CLAIM = "claim"
    #: From a customer's message to the second after which their network takes no free reply to it.
    REPLY_WINDOW = "reply_window"
    #: From a reply that asked the customer into direct messages to the first of theirs.
    DM_HANDOVER = "dm_handover"

    @property
    def is_watch(self) -> bool:
        """Whether nobody promised it: it is watched, is never late and counts in no rate."""
        return self in {ClockKind.REPLY_WINDOW, ClockKind.DM_HANDOVER}

    @property
    def by_calendar(self) -> bool:
        """Whether it runs by the calendar's time, whoever works when."""
        return self is ClockKind.CEILING or self.is_watch


class ChainStop(StrEnum):
    """Why an escalation chain went no further."""

    CLAIM = "claim"
    REPLY = "reply"
    CLOSE = "close"
    MOVED = "moved"  #: to another queue, whose own chain goes on
    REMOVED = "removed"  #: from app.yaml
