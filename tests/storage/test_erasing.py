"""Where a person's words, name and handle stand, and how they are overwritten, on any database."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from stored import NOW, given, s, said, sent, shows, took

from chatops.card import Card
from chatops.card_json import dump_card
from chatops.channel import Author
from chatops.oblivion import NOBODY, Traces
from chatops.ports import NewMessage, Tx, What
from chatops.scene import Direction
from chatops.text import text
from storage import Storage
from storage.forgetting import erasing, listed, whom
from storage.forgetting.whom import Person
from storage.instant import micros
from storage.statement import Db, Statement, param
from storage.tables import BURST, DELIVERY, MESSAGE

pytestmark = pytest.mark.anyio

MIA = Person(1, "x", "c1", "@c1", "C1")


def card_about(words: str) -> str:
    return dump_card(Card(text("words", words=words)))


async def fill(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        ticket = given(tx)
        said(tx, ticket, "My tent", external_id="p1", url="https://x.com/c1/1")
        said(tx, ticket, "Called", direction=Direction.NOTE, origin="room")
        other = given(tx, "c2", "t2")
        said(tx, other, "As @c1 says", parent="p1", parent_text="My tent")
        said(tx, other, "Nothing of theirs")
        sent(tx, What.CARD, "room", "1:room", ticket=ticket.id)
        sent(tx, What.PUBLISHED, "room", "room:room", body=card_about("c1"))
        sent(tx, What.PUBLISHED, "room", "room:room", body=card_about("c2"))
        sent(tx, What.REPLY, "account:acme_x", "c:1", ticket=ticket.id)
        for body in (b'{"user": "c1"}', b'{"user": "c2"}'):
            tx.raw_read(tx.store_raw("x", "acme_x", body, NOW))
        tx.store_raw("x", "acme_x", b"by c1", NOW)
        tx.consent(1, 2, 1, NOW)

    await storage.work.transact(run)


async def traces_of(storage: Storage) -> Traces:
    return (await storage.reader.run(lambda db: whom.theirs(db, MIA))).traces


async def test_who_is_meant_is_found_by_id_handle_and_ticket(storage: Storage) -> None:
    await fill(storage)
    run = storage.reader.run
    assert await run(lambda db: whom.called(db, "x", "c1")) == [MIA]
    assert await run(lambda db: whom.called(db, "x", "@C1")) == [MIA]
    assert await run(lambda db: whom.called(db, "line", "@c1")) == []
    assert await run(lambda db: whom.called(db, "x", "@")) == []
    assert await run(lambda db: whom.of_ticket(db, 1)) == MIA
    assert await run(lambda db: whom.of_ticket(db, 9)) is None
    assert await run(lambda db: whom.person(db, 9)) is None
    assert [each.id for each in await run(lambda db: whom.persons(db, 1))] == [2]


async def test_customer_of_a_source_is_known_by_the_id_that_its_bodies_hold(
    storage: Storage,
) -> None:
    body = b"""{"events": [{"type": "message", "author": {"id": "u-4711", "handle": "m"}}]}"""

    def run(tx: Tx) -> None:
        for id in ("forum:u-4711", "forum:U-4711", "forum:xu-4711", "app:u-4_11"):
            tx.customer("webhook", Author(id, "m", "M"))
        tx.raw_read(tx.store_raw("webhook", "forum", body, NOW))

    await storage.work.transact(run)
    who = Person(1, "webhook", "forum:u-4711", "m", "M")
    read = storage.reader.run
    assert await read(lambda db: whom.called(db, "webhook", "u-4711")) == [who]
    assert await read(lambda db: whom.called(db, "webhook", "forum:u-4711")) == [who]
    assert [p.id for p in await read(lambda db: whom.called(db, "webhook", "u-4_11"))] == [4]
    traces = (await read(lambda db: whom.theirs(db, who))).traces
    assert traces.ids == {"forum:u-4711", "u-4711"}
    removed = await storage.work.run(lambda db: erasing.remove_bodies(db, traces, 0))
    assert removed == (1, 1)


async def test_what_is_theirs(storage: Storage) -> None:
    await fill(storage)
    found = await storage.reader.run(lambda db: whom.theirs(db, MIA))
    assert (found.tickets, found.messages, found.typed_notes) == ((1,), (1, 2), (1,))
    assert found.asked_about == ()
    assert found.traces == Traces(
        frozenset({"@c1", "C1"}), frozenset({"c1", "p1"}), frozenset({"My tent"}), frozenset({"c1"})
    )


async def test_messages_are_erased_and_others_lose_only_the_name(storage: Storage) -> None:
    await fill(storage)
    traces = await traces_of(storage)
    run = storage.work.run
    await run(lambda db: erasing.erase_messages(db, [1, 2]))
    assert await run(lambda db: erasing.redact_messages(db, traces, 0)) == (4, {2})
    assert await run(lambda db: erasing.redact_messages(db, traces, 4)) == (None, set())
    theirs, others = [await storage.reader.messages(ticket) for ticket in (1, 2)]
    assert [(line.text, line.deleted, line.url) for line in theirs] == [("", True, None)] * 2
    assert [(line.text, line.parent_text) for line in others] == [
        (f"As @{NOBODY} says", None),
        ("Nothing of theirs", None),
    ]
    hits, _ = await storage.reader.search("tent", ["care"], 9)
    assert hits == []


async def test_bodies_and_posts_about_them_go_and_no_others(storage: Storage) -> None:
    await fill(storage)
    traces = await traces_of(storage)
    run = storage.work.run
    assert await run(lambda db: whom.unread_about(db, traces)) == 1
    assert await run(lambda db: erasing.remove_bodies(db, traces, 0)) == (3, 2)
    left = await storage.reader.raw(NOW, unreadable=False)
    assert [body.body for body in left] == [b'{"user": "c2"}']
    post = await took(storage, "room")
    await shows(storage, post, "ts-card")
    post = await took(storage, "room")
    await shows(storage, post, "ts-post")
    assert await run(lambda db: erasing.redact_posts(db, traces, 0, "{}", s(5))) == (3, 1)
    assert await run(lambda db: erasing.redact_posts(db, traces, 3, "{}", s(5))) == (None, 0)


async def test_early_edit_is_erased_only_where_its_own_event_is_about_them(
    storage: Storage,
) -> None:
    body = b"""{"events": [{"id": "e1", "by": "c1"}, {"id": "e2", "by": "c2", "text": "Hm"}]}"""
    early = NewMessage("acme_x", Direction.INBOUND, "An edit", NOW, private=False)

    def run(tx: Tx) -> None:
        given(tx)
        for id in ("e1", "e2"):
            tx.add_message(replace(early, external_id=id))
        tx.raw_read(tx.store_raw("x", "acme_x", body, NOW))

    await storage.work.transact(run)
    traces = await traces_of(storage)
    await storage.work.run(lambda db: erasing.remove_bodies(db, traces, 0))
    rows = Statement(select(MESSAGE.c.external_id, MESSAGE.c.text).order_by(MESSAGE.c.id))
    kept = await storage.reader.run(lambda db: db.all(rows))
    assert kept == [("e1", ""), ("e2", "An edit")]


async def test_person_is_overwritten_and_what_waits_is_not_sent(storage: Storage) -> None:
    await fill(storage)
    traces = await traces_of(storage)

    def run(db) -> None:  # type: ignore[no-untyped-def]
        db.run(Statement(update(DELIVERY).values(error="@c1 is blocked")))
        erasing.withdraw_replies(db, 1)
        erasing.erase_person(db, MIA, traces)
        erasing.show_again(db, 1, s(1))

    await storage.work.run(run)
    record = await storage.reader.record(1)
    assert record is not None
    gone = replace(MIA, external_id="forgotten:1", handle=NOBODY, name=NOBODY)
    assert await storage.reader.run(lambda db: whom.person(db, 1)) == gone
    assert gone.is_forgotten
    assert len(await storage.reader.profiles(1)) == 1
    assert (await storage.reader.waits()).replies == ()
    said = Statement(select(DELIVERY.c.error).where(DELIVERY.c.ticket == 1).distinct())
    assert await storage.reader.run(lambda db: db.all(said)) == [(None,)]

    def again(tx: Tx) -> int:
        return tx.customer("x", Author("c1", "@c1", "C1"))

    assert await storage.work.transact(again) == 3


async def test_announcement_names_nobody_and_is_not_made_again(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        ticket = given(tx)
        sent(tx, What.CARD, "room", "1:room", ticket=ticket.id)
        sent(tx, What.ANNOUNCE, "room", "1:room", ticket=ticket.id)

    await storage.work.transact(run)
    for id in ("ts-card", "ts-line"):
        await shows(storage, await took(storage, "room"), id)
    await storage.work.run(lambda db: erasing.show_again(db, 1, s(1)))
    again = await took(storage, "room", s(1))
    assert again is not None
    assert again.what is What.CARD
    assert await took(storage, "room", s(1)) is None


async def test_who_was_forgotten_is_remembered_with_the_newest_time(storage: Storage) -> None:
    for at in (NOW, s(9), s(3)):
        await storage.work.run(lambda db, at=at: listed.remember(db, "digest", at))  # type: ignore[misc]
    assert await storage.reader.run(listed.remembered) == [("digest", micros(s(9)))]


async def test_customer_was_there_since_their_oldest_ticket(storage: Storage) -> None:
    await fill(storage)
    await storage.work.transact(lambda tx: given(tx, thread="t9", at=s(9)))
    await storage.work.transact(lambda tx: tx.customer("x", Author("c3", "@c3", "C3")))
    nobody = Person(3, "x", "c3", "@c3", "C3")
    for who, at, was in ((MIA, s(1), True), (MIA, NOW, False), (nobody, NOW, True)):
        found = await storage.reader.run(
            lambda db, who=who, at=at: whom.was_there(db, who, at)  # type: ignore[misc]
        )
        assert found is was


async def test_thread_that_is_called_after_them_gets_another_name(storage: Storage) -> None:
    await fill(storage)
    await storage.work.transact(lambda tx: given(tx, "c3", "c1/topic"))
    traces = await traces_of(storage)
    burst = {"account": "acme_x", "queue": "care", "opened_at": NOW, "newest_at": NOW, "message": 1}
    add = Statement(insert(BURST).values(**burst, thread_key=param("key"), earlier=0))

    def run(db: Db) -> list[tuple[int | None, int]]:
        for key in ("c1", "t9"):
            db.run(add, key=key)
        erasing.show_bursts_again(db, NOW)
        return [
            erasing.rename_threads(db, traces, after, table=table)
            for table in erasing.THREADED
            for after in (0, 3)
        ]

    assert await storage.work.run(run) == [(2, 1), (None, 0), (3, 1), (None, 0)]
    burst_names, names = [
        Statement(select(table.c.thread_key).order_by(table.c.id)) for table in erasing.THREADED
    ]
    assert await storage.reader.run(lambda db: db.all(burst_names)) == [("forgotten:1",), ("t9",)]
    kept = await storage.reader.run(lambda db: db.all(names))
    assert kept == [("t1",), ("t2",), ("forgotten:3",)]


async def test_ids_of_others_messages_that_hold_their_handle_are_overwritten(
    storage: Storage,
) -> None:
    def run(tx: Tx) -> None:
        given(tx)
        other = given(tx, "c2", "t2")
        said(tx, other, external_id="c1/1", parent="c1/0", url="https://net/c1/1")
        said(tx, other, external_id="p2", parent="p1", url="https://net/c2/1")

    await storage.work.transact(run)
    traces = await traces_of(storage)
    changed = [
        await storage.work.run(lambda db: erasing.rename_messages(db, traces, 0)) for _ in "12"
    ]
    assert changed == [(2, {2}), (2, set())]
    m = MESSAGE.c
    rows = Statement(select(m.external_id, m.parent, m.url).order_by(m.id))
    assert await storage.reader.run(lambda db: db.all(rows)) == [
        ("forgotten:1", "forgotten:1", None),
        ("p2", "p1", "https://net/c2/1"),
    ]
