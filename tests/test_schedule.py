"""Digests: once a local date, late after downtime, on days of 23 and 25 hours; and the tick."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from care import NOON, POLICY, SHOP, Care, Hours, cared_for

from chatops.calendar import Calendar
from chatops.delivery.enrolment import Enrolment
from chatops.errors import StorageError
from chatops.policy import DigestPlan, Policy, WhenEmpty
from chatops.schedule import Schedule, newest_fire
from chatops.timer import SWEEP

ALL_DAYS = tuple(range(7))
TOKYO, NEW_YORK = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")


def plan(
    at: str = "18:00", days: Sequence[int] = ALL_DAYS, calendar: Calendar = SHOP, **more: str
) -> DigestPlan:
    given = {"name": "evening", "run": "digest breaches", "room": "care-leads", **more}
    return DigestPlan(at=time.fromisoformat(at), days=tuple(days), calendar=calendar, **given)


def days_of(plan: DigestPlan, start: datetime, hours: int) -> list[str]:
    """The local dates and times at which a digest fires, as the tick sees them hour by hour."""
    zone = ZoneInfo(plan.calendar.zone)
    fires = {newest_fire(plan, start + timedelta(minutes=15 * n)) for n in range(4 * hours)}
    kept = sorted(fire for fire in fires if fire is not None and fire >= start)
    return [fire.astimezone(zone).strftime("%m-%d %H:%M") for fire in kept]


def test_digest_fires_at_its_local_time_on_its_days() -> None:
    start = datetime(2026, 6, 1, tzinfo=TOKYO)  # a Monday
    assert days_of(plan(days=(0, 1, 6)), start, 24 * 8) == [
        "06-01 18:00",
        "06-02 18:00",
        "06-07 18:00",
        "06-08 18:00",
    ]


@pytest.mark.parametrize(
    ("day", "at", "fires"),
    [
        ("2026-03-08", "09:00", ["03-08 09:00"]),  # 23 hours
        ("2026-11-01", "09:00", ["11-01 09:00"]),  # 25 hours
        ("2026-03-08", "02:30", ["03-08 03:30"]),  # a time that this day has not: once all the same
    ],
)
def test_days_of_23_and_25_hours_have_their_digest_once(
    day: str, at: str, fires: list[str]
) -> None:
    calendar = Calendar.always("America/New_York")
    start = datetime.combine(date.fromisoformat(day), time.min, NEW_YORK)
    assert days_of(plan(at, calendar=calendar), start.astimezone(UTC), 23) == fires


def test_time_that_a_day_has_twice_is_one_local_date() -> None:
    twice = plan("01:30", calendar=Calendar.always("America/New_York"))
    start = datetime(2026, 11, 1, tzinfo=NEW_YORK).astimezone(UTC)
    assert {fire[:5] for fire in days_of(twice, start, 24)} == {"11-01"}


def test_closed_days_are_passed_over() -> None:
    closed = replace(SHOP, holidays=frozenset({date(2026, 6, 2)}))
    start = datetime(2026, 6, 1, tzinfo=TOKYO)
    assert days_of(plan(calendar=closed), start, 72) == ["06-01 18:00", "06-03 18:00"]


def test_nothing_fires_where_every_day_is_closed() -> None:
    holidays = frozenset(date(2026, 5, 1) + timedelta(days=n) for n in range(60))
    assert newest_fire(plan(calendar=replace(SHOP, holidays=holidays)), NOON) is None


# --- the tick


async def _nothing() -> None:
    return None


def schedule(care: Care) -> Schedule:
    """A process that has just started."""
    return Schedule(
        care.desk,
        care.timer,
        care.storage.reader,
        care.hours,
        _nothing,
        Enrolment(care.storage.work, care.hours),
    )


async def turn(care: Care, to: datetime) -> None:
    """Turn business time, as every process of the database sees it."""
    care.hours.jump(to - care.hours.business())
    seconds = care.hours.offset.total_seconds()
    await care.storage.work.transact(lambda tx: tx.set_offset(seconds))


def published(care: Care) -> list[tuple[str, str]]:
    return [(to, state) for what, to, state in care.due() if what == "published"]


def bodies(care: Care) -> list[str]:
    return [body for (body,) in care.sql("SELECT body FROM delivery WHERE what = 'published'")]


@pytest.mark.anyio
async def test_digest_is_published_once_a_local_date(care: Care) -> None:
    process = schedule(care)
    await process.tick()
    assert published(care) == []
    await turn(care, NOON + timedelta(hours=6))
    for _ in range(3):
        await process.tick()
    assert published(care) == [("care-leads", "pending")]
    assert "digest-late" not in bodies(care)[0]
    await turn(care, NOON + timedelta(hours=29, minutes=59))
    await process.tick()
    assert len(published(care)) == 1
    await turn(care, NOON + timedelta(hours=30))
    await process.tick()
    assert len(published(care)) == 2
    assert process.ticks == 6


@pytest.mark.anyio
async def test_two_processes_publish_one(care: Care) -> None:
    processes = [schedule(care), schedule(care)]
    await turn(care, NOON + timedelta(hours=6))
    for process in processes:
        await process.tick()
    assert len(published(care)) == 1


@pytest.mark.anyio
async def test_after_downtime_only_the_newest_is_made_and_says_that_it_is_late(care: Care) -> None:
    first = schedule(care)
    await turn(care, NOON + timedelta(hours=6))
    await first.tick()
    await turn(care, NOON + timedelta(days=3, hours=8))
    second = schedule(care)
    await second.tick()
    await second.tick()
    assert len(published(care)) == 2
    assert "digest-late" in bodies(care)[1]


@pytest.mark.anyio
async def test_downtime_over_the_very_first_digest_does_not_lose_it(care: Care) -> None:
    await schedule(care).tick()
    await turn(care, NOON + timedelta(hours=8))
    await schedule(care).tick()
    assert len(published(care)) == 1
    assert "digest-late" in bodies(care)[0]


def runs(care: Care) -> list[tuple[str, datetime]]:
    """The digest's periods, and up to when the figures of each go."""
    rows = care.sql("SELECT period, at FROM digest_run ORDER BY period")
    return [(period, datetime.fromtimestamp(at / 1_000_000, UTC)) for period, at in rows]


