"""The service is killed at named steps and at random under load, and started again each time.

Nothing that was answered with 200 is lost, nothing is done twice, and in the end every card shows the
newest state: `invariants` looks at all of it. `make faults` tries every step, and 200 kills.
"""

import json
import re
import signal
from dataclasses import replace
from pathlib import Path
from sqlite3 import connect

import pytest

from adapters.sandbox.slack.state import Message
from chatops.card_json import load_card
from tests.faults import kills
from tests.faults.database import Sqlite
from tests.faults.delivering import burst
from tests.faults.invariants import OWED, digest_days
from tests.faults.load import loaded
from tests.faults.process import PLACES, staged

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("processes")]

SEED = 20260601


async def test_killed_at_named_steps_nothing_is_lost_and_nothing_doubled(
    tmp_path: Path, empty_database: Path
) -> None:
    async with loaded(tmp_path, Sqlite(tmp_path, empty_database), SEED) as load:
        await kills.killed_in_a_row(load, kills.DANGEROUS)
        verdict = await load.settles()
        assert verdict.broken == []
        assert verdict.asked == 0, "whatever was in doubt has been found out"
        assert verdict.found, "what was posted before the kill was looked up"
        assert verdict.repeated, "what may have been sent was repeated by its key"


async def test_killed_at_random_points_nothing_is_lost_and_nothing_doubled(
    tmp_path: Path, empty_database: Path
) -> None:
    async with loaded(tmp_path, Sqlite(tmp_path, empty_database), SEED) as load:
        await kills.killed_at_random(load, 5)
        assert (await load.settles()).broken == []
        assert load.stage.journal(), "an agent was heard at least once"


async def test_asked_to_end_it_ends_and_the_next_start_goes_on(
    tmp_path: Path, empty_database: Path
) -> None:
    async with staged(tmp_path, Sqlite(tmp_path, empty_database)) as stage:
        await stage.start()
        await stage.tell_until_taken("north", stage.writes("hello", "mia"))
        assert await stage.end(signal.SIGTERM) == 0
        logged = [json.loads(line) for line in stage.log().splitlines()]
        assert "serve.ready" in {line["event"] for line in logged}
        assert "hello" not in stage.log()
        assert await stage.tell("north", stage.writes("anyone?", "leo")) is None
        await stage.start()
        await stage.until(OWED, [(0,)])
        public = [
            message
            for message in stage.slack.state.in_room(PLACES["north"])
            if message.bot_id and not (message.thread_ts or message.ephemeral_to)
        ]
        assert len(public) == 1


async def test_what_is_broken_would_be_seen(tmp_path: Path, empty_database: Path) -> None:
    """Invariants are broken by hand, in the clouds' records and in the database."""
    database = Sqlite(tmp_path, empty_database)
    async with loaded(tmp_path, database, SEED) as load:
        stage = load.stage
        await load.life(late=True, account="north")
        assert (await load.settles()).broken == []
        await stage.stop(stage.children[-1])

        (card,) = (m for m in stage.slack.state.in_room("C01GLOBAL") if offers_close(m))
        one, two, *_ = (m for m in stage.slack.state.replies(card.channel, card.ts) if m.metadata)
        (alert, *_) = stage.slack.state.in_room("C05MANAGERS")
        stage.slack.state.add(replace(card, ts="1.000001"))
        one.metadata, two.metadata = two.metadata, one.metadata
        alert.deleted = True
        stage.chirp.timeline.write(stage.chirp.timeline.brand, "said twice", 0.0)
        load.told.append("never-stored")
        with connect(database.path) as db:
            db.execute("UPDATE ticket SET level = 3")
            db.execute("UPDATE ticket SET revision = revision + 1")
            ((now,),) = db.execute("SELECT revision FROM ticket").fetchall()
        db.close()

        found = await load.settles()
        assert (found.lost, found.doubled) == (
            ["message never-stored", "alert 3 to managers, sent: None"],
            ["'said twice' is nobody's", "card 1 to north: 2 times"],
        )
        assert found.disorder == [f"C01GLOBAL {card.ts}: 6 before 5"]
        stale, revision, level = found.untrue
        assert stale.startswith(
            f"ticket 1 is open at {now}, assigned to 1; its card in north at {now - 1} offers"
        )
        assert (revision, level) == (
            f"ticket 1: revision is {now}, its log says {now - 1}",
            "ticket 1: level is 3, its log says 0",
        )


