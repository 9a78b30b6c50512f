"""A burst in Slack: a hundred customers under one post are one card, and one line each."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from care import GLOBAL, JAPAN, POLICY, Hours, wrote
from town import Town, shows, town_around

from adapters.sandbox.slack import Fault, Kind
from adapters.sandbox.slack.state import Message as SlackMessage
from chatops.channel import Deleted, Echo, Edited, Message
from chatops.policy import BurstRule

pytestmark = pytest.mark.anyio

RULE = BurstRule(tickets=5, within=timedelta(minutes=10))
BUSY = replace(
    POLICY,
    queues={"global": replace(GLOBAL, burst=RULE), "japan": replace(JAPAN, burst=RULE)},
)


@pytest.fixture
async def town(tmp_path: Path, empty_database: Path, hours: Hours) -> AsyncIterator[Town]:
    async with town_around(tmp_path, empty_database, hours, BUSY) as one:
        yield one
        assert not [call for call in one.slack.calls if call.outcome == "ratelimited"]


def complaint(town: Town, number: int) -> Message:
    return wrote(
        f"Complaint {number}",
        who=f"c{number}",
        thread="post",
        at=town.hours.transport(),
        url=f"https://chirp.example/{number}",
        parent_text="Our new tents are here",
    )


async def crowd(town: Town, count: int, first: int = 1) -> None:
    for number in range(first, first + count):
        await town.hears(complaint(town, number))


def burst_card(town: Town, room: str = "care-global") -> SlackMessage:
    (card,) = [each for each in town.seen(room) if "under one post" in each.text]
    return card


def lines(town: Town) -> list[SlackMessage]:
    card = burst_card(town)
    return list(town.slack.state.replies(card.channel, card.ts))


def told(lines: list[SlackMessage]) -> list[int]:
    """Which complaints lines are of."""
    return [int(n) for line in lines for n in re.findall(r"Complaint (\d+)", shows(line))]


def figures(card: SlackMessage) -> list[int]:
    """How many tickets a burst's card counts: all, unclaimed, in hand, closed."""
    return [int(n) for n in re.findall(r":\*\s(\d+)", shows(card))]


def pressed(line: SlackMessage) -> list[str]:
    return [
        element["text"]["text"]
        for block in line.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["type"] == "button"
    ]


async def test_hundred_customers_under_one_post_are_one_card_and_a_line_each(town: Town) -> None:
    await crowd(town, 100)
    await town.quiet(step=1)
    assert len(town.seen("care-global")) == 5 + 1
    card = burst_card(town)
    assert card.text == "Chirp: 100 tickets under one post"
    assert figures(card) == [100, 95, 0, 0]
    words = shows(card)
    assert "100 tickets under a post of @aozora" in words
    assert "Our new tents are here" in words
    assert "https://chirp.example/6" in words
    assert told(lines(town)) == [*range(6, 101)], "one line each, in the order they came"
    assert {tuple(pressed(line)) for line in lines(town)} == {("Claim", "Open")}
    updates = town.calls("chat.update")
    assert len(updates) < 40, "a hundred tickets are a few updates"


@pytest.mark.databases
@pytest.mark.parametrize(
    ("kind", "there"), [(Kind.ERROR, [6, 8, 9]), (Kind.RESET_AFTER, [6, 7, 8, 9])]
)
async def test_line_that_slack_refuses_or_leaves_in_doubt_holds_back_only_itself(
    town: Town, kind: Kind, there: list[int]
) -> None:
    await crowd(town, 6)
    await town.quiet()
    town.slack.fault(Fault("chat.postMessage", kind, error="msg_too_long"))
    await crowd(town, 3, first=7)
    unresolved = "SELECT ticket FROM delivery WHERE state <> 'sent'"
    await town.until(lambda: 9 in told(lines(town)) and town.sql(unresolved) == [(7,)])
    assert told(lines(town)) == there
    await town.quiet(step=10)
    assert sorted(told(lines(town))) == [6, 7, 8, 9]


async def test_claimed_from_its_line_a_ticket_gets_a_card_and_the_line_leads_there(
    town: Town,
) -> None:
    await crowd(town, 7)
    await town.quiet()
    await town.did("ben", "claim", 6)
    await town.quiet()
    card = await town.card(6)
    assert card.thread_ts is None or card.thread_ts == card.ts
    assert "*Assignee:* Ben" in shows(card)
    line, other = lines(town)
    assert "Ben has it" in shows(line)
    assert card.ts.replace(".", "") in shows(line)
    assert pressed(line) == []
    assert pressed(other) == ["Claim", "Open"]
    assert figures(burst_card(town)) == [7, 1, 1, 0]


