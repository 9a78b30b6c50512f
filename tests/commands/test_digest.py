"""digest: today's breaches, or today's closes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chatops.arrival.terms import Terms
from chatops.call import Origin
from chatops.figures import day_of
from chatops.policy import RoutingRule
from chatops.text import text
from chatops.ticket import Refusal
from tests.commands.conftest import Team
from tests.scenes import NOW, call, digest_plan, policy


@pytest.mark.anyio
async def test_breaches_say_who_how_late_and_whether_still_open(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    await team.wrote("Kim", "Hello")
    await team.ask("aoi", "claim", "1")
    team.clock.now += timedelta(minutes=90)
    await team.desk.tick()
    await team.ask("aoi", "close", "2 no reply needed")
    said = await team.shown("maya", "digest", "breaches")
    assert (
        said
        == """\
Late first responses on Thu 1 Oct
2 first responses were late; still unanswered: 1
Ticket | Assignee | Late by | State
#1 | 伊藤 葵 | 30 min | ⚠ unanswered
#2 | nobody | 30 min | dealt with"""
    )


@pytest.mark.anyio
async def test_a_day_without_breaches_says_so(team: Team) -> None:
    said = await team.shown("maya", "ダイジェスト", "期限超過")
    assert said == "Late first responses on Thu 1 Oct\nNo first response was late."


@pytest.mark.anyio
async def test_a_day_without_breaches_hides_nobody_who_waits_since_the_day_before(
    team: Team,
) -> None:
    await team.wrote("Jo", "Where is it?")
    team.clock.now += timedelta(hours=24)
    await team.desk.tick()
    said = await team.shown("maya", "digest", "breaches")
    assert (
        said
        == """\
Late first responses on Fri 2 Oct
No first response was late.
One ticket that was late before this day still waits for an answer."""
    )


@pytest.mark.anyio
async def test_closes_may_be_counted_by_one_thing(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    await team.ask("aoi", "close", "1 resolved")
    team.clock.now += timedelta(minutes=5)
    whole = await team.shown("maya", "digest", "closes")
    assert whole.splitlines()[1] == "1 closed, 1 new, 0 open now"
    assert "Reason | Closes | Share" in whole
    only = await team.shown("maya", "digest", "closes by agent")
    assert "Agent | Closes | Share" in only
    assert "Reason" not in only


@pytest.mark.anyio
async def test_quiet_list_is_counted_by_rule(team: Team) -> None:
    quiet = [
        RoutingRule(name, words=Terms((word,)), quiet=True)
        for name, word in (("chatter", "lol"), ("giveaways", "giveaway"))
    ]
    team.desk.policy = replace(team.desk.policy, routing=tuple(quiet), sample=0)
    for number, said in enumerate(("lol", "a giveaway", "lol!", "Where is it?")):
        await team.wrote(f"Jo {number}", said)
    team.clock.now += timedelta(minutes=5)
    said = await team.shown("maya", "digest", "quiet")
    assert (
        said
        == """\
Quiet list on Thu 1 Oct
3 tickets were put on the quiet list. “list quiet” shows them.
Rule | Tickets | Share
chatter | 2 | ▇▇▇▇▇▇▇▇
giveaways | 1 | ▇▇▇▇"""
    )
    assert "Quiet list: 3" in await team.shown("maya", "report")
    assert "New: 1" in await team.shown("maya", "report")


@pytest.mark.anyio
async def test_a_day_on_which_nothing_was_quiet_says_so(team: Team) -> None:
    said = await team.shown("maya", "ダイジェスト", "返信不要")
    assert said == "Quiet list on Thu 1 Oct\nNo rule put anything on the quiet list."


@pytest.mark.anyio
async def test_it_is_for_leads(team: Team) -> None:
    assert await team.ask("aoi", "digest", "closes") == Refusal(text("no-role"))
    usage = text("usage", prefix="care", line=text("usage-digest"))
    assert await team.ask("maya", "digest") == Refusal(usage)


def test_a_digest_s_day_is_its_calendar_s_wherever_its_room_is() -> None:
    plan = digest_plan()
    other = digest_plan("other", room="care-managers")
    timer = call(
        "digest",
        "closes",
        origin=Origin.TIMER,
        room="care-leads",
        now=datetime(2026, 10, 1, 16, 30, tzinfo=UTC),
        policy=policy(digests={"other": other, "closes": plan}),
    )
    window = day_of(timer, ("japan",))
    assert window.day.isoformat() == "2026-10-01"
    assert window.start == datetime(2026, 9, 30, 23, tzinfo=UTC)
    assert window.end == timer.now
    unplanned = replace(timer, line="breaches")
    assert day_of(unplanned, ("japan",)).day.isoformat() == "2026-10-02"
    assert day_of(call("digest", now=NOW), ("japan",), days_ago=1).end == NOW.replace(
        day=30, month=9, hour=15, minute=0
    )
