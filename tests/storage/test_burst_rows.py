"""Bursts: one a thread and queue at a time, with figures that are those of its tickets now."""

import asyncio
from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import uuid4

import pytest
from stored import NOW, given, s, said, sent, shows, took

from chatops.ports import Burst, Delivery, DeliveryState, NewDelivery, Tx, Urgency, What
from chatops.scene import Direction
from chatops.ticket import Status, Ticket
from storage import Storage

pytestmark = pytest.mark.anyio

THREAD = ("acme_x", "t1", "care")


def begun(tx: Tx, at: datetime = NOW, message: int = 1, since: float = -600) -> int:
    return tx.join_burst(*THREAD, s(since), at, message, 10)


def bursting(tx: Tx, number: int, burst: int, **fields: object) -> Ticket:
    """Open a ticket of a burst, with its line."""
    ticket = given(tx, f"c{number}", burst=burst, lined=True, **fields)  # type: ignore[arg-type]
    sent(
        tx,
        What.LINE,
        "care",
        f"line:{ticket.id}:care",
        ticket=ticket.id,
        burst=burst,
        marker=str(uuid4()),
    )
    return ticket


def card_of(tx: Tx, burst: int, room: str = "care") -> bool:
    lane = f"burst:{burst}:{room}"
    card = NewDelivery(What.BURST, room, lane, Urgency.CARD, str(uuid4()), burst=burst)
    return tx.deliver(card, NOW)


async def crowding(
    storage: Storage, since: float, most: int = 99, *thread: str
) -> tuple[bool, int]:
    asked: tuple[str, ...] = thread or THREAD
    account, key, queue = asked
    return await storage.work.transact(lambda tx: tx.crowding(account, key, queue, s(since), most))


async def test_a_burst_goes_on_as_long_as_tickets_come(storage: Storage) -> None:
    async def join(at: float) -> int:
        return await storage.work.transact(lambda tx: begun(tx, s(at), since=at - 600))

    assert await crowding(storage, -600) == (False, 0)
    first = await join(0)
    assert await join(500) == first
    assert await join(1000) == first, "the ticket at 500 prolonged it"
    assert await join(300) == first, "one that comes late shortens nothing"
    assert await crowding(storage, 1000) == (True, 0)
    assert await crowding(storage, 1001) == (False, 0)
    assert await crowding(storage, 0, 99, "acme_x", "t1", "sales") == (False, 0)
    assert await crowding(storage, 0, 99, "acme_x", "t2", "care") == (False, 0)
    later = await join(1601)
    assert later != first
    assert await join(1700) == later


async def test_processes_that_begin_a_burst_at_once_make_one(storage: Storage) -> None:
    joined = await asyncio.gather(*(storage.work.transact(begun) for _ in range(8)))
    assert len(set(joined)) == 1


