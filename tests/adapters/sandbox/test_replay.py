"""Conversation files: what is filled in, what is reported, and how they reach the webhook."""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from adapters.sandbox import replay
from adapters.sandbox.clock import TurnedClock
from adapters.sandbox.loopback import serving
from adapters.sandbox.network import Network
from adapters.sandbox.replay import FaultyLine, Line

#: A folder with conversation files, if this machine has one.
DATA = os.environ.get("CHATOPS_DATA")  # noqa: TID251 - a test's own switch

SPARSE = json.dumps(
    {
        "id": "t1",
        "brand": "Shop",
        "messages": [
            {"side": "customer", "at": "2020-03-25T15:08:44.000Z", "text": "Help"},
            {"side": "agent", "at": None, "text": "With what?"},
            {"side": "customer", "text": "All"},
        ],
    }
)
FULL = json.dumps(
    {
        "id": "t2",
        "messages": [
            {
                "id": 7,
                "side": "customer",
                "author": "11",
                "reply_to": None,
                "text": "a",
                "at": None,
            },
            {"id": 8, "side": "customer", "author": "12", "reply_to": 7, "text": "b", "at": None},
        ],
    }
)


def test_what_is_missing_is_filled_in() -> None:
    [thread] = replay.read([SPARSE]).threads
    at = 1_585_148_924.0
    assert thread.lines == (
        Line("t1-0", "t1-customer", "Help", None, at),
        Line("t1-1", None, "With what?", "t1-0", at + 60),
        Line("t1-2", "t1-customer", "All", "t1-1", at + 120),
    )


def test_what_is_there_is_kept() -> None:
    [thread] = replay.read([FULL]).threads
    assert [(line.id, line.author, line.reply_to) for line in thread.lines] == [
        ("7", "11", None),
        ("8", "12", "7"),
    ]


def test_a_customer_in_a_thread_is_a_ticket() -> None:
    conversations = replay.read([SPARSE, "", FULL])
    assert (conversations.tickets, conversations.messages) == (3, 5)


def _thread(**message: object) -> str:
    return json.dumps({"id": "t", "messages": [{"side": "agent", "text": "a", **message}]})


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "not JSON, column 2: Expecting property name enclosed in double quotes"),
        ("[]", "a thread is an object"),
        ('{"messages": []}', "id: a thread needs one"),
        ('{"id": "t", "messages": []}', "messages: a thread needs some"),
        ('{"id": "t", "messages": [1]}', "messages[0]: a message is an object"),
        (_thread(side="bot"), "messages[0]: side: customer or agent, not 'bot'"),
        (_thread(text=" "), "messages[0]: text: a message needs some"),
        (_thread(at="noon"), "messages[0]: at: an ISO 8601 time, not 'noon'"),
        (_thread(author=True), "messages[0]: author: text or a whole number, not True"),
    ],
)
def test_a_faulty_line_is_named_and_the_rest_is_kept(line: str, what: str) -> None:
    conversations = replay.read([SPARSE, line])
    assert conversations.faulty == (FaultyLine(2, what),)
    assert str(conversations.faulty[0]) == f"line 2: {what}"
    assert len(conversations.threads) == 1


def test_an_id_that_came_before_is_reported() -> None:
    [fault] = replay.read([FULL, FULL.replace('"t2"', '"t3"')]).faulty
    assert str(fault) == "line 2: message 7 was on line 1 already"


@pytest.mark.parametrize(
    ("name", "tickets", "messages"),
    [("ibm_threads.jsonl", 150, 361), ("nc/twcs_threads.jsonl", 133, 422)],
)
def test_the_sample_files_hold_what_they_should(name: str, tickets: int, messages: int) -> None:
    if not DATA or not Path(DATA, name).exists():
        pytest.skip(f"CHATOPS_DATA names no folder with {name}")
    conversations = replay.read(Path(DATA, name).read_text("utf-8").splitlines())
    assert conversations.faulty == ()
    assert (conversations.tickets, conversations.messages) == (tickets, messages)


class Receiver:
    def __init__(self, clock: TurnedClock) -> None:
        self.clock = clock
        self.batches: list[list[dict]] = []
        self.slow = False
        self.status = 200

    async def receive(self, request: web.Request) -> web.Response:
        self.batches.append((await request.json())["events"])
        if self.slow:
            self.clock._now += 2.0
        return web.Response(status=self.status)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def played() -> AsyncIterator[tuple[Network, Receiver]]:
    clock = TurnedClock(1_790_000_000.0)
    network, receiver = Network(clock), Receiver(clock)
    app = web.Application()
    app.router.add_post("/hook", receiver.receive)
    network.mount(app)
    async with serving(app) as address:
        network.delivery.url = f"{address}/hook"
        yield network, receiver


class Restless(TurnedClock):
    """A clock whose sleepers wake at once, and which remembers how long they wanted."""

    def __init__(self, clock: TurnedClock) -> None:
        super().__init__(clock.now())
        self.wanted: list[float] = []
        self._source = clock

    def now(self) -> float:
        return self._source.now()

    async def sleep(self, s: float) -> None:
        self.wanted.append(s)


def _many(count: int) -> list[str]:
    return [SPARSE.replace('"t1"', f'"t{n}"') for n in range(count)]


@pytest.mark.anyio
async def test_playing_keeps_order_and_repeats_the_same_ids(
    played: tuple[Network, Receiver],
) -> None:
    network, receiver = played
    said: list[str] = []
    conversations = replay.read([*_many(20), "{"])
    clock = Restless(receiver.clock)
    await replay.play(conversations, network, clock, said.append)
    assert [len(batch) for batch in receiver.batches] == [10, 20, 30]
    assert said[0].startswith("skipped line 21: not JSON")
    assert said[1:] == [f"{n} of 60 messages" for n in (10, 30, 60)]
    events = [event for batch in receiver.batches for event in batch]
    assert [(e["type"], e["post"]["id"], e["post"]["thread"]) for e in events[:3]] == [
        ("post", "t0-0", "t0"),
        ("echo", "t0-1", "t0"),
        ("post", "t0-2", "t0"),
    ]
    receiver.batches.clear()
    await replay.play(conversations, network, clock, said.append)
    assert [event for batch in receiver.batches for event in batch] == events
    assert clock.wanted == []


@pytest.mark.anyio
async def test_a_slow_receiver_gets_less_and_later(played: tuple[Network, Receiver]) -> None:
    network, receiver = played
    receiver.slow = True
    clock = Restless(receiver.clock)
    await replay.play(replay.read(_many(6)), network, clock, lambda _: None)
    assert [len(batch) for batch in receiver.batches] == [10, 5, 2, 1]
    assert clock.wanted == [2.0] * 4


@pytest.mark.anyio
async def test_a_receiver_that_refuses_ends_the_play(played: tuple[Network, Receiver]) -> None:
    network, receiver = played
    receiver.status = 500
    network.delivery._clock = Restless(receiver.clock)
    with pytest.raises(replay.ReceiverGone, match="gave up after 0 of 3 messages"):
        await replay.play(replay.read([SPARSE]), network, receiver.clock, lambda _: None)
    assert len(receiver.batches) == 4