def says_answer(message: Message) -> bool:
    """Tell whether it is the line of one of our replies."""
    return re.search(r"answer \d+ to", str(message.blocks)) is not None


async def test_what_slack_or_a_network_shows_wrongly_would_be_seen(
    tmp_path: Path, empty_database: Path
) -> None:
    """The database says that all is well; what people see is changed under its hands."""
    database = Sqlite(tmp_path, empty_database)
    async with loaded(tmp_path, database, SEED) as load:
        stage = load.stage
        await burst(load)
        await load.life(account="south")
        ticket = load.newest
        await load.until_answered()
        await load.reply(ticket)
        await load.until_answered()
        assert (await load.settles()).broken == []
        await stage.stop(stage.children[-1])

        room = list(stage.slack.state.in_room(PLACES["north"]))
        (crowd,) = (m for m in room if "under one post" in m.text)
        (line, *_) = (m for m in room if m.thread_ts == crowd.ts and offers(m, "claim"))
        (reply, *_) = (m for m in room if m.thread_ts not in {None, m.ts} and says_answer(m))
        crowd.blocks = json.loads(re.sub(r":\*\s\d+", ":* 77", json.dumps(crowd.blocks)))
        line.blocks = json.loads(json.dumps(line.blocks).replace('\\"c\\":\\"claim\\"', "none"))
        reply.blocks = json.loads(json.dumps(reply.blocks).replace("answer", "other words"))
        posts = stage.chirp.timeline.posts
        first, second = [id for id, post in posts.items() if f" to {ticket}" in post.text][-2:]
        one, two = posts[first], posts[second]
        posts[first], posts[second] = replace(one, text=two.text), replace(two, text=one.text)
        with connect(database.path) as db:
            carded = "SELECT min(ticket) FROM delivery WHERE what = 'card'"
            ((bare,),) = db.execute(carded).fetchall()
            ((doubted,),) = db.execute(
                "SELECT max(id) FROM message WHERE state = 'sent'"
            ).fetchall()
            db.execute(
                "UPDATE delivery SET what = 'line' WHERE what = 'card' AND ticket = ?", (bare,)
            )
            db.execute("UPDATE message SET state = 'in doubt' WHERE id = ?", (doubted,))
        db.close()

        found = await load.settles()
        assert [each for each in found.lost if "no card" in each] == [
            f"ticket {bare} has no card in north"
        ]
        assert [each for each in found.lost if "doubt" in each] != []
        assert [f"to {ticket}' before" in each for each in found.disorder] == [True]
        assert [each for each in found.untrue if each.startswith("burst")] != []
        assert [each for each in found.untrue if "its line offers" in each] != []
        assert [each for each in found.untrue if "does not say 'answer" in each] != []


async def test_digest_that_is_lost_is_not_made_up_for_by_one_that_is_doubled(
    tmp_path: Path, empty_database: Path
) -> None:
    database = Sqlite(tmp_path, empty_database)
    async with loaded(tmp_path, database, SEED) as load:
        for _ in range(3):
            await load.life(late=True, account="north")
        assert (await load.settles()).broken == []
        await load.stage.stop(load.stage.children[-1])
        with connect(database.path) as db:
            bodies = "SELECT id, body FROM delivery WHERE body LIKE '%breaches-title%' ORDER BY id"
            (_, first), (last, second) = db.execute(bodies).fetchall()[-2:]
            db.execute("UPDATE delivery SET body = ? WHERE id = ?", (first, last))
        db.close()
        by_start = await digest_days(load.stage)
        days = [by_start[dict(load_card(each).title.args)["since"]] for each in (first, second)]
        found = await load.settles()
        assert (found.lost, found.doubled) == (
            [f"the digest {days[1]}"],
            [f"the digest {days[0]}"],
        )


def offers(message: Message, command: str) -> bool:
    return f'"c":"{command}"' in str(message.blocks)


def offers_close(message: Message) -> bool:
    return '"c":"close"' in str(message.blocks)