async def test_the_newest_tickets_of_a_thread_are_counted(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        for number in range(6):
            given(tx, f"c{number}", at=s(number))
        given(tx, "quiet", at=s(9), quiet=True)
        given(tx, "sales", at=s(9), queue="sales")
        given(tx, "elsewhere", thread="t2", at=s(9))

    await storage.work.transact(fill)
    assert [await crowding(storage, since) for since in (0, 3, 6)] == [
        (False, 6),
        (False, 3),
        (False, 0),
    ]
    assert await crowding(storage, 0, 4) == (False, 2), "two of the newest four are of others"


async def test_figures_are_those_of_now(storage: Storage) -> None:
    def fill(tx: Tx) -> tuple[int, int]:
        first = given(tx, "c1")
        message = said(tx, first, "Me too", external_id="m1", parent_text="New tents")
        burst = begun(tx, message=message)
        bursting(tx, 2, burst)
        bursting(tx, 3, burst, assignee=4)
        bursting(tx, 4, burst, status=Status.CLOSED)
        bursting(tx, 5, burst, queue="sales")
        return burst, message

    burst, message = await storage.work.transact(fill)
    began = await storage.reader.line(message)
    expected = Burst(
        id=burst,
        account="acme_x",
        queue="care",
        opened_at=NOW,
        earlier=10,
        tickets=4,
        unclaimed=1,
        closed=1,
        began=began,
        post=None,
        author=None,
    )
    assert await storage.work.transact(lambda tx: tx.burst(burst)) == expected
    assert await storage.work.transact(lambda tx: tx.burst(burst + 1)) is None


async def test_the_post_is_the_message_that_names_the_thread(storage: Storage) -> None:
    def fill(tx: Tx) -> tuple[int, int, int]:
        theirs = said(tx, given(tx, "c1"), "Broken!", external_id="t1")
        ours = said(
            tx,
            given(tx, "c1", thread="t2"),
            "New tents",
            external_id="t2",
            direction=Direction.OUTBOUND,
        )
        other = tx.join_burst("acme_x", "t2", "care", s(-1), NOW, theirs, 10)
        return begun(tx, message=theirs), other, ours

    one, other, ours = await storage.work.transact(fill)
    first = await storage.work.transact(lambda tx: tx.burst(one))
    assert first is not None
    assert first.post is not None
    assert first.author is not None
    assert (first.post.text, first.author.name) == ("Broken!", "C1")
    second = await storage.work.transact(lambda tx: tx.burst(other))
    assert second is not None
    assert (second.post, second.author) == (await storage.reader.line(ours), None)


async def test_a_bursts_card_is_one_a_room_and_its_lines_wait_for_it(storage: Storage) -> None:
    def fill(tx: Tx) -> tuple[int, list[int]]:
        burst = begun(tx)
        assert card_of(tx, burst)
        assert not card_of(tx, burst)
        assert card_of(tx, burst, "leads")
        return burst, [bursting(tx, number, burst).id for number in range(3)]

    burst, tickets = await storage.work.transact(fill)
    card = await took(storage, "care")
    assert card is not None
    assert (card.what, card.burst, card.ticket, card.thread) == (What.BURST, burst, None, None)
    assert await took(storage, "care") is None, "its lines wait"
    await shows(storage, card, "ts1")
    # one after the other, and none for the one before: that may be refused, or in doubt
    lines = [await took(storage, "care") for _ in tickets]
    assert [line and (line.what, line.ticket, line.burst, line.thread) for line in lines] == [
        (What.LINE, ticket, burst, "ts1") for ticket in tickets
    ]
    for n, line in enumerate(lines):
        await shows(storage, line, f"line{n}")
    assert await storage.reader.line_of(tickets[1], "care") == "line1"
    assert await storage.reader.line_of(tickets[1], "leads") is None
    assert await storage.reader.card_of(tickets[1], "care") is None
    assert await storage.reader.card_at("care", "ts1") is None
    assert await storage.reader.card_at("care", "line1") == tickets[1]


async def shown(storage: Storage) -> tuple[int, Ticket]:
    """Return a burst and its only ticket, whose line is there."""

    def fill(tx: Tx) -> tuple[int, Ticket]:
        burst = begun(tx)
        card_of(tx, burst)
        return burst, bursting(tx, 1, burst)

    made = await storage.work.transact(fill)
    for id in ("ts1", "line"):
        await shows(storage, await took(storage, "care"), id)
    return made


async def test_counting_anew_waits_for_more_to_count(storage: Storage) -> None:
    burst, _ = await shown(storage)
    for due in (5, 7, 9):
        await storage.work.transact(lambda tx, due=due: tx.recount(burst, s(due)))  # type: ignore[misc]
    assert await took(storage, "care", s(4)) is None
    job = await took(storage, "care", s(5))
    assert job is not None
    assert (job.what, job.state, job.wanted) == (What.BURST, DeliveryState.SENT, 4)
    await shows(storage, job, "ts1", s(5))
    assert await took(storage, "care", s(99)) is None, "three changes are one update"


async def test_a_line_follows_its_ticket_and_waits_for_its_card(storage: Storage) -> None:
    _, ticket = await shown(storage)

    def claim(tx: Tx) -> None:
        tx.save_ticket(replace(ticket, assignee=4, lined=False, revision=2))
        sent(tx, What.CARD, "care", f"{ticket.id}:care", ticket=ticket.id)

    def waiting(job: Delivery | None) -> tuple[What, int] | None:
        return job and (job.what, job.wanted)

    await storage.work.transact(claim)
    card = await took(storage, "care", s(1))
    assert waiting(card) == (What.CARD, 2)
    assert await took(storage, "care", s(1)) is None, "the line is to lead to the card"
    await shows(storage, card, "ts2", s(1))
    assert waiting(await took(storage, "care", s(1))) == (What.LINE, 2)
    assert await storage.work.transact(lambda tx: tx.rooms_of(ticket.id)) == ["care"]
    assert await storage.reader.card_at("care", "ts2") == ticket.id


async def test_what_somebody_deletes_comes_back(storage: Storage) -> None:
    burst, ticket = await shown(storage)
    for there in ("ts1", "line"):
        assert await storage.work.transact(partial(_deleted, external_id=there))
    card = await took(storage, "care")
    assert card is not None
    assert (card.what, card.burst, card.state) == (What.BURST, burst, DeliveryState.SENDING)
    await shows(storage, card, "ts2")
    line = await took(storage, "care")
    assert line is not None
    assert (line.what, line.ticket, line.thread) == (What.LINE, ticket.id, "ts2")


def _deleted(tx: Tx, external_id: str) -> bool:
    return tx.card_deleted("care", external_id, NOW)
