"""Two processes on one database: what both get is done once, and one of two wins."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from care import GLOBAL, KEY, NOON, POLICY, REGISTRY, TRAITS_OF, WORDS, Hours, refused, wrote
from sqlalchemy.util import await_only

from chatops.act import Act, Marks
from chatops.call import Done, Origin
from chatops.card import Card, Paragraph
from chatops.chain import Chain, Stage, Starts
from chatops.channel import Deleted, Echo, Edited, Inbound, Message
from chatops.delivery.troubles import Troubles
from chatops.desk import Desk
from chatops.errors import Barred, Uncertain
from chatops.event import Event, ReplyState, SendingBegan
from chatops.ledger import accept, apply
from chatops.policy import IdleRule
from chatops.ports import Tx
from chatops.scene import Agent
from chatops.text import text
from chatops.timer import Timer
from storage import Storage, open_storage
from storage.tx import StoredTx
from tests import postgres

pytestmark = pytest.mark.anyio

T = TypeVar("T")

#: What one process looks for, what it does then, and what the other does in between.
Meanwhile = Callable[[str, Awaitable[Any], Callable[[], Awaitable[Any]]], Awaitable[None]]


class Shop:
    """One database, and the desks of the processes that serve it."""

    def __init__(self, url: str, desks: list[Desk], storages: list[Storage]) -> None:
        self.url = url
        self.desks = desks
        self.timers = [Timer(desk, each.reader) for desk, each in zip(desks, storages, strict=True)]
        self.storages = storages
        self.agents: dict[str, Agent] = {}

    def sql(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        return postgres.ask(self.url, question, *values)

    async def at_once(self, do: Callable[[Desk, int], Awaitable[T]], times: int = 8) -> list[T]:
        """Do something in both processes, many times at once; each has its number."""
        return await asyncio.gather(
            *(do(self.desks[number % 2], number) for number in range(times))
        )

    async def does(
        self, desk: Desk, who: str, command: str, ticket: int | None, **more: Any
    ) -> Any:
        given = {"key": f"{who}-{command}-{ticket}", "room": "care-global", **more}
        call = desk.call(
            command=command,
            agent=self.agents[who],
            origin=Origin.BUTTON,
            ticket=ticket,
            chat="slack",
            **given,
        )
        return await desk.handle(call)


@pytest.fixture
async def shop(hours: Hours) -> AsyncIterator[Shop]:
    url = postgres.create()
    async with AsyncExitStack() as stack:
        stack.callback(postgres.drop, url)
        storages = [open_storage(url, KEY, hours) for _ in range(2)]
        for storage in storages:
            stack.push_async_callback(storage.close)
        desks = [
            Desk(each.work, each.reader, POLICY, REGISTRY, TRAITS_OF, hours, WORDS)
            for each in storages
        ]
        shop = Shop(url, desks, storages)
        await shop.at_once(lambda desk, _: desk.adopt(POLICY), 2)  # both start at once
        shop.agents = {agent.name: agent for agent in await storages[0].reader.agents()}
        yield shop


async def test_one_message_that_comes_to_both_is_one_ticket(shop: Shop) -> None:
    message = wrote("Where is my tent?")
    await shop.at_once(lambda desk, _: desk.receive([message]))
    assert shop.sql("SELECT count(*) FROM ticket") == [(1,)]
    assert shop.sql("SELECT count(*) FROM message") == [(1,)]
    assert shop.sql('SELECT what, "to" FROM delivery') == [("card", "care-global")]


@pytest.fixture
def meanwhile(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Let one process act after the other has looked for a row, and before it goes on."""

    async def act(look: str, first: Awaitable[Any], then: Callable[[], Awaitable[Any]]) -> None:
        looked, acted = asyncio.Event(), asyncio.Event()
        real = getattr(StoredTx, look)

        def paused(self: StoredTx, *given: Any, **more: Any) -> Any:
            found = real(self, *given, **more)
            if not looked.is_set():
                looked.set()
                await_only(acted.wait())
            return found

        with monkeypatch.context() as patched:
            patched.setattr(StoredTx, look, paused)
            acting = asyncio.ensure_future(first)
            await looked.wait()
            await then()
            acted.set()
            await acting

    return act


def edited(message: Message, text: str, seconds: int = 1) -> Edited:
    at = NOON + timedelta(seconds=seconds)
    return Edited(message.account, message.external_id, text, at)


def deleted(message: Message) -> Deleted:
    return Deleted(message.account, message.external_id, NOON)


