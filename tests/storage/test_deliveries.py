"""The outbox: order, urgency, levels, and what becomes of a delivery."""

from dataclasses import replace
from datetime import datetime

import pytest
from stored import NOW, Turned, given, s, said, sent, shows, took

from chatops.event import Deed, LinkSuggested, Occasion
from chatops.ports import Delivery, DeliveryState, NewDelivery, Tx, Urgency, What
from chatops.scene import Direction
from chatops.ticket import Status, Ticket
from storage import Storage

pytestmark = pytest.mark.anyio


def carded(tx: Tx, room: str = "care", **fields: object) -> Ticket:
    ticket = given(tx, **fields)  # type: ignore[arg-type]
    sent(tx, What.CARD, room, f"{ticket.id}:{room}", ticket=ticket.id)
    return ticket


async def test_a_card_is_one_per_ticket_and_room(storage: Storage) -> None:
    ticket = await storage.work.transact(carded)
    again = NewDelivery(What.CARD, "care", "x", Urgency.CARD, "another", ticket=ticket.id)
    elsewhere = replace(again, to="escalation", marker="third")
    assert await storage.work.transact(lambda tx: tx.deliver(again, NOW)) is False
    assert await storage.work.transact(lambda tx: tx.deliver(elsewhere, NOW)) is True
    assert await storage.work.transact(lambda tx: tx.rooms_of(ticket.id)) == ["care", "escalation"]


async def test_a_marker_is_one_delivery(storage: Storage) -> None:
    line = NewDelivery(What.PUBLISHED, "care", "room:care", Urgency.ALERT, "same", body="{}")
    assert await storage.work.transact(lambda tx: tx.deliver(line, NOW)) is True
    assert await storage.work.transact(lambda tx: tx.deliver(line, NOW)) is False


async def test_what_is_taken_is_told_whole(storage: Storage) -> None:
    def fill(tx: Tx) -> tuple[int, NewDelivery]:
        ticket = given(tx)
        announce = sent(
            tx, What.ANNOUNCE, "care", "l", ticket=ticket.id, occasion=Occasion.WOKEN, mention=True
        )
        return ticket.id, announce

    ticket, announce = await storage.work.transact(fill)
    job = await took(storage, "care", s(1))
    assert job is not None
    assert job == Delivery(
        id=job.id,
        what=What.ANNOUNCE,
        to="care",
        state=DeliveryState.SENDING,
        marker=announce.marker,
        wanted=1,
        attempts=1,
        taken_at=s(1),
        ticket=ticket,
        message=None,
        entry=None,
        occasion=Occasion.WOKEN,
        mention=True,
        body=None,
        undo=False,
        external_id=None,
        thread=None,
        process=job.process,
    )
    assert await took(storage, "care", s(1)) is None  # it is on its way


async def test_nothing_is_taken_before_its_time_or_elsewhere(storage: Storage) -> None:
    await storage.work.transact(lambda tx: sent(tx, What.PUBLISHED, "care", "l", due=s(5)))
    assert await took(storage, "care", s(4)) is None
    assert await took(storage, "leads", s(9)) is None
    assert await took(storage, "care", s(5)) is not None


