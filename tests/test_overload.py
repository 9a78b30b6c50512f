"""The chat is down for hours: networks are answered, memory stays as it is, and the newest comes first."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from care import ROOMS, Hours, wrote
from town import PATIENCE, Town, shows, town_around

from adapters.sandbox import world
from adapters.sandbox.network.delivery import sign
from adapters.sandbox.slack import Fault, Kind
from chatops.arrival.inbox import ROOM
from chatops.delivery.compose import Order
from chatops.ports import Delivery, RawBody
from chatops.ticket import Ticket

pytestmark = pytest.mark.anyio

#: Far more calls than a test makes.
ALL: int = 1_000_000

#: Real seconds of each call that the chat leaves without an answer.
SILENCE: float = 5.0

#: Customers who write between two hours.
MANY: int = 40
assert SILENCE * MANY > PATIENCE, "who waits for the chat cannot be patient enough"


@pytest.fixture
async def town(tmp_path: Path, empty_database: Path, hours: Hours) -> AsyncIterator[Town]:
    async with town_around(tmp_path, empty_database, hours) as one:
        yield one


async def webhooks(town: Town) -> None:
    """Let a network deliver the messages of many, one after the other.

    The service's clocks stand still meanwhile: an answer that waited for a rest of the chat's would
    never come.
    """
    first = town.count("ticket")
    async with asyncio.timeout(PATIENCE):
        for number in range(first, first + MANY):
            await webhook(town, number)


async def webhook(town: Town, number: int) -> None:
    hands = town.chirp.hands
    post = town.chirp.timeline.write(
        hands.person(f"c{number}"), f"Complaint {number}", town.hours.now()
    )
    body = json.dumps({"account": "aozora", "events": [hands.event(post).json()]}).encode()
    signature = sign(world.CHIRP_SECRET, int(town.hours.now()), body)
    answer = await town.http.post(
        f"{town.url}/in/sandbox/aozora",
        content=body,
        headers={"content-type": "application/json", "x-chirp-signature": signature},
    )
    assert answer.status_code == 200


def held() -> int:
    """How many values that belong to one ticket are in memory."""
    gc.collect()
    return sum(isinstance(each, Ticket | RawBody | Delivery | Order) for each in gc.get_objects())


@pytest.mark.parametrize("kind", [Kind.HTML, Kind.TIMEOUT_BEFORE])
async def test_while_chat_is_down_networks_are_answered_and_memory_stays_as_it_is(
    town: Town, kind: Kind
) -> None:
    town.slack.fault(Fault("*", kind, times=ALL, hold_s=SILENCE))
    await webhooks(town)
    await town.passes(3600)
    before = held()
    for _ in range(4):
        await webhooks(town)
        await town.passes(3600)
    assert town.count("ticket") == 5 * MANY
    assert held() - before < 40, "160 tickets more"
    assert town.inbox._waiting.qsize() <= ROOM
    assert set(town.outbox._couriers) <= set(ROOMS)


async def test_after_hours_of_silence_each_card_shows_its_newest_state_once(town: Town) -> None:
    first = await town.opens(text="There before", thread="t")
    await town.quiet()
    posted, updated = (len(town.calls(f"chat.{how}")) for how in ("postMessage", "update"))
    down = Fault("*", Kind.HTML, times=ALL)
    town.slack.fault(down)
    *others, spam, last = [await town.opens(text=f"tent {n}") for n in range(7)]
    for name in ("ben", "maya", "ben"):
        await town.did(name, "claim", first)
        await town.did(name, "unclaim", first)
    await town.did("ben", "claim", others[0])
    await town.did("ben", "close", spam, fields={"reason": "spam"})
    await town.hears(wrote("one", thread="t"), wrote("two", thread="t"))
    for _ in range(6):
        await town.passes(1800)
    down.times = 1  # it has nearly passed
    await town.quiet(step=5)
    stamps = {ticket: (await town.card(ticket)).ts for ticket in (*others, spam, last)}
    assert len(set(stamps.values())) == 7
    # the oldest were tried meanwhile; what came in doubt waits for its look-up, open or not
    assert stamps[last] < stamps[spam], "open tickets go before closed ones"
    assert "*Assignee:* Ben" in shows(await town.card(others[0]))
    assert town.calls("chat.update")[updated:].count("ok") == 1, "six changes are one update"
    said = [
        words
        for line in await town.thread(first)
        for words in ("one", "two")
        if words in shows(line)
    ]
    assert said == ["one", "two"]
    assert town.calls("chat.postMessage")[posted:].count("ok") >= 7