@pytest.mark.anyio
async def test_digest_goes_on_where_the_last_one_left_off_however_late_that_was(care: Care) -> None:
    six = NOON + timedelta(hours=6)
    await schedule(care).tick()
    await turn(care, six + timedelta(hours=2))
    await schedule(care).tick()
    await turn(care, six + timedelta(days=3, hours=1))
    await schedule(care).tick()
    assert runs(care) == [
        ("2026-05-31", six - timedelta(days=1)),
        ("2026-06-01", six),
        ("2026-06-04", six + timedelta(days=3)),
    ]
    first, second = bodies(care)
    assert "2026-05-31T09:00" in first
    assert "2026-06-01T09:00" in second


@pytest.mark.anyio
async def test_digest_with_nothing_to_tell_may_stay_silent(
    tmp_path: Path, empty_database: Path, hours: Hours
) -> None:
    quiet = replace(plan(name="quiet"), when_empty=WhenEmpty.SILENT)
    policy = with_digests(quiet, plan(name="says so"))
    async with cared_for(tmp_path, empty_database, hours, policy) as care:
        process = schedule(care)
        await process.tick()
        await turn(care, NOON + timedelta(hours=6))
        await process.tick()
        await process.tick()
        assert [("breaches-none" in body) for body in bodies(care)] == [True]
        names = care.sql("SELECT name, period FROM digest_run WHERE period > '2026-05-31'")
        assert sorted(names) == [("quiet", "2026-06-01"), ("says so", "2026-06-01")]


@pytest.mark.anyio
async def test_digest_that_is_new_in_app_yaml_begins_with_its_next_time(care: Care) -> None:
    await turn(care, NOON + timedelta(hours=8))
    process = schedule(care)
    await process.tick()
    assert published(care) == []


def with_digests(*plans: DigestPlan) -> Policy:
    return replace(POLICY, digests={plan.name: plan for plan in plans})


@pytest.mark.anyio
async def test_digest_that_is_refused_says_so_in_its_room_and_keeps_no_other_from_its_turn(
    tmp_path: Path, empty_database: Path, hours: Hours
) -> None:
    policy = with_digests(
        plan(name="wrong", run="digest sideways"), plan(name="right", run="digest closes")
    )
    async with cared_for(tmp_path, empty_database, hours, policy) as care:
        process = schedule(care)
        await turn(care, NOON + timedelta(hours=6))
        await process.tick()
        await process.tick()
        refused, made = bodies(care)
        assert "digest-refused" in refused
        assert "sideways" in refused
        assert "digest-refused" not in made


@pytest.mark.anyio
@pytest.mark.parametrize("fault", [ZeroDivisionError(), StorageError("locked")])
async def test_part_of_the_tick_that_fails_keeps_no_other_from_its_turn(
    care: Care, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    swept = []

    async def sweep() -> None:
        swept.append(1)

    async def fails(*_given: object) -> None:
        raise fault

    process = Schedule(
        care.desk,
        care.timer,
        care.storage.reader,
        care.hours,
        sweep,
        Enrolment(care.storage.work, care.hours),
        fold=sweep,
    )
    monkeypatch.setattr(care.timer, "tick", fails)
    monkeypatch.setattr(care.storage.reader, "published", fails)
    await turn(care, NOON + timedelta(hours=6))
    await process.tick()
    assert (swept, process.ticks) == ([1, 1], 1)


@pytest.mark.anyio
async def test_tick_waits_for_a_database_that_cannot_be_read(
    care: Care, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked() -> float:
        raise StorageError("locked")

    process = schedule(care)
    monkeypatch.setattr(care.storage.reader, "offset", locked)
    await process.tick()
    assert process.ticks == 0


@pytest.mark.anyio
async def test_turned_time_is_shared_by_every_process(care: Care) -> None:
    await care.storage.work.transact(lambda tx: tx.set_offset(3600))
    await schedule(care).tick()
    assert care.hours.business() == NOON + timedelta(hours=1)


@pytest.mark.anyio
async def test_schedule_ticks_by_itself_until_it_is_stopped(care: Care) -> None:
    process = schedule(care)
    await schedule(care).stop(10)  # before the start: nothing to do
    process.start()
    async with asyncio.timeout(10):
        while not process.ticks:  # noqa: ASYNC110 - it ticks by the real clock
            await asyncio.sleep(0.05)
    await process.stop(10)


@pytest.mark.anyio
@pytest.mark.parametrize("answers", [True, False])
async def test_stop_waits_neither_for_all_that_is_due_nor_for_a_database_that_is_silent(
    care: Care, monkeypatch: pytest.MonkeyPatch, answers: bool
) -> None:
    begun = asyncio.Event()

    async def never_ends() -> int:
        begun.set()
        if not answers:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        return SWEEP  # there is more

    process = schedule(care)
    monkeypatch.setattr(care.timer, "tick", never_ends)
    process.start()
    ticking = asyncio.create_task(process.tick())
    await begun.wait()
    async with asyncio.timeout(5):
        await process.stop(10 if answers else 0.01)
    assert ticking.done() == answers
    ticking.cancel()
