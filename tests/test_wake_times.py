"""When a snoozed ticket comes back. It is Thursday, 1 October 2026, 15:30 in Tokyo."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chatops.calendar import Window
from chatops.wake_times import PRESETS, Wake, read_wake
from tests.scenes import NOW, TOKYO

ZONE = ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize(
    ("said", "month", "day", "hour", "minute"),
    [
        ("1h", 10, 1, 16, 30),
        ("3h", 10, 2, 9, 30),
        ("2h30m", 10, 2, 9, 0),  # at closing time nobody is there
        ("1h30m", 10, 1, 17, 0),
        ("90 minutes", 10, 1, 17, 0),
        ("２時間後", 10, 1, 17, 30),
        ("1時間半", 10, 1, 17, 0),
        ("tomorrow", 10, 2, 9, 0),
        ("Tomorrow at 10:15", 10, 2, 10, 15),
        ("明日9時", 10, 2, 9, 0),
        ("明日の９時半", 10, 2, 9, 30),
        ("明後日", 10, 5, 9, 0),
        ("16:00", 10, 1, 16, 0),
        ("9:00", 10, 2, 9, 0),
        ("10/3 14:00", 10, 5, 9, 0),
        ("10月5日 14時30分", 10, 5, 14, 30),
        ("2026-12-01", 12, 1, 9, 0),
        ("next week", 10, 5, 9, 0),
        ("来週", 10, 5, 9, 0),
        ("mon 10am", 10, 5, 10, 0),
        ("fri 5pm", 10, 2, 17, 0),
        ("thu", 10, 8, 9, 0),
        ("月曜日 12pm", 10, 5, 12, 0),
        ("2d", 10, 5, 9, 0),
        ("1d 10:00", 10, 2, 10, 0),
        ("3日後", 10, 5, 9, 0),
        ("today 9:00", 10, 1, 9, 0),
    ],
)
def test_times_are_read_in_both_languages(
    said: str, month: int, day: int, hour: int, minute: int
) -> None:
    at = datetime(2026, month, day, hour, minute, tzinfo=ZONE)
    assert read_wake(said, NOW, TOKYO, ZONE) == Wake(at)


def test_a_date_that_is_past_this_year_is_next_year_s() -> None:
    assert read_wake("1/5 10:00", NOW, TOKYO, ZONE) == Wake(datetime(2027, 1, 5, 10, tzinfo=ZONE))


def test_a_time_is_read_where_it_was_typed() -> None:
    london = ZoneInfo("Europe/London")
    wake = read_wake("tomorrow 3:00", NOW, TOKYO, london)
    assert wake == Wake(datetime(2026, 10, 2, 11, 0, tzinfo=ZONE))


@pytest.mark.parametrize(
    "said", ["customer", "Until the customer answers", "返信待ち", "お客様", "customer replies"]
)
def test_the_customer_s_answer_may_be_waited_for(said: str) -> None:
    assert read_wake(said, NOW, TOKYO, ZONE) == Wake(None)


@pytest.mark.parametrize(
    "said",
    ["", "banana", "13/45", "2/30", "tomorrow 99:00", "tomorrow 9:99", "10:00 banana", "soon 9:00"],
)
def test_what_is_no_time_is_not_guessed(said: str) -> None:
    assert read_wake(said, NOW, TOKYO, ZONE) is None


def test_where_the_calendar_closes_for_good_it_wakes_all_the_same() -> None:
    last = replace(TOKYO, week={}, special={NOW.astimezone(ZONE).date(): (Window(540, 1080),)})
    assert read_wake("3h", NOW, last, ZONE) == Wake(NOW + timedelta(hours=3))
    saturday = datetime(2026, 10, 3, 14, tzinfo=ZONE)
    assert read_wake("10/3 14:00", NOW, last, ZONE) == Wake(saturday)


def test_every_preset_is_a_word_that_is_read() -> None:
    assert None not in {read_wake(word, NOW, TOKYO, ZONE) for word in PRESETS}
