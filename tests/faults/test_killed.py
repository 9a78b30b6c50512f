"""The service is killed at random points under load, and started again each time.

Nothing that was answered with 200 is lost, no reply goes out twice, each ticket has one card in its
room, and in the end every card shows the newest state.
"""

import asyncio
import json
import random
import signal
from collections import Counter
from pathlib import Path

import pytest
from process import PLACES, Stage, staged

from adapters.sandbox.slack.state import Message

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]

KILLS = 12
CUSTOMERS = 30
SEED = 20260601

#: What is still to be done: nothing unread, nothing due or under way, no reply on its way.
OWED = """
    SELECT (SELECT count(*) FROM raw_body WHERE state = 'unread')
         + (SELECT count(*) FROM delivery
             WHERE due_at IS NOT NULL OR state IN ('sending', 'pending', 'held', 'in doubt'))
"""


async def customers(stage: Stage, chance: random.Random) -> None:
    """Customers write now and then, half of them twice, some in batches and some repeated."""
    for number in range(CUSTOMERS):
        account = chance.choice(list(PLACES))
        post = stage.writes(f"question {number}", f"customer{number}")
        stage.sent.append(post.id)
        await stage.tell_until_taken(account, post)
        if number % 2:
            person = post.author
            more = stage.chirp.timeline.write(person, f"more {number}", post.at, to_post=post.id)
            stage.sent.append(more.id)
            await stage.tell_until_taken(account, post, more)
        await asyncio.sleep(chance.uniform(0.1, 1.2))


async def agent(stage: Stage, done: asyncio.Event) -> set[str]:
    """Ben claims and answers tickets in Slack while it lasts; the replies that were acknowledged."""
    acknowledged: set[str] = set()
    claimed: set[int] = set()
    answered: set[int] = set()
    while not done.is_set():
        for (ticket,) in stage.sql("SELECT id FROM ticket ORDER BY id"):
            if ticket not in claimed:
                claimed.add(ticket)
                await command(stage, f"claim {ticket}")
            elif ticket not in answered and ticket % 3:
                answered.add(ticket)
                if await command(stage, f"reply {ticket} answer to {ticket}"):
                    acknowledged.add(f"answer to {ticket}")
        await asyncio.sleep(0.2)
    return acknowledged


async def command(stage: Stage, text: str) -> bool:
    answer = await stage.slack.hands.command("U01BEN", "C01GLOBAL", "/care", text)
    return bool(answer.get("acked"))


def public(message: Message) -> bool:
    """Whether it is the app's own message in a room, outside threads, for all to see."""
    return bool(message.bot_id and not (message.thread_ts or message.ephemeral_to))


async def test_killed_at_random_points_nothing_is_lost_and_nothing_doubled(
    tmp_path: Path, empty_database: Path
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - when to kill is no secret
    async with staged(tmp_path, empty_database) as stage:
        await stage.start()
        done = asyncio.Event()
        load = asyncio.create_task(customers(stage, random.Random(SEED + 1)))  # noqa: S311
        pressing = asyncio.create_task(agent(stage, done))
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.2, 2.0))
            await stage.end(signal.SIGKILL)
            await stage.start()
        await load
        await asyncio.sleep(1)
        done.set()
        acknowledged = await pressing
        await stage.until(OWED, [(0,)])

        assert stage.starts == KILLS + 1
        # nothing is lost
        inbound = "SELECT external_id FROM message WHERE direction = 'inbound'"
        assert sorted(id for (id,) in stage.sql(inbound)) == sorted(stage.sent)
        assert stage.sql("SELECT count(*), count(DISTINCT customer) FROM ticket") == [
            (CUSTOMERS, CUSTOMERS)
        ]
        # no reply is sent twice, and what was acknowledged is sent
        answers = Counter(stage.answers())
        assert {text: times for text, times in answers.items() if times > 1} == {}
        assert acknowledged <= set(answers)
        assert acknowledged, "the agent was heard at least once"
        stored = stage.sql("SELECT text FROM message WHERE direction = 'outbound' AND agent > 0")
        assert Counter(text for (text,) in stored) == answers
        # one card a ticket, in its queue's room, at the newest state
        cards = stage.sql(
            'SELECT t.id, d."to", d.external_id, d.shown, t.revision, t.queue, t.assignee'
            " FROM ticket t JOIN delivery d ON d.ticket = t.id AND d.what = 'card'"
        )
        assert len(cards) == CUSTOMERS
        for ticket, to, ts, shown, revision, queue, assignee in cards:
            assert (to, shown) == (queue, revision), ticket
            message = stage.slack.state.message(PLACES[to], ts)
            assert message is not None
            offers_claim = '"c":"claim"' in str(message.blocks)
            assert offers_claim == (assignee is None), ticket
        for room in PLACES.values():
            there = [m.ts for m in stage.slack.state.in_room(room) if public(m)]
            assert sorted(there) == sorted(ts for _, to, ts, *_ in cards if PLACES[to] == room)
        # each line of a thread once
        lines = stage.sql("SELECT marker FROM delivery WHERE what = 'message'")
        shown_lines = Counter(
            message.metadata["event_payload"]["marker"]
            for room in PLACES.values()
            for message in stage.slack.state.in_room(room)
            if message.thread_ts and message.metadata
        )
        assert all(shown_lines[marker] == 1 for (marker,) in lines)


async def test_asked_to_end_it_ends_and_the_next_start_goes_on(
    tmp_path: Path, empty_database: Path
) -> None:
    async with staged(tmp_path, empty_database) as stage:
        await stage.start()
        await stage.tell_until_taken("north", stage.writes("hello", "mia"))
        assert await stage.end(signal.SIGTERM) == 0
        logged = [json.loads(line) for line in stage.log().splitlines()]
        assert "serve.ready" in {line["event"] for line in logged}
        assert "hello" not in stage.log()
        assert await stage.tell("north", stage.writes("anyone?", "leo")) is None
        await stage.start()
        await stage.until(OWED, [(0,)])
        assert len([m for m in stage.slack.state.in_room(PLACES["north"]) if public(m)]) == 1
