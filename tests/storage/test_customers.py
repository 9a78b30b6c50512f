"""Customers elsewhere: invitations, namesakes, and profiles that consent links."""

from dataclasses import replace
from typing import Any

import pytest
from stored import NOW, given, s, said

from chatops.channel import Author
from chatops.event import ReplyState
from chatops.ports import Profile, Tx
from chatops.scene import Customer, Direction
from chatops.ticket import Status
from storage import Storage

pytestmark = pytest.mark.anyio


async def test_the_newest_invitation_counts(storage: Storage) -> None:
    def run(tx: Tx) -> list[int | None]:
        old = given(tx, "c1", "t1", invited_at=s(1))
        new = given(tx, "c1", "t2", invited_at=s(5))
        given(tx, "c1", "t3")
        given(tx, "c2", invited_at=s(9))
        who = old.customer
        assert tx.invited("acme_x", who, NOW) == new.id
        return [
            tx.invited("acme_x", who, s(6)),
            tx.invited("other", who, NOW),
        ]

    assert await storage.work.transact(run) == [None, None]


async def test_an_invitation_of_a_merged_ticket_leads_to_where_it_went(storage: Storage) -> None:
    def run(tx: Tx) -> tuple[int | None, int]:
        into = given(tx, "c1", "t1")
        merged = given(tx, "c1", "t2", invited_at=s(1), merged_into=into.id)
        return tx.invited("acme_x", merged.customer, NOW), into.id

    found, into = await storage.work.transact(run)
    assert found == into


async def test_namesakes_on_other_channels(storage: Storage) -> None:
    def run(tx: Tx) -> tuple[list[int], list[int]]:
        def on(channel: str, id: str, handle: str, name: str, **fields: Any) -> int:
            """Open a ticket, and let its customer be of that channel."""
            ticket = given(tx, id, f"t-{channel}-{id}", **fields)
            who = tx.customer(channel, Author(id, handle, name))
            tx.save_ticket(replace(ticket, customer=who))
            return ticket.id

        me = tx.customer("x", Author("me", "@Tanaka", "田中　太郎"))
        by_handle = on("line", "l1", "ＴＡＮＡＫＡ", "T")
        by_name = on("web", "w1", "@other", "田中 太郎")
        on("x", "x2", "tanaka", "")  # on one channel a person is one customer
        on("line", "l2", "tanaka", "", status=Status.CLOSED)
        on("line", "l3", "tanaka", "", at=s(-60))
        on("line", "l4", "tanaka2", "田中")
        nobody = tx.customer("x", Author("n", "", ""))
        on("line", "l5", "", "")
        return list(tx.alike(me, NOW)), [by_name, by_handle, *tx.alike(nobody, NOW)]

    found, expected = await storage.work.transact(run)
    assert found == expected


async def test_consent_links_profiles_until_it_is_withdrawn(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        ids = [tx.customer(f"ch{n}", Author(f"c{n}", f"@c{n}", f"C{n}", n)) for n in range(4)]
        a, b, c, _ = ids
        assert tx.consent(a, b, 3, NOW)
        assert not tx.consent(b, a, 4, s(9))  # which way round it is said is the same
        assert not tx.consent(a, a, 3, NOW)
        assert tx.consent(c, b, 4, s(1))
        return ids

    a, b, c, d = await storage.work.transact(run)

    def profile(id: int, number: int, *linked: Any) -> Profile:
        customer = Customer(id, f"c{number}", f"@c{number}", f"C{number}", number)
        return Profile(customer, f"ch{number}", *linked)

    assert await storage.reader.profiles(a) == [
        profile(a, 0),
        profile(b, 1, 3, NOW),
        profile(c, 2, 4, s(1)),
    ]
    assert [each.customer.id for each in await storage.reader.profiles(c)] == [a, b, c]
    assert await storage.reader.profiles(d) == [profile(d, 3)]
    await storage.work.transact(lambda tx: tx.withdraw(b))
    assert await storage.reader.profiles(a) == [profile(a, 0)]


async def test_what_the_same_words_were_said_to(storage: Storage) -> None:
    """To a person over all their conversations; under a post to whomever."""

    def run(tx: Tx) -> list[int]:
        def reply(customer: str, thread: str, key: str, state: ReplyState, at: int = 0) -> int:
            ticket = given(tx, customer, thread)
            said(
                tx,
                ticket,
                direction=Direction.OUTBOUND,
                said=key,
                state=state,
                at=s(at),
            )
            return ticket.customer

        me = reply("c1", "t1", "en/sorry", ReplyState.SENT)
        reply("c1", "t2", "en/sorry", ReplyState.WAITING, 5)
        reply("c1", "t2", "en/thanks", ReplyState.SENT)
        reply("c1", "t1", "en/sorry", ReplyState.FAILED, 6)
        reply("c1", "t1", "en/sorry", ReplyState.WITHDRAWN, 6)
        reply("c2", "t1", "en/sorry", ReplyState.IN_DOUBT)
        return [
            tx.said_to(me, "en/sorry", NOW),
            tx.said_to(me, "en/sorry", s(1)),
            tx.said_to(me, "en/other", NOW),
            tx.said_under("acme_x", "t1", "en/sorry"),
            tx.said_under("acme_x", "t2", "en/sorry"),
            tx.said_under("other", "t1", "en/sorry"),
        ]

    assert await storage.work.transact(run) == [2, 1, 0, 2, 1, 0]


async def test_conversations_are_diverted_and_restored(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        gone, into = given(tx, "c1", "t1"), given(tx, "c1", "t2")
        said(tx, gone)
        joined = tx.conversation("acme_x", "dm", gone.customer)
        said(tx, gone, conversation=joined.id)
        tx.point(joined.id, gone.id)
        said(tx, gone, direction=Direction.NOTE, conversation=None)
        ids = [gone.conversation, joined.id, into.conversation]

        def now() -> list[int | None]:
            return [tx.lock_conversation(id).ticket for id in ids]

        tx.divert(gone.id, into.id)
        assert now() == [into.id, into.id, into.id]
        tx.restore(gone.id, into.id)
        assert now() == [gone.id, gone.id, into.id]

    await storage.work.transact(run)


async def test_a_record_holds_what_was_merged_into_it(storage: Storage) -> None:
    def run(tx: Tx) -> tuple[int, list[int], dict[int, str]]:
        gone = given(tx, "c1", "t1")
        first = said(tx, gone, "first")
        into = given(tx, "c1", "t2")
        waiting = said(tx, into, "reply", direction=Direction.OUTBOUND, state=ReplyState.WAITING)
        notes = [said(tx, into, f"n{n}", direction=Direction.NOTE) for n in range(24)]
        newest = said(tx, gone, "newest")
        more = [said(tx, gone, f"n{n}", direction=Direction.NOTE) for n in range(3)]
        tx.hide_message(newest, hidden=True)
        tx.save_ticket(replace(into, merged=(gone.id,)))
        shown = [first, waiting, *notes[8:], newest, *more]
        return into.id, shown, {gone.conversation: "t1", into.conversation: "t2"}

    id, shown, threads = await storage.work.transact(run)
    record = await storage.reader.record(id)
    assert record is not None
    assert [line.id for line in record.lines] == shown
    assert record.threads == threads
    assert [line.text for line in record.lines if line.hidden] == ["newest"]
