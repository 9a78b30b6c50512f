"""A process among those that serve one database: its lease, its clock, and how it leaves."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from care import KEY, NOON, Care, Hours
from structlog.testing import capture_logs
from town import Town

from chatops.clock import SystemClock
from chatops.delivery.enrolment import CALL, LEASE, Enrolment
from chatops.delivery.patience import SETTLE
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

    def transport(self):  # type: ignore[no-untyped-def]
        return super().transport() + self.by


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


async def test_a_process_whose_clock_is_off_does_no_timed_work(care: Care, shared: Storage) -> None:
    clock = Ahead(timedelta(hours=1))
    enrolment = Enrolment(shared.work, clock, clock.correct)
    await enrolment.begin()
    await care.opens()
    care.hours.jump(timedelta(hours=2))
    swept: list[bool] = []

    async def sweep() -> None:
        swept.append(True)

    ticking = Schedule(care.desk, care.storage.reader, care.hours, sweep, enrolment)
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


async def test_what_is_not_ours_any_more_is_left_to_whoever_has_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(town.outbox._posting, "_may_call", lambda: False)
    await town.opens()
    await town.until(lambda: town.outbox.progress.get("overtaken"))
    assert town.calls("chat.postMessage") == []
    assert town.due("card") == [("card", "care-global", "sending")]
    monkeypatch.undo()
    await town.storage.work.transact(_everybody_died)
    await town.outbox._enrolment.begin()
    await town.quiet()
    assert town.calls("chat.postMessage").count("ok") == 1


async def test_a_take_that_was_kept_though_it_failed_is_taken_anew(town: Town) -> None:
    """The connection broke within the commit: the row is ours, and no courier knows of it."""
    ticket = await town.opens()
    await town.quiet()
    await town.did("ben", "claim", ticket)

    def take(tx: Tx) -> object:
        number = town.outbox._enrolment.number
        return tx.take("care-global", town.hours.transport(), number, updates=True, posts=False)

    assert await town.storage.work.transact(take) is not None
    town.outbox._unsure = True
    await town.quiet()
    assert "Ben" in str((await town.card(ticket)).blocks)
    assert not town.outbox._unsure


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


def _everybody_died(tx: Tx) -> None:
    tx.retire_others(0)
    tx.free_abandoned(NOON)
