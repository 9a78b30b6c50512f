"""Places in trouble, cards that somebody deleted, and what a reply answers."""

from dataclasses import replace
from uuid import uuid4

import pytest
from stored import NOW, given, s, said, sent, shows, took

from chatops.event import ReplyState
from chatops.ports import DeliveryState, Trouble, Tx, What
from chatops.scene import Direction
from chatops.ticket import Status
from storage import Storage

pytestmark = pytest.mark.anyio


def put(tx: Tx, id: int, status: Status) -> None:
    """Let a ticket be in a state, as a new revision of it."""
    ticket = tx.ticket(id)
    assert ticket is not None
    tx.save_ticket(replace(ticket, status=status, revision=ticket.revision + 1))


async def known(storage: Storage) -> dict[str, Trouble]:
    return dict((await storage.reader.due(NOW)).troubles)


async def test_trouble_is_counted_from_its_first_try_and_known_to_all(storage: Storage) -> None:
    first = await storage.work.transact(lambda tx: tx.stop("care", "is_archived", s(1)))
    assert first == Trouble("care", "is_archived", s(1), 1, s(1))
    again = await storage.work.transact(lambda tx: tx.stop("care", "not_in_channel", s(9)))
    assert again == Trouble("care", "not_in_channel", s(1), 2, s(1))
    await storage.work.transact(lambda tx: tx.rest("care", s(20)))
    trouble = Trouble("care", "not_in_channel", s(1), 2, s(20))
    assert await known(storage) == {"care": trouble}
    assert (await storage.reader.health(s(9))).stopped == (trouble,)


async def test_word_of_the_far_side_begins_anew_and_silence_says_no_more(storage: Storage) -> None:
    for at in (1, 2, 3):
        silent = await storage.work.transact(lambda tx, at=at: tx.stop("care", None, s(at)))
    assert silent == Trouble("care", None, s(1), 3, s(1))
    assert (await storage.reader.health(s(9))).stopped == ()
    closed = await storage.work.transact(lambda tx: tx.stop("care", "is_archived", s(5)))
    assert closed == Trouble("care", "is_archived", s(5), 1, s(1))
    assert await storage.work.transact(lambda tx: tx.stop("care", None, s(6))) == closed


async def test_one_try_is_had_by_one(storage: Storage) -> None:
    await storage.work.transact(lambda tx: tx.stop("care", "is_archived", NOW))
    await storage.work.transact(lambda tx: tx.rest("care", s(10)))
    tried = [
        await storage.work.transact(lambda tx, at=at: tx.try_again("care", s(at), s(at + 30)))
        for at in (9, 10, 11, 39, 40)
    ]
    assert tried == [False, True, False, False, True]
    assert await storage.work.transact(lambda tx: tx.try_again("leads", s(9), s(30))) is False


async def test_mended_trouble_is_forgotten_and_told_of_by_one(storage: Storage) -> None:
    await storage.work.transact(lambda tx: tx.stop("care", "is_archived", NOW))
    ended = await storage.work.transact(lambda tx: tx.mended("care"))
    assert ended == Trouble("care", "is_archived", NOW, 1, NOW)
    assert await storage.work.transact(lambda tx: tx.mended("care")) is None
    assert await known(storage) == {}


async def test_account_that_is_connected_anew_is_tried_at_once(storage: Storage) -> None:
    def stop(tx: Tx) -> None:
        tx.stop("account:acme_x", "revoked", NOW)
        tx.rest("account:acme_x", s(300))

    await storage.work.transact(stop)
    await storage.vault.save_tokens("acme_x", {"access": "new"})
    assert (await known(storage))["account:acme_x"].rests_until == NOW


async def test_deleted_card_is_wanted_again_once_under_another_marker(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        ticket = given(tx)
        sent(tx, What.CARD, "care", "c", ticket=ticket.id, marker=str(uuid4()))

    await storage.work.transact(fill)
    first = await took(storage, "care")
    assert first is not None
    await shows(storage, first, "1.1")
    deleted = [
        await storage.work.transact(lambda tx, it=it: tx.card_deleted(*it, s(5)))
        for it in (("leads", "1.1"), ("care", "1.2"), ("care", "1.1"), ("care", "1.1"))
    ]
    assert deleted == [False, False, True, False]
    again = await took(storage, "care", s(5))
    assert again is not None
    assert (again.id, again.state, again.external_id) == (first.id, DeliveryState.SENDING, None)
    assert again.marker != first.marker


async def test_update_under_way_brings_no_deleted_card_back_to_its_old_place(
    storage: Storage,
) -> None:
    def fill(tx: Tx) -> int:
        ticket = given(tx)
        sent(tx, What.CARD, "care", "c", ticket=ticket.id, marker=str(uuid4()))
        return ticket.id

    id = await storage.work.transact(fill)
    await shows(storage, await took(storage, "care"), "1.1")
    await storage.work.transact(lambda tx: put(tx, id, Status.CLOSED))
    update = await took(storage, "care", s(1))
    assert update is not None
    assert update.state is DeliveryState.SENT
    assert await storage.work.transact(lambda tx: tx.card_deleted("care", "1.1", s(1)))
    assert not await storage.work.transact(lambda tx: tx.delivered(update, "1.1", 9, s(1)))
    again = await took(storage, "care", s(1))
    assert again is not None
    assert (again.state, again.external_id) == (DeliveryState.SENDING, None)


async def test_cards_that_are_not_there_yet_go_open_then_snoozed_then_closed(
    storage: Storage,
) -> None:
    def fill(tx: Tx) -> list[int]:
        tickets = [given(tx, customer=f"c{n}", thread=f"t{n}") for n in range(4)]
        for ticket in tickets:
            sent(tx, What.CARD, "care", f"{ticket.id}:care", ticket=ticket.id)
        closed, snoozed, _, again = tickets
        for ticket, *states in (
            (closed, Status.CLOSED),
            (snoozed, Status.SNOOZED),
            (again, Status.CLOSED, Status.OPEN),
        ):
            for status in states:
                put(tx, ticket.id, status)
        return [ticket.id for ticket in tickets]

    closed, snoozed, still, again = await storage.work.transact(fill)
    taken = [await took(storage, "care", s(1)) for _ in range(4)]
    assert [job and job.ticket for job in taken] == [still, again, snoozed, closed]


async def test_reply_answers_what_was_chosen_first(storage: Storage) -> None:
    def fill(tx: Tx) -> int:
        ticket = given(tx)
        return said(tx, ticket, direction=Direction.OUTBOUND, state=ReplyState.WAITING)

    reply = await storage.work.transact(fill)
    chosen = [
        await storage.work.transact(
            lambda tx, among=among, anew=anew: tx.answer(reply, among, anew=anew)
        )
        for among, anew in (
            ([], True),
            (["m1"], True),
            (["m1", "m2"], True),
            (["m2"], False),
            (["m2", "m3"], True),
            (["m2", "m3", "m4"], True),
        )
    ]
    assert chosen == [None, "m1", "m1", "m1", "m3", "m3"]