@pytest.mark.parametrize("message_first", [True, False])
async def test_an_edit_that_comes_together_with_its_message_is_kept(
    shop: Shop, meanwhile: Meanwhile, message_first: bool
) -> None:
    message = wrote("Where is my tnet?")
    both: list[Inbound] = [message, edited(message, "Where is my tent?")]
    one, other = both if message_first else both[::-1]
    receive = shop.desks[0].receive([one])
    await meanwhile("find_message", receive, lambda: shop.desks[1].receive([other]))
    rows = shop.sql("SELECT text, ticket, deleted FROM message")
    assert rows == [("Where is my tent?", 1, False)]
    assert shop.sql("SELECT id FROM ticket") == [(1,)]


@pytest.mark.parametrize("message_first", [True, False])
async def test_a_deletion_that_comes_together_with_its_message_leaves_no_words(
    shop: Shop, meanwhile: Meanwhile, message_first: bool
) -> None:
    message = wrote("My number is 0123")
    both: list[Inbound] = [message, deleted(message)]
    one, other = both if message_first else both[::-1]
    receive = shop.desks[0].receive([one])
    await meanwhile("find_message", receive, lambda: shop.desks[1].receive([other]))
    assert shop.sql("SELECT text, deleted FROM message") == [("", True)]


async def test_the_later_of_two_edits_at_once_stays(shop: Shop, meanwhile: Meanwhile) -> None:
    message = wrote("tnet")
    await shop.desks[0].receive([message])
    earlier = shop.desks[0].receive([edited(message, "tentt", 1)])
    later = edited(message, "tent", 2)
    await meanwhile("find_message", earlier, lambda: shop.desks[1].receive([later]))
    assert shop.sql("SELECT text FROM message") == [("tent",)]
    assert shop.sql("SELECT count(*) FROM entry WHERE name = 'CustomerEdited'") == [(1,)]


async def test_an_edit_that_comes_with_the_message_of_an_earlier_one_is_kept(
    shop: Shop, meanwhile: Meanwhile
) -> None:
    message = wrote("tnet")
    await shop.desks[0].receive([edited(message, "tentt", 1)])
    receive, later = shop.desks[0].receive([message]), edited(message, "tent", 2)
    await meanwhile("find_message", receive, lambda: shop.desks[1].receive([later]))
    assert shop.sql("SELECT text, ticket FROM message") == [("tent", 1)]


async def test_an_echo_while_the_acceptance_is_written_leaves_the_reply_sent(
    shop: Shop, meanwhile: Meanwhile
) -> None:
    message = wrote()
    await shop.desks[0].receive([message])
    await shop.does(shop.desks[0], "ben", "reply", 1, fields={"text": "Here it is."})
    ((id, mark),) = shop.sql("SELECT id, marker FROM message WHERE direction = 'outbound'")

    def change(tx: Tx, event: Event | None) -> None:
        ticket, act = tx.ticket(1), Act(NOON, NOON, Marks(), rule="outbox")
        reply = ticket.reply(id) if ticket is not None else None
        assert ticket is not None
        assert reply is not None
        if event is not None:
            apply(tx, POLICY, ticket, [event], act)
        else:
            tx.reply_is(id, ReplyState.SENT, external_id="theirs")
            accept(tx, POLICY, ticket, reply, NOON, act)

    work = shop.storages[1].work
    await work.transact(lambda tx: change(tx, SendingBegan(id)))
    echo = Echo(
        message.account,
        "theirs",
        message.thread_key,
        "Here it is.",
        NOON,
        marker=mark,
        private=False,
    )
    receive = shop.desks[0].receive([echo])
    await meanwhile("find_marked", receive, lambda: work.transact(lambda tx: change(tx, None)))
    rows = shop.sql("SELECT state, external_id FROM message WHERE direction = 'outbound'")
    assert rows == [("sent", "theirs")]


async def test_messages_of_one_conversation_are_one_ticket(shop: Shop) -> None:
    await shop.at_once(
        lambda desk, number: desk.receive([wrote(f"And another: {number}", thread="t1")]), 16
    )
    assert shop.sql("SELECT count(*) FROM ticket") == [(1,)]
    assert shop.sql("SELECT count(*) FROM message") == [(16,)]


async def test_batches_that_come_crosswise_all_get_through(shop: Shop) -> None:
    threads = [f"t{number}" for number in range(6)]

    async def receive(desk: Desk, number: int) -> None:
        order = threads if number % 2 else threads[::-1]
        await desk.receive([wrote(f"{number}", thread=each, who=each) for each in order])

    await shop.at_once(receive)
    assert shop.sql("SELECT count(*) FROM ticket") == [(6,)]
    assert shop.sql("SELECT count(*) FROM message") == [(48,)]


