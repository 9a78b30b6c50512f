"""Alerts of clocks, from the tick to the rooms: who hears what, and each level once."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from care import NOON, POLICY, WORDS, Care, Hours, refused, wrote
from town import town_around

from chatops.alerting import awake
from chatops.calendar import Calendar, Window
from chatops.card_json import load_card
from chatops.event import Alerted, AlertLevel, Breached, ClockKind, Priority
from chatops.plain import card_in_words
from chatops.policy import Policy
from chatops.sla import SlaPolicy

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
        await care.timer.tick()
        await care.timer.tick()
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
    await care.timer.tick()
    due = NOON + timedelta(hours=1)
    assert await alerts(care, ticket) == [
        Alerted(AlertLevel.DUE_SOON, due - timedelta(minutes=15), FIRST, 1, superseded=True),
        Breached(due, superseded=True),
        Alerted(AlertLevel.REPEAT, due + timedelta(hours=1), FIRST, 1, unheard=True),
    ]
    assert sent(care) == [  # nobody has heard of the breach yet
        ("alert", "care-global", "Alerted"),
        ("alert", "care-managers", "Alerted"),
    ]


async def test_due_soon_is_told_to_who_has_it_in_the_thread(care: Care) -> None:
    ticket = await care.opens()
    await care.did("ben", "claim", ticket)
    care.hours.jump(minutes(46))
    await care.timer.tick()
    assert sent(care) == [("event", "care-global", "Alerted")]


async def test_due_soon_is_told_to_the_room_where_who_has_it_is_off(care: Care) -> None:
    ticket = await care.opens()
    await care.did("ben", "on")
    await care.did("ben", "claim", ticket)
    await care.did("ben", "off")
    care.hours.jump(minutes(46))
    await care.timer.tick()
    assert sent(care) == [("alert", "care-global", "Alerted")]


async def test_who_knows_of_it_ends_the_repeats_and_the_thread_says_who(care: Care) -> None:
    ticket = await care.opens()
    assert refused(await care.does("ben", "known", ticket)) == "nothing-late"
    care.hours.jump(minutes(61))
    await care.timer.tick()
    await care.did("ben", "known", ticket)
    assert refused(await care.does("aoi", "known", ticket)) == "nothing-late"
    care.hours.jump(minutes(300))
    await care.timer.tick()
    assert [type(each) for each in await alerts(care, ticket)] == [Alerted, Breached]
    assert care.due("event") == [("event", "care-global", "pending")]


async def test_an_answer_ends_the_repeats(care: Care) -> None:
    ticket = await care.opens()
    care.hours.jump(minutes(61))
    await care.timer.tick()
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    care.hours.jump(minutes(300))
    await care.timer.tick()
    assert [type(each) for each in await alerts(care, ticket)] == [Alerted, Breached]


# --- quiet hours


def resting(*people: str) -> Policy:
    """The shop with a ceiling of twenty minutes, and these people's quiet hours from 12 to 13."""
    noon = Calendar("quiet", "Asia/Tokyo", dict.fromkeys(range(7), (Window(720, 780),)))
    quiet = {name: replace(POLICY.people[name], quiet=noon) for name in people}
    ceiling = SlaPolicy("all", targets={ClockKind.CEILING: 20 * 60})
    return replace(POLICY, people={**POLICY.people, **quiet}, sla=(ceiling,))


async def test_a_ceiling_calls_nobody_in_their_quiet_hours(care: Care) -> None:
    policy = resting("maya")
    ticket, agents = await care.ticket(await care.opens()), await care.storage.reader.agents()
    ceiling, first = Breached(NOON, ClockKind.CEILING), Breached(NOON)

    maya = next(each for each in agents if each.name == "maya")

    def calls(event: Breached, after: float, priority: Priority = Priority.NORMAL) -> bool:
        one, at = replace(ticket, priority=priority), NOON + timedelta(minutes=after)
        return maya in awake(agents, policy, one, event, at)

    assert not calls(ceiling, 59)
    assert calls(ceiling, 60)
    assert calls(ceiling, 59, Priority.URGENT)
    assert calls(first, 59)


