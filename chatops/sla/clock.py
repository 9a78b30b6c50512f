"""One promise on one ticket: what was promised, by when, what it has used, and how it ended.

Every function takes a clock and returns the clock after what happened; none reads the time, sends
an alert or knows which event means what (`folding` does). A clock is running while `outcome` is
None and `due_at` is set, and it stands still while both are None; it may be taken up again after
its end, as the resolution of a ticket that is reopened. Only the calendar's open hours count.

All times are UTC and whole seconds (chatops.calendar); what ends within the due second is in time.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from chatops.calendar import Calendar, NoWorkingTime
from chatops.event import AlertLevel, ClockKind


class Outcome(StrEnum):
    """How a clock ended."""

    #: Done, at the due second at the latest.
    MET = "met"
    #: Done, but later.
    MET_LATE = "met_late"
    #: Closed without an answer when it was already due.
    BREACHED = "breached"
    #: Nothing was owed: closed before it was due, or void. Counted apart from the rate.
    WAIVED = "waived"
    #: What was watched for did not come until the end; nobody had promised it.
    LAPSED = "lapsed"


class Why(StrEnum):
    """Why a stretch of time counts or does not."""

    RAN = "ran"
    #: It ran too, but by another calendar than now.
    RAN_ELSEWHERE = "ran_elsewhere"
    #: The ticket waited for the customer, or for whom its policy names.
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Given(StrEnum):
    """Why more time was given than the target."""

    #: The promise changed, and by the new one it would have been past due.
    POLICY_CHANGE = "policy_change"
    #: The ticket was reopened with less than the grace left.
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a clock's past that is over, `[since, until)`."""

    since: datetime
    until: datetime
    counted_s: int  #: seconds of working time in it, by the calendar of then
    why: Why


@dataclass(frozen=True, slots=True)
class Promise:
    """What a policy promises of one kind of clock."""

    kind: ClockKind
    target_s: int  #: seconds of the calendar's time
    calendar: Calendar
    policy: str  #: its name
    policy_version: str
    calendar_version: str


@dataclass(frozen=True, slots=True)
class Clock:
    """One promise on one ticket."""

    kind: ClockKind
    #: 1, and one more for each time that the same is owed again.
    cycle: int
    #: The calendar's name.
    calendar: str
    #: Seconds of working time that were promised.
    target_s: int
    started_at: datetime
    due_at: datetime | None  #: None while it stands still
    stopped_at: datetime | None = None
    outcome: Outcome | None = None
    #: The due second, once it has passed without an answer; stays when the answer comes late.
    breached_at: datetime | None = None
    #: Seconds of working time until the end, kept as they were then: an edit of the calendar
    #: changes no finished clock. None of what was not done.
    elapsed_s: int | None = None
    policy: str = ""  #: the policy's name; "" of clocks from before schema 0005, like the versions
    policy_version: str = ""
    calendar_version: str = ""
    #: What is over of its time, without a gap from `started_at` on; what follows is under way.
    past: tuple[Stretch, ...] = ()
    extra_s: int = 0  #: seconds of working time that were given above the target
    given: Given | None = None  #: why they were
    alerted: AlertLevel | None = (
        None  #: the last level of alerts, of which each comes once for ever
    )
    #: The second after which the next alert is to be sent. It follows from all the rest and the
    #: calendar, so that two clocks do not differ by it.
    alert_at: datetime | None = field(default=None, compare=False)

    @property
    def since(self) -> datetime:
        """When the stretch that is under way began."""
        return self.past[-1].until if self.past else self.started_at

    @property
    def is_paused(self) -> bool:
        """Whether it stands still, neither running nor ended."""
        return self.outcome is None and self.due_at is None


def start(promise: Promise, at: datetime, cycle: int = 1) -> Clock:
    """Start a clock."""
    started = second(at)
    return Clock(
        promise.kind,
        cycle,
        promise.calendar.name,
        promise.target_s,
        started,
        _due(promise.calendar, started, promise.target_s),
        policy=promise.policy,
        policy_version=promise.policy_version,
        calendar_version=promise.calendar_version,
    )


def used(clock: Clock, at: datetime, calendar: Calendar) -> int:
    """Seconds of working time from the start to `at`, without what it stood still."""
    total = 0
    for past in clock.past:
        if past.until <= at:
            total += past.counted_s
        elif past.counted_s:
            total += min(past.counted_s, calendar.elapsed(past.since, at))
    return total if clock.due_at is None else total + calendar.elapsed(clock.since, at)


