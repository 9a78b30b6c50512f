"""Alerts of clocks, from the tick to the rooms: who hears what, and each level once."""

from datetime import timedelta
from typing import Any

import pytest
from care import NOON, Care, refused

from chatops.event import Alerted, AlertLevel, Breached, ClockKind

pytestmark = [pytest.mark.anyio, pytest.mark.databases]

FIRST = ClockKind.FIRST_RESPONSE


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n, seconds=1)


async def alerts(care: Care, ticket: int) -> list[Any]:
    return [each for each in await care.log(ticket) if isinstance(each, Alerted | Breached)]


def sent(care: Care) -> list[tuple[str, str, str]]:
    """What of the alerts stands in the outbox: what, where, of which event; oldest first."""
    return care.sql(
        'SELECT what, "to", entry.name FROM delivery JOIN entry ON entry.id = delivery.entry'
        " WHERE entry.name IN ('Alerted', 'Breached') ORDER BY delivery.id"
    )


async def test_each_level_comes_once_at_its_time(care: Care) -> None:
    ticket = await care.opens()
    due = NOON + timedelta(hours=1)
    seen = []
    for passed in (46, 61, 121, 301, 900):
        care.hours.jump(NOON + minutes(passed) - care.hours.business())
        await care.desk.tick()
        await care.desk.tick()
        seen.append(len(await alerts(care, ticket)))
    assert seen == [1, 2, 3, 4, 4]
    assert await alerts(care, ticket) == [
        Alerted(AlertLevel.DUE_SOON, due - timedelta(minutes=15), FIRST, 1),
        Breached(due),
        Alerted(AlertLevel.REPEAT, due + timedelta(hours=1), FIRST, 1),
        Alerted(AlertLevel.LAST_REPEAT, due + timedelta(hours=4), FIRST, 1),
    ]
    assert sent(care) == [
        ("alert", "care-global", "Alerted"),
        ("alert", "care-global", "Breached"),
        ("alert", "care-managers", "Breached"),
        ("alert", "care-managers", "Alerted"),
        ("alert", "care-managers", "Alerted"),
    ]


async def test_after_downtime_only_the_newest_is_sent_and_the_others_are_recorded(
    care: Care,
) -> None:
    ticket = await care.opens()
    care.hours.jump(minutes(150))
    await care.desk.tick()
    due = NOON + timedelta(hours=1)
    assert await alerts(care, ticket) == [
        Alerted(AlertLevel.DUE_SOON, due - timedelta(minutes=15), FIRST, 1, superseded=True),
        Breached(due, superseded=True),
        Alerted(AlertLevel.REPEAT, due + timedelta(hours=1), FIRST, 1),
    ]
    assert sent(care) == [("alert", "care-managers", "Alerted")]


async def test_due_soon_is_told_to_who_has_it_in_the_thread(care: Care) -> None:
    ticket = await care.opens()
    await care.did("ben", "claim", ticket)
    care.hours.jump(minutes(46))
    await care.desk.tick()
    assert sent(care) == [("event", "care-global", "Alerted")]


async def test_due_soon_is_told_to_the_room_where_who_has_it_is_off(care: Care) -> None:
    ticket = await care.opens()
    await care.did("ben", "on")
    await care.did("ben", "claim", ticket)
    await care.did("ben", "off")
    care.hours.jump(minutes(46))
    await care.desk.tick()
    assert sent(care) == [("alert", "care-global", "Alerted")]


async def test_who_knows_of_it_ends_the_repeats_and_the_thread_says_who(care: Care) -> None:
    ticket = await care.opens()
    assert refused(await care.does("ben", "known", ticket)) == "nothing-late"
    care.hours.jump(minutes(61))
    await care.desk.tick()
    await care.did("ben", "known", ticket)
    assert refused(await care.does("aoi", "known", ticket)) == "nothing-late"
    care.hours.jump(minutes(300))
    await care.desk.tick()
    assert [type(each) for each in await alerts(care, ticket)] == [Alerted, Breached]
    assert care.due("event") == [("event", "care-global", "pending")]


async def test_an_answer_ends_the_repeats(care: Care) -> None:
    ticket = await care.opens()
    care.hours.jump(minutes(61))
    await care.desk.tick()
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    care.hours.jump(minutes(300))
    await care.desk.tick()
    assert [type(each) for each in await alerts(care, ticket)] == [Alerted, Breached]
