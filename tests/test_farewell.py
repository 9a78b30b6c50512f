"""The end of the service: all its parts share one span of time."""

import pytest

from chatops.app import ANSWERS, GRACE, Farewell


def test_all_parts_end_in_one_span_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("chatops.app.monotonic", lambda: now[0])
    farewell = Farewell()
    now[0] = 500.0  # it runs from the first asking
    assert farewell.left() == GRACE
    now[0] += 15
    assert farewell.left() == GRACE - 15
    now[0] += 15
    assert farewell.left() == 0


def test_what_systemd_waits_for_is_longer_than_the_end_takes() -> None:
    assert GRACE + 2 * ANSWERS < 30  # TimeoutStopSec
