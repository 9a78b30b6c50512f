"""The clock of a ticket: what was promised, by when, and how it ended.

One kind runs so far, `first_response`: from the customer's first message to the first human reply
that the platform accepted. Snoozing does not stop it, since the customer has heard nothing; only
the calendar's closed hours stand still. Every function takes a clock and returns the clock after
what happened; none reads the time, sends an alert or knows who may stop what. That a bot's reply,
an internal note or a reply that the platform refused stops nothing is the caller's to keep: it
calls `stop` for a human reply that was accepted, with the platform's time, and for nothing else.

All times are UTC and whole seconds (chatops.calendar); a reply within the due second is in time.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from chatops.calendar import Calendar


class ClockKind(StrEnum):
    """What a clock measures."""

    #: From the customer's first message to the first human reply.
    FIRST_RESPONSE = "first_response"


class Outcome(StrEnum):
    """How a clock ended."""

    #: Answered, at the due second at the latest.
    MET = "met"
    #: Answered, but later.
    MET_LATE = "met_late"
    #: Closed without an answer when it was already due.
    BREACHED = "breached"
    #: Nothing was owed: closed before it was due, or void. Counted apart from the rate.
    WAIVED = "waived"


class State(StrEnum):
    """How a clock stands at some instant, as a person sees it."""

    ON_TIME = "on_time"
    #: Little is left: see `_is_short`.
    DUE_SOON = "due_soon"
    #: Past due and unanswered.
    BREACHED = "breached"
    MET = "met"
    MET_LATE = "met_late"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise on one ticket; running while `outcome` is None."""

    kind: ClockKind
    #: 1, and one more each time the customer returns to a ticket that was closed unanswered.
    cycle: int
    #: The calendar's name.
    calendar: str
    #: Seconds of working time that were promised.
    target_s: int
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None
    outcome: Outcome | None = None
    #: The due second, once it has passed without an answer; stays when the answer comes late.
    breached_at: datetime | None = None
    #: Seconds of working time until the answer, kept as they were then: an edit of the calendar
    #: changes no finished clock. None without an answer.
    elapsed_s: int | None = None


@dataclass(frozen=True, slots=True)
class ClockState:
    """What a card puts into words.

    While the clock runs and is not yet due: `pauses_at` and `resumes_at` are both None when it
    runs through; both are set when the calendar closes before the due second; and `resumes_at`
    alone when the calendar is closed now.
    """

    state: State
    #: Seconds of working time until due, negative when over; of a stopped clock as at its stop.
    left_s: int
    due_at: datetime
    pauses_at: datetime | None = None
    resumes_at: datetime | None = None


def start(calendar: Calendar, target_s: int, at: datetime, cycle: int = 1) -> Clock:
    """Start the first response clock at the customer's message.

    A second cycle belongs only to a customer who returns after a close without any human reply.
    Raises NoWorkingTime.
    """
    started = _second(at)
    due = calendar.add(started, target_s)
    return Clock(ClockKind.FIRST_RESPONSE, cycle, calendar.name, target_s, started, due)


def stop(clock: Clock, at: datetime, calendar: Calendar) -> Clock:
    """Stop at a human reply that the platform accepted at `at`.

    Platforms deliver late and out of order, so the earliest reply counts whatever came first: one
    from before the recorded stop (a close too) takes its place, and one from before the due second
    takes a breach back. A reply older than the clock answered something else and changes nothing.
    """
    replied = _second(at)
    if replied < clock.started_at or (clock.stopped_at and clock.stopped_at <= replied):
        return clock
    late = replied > clock.due_at
    return replace(
        clock,
        stopped_at=replied,
        outcome=Outcome.MET_LATE if late else Outcome.MET,
        breached_at=clock.due_at if late else None,
        elapsed_s=calendar.elapsed(clock.started_at, replied),
    )


#: What a changed promise leaves at least, when its new due second has passed already (SLA.md rule 9).
_GRACE = 15 * 60


def rebase(clock: Clock, calendar: Calendar, target_s: int, now: datetime) -> Clock:
    """Hold a running clock to another queue's promise: its start stays, target and calendar change.

    A clock that would be past due by that gets 15 minutes of working time; one that is breached,
    or has ended, stays as it is.
    """
    if clock.outcome or clock.breached_at:
        return clock
    due = calendar.add(clock.started_at, target_s)
    if due <= now:
        due = calendar.add(_second(now), _GRACE)
    return replace(clock, calendar=calendar.name, target_s=target_s, due_at=due)


def earliest(clock: Clock, other: Clock, calendar: Calendar) -> Clock:
    """Let a running clock count from the other's start, if that is earlier (SLA.md rule 11)."""
    if clock.outcome or other.started_at >= clock.started_at:
        return clock
    due = calendar.add(other.started_at, clock.target_s)
    return replace(clock, started_at=other.started_at, due_at=due)


def breach(clock: Clock, now: datetime) -> Clock:
    """Record that the due second has passed; the same clock if it has not, or if it was known.

    The breach is dated to the due second, however late somebody looked.
    """
    if clock.outcome or clock.breached_at or _second(now) <= clock.due_at:
        return clock
    return replace(clock, breached_at=clock.due_at)


def waive(clock: Clock, at: datetime, *, void: bool = False) -> Clock:
    """End the clock without a reply: waived if it was not yet due, breached if it was past due.

    `void` says that no answer was ever owed (spam, merged away, deleted by its author): waived
    even past due. A stopped clock stays as it is.
    """
    if clock.outcome:
        return clock
    ended = _second(at)
    late = ended > clock.due_at and not void
    return replace(
        clock,
        stopped_at=ended,
        outcome=Outcome.BREACHED if late else Outcome.WAIVED,
        breached_at=clock.due_at if late else None,
    )


def left(clock: Clock, now: datetime, calendar: Calendar) -> int:
    """Seconds of working time until due, negative when over; a stopped clock stands still."""
    return _left(clock, clock.stopped_at or _second(now), calendar)


def say(clock: Clock, now: datetime, calendar: Calendar) -> ClockState:
    """How the clock stands at `now`."""
    at = clock.stopped_at or now.replace(microsecond=0)
    left_s = _left(clock, at, calendar)
    if clock.outcome:
        return ClockState(State(clock.outcome), left_s, clock.due_at)
    # Compared by instant: with the calendar closed since the due second nothing is over, yet late.
    if at > clock.due_at:
        return ClockState(State.BREACHED, left_s, clock.due_at)
    state = State.DUE_SOON if _is_short(clock.target_s, left_s) else State.ON_TIME
    if (clock.due_at - at).total_seconds() == left_s:
        return ClockState(state, left_s, clock.due_at)
    pauses = calendar.closes_at(at)
    return ClockState(state, left_s, clock.due_at, pauses, calendar.next_opening(pauses or at))


def _left(clock: Clock, at: datetime, calendar: Calendar) -> int:
    if at <= clock.due_at:
        return calendar.elapsed(at, clock.due_at)
    return -calendar.elapsed(clock.due_at, at)


def _is_short(target_s: int, left_s: int) -> bool:
    """Whether to warn: at the earlier of 75 % used and 5 min left; under 10 min, at half."""
    if target_s < 10 * 60:
        return 2 * left_s <= target_s
    return 4 * left_s <= target_s or left_s <= 5 * 60


def _second(t: datetime) -> datetime:
    return t.astimezone(UTC).replace(microsecond=0)
