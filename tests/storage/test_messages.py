"""Intake rows: customers, conversations, messages, raw bodies; and a ticket with all its rows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from stored import NOW, given, s, said, sent

from chatops.channel import Author
from chatops.errors import StorageError
from chatops.event import (
    Claimed,
    Closed,
    CloseReason,
    Deed,
    Kind,
    Priority,
    ReplyState,
    SnoozeReason,
    Then,
)
from chatops.ports import Conversation, Found, NewMessage, RawBody, Tx, What
from chatops.scene import Customer, Direction, Line
from chatops.sla import Clock, ClockKind, Outcome
from chatops.ticket import OpenDeed, Reply, Status, Ticket, Waiting, Writer
from storage import Storage

pytestmark = pytest.mark.anyio


async def test_a_customer_is_one_row_with_the_newest_name(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        return [
            tx.customer("x", Author("7", "@ito", "Ito", 90)),
            tx.customer("x", Author("7", "@ito_k", "K. Ito")),
            tx.customer("chirp", Author("7", "@other", "Other")),
        ]

    first, again, other = await storage.work.transact(run)
    assert first == again != other
    ticket = await storage.work.transact(lambda tx: replace(given(tx), customer=first))
    await storage.work.transact(lambda tx: tx.save_ticket(ticket))
    record = await storage.reader.record(ticket.id)
    assert record is not None
    # a name that is given counts; followers that are not given stay
    assert record.customer == Customer(first, "7", "@ito_k", "K. Ito", 90)


async def test_a_conversation_is_one_row(storage: Storage) -> None:
    def run(tx: Tx) -> list[Conversation]:
        who, other = (tx.customer("x", Author(id, id, id)) for id in "ab")
        made = tx.conversation("acme_x", "t1", who)
        beside = tx.conversation("acme_x", "t1", other)
        ticket = given(tx, "a", "t2")
        tx.point(made.id, ticket.id)
        again = tx.conversation("acme_x", "t1", who)
        assert again == tx.lock_conversation(made.id) == Conversation(made.id, ticket.id)
        assert list(tx.thread_conversations("acme_x", "t1")) == [again, beside]
        assert list(tx.thread_conversations("acme_x", "t9")) == []
        return [made, beside]

    made, beside = await storage.work.transact(run)
    assert made.ticket is None
    assert made.id != beside.id


async def test_a_ticket_is_found_by_thread_and_author(storage: Storage) -> None:
    def run(tx: Tx) -> tuple[int, int]:
        mine, other = given(tx, "a", "t2"), given(tx, "b", "t2")
        tx.conversation("acme_x", "t3", tx.customer("x", Author("a", "a", "a")))
        for ticket in (mine, other):
            tx.point(ticket.conversation, ticket.id)
        return mine.id, other.id

    mine, other = await storage.work.transact(run)
    found = storage.reader.ticket_in
    assert await found("acme_x", "t2", "a") == mine
    assert await found("acme_x", "t2", "b") == other
    assert await found("acme_x", "t3", "a") is None  # a conversation without a ticket
    assert await found("acme_x", "t2", "c") is None
    assert await found("other_x", "t2", "a") is None


async def test_a_row_that_must_be_there_and_is_not_is_a_fault(storage: Storage) -> None:
    with pytest.raises(LookupError):
        await storage.work.transact(lambda tx: tx.lock_conversation(99))


async def test_a_message_is_stored_once(storage: Storage) -> None:
    new = NewMessage("acme_x", Direction.INBOUND, "Hello", NOW, private=False, external_id="m1")

    def run(tx: Tx) -> tuple[int | None, ...]:
        return tx.add_message(new), tx.add_message(new), tx.add_message(replace(new, account="b"))

    first, again, elsewhere = await storage.work.transact(run)
    assert again is None
    assert first is not None
    assert elsewhere not in {None, first}
    found = await storage.work.transact(lambda tx: tx.find_message("acme_x", "m1"))
    assert found == Found(first, None, None, Direction.INBOUND, None, "Hello", deleted=False)
    assert await storage.work.transact(lambda tx: tx.find_message("acme_x", "m2")) is None


async def test_messages_are_placed_edited_and_deleted(storage: Storage) -> None:
    def run(tx: Tx) -> int:
        ticket = given(tx)
        id = said(tx, ticket, ticket=None, external_id="m1", parent_text="our post")
        tx.place_message(id, ticket.id)
        tx.edit_message(id, "Hullo", NOW)
        return id

    id = await storage.work.transact(run)
    edited = Line(
        id,
        Direction.INBOUND,
        "Hullo",
        NOW,
        private=False,
        external_id="m1",
        parent_text="our post",
        edited=True,
        conversation=1,
    )
    assert await storage.reader.line(id) == edited
    await storage.work.transact(lambda tx: tx.delete_message(id))
    gone = replace(edited, text="", parent_text=None, deleted=True)
    assert await storage.reader.line(id) == gone
    assert await storage.reader.line(99) is None


async def test_a_reply_goes_through_its_states(storage: Storage) -> None:
    def run(tx: Tx) -> int:
        return said(
            tx, given(tx), direction=Direction.OUTBOUND, state=ReplyState.WAITING, marker="k1"
        )

    id = await storage.work.transact(run)
    found = await storage.work.transact(lambda tx: tx.find_marked("acme_x", "k1"))
    assert found is not None
    assert (found.id, found.state) == (id, ReplyState.WAITING)
    assert await storage.work.transact(lambda tx: tx.find_marked("acme_x", "k2")) is None

    def failed(tx: Tx) -> list[Found]:
        tx.reply_is(id, ReplyState.SENDING)
        sending = list(tx.sending(found.conversation or 0))
        tx.reply_is(id, ReplyState.FAILED, failure="limit")
        assert list(tx.sending(found.conversation or 0)) == []
        return sending

    assert [each.id for each in await storage.work.transact(failed)] == [id]
    line = await storage.reader.line(id)
    assert line is not None
    assert (line.state, line.failure, line.at) == (ReplyState.FAILED, "limit", NOW)

    await storage.work.transact(
        lambda tx: tx.reply_is(id, ReplyState.SENT, external_id="m9", url="https://x", at=s(3))
    )
    await storage.work.transact(lambda tx: tx.reply_is(id, ReplyState.SENT))  # its echo: no news
    line = await storage.reader.line(id)
    assert line is not None
    assert (line.failure, line.external_id, line.url, line.at) == (None, "m9", "https://x", s(3))


async def test_a_reply_whose_echo_came_first_goes_without_the_id(storage: Storage) -> None:
    def run(tx: Tx) -> int:
        ticket = given(tx)
        said(tx, ticket, direction=Direction.OUTBOUND, external_id="m9")
        id = said(tx, ticket, direction=Direction.OUTBOUND, state=ReplyState.SENDING)
        tx.reply_is(id, ReplyState.SENT, external_id="m9")
        return id

    line = await storage.reader.line(await storage.work.transact(run))
    assert line is not None
    assert (line.state, line.external_id) == (ReplyState.SENT, None)


async def test_raw_bodies_are_kept_and_read_in_order(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        ids = [
            tx.store_raw("x", "acme_x", body, s(n)) for n, body in enumerate((b"a", b"\xff", b"c"))
        ]
        tx.raw_read(ids[0])
        tx.raw_read(ids[1], "KeyError: id")
        return ids

    ids = await storage.work.transact(run)
    bodies = [
        RawBody(id, "x", "acme_x", body, s(n))
        for n, (id, body) in enumerate(zip(ids, (b"a", b"\xff", b"c"), strict=True))
    ]
    assert await storage.reader.unread_raw(10) == bodies[2:]
    assert await storage.reader.raw(NOW, unreadable=False) == bodies
    assert await storage.reader.raw(s(1), unreadable=False) == bodies[1:]
    assert await storage.reader.raw(NOW, unreadable=True) == [bodies[1]]


FULL = Ticket(
    id=0,
    conversation=0,
    customer=0,
    account="acme_x",
    channel="x",
    kind=Kind.DM,
    private=True,
    queue="care",
    language="ja",
    priority=Priority.URGENT,
    why=("followers", "words"),
    can_reply=False,
    predecessor=None,
    opened_at=NOW,
    revision=7,
    status=Status.CLOSED,
    waiting=Waiting.CUSTOMER,
    assignee=3,
    read_by=(3, 14),
    level=2,
    escalated_to="legal",
    snooze_reason=SnoozeReason.LATER,
    snoozed_until=datetime(2026, 6, 2, 9, 30, 0, 123456, tzinfo=UTC),
    close_reason=CloseReason.RESOLVED,
    closed_at=s(9),
    thanked=True,
    answered_at=s(8),
    writer=Writer(3, s(600), "teams"),
    replies=(
        Reply(5, 3, Then.CLOSE, ReplyState.WAITING),
        Reply(6, 4, Then.WAIT, ReplyState.IN_DOUBT),
    ),
    rule="praise",
    tags=("tent", "テント"),
    quiet=True,
    prioritized_by=4,
    muted=(3, 14),
    links=(7, 8),
    merged_into=9,
    merged=(5, 6),
    invited_at=s(7),
    deeds=(OpenDeed(5, Deed.DELETE, 3, proposed=True), OpenDeed(6, Deed.HIDE, 4, proposed=False)),
)


async def test_a_ticket_comes_back_as_it_was(storage: Storage) -> None:
    def run(tx: Tx) -> tuple[Ticket, Ticket]:
        plain = given(tx)
        full = replace(FULL, conversation=plain.conversation, customer=plain.customer)
        full = replace(full, id=tx.add_ticket(full))
        assert tx.ticket(full.id) == full
        return plain, full

    plain, full = await storage.work.transact(run)
    assert await storage.reader.ticket(plain.id) == plain
    assert await storage.reader.ticket(full.id) == full
    # saved over the other's row, every field is the other's
    await storage.work.transact(lambda tx: tx.save_ticket(replace(full, id=plain.id)))
    assert await storage.reader.ticket(plain.id) == replace(full, id=plain.id)
    assert await storage.reader.ticket(99) is None
    assert await storage.work.transact(lambda tx: tx.ticket(99)) is None
    assert await storage.reader.record(99) is None


async def test_a_time_without_a_zone_is_refused(storage: Storage) -> None:
    naive = datetime(2026, 6, 1)  # noqa: DTZ001
    with pytest.raises(TypeError):
        await storage.work.transact(lambda tx: tx.once("k", naive))


async def test_the_log_is_kept_in_order(storage: Storage) -> None:
    def run(tx: Tx) -> tuple[int, int]:
        ticket = given(tx)
        tx.log(ticket.id, Claimed(3), s(1), 3, None, "teams")
        return ticket.id, tx.log(ticket.id, Closed(CloseReason.SPAM, 3), s(2), None, "macro")

    ticket, last = await storage.work.transact(run)
    opened, claimed, closed = await storage.reader.entries(ticket)
    assert opened.event.__class__.__name__ == "Opened"
    assert (claimed.agent, claimed.rule, claimed.at, claimed.event) == (3, None, s(1), Claimed(3))
    assert (closed.agent, closed.rule) == (None, "macro")
    assert (claimed.chat, closed.chat) == ("teams", None)
    assert await storage.reader.entry(last) == closed
    assert await storage.reader.entry(99) is None


async def test_the_newest_cycle_of_the_clock_counts(storage: Storage) -> None:
    running = Clock(ClockKind.FIRST_RESPONSE, 1, "tokyo", 3600, NOW, s(3600))
    stopped = replace(
        running, stopped_at=s(4000), outcome=Outcome.MET_LATE, breached_at=s(3600), elapsed_s=4000
    )
    second = replace(running, cycle=2, started_at=s(5000), due_at=s(8600))

    def run(tx: Tx) -> int:
        ticket = given(tx)
        assert tx.clocks(ticket.id) == {}
        for clock in (running, stopped):
            tx.save_clock(ticket.id, clock)
            assert tx.clocks(ticket.id) == {(clock.kind, 1): clock}
        tx.save_clock(ticket.id, second)
        assert tx.clocks(ticket.id) == {(second.kind, 1): stopped, (second.kind, 2): second}
        return ticket.id

    await storage.work.transact(run)


async def test_a_record_holds_the_newest_lines_and_the_customers_first(storage: Storage) -> None:
    note = {"direction": Direction.NOTE, "agent": 3}

    def run(tx: Tx) -> tuple[int, list[int]]:
        ticket = given(tx)
        first = said(tx, ticket, "first")
        said(tx, ticket, "second")
        newest = said(tx, ticket, "third")
        waiting = said(
            tx, ticket, direction=Direction.OUTBOUND, state=ReplyState.WAITING, text="reply"
        )
        notes = [said(tx, ticket, f"note {n}", **note) for n in range(30)]
        return ticket.id, [first, newest, waiting, *notes[-20:]]

    ticket, shown = await storage.work.transact(run)
    record = await storage.reader.record(ticket)
    assert record is not None
    assert [line.id for line in record.lines] == shown
    assert await storage.work.transact(lambda tx: tx.record(ticket)) == record


async def test_a_waiting_reply_says_when_it_leaves(storage: Storage) -> None:
    def run(tx: Tx) -> int:
        ticket = given(tx)
        id = said(tx, ticket, direction=Direction.OUTBOUND, state=ReplyState.WAITING)
        sent(tx, What.REPLY, "acme_x", "l", ticket=ticket.id, message=id, held=True)
        return id

    id = await storage.work.transact(run)
    held = await storage.reader.line(id)
    assert held is not None
    assert held.send_at is None
    await storage.work.transact(lambda tx: tx.begin_wait(id, s(10)))
    waits = await storage.reader.line(id)
    assert waits is not None
    assert waits.send_at == s(10)
    await storage.work.transact(lambda tx: tx.reply_is(id, ReplyState.SENDING))
    leaves = await storage.reader.line(id)
    assert leaves is not None
    assert leaves.send_at is None


async def test_a_record_names_its_neighbours(storage: Storage) -> None:
    def run(tx: Tx) -> tuple[Ticket, Ticket, Ticket]:
        before = given(tx, "a", "t1")
        mine = given(tx, "a", "t1", predecessor=before.id)
        beside = given(tx, "b", "t1")
        given(tx, "b", "t2")  # another thread
        return before, mine, beside

    before, mine, beside = await storage.work.transact(run)
    record = await storage.reader.record(mine.id)
    assert record is not None
    assert record.others == (before.id, beside.id)
    assert record.threads == {record.ticket.conversation: "t1"}
    assert record.clock is None
    alone = await storage.reader.record(beside.id)
    assert alone is not None
    assert alone.others == (mine.id,)  # the other conversation's current one


async def test_a_viral_thread_names_its_newest_neighbours(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        return [given(tx, f"c{n}", "viral").id for n in range(30)]

    ids = await storage.work.transact(run)
    record = await storage.reader.record(ids[0])
    assert record is not None
    assert record.others == tuple(ids[-20:])


async def test_two_rows_of_one_marker_are_not_both_kept(storage: Storage) -> None:
    def run(tx: Tx) -> int | None:
        ticket = given(tx)
        said(tx, ticket, marker="k1")
        return tx.add_message(
            NewMessage("acme_x", Direction.OUTBOUND, "", NOW, private=False, marker="k1")
        )

    assert await storage.work.transact(run) is None


async def test_a_log_needs_its_ticket(storage: Storage) -> None:
    with pytest.raises(StorageError):
        await storage.work.transact(lambda tx: tx.log(99, Claimed(1), NOW, None, None))


async def test_times_survive_to_the_microsecond(storage: Storage) -> None:
    at = NOW + timedelta(microseconds=1)
    ticket = await storage.work.transact(lambda tx: given(tx, at=at))
    kept = await storage.reader.ticket(ticket.id)
    assert kept is not None
    assert kept.opened_at == at


async def test_what_another_has_read_meanwhile_is_not_unreadable(storage: Storage) -> None:
    id = await storage.work.transact(lambda tx: tx.store_raw("x", "acme_x", b"{}", NOW))
    await storage.work.transact(lambda tx: tx.raw_read(id))
    await storage.work.transact(lambda tx: tx.raw_read(id, "there is no account acme_x any more"))
    health = await storage.reader.health(NOW)
    assert (health.unread_raw, health.unreadable_raw) == (0, 0)
