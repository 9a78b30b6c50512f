"""A process among those that serve one database: its lease, its clock, and how it leaves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from care import KEY, NOON, Care, Hours
from structlog.testing import capture_logs
from town import Town, town_around

from chatops.clock import SystemClock
from chatops.delivery.compose import compose
from chatops.delivery.enrolment import CALL, LEASE, Enrolment
from chatops.delivery.patience import SETTLE
from chatops.errors import InDoubt, Overtaken
from chatops.ports import Delivery, NewDelivery, Tx, Urgency, What
from chatops.schedule import Schedule
from storage import Storage, open_storage
from tests import postgres

pytestmark = pytest.mark.anyio


class Ahead(SystemClock):
    """A machine's clock that is so far ahead."""

    def __init__(self, by: timedelta) -> None:
        super().__init__()
        self.by = by

    def machine(self) -> datetime:
        return super().machine() + self.by


@pytest.fixture
async def shared() -> AsyncIterator[Storage]:
    """A database that several processes may serve."""
    url = postgres.create()
    async with AsyncExitStack() as stack:
        stack.callback(postgres.drop, url)
        storage = open_storage(url, KEY, SystemClock())
        stack.push_async_callback(storage.close)
        yield storage


def posted(tx: Tx) -> None:
    assert tx.deliver(NewDelivery(What.PUBLISHED, "care", "l", Urgency.ALERT, "marker"), NOON)


async def took(storage: Storage) -> Delivery:
    """Take what is there for another process."""

    def take(tx: Tx) -> Delivery | None:
        return tx.take("care", NOON, tx.enrol("another", 60), updates=True, posts=True)

    job = await storage.work.transact(take)
    assert job is not None
    return job


def test_a_call_ends_before_its_lease_and_is_looked_up_when_the_far_side_is_done() -> None:
    assert LEASE > CALL + SETTLE


async def test_who_has_the_database_alone_finds_what_the_last_one_left(care: Care) -> None:
    await care.storage.work.transact(posted)
    job = await took(care.storage)
    enrolment = Enrolment(care.storage.work, care.hours)
    await enrolment.begin()
    assert enrolment.number > job.process
    assert care.sql("SELECT id FROM process") == [(enrolment.number,)]
    assert care.due() == [("published", "care", "in doubt")]
    assert enrolment.may_call()
    await enrolment.end()
    assert care.count("process") == 0


async def test_another_that_lives_keeps_what_it_has_in_hand(shared: Storage) -> None:
    await shared.work.transact(posted)
    job = await took(shared)
    clock = SystemClock()
    enrolment = Enrolment(shared.work, clock, clock.correct)
    await enrolment.begin()
    assert await shared.work.transact(lambda tx: tx.delivered(job, "ts", 1, NOON)) is True


@pytest.mark.parametrize(
    ("ahead", "fault"),
    [
        (
            timedelta(hours=1),
            "this machine's clock is 3600 s ahead of the database's: set it (NTP)",
        ),
        (timedelta(hours=-1), "this machine's clock is 3600 s behind the database's: set it (NTP)"),
        (timedelta(seconds=2), None),
    ],
)
async def test_a_clock_that_is_off_is_told_and_transport_time_is_the_databases(
    shared: Storage, ahead: timedelta, fault: str | None
) -> None:
    clock = Ahead(ahead)
    enrolment = Enrolment(shared.work, clock, clock.correct)
    await enrolment.begin()
    assert enrolment.fault() == fault
    assert enrolment.is_off is (fault is not None)
    now = await shared.work.transact(lambda tx: tx.database_time())
    assert now is not None
    assert abs(clock.transport() - now) < timedelta(seconds=2)


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1)])
async def test_a_clock_that_is_set_while_it_runs_changes_no_transport_time(
    shared: Storage, by: timedelta
) -> None:
    clock = Ahead(timedelta())
    enrolment = Enrolment(shared.work, clock, clock.correct)
    await enrolment.begin()
    before = clock.transport()
    clock.by = by
    assert abs(clock.transport() - before) < timedelta(seconds=5)
    assert not enrolment.is_off  # it was read last before that
    await enrolment._renew()
    assert enrolment.is_off
    assert abs(clock.transport() - before) < timedelta(seconds=5)


