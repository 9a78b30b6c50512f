"""Token buckets on a time of the test's own."""

from datetime import UTC, datetime, timedelta

import pytest
from care import Care
from hypothesis import given
from hypothesis import strategies as st

from chatops.delivery.pace import Bucket, Buckets, ChatPace
from chatops.ports import Cap, ChatLimits, Tx

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def s(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_burst_goes_at_once_and_then_one_each_gap() -> None:
    bucket = Bucket(Cap(calls=2, seconds=10, burst=3))
    for _ in range(3):
        assert bucket.ready_at(NOON) == NOON
        bucket = bucket.after_call(NOON)
    assert bucket.ready_at(NOON) == s(5)
    bucket = bucket.after_call(s(5))
    assert bucket.ready_at(s(5)) == s(10)


def test_rest_fills_the_bucket_no_further_than_full() -> None:
    bucket = Bucket(Cap(calls=1, seconds=1))
    bucket = bucket.after_call(NOON)
    assert bucket.ready_at(s(100)) == s(100)
    bucket = bucket.after_call(s(100))
    assert bucket.ready_at(s(100)) == s(101)


def test_pause_holds_all_of_it_and_the_longest_counts() -> None:
    bucket = Bucket(Cap(calls=1, seconds=1, burst=5))
    bucket = bucket.paused(s(30)).paused(s(10))
    assert bucket.ready_at(NOON) == s(30)
    assert bucket.ready_at(s(31)) == s(31)


def test_what_a_clock_spent_that_was_an_hour_ahead_holds_nothing_up_for_an_hour() -> None:
    bucket = Bucket(Cap(calls=1, seconds=1, burst=2))
    for _ in range(2):
        bucket = bucket.after_call(s(3600))
    assert bucket.ready_at(NOON) == NOON
    bucket = bucket.after_call(NOON).after_call(NOON)
    assert bucket.ready_at(NOON) == s(1)


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
        bucket = bucket.after_call(now)
        made.append(now)
    for start in made:
        window = [at for at in made if start <= at < start + timedelta(seconds=seconds)]
        assert len(window) <= calls + burst


def test_update_and_post_spend_what_is_theirs() -> None:
    room, posts, updates = (Cap(calls=1, seconds=seconds) for seconds in (1, 2, 3))
    pace = ChatPace("slack", ChatLimits((room,), posts, updates))
    assert pace.of_post("care") == {"room:care": room, "posts:slack": posts}
    assert pace.of_update("care") == {"updates:slack": updates}


def test_update_spends_its_rooms_too_where_the_chat_counts_it_there() -> None:
    room, hour, posts, updates = (Cap(calls=1, seconds=seconds) for seconds in (1, 9, 2, 3))
    pace = ChatPace("teams", ChatLimits((room, hour), posts, updates, updates_in_room=True))
    of_room = [("room:care", room), ("room:care#2", hour)]
    assert list(pace.of_update("care").items()) == [*of_room, ("updates:teams", updates)]
    assert list(pace.of_post("care").items()) == [*of_room, ("posts:teams", posts)]


@pytest.mark.anyio
@pytest.mark.databases
async def test_what_one_process_spent_and_was_told_the_next_goes_by(care: Care) -> None:
    caps = {"room:care": Cap(calls=1, seconds=1), "posts:slack": Cap(calls=1, seconds=5)}

    def spend(tx: Tx) -> datetime:
        buckets = Buckets(tx, caps)
        buckets.spend([*caps], NOON)
        return buckets.ready_at([*caps], NOON)

    def pause(tx: Tx) -> datetime:
        buckets = Buckets(tx, caps)
        buckets.pause(["room:care"], s(60))
        return buckets.ready_at([*caps], NOON)

    assert await care.storage.work.transact(spend) == s(5)
    assert await care.storage.work.transact(spend) == s(10)
    assert await care.storage.work.transact(pause) == s(60)
    assert care.sql("SELECT name FROM pace ORDER BY name") == [("posts:slack",), ("room:care",)]


@pytest.mark.anyio
@pytest.mark.databases
async def test_lane_spends_from_all_of_its_rooms_caps_at_once(care: Care) -> None:
    room = (Cap(calls=10, seconds=10, burst=2), Cap(calls=6, seconds=60, burst=4))
    limits = ChatLimits(room, Cap(calls=5, seconds=1), Cap(calls=5, seconds=1), True)
    pace = ChatPace("teams", limits)
    a_post, an_update = pace.of_post("care"), pace.of_update("care")

    def spend(tx: Tx, now: datetime, caps: dict[str, Cap]) -> tuple[datetime, datetime]:
        buckets = Buckets(tx, {**a_post, **an_update})
        buckets.spend([*caps], now)
        return buckets.ready_at([*a_post], now), buckets.ready_at([*an_update], now)

    ready, told = NOON, []
    for caps in (a_post, an_update, a_post, an_update, a_post):
        spent = await care.storage.work.transact(
            lambda tx, now=ready, caps=caps: spend(tx, now, caps)
        )
        told.append(spent)
        ready = max(spent)
    # posts and updates alike: two at once, then one a second, and the fifth waits for the minute's
    assert told == [(s(0.2), s(0)), (s(1), s(1)), (s(2), s(2)), (s(10), s(10)), (s(20), s(20))]
    assert care.sql("SELECT name FROM pace ORDER BY name") == [
        ("posts:teams",),
        ("room:care",),
        ("room:care#2",),
        ("updates:teams",),
    ]


@pytest.mark.anyio
async def test_pause_of_a_rooms_first_cap_holds_posts_and_updates(care: Care) -> None:
    cap = Cap(calls=5, seconds=1, burst=5)
    pace = ChatPace("teams", ChatLimits((cap, cap), cap, cap, updates_in_room=True))

    def pause(tx: Tx) -> list[datetime]:
        caps = {**pace.of_post("care"), **pace.of_update("care")}
        buckets = Buckets(tx, caps)
        buckets.pause([*pace.of_update("care")][:1], s(60))
        return [buckets.ready_at([*each("care")], NOON) for each in (pace.of_post, pace.of_update)]

    assert await care.storage.work.transact(pause) == [s(60), s(60)]
