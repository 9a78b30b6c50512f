"""Shifts: who is on by app.yaml, and the boundary at which that began."""

from datetime import UTC, datetime

import pytest

from chatops.calendar import Calendar, Window
from chatops.shifts import Stand, stand

WEEKDAYS = Calendar(
    "ben", "Asia/Tokyo", dict.fromkeys(range(5), (Window(540, 720), Window(780, 1080)))
)
NIGHTS = Calendar("aoi", "Asia/Tokyo", dict.fromkeys(range(7), (Window(1320, 1800),)))
SPLIT = Calendar(
    "ken", "Asia/Tokyo", dict.fromkeys(range(7), (Window(480, 600), Window(1080, 1200)))
)
NEVER = Calendar("eve", "Asia/Tokyo", {})


def tokyo(said: str) -> datetime:
    return datetime.fromisoformat(f"2026-06-{said}+09:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("shifts", "now", "stands"),
    [
        (WEEKDAYS, "01T09:00", Stand(True, tokyo("01T09:00"))),
        (WEEKDAYS, "01T08:59", Stand(False, datetime(2026, 5, 29, 9, tzinfo=UTC))),
        (WEEKDAYS, "01T12:30", Stand(True, tokyo("01T09:00"))),  # lunch is a break
        (WEEKDAYS, "01T18:00", Stand(False, tokyo("01T18:00"))),
        (WEEKDAYS, "07T12:00", Stand(False, tokyo("05T18:00"))),  # a Sunday
        (NIGHTS, "02T03:00", Stand(True, tokyo("01T22:00"))),
        (NIGHTS, "02T06:00", Stand(False, tokyo("02T06:00"))),
        (SPLIT, "02T12:00", Stand(False, tokyo("02T10:00"))),  # eight hours are no break
        (SPLIT, "02T18:00", Stand(True, tokyo("02T18:00"))),
        (NEVER, "02T12:00", None),
    ],
)
def test_shifts_say_who_is_on_and_since_when(
    shifts: Calendar, now: str, stands: Stand | None
) -> None:
    assert stand(shifts, tokyo(now)) == stands


def test_a_shift_that_never_ends_begins_anew_each_day() -> None:
    always = Calendar.always("Asia/Tokyo")
    assert stand(always, tokyo("15T12:00")) == Stand(True, tokyo("15T00:00"))
    assert stand(always, tokyo("16T00:00")) == Stand(True, tokyo("16T00:00"))
