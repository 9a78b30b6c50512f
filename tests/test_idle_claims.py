"""A claim that goes idle is asked about and then handed back, from the tick to the rooms."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from care import GLOBAL, NOON, POLICY, Care, Hours, cared_for, refused, wrote

from chatops.calendar import Calendar, Window
from chatops.event import Claimed, IdleAsked, Kept, Unclaimed
from chatops.policy import IdleRule, Policy, Queue

pytestmark = [pytest.mark.anyio, pytest.mark.databases]

RULE: Final = IdleRule(timedelta(minutes=30), timedelta(minutes=15))


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def policy(**changes: Any) -> Policy:
    queue: Queue = replace(GLOBAL, **{"idle_claim": RULE, **changes})
    return replace(POLICY, queues={**POLICY.queues, "global": queue})


@pytest.fixture
async def care(tmp_path: Path, empty_database: Path | str, hours: Hours) -> AsyncIterator[Care]:
    async with cared_for(tmp_path, empty_database, hours, policy()) as one:
        yield one


async def claims(care: Care, ticket: int) -> list[Any]:
    of_claims = Claimed | IdleAsked | Kept | Unclaimed
    return [each for each in await care.log(ticket) if isinstance(each, of_claims)]


async def ticks(care: Care, passed: float) -> None:
    """Turn business time to so many minutes after noon; two ticks do what one does."""
    care.hours.jump(NOON + minutes(passed) - care.hours.business())
    await care.timer.tick()
    await care.timer.tick()


async def test_who_does_nothing_is_asked_once_and_the_ticket_handed_back_once(care: Care) -> None:
    ticket, ben = await care.opens(), care.agents["ben"].id
    await care.did("ben", "claim", ticket)
    asked = IdleAsked(ben, NOON, NOON + minutes(45))
    for passed, told in (
        (29.99, [Claimed(ben)]),
        (30, [Claimed(ben), asked]),
        (44.99, [Claimed(ben), asked]),
        (45, [Claimed(ben), asked, Unclaimed(None)]),
        (600, [Claimed(ben), asked, Unclaimed(None)]),
    ):
        await ticks(care, passed)
        assert await claims(care, ticket) == told
    assert care.due("event", "announce") == [
        ("event", "care-global", "pending"),
        ("announce", "care-global", "pending"),
        ("event", "care-global", "pending"),  # and why, in the thread where it was asked
    ]
    entries = await care.storage.reader.entries(ticket)
    rules = {type(each.event): each.rule for each in entries}
    assert (rules[IdleAsked], rules[Unclaimed]) == ("idle_claim", "idle_claim")


async def test_where_the_calendar_closes_for_good_who_is_asked_has_the_time_all_the_same(
    care: Care,
) -> None:
    day = (Window(12 * 60, 12 * 60 + 35),)
    last = replace(GLOBAL.calendar, zone="UTC", week={}, special={NOON.date(): day})
    ticket, ben = await care.opens(), care.agents["ben"].id
    await care.did("ben", "claim", ticket)
    await care.desk.adopt(policy(calendar=last))
    await ticks(care, 600)
    asked_at = NOON + minutes(600)
    assert (await claims(care, ticket))[1:] == [IdleAsked(ben, NOON, asked_at + minutes(15))]


async def test_who_answers_keeps_it_until_the_customer_writes_again(care: Care) -> None:
    ticket, ben = await care.opens(wrote(thread="t")), care.agents["ben"].id
    await care.did("ben", "claim", ticket)
    assert refused(await care.does("ben", "mine", ticket)) == "not-asked"
    await ticks(care, 31)
    assert refused(await care.does("aoi", "mine", ticket)) == "already-claimed"
    await care.did("ben", "mine", ticket)
    await ticks(care, 300)
    first = [Claimed(ben), IdleAsked(ben, NOON, NOON + minutes(46)), Kept(ben)]
    assert await claims(care, ticket) == first
    await care.hears(wrote("Hello?", thread="t"))
    await ticks(care, 331)
    again = IdleAsked(ben, NOON + minutes(300), NOON + minutes(346))
    assert await claims(care, ticket) == [*first, again]


async def test_a_note_is_work_enough(care: Care) -> None:
    ticket = await care.opens()
    await care.did("ben", "claim", ticket)
    await care.did("ben", "note", ticket, fields={"text": "I am calling the shop."})
    await ticks(care, 300)
    assert await claims(care, ticket) == [Claimed(care.agents["ben"].id)]


async def test_after_downtime_a_person_is_asked_before_it_is_handed_back(care: Care) -> None:
    ticket, ben = await care.opens(), care.agents["ben"].id
    await care.did("ben", "claim", ticket)
    await ticks(care, 500)
    asked = IdleAsked(ben, NOON, NOON + minutes(515))
    assert await claims(care, ticket) == [Claimed(ben), asked]
    await ticks(care, 515)
    assert await claims(care, ticket) == [Claimed(ben), asked, Unclaimed(None)]


async def test_who_is_off_shift_is_not_asked(care: Care) -> None:
    ticket, ben = await care.opens(), care.agents["ben"].id
    await care.did("ben", "on")
    await care.did("ben", "claim", ticket)
    await care.did("ben", "off")
    await ticks(care, 30)
    assert await claims(care, ticket) == [Claimed(ben), Unclaimed(None)]
    assert (await care.storage.reader.entries(ticket))[-1].rule == "off_shift"


async def test_only_working_time_of_the_queue_counts(care: Care) -> None:
    lunch = Calendar("shop", "Asia/Tokyo", {0: (Window(9 * 60, 12 * 60 + 20), Window(780, 1080))})
    await care.desk.adopt(policy(calendar=lunch))
    ticket, ben = await care.opens(), care.agents["ben"].id
    await care.did("ben", "claim", ticket)
    await ticks(care, 69)  # 20 minutes before lunch, 9 after it
    assert await claims(care, ticket) == [Claimed(ben)]
    await ticks(care, 70)
    asked = IdleAsked(ben, NOON, NOON + minutes(85))
    assert await claims(care, ticket) == [Claimed(ben), asked]


async def test_switched_on_it_counts_for_a_claim_from_the_next_thing_that_happens(
    care: Care,
) -> None:
    await care.desk.adopt(policy(idle_claim=None))
    ticket, ben = await care.opens(wrote(thread="t")), care.agents["ben"].id
    await care.did("ben", "claim", ticket)
    await care.desk.adopt(policy())
    await care.hears(wrote("Hello?", thread="t"))
    await ticks(care, 30)
    assert await claims(care, ticket) == [Claimed(ben), IdleAsked(ben, NOON, NOON + minutes(45))]


async def test_what_app_yaml_says_by_now_decides(care: Care) -> None:
    ticket, ben = await care.opens(), care.agents["ben"].id
    await care.did("ben", "claim", ticket)
    later = IdleRule(timedelta(hours=2), timedelta(minutes=15))
    await care.desk.adopt(policy(idle_claim=later))
    await ticks(care, 119)
    assert await claims(care, ticket) == [Claimed(ben)]
    await care.desk.adopt(policy(idle_claim=None))
    await ticks(care, 300)
    assert await claims(care, ticket) == [Claimed(ben)]
    assert care.sql("SELECT look_at FROM ticket") == [(None,)]


async def test_a_shortened_time_holds_for_claims_that_stand_already(care: Care) -> None:
    tickets, ben = [await care.opens() for _ in range(3)], care.agents["ben"].id
    for ticket in tickets:
        await care.did("ben", "claim", ticket)
    await care.did("ben", "note", tickets[2], fields={"text": "I am calling the shop."})
    await care.timer.hold_claims()
    sooner = IdleRule(timedelta(minutes=10), timedelta(minutes=15))
    await care.desk.adopt(policy(idle_claim=sooner))
    await care.timer.hold_claims()
    await ticks(care, 10)
    asked = [Claimed(ben), IdleAsked(ben, NOON, NOON + minutes(25))]
    assert [await claims(care, each) for each in tickets] == [asked, asked, [Claimed(ben)]]
    # who was asked keeps the time that they were told
    await care.desk.adopt(policy(idle_claim=replace(sooner, hand_back_after=minutes(1))))
    await care.timer.hold_claims()
    await ticks(care, 24)
    assert await claims(care, tickets[0]) == asked


async def test_a_calendar_that_closes_for_good_asks_nobody(care: Care) -> None:
    over = Calendar("shop", "Asia/Tokyo", {}, special={NOON.date(): (Window(720, 740),)})
    await care.desk.adopt(policy(calendar=over))
    ticket = await care.opens(wrote(at=NOON - timedelta(days=2)))  # too old for a clock
    await care.did("ben", "claim", ticket)
    await ticks(care, 500)
    assert await claims(care, ticket) == [Claimed(care.agents["ben"].id)]
