"""Recorded conversations, played by Chirp into the service: each ticket and message once, for ever.

The files are named by CHATOPS_DATA; without it these tests are skipped.
"""

import asyncio
import os
from pathlib import Path

import pytest
from town import Town

from adapters.sandbox import replay

pytestmark = pytest.mark.anyio

DATA = os.environ.get("CHATOPS_DATA", "")  # noqa: TID251 - where a developer keeps the files


@pytest.mark.parametrize(
    ("name", "tickets", "messages"),
    [("ibm_threads.jsonl", 150, 361), ("nc/twcs_threads.jsonl", 133, 422)],
)
async def test_file_played_twice_is_there_once_and_calls_slack_no_more(
    town: Town, name: str, tickets: int, messages: int
) -> None:
    path = Path(DATA, name)
    if not DATA or not path.exists():  # noqa: ASYNC240 - before anything runs
        pytest.skip(f"CHATOPS_DATA names no folder with {name}")
    conversations = replay.read(path.read_text("utf-8").splitlines())  # noqa: ASYNC240

    async def play() -> None:
        await replay.play(conversations, town.chirp, town.hours, lambda _line: None)
        unread = "SELECT count(*) FROM raw_body WHERE state <> 'read'"
        async with asyncio.timeout(60):
            while town.sql(unread) != [(0,)]:  # noqa: ASYNC110 - the clocks stand still
                await asyncio.sleep(0.01)

    await play()
    assert (town.count("ticket"), town.count("message")) == (tickets, messages)
    rows = {table: n for table, n in town.everything().items() if table != "raw_body"}
    # what is due by now need not be shown for this: it is the second playing that may add nothing
    due = town.sql("SELECT id, state, wanted FROM delivery ORDER BY id")
    await play()
    assert {table: n for table, n in town.everything().items() if table != "raw_body"} == rows
    after = town.sql("SELECT id, wanted FROM delivery ORDER BY id")
    assert after == [(id, wanted) for id, _, wanted in due]
