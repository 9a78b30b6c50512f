"""A ticket's clocks in words: on cards, which stay as they were drawn, and asked for at a moment. Pure.

Nothing redraws a card while nothing happens, so its words hold until something does: they name
instants, and an alert redraws it as due soon or late. What is drawn when it is asked for tells what
is left as well.
"""

from chatops import sla
from chatops.calendar import Calendar
from chatops.cards.watch_words import watched_words
from chatops.event import ClockKind
from chatops.scene import Scene
from chatops.sla import Clock, ClockState, State
from chatops.text import Text, text


def clock_shown(scene: Scene) -> Clock | None:
    """Return the clock that is due first; where none runs, one that stands still, else the first."""
    promised = [each for each in scene.clocks if not each.kind.is_watch]
    still = (each for each in promised if each.is_paused)
    return sla.nearest(promised) or next(still, scene.clock)


def clock_named(kind: ClockKind) -> Text:
    """Say what a clock measures."""
    return text("fact-clock" if kind is ClockKind.FIRST_RESPONSE else f"fact-clock-{kind.value}")


def hours_of(scene: Scene, clock: Clock) -> Calendar:
    """Return the calendar that a clock goes by."""
    return scene.policy.terms.calendar_of(clock) or scene.queue.calendar


def clock_words(scene: Scene, clock: Clock | None) -> Text:
    """Say when a clock is due, of how much time, and when it stops before: true as long as it runs."""
    if clock is None:
        return text("clock-none")
    if clock.kind.is_watch:
        return watched_words(clock)
    how = sla.say(clock, scene.now, hours_of(scene, clock))
    said = _said(clock, how)
    if how.state not in {State.ON_TIME, State.DUE_SOON}:
        return said
    span = span_of(clock, clock.target_s + clock.extra_s)
    if how.resumes_at is None:
        return text("clock-within", said=said, span=span)
    if how.pauses_at is None:
        return text("clock-within-paused", said=said, span=span, resumes=how.resumes_at)
    pauses, resumes = how.pauses_at, how.resumes_at
    return text("clock-within-pauses", said=said, span=span, pauses=pauses, resumes=resumes)


def clock_brief(scene: Scene, clock: Clock | None) -> Text:
    """Say the same in a list's line: when it is due alone."""
    if clock is None:
        return text("clock-none")
    if clock.kind.is_watch:
        return watched_words(clock)
    return _said(clock, sla.say(clock, scene.now, hours_of(scene, clock)))


def clock_left(scene: Scene, clock: Clock) -> Text:
    """Say what is left at `scene.now`, for who asks then."""
    if clock.kind.is_watch:
        left_s = sla.left(clock, scene.now, hours_of(scene, clock))
        said = watched_words(clock)
        runs = clock.outcome is None and left_s > 0
        return text("left-watched", said=said, left=length(left_s)) if runs else said
    how = sla.say(clock, scene.now, hours_of(scene, clock))
    match how.state:
        case State.ON_TIME:
            return _left(clock, how)
        case State.DUE_SOON:
            return text("left-due_soon", said=_left(clock, how))
        case State.BREACHED if clock.outcome is None and how.due_at is not None and how.left_s < 0:
            return text("left-breached", late=span_of(clock, -how.left_s), due=how.due_at)
        case _:
            return _said(clock, how)


def span_of(clock: Clock, seconds: int) -> Text:
    """Say a length of a clock's own time."""
    whose = "always" if clock.kind.by_calendar else "working"
    return text(f"span-{whose}", span=length(seconds))


def length(seconds: int) -> Text:
    """Say a length of working time: never in days, for one of those has no 24 hours."""
    hours, rest = divmod(seconds, 3600)
    minutes, left_s = divmod(rest, 60)
    if hours and minutes:
        return text("span-hours", hours=hours, minutes=minutes)
    if hours:
        return text("span-whole-hours", hours=hours)
    if minutes or not left_s:
        return text("span-minutes", minutes=minutes)
    return text("span-seconds", seconds=left_s)


def _left(clock: Clock, how: ClockState) -> Text:
    assert how.due_at is not None  # noqa: S101 - it runs
    left = span_of(clock, how.left_s)
    if how.resumes_at is None:
        return text("left", left=left, due=how.due_at)
    if how.pauses_at is None:
        return text("left-paused", left=left, due=how.due_at, resumes=how.resumes_at)
    pauses, resumes = how.pauses_at, how.resumes_at
    return text("left-pauses", left=left, due=how.due_at, pauses=pauses, resumes=resumes)


def _said(clock: Clock, how: ClockState) -> Text:
    """Say the state alone, with the instant that it is about."""
    match how.state:
        case State.ON_TIME | State.DUE_SOON | State.BREACHED if how.due_at is not None:
            return text(f"clock-{how.state.value}", due=how.due_at)
        case State.MET_LATE if how.due_at is not None:
            late = length(abs(how.left_s))
            return text(_ended(clock, how.state), due=how.due_at, late=late)
        case State.MET | State.WAIVED:
            return text(_ended(clock, how.state))
        case _:  # what is left of it does not change
            return text("clock-still", left=length(max(how.left_s, 0)))


def _ended(clock: Clock, state: State) -> str:
    has_its_own = clock.kind in {ClockKind.RESOLUTION, ClockKind.CLAIM}
    return f"clock-{state.value}-{clock.kind.value}" if has_its_own else f"clock-{state.value}"
