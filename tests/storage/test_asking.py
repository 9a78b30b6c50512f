"""Posts about which people are asked: what they hold back, and what becomes of them."""

import pytest
from stored import NOW, given, s, sent, shows, took

from chatops.ports import Delivery, DeliveryState, Tx, Unsure, What
from storage import Storage

pytestmark = pytest.mark.anyio

MARKER = "11111111-1111-4111-8111-111111111111"
ANEW = "22222222-2222-4222-8222-222222222222"


async def asked(storage: Storage) -> Delivery:
    """A post of unknown fate about which people are asked."""
    await storage.work.transact(lambda tx: sent(tx, What.PUBLISHED, "care", "l", marker=MARKER))
    job = await took(storage, "care")
    assert job is not None
    await storage.work.transact(
        lambda tx: tx.delivery_is(job, DeliveryState.IN_DOUBT, None, "asked")
    )
    return job


async def unsure(storage: Storage, id: int) -> Unsure | None:
    return await storage.work.transact(lambda tx: tx.unsure(id))


async def test_it_is_told_as_long_as_it_is_asked(storage: Storage) -> None:
    job = await asked(storage)
    assert await unsure(storage, job.id) == Unsure(
        job.id, What.PUBLISHED, "care", MARKER, None, None, undo=False
    )
    assert (await storage.reader.health(s(1))).in_doubt == 1
    await storage.work.transact(lambda tx: tx.is_seen(job.id))
    assert await unsure(storage, job.id) is None
    assert (await storage.reader.health(s(1))).in_doubt == 0
    assert await took(storage, "care", s(99)) is None


async def test_it_holds_back_nothing_in_its_lane(storage: Storage) -> None:
    await asked(storage)
    await storage.work.transact(lambda tx: sent(tx, What.PUBLISHED, "care", "l", marker="next"))
    after = await took(storage, "care", s(1))
    assert after is not None
    assert after.marker == "next"


async def test_one_that_is_still_to_be_resolved_holds_back_its_lane(storage: Storage) -> None:
    await storage.work.transact(lambda tx: sent(tx, What.PUBLISHED, "care", "l", marker=MARKER))
    job = await took(storage, "care")
    assert job is not None
    await storage.work.transact(
        lambda tx: tx.delivery_is(job, DeliveryState.IN_DOUBT, s(50), "cut off")
    )
    await storage.work.transact(lambda tx: sent(tx, What.PUBLISHED, "care", "l", marker="next"))
    assert await took(storage, "care", s(1)) is None
    assert await unsure(storage, job.id) is None


async def test_it_goes_out_anew_under_another_marker(storage: Storage) -> None:
    job = await asked(storage)
    await storage.work.transact(lambda tx: tx.post_again(job.id, ANEW, s(2)))
    assert await took(storage, "care", s(1)) is None
    again = await took(storage, "care", s(2))
    assert again is not None
    assert (again.id, again.marker, again.attempts, again.taken_at) == (job.id, ANEW, 1, s(2))
    assert again.state is DeliveryState.SENDING


async def test_what_is_resolved_or_a_reply_is_nobodys_question(storage: Storage) -> None:
    def reply(tx: Tx) -> None:
        sent(tx, What.REPLY, "account:acme_x", "c", marker=MARKER)

    await storage.work.transact(reply)
    job = await took(storage, "account:acme_x")
    assert job is not None
    await storage.work.transact(
        lambda tx: tx.delivery_is(job, DeliveryState.IN_DOUBT, None, "asked")
    )
    assert await unsure(storage, job.id) is None
    await storage.work.transact(lambda tx: tx.is_seen(job.id))
    await storage.work.transact(lambda tx: tx.post_again(job.id, ANEW, NOW))
    assert (await storage.reader.health(s(1))).in_doubt == 1


async def test_question_stands_in_its_tickets_thread_once_the_card_is_there(
    storage: Storage,
) -> None:
    def fill(tx: Tx) -> None:
        ticket = given(tx)
        sent(tx, What.CARD, "care", f"{ticket.id}:care", ticket=ticket.id)
        sent(tx, What.QUESTION, "care", "question:1", ticket=ticket.id, body="{}")
        sent(tx, What.QUESTION, "care", "question:2", body="{}")

    await storage.work.transact(fill)
    card = await took(storage, "care")
    loose = await took(storage, "care", s(1))
    assert loose is not None
    assert (loose.what, loose.thread) == (What.QUESTION, None)
    await shows(storage, card, "ts1")
    threaded = await took(storage, "care", s(2))
    assert threaded is not None
    assert (threaded.what, threaded.thread) == (What.QUESTION, "ts1")


async def test_finished_card_is_reworded_where_it_stands(storage: Storage) -> None:
    await storage.work.transact(
        lambda tx: sent(tx, What.QUESTION, "care", "q", marker=MARKER, body="one")
    )
    assert await storage.work.transact(lambda tx: tx.finished(MARKER)) == "one"
    assert await storage.work.transact(lambda tx: tx.finished("none")) is None
    await shows(storage, await took(storage, "care"), "ts1")
    await storage.work.transact(lambda tx: tx.reword(MARKER, "two", s(3)))
    assert await took(storage, "care", s(2)) is None
    update = await took(storage, "care", s(3))
    assert update is not None
    assert (update.state, update.body, update.external_id) == (DeliveryState.SENT, "two", "ts1")