def stop(clock: Clock, at: datetime, calendar: Calendar) -> Clock:
    """End the clock by what it waits for, which happened at `at`.

    Platforms deliver late and out of order, so the earliest answer counts whatever came first: one
    from before the recorded stop (a close too) takes its place, and one from before the due second
    takes a breach back. What is older than the clock answered something else and changes nothing.
    """
    done = second(at)
    if done < clock.started_at or (clock.stopped_at and clock.stopped_at <= done):
        return clock
    breached = clock.breached_at
    if clock.due_at is not None:
        breached = clock.due_at if done > clock.due_at else None
    return replace(
        clock,
        stopped_at=done,
        outcome=Outcome.MET if breached is None else Outcome.MET_LATE,
        breached_at=breached,
        elapsed_s=used(clock, done, calendar),
    )


def pause(clock: Clock, at: datetime, calendar: Calendar) -> Clock:
    """Let a running clock stand still from `at` on. A breach is noted before it: no pause hides it."""
    if clock.outcome or clock.due_at is None:
        return clock
    paused = max(second(at), clock.since)
    ran = Stretch(clock.since, paused, calendar.elapsed(clock.since, paused), Why.RAN)
    return replace(breach(clock, paused), past=(*clock.past, ran), due_at=None)


def resume(clock: Clock, at: datetime, calendar: Calendar, grace_s: int = 0) -> Clock:
    """Let a clock run on that stood still or had ended.

    Where less than `grace_s` of working time is left, so much is given. What is late stays so.
    """
    if clock.outcome is None and clock.due_at is not None:
        return clock
    past = clock.past
    if clock.stopped_at is not None:
        ended = max(clock.stopped_at, clock.since)
        if clock.due_at is None:
            past = (*past, Stretch(clock.since, ended, 0, Why.SNOOZED))
        else:
            ran = calendar.elapsed(clock.since, ended)
            past = (*past, Stretch(clock.since, ended, ran, Why.RAN))
    since = past[-1].until if past else clock.started_at
    resumed = max(second(at), since)
    still = Why.CLOSED if clock.stopped_at is not None else Why.SNOOZED
    past = (*past, Stretch(since, resumed, 0, still))
    goes_on = replace(clock, past=past, outcome=None, stopped_at=None, elapsed_s=None)
    if clock.breached_at is not None:
        return replace(goes_on, due_at=clock.breached_at)
    left_s = _allowed(clock) - _spent(past)
    if left_s < grace_s:
        extra_s = clock.extra_s + grace_s - left_s
        goes_on = replace(goes_on, extra_s=extra_s, given=Given.REOPENED)
    return replace(goes_on, due_at=_due(calendar, resumed, max(left_s, grace_s)))


#: What a changed promise leaves at least, when its new due second has passed already (SLA.md rule 9).
_GRACE = 15 * 60


def rebase(clock: Clock, promise: Promise, old: Calendar, now: datetime) -> Clock:
    """Hold an open clock to another promise: start, pauses, what is used and a reopening's grace stay.

    What ran by another calendar (`old`) is counted by that; where the same one was edited, what is
    under way counts as it is written now. A clock that would be past due by that gets 15 minutes of
    working time, one that stands still from when it goes on; one that is breached, or has ended, stays as it is.
    """
    clock = breach(clock, now)
    if clock.outcome or clock.breached_at or is_held_to(clock, promise):
        return clock
    calendar = promise.calendar
    past, at = clock.past, max(second(now), clock.since)
    if clock.calendar != calendar.name:
        if clock.due_at is not None:
            past = (*past, Stretch(clock.since, at, old.elapsed(clock.since, at), Why.RAN))
        past = tuple(_elsewhere(each) for each in past)
    granted_s = _allowed(clock) if clock.given is Given.REOPENED else 0
    extra_s = max(granted_s - promise.target_s, 0)
    held = replace(
        clock,
        calendar=calendar.name,
        target_s=promise.target_s,
        policy=promise.policy,
        policy_version=promise.policy_version,
        calendar_version=promise.calendar_version,
        past=past,
        extra_s=extra_s,
        given=Given.REOPENED if extra_s else None,
    )
    left_s = _allowed(held) - _spent(past)
    if clock.due_at is None:
        if left_s > 0:
            return held
        return replace(held, extra_s=extra_s + _GRACE - left_s, given=Given.POLICY_CHANGE)
    due = _due(calendar, held.since, max(left_s, 0))
    if due > at:
        return replace(held, due_at=due)
    extra_s = used(held, at, calendar) + _GRACE - promise.target_s
    return replace(
        held, due_at=_due(calendar, at, _GRACE), extra_s=extra_s, given=Given.POLICY_CHANGE
    )


