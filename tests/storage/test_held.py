"""What a restored database holds back, what waits there, and what is put in doubt."""

import pytest
from sqlalchemy import select
from stored import NOW, given, s, said, sent, shows, took

from chatops.ports import RESTORED, DeliveryState, Due, Tx, Unresolved, Wait, Waits, What
from storage import Storage
from storage.statement import Statement
from storage.tables import DELIVERY

pytestmark = pytest.mark.anyio


async def fill(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        ticket = given(tx)
        sent(tx, What.CARD, "room", "1:room", ticket=ticket.id)
        sent(tx, What.PUBLISHED, "room", "room:room", body="{}")
        message = said(tx, ticket, "On its way")
        sent(tx, What.REPLY, "account:acme_x", "c:1", ticket=ticket.id, message=message)

    await storage.work.transact(run)


async def test_while_it_is_held_nothing_is_due(storage: Storage) -> None:
    await fill(storage)
    await storage.work.transact(lambda tx: tx.hold_back(NOW))
    assert await storage.reader.due(s(9)) == Due((), (), None)
    assert (await storage.reader.health(s(9))).held_since == NOW
    assert [await storage.work.transact(lambda tx: tx.let_go()) for _ in "12"] == [True, False]
    assert sorted((await storage.reader.due(s(9))).all) == ["account:acme_x", "room"]
    assert (await storage.reader.health(s(9))).held_since is None


async def test_what_waits_is_counted_by_kind_and_place(storage: Storage) -> None:
    await fill(storage)
    job = await took(storage, "room")
    assert job is not None
    await storage.work.transact(lambda tx: tx.hold_back(NOW))
    assert await storage.reader.waits() == Waits(
        NOW,
        (
            Wait("card", "room", "sending", 1),
            Wait("published", "room", "pending", 1),
            Wait("reply", "account:acme_x", "pending", 1),
        ),
        (Unresolved(3, "account:acme_x", 1, 1, DeliveryState.PENDING, asked=False),),
    )


async def test_what_was_in_hand_is_nobodys_who_serves_it_now(storage: Storage) -> None:
    await fill(storage)
    await took(storage, "room")
    owned = Statement(select(DELIVERY.c.owner).order_by(DELIVERY.c.id))
    before = await storage.reader.run(lambda db: db.all(owned))
    await storage.work.transact(lambda tx: tx.hold_back(NOW))
    after = await storage.reader.run(lambda db: db.all(owned))
    assert (before, after) == ([(1,), (None,), (None,)], [(0,), (None,), (None,)])


async def test_what_was_on_its_way_is_in_doubt_since_the_backup(storage: Storage) -> None:
    await fill(storage)
    await took(storage, "room")
    assert await storage.work.transact(lambda tx: tx.doubt_posts(s(-60), s(1))) == 2
    await storage.work.transact(lambda tx: tx.doubt_reply(3, s(-60), s(1)))
    card = await took(storage, "room", s(2))
    assert card is not None
    assert (card.state, card.taken_at, card.attempts) == (DeliveryState.IN_DOUBT, NOW, RESTORED + 1)
    assert card.is_restored
    reply = await took(storage, "account:acme_x", s(2))
    assert reply is not None
    assert (reply.state, reply.taken_at, reply.is_restored) == (
        DeliveryState.IN_DOUBT,
        s(-60),
        True,
    )
    assert reply.tries == 1
    await storage.work.transact(lambda tx: tx.doubt_reply(3, s(-60), None))
    (asked,) = (await storage.reader.waits()).replies
    assert asked.asked


async def test_cards_of_what_is_not_closed_are_wanted_anew(storage: Storage) -> None:
    await fill(storage)
    card = await took(storage, "room")
    await shows(storage, card, "ts")
    assert await storage.work.transact(lambda tx: tx.show_again(s(5))) == 1
    again = await took(storage, "room", s(5), posts=False)
    assert again is not None
    assert (again.state, again.external_id) == (DeliveryState.SENT, "ts")
    assert Wait("card", "room", "update", 1) in (await storage.reader.waits()).counts
