"""Which tickets stand behind each figure of a report: a row for each thing that it counts. Pure.

What a figure means is said in chatops.report, measures and handling. Of a share, as of reopened ones,
those are listed that its smaller number counts; of what was in time all, late ones first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from chatops.event import ClockKind, CloseReason
from chatops.handling import Escalation, PickUp
from chatops.measures import (
    Close,
    Invitation,
    Response,
    abandoned,
    first_closes,
    last_closes,
    one_touched,
    opened_soon,
    real_closes,
    unreplied,
)
from chatops.splits import cell
from chatops.unclosed import Backlog, Unclosed


class Figure(StrEnum):
    """The figures that lead to tickets, in a report's order; as their words are called."""

    NEW = "new"
    CLOSED = "closed"
    AS_RESOLVED = "as_resolved"
    AS_NO_REPLY_NEEDED = "as_no_reply_needed"
    AS_SPAM = "as_spam"
    AS_DUPLICATE = "as_duplicate"
    HANDLED = "handled"
    OPEN = "open"
    UNCLAIMED = "unclaimed"
    UNREAD = "unread"
    IDLE = "idle"
    SNOOZED = "snoozed"
    DUE_TODAY = "due_today"
    FIRST = "first"
    WAITING = "waiting"
    UNANSWERED = "unanswered"
    PICK_UP = "pick_up"
    NEXT = "next"
    FIRST_RESOLUTION = "first_resolution"
    RESOLUTION = "resolution"
    KEPT_FIRST = "kept_first"
    KEPT_NEXT = "kept_next"
    KEPT_RESOLUTION = "kept_resolution"
    KEPT_CEILING = "kept_ceiling"
    KEPT_CLAIM = "kept_claim"
    LATE = "late"
    ESCALATED = "escalated"
    REOPENED = "reopened"
    ONE_TOUCH = "one_touch"
    NO_REPLY = "no_reply"
    INVITED = "invited"
    INVITED_SOON = "invited_soon"
    ABANDONED = "abandoned"
    THANKS = "thanks"
    CANNED = "canned"
    QUIET = "quiet"
    REPEATED = "repeated"
    REACHED = "reached"


#: Of which clocks a figure tells how many were in time.
KEPT: Final = {
    Figure.KEPT_FIRST: ClockKind.FIRST_RESPONSE,
    Figure.KEPT_NEXT: ClockKind.NEXT_RESPONSE,
    Figure.KEPT_RESOLUTION: ClockKind.RESOLUTION,
    Figure.KEPT_CEILING: ClockKind.CEILING,
    Figure.KEPT_CLAIM: ClockKind.CLAIM,
}


#: As what the closes of a figure were made.
CLOSED_AS: Final = {Figure(f"as_{reason}"): reason for reason in CloseReason}

#: Figures that are parts of another: its list leads to theirs.
PARTS: Final[Mapping[Figure, Sequence[Figure]]] = {
    Figure.CLOSED: tuple(CLOSED_AS),
    Figure.OPEN: (Figure.UNCLAIMED, Figure.UNREAD, Figure.IDLE),
    Figure.INVITED: (Figure.INVITED_SOON, Figure.ABANDONED),
}

#: Figures of what is so at the period's end.
STANDING: Final = frozenset(
    {
        *(Figure.OPEN, Figure.UNCLAIMED, Figure.UNREAD, Figure.IDLE),
        *(Figure.SNOOZED, Figure.DUE_TODAY),
    }
)


class Mark(StrEnum):
    """What became of a promise, worst first."""

    LATE = "late"
    MET = "met"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Lateness:
    """Which promise was late from some moment on."""

    clock: ClockKind
    until: datetime | None = None  #: when it was kept, or was owed no more; None: it is late still


#: Seconds of working time, of `Figure.REACHED` by the calendar; what became of a promise; which one was
#: late; why, or where to.
Why = int | Mark | Lateness | CloseReason | Escalation


@dataclass(frozen=True, slots=True)
class Behind:
    """One thing that a figure counts."""

    ticket: int
    at: datetime  #: when it happened, or since when it is so
    why: Why | None = None


#: Of these, what lasts longest leads.
_OLDEST_FIRST: Final = STANDING | {Figure.WAITING, Figure.UNANSWERED}


