"""Rules tried on recorded conversations: what a changed rule would have done, and that it does it.

The files are named by CHATOPS_DATA; without it these tests are skipped.
"""

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from town import Town

from adapters.sandbox import replay
from chatops.arrival.terms import Terms
from chatops.dry_run import Trial
from chatops.event import Kind, Priority
from chatops.policy import Policy, RoutingRule
from chatops.ports import Arrival

pytestmark = pytest.mark.anyio

DATA = os.environ.get("CHATOPS_DATA", "")  # noqa: TID251 - where a developer keeps the files
CONVERSATIONS = Path(DATA, "nc/twcs_threads.jsonl")

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

RULES = (
    RoutingRule(
        "refunds", words=Terms(("refund*", "返金")), priority=Priority.HIGH, tags=("refund",)
    ),
    RoutingRule("in Japanese", languages=("ja",), queue="japan"),
    RoutingRule(
        "only thanks", kinds=(Kind.MENTION,), words=Terms(("thanks", "thank you")), quiet=True
    ),
)


@pytest.fixture
async def played(town: Town) -> Town:
    """The town with every conversation of the file taken in."""
    if not DATA or not CONVERSATIONS.exists():  # noqa: ASYNC240 - before anything runs
        pytest.skip(f"CHATOPS_DATA names no folder with {CONVERSATIONS.name}")
    lines = CONVERSATIONS.read_text("utf-8").splitlines()  # noqa: ASYNC240
    await replay.play(replay.read(lines), town.chirp, town.hours, lambda _line: None)
    async with asyncio.timeout(60):
        while town.sql("SELECT count(*) FROM raw_body WHERE state <> 'read'") != [(0,)]:  # noqa: ASYNC110 - the clocks stand still
            await asyncio.sleep(0.01)
    return town


async def arrivals(town: Town) -> list[Arrival]:
    found: list[Arrival] = []
    while page := await town.storage.reader.arrivals(
        LONG_AGO, found[-1].ticket if found else 0, 50
    ):
        found += page
    return found


def tried(policy: Policy, found: list[Arrival]) -> Trial:
    trial = Trial(policy)
    for each in found:
        trial.add(each)
    return trial


async def test_rules_in_force_would_change_nothing(played: Town) -> None:
    trial = tried(played.desk.policy, await arrivals(played))
    assert (trial.tickets, trial.changed) == (played.count("ticket"), 0)


async def test_changed_rules_are_counted_before_they_are_in_force(played: Town) -> None:
    changed = replace(played.desk.policy, routing=RULES)
    before = played.everything()
    trial = tried(changed, await arrivals(played))
    assert played.everything() == before
    matched = {name: now for name, was, now in trial.rows("rule") if was == 0}
    words = [row[0].casefold() for row in played.sql("SELECT text FROM message WHERE kind <> ''")]
    assert 0 < matched["refunds"] <= sum("refund" in each or "返金" in each for each in words)
    assert matched["in Japanese"] > 0
    queues = {name: now for name, _, now in trial.rows("queue")}
    assert queues["japan"] == matched["in Japanese"]
    assert trial.changed == sum(matched.values())
