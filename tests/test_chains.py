"""Escalation chains, from the tick to the rooms: each stage once, whom it calls, how it ends."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from care import GLOBAL, JAPAN, NOON, POLICY, WORDS, Care, wrote

from chatops.card_json import load_card
from chatops.chain import Chain, Stage, Starts
from chatops.clocks import rebuild
from chatops.event import (
    Alerted,
    ChainEnded,
    ChainEntered,
    ChainStop,
    ChainStopped,
    ClockKind,
    Escalated,
    Escalating,
    Moved,
    Prioritized,
    Priority,
    StageReached,
)
from chatops.plain import card_in_words
from chatops.policy import Policy
from chatops.sla import SlaPolicy
from chatops.step import fold
from chatops.ticket import Climb

pytestmark = pytest.mark.anyio

STAGES = (
    Stage(timedelta(minutes=15), call=("maya",), owner="ken"),
    Stage(timedelta(minutes=15), call_shift=True),
    Stage(timedelta(minutes=15), target="specialists"),
    Stage(timedelta(minutes=15), priority=Priority.URGENT),
)
CHAIN = Chain(STAGES, Starts.OPENED)


def climbing(chain: Chain | None = CHAIN, japan: Chain | None = None) -> Policy:
    queues = {"global": replace(GLOBAL, chain=chain), "japan": replace(JAPAN, chain=japan)}
    return replace(POLICY, queues=queues)


@pytest.fixture
async def care(care: Care) -> Care:
    care.desk.policy = climbing()
    return care


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


async def at(care: Care, passed: float) -> None:
    """Turn the clock to so many minutes after noon, and let both the tick's runs come."""
    care.hours.jump(NOON + minutes(passed) - care.hours.business())
    await care.timer.tick()
    await care.timer.tick()


async def chain_of(care: Care, ticket: int) -> list[Any]:
    return [each for each in await care.log(ticket) if isinstance(each, Escalating)]


def reached(care: Care, stage: int, minute: float, **more: Any) -> StageReached:
    """A stage that came at its time, so many minutes after noon."""
    usual = {"round": 1, "of": 4, "next_at": NOON + minutes(minute + 15)}
    if "next_at" in more:
        usual["next_at"] = NOON + minutes(more.pop("next_at"))
    return StageReached(stage=stage, planned_at=NOON + minutes(minute), **{**usual, **more})


def posted(care: Care, *names: str) -> list[tuple[str, str, str]]:
    """What of such events stands in the outbox: what, where, of which event; oldest first."""
    rows = care.sql(
        'SELECT what, "to", entry.name FROM delivery JOIN entry ON entry.id = delivery.entry'
        " ORDER BY delivery.id"
    )
    return [row for row in rows if row[2] in names]


@pytest.mark.databases
async def test_each_stage_comes_once_at_its_time_and_then_the_end(care: Care) -> None:
    await care.did("ben", "on")
    ticket = await care.opens()
    assert (await care.ticket(ticket)).climb == Climb(0, 1, NOON + minutes(15))
    for minute in (14, 15, 30, 45, 60, 89, 90, 600):
        await at(care, minute)
    ben, maya, ken = (care.agents[name].id for name in ("ben", "maya", "ken"))
    assert await chain_of(care, ticket) == [
        ChainEntered(0, 1, NOON + minutes(15)),
        reached(care, 1, 15, called=(maya,), owner=ken),
        reached(care, 2, 30, called=(ben,), on_shift=True),
        reached(care, 3, 45, called=(maya,), target="specialists"),
        reached(care, 4, 60, priority=Priority.URGENT, next_at=90),
        ChainEnded(NOON + minutes(90), 4, 1),
    ]
    assert posted(care, "StageReached", "ChainEnded") == [
        ("event", "care-global", "StageReached"),
        ("event", "care-global", "StageReached"),
        ("event", "care-global", "StageReached"),
        ("event", "care-escalation", "StageReached"),  # it has a card there by then
        ("event", "care-global", "StageReached"),
        ("event", "care-escalation", "StageReached"),
        ("alert", "care-global", "ChainEnded"),
        ("alert", "care-managers", "ChainEnded"),
    ]
    assert care.due("card") == [
        ("card", "care-global", "pending"),
        ("card", "care-escalation", "pending"),
    ]
    one = await care.ticket(ticket)
    assert (one.climb, one.priority, one.why, one.escalated_to) == (
        Climb(4, 1, None),
        Priority.URGENT,
        ("why-chain",),
        "specialists",
    )


