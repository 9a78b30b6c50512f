"""When a clock is alerted of: each level at its instant, once, and after a pause of ours the newest."""

from dataclasses import replace
from datetime import timedelta

import pytest
from test_sla import HOUR, TOKYO, at, begun

from chatops.calendar import Calendar, Window
from chatops.event import AlertLevel, ClockKind
from chatops.sla import Clock
from chatops.sla.alerting import alert, due_alerts, next_alert
from chatops.sla.alerting import planned as planned_of
from chatops.sla.clock import Promise, breach, pause, resume, start, stop


def planned(clock: Clock) -> Clock:
    return replace(clock, alert_at=next_alert(clock, TOKYO))


@pytest.mark.parametrize(
    ("minutes", "warned"),
    [
        (60, "09:45"),  # 75 % used comes before the last five minutes
        (16, "09:11"),  # there the last five minutes come first
        (10, "09:05"),
        (8, "09:04"),  # a short target, at half
    ],
)
def test_due_soon_at_the_earlier_of_a_share_and_five_minutes(minutes: int, warned: str) -> None:
    assert next_alert(begun("09:00", minutes * 60), TOKYO) == at(warned)


def test_the_last_repeat_is_four_working_hours_late_and_nothing_follows() -> None:
    clock, seen = planned(begun("16:00")), []
    while clock.alert_at is not None:
        now = clock.alert_at + timedelta(seconds=1)
        ((level, instant),) = due_alerts(clock, now, TOKYO)
        seen.append((level, instant))
        clock = planned(alert(clock, level, now))
    assert seen == [
        (AlertLevel.DUE_SOON, at("16:45")),
        (AlertLevel.BREACH, at("17:00")),
        (AlertLevel.REPEAT, at("18:00")),
        (AlertLevel.LAST_REPEAT, at("Tue 12:00")),
    ]


def test_nothing_is_due_at_the_planned_second_itself() -> None:
    clock = planned(begun("09:00"))
    assert due_alerts(clock, at("09:45"), TOKYO) == []


def test_after_a_while_all_that_passed_is_due_and_the_newest_last() -> None:
    clock = planned(begun("09:00"))
    assert due_alerts(clock, at("11:30"), TOKYO) == [
        (AlertLevel.DUE_SOON, at("09:45")),
        (AlertLevel.BREACH, at("10:00")),
        (AlertLevel.REPEAT, at("11:00")),
    ]


def test_what_is_paused_is_alerted_of_only_where_it_is_late_already() -> None:
    in_time = pause(begun("09:00"), at("09:20"), TOKYO)
    assert next_alert(in_time, TOKYO) is None
    late = planned(pause(begun("09:00"), at("10:20"), TOKYO))
    assert due_alerts(late, at("10:21"), TOKYO) == [
        (AlertLevel.DUE_SOON, at("10:00")),
        (AlertLevel.BREACH, at("10:00")),
    ]


def test_what_goes_on_with_little_left_is_due_soon_at_the_opening() -> None:
    clock = resume(pause(begun("09:00"), at("09:55"), TOKYO), at("Mon 22:00"), TOKYO)
    assert next_alert(clock, TOKYO) == at("Tue 09:00") + timedelta(seconds=1)


def test_more_time_brings_no_level_again_and_an_end_brings_none() -> None:
    warned = alert(begun("09:00"), AlertLevel.DUE_SOON, at("09:46"))
    later = resume(pause(warned, at("09:50"), TOKYO), at("14:00"), TOKYO)
    assert next_alert(later, TOKYO) == at("14:10")
    assert next_alert(stop(warned, at("09:50"), TOKYO), TOKYO) is None


@pytest.mark.parametrize(
    ("quiet", "warned"),
    [(TOKYO, "Tue 09:00"), (None, "21:00")],
    ids=["waits for the opening", "urgent"],
)
def test_a_ceiling_in_calendar_time_respects_the_night(quiet: Calendar | None, warned: str) -> None:
    day = Calendar.always("UTC")
    ceiling = Promise(ClockKind.CEILING, 4 * HOUR, day, "queue", "p1", "always")
    clock = start(ceiling, at("18:00"))
    key = (clock.kind, clock.cycle)
    moved = planned_of({key: clock}, {}, lambda _: day, quiet)
    assert moved[key].alert_at == at(warned)
    assert planned_of({key: clock}, {key: clock}, lambda _: day, quiet) == {}


def test_who_knows_of_it_is_not_told_again() -> None:
    known = alert(breach(begun("09:00"), at("10:05")), AlertLevel.KNOWN, at("10:05"))
    assert next_alert(known, TOKYO) is None


def test_a_breach_that_was_taken_back_is_not_repeated_of_a_clock_that_stands() -> None:
    told = alert(begun("09:00"), AlertLevel.BREACH, at("10:05"))
    still = replace(told, breached_at=None, due_at=None)
    assert next_alert(still, TOKYO) is None


def test_where_the_calendar_has_closed_for_good_no_repeat_comes_and_a_ceiling_waits_for_nothing() -> (
    None
):
    last = replace(TOKYO, week={}, special={at("09:00").date(): (Window(540, 1080),)})
    late = alert(begun("16:30"), AlertLevel.BREACH, at("17:31"))
    assert next_alert(late, last) is None
    day = Calendar.always("UTC")
    ceiling = start(Promise(ClockKind.CEILING, 4 * HOUR, day, "queue", "p1", "always"), at("18:00"))
    key = (ceiling.kind, ceiling.cycle)
    moved = planned_of({key: ceiling}, {}, lambda _: day, last)
    assert moved[key].alert_at == at("21:00")