@pytest.mark.parametrize(
    ("resting_are", "where"),
    [(("ben",), ("alert", "care-global")), (("maya",), ("event", "care-global"))],
)
async def test_who_has_it_and_rests_is_told_of_a_ceiling_in_the_room(
    care: Care, resting_are: tuple[str, ...], where: tuple[str, str]
) -> None:
    await care.desk.adopt(resting(*resting_are))
    await care.did("ben", "claim", await care.opens())
    care.hours.jump(minutes(15))
    await care.timer.tick()
    assert sent(care) == [(*where, "Alerted")]


async def test_a_list_calls_nobody_in_their_quiet_hours(care: Care) -> None:
    await care.desk.adopt(resting("maya"))
    await opens(care, 4)
    care.hours.jump(minutes(21))
    await care.timer.tick()
    (said,) = lists(care, "care-global")
    assert (said[0], [line for line in said if line.startswith("For")]) == ("⚠ 4 alerts", [])


@pytest.mark.parametrize(("are_resting", "is_called"), [((), True), (("maya",), False)])
async def test_a_room_reads_of_a_ceiling_that_calls_nobody_who_rests(
    tmp_path: Path,
    empty_database: Path | str,
    hours: Hours,
    are_resting: tuple[str, ...],
    is_called: bool,
) -> None:
    async with town_around(tmp_path, empty_database, hours, resting(*are_resting)) as town:
        await town.opens()
        hours.jump(minutes(21))
        await town.timer.tick()
        await town.quiet()
        ((ts,),) = town.sql(
            "SELECT external_id FROM delivery WHERE what = 'alert' AND \"to\" = 'care-global'"
        )
        alert = town.slack.state.message("C01GLOBAL", ts)
        assert alert is not None
        assert ("U03MAYA" in str(alert.blocks)) == is_called


def told_alone(care: Care, who: str) -> list[list[str]]:
    """What each card says that one person got in direct messages."""
    return lists(care, f"person:{care.agents[who].id}")


async def test_who_rested_is_told_once_at_the_end_of_what_still_waits(care: Care) -> None:
    await care.desk.adopt(resting("maya", "ken"))
    answered, waiting, known, urgent = await opens(care, 4)
    await care.did("ben", "priority", urgent, "urgent")
    seen = []
    for passed in (21, 30, 59, 60, 61, 130):
        care.hours.jump(NOON + minutes(passed) - care.hours.business())
        await care.timer.tick()
        if passed == 30:
            await care.did("ben", "close", answered, fields={"reason": "resolved"})
            await care.did("ben", "known", known)
        await care.timer.make_up_calls()
        seen.append(len(told_alone(care, "maya")))
    assert seen == [0, 0, 0, 1, 1, 1]
    (said,) = told_alone(care, "maya")
    hours = "Mon 1 Jun 12:00", "Mon 1 Jun 13:00"
    assert [line for line in said if line] == [
        "⚠ From your quiet hours: one alert",
        f"They came between {hours[0]} and {hours[1]}, and called nobody who rested. They still wait:",
        f"⚠ #{waiting} in global: Latest first response was due Mon 1 Jun 12:19 (nobody) [Details]",
    ]
    assert told_alone(care, "ken") == []  # a manager is called by its repeats, which come later


async def test_who_has_a_ticket_is_told_of_its_warning_after_their_rest_but_not_twice(
    care: Care,
) -> None:
    await care.desk.adopt(resting("ben", "maya"))
    ticket, other = await opens(care, 2)
    await care.did("ben", "claim", ticket)
    await care.did("aoi", "claim", other)
    care.hours.jump(minutes(16))
    await care.timer.tick()
    care.hours.jump(minutes(60))  # no tick came meanwhile: its breach calls who rests no more
    await care.timer.tick()
    for _ in range(2):
        await care.timer.make_up_calls()
    (said,) = told_alone(care, "ben")
    # late by now, and worded so
    late = f"⚠ #{ticket} in global: Latest first response was due Mon 1 Jun 12:20 (Ben) [Details]"
    assert [line for line in said if line][2:] == [late]
    assert told_alone(care, "maya") == []