async def test_urgent_first_then_the_oldest(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        for marker, urgency in (
            ("line", Urgency.LINE),
            ("card 1", Urgency.CARD),
            ("card 2", Urgency.CARD),
            ("alert", Urgency.ALERT),
        ):
            sent(tx, What.PUBLISHED, "care", f"lane {marker}", marker=marker, urgency=urgency)

    await storage.work.transact(fill)
    taken = [await took(storage, "care") for _ in range(4)]
    assert [job and job.marker for job in taken] == ["alert", "card 1", "card 2", "line"]


async def test_open_tickets_go_before_those_that_are_closed_by_now(storage: Storage) -> None:
    def open_three(tx: Tx) -> list[Ticket]:
        return [carded(tx, customer=f"c{n}") for n in range(3)]

    def closed(tx: Tx, *tickets: Ticket) -> None:
        for ticket in tickets:
            tx.save_ticket(replace(ticket, status=Status.CLOSED, revision=2))

    first, second, third = await storage.work.transact(open_three)
    await storage.work.transact(lambda tx: closed(tx, first, second))
    await storage.work.transact(lambda tx: tx.save_ticket(replace(second, revision=3)))  # reopened
    taken = [await took(storage, "care") for _ in range(3)]
    assert [job and job.ticket for job in taken] == [second.id, third.id, first.id]
    last = taken[2]
    assert last is not None
    # put back, it stays where it was
    await storage.work.transact(
        lambda tx: tx.delivery_is(last, DeliveryState.PENDING, NOW, counts=False)
    )
    fourth = await storage.work.transact(lambda tx: carded(tx, customer="c4"))
    again = [await took(storage, "care") for _ in range(2)]
    assert [job and job.ticket for job in again] == [fourth.id, first.id]


async def test_updates_of_open_tickets_go_before_those_of_tickets_that_rest(
    storage: Storage,
) -> None:
    kinds = (What.CARD, What.ALERT, What.LINE)

    def open_four(tx: Tx) -> list[Ticket]:
        tickets = [given(tx, f"c{n}") for n in range(4)]
        sent(tx, What.BURST, "care", "burst", burst=1)
        for ticket in tickets:
            for what in kinds:
                sent(tx, what, "care", f"{what} {ticket.id}", ticket=ticket.id, burst=1)
        return tickets

    closed, snoozed, first, again = await storage.work.transact(open_four)
    for n in range(13):
        await shows(storage, await took(storage, "care"), f"ts{n}")
    for ticket, status in (
        (closed, Status.CLOSED),
        (again, Status.CLOSED),
        (snoozed, Status.SNOOZED),
        (first, Status.OPEN),
        (again, Status.OPEN),
    ):
        changed = replace(ticket, status=status, revision=9)
        await storage.work.transact(lambda tx, changed=changed: tx.save_ticket(changed))
    taken = [await took(storage, "care") for _ in range(12)]
    order = [job.ticket for job in taken if job is not None]
    assert [{*order[:6]}, {*order[6:9]}, {*order[9:]}] == [
        {first.id, again.id},
        {snoozed.id},
        {closed.id},
    ]


async def test_alert_of_a_ticket_that_was_closed_before_it_went_out_comes_last(
    storage: Storage,
) -> None:
    def breach_two(tx: Tx) -> list[Ticket]:
        tickets = [given(tx, f"c{n}") for n in range(2)]
        for ticket in tickets:
            alert = f"alert {ticket.id}"
            sent(tx, What.ALERT, "care", alert, ticket=ticket.id, urgency=Urgency.ALERT)
        sent(tx, What.PUBLISHED, "care", "l", urgency=Urgency.LINE)
        return tickets

    closed, late = await storage.work.transact(breach_two)
    await storage.work.transact(
        lambda tx: tx.save_ticket(replace(closed, status=Status.CLOSED, revision=2))
    )
    taken = [await took(storage, "care") for _ in range(3)]
    assert [job and (job.what, job.ticket) for job in taken] == [
        (What.ALERT, late.id),
        (What.PUBLISHED, None),
        (What.ALERT, closed.id),
    ]


async def test_an_update_comes_after_new_posts_whatever_its_own_urgency(storage: Storage) -> None:
    ticket = await storage.work.transact(carded)
    await shows(storage, await took(storage, "care"), "ts1")

    def change(tx: Tx) -> None:
        tx.save_ticket(replace(ticket, revision=2))
        sent(tx, What.PUBLISHED, "care", "l", marker="new", urgency=Urgency.LINE)

    await storage.work.transact(change)
    post, update = await took(storage, "care"), await took(storage, "care")
    assert post is not None
    assert post.marker == "new"
    assert update is not None
    assert (update.state, update.wanted, update.external_id) == (DeliveryState.SENT, 2, "ts1")


async def test_posts_and_updates_can_be_held_back_by_themselves(storage: Storage) -> None:
    ticket = await storage.work.transact(carded)
    assert await took(storage, "care", posts=False) is None
    await shows(storage, await took(storage, "care"), "ts1")
    await storage.work.transact(lambda tx: tx.save_ticket(replace(ticket, revision=2)))
    assert await took(storage, "care", updates=False) is None
    assert await took(storage, "care", posts=False) is not None


async def test_a_lane_keeps_its_order(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        for marker in ("first", "second"):
            sent(tx, What.PUBLISHED, "care", "lane", marker=marker)
        sent(tx, What.PUBLISHED, "care", "other lane", marker="third")

    await storage.work.transact(fill)
    first, third = await took(storage, "care"), await took(storage, "care")
    assert first is not None
    assert third is not None
    assert (first.marker, third.marker) == ("first", "third")
    assert await took(storage, "care") is None
    doubt = DeliveryState.IN_DOUBT
    await storage.work.transact(lambda tx: tx.delivery_is(first, doubt, s(15)))
    assert await took(storage, "care") is None
    looked_up = await took(storage, "care", s(15), posts=False, updates=False)
    assert looked_up is not None
    assert (looked_up.marker, looked_up.state, looked_up.attempts) == ("first", doubt, 2)
    assert looked_up.taken_at == NOW  # of the first attempt: a look-up reaches back to it
    await storage.work.transact(lambda tx: tx.delivery_is(looked_up, DeliveryState.FAILED, None))
    second = await took(storage, "care", s(15))
    assert second is not None
    assert second.marker == "second"


async def test_an_attempt_without_effect_is_not_counted(storage: Storage) -> None:
    await storage.work.transact(carded)
    pending, doubt = DeliveryState.PENDING, DeliveryState.IN_DOUBT

    async def had_no_effect(job: Delivery, state: DeliveryState, second: int) -> None:
        await storage.work.transact(lambda tx: tx.delivery_is(job, state, s(second), counts=False))

    for second in range(20):  # the room is limited, again and again
        job = await took(storage, "care", s(second))
        assert job is not None
        assert (job.attempts, job.taken_at) == (1, s(second))
        await had_no_effect(job, pending, second + 1)
    job = await took(storage, "care", s(20))
    assert job is not None
    await storage.work.transact(lambda tx: tx.delivery_is(job, doubt, s(30)))
    for second in (30, 40):  # and so is the look-up: the attempt in doubt stays the first
        looked_up = await took(storage, "care", s(second))
        assert looked_up is not None
        assert (looked_up.attempts, looked_up.taken_at) == (2, s(20))
        await had_no_effect(looked_up, doubt, second + 10)


async def test_what_was_refused_is_sought_from_its_next_attempt_on(storage: Storage) -> None:
    await storage.work.transact(carded)
    pending, doubt = DeliveryState.PENDING, DeliveryState.IN_DOUBT
    refused = await took(storage, "care")
    assert refused is not None
    await storage.work.transact(lambda tx: tx.delivery_is(refused, pending, s(300), "no"))
    tried = await took(storage, "care", s(300))
    assert tried is not None
    assert (tried.attempts, tried.taken_at) == (2, s(300))
    await storage.work.transact(lambda tx: tx.delivery_is(tried, doubt, s(315)))
    looked_up = await took(storage, "care", s(315))
    assert looked_up is not None
    assert looked_up.taken_at == s(300)


async def test_a_reply_is_sought_from_its_first_attempt_on(storage: Storage) -> None:
    _, message = await storage.work.transact(held_reply)
    await storage.work.transact(lambda tx: tx.release_reply(message, NOW))
    first = await took(storage, "acme_x")
    assert first is not None
    await storage.work.transact(
        lambda tx: tx.delivery_is(first, DeliveryState.PENDING, s(60), "away")
    )
    second = await took(storage, "acme_x", s(60))
    assert second is not None
    assert (second.attempts, second.taken_at) == (2, NOW)


async def test_a_thread_line_waits_for_its_card(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        ticket = carded(tx)
        message = said(tx, ticket)
        # a lane of its own: it is the card that it waits for
        sent(tx, What.MESSAGE, "care", "l", ticket=ticket.id, message=message, marker="line")

    await storage.work.transact(fill)
    card = await took(storage, "care")
    assert card is not None
    assert card.what is What.CARD
    assert await took(storage, "care") is None
    assert (await storage.reader.due(NOW)).all == []
    await shows(storage, card, "ts1")
    assert (await storage.reader.due(NOW)).all == ["care"]
    line = await took(storage, "care")
    assert line is not None
    assert (line.marker, line.thread) == ("line", "ts1")


async def test_a_change_makes_posted_cards_due_once(storage: Storage) -> None:
    ticket = await storage.work.transact(carded)
    card = await took(storage, "care")
    # it changes while the first post is on its way
    for revision in (2, 3):
        changed = replace(ticket, revision=revision)
        await storage.work.transact(lambda tx, changed=changed: tx.save_ticket(changed))
    assert await took(storage, "care") is None
    await shows(storage, card, "ts1", s(2))
    assert await took(storage, "care", s(1)) is None
    update = await took(storage, "care", s(2))
    assert update is not None
    assert (update.wanted, update.state) == (3, DeliveryState.SENT)
    await shows(storage, update, "ts1")
    assert await took(storage, "care", s(60)) is None


async def test_a_card_that_waits_after_a_limit_keeps_its_time(storage: Storage) -> None:
    ticket = await storage.work.transact(carded)
    card = await took(storage, "care")
    assert card is not None
    await shows(storage, card, "ts1")
    await storage.work.transact(lambda tx: tx.save_ticket(replace(ticket, revision=2)))
    update = await took(storage, "care")
    assert update is not None
    await storage.work.transact(lambda tx: tx.delivery_is(update, DeliveryState.SENT, s(30)))
    await storage.work.transact(lambda tx: tx.save_ticket(replace(ticket, revision=3)))
    assert await took(storage, "care", s(29)) is None
    assert (await storage.reader.due(NOW)).next_at == s(30)
    assert (await storage.reader.due(s(30))).next_at is None
    assert await took(storage, "care", s(30)) is not None


async def test_a_card_that_was_deleted_is_posted_again_as_a_new_one(storage: Storage) -> None:
    ticket = await storage.work.transact(carded)
    card = await took(storage, "care")
    assert card is not None
    await shows(storage, card, "ts1")
    pending = DeliveryState.PENDING
    await storage.work.transact(lambda tx: tx.save_ticket(replace(ticket, revision=2)))
    update = await took(storage, "care")
    assert update is not None
    await storage.work.transact(lambda tx: tx.delivery_is(update, pending, s(9), again="new"))
    assert await storage.reader.card_of(ticket.id, "care") is None
    again = await took(storage, "care", s(9))
    assert again is not None
    assert (again.marker, again.external_id, again.attempts) == ("new", None, 1)
    assert (again.taken_at, again.state) == (s(9), DeliveryState.SENDING)


async def test_a_message_line_is_brought_up_to_date(storage: Storage) -> None:
    def fill(tx: Tx) -> int:
        ticket = carded(tx)
        message = said(tx, ticket)
        sent(tx, What.MESSAGE, "care", "l", ticket=ticket.id, message=message)
        return message

    message = await storage.work.transact(fill)
    await shows(storage, await took(storage, "care"), "ts1")
    await storage.work.transact(lambda tx: tx.refresh_message(message, s(1)))  # not posted yet
    line = await took(storage, "care")
    assert line is not None
    assert line.wanted == 2
    await shows(storage, line, "ts2")
    assert await took(storage, "care", s(60)) is None
    await storage.work.transact(lambda tx: tx.refresh_message(message, s(61)))
    update = await took(storage, "care", s(61))
    assert update is not None
    assert (update.state, update.external_id, update.thread) == (DeliveryState.SENT, "ts2", "ts1")


async def test_a_question_in_a_thread_is_brought_up_to_date(storage: Storage) -> None:
    def fill(tx: Tx) -> int:
        ticket = carded(tx)
        entry = tx.log(ticket.id, LinkSuggested(2), NOW, None, None)
        sent(tx, What.EVENT, "care", "l", ticket=ticket.id, entry=entry)
        return ticket.id

    ticket = await storage.work.transact(fill)
    await shows(storage, await took(storage, "care"), "ts1")
    await shows(storage, await took(storage, "care"), "ts2")
    await storage.work.transact(lambda tx: tx.refresh_events(ticket, "DeedProposed", s(1)))
    assert await took(storage, "care", s(1)) is None
    await storage.work.transact(lambda tx: tx.refresh_events(ticket, "LinkSuggested", s(2)))
    update = await took(storage, "care", s(2))
    assert update is not None
    assert (update.what, update.wanted, update.external_id) == (What.EVENT, 2, "ts2")


async def test_what_a_dead_process_left_sending_is_in_doubt(storage: Storage) -> None:
    await storage.work.transact(lambda tx: sent(tx, What.PUBLISHED, "care", "l"))
    assert await took(storage, "care") is not None
    assert await storage.work.transact(lambda tx: died(tx, s(15))) == 1
    assert await took(storage, "care", s(14)) is None
    job = await took(storage, "care", s(15))
    assert job is not None
    assert job.state is DeliveryState.IN_DOUBT
    await storage.work.transact(lambda tx: tx.delivered(job, "ts", 1, s(15)))
    assert await storage.work.transact(lambda tx: died(tx, s(15))) == 0


def died(tx: Tx, due: datetime) -> int:
    """End every process's lease, and let go what they held."""
    tx.retire_others(0)
    return tx.free_abandoned(due)


def held_reply(tx: Tx) -> tuple[Ticket, int]:
    ticket = carded(tx)
    message = said(tx, ticket, direction=Direction.OUTBOUND, state=None)
    sent(
        tx,
        What.REPLY,
        "acme_x",
        f"conversation:{ticket.conversation}",
        ticket=ticket.id,
        message=message,
        held=True,
    )
    return ticket, message


async def test_a_reply_leaves_once_its_wait_is_over(storage: Storage) -> None:
    _, message = await storage.work.transact(held_reply)
    assert await took(storage, "acme_x", s(99)) is None
    await storage.work.transact(lambda tx: tx.begin_wait(message, s(10)))
    await storage.work.transact(lambda tx: tx.begin_wait(message, s(99)))  # it waits already
    assert await took(storage, "acme_x", s(9)) is None
    assert await took(storage, "acme_x", s(10)) is not None


async def test_a_reply_can_be_hastened_and_withheld(storage: Storage) -> None:
    _, message = await storage.work.transact(held_reply)
    await storage.work.transact(lambda tx: tx.release_reply(message, NOW))
    await storage.work.transact(lambda tx: tx.withhold_reply(message))
    assert await took(storage, "acme_x", s(99)) is None
    await storage.work.transact(lambda tx: tx.release_reply(message, NOW))
    assert await took(storage, "acme_x", s(99)) is None  # withdrawn is withdrawn


async def test_a_reply_that_is_leaving_is_not_withheld(storage: Storage) -> None:
    _, message = await storage.work.transact(held_reply)
    await storage.work.transact(lambda tx: tx.release_reply(message, NOW))
    job = await took(storage, "acme_x")
    assert job is not None
    await storage.work.transact(lambda tx: tx.withhold_reply(message))
    assert await storage.work.transact(lambda tx: died(tx, s(1))) == 1


async def test_a_reply_in_doubt_holds_back_its_conversation_until_it_is_known(
    storage: Storage,
) -> None:
    ticket, message = await storage.work.transact(held_reply)

    def second(tx: Tx) -> None:
        after = said(tx, ticket, direction=Direction.OUTBOUND)
        lane = f"conversation:{ticket.conversation}"
        sent(tx, What.REPLY, "acme_x", lane, ticket=ticket.id, message=after, marker="second")

    await storage.work.transact(second)
    await storage.work.transact(lambda tx: tx.release_reply(message, NOW))
    job = await took(storage, "acme_x")
    assert job is not None
    in_doubt = DeliveryState.IN_DOUBT
    await storage.work.transact(lambda tx: tx.delivery_is(job, in_doubt, None, "time-out"))
    assert await took(storage, "acme_x", s(99)) is None
    await storage.work.transact(lambda tx: tx.reply_arrived(message))
    after = await took(storage, "acme_x", s(99))
    assert after is not None
    assert after.marker == "second"


async def test_cards_are_found_by_their_place(storage: Storage) -> None:
    ticket = await storage.work.transact(carded)
    assert await storage.reader.card_of(ticket.id, "care") is None
    await shows(storage, await took(storage, "care"), "ts1")
    assert await storage.reader.card_of(ticket.id, "care") == "ts1"
    assert await storage.reader.card_of(ticket.id, "leads") is None
    assert await storage.reader.card_at("care", "ts1") == ticket.id
    assert await storage.reader.card_at("care", "ts2") is None
    assert await storage.reader.card_at("leads", "ts1") is None


async def test_a_card_in_a_room_that_was_left_shows_so_once(storage: Storage) -> None:
    """It is brought up to date once, to a link; later changes of the ticket are not its."""

    def open_two(tx: Tx) -> Ticket:
        ticket = carded(tx)
        sent(tx, What.CARD, "sales", f"{ticket.id}:sales", ticket=ticket.id)
        return ticket

    ticket = await storage.work.transact(open_two)
    for room in ("care", "sales"):
        await shows(storage, await took(storage, room), room)

    def move(tx: Tx) -> None:
        tx.leave_rooms(ticket.id, ["sales"], s(1))
        tx.save_ticket(replace(ticket, revision=2))

    await storage.work.transact(move)
    assert await storage.work.transact(lambda tx: tx.rooms_of(ticket.id)) == ["sales"]
    left = await took(storage, "care", s(1))
    assert left is not None
    assert (left.left, left.state, left.wanted) == (True, DeliveryState.SENT, 2)
    await shows(storage, left, "care")
    await storage.work.transact(lambda tx: tx.leave_rooms(ticket.id, ["sales"], s(2)))
    await storage.work.transact(lambda tx: tx.save_ticket(replace(ticket, revision=3)))
    assert await took(storage, "care", s(9)) is None
    whole = await took(storage, "sales", s(9))
    assert whole is not None
    assert (whole.left, whole.wanted) == (False, 3)


async def test_a_card_that_comes_back_is_a_whole_one(storage: Storage) -> None:
    ticket = await storage.work.transact(carded)
    await shows(storage, await took(storage, "care"), "t1")
    await storage.work.transact(lambda tx: tx.leave_rooms(ticket.id, [], s(1)))
    await shows(storage, await took(storage, "care", s(1)), "t1")
    again = NewDelivery(What.CARD, "care", "x", Urgency.CARD, "another", ticket=ticket.id)

    def back(tx: Tx) -> bool:
        came = tx.deliver(again, s(2))
        tx.save_ticket(replace(ticket, revision=4))
        return came

    assert await storage.work.transact(back) is True
    assert await storage.work.transact(lambda tx: tx.deliver(again, s(2))) is False
    assert await storage.work.transact(lambda tx: tx.rooms_of(ticket.id)) == ["care"]
    job = await took(storage, "care", s(2))
    assert job is not None
    assert (job.left, job.state, job.wanted, job.external_id) == (
        False,
        DeliveryState.SENT,
        4,
        "t1",
    )


async def test_a_card_left_before_it_was_posted_is_posted_in_its_time(storage: Storage) -> None:
    """What was said in its thread meanwhile still needs it."""
    ticket = await storage.work.transact(lambda tx: carded(tx, at=NOW))
    await storage.work.transact(lambda tx: tx.leave_rooms(ticket.id, [], s(5)))
    job = await took(storage, "care", NOW)
    assert job is not None
    assert (job.left, job.state) == (True, DeliveryState.SENDING)


async def test_a_deed_goes_to_its_account(storage: Storage) -> None:
    def ask(tx: Tx) -> int:
        ticket = given(tx)
        message = said(tx, ticket)
        sent(
            tx,
            What.DEED,
            "account:acme_x",
            f"deed:{message}",
            ticket=ticket.id,
            message=message,
            deed=Deed.HIDE,
        )
        return message

    message = await storage.work.transact(ask)
    job = await took(storage, "account:acme_x")
    assert job is not None
    assert (job.what, job.deed, job.message, job.left) == (What.DEED, Deed.HIDE, message, False)


async def test_a_card_that_changes_all_the_time_keeps_no_other_from_its_turn(
    storage: Storage, clock: Turned
) -> None:
    first, second = [await storage.work.transact(carded) for _ in range(2)]
    for _ in range(2):
        await shows(storage, await took(storage, "care"), "ts")

    def change(tx: Tx, revision: int) -> None:
        for ticket in (first, second):
            tx.save_ticket(replace(ticket, revision=revision))

    updated = []
    for revision in range(2, 6):
        clock.now = s(revision)
        await storage.work.transact(lambda tx, revision=revision: change(tx, revision))
        update = await took(storage, "care", s(revision))
        assert update is not None
        await shows(storage, update, "ts", s(revision))
        updated.append(update.ticket)
    assert updated == [first.id, second.id, first.id, second.id]


@pytest.mark.parametrize("in_hand", [True, False])
async def test_what_may_show_what_was_is_shown_once_more(storage: Storage, in_hand: bool) -> None:
    """Also where another has an update of it in hand, which may have come before."""
    ticket = await storage.work.transact(carded)
    await shows(storage, await took(storage, "care"), "ts")
    await storage.work.transact(lambda tx: tx.save_ticket(replace(ticket, revision=2)))
    update = await took(storage, "care", s(1))
    assert update is not None
    if not in_hand:
        await shows(storage, update, "ts", s(1))
        assert await took(storage, "care", s(2)) is None
    await storage.work.transact(lambda tx: tx.show_anew(update.id, s(2)))
    if in_hand:
        await shows(storage, update, "ts", s(2))
    once_more = await took(storage, "care", s(2))
    assert once_more is not None
    assert once_more.id == update.id
    await shows(storage, once_more, "ts", s(3))
    assert await took(storage, "care", s(4)) is None