async def test_crowd_that_comes_to_both_is_one_burst(shop: Shop) -> None:
    def customer(number: int) -> Message:
        return wrote(f"Complaint {number}", thread="post", who=f"c{number}")

    await shop.desks[0].receive([customer(number) for number in range(10)])
    await shop.at_once(
        lambda desk, number: desk.receive([customer(10 + 2 * number), customer(11 + 2 * number)]),
        16,
    )
    assert shop.sql("SELECT count(*) FROM burst") == [(1,)]
    rows = shop.sql("SELECT what, count(*) FROM delivery GROUP BY what ORDER BY what")
    assert rows == [("burst", 1), ("card", 10), ("line", 32)]
    lines = [id for (id,) in shop.sql("SELECT ticket FROM delivery WHERE what = 'line'")]
    outcomes = await shop.at_once(
        lambda desk, number: shop.does(
            desk, ("ben", "maya")[number % 2], "claim", lines[number // 2]
        ),
        len(lines),
    )
    assert sum(isinstance(outcome, Done) for outcome in outcomes) == 16, "one of two wins each"
    assert shop.sql("SELECT count(*) FROM delivery WHERE what = 'card'") == [(26,)]
    burst = await shop.storages[0].work.transact(lambda tx: tx.burst(1))
    assert burst is not None
    assert (burst.tickets, burst.unclaimed, burst.closed) == (32, 16, 0)


async def test_one_of_many_claims_wins(shop: Shop) -> None:
    await shop.desks[0].receive([wrote()])
    names = ["ben", "aoi", "maya", "ken"]
    outcomes = await shop.at_once(
        lambda desk, number: shop.does(desk, names[number % 4], "claim", 1, key=f"key {number}")
    )
    ((winner,),) = shop.sql("SELECT agent.name FROM ticket JOIN agent ON agent.id = assignee")
    for number, outcome in enumerate(outcomes):
        if names[number % 4] != winner:
            assert refused(outcome) == "already-claimed"
    assert shop.sql("SELECT count(*) FROM entry WHERE name = 'Claimed'") == [(1,)]


async def test_the_same_press_that_comes_to_both_is_one_act(shop: Shop) -> None:
    await shop.desks[0].receive([wrote()])
    outcomes = await shop.at_once(
        lambda desk, _: shop.does(desk, "ben", "note", 1, fields={"text": "Called."})
    )
    assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes
    assert shop.sql("SELECT count(*) FROM message WHERE direction = 'note'") == [(1,)]


async def test_the_same_handover_that_comes_to_both_is_one_act(shop: Shop) -> None:
    for number in range(3):
        await shop.desks[0].receive([wrote(who=f"c{number}")])
        await shop.does(shop.desks[0], "ben", "claim", number + 1)
    outcomes = await shop.at_once(
        lambda desk, _: shop.does(desk, "ben", "handover", None, line="maya")
    )
    assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes
    assert shop.sql("SELECT count(*) FROM entry WHERE name = 'Assigned'") == [(3,)]


async def test_what_time_brings_comes_once(shop: Shop, hours: Hours) -> None:
    for number in range(3):  # more would be a list, or two
        await shop.desks[0].receive([wrote(who=f"c{number}")])
    hours.jump(timedelta(hours=2))
    await shop.at_once(lambda _, number: shop.timers[number % 2].tick())
    assert shop.sql("SELECT count(*) FROM entry WHERE name = 'Breached'") == [(3,)]
    assert shop.sql("SELECT count(*) FROM delivery WHERE what = 'alert'") == [(6,)]
    said = text("nothing-to-show")
    card = Card(push=said, title=said, blocks=(Paragraph(said),))
    made = await shop.at_once(
        lambda _, number: shop.timers[number % 2].publish(
            "evening", "2026-06-01", "care-leads", card
        )
    )
    assert sorted(made) == [False] * 7 + [True]


async def test_each_stage_of_a_chain_and_its_end_come_once(shop: Shop, hours: Hours) -> None:
    stages = (Stage(timedelta(minutes=5), call=("maya",)), Stage(timedelta(minutes=5), ("ken",)))
    chain = Chain(stages, Starts.OPENED, end_in=timedelta(minutes=5))
    for desk in shop.desks:
        queues = {**POLICY.queues, "global": replace(GLOBAL, chain=chain)}
        desk.policy = replace(POLICY, queues=queues)
    for number in range(3):  # more would be a list, or two
        await shop.desks[0].receive([wrote(who=f"c{number}")])
    for _ in range(3):
        hours.jump(timedelta(minutes=5))
        await shop.at_once(lambda _, number: shop.timers[number % 2].tick())
    told = shop.sql(
        "SELECT ticket, string_agg(name, ' ' ORDER BY id) FROM entry "
        "WHERE name LIKE '%Stage%' OR name LIKE 'Chain%' GROUP BY ticket ORDER BY ticket"
    )
    assert told == [(n, "ChainEntered StageReached StageReached ChainEnded") for n in (1, 2, 3)]
    assert shop.sql("SELECT what, count(*) FROM delivery GROUP BY what ORDER BY what") == [
        ("alert", 6),
        ("card", 3),
        ("event", 6),
    ]


async def test_a_claim_is_asked_about_and_handed_back_once(shop: Shop, hours: Hours) -> None:
    rule = IdleRule(timedelta(minutes=30), timedelta(minutes=15))
    queues = {name: replace(queue, idle_claim=rule) for name, queue in POLICY.queues.items()}
    await shop.at_once(lambda desk, _: desk.adopt(replace(POLICY, queues=queues)), 2)
    for number in range(3):
        await shop.desks[0].receive([wrote(who=f"c{number}")])
        await shop.does(shop.desks[1], "ben", "claim", number + 1)
    for name in ("IdleAsked", "Unclaimed"):
        hours.jump(timedelta(minutes=31))
        await shop.at_once(lambda _, number: shop.timers[number % 2].tick())
        assert shop.sql("SELECT count(*) FROM entry WHERE name = $1", name) == [(3,)]


async def test_turns_go_round_over_both(shop: Shop) -> None:
    for who in ("aoi", "ben", "kim"):
        await shop.does(shop.desks[0], who, "on", None)
    await shop.at_once(
        lambda desk, number: desk.receive([wrote(who=f"c{number}", account="aozora_ja")]), 9
    )
    held = shop.sql(
        "SELECT agent.name, count(*) FROM ticket JOIN agent ON agent.id = assignee "
        "GROUP BY agent.name ORDER BY agent.name"
    )
    assert held == [("aoi", 3), ("ben", 3), ("kim", 3)]


async def test_an_act_whose_commit_is_unknown_is_done_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, work = shop.desks[0], shop.storages[0].work
    await desk.receive([wrote(at=NOON)])
    transact, tries = type(work).transact, []

    async def unsure(self: Any, fn: Any, *, flushed: bool = True) -> Any:
        result = await transact(self, fn, flushed=flushed)
        tries.append(fn)
        if len(tries) == 1:
            raise Uncertain("the connection broke within a commit")
        return result

    monkeypatch.setattr(type(work), "transact", unsure)
    outcome = await shop.does(desk, "ben", "note", 1, fields={"text": "Called."})
    assert isinstance(outcome, Done)
    assert len(tries) == 2
    assert shop.sql("SELECT count(*) FROM message WHERE direction = 'note'") == [(1,)]


async def test_trouble_is_one_tried_by_one_and_told_once(shop: Shop, hours: Hours) -> None:
    async def seen(number: int) -> Troubles:
        storage = shop.storages[number]
        troubles = Troubles(shop.desks[number], hours, storage.work.transact)
        troubles.see((await storage.reader.due(hours.transport())).troubles, troubles.found)
        return troubles

    def told() -> list[tuple[Any, ...]]:
        return shop.sql("SELECT \"to\" FROM delivery WHERE what = 'published' ORDER BY id")

    both = [await seen(number) for number in range(2)]
    for _ in range(4):  # more or less at once
        await asyncio.gather(*(each.begins("care-japan", Barred("is_archived")) for each in both))
    assert shop.sql("SELECT tries FROM trouble") == [(8,)]
    assert told() == [("care-managers",)]
    both = [await seen(number) for number in range(2)]
    await hours.turn(600)
    now = hours.transport()
    tried = await asyncio.gather(
        *(
            shop.storages[number % 2].work.transact(
                lambda tx, number=number: both[number % 2].may_try(tx, ["care-japan"], now)  # type: ignore[misc]
            )
            for number in range(6)
        )
    )
    assert sorted(tried) == [False] * 5 + [True]
    await asyncio.gather(*(each.over(["care-japan"]) for each in both))
    assert shop.sql("SELECT * FROM trouble") == []
    assert told() == [("care-managers",)] * 2
