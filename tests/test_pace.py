"""Token buckets on a time of the test's own."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.delivery.pace import Bucket, ChatPace
from chatops.ports import Cap, ChatLimits

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def s(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_burst_goes_at_once_and_then_one_each_gap() -> None:
    bucket = Bucket(Cap(calls=2, seconds=10, burst=3))
    for _ in range(3):
        assert bucket.ready_at(NOON) == NOON
        bucket.spend(NOON)
    assert bucket.ready_at(NOON) == s(5)
    bucket.spend(s(5))
    assert bucket.ready_at(s(5)) == s(10)


def test_rest_fills_the_bucket_no_further_than_full() -> None:
    bucket = Bucket(Cap(calls=1, seconds=1))
    bucket.spend(NOON)
    assert bucket.ready_at(s(100)) == s(100)
    bucket.spend(s(100))
    assert bucket.ready_at(s(100)) == s(101)


def test_pause_holds_all_of_it_and_the_longest_counts() -> None:
    bucket = Bucket(Cap(calls=1, seconds=1, burst=5))
    bucket.pause(s(30))
    bucket.pause(s(10))
    assert bucket.ready_at(NOON) == s(30)
    assert bucket.ready_at(s(31)) == s(31)


@given(
    calls=st.integers(1, 20),
    seconds=st.integers(1, 60),
    burst=st.integers(1, 10),
    waits=st.lists(st.floats(0, 30), max_size=60),
)
def test_no_window_holds_more_than_its_calls_and_a_burst(
    calls: int, seconds: int, burst: int, waits: list[float]
) -> None:
    bucket, now, made = Bucket(Cap(calls, seconds, burst)), NOON, []
    for wait in waits:
        now = bucket.ready_at(now + timedelta(seconds=wait))
        bucket.spend(now)
        made.append(now)
    for start in made:
        window = [at for at in made if start <= at < start + timedelta(seconds=seconds)]
        assert len(window) <= calls + burst


@pytest.mark.parametrize("update", [True, False])
def test_update_and_post_spend_what_is_theirs(update: bool) -> None:
    one = Cap(calls=1, seconds=10)
    pace = ChatPace(ChatLimits(room=one, posts=one, updates=one))
    pace.spend("care", NOON, update=update)
    ready = [each.ready_at(NOON) for each in (pace.updates, pace.posts, pace.room("care"))]
    assert ready == ([s(10), NOON, NOON] if update else [NOON, s(10), s(10)])
    assert pace.room("leads").ready_at(NOON) == NOON
