"""snooze."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from chatops.card import Choice, Paragraph, TextBox
from chatops.event import ClockKind, Snoozed, SnoozeReason
from chatops.sla import Outcome
from chatops.text import Words, text
from chatops.ticket import Refusal
from commands.snooze import Snooze, form, snooze
from tests.scenes import AOI, NOW, begun, call, scene

WORDS, ZONE = Words(), ZoneInfo("Asia/Tokyo")

HOUR = NOW + timedelta(hours=1)


def test_for_an_hour_it_is_for_later() -> None:
    expected = [Snoozed(SnoozeReason.LATER, HOUR, AOI.id)]
    assert snooze(Snooze(until="1h"), scene(), call("snooze")) == expected


def test_until_the_customer_answers_it_waits_for_the_customer() -> None:
    expected = [Snoozed(SnoozeReason.WAITING_CUSTOMER, None, AOI.id)]
    assert snooze(Snooze(until="customer"), scene(), call("snooze")) == expected


def test_a_reason_may_be_given() -> None:
    args = Snooze(until="1h", reason=SnoozeReason.WAITING_INTERNAL)
    expected = [Snoozed(SnoozeReason.WAITING_INTERNAL, HOUR, AOI.id)]
    assert snooze(args, scene(), call("snooze")) == expected


def test_a_written_time_goes_before_the_choice() -> None:
    args = Snooze(until="customer", when="16:30")
    expected = [Snoozed(SnoozeReason.LATER, HOUR, AOI.id)]
    assert snooze(args, scene(), call("snooze")) == expected


@pytest.mark.parametrize(
    ("args", "words", "field"),
    [
        (Snooze(until="banana"), "banana", "until"),
        (Snooze(until="1h", when="banana"), "banana", "when"),
        (Snooze(until="other"), "other", "when"),
    ],
)
def test_a_time_that_is_not_understood_is_refused(args: Snooze, words: str, field: str) -> None:
    refused = Refusal(text("time-not-understood", words=words), field=field)
    assert snooze(args, scene(), call("snooze")) == refused


def test_elsewhere_times_are_the_queue_s() -> None:
    args = Snooze(until="16:30")
    expected = [Snoozed(SnoozeReason.LATER, HOUR, AOI.id)]
    assert snooze(args, scene(), call("snooze", room=None)) == expected


def test_the_form_says_that_the_clock_of_a_reply_goes_on() -> None:
    first = begun(3600, NOW)
    resolution = replace(begun(60, NOW), kind=ClockKind.RESOLUTION)
    part = form({}, scene(clocks=(resolution, first)), call("snooze")).parts[0]
    assert isinstance(part, Paragraph)
    for language, said in (
        ("en", "First response goes on meanwhile: Due Thu 1 Oct 16:30 (1 h of working time)"),
        ("ja", "スヌーズ中も初回返信の期限は進みます：期限 10月1日(木) 16:30（営業時間で1時間）"),
    ):
        assert WORDS.say(part.said, language, ZONE) == said
    answered = replace(first, outcome=Outcome.MET, stopped_at=NOW)
    asked = form({}, scene(clocks=(resolution, answered)), call("snooze")).parts
    assert not any(isinstance(each, Paragraph) for each in asked)


def test_the_form_says_when_each_preset_wakes() -> None:
    until, when, reason = form({"when": "x", "reason": "later"}, scene(), call("snooze")).parts
    assert isinstance(until, Choice)
    assert until.options[0] == ("1h", text("wake-1h", at=HOUR))
    assert until.options[-2:] == (
        ("customer", text("wake-customer")),
        ("other", text("wake-other")),
    )
    assert isinstance(when, TextBox)
    assert when.initial == "x"
    assert isinstance(reason, Choice)
    assert reason.initial == "later"