async def test_a_clock_that_took_long_to_be_read_is_not_believed(
    shared: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[datetime] = []

    def correct(now: datetime) -> timedelta:
        told.append(now)
        return timedelta()

    enrolment = Enrolment(shared.work, SystemClock(), correct)
    await enrolment.begin()
    assert len(told) == 1
    slow = count(step=2)  # seconds between two looks at the machine's clock
    monkeypatch.setattr("chatops.delivery.enrolment.monotonic", lambda: float(next(slow)))
    await enrolment._renew()
    assert len(told) == 1


async def test_a_process_whose_clock_is_off_does_no_timed_work(care: Care, shared: Storage) -> None:
    clock = Ahead(timedelta(hours=1))
    enrolment = Enrolment(shared.work, clock, clock.correct)
    await enrolment.begin()
    await care.opens()
    care.hours.jump(timedelta(hours=2))
    swept: list[bool] = []

    async def sweep() -> None:
        swept.append(True)

    ticking = Schedule(care.desk, care.timer, care.storage.reader, care.hours, sweep, enrolment)
    await ticking.tick()
    assert (swept, care.due("alert")) == ([], [])


async def test_a_lease_that_was_lost_is_taken_anew_under_another_number(shared: Storage) -> None:
    clock = SystemClock()
    enrolment = Enrolment(shared.work, clock, clock.correct)
    await enrolment.begin()
    lost = enrolment.number
    assert enrolment.may_call()
    await shared.work.transact(lambda tx: tx.retire(lost))
    with capture_logs() as told:
        await enrolment._renew()
    assert ("enrolment.lost", lost) in [(each["event"], each.get("process")) for each in told]
    assert enrolment.number > lost


async def test_who_was_stopped_past_its_lease_makes_no_call(shared: Storage) -> None:
    clock = SystemClock()
    enrolment = Enrolment(shared.work, clock, clock.correct, lease=CALL - timedelta(seconds=1))
    await enrolment.begin()
    assert not enrolment.may_call()


# --- how the outbox goes by it


@pytest.fixture
async def stopping(
    tmp_path: Path, hours: Hours, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    """A town on PostgreSQL, stopped for 30 s between its first take and the call."""
    monkeypatch.setattr("chatops.delivery.enrolment.monotonic", hours.now)
    monkeypatch.setattr("chatops.delivery.hand.monotonic", hours.now)
    stops = iter([30.0])

    async def stopped(*given: Any) -> Any:
        hours._now += next(stops, 0.0)  # and nothing of ours has run meanwhile
        return await compose(*given)

    monkeypatch.setattr("chatops.delivery.posting.compose", stopped)
    url = postgres.create()
    async with AsyncExitStack() as stack:
        stack.callback(postgres.drop, url)
        yield await stack.enter_async_context(town_around(tmp_path, url, hours))


async def test_what_a_stop_shorter_than_the_lease_kept_from_being_sent_is_taken_anew(
    stopping: Town,
) -> None:
    number = stopping.outbox._enrolment.number
    await stopping.opens()
    await stopping.until(lambda: stopping.outbox.progress.get("overtaken"), 0)
    assert stopping.calls("chat.postMessage") == []
    assert stopping.due("card") == [("card", "care-global", "sending")]
    await stopping.quiet()
    assert stopping.outbox._enrolment.number == number  # the lease was never lost
    assert stopping.calls("chat.postMessage") == ["ok"]
    assert stopping.outbox.progress["overtaken"] == 1


async def test_nothing_is_taken_at_the_end_of_a_lease(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(town.outbox._enrolment, "may_call", lambda: False)
        await town.opens()
        await town.passes(3.0)
        assert town.due("card") == [("card", "care-global", "pending")]
    await town.quiet()
    assert town.calls("chat.postMessage") == ["ok"]


async def test_what_was_taken_under_another_number_is_not_sent(shared: Storage) -> None:
    clock = SystemClock()
    enrolment = Enrolment(shared.work, clock, clock.correct)
    await enrolment.begin()
    lost = enrolment.number
    await enrolment.begin()
    with pytest.raises(Overtaken):
        async with enrolment.calling(lost):
            pytest.fail("it was called")
    async with enrolment.calling(enrolment.number):
        pass


async def test_a_call_is_cut_off_where_its_lease_ends(
    shared: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatops.delivery.enrolment.CALL", timedelta())
    clock = SystemClock()
    enrolment = Enrolment(shared.work, clock, clock.correct, lease=timedelta(seconds=0.2))
    await enrolment.begin()
    with pytest.raises(InDoubt):
        async with enrolment.calling(enrolment.number):
            await asyncio.Event().wait()


async def test_what_times_out_within_a_call_is_left_as_it_is(shared: Storage) -> None:
    clock = SystemClock()
    enrolment = Enrolment(shared.work, clock, clock.correct)
    await enrolment.begin()
    with pytest.raises(TimeoutError):
        async with enrolment.calling(enrolment.number):
            raise TimeoutError


async def test_an_update_that_came_after_its_lease_is_made_once_more(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await town.opens()
    await town.quiet()
    lost = iter([True])

    def another(tx: Tx) -> None:
        tx.retire_others(0)
        tx.free_abandoned(NOON)
        number, now = tx.enrol("another", 60), town.hours.transport()
        job = tx.take("care-global", now, number, updates=True, posts=False)
        assert job is not None
        assert tx.delivered(job, job.external_id, job.wanted, now)

    async def slow(*given: Any) -> Any:
        composed = await compose(*given)
        if next(lost, False):
            await town.storage.work.transact(another)
        return composed

    monkeypatch.setattr("chatops.delivery.posting.compose", slow)
    await town.did("ben", "claim", ticket)
    await town.until(lambda: town.outbox.progress.get("overtaken"))
    await town.storage.work.transact(lambda tx: tx.retire_others(town.outbox._enrolment.number))
    await town.quiet()
    assert town.calls("chat.update") == ["ok", "ok"]
    assert town.outbox.progress["overtaken"] == 1


async def test_a_take_whose_answer_is_on_its_way_is_nobodys_to_free(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand, work = town.outbox._hand, town.storage.work
    taken, answered = asyncio.Event(), asyncio.Event()

    async def slow(fn: Callable[[Tx], Any], *, flushed: bool = True) -> Any:
        result = await work.transact(fn, flushed=flushed)
        if getattr(result, "order", None) is not None:
            taken.set()
            await answered.wait()
        return result

    now = iter(range(0, 1000, 10))
    monkeypatch.setattr("chatops.delivery.hand.monotonic", lambda: float(next(now)))
    monkeypatch.setattr(hand, "_work", SimpleNamespace(transact=slow))
    await town.opens()
    await town.until(taken.is_set, 0)
    await hand.free_strays()
    await hand.free_strays()
    assert town.due("card") == [("card", "care-global", "sending")]
    answered.set()
    await town.quiet()
    assert town.calls("chat.postMessage") == ["ok"]


async def test_a_take_that_was_kept_though_it_failed_is_taken_anew(town: Town) -> None:
    """The connection broke within the commit: the row is ours, and no courier knows of it."""
    ticket = await town.opens()
    await town.quiet()
    await town.did("ben", "claim", ticket)

    def take(tx: Tx) -> object:
        number = town.outbox._enrolment.number
        return tx.take("care-global", town.hours.transport(), number, updates=True, posts=False)

    assert await town.storage.work.transact(take) is not None
    town.outbox._hand.unsure = True
    await town.quiet()
    assert "Ben" in str((await town.card(ticket)).blocks)
    assert not town.outbox._hand.unsure


async def test_at_the_end_the_call_under_way_is_finished_and_nothing_more_taken(
    town: Town, hours: Hours
) -> None:
    for _ in range(5):
        await town.opens()
    await town.until(lambda: town.calls("chat.postMessage"))
    town.outbox.end()
    await town.until(lambda: not town.outbox._couriers)
    states = [state for _, _, state in town.due("card")]
    assert states.count("sent") == len(town.seen("care-global")) < 5
    assert set(states) == {"sent", "pending"}
    assert hours.offset == timedelta()
