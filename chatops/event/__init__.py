"""What has happened to a ticket: events, past tense.

They carry ids, never a customer's words, name or handle: those stand in the message and customer
rows, so that a person can be forgotten while the log still folds to the same ticket. Agents are
agent ids, messages are message ids, times are UTC.
"""

from chatops.event.arranging import (
    Absorbed,
    Arranging,
    Consented,
    ConsentWithdrawn,
    Invited,
    Joined,
    LinkDismissed,
    Linked,
    LinkSuggested,
    Merged,
    Moved,
    Muted,
    Prioritized,
    Separated,
    Tagged,
    Unlinked,
    Unmerged,
    Unmuted,
    Untagged,
)
from chatops.event.claiming import (
    Assigned,
    CardAsked,
    Claimed,
    Claiming,
    Read,
    Unclaimed,
    WritingBegan,
    WritingEnded,
)
from chatops.event.escalating import (
    ChainEnded,
    ChainEntered,
    ChainStopped,
    Escalating,
    StageReached,
)
from chatops.event.idling import IdleAsked, Idling, Kept
from chatops.event.kinds import (
    AlertLevel,
    ChainStop,
    ClockKind,
    CloseReason,
    Deed,
    Kind,
    Occasion,
    Priority,
    ReopenCause,
    ReplyState,
    SnoozeReason,
    Then,
    WakeCause,
)
from chatops.event.life import (
    Alerted,
    AnsweredOutside,
    Breached,
    BreachKnown,
    Closed,
    CustomerDeleted,
    CustomerEdited,
    CustomerForgotten,
    CustomerWrote,
    Escalated,
    Noted,
    Opened,
    Reopened,
    Snoozed,
    TermsChanged,
    Woken,
)
from chatops.event.moderating import (
    DeedDone,
    DeedDropped,
    DeedFailed,
    DeedProposed,
    DeedRequested,
    Moderating,
)
from chatops.event.rating import Rated, Rating, StarsShared
from chatops.event.replying import (
    AwayRequested,
    AwaySent,
    ReplyDoubted,
    ReplyFailed,
    ReplyHastened,
    Replying,
    ReplyRequested,
    ReplyRequeued,
    ReplySent,
    ReplyWithdrawn,
    SendingBegan,
)
from chatops.event.watching import HandoverAbandoned, HandoverOpened, Watching, WindowClosed

Event = (
    Opened
    | CustomerWrote
    | CustomerEdited
    | CustomerDeleted
    | CustomerForgotten
    | AnsweredOutside
    | Noted
    | Snoozed
    | Woken
    | Escalated
    | Closed
    | Reopened
    | Breached
    | Alerted
    | BreachKnown
    | TermsChanged
    | Claiming
    | Replying
    | Arranging
    | Moderating
    | Escalating
    | Idling
    | Rating
    | Watching
)

__all__ = [
    "Absorbed",
    "AlertLevel",
    "Alerted",
    "AnsweredOutside",
    "Arranging",
    "Assigned",
    "AwayRequested",
    "AwaySent",
    "BreachKnown",
    "Breached",
    "CardAsked",
    "ChainEnded",
    "ChainEntered",
    "ChainStop",
    "ChainStopped",
    "Claimed",
    "Claiming",
    "ClockKind",
    "CloseReason",
    "Closed",
    "ConsentWithdrawn",
    "Consented",
    "CustomerDeleted",
    "CustomerEdited",
    "CustomerForgotten",
    "CustomerWrote",
    "Deed",
    "DeedDone",
    "DeedDropped",
    "DeedFailed",
    "DeedProposed",
    "DeedRequested",
    "Escalated",
    "Escalating",
    "Event",
    "HandoverAbandoned",
    "HandoverOpened",
    "IdleAsked",
    "Idling",
    "Invited",
    "Joined",
    "Kept",
    "Kind",
    "LinkDismissed",
    "LinkSuggested",
    "Linked",
    "Merged",
    "Moderating",
    "Moved",
    "Muted",
    "Noted",
    "Occasion",
    "Opened",
    "Prioritized",
    "Priority",
    "Rated",
    "Rating",
    "Read",
    "ReopenCause",
    "Reopened",
    "ReplyDoubted",
    "ReplyFailed",
    "ReplyHastened",
    "ReplyRequested",
    "ReplyRequeued",
    "ReplySent",
    "ReplyState",
    "ReplyWithdrawn",
    "Replying",
    "SendingBegan",
    "Separated",
    "SnoozeReason",
    "Snoozed",
    "StageReached",
    "StarsShared",
    "Tagged",
    "TermsChanged",
    "Then",
    "Unclaimed",
    "Unlinked",
    "Unmerged",
    "Unmuted",
    "Untagged",
    "WakeCause",
    "Watching",
    "WindowClosed",
    "Woken",
    "WritingBegan",
    "WritingEnded",
]