async def test_who_is_off_after_their_rest_is_told_of_no_warning(care: Care) -> None:
    await care.desk.adopt(resting("ben"))
    ticket = await care.opens()
    await care.did("ben", "on")
    await care.did("ben", "claim", ticket)
    await care.did("ben", "off")
    care.hours.jump(minutes(16))
    await care.timer.tick()
    assert sent(care) == [("alert", "care-global", "Alerted")]
    care.hours.jump(minutes(60))
    await care.timer.make_up_calls()
    assert told_alone(care, "ben") == []


# --- many at once


def lists(care: Care, room: str) -> list[list[str]]:
    """What each list of a room says: its title, its lines."""
    rows = care.sql(
        "SELECT body FROM delivery WHERE what = 'published' AND \"to\" = $1 ORDER BY id", room
    )
    cards = [load_card(body) for (body,) in rows]
    return [card_in_words(card, WORDS, "en", ZoneInfo("Asia/Tokyo")).splitlines() for card in cards]


async def opens(care: Care, many: int, ago: int = 0) -> list[int]:
    return [
        await care.opens(wrote(at=NOON - timedelta(minutes=ago + number))) for number in range(many)
    ]


async def test_more_than_three_at_once_are_one_list_by_due_time(care: Care) -> None:
    tickets = await opens(care, 4)
    care.hours.jump(minutes(61))
    await care.timer.tick()
    assert sent(care) == []
    (said,) = lists(care, "care-global")
    assert [line for line in said if line] == [
        "⚠ 4 alerts",
        "⚠ #4 in global: First response was due Mon 1 Jun 12:57 (nobody) [Details]",
        "⚠ #3 in global: First response was due Mon 1 Jun 12:58 (nobody) [Details]",
        "⚠ #2 in global: First response was due Mon 1 Jun 12:59 (nobody) [Details]",
        "⚠ #1 in global: First response was due Mon 1 Jun 13:00 (nobody) [Details]",
        "For #3",
    ]
    assert len(lists(care, "care-managers")) == 1
    for ticket in tickets:  # each key is written all the same
        assert [type(each) for each in await alerts(care, ticket)] == [Alerted, Breached]
    await care.timer.tick()
    assert len(lists(care, "care-global")) == 1


async def test_a_list_says_of_what_no_room_has_heard_yet_that_it_is_late(care: Care) -> None:
    await opens(care, 4)
    care.hours.jump(minutes(150))
    await care.timer.tick()
    lines = [line for line in lists(care, "care-global")[0] if line.startswith("⚠ #")]
    assert len(lines) == 4
    assert {line.split(": ")[1] for line in lines} == {
        f"First response was due Mon 1 Jun {time} (nobody) [Details]"
        for time in ("12:57", "12:58", "12:59", "13:00")
    }
    care.hours.jump(minutes(152))  # to the last repeat, of which the managers alone are told
    await care.timer.tick()
    still = {
        room: sum("is still late" in line for line in lists(care, room)[0])
        for room in ("care-global", "care-managers")
    }
    assert still == {"care-global": 0, "care-managers": 4}


async def test_three_come_alone_and_what_the_minute_brings_is_gathered(care: Care) -> None:
    for before in (6, 6, 6, 4, 2):
        await care.opens(wrote(at=NOON - timedelta(seconds=before)))
    care.hours.jump(timedelta(minutes=44, seconds=55))
    await care.timer.tick()
    assert (len(sent(care)), lists(care, "care-global")) == (3, [])
    for title in ("⚠ One alert", "⚠ 2 alerts"):
        care.hours.jump(timedelta(seconds=2))
        await care.timer.tick()
        (said,) = lists(care, "care-global")
        assert said[0] == title
    assert len(sent(care)) == 3
