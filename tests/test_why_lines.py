"""The segments of a clock, as people read them."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from scenes import NOW, TOKYO, begun, scene

from chatops.calendar import Calendar
from chatops.cards.thread_card import Alarm, alert_card
from chatops.cards.ticket_card import ticket_card
from chatops.cards.why_lines import SHOWN, why_lines
from chatops.plain import card_in_words
from chatops.sla import Clock, ClockKind, Given, Outcome
from chatops.sla.clock import Promise, pause, resume, start, stop, waive
from chatops.text import Words

WORDS = Words()
ZONE = ZoneInfo("Asia/Tokyo")
#: Thursday 9:30.
BEGAN = NOW - timedelta(hours=6)


def resolution(hours: int) -> Clock:
    return replace(begun(hours * 3600, BEGAN), kind=ClockKind.RESOLUTION)


def said(clock: Clock, hours: float, language: str = "en") -> list[str]:
    here = scene(clocks=(clock,), now=BEGAN + timedelta(hours=hours))
    return [WORDS.say(each, language, ZONE) for each in why_lines(here, clock)]


def fact(clock: Clock, language: str = "en") -> str:
    card = ticket_card(scene(clocks=(clock,)))
    return card_in_words(card, WORDS, language, ZONE)


def test_segments_and_their_sum_are_said() -> None:
    clock = pause(resolution(8), BEGAN + timedelta(hours=1), TOKYO)
    clock = resume(clock, BEGAN + timedelta(hours=2), TOKYO)
    lines = said(clock, 3)
    assert lines == [
        (
            "Resolution: 6 h of working time left; stops Thu 1 Oct 18:00, "
            "goes on Fri 2 Oct 9:00; due Fri 2 Oct 9:30"
        ),
        "Thu 1 Oct 9:30 – Thu 1 Oct 10:30: 1 h (working time)",
        "Thu 1 Oct 10:30 – Thu 1 Oct 11:30: 0 min (snoozed, waiting for an answer)",
        "Thu 1 Oct 11:30 – Thu 1 Oct 12:30: 1 h (working time)",
        "= 2 h of 8 h",
    ]
    assert said(clock, 3, "ja")[4] == "＝ 2時間 / 8時間"


def test_segments_add_up_in_the_minutes_that_are_shown() -> None:
    clock = pause(resolution(8), BEGAN + timedelta(seconds=100), TOKYO)
    clock = resume(clock, BEGAN + timedelta(seconds=200), TOKYO)
    told = [line.partition(": ")[2] for line in said(clock, 300 / 3600)[1:]]
    assert told == [
        "1 min (working time)",
        "0 min (snoozed, waiting for an answer)",
        "2 min (working time)",
        "",
    ]
    assert said(clock, 300 / 3600)[-1] == "= 3 min of 8 h"
    assert said(resolution(8), 40 / 3600)[-1] == "= 40 s of 8 h"


#: Promised at 9:30; the target in hours, the hours since, and what who asks is told.
LEFT = [
    (2, 1, "1 h of working time left; due Thu 1 Oct 11:30"),
    (2, 1.75, "⏳ Due soon: 15 min of working time left; due Thu 1 Oct 11:30"),
    (2, 3.5, "⚠ Late by 1 h 30 min of working time: was due Thu 1 Oct 11:30"),
    (8.5, 9, "⚠ Late: was due Thu 1 Oct 18:00"),
    (10, 1, ("9 h of working time left; stops Thu 1 Oct 18:00, goes on Fri 2 Oct 9:00; "
     "due Fri 2 Oct 10:30")),
    (12, 9, ("⏸ Off hours: 3 h 30 min of working time left; goes on Fri 2 Oct 9:00; "
     "due Fri 2 Oct 12:30")),
]  # fmt: skip


@pytest.mark.parametrize(("target", "hours", "words"), LEFT)
def test_who_asks_is_told_what_is_left_now(target: float, hours: float, words: str) -> None:
    clock = replace(begun(int(target * 3600), BEGAN), kind=ClockKind.RESOLUTION)
    assert said(clock, hours)[0] == f"Resolution: {words}"


def test_a_ceiling_counts_by_day_and_night() -> None:
    promise = Promise(ClockKind.CEILING, 86_400, Calendar.always("UTC"), "all", "p", "always")
    lines = said(start(promise, BEGAN), 10)
    assert lines == [
        "Latest first response: 14 h by day and night left; due Fri 2 Oct 9:30",
        "Thu 1 Oct 9:30 – Thu 1 Oct 19:30: 10 h (counts by day and night)",
        "= 10 h of 24 h",
    ]


def test_of_many_segments_the_older_are_added_up() -> None:
    lines = said(resolution(40), 24 * 6)
    assert len(lines) == 1 + 1 + SHOWN + 1
    assert lines[1].startswith("… until ")


def test_more_time_than_the_target_says_why() -> None:
    clock = replace(resolution(8), extra_s=900, given=Given.POLICY_CHANGE)
    assert said(clock, 0)[-1] == ("= 0 min of 8 h, and 15 min more since the promise changed")


def test_the_card_shows_the_clock_that_is_due_first() -> None:
    first, late = begun(3600, NOW), resolution(8)
    card = ticket_card(scene(clock=first, clocks=(late, first)))
    assert "First response" in card_in_words(card, WORDS, "en", ZONE)
    assert "Resolution" in fact(late)


def test_what_stands_still_says_what_is_left() -> None:
    clock = pause(resolution(8), BEGAN + timedelta(hours=1), TOKYO)
    assert "⏸ Stands still with 7 h left" in fact(clock)
    assert "⏸ 停止中（残り7時間）" in fact(clock, "ja")
    ended = (stop(clock, BEGAN + timedelta(hours=1), TOKYO), waive(clock, BEGAN))
    told = [WORDS.say(next(why_lines(scene(), each)), "en", ZONE) for each in ended]
    assert told == ["Resolution: ✓ Closed in time", "Resolution: Nothing was owed"]
    late = pause(resolution(1), BEGAN + timedelta(hours=2), TOKYO)
    closed = stop(late, BEGAN + timedelta(hours=3), TOKYO)
    assert closed.outcome is Outcome.MET_LATE
    assert "Closed 1 h late" in WORDS.say(next(why_lines(scene(), closed)), "en", ZONE)


def test_an_alert_names_the_clock() -> None:
    here = scene(clocks=(resolution(8),))
    card = alert_card(here, None, Alarm(ClockKind.RESOLUTION))
    assert "Resolution is late" in card_in_words(card, WORDS, "en", ZONE)