async def test_opened_it_has_a_card_that_nobody_has_claimed(town: Town) -> None:
    await crowd(town, 6)
    await town.quiet()
    await town.did("ben", "card", 6)
    await town.quiet()
    assert pressed(await town.card(6))[0] == "Claim"
    (line,) = lines(town)
    assert "Unclaimed" in shows(line)
    assert figures(burst_card(town)) == [6, 1, 0, 0]


async def test_lines_follow_what_customers_do(town: Town) -> None:
    edited, deleted, more = (complaint(town, n) for n in (6, 7, 8))
    await crowd(town, 5)
    await town.hears(edited, deleted, more)
    await town.quiet()
    now = town.hours.transport()
    await town.hears(
        Edited("aozora", edited.external_id, "No complaint", now),
        Deleted("aozora", deleted.external_id, now),
        wrote("And the pole?", who="c8", thread="post"),
    )
    await town.quiet()
    first, second, third = (shows(line) for line in lines(town))
    assert "No complaint" in first
    assert "deleted" in second
    assert "Complaint" not in second
    assert "And the pole?" in third
    assert "The newest of 2 messages" in third


async def test_closed_from_the_line_it_is_counted_and_needs_no_card(town: Town) -> None:
    await crowd(town, 6)
    await town.quiet()
    await town.did("ben", "close", 6, fields={"reason": "spam"})
    await town.quiet()
    (line,) = lines(town)
    assert "Closed: spam" in shows(line)
    assert pressed(line) == ["Open"]
    assert figures(burst_card(town)) == [6, 0, 0, 1]
    assert len(town.seen("care-global")) == 6


async def test_moved_away_its_line_holds_nobodys_words(town: Town) -> None:
    await crowd(town, 6)
    await town.quiet()
    await town.did("ben", "move", 6, fields={"queue": "japan"})
    await town.quiet()
    (line,) = lines(town)
    assert "Complaint" not in shows(line)
    assert "#6" in shows(line)
    assert "Complaint 6" in shows(await town.card(6, "care-japan"))
    assert figures(burst_card(town)) == [6, 0, 1, 0]


async def test_late_it_is_alerted_with_a_way_to_it(town: Town) -> None:
    await crowd(town, 6)
    await town.quiet()
    for ticket in range(1, 6):
        await town.did("ben", "close", ticket, fields={"reason": "no_reply_needed"})
    town.hours.jump(timedelta(minutes=90))
    await town.timer.tick()
    await town.quiet(step=1)
    assert "Late" in shows(await town.card(6))
    (line,) = lines(town)
    alerts = [each for each in town.seen("care-managers") if "#6" in shows(each)]
    assert len(alerts) == 1
    assert line.ts.replace(".", "") in shows(alerts[0]), "an alert waits for no card"


async def test_post_of_ours_and_of_a_customer_is_named(town: Town) -> None:
    at = town.hours.transport()
    await town.hears(
        Echo("aozora", "post", "post", "The ours of posts", at, private=False, url="https://c/post")
    )
    await crowd(town, 6)
    await town.quiet()
    words = shows(burst_card(town))
    assert "The ours of posts" in words
    assert "https://c/post" in words


async def test_bursts_card_and_line_that_somebody_deletes_come_back(town: Town) -> None:
    await crowd(town, 7)
    await town.quiet()
    card, (line, _) = burst_card(town), lines(town)
    await town.slack.hands.delete("U03MAYA", line.channel, line.ts)
    await town.hears(wrote("Anybody?", who="c6", thread="post"))
    await town.quiet()
    back = [each for each in lines(town) if "Anybody?" in shows(each)]
    assert len(back) == 1
    await town.slack.hands.delete("U03MAYA", card.channel, card.ts)
    await crowd(town, 1, first=8)
    await town.quiet()
    assert figures(burst_card(town)) == [8, 3, 0, 0]
    assert "Complaint 8" in shows(lines(town)[0])


async def test_burst_while_slack_is_down_is_one_card_with_the_newest_state(town: Town) -> None:
    town.slack.fault(Fault("*", Kind.HTML, times=6))
    await crowd(town, 30)
    await town.did("ben", "close", 7, fields={"reason": "spam"})
    await town.quiet(step=5)
    assert figures(burst_card(town)) == [30, 24, 0, 1]
    assert len(lines(town)) == 25
    assert "Closed: spam" in shows(lines(town)[1])
