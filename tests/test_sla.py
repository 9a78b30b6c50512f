"""The first response clock: the written scenarios, and each rule at its boundary."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.calendar import Calendar, Window
from chatops.event import AlertLevel
from chatops.sla import (
    Clock,
    ClockKind,
    ClockState,
    Given,
    Outcome,
    Promise,
    State,
    Stretch,
    Why,
    left,
    nearest,
    say,
)
from chatops.sla.alerting import alert, next_alert
from chatops.sla.clock import (
    breach,
    earliest,
    on_its_own,
    pause,
    rebase,
    resume,
    start,
    stop,
    waive,
)

HOUR = 3600
TOKYO = Calendar("tokyo", "Asia/Tokyo", dict.fromkeys(range(5), (Window(540, 1080),)))
DAYS = {"Mon": 1, "Tue": 2, "Fri": 5, "Sat": 6, "next Mon": 8}


def at(text: str) -> datetime:
    """`Tue 10:00` in Tokyo, in the week of Monday 2026-06-01; without a day it is that Monday."""
    day, _, clock = text.rpartition(" ")
    wall = datetime.fromisoformat(f"2026-06-{DAYS[day or 'Mon']:02}T{clock}")
    return wall.replace(tzinfo=ZoneInfo("Asia/Tokyo")).astimezone(UTC)


def promise(calendar: Calendar, target_s: int = HOUR) -> Promise:
    return Promise(ClockKind.FIRST_RESPONSE, target_s, calendar, "queue", "p1", calendar.name)


def begun(text: str, target_s: int = HOUR) -> Clock:
    return start(promise(TOKYO, target_s), at(text))


def ended(clock: Clock) -> tuple[Outcome | None, float | None, datetime | None]:
    """Outcome, working minutes until the answer, breach."""
    minutes = None if clock.elapsed_s is None else clock.elapsed_s / 60
    return clock.outcome, minutes, clock.breached_at


# What of the scenarios A to K concerns one clock alone; test_sla_scenarios has them whole. What
# stops nothing (a bot's reply, a snooze) never reaches the clock, so the ticks in between stand for
# the time it waits.


def test_a_answered_in_half_an_hour() -> None:
    assert ended(stop(begun("09:10"), at("09:40"), TOKYO)) == (Outcome.MET, 30, None)


def test_b_bot_reply_does_not_stop_it() -> None:
    late = breach(begun("09:10"), at("10:11"))
    assert ended(late) == (None, None, at("10:10"))
    assert ended(stop(late, at("10:30"), TOKYO)) == (Outcome.MET_LATE, 80, at("10:10"))


def test_f_snooze_does_not_pause_it() -> None:
    clock = breach(begun("17:30"), at("Tue 10:00"))
    assert ended(clock) == (None, None, at("Tue 09:30"))
    assert ended(stop(clock, at("Tue 10:10"), TOKYO)) == (
        Outcome.MET_LATE,
        100,
        at("Tue 09:30"),
    )


def test_g_closed_without_reply_before_it_is_due() -> None:
    clock = waive(begun("09:00"), at("09:20"))
    assert ended(clock) == (Outcome.WAIVED, None, None)
    assert clock.stopped_at == at("09:20")


@pytest.mark.parametrize("noticed", [True, False], ids=["after the alert", "before any tick"])
def test_h_closed_without_reply_past_due_stays_breached(noticed: bool) -> None:
    clock = begun("09:00")
    clock = waive(breach(clock, at("10:01")) if noticed else clock, at("10:20"))
    assert ended(clock) == (Outcome.BREACHED, None, at("10:00"))
    assert clock.stopped_at == at("10:20")


def test_i_answered_at_the_due_second() -> None:
    clock = begun("09:00")
    assert ended(stop(clock, at("10:00"), TOKYO)) == (Outcome.MET, 60, None)
    second_later = stop(clock, at("10:00:01"), TOKYO)
    assert ended(second_later) == (Outcome.MET_LATE, 60 + 1 / 60, at("10:00"))


def test_j_customer_returns_to_a_ticket_that_a_bot_closed() -> None:
    assert ended(waive(begun("09:00"), at("09:06"))) == (Outcome.WAIVED, None, None)
    second = start(promise(TOKYO), at("Fri 14:00"), cycle=2)
    assert second.cycle == 2
    assert ended(stop(second, at("Fri 14:10"), TOKYO)) == (Outcome.MET, 10, None)


def test_k_weekend_does_not_count() -> None:
    clock = stop(begun("Sat 12:00"), at("next Mon 09:20"), TOKYO)
    assert ended(clock) == (Outcome.MET, 20, None)


def test_start_gives_the_whole_clock() -> None:
    assert start(promise(TOKYO), at("Fri 17:30").astimezone(ZoneInfo("Europe/London"))) == Clock(
        kind=ClockKind.FIRST_RESPONSE,
        cycle=1,
        calendar="tokyo",
        target_s=HOUR,
        started_at=at("Fri 17:30"),
        due_at=at("next Mon 09:30"),
        policy="queue",
        policy_version="p1",
        calendar_version="tokyo",
    )
    assert start(promise(TOKYO), at("Fri 17:30")).started_at.tzinfo is UTC


def test_on_a_calendar_that_never_opens_it_is_due_so_much_time_later() -> None:
    clock = start(promise(Calendar("closed", "UTC", {})), at("09:00:00.700"))
    assert (clock.started_at, clock.due_at) == (at("09:00"), at("10:00"))


def test_due_second_lasts_until_the_next() -> None:
    clock = begun("09:00:00.700")
    in_time = at("10:00:00.999")
    assert clock.due_at == at("10:00")
    assert breach(clock, in_time) is clock
    assert stop(clock, in_time, TOKYO).outcome is Outcome.MET
    assert waive(clock, in_time).outcome is Outcome.WAIVED
    assert say(clock, in_time, TOKYO).state is State.DUE_SOON
    assert breach(clock, at("10:00:01")).breached_at == at("10:00")


def test_breach_is_recorded_once_and_dated_to_the_due_second() -> None:
    clock = breach(begun("09:00"), at("Fri 12:00"))
    assert clock.breached_at == at("10:00")
    assert breach(clock, at("Fri 12:01")) is clock
    answered = stop(begun("09:00"), at("09:30"), TOKYO)
    assert breach(answered, at("11:00")) is answered


def test_reply_that_arrives_late_but_was_in_time_takes_the_breach_back() -> None:
    clock = stop(breach(begun("09:00"), at("10:05")), at("09:59"), TOKYO)
    assert ended(clock) == (Outcome.MET, 59, None)


def test_first_reply_counts_in_whatever_order_they_arrive() -> None:
    first, second = at("09:30"), at("10:30")
    clock = begun("09:00")
    in_order = stop(stop(clock, first, TOKYO), second, TOKYO)
    assert in_order == stop(stop(clock, second, TOKYO), first, TOKYO)
    assert ended(in_order) == (Outcome.MET, 30, None)


def test_reply_from_before_the_close_counts_and_one_after_it_does_not() -> None:
    closed = waive(begun("09:00"), at("09:20"))
    assert stop(closed, at("09:20"), TOKYO) is closed
    assert stop(closed, at("09:30"), TOKYO) is closed
    assert ended(stop(closed, at("09:15"), TOKYO)) == (Outcome.MET, 15, None)


def test_our_own_earlier_post_is_no_answer() -> None:
    clock = begun("09:00")
    assert stop(clock, at("08:59:59"), TOKYO) is clock
    assert ended(stop(clock, at("09:00"), TOKYO)) == (Outcome.MET, 0, None)


@pytest.mark.parametrize("closed", ["09:20", "10:20"])
def test_spam_is_waived_even_past_due(closed: str) -> None:
    clock = waive(breach(begun("09:00"), at(closed)), at(closed), void=True)
    assert ended(clock) == (Outcome.WAIVED, None, None)


def test_closing_an_answered_ticket_leaves_its_clock() -> None:
    answered = stop(begun("09:00"), at("09:30"), TOKYO)
    assert waive(answered, at("09:30")) is answered
    assert waive(answered, at("11:00"), void=True) is answered


@pytest.mark.parametrize(
    ("now", "minutes"),
    [
        ("Fri 17:30", 60),
        ("Fri 17:45", 45),
        ("Sat 12:00", 30),
        ("next Mon 09:30", 0),
        ("next Mon 10:10", -40),
    ],
)
def test_what_is_left_counts_working_time_only(now: str, minutes: int) -> None:
    assert left(begun("Fri 17:30"), at(now), TOKYO) == minutes * 60


@pytest.mark.parametrize(
    ("target_s", "short_s"),
    [
        pytest.param(60, 30, id="1 min, at half"),
        pytest.param(599, 299, id="just under 10 min, at half"),
        pytest.param(600, 300, id="10 min, 5 min before"),
        pytest.param(1200, 300, id="20 min, both rules agree"),
        pytest.param(HOUR, 900, id="1 h, at 75 %"),
        pytest.param(4 * HOUR, HOUR, id="4 h, at 75 %"),
    ],
)
def test_due_soon_begins(target_s: int, short_s: int) -> None:
    clock = begun("09:00", target_s)
    assert clock.due_at is not None
    due_soon = clock.due_at - timedelta(seconds=short_s)
    assert say(clock, due_soon, TOKYO).state is State.DUE_SOON
    assert say(clock, due_soon - timedelta(seconds=1), TOKYO).state is State.ON_TIME


def test_due_soon_before_a_weekend_counts_working_time() -> None:
    clock = begun("Fri 17:10")
    friday = say(clock, at("Fri 17:55"), TOKYO)
    assert (friday.state, friday.left_s) == (State.DUE_SOON, 900)


def test_says_that_it_runs_through() -> None:
    assert say(begun("09:00"), at("09:10"), TOKYO) == ClockState(
        State.ON_TIME, 50 * 60, at("10:00")
    )


def test_due_exactly_at_closing_time_is_no_pause() -> None:
    assert say(begun("17:00"), at("17:10"), TOKYO) == ClockState(
        State.ON_TIME, 50 * 60, at("18:00")
    )


def test_says_when_it_pauses_and_resumes() -> None:
    assert say(begun("Fri 17:30"), at("Fri 17:40"), TOKYO) == ClockState(
        State.ON_TIME,
        50 * 60,
        at("next Mon 09:30"),
        pauses_at=at("Fri 18:00"),
        resumes_at=at("next Mon 09:00"),
    )


@pytest.mark.parametrize("now", ["Fri 18:00", "Sat 12:00"])
def test_says_when_it_resumes_while_the_team_is_off(now: str) -> None:
    assert say(begun("Fri 17:30"), at(now), TOKYO) == ClockState(
        State.ON_TIME, 30 * 60, at("next Mon 09:30"), resumes_at=at("next Mon 09:00")
    )


@pytest.mark.parametrize("noticed", [True, False], ids=["after the tick", "before the tick"])
def test_says_breached_as_soon_as_it_is(noticed: bool) -> None:
    clock = begun("09:00")
    clock = breach(clock, at("10:20")) if noticed else clock
    assert say(clock, at("10:20"), TOKYO) == ClockState(State.BREACHED, -20 * 60, at("10:00"))


def test_due_at_closing_time_is_breached_before_the_next_opening() -> None:
    """Nothing of working time is over, yet the promise was for Friday 18:00."""
    assert say(begun("Fri 17:00"), at("Sat 12:00"), TOKYO) == ClockState(
        State.BREACHED, 0, at("Fri 18:00")
    )


def test_stopped_clock_says_how_it_ended_and_stands_still() -> None:
    clock = begun("09:00")
    later = at("Fri 12:00")
    assert [
        say(end, later, TOKYO)
        for end in (
            stop(clock, at("09:30"), TOKYO),
            stop(clock, at("10:30"), TOKYO),
            waive(clock, at("09:20")),
            waive(clock, at("10:20")),
        )
    ] == [
        ClockState(State.MET, 30 * 60, at("10:00")),
        ClockState(State.MET_LATE, -30 * 60, at("10:00")),
        ClockState(State.WAIVED, 40 * 60, at("10:00")),
        ClockState(State.BREACHED, -20 * 60, at("10:00")),
    ]


@given(st.integers(0, 14 * 86_400), st.integers(1, 40 * HOUR), st.integers(0, 14 * 86_400))
def test_what_is_left_and_what_is_used_make_the_target(
    begin_s: int, target_s: int, later_s: int
) -> None:
    clock = start(promise(TOKYO, target_s), at("00:00") + timedelta(seconds=begin_s))
    now = clock.started_at + timedelta(seconds=later_s)
    state = say(clock, now, TOKYO)
    assert clock.due_at is not None
    assert state.left_s + TOKYO.elapsed(clock.started_at, now) == target_s
    assert (state.state is State.BREACHED) is (now > clock.due_at)
    assert (breach(clock, now).breached_at is None) is (now <= clock.due_at)
    if state.pauses_at:
        assert now < state.pauses_at < clock.due_at
    if state.resumes_at:
        assert (state.pauses_at or now) < state.resumes_at < clock.due_at


# --- moved and merged tickets (SLA.md rules 9 and 11)


def test_another_queues_promise_counts_from_the_same_start() -> None:
    moved = rebase(begun("09:00"), promise(TOKYO, 4 * HOUR), TOKYO, at("09:30"))
    assert (moved.started_at, moved.target_s, moved.due_at) == (at("09:00"), 4 * HOUR, at("13:00"))


def test_a_promise_that_would_be_late_by_the_move_leaves_a_quarter_of_an_hour() -> None:
    moved = rebase(begun("09:00", 4 * HOUR), promise(TOKYO), TOKYO, at("12:00"))
    assert (moved.started_at, moved.due_at) == (at("09:00"), at("12:15"))


def test_a_move_changes_no_clock_that_is_late_or_has_ended() -> None:
    late = breach(begun("09:00"), at("10:01"))
    met = stop(begun("09:00"), at("09:30"), TOKYO)
    assert rebase(late, promise(TOKYO, 4 * HOUR), TOKYO, at("10:30")) is late
    assert rebase(met, promise(TOKYO, 4 * HOUR), TOKYO, at("10:30")) is met


def test_a_merged_ticket_counts_from_the_earlier_start() -> None:
    merged = earliest(begun("09:30"), begun("09:00"), TOKYO)
    assert (merged.started_at, merged.due_at) == (at("09:00"), at("10:00"))
    assert earliest(begun("09:00"), begun("09:30"), TOKYO) == begun("09:00")
    met = stop(begun("09:30"), at("09:40"), TOKYO)
    assert earliest(met, begun("09:00"), TOKYO) is met


# --- clocks that stand still and go on


def test_a_paused_clock_has_no_due_time_and_uses_nothing_up() -> None:
    clock = pause(begun("09:00"), at("09:20"), TOKYO)
    assert (clock.is_paused, clock.due_at, next_alert(clock, TOKYO)) == (True, None, None)
    assert clock.past == (Stretch(at("09:00"), at("09:20"), 1200, Why.RAN),)
    assert say(clock, at("Fri 12:00"), TOKYO) == ClockState(State.STILL, 40 * 60, None)
    assert pause(clock, at("10:00"), TOKYO) is clock
    assert nearest([clock]) is None


def test_a_paused_clock_goes_on_with_what_was_left() -> None:
    clock = resume(pause(begun("09:00"), at("09:20"), TOKYO), at("Tue 17:30"), TOKYO)
    assert clock.due_at is not None
    assert clock.due_at.astimezone(UTC) == at("Tue 17:30") + timedelta(hours=15, minutes=40)
    assert resume(clock, at("Fri 09:00"), TOKYO) is clock
    assert ended(stop(clock, at("Tue 17:40"), TOKYO)) == (Outcome.MET, 30, None)


def test_no_pause_hides_a_breach_nor_its_alert() -> None:
    clock = pause(begun("09:00"), at("10:20"), TOKYO)
    assert (clock.breached_at, next_alert(clock, TOKYO)) == (at("10:00"), at("10:00"))
    assert say(clock, at("Fri 12:00"), TOKYO) == ClockState(State.BREACHED, -20 * 60, at("10:00"))
    assert ended(stop(clock, at("12:00"), TOKYO)) == (Outcome.MET_LATE, 80, at("10:00"))
    goes_on = resume(clock, at("12:00"), TOKYO, grace_s=1800)
    assert (goes_on.due_at, goes_on.extra_s) == (at("10:00"), 0)


def test_a_breach_is_told_once_for_ever() -> None:
    clock = alert(begun("09:00"), AlertLevel.BREACH, at("10:01"))
    assert (clock.breached_at, clock.alerted) == (at("10:00"), AlertLevel.BREACH)
    assert alert(clock, AlertLevel.DUE_SOON, at("10:02")) is clock
    in_time = stop(clock, at("09:50"), TOKYO)
    assert (in_time.breached_at, in_time.alerted) == (None, AlertLevel.BREACH)


def test_reopened_with_little_left_it_gets_the_grace() -> None:
    clock = stop(begun("09:00"), at("09:50"), TOKYO)
    reopened = resume(clock, at("11:00"), TOKYO, grace_s=1800)
    assert (reopened.due_at, reopened.extra_s, reopened.given) == (
        at("11:30"),
        20 * 60,
        Given.REOPENED,
    )
    assert reopened.past == (
        Stretch(at("09:00"), at("09:50"), 3000, Why.RAN),
        Stretch(at("09:50"), at("11:00"), 0, Why.CLOSED),
    )
    assert ended(stop(reopened, at("11:20"), TOKYO)) == (Outcome.MET, 70, None)


@pytest.mark.parametrize(
    ("target_s", "extra_s", "due"),
    [
        (HOUR, 20 * 60, "11:30"),  # its calendar alone was edited
        (HOUR // 2, 50 * 60, "11:30"),
        (HOUR + 600, 10 * 60, "11:30"),
        (4 * HOUR, 0, "14:10"),  # more is left than the grace
    ],
)
def test_what_it_was_given_when_it_was_reopened_no_other_promise_takes(
    target_s: int, extra_s: int, due: str
) -> None:
    clock = stop(begun("09:00"), at("09:50"), TOKYO)
    reopened = resume(clock, at("11:00"), TOKYO, grace_s=1800)
    edited = replace(promise(TOKYO, target_s), calendar_version="edited")
    why = Given.REOPENED if extra_s else None
    held = replace(
        reopened,
        target_s=target_s,
        extra_s=extra_s,
        given=why,
        due_at=at(due),
        calendar_version="edited",
    )
    assert rebase(reopened, edited, TOKYO, at("11:05")) == held
    asleep = rebase(pause(reopened, at("11:05"), TOKYO), edited, TOKYO, at("11:10"))
    assert (asleep.due_at, asleep.extra_s, asleep.given) == (None, extra_s, why)
    assert resume(asleep, at("11:15"), TOKYO).due_at == at(due) + timedelta(minutes=10)


def test_closed_while_it_stood_still_it_counts_neither() -> None:
    closed = stop(pause(begun("09:00"), at("09:20"), TOKYO), at("11:00"), TOKYO)
    assert ended(closed) == (Outcome.MET, 20, None)
    reopened = resume(closed, at("12:00"), TOKYO)
    assert reopened.past[1:] == (
        Stretch(at("09:20"), at("11:00"), 0, Why.SNOOZED),
        Stretch(at("11:00"), at("12:00"), 0, Why.CLOSED),
    )
    assert reopened.due_at == at("12:40")


def test_what_ran_by_another_calendar_is_kept_as_it_was_counted() -> None:
    short = Calendar("short", "Asia/Tokyo", dict.fromkeys(range(5), (Window(600, 720),)))
    moved = rebase(begun("09:00", 4 * HOUR), promise(short, 4 * HOUR), TOKYO, at("10:30"))
    assert moved.past == (Stretch(at("09:00"), at("10:30"), 5400, Why.RAN_ELSEWHERE),)
    assert moved.due_at == at("Tue 11:00")
    assert ended(stop(moved, at("11:00"), short)) == (Outcome.MET, 120, None)
    before_the_move = stop(moved, at("09:30"), short)
    assert before_the_move.elapsed_s == 0  # by its own calendar, for nobody kept more than a sum


def test_a_paused_clock_is_held_to_another_promise_and_stays_paused() -> None:
    paused = pause(begun("09:00"), at("09:20"), TOKYO)
    held = rebase(paused, promise(TOKYO, 2 * HOUR), TOKYO, at("10:00"))
    assert (held.due_at, held.target_s, held.past) == (None, 2 * HOUR, paused.past)


def test_merged_and_parted_it_counts_what_each_had() -> None:
    late = resume(pause(begun("11:00"), at("11:10"), TOKYO), at("12:00"), TOKYO)
    merged = earliest(late, begun("10:00"), TOKYO)
    assert (merged.started_at, merged.due_at) == (at("10:00"), at("12:00"))
    halfway = on_its_own(merged, at("10:30"), TOKYO)
    assert (halfway.started_at, halfway.due_at) == (at("10:30"), at("12:20"))
    assert on_its_own(merged, at("11:00"), TOKYO) == late
    paused = pause(begun("11:00"), at("11:10"), TOKYO)
    assert earliest(paused, begun("10:00"), TOKYO).due_at is None


def test_nearest_is_what_is_due_first_among_what_runs() -> None:
    late, early = begun("11:00"), begun("10:00")
    assert nearest([late, stop(early, at("10:10"), TOKYO), early]) is early


def test_an_answer_from_before_a_pause_counts_nothing_of_it() -> None:
    clock = resume(pause(begun("09:00"), at("09:20"), TOKYO), at("09:40"), TOKYO)
    assert ended(stop(clock, at("09:10"), TOKYO)) == (Outcome.MET, 10, None)
