"""Where a ticket belongs, and what it stands beside."""

from dataclasses import dataclass
from datetime import datetime

from chatops.event.kinds import Priority


@dataclass(frozen=True, slots=True)
class Moved:
    """It belongs to another queue; the rooms of the old one keep a link."""

    queue: str
    agent: int | None  #: None: by a stage of the old queue's chain
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
    """A person set the priority, or a stage of the queue's chain raised it."""

    priority: Priority
    agent: int | None  #: None: the chain
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
    agent: int | None  #: None: one waited for the customer, who came by the other


@dataclass(frozen=True, slots=True)
class Unlinked:
    other: int
    agent: int


@dataclass(frozen=True, slots=True)
class LinkSuggested:
    """A rule found that the same person may have written elsewhere."""

    other: int


@dataclass(frozen=True, slots=True)
class LinkDismissed:
    """A person knows that it is not the same customer; the two are not suggested again."""

    other: int
    agent: int


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
    reply_until: datetime | None = None  #: as of CustomerWrote


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
    | LinkDismissed
    | Merged
    | Absorbed
    | Unmerged
    | Separated
    | Joined
    | Consented
    | ConsentWithdrawn
    | Invited
)
