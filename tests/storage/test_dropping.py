"""What goes by age, and what stays whatever its age, on any database."""

from dataclasses import replace

import pytest
from stored import NOW, given, s, said, sent, shows, took

from chatops.event import CloseReason, ReplyState, Then
from chatops.ports import Tx, What
from chatops.sla import ClockKind, Promise
from chatops.sla.clock import start
from chatops.ticket import Reply, Status, Ticket
from storage import Storage
from tests.scenes import TOKYO

pytestmark = pytest.mark.anyio

LATER = s(3600)


def closed(tx: Tx, customer: str = "c1", thread: str = "t1", **fields: object) -> Ticket:
    ticket = given(
        tx,
        customer,
        thread,
        status=Status.CLOSED,
        close_reason=CloseReason.RESOLVED,
        closed_at=NOW,
        **fields,
    )
    said(tx, ticket, f"words of {customer}")
    tx.save_clock(
        ticket.id, start(Promise(ClockKind.FIRST_RESPONSE, 60, TOKYO, "queue", "p", "c"), NOW)
    )
    return ticket


async def counts(storage: Storage, *tables: str) -> dict[str, int]:
    from sqlalchemy import func, select

    from storage.statement import Statement
    from storage.tables import METADATA

    made = {
        name: Statement(select(func.count()).select_from(METADATA.tables[name])) for name in tables
    }
    return await storage.reader.run(
        lambda db: {name: db.all(each)[0][0] for name, each in made.items()}
    )


ALL = ("ticket", "message", "entry", "clock", "delivery", "conversation", "customer")


async def test_closed_ticket_goes_with_all_that_is_its_own(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        ticket = closed(tx)
        message = said(tx, ticket, "more")
        sent(tx, What.CARD, "room", "1:room", ticket=ticket.id)
        sent(tx, What.MESSAGE, "room", "1:room", ticket=ticket.id, message=message)
        sent(tx, What.EVENT, "room", "1:room", ticket=ticket.id, entry=1)
        given(tx, "c2", "t2")

    await storage.work.transact(fill)
    for id in ("card", "line", "event"):
        await shows(storage, await took(storage, "room"), id)
    drop = lambda tx: tx.drop_closed(LATER, 10)  # noqa: E731
    assert [await storage.work.transact(drop) for _ in "12"] == [1, 0]
    assert await counts(storage, *ALL) == {
        "ticket": 1,
        "message": 0,
        "entry": 1,
        "clock": 0,
        "delivery": 0,
        "conversation": 1,
        "customer": 1,
    }
    assert (await storage.reader.search("words", ["care"], 5))[0] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"status": Status.OPEN, "close_reason": None, "closed_at": None},
        {"closed_at": s(7200)},
        {"merged_into": 9},
        {"replies": (Reply(1, 1, Then.NOTHING, ReplyState.IN_DOUBT),)},
    ],
    ids=["open", "young", "merged into another", "with a reply in doubt"],
)
async def test_ticket_that_stays(storage: Storage, fields: dict[str, object]) -> None:
    def fill(tx: Tx) -> None:
        ticket = closed(tx)
        tx.save_ticket(replace(ticket, **fields))  # type: ignore[arg-type]

    await storage.work.transact(fill)
    assert await storage.work.transact(lambda tx: tx.drop_closed(LATER, 10)) == 0


async def test_ticket_with_a_delivery_on_its_way_stays(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        sent(tx, What.CARD, "room", "1:room", ticket=closed(tx).id)

    await storage.work.transact(fill)
    assert await storage.work.transact(lambda tx: tx.drop_closed(LATER, 10)) == 0


async def test_merged_tickets_go_with_the_one_that_they_went_into(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        child = closed(tx, "c1", "t1", merged_into=2)
        parent = closed(tx, "c2", "t2", merged=(child.id,))
        message = said(tx, child, "of the child")
        sent(tx, What.CARD, "room", "2:room", ticket=parent.id)
        sent(tx, What.MESSAGE, "room", "2:room", ticket=parent.id, message=message)
        tx.divert(child.id, parent.id)

    await storage.work.transact(fill)
    await shows(storage, await took(storage, "room"), "card")
    await shows(storage, await took(storage, "room"), "line")
    assert await storage.work.transact(lambda tx: tx.drop_closed(LATER, 10)) == 1
    assert set((await counts(storage, *ALL)).values()) == {0}


async def test_burst_goes_with_the_last_of_its_tickets(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        for thread, stays in (("t1", False), ("t2", True)):
            burst = tx.join_burst("acme_x", thread, "care", s(-600), NOW, 1, 10)
            sent(tx, What.BURST, "care", f"burst:{burst}:care", burst=burst)
            for number in range(2):
                closed(tx, f"c{number}", thread, burst=burst, lined=True)
            if stays:
                given(tx, "c2", thread, burst=burst, lined=True)

    await storage.work.transact(fill)
    drop = lambda tx: tx.drop_closed(LATER, 3)  # noqa: E731
    left = []
    for _ in "12":
        await storage.work.transact(drop)
        left.append(await counts(storage, "ticket", "burst", "delivery"))
    assert left == [
        {"ticket": 2, "burst": 1, "delivery": 1},
        {"ticket": 1, "burst": 1, "delivery": 1},
    ]


async def test_conversation_and_customer_stay_for_what_is_left_of_them(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        one = closed(tx, "c1", "t1")
        given(tx, "c1", "t1")  # the conversation's next ticket
        other = closed(tx, "c2", "t2")
        tx.consent(one.customer, other.customer, 1, NOW)

    await storage.work.transact(fill)
    assert await storage.work.transact(lambda tx: tx.drop_closed(LATER, 10)) == 2
    found = await counts(storage, "ticket", "conversation", "customer")
    assert found == {"ticket": 1, "conversation": 1, "customer": 2}


async def test_bodies_that_were_read_go_and_no_others(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        for error in (None, "unreadable"):
            tx.raw_read(tx.store_raw("x", "acme_x", b"{}", NOW), error)
        tx.store_raw("x", "acme_x", b"unread", NOW)
        tx.raw_read(tx.store_raw("x", "acme_x", b"young", s(7200)))

    await storage.work.transact(fill)
    assert await storage.work.transact(lambda tx: tx.drop_bodies(LATER, 10)) == 1
    left = await storage.reader.raw(NOW, unreadable=False)
    assert [body.id for body in left] == [2, 3, 4]


async def test_messages_of_no_ticket_go(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        said(tx, given(tx), "of a ticket")
        said(tx, given(tx, "c2", "t2"), "loose", ticket=None, conversation=None)

    await storage.work.transact(fill)
    assert await storage.work.transact(lambda tx: tx.drop_loose(LATER, 10)) == 1
    assert await counts(storage, "message") == {"message": 1}


async def test_logs_go_but_each_digests_newest_run(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        for number in range(3):
            tx.once(f"key{number}", s(number))
            tx.publish_once("evening", f"2026-06-0{number + 1}", NOW)
            sent(tx, What.PUBLISHED, "room", "room:room", body="{}")
        tx.once("young", s(7200))

    await storage.work.transact(fill)
    for _ in "12":
        await shows(storage, await took(storage, "room"), "ts")
    assert await storage.work.transact(lambda tx: tx.drop_logs(LATER, 2)) == 2
    assert await storage.work.transact(lambda tx: tx.drop_logs(LATER, 2)) == 1
    assert await counts(storage, "act", "digest_run", "delivery") == {
        "act": 1,
        "digest_run": 1,
        "delivery": 1,  # it waits
    }
    assert await storage.reader.published("evening") == ("2026-06-03", NOW)
