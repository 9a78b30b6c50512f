"""The segments of a clock, as people read them."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from scenes import NOW, TOKYO, begun, scene

from chatops.cards.thread_card import Alarm, alert_card
from chatops.cards.ticket_card import ticket_card
from chatops.cards.why_lines import SHOWN, why_lines
from chatops.plain import card_in_words
from chatops.sla import Clock, ClockKind, Given, Outcome
from chatops.sla.clock import pause, resume, stop, waive
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
    assert len(lines) == 5
    assert lines[0].startswith("Resolution: Due ")
    assert [line.partition(": ")[2] for line in lines[1:4]] == [
        "1 h 0 min (working time)",
        "0 min (waiting for the customer)",
        "1 h 0 min (working time)",
    ]
    assert lines[4] == "= 2 h 0 min of 8 h 0 min"
    assert said(clock, 3, "ja")[4] == "＝ 2時間0分 / 8時間0分"


def test_of_many_segments_the_older_are_added_up() -> None:
    lines = said(resolution(40), 24 * 6)
    assert len(lines) == 1 + 1 + SHOWN + 1
    assert lines[1].startswith("… until ")


def test_more_time_than_the_target_says_why() -> None:
    clock = replace(resolution(8), extra_s=900, given=Given.POLICY_CHANGE)
    assert said(clock, 0)[-1] == ("= 0 min of 8 h 0 min, and 15 min more since the promise changed")


def test_the_card_shows_the_clock_that_is_due_first() -> None:
    first, late = begun(3600, NOW), resolution(8)
    card = ticket_card(scene(clock=first, clocks=(late, first)))
    assert "First response" in card_in_words(card, WORDS, "en", ZONE)
    assert "Resolution" in fact(late)


def test_what_stands_still_says_what_is_left() -> None:
    clock = pause(resolution(8), BEGAN + timedelta(hours=1), TOKYO)
    assert "Stands still with 7 h 0 min left" in fact(clock)
    assert "停止中（残り7時間0分）" in fact(clock, "ja")
    for ended in (stop(clock, BEGAN + timedelta(hours=1), TOKYO), waive(clock, BEGAN)):
        assert "Stands still" not in WORDS.say(next(why_lines(scene(), ended)), "en", ZONE)
    late = pause(resolution(1), BEGAN + timedelta(hours=2), TOKYO)
    closed = stop(late, BEGAN + timedelta(hours=3), TOKYO)
    assert closed.outcome is Outcome.MET_LATE
    assert "Answered 1 h 0 min late" in WORDS.say(next(why_lines(scene(), closed)), "en", ZONE)


def test_an_alert_names_the_clock() -> None:
    here = scene(clocks=(resolution(8),))
    card = alert_card(here, None, Alarm(ClockKind.RESOLUTION))
    assert "Resolution is late" in card_in_words(card, WORDS, "en", ZONE)