def earliest(clock: Clock, other: Clock, calendar: Calendar) -> Clock:
    """Let an open clock count from the other's start, if that is earlier (SLA.md rule 11)."""
    if clock.outcome or other.started_at >= clock.started_at:
        return clock
    past = clock.past
    if past:
        ran = calendar.elapsed(other.started_at, clock.started_at)
        past = (Stretch(other.started_at, clock.started_at, ran, Why.RAN), *past)
    return _due_anew(replace(clock, started_at=other.started_at, past=past), calendar)


def on_its_own(clock: Clock, own: datetime, calendar: Calendar) -> Clock:
    """Let an open clock count from its own ticket's start again, once it is parted from another."""
    started = second(own)
    past = tuple(
        replace(each, since=started, counted_s=calendar.elapsed(started, each.until))
        if each.since < started and each.counted_s
        else replace(each, since=max(each.since, started))
        for each in clock.past
        if each.until > started
    )
    return _due_anew(replace(clock, started_at=started, past=past), calendar)


def breach(clock: Clock, now: datetime) -> Clock:
    """Record that the due second has passed; the same clock if it has not, or if it was known.

    The breach is dated to the due second, however late somebody looked.
    """
    if clock.outcome or clock.breached_at or clock.due_at is None or second(now) <= clock.due_at:
        return clock
    return replace(clock, breached_at=clock.due_at)


def waive(clock: Clock, at: datetime, *, void: bool = False) -> Clock:
    """End the clock undone: waived if it was not yet due, breached if it was past due.

    `void` says that nothing was ever owed (spam, merged away, deleted by its author): waived even
    past due. A stopped clock stays as it is.
    """
    if clock.outcome:
        return clock
    ended = breach(clock, at)
    late = ended.breached_at is not None and not void
    return replace(
        ended,
        stopped_at=second(at),
        outcome=Outcome.BREACHED if late else Outcome.WAIVED,
        breached_at=ended.breached_at if late else None,
    )


def owed_again(clock: Clock) -> Clock:
    """Take a waiver back: what was owed is owed again, by the same second."""
    return replace(clock, outcome=None, stopped_at=None)


def second(t: datetime) -> datetime:
    """Return the instant in UTC, without the fraction of its second."""
    return t.astimezone(UTC).replace(microsecond=0)


def _due(calendar: Calendar, since: datetime, seconds: int) -> datetime:
    """Return when so much working time is over.

    Where the calendar closes for good it is so much time later: a customer is not lost by that.
    """
    try:
        return calendar.add(since, seconds)
    except NoWorkingTime:
        return second(since) + timedelta(seconds=seconds)


def _spent(past: tuple[Stretch, ...]) -> int:
    return sum(each.counted_s for each in past)


def _elsewhere(stretch: Stretch) -> Stretch:
    return replace(stretch, why=Why.RAN_ELSEWHERE) if stretch.why is Why.RAN else stretch


def _allowed(clock: Clock) -> int:
    return clock.target_s + clock.extra_s


def _due_anew(clock: Clock, calendar: Calendar) -> Clock:
    """Return the clock with the due second that its start and its past give."""
    if clock.due_at is None:
        return clock
    left_s = max(_allowed(clock) - _spent(clock.past), 0)
    return replace(clock, due_at=_due(calendar, clock.since, left_s))


def is_held_to(clock: Clock, promise: Promise) -> bool:
    """Tell whether a clock goes by a promise; one from before schema 0005 knows no versions."""
    if not clock.policy_version:
        theirs = (clock.target_s, clock.calendar)
        return theirs == (promise.target_s, promise.calendar.name)
    return (clock.target_s, clock.policy, clock.policy_version, clock.calendar_version) == (
        promise.target_s,
        promise.policy,
        promise.policy_version,
        promise.calendar_version,
    )