@pytest.mark.databases
async def test_the_log_makes_the_ticket_again(care: Care) -> None:
    ticket = await care.opens()
    for minute in (15, 50, 60):
        await at(care, minute)
    await care.did("ben", "claim", ticket)
    entries = await care.storage.reader.entries(ticket)
    assert fold(ticket, [(each.event, each.at) for each in entries]) == await care.ticket(ticket)
    terms = care.desk.policy.terms
    differs = await care.storage.work.transact(lambda tx: rebuild(tx, terms, ticket, write=False))
    assert not differs, "its clocks, which the raised priority moved"
    rules = [each.rule for each in entries if isinstance(each.event, StageReached | Prioritized)]
    assert rules == ["chain"] * 5


async def test_after_downtime_the_newest_stage_alone_is_carried_out(care: Care) -> None:
    ticket = await care.opens()
    await at(care, 50)
    assert await chain_of(care, ticket) == [
        ChainEntered(0, 1, NOON + minutes(15)),
        reached(care, 1, 15, superseded=True),
        reached(care, 2, 30, superseded=True, on_shift=True),
        reached(care, 3, 45, called=(care.agents["maya"].id,), target="specialists", next_at=60),
    ]
    assert posted(care, "StageReached") == [
        ("event", "care-global", "StageReached"),
        ("event", "care-escalation", "StageReached"),
    ]


async def test_nobody_on_shift_is_said_and_the_chain_goes_on(care: Care) -> None:
    ticket = await care.opens()
    await at(care, 15)
    await at(care, 30)
    assert (await chain_of(care, ticket))[-1] == reached(care, 2, 30, on_shift=True)


@pytest.mark.parametrize(
    ("does", "fields", "why"),
    [
        ("claim", {}, ChainStop.CLAIM),
        ("close", {"reason": "resolved"}, ChainStop.CLOSE),
        ("move", {"queue": "japan"}, ChainStop.MOVED),
    ],
)
async def test_what_stops_it_stops_it_for_good(
    care: Care, does: str, fields: dict[str, str], why: ChainStop
) -> None:
    ticket = await care.opens()
    await at(care, 15)
    await care.did("ben", does, ticket, fields=fields)
    await at(care, 600)
    assert (await chain_of(care, ticket))[2:] == [ChainStopped(why)]
    assert (await care.ticket(ticket)).climb is None


async def test_a_late_ticket_begins_it_and_who_gives_it_back_begins_it_anew(care: Care) -> None:
    care.desk.policy = climbing(Chain(STAGES[:1]))
    ticket = await care.opens()
    await at(care, 59)
    assert await chain_of(care, ticket) == []
    await at(care, 61)
    await care.did("ben", "claim", ticket)
    await at(care, 100)
    await care.did("ben", "unclaim", ticket)
    assert await chain_of(care, ticket) == [
        ChainEntered(0, 1, NOON + minutes(76)),
        ChainStopped(ChainStop.CLAIM),
        ChainEntered(0, 1, NOON + minutes(115)),
    ]


async def test_a_ticket_that_was_late_begins_it_anew_where_it_is_reopened_or_parted(
    care: Care,
) -> None:
    owed = SlaPolicy("all", targets={ClockKind.RESOLUTION: 30 * 60})
    care.desk.policy = replace(climbing(Chain(STAGES[:1])), sla=(owed,))
    ticket, other = await care.opens(thread="t"), await care.opens(thread="t-2")
    await care.did("ben", "claim", other)
    await at(care, 31)
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    await at(care, 100)
    await care.did("ben", "reopen", ticket)
    assert await chain_of(care, ticket) == [
        ChainEntered(0, 1, NOON + minutes(46)),
        ChainStopped(ChainStop.CLOSE),
        ChainEntered(0, 1, NOON + minutes(115)),
    ]
    await care.did("ben", "merge", ticket, str(other))
    await at(care, 200)
    await care.did("ben", "unmerge", ticket)
    assert (await chain_of(care, ticket))[3:] == [
        ChainStopped(ChainStop.CLOSE),
        ChainEntered(0, 1, NOON + minutes(215)),
    ]
    levels = [each.level for each in await care.log(ticket) if isinstance(each, Alerted)]
    assert len(levels) == len(set(levels))


