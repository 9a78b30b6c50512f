"""Why a clock shows its number: segments without a gap that add up to it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from chatops.calendar import Calendar, Window
from chatops.sla import Clock, ClockKind, Promise, Segment, SegmentCause, left, why
from chatops.sla.clock import pause, rebase, resume, start, stop, used

HOUR = 3600
#: No change; a whole hour; half an hour; back across midnight; the other half of the year.
ZONES = [
    "Asia/Tokyo",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Santiago",
]
WEEKDAYS = dict.fromkeys(range(5), (Window(540, 720), Window(780, 1080)))
NIGHTS = dict.fromkeys(range(7), (Window(1320, 1800),))
OFFICES = {zone: Calendar(zone, zone, WEEKDAYS) for zone in ZONES}
NIGHT_SHIFTS = {zone: Calendar(f"{zone} by night", zone, NIGHTS) for zone in ZONES}
OFFICE = OFFICES["Asia/Tokyo"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Tokyo")).astimezone(UTC)


def promise(calendar: Calendar, target_s: int = 8 * HOUR) -> Promise:
    return Promise(ClockKind.RESOLUTION, target_s, calendar, "queue", "p", calendar.name)


def test_each_segment_says_why_it_counts() -> None:
    clock = start(promise(OFFICE), at("2026-06-01 11:30"))
    clock = pause(clock, at("2026-06-01 14:00"), OFFICE)
    clock = resume(clock, at("2026-06-01 17:30"), OFFICE)
    clock = stop(clock, at("2026-06-02 09:10"), OFFICE)
    assert why(clock, at("2026-06-05 12:00"), OFFICE) == tuple(
        Segment(at(f"2026-06-{since}"), at(f"2026-06-{until}"), minutes * 60, cause)
        for since, until, minutes, cause in (
            ("01 11:30", "01 12:00", 30, SegmentCause.WORKING),
            ("01 12:00", "01 13:00", 0, SegmentCause.OFF_HOURS),
            ("01 13:00", "01 14:00", 60, SegmentCause.WORKING),
            ("01 14:00", "01 17:30", 0, SegmentCause.SNOOZED),
            ("01 17:30", "01 18:00", 30, SegmentCause.WORKING),
            ("01 18:00", "02 09:00", 0, SegmentCause.OFF_HOURS),
            ("02 09:00", "02 09:10", 10, SegmentCause.WORKING),
        )
    )
    assert clock.elapsed_s == 130 * 60


def test_a_clock_that_has_just_begun_has_no_segment() -> None:
    clock = start(promise(OFFICE), at("2026-06-01 11:30"))
    assert why(clock, at("2026-06-01 11:30"), OFFICE) == ()


def test_what_another_calendar_counted_is_one_segment() -> None:
    nights = NIGHT_SHIFTS["Asia/Tokyo"]
    clock = start(promise(OFFICE), at("2026-06-01 17:00"))
    clock = rebase(clock, promise(nights), OFFICE, at("2026-06-01 23:00"))
    assert why(clock, at("2026-06-01 23:30"), nights) == (
        Segment(at("2026-06-01 17:00"), at("2026-06-01 23:00"), HOUR, SegmentCause.OTHER_CALENDAR),
        Segment(at("2026-06-01 23:00"), at("2026-06-01 23:30"), 1800, SegmentCause.WORKING),
    )


def test_what_a_calendar_counted_before_it_was_edited_is_one_segment() -> None:
    clock = start(promise(OFFICE), at("2026-06-01 11:30"))
    clock = pause(clock, at("2026-06-01 14:00"), OFFICE)
    edited = Calendar(OFFICE.name, OFFICE.zone, dict.fromkeys(range(5), (Window(540, 1080),)))
    counted = at("2026-06-01 11:30"), at("2026-06-01 14:00")
    assert why(clock, at("2026-06-01 14:10"), edited) == (
        Segment(*counted, 90 * 60, SegmentCause.OTHER_CALENDAR),
        Segment(counted[1], at("2026-06-01 14:10"), 0, SegmentCause.SNOOZED),
    )


def test_an_answer_that_is_heard_of_after_another_calendar_began_ends_the_segments_too() -> None:
    nights = NIGHT_SHIFTS["Asia/Tokyo"]
    clock = start(promise(nights), at("2026-06-01 23:00"))
    clock = rebase(clock, promise(OFFICE), nights, at("2026-06-02 10:00"))
    clock = stop(clock, at("2026-06-02 09:20"), OFFICE)
    parts = why(clock, at("2026-06-02 12:00"), OFFICE)
    assert sum(part.counted_s for part in parts) == clock.elapsed_s == 20 * 60
    assert parts[-1].until == at("2026-06-02 09:20")


def test_a_close_is_a_cause_and_so_is_a_pause_that_goes_on() -> None:
    clock = start(promise(OFFICE), at("2026-06-01 09:00"))
    clock = stop(clock, at("2026-06-01 10:00"), OFFICE)
    clock = resume(clock, at("2026-06-01 11:00"), OFFICE)
    clock = pause(clock, at("2026-06-01 11:00"), OFFICE)
    causes = [part.cause for part in why(clock, at("2026-06-01 11:30"), OFFICE)]
    assert causes == [SegmentCause.WORKING, SegmentCause.CLOSED, SegmentCause.SNOOZED]


_moves = st.lists(
    st.tuples(
        st.sampled_from(["pause", "resume", "stop", "reopen", "move"]), st.integers(0, 3 * 86_400)
    ),
    max_size=8,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(ZONES), st.booleans(), st.integers(0, 365 * 86_400), _moves)
def test_segments_follow_each_other_and_add_up(
    zone: str, nightly: bool, begin_s: int, moves: list[tuple[str, int]]
) -> None:
    calendar = (NIGHT_SHIFTS if nightly else OFFICES)[zone]
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=begin_s)
    clock = start(promise(calendar), now)
    for move, later_s in moves:
        now += timedelta(seconds=later_s)
        clock, calendar = _moved(clock, move, now, calendar, zone)
    now += timedelta(hours=5)
    parts = why(clock, now, calendar)
    until = clock.stopped_at or now
    assert sum(part.counted_s for part in parts) == used(clock, until, calendar)
    assert all(one.until == other.since for one, other in pairwise(parts))
    assert all(0 <= part.counted_s <= (part.until - part.since).total_seconds() for part in parts)
    if parts:
        assert (parts[0].since, parts[-1].until) == (clock.started_at, until)
    if clock.elapsed_s is not None:
        assert sum(part.counted_s for part in parts) == clock.elapsed_s
    if clock.due_at is not None and not clock.breached_at:
        allowed_s = clock.target_s + clock.extra_s
        assert left(clock, until, calendar) in {
            allowed_s - used(clock, until, calendar),
            -calendar.elapsed(clock.due_at, until),
        }


def _moved(
    clock: Clock, move: str, now: datetime, calendar: Calendar, zone: str
) -> tuple[Clock, Calendar]:
    match move:
        case "pause":
            return pause(clock, now, calendar), calendar
        case "resume" if clock.is_paused:
            return resume(clock, now, calendar), calendar
        case "stop":
            return stop(clock, now, calendar), calendar
        case "reopen" if clock.outcome is not None:
            return resume(clock, now, calendar, grace_s=1800), calendar
        case "move":
            other = OFFICES[zone] if calendar is NIGHT_SHIFTS[zone] else NIGHT_SHIFTS[zone]
            moved = rebase(clock, promise(other, 4 * HOUR), calendar, now)
            return moved, (other if moved is not clock else calendar)
        case _:
            return clock, calendar