def in_order(figure: Figure, rows: Iterable[Behind]) -> list[Behind]:
    """Return what somebody looks for first at the head: the late, the longest, else the newest."""
    ordered = sorted(rows, key=lambda row: row.at, reverse=figure not in _OLDEST_FIRST)
    return sorted(ordered, key=_weight)


def _weight(row: Behind) -> int:
    if isinstance(row.why, Mark):
        return list(Mark).index(row.why)
    return -row.why if isinstance(row.why, int) else 0


def of_backlog(figure: Figure, backlog: Backlog) -> list[Behind]:
    """Return the tickets of a figure of STANDING: since when each is open, idle, or when it is due."""
    if figure is Figure.DUE_TODAY:
        return [Behind(row.ticket, at) for row, at in backlog.due]
    if figure is Figure.IDLE:
        return [Behind(row.ticket, row.idle_since or row.opened_at) for row in backlog.idle]
    found: dict[Figure, Sequence[Unclosed]] = {
        Figure.UNCLAIMED: backlog.unclaimed,
        Figure.UNREAD: backlog.unread,
        Figure.SNOOZED: backlog.snoozed,
    }
    return [Behind(row.ticket, row.opened_at) for row in found.get(figure, backlog.open)]


def of_responses(figure: Figure, responses: Iterable[Response]) -> list[Behind]:
    """Return the tickets of first or next responses."""
    kind = ClockKind.FIRST_RESPONSE if figure is Figure.FIRST else ClockKind.NEXT_RESPONSE
    return [
        Behind(each.ticket, each.at, each.elapsed_s) for each in responses if each.clock is kind
    ]


def of_closes(figure: Figure, closes: Sequence[Close]) -> list[Behind]:
    """Return the tickets of a figure that is made of closes, first resolutions apart."""
    if figure is Figure.RESOLUTION:
        return [
            Behind(each.ticket, each.at, each.resolution_s)
            for each in last_closes(closes)
            if each.resolution_s is not None
        ]
    if figure is Figure.REOPENED:
        return [
            Behind(each.ticket, each.reopened_at or each.at)
            for each in real_closes(closes)
            if each.is_reopened
        ]
    found = {Figure.ONE_TOUCH: one_touched, Figure.NO_REPLY: unreplied}.get(figure, real_closes)
    reason = CLOSED_AS.get(figure)
    return [
        Behind(each.ticket, each.at, each.reason)
        for each in found(closes)
        if reason in {None, each.reason}
    ]


def of_invitations(figure: Figure, invitations: Iterable[Invitation]) -> list[Behind]:
    """Return the tickets whose customers were asked into direct messages, each with when."""
    became = {Figure.INVITED_SOON: opened_soon, Figure.ABANDONED: abandoned}
    found = became[figure](invitations) if figure in became else invitations
    return [Behind(each.ticket, each.at) for each in found]


def of_first_closes(closes: Iterable[Close], seconds: Iterable[int]) -> list[Behind]:
    """Return the tickets closed for the first time, after so many seconds of working time each."""
    firsts = first_closes(closes)
    return [
        Behind(each.ticket, each.at, spent) for each, spent in zip(firsts, seconds, strict=True)
    ]


def of_pick_ups(pick_ups: Iterable[PickUp], seconds: Iterable[int]) -> list[Behind]:
    """Return the tickets picked up, after so many seconds of working time each."""
    return [
        Behind(each.ticket, each.until, spent)
        for each, spent in zip(pick_ups, seconds, strict=True)
    ]


def of_escalations(escalations: Iterable[Escalation]) -> list[Behind]:
    """Return the tickets escalated, each with the last time."""
    last = {each.ticket: each for each in escalations}
    return [Behind(each.ticket, each.at, each) for each in last.values()]


def tickets_csv(figure: Figure, rows: Iterable[Behind], zone: ZoneInfo) -> Iterator[str]:
    """Yield a spreadsheet's lines: a row each, times in `zone`, spans in seconds as the head says."""
    yield f"ticket,at,{'calendar_s' if figure is Figure.REACHED else 'working_s'},what"
    for row in rows:
        spent = row.why if isinstance(row.why, int) else ""
        at = row.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        yield f"{row.ticket},{at},{spent},{cell(_word(row.why))}"


def _word(why: Why | None) -> str | None:
    match why:
        case Escalation():
            return why.target
        case Lateness():
            return why.clock
        case Mark() | CloseReason():
            return why
        case int() | None:
            return None