async def test_an_escalation_by_hand_enters_at_its_stage_with_its_reason(care: Care) -> None:
    care.desk.policy = climbing(replace(CHAIN, starts=Starts.LATE))
    ticket = await care.opens()
    await care.did("ben", "claim", ticket)
    fields = {"target": "specialists", "reason": "The tent is theirs"}
    await care.did("ben", "escalate", ticket, fields=fields)
    await at(care, 15)
    assert await chain_of(care, ticket) == [
        ChainEntered(3, 1, NOON + minutes(15)),
        reached(care, 4, 15, priority=Priority.URGENT, next_at=45),
    ]
    escalated = [each for each in await care.log(ticket) if isinstance(each, Escalated)]
    assert [
        care.sql("SELECT text FROM message WHERE id = $1", each.message) for each in escalated
    ] == [[("The tent is theirs",)]]


async def test_a_stage_gives_the_ticket_to_another_queue_whose_chain_goes_on(care: Care) -> None:
    gives = Chain((Stage(minutes(5), queue="japan"),), Starts.OPENED)
    care.desk.policy = climbing(gives, replace(CHAIN, stages=STAGES[:1]))
    ticket = await care.opens()
    await at(care, 5)
    assert (await care.ticket(ticket)).queue == "japan"
    assert [each for each in await care.log(ticket) if isinstance(each, Moved | Escalating)] == [
        ChainEntered(0, 1, NOON + minutes(5)),
        reached(care, 1, 5, of=1, queue="japan", next_at=35),
        Moved("japan", None, keeps_assignee=False),
        ChainStopped(ChainStop.MOVED),
        ChainEntered(0, 1, NOON + minutes(20)),
    ]


async def test_a_priority_that_is_higher_already_stays(care: Care) -> None:
    care.desk.policy = climbing(replace(CHAIN, stages=(Stage(minutes(5), priority=Priority.LOW),)))
    ticket = await care.opens()
    await at(care, 5)
    assert (await chain_of(care, ticket))[1:] == [
        reached(care, 1, 5, of=1, priority=Priority.LOW, next_at=35)
    ]
    assert (await care.ticket(ticket)).priority is Priority.NORMAL


async def test_a_chain_that_app_yaml_no_longer_has_is_stopped_in_the_log(care: Care) -> None:
    ticket = await care.opens()
    care.desk.policy = climbing(None)
    await at(care, 15)
    assert (await chain_of(care, ticket))[1:] == [ChainStopped(ChainStop.REMOVED)]


async def test_a_changed_chain_holds_from_the_next_stage_on(care: Care) -> None:
    ticket = await care.opens()
    care.desk.policy = climbing(replace(CHAIN, stages=(Stage(minutes(1), call=("ben",)),) * 2))
    await at(care, 14)
    assert (await chain_of(care, ticket))[1:] == []  # its time was set when it began
    await at(care, 15)
    called = (care.agents["ben"].id,)
    assert (await chain_of(care, ticket))[1:] == [
        reached(care, 1, 15, of=2, called=called, next_at=16)
    ]


async def test_a_ticket_of_a_burst_gets_its_card_before_the_stage_s_line(care: Care) -> None:
    care.desk.policy = climbing()
    for number in range(11):
        await care.opens(wrote(who=f"c{number}", thread="t", at=NOON))
    assert (await care.ticket(11)).lined
    await at(care, 15)
    rows = care.sql(
        "SELECT what FROM delivery WHERE ticket = 11 AND what IN ('card', 'event') ORDER BY id"
    )
    assert [what for (what,) in rows] == ["card", "event"]


@pytest.mark.databases
async def test_many_ends_for_one_room_are_one_list(care: Care) -> None:
    care.desk.policy = climbing(replace(CHAIN, stages=STAGES[:1]))
    for _ in range(4):
        await care.opens()
    await at(care, 15)
    await at(care, 45)
    assert posted(care, "ChainEnded") == []
    rows = care.sql(
        "SELECT body FROM delivery WHERE what = 'published' AND \"to\" = 'care-managers'"
    )
    (said,) = [
        card_in_words(load_card(body), WORDS, "en", ZoneInfo("Asia/Tokyo")) for (body,) in rows
    ]
    assert [line for line in said.splitlines() if line] == [
        "⚠ 4 alerts",
        *(
            f"⚠ #{n} in global: the escalation has ended, since Mon 1 Jun 12:45 (nobody) [Details]"
            for n in range(1, 5)
        ),
        f"For #{care.agents['ken'].id}",
    ]
