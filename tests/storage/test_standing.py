"""How work stands, what accounts were heard of, and a ticket's whole conversation."""

from dataclasses import replace

import pytest
from stored import NOW, given, s, said

from chatops.ports import AccountSign, Load, Tx
from chatops.sla import Clock, ClockKind, Outcome
from chatops.ticket import Status
from storage import Storage

pytestmark = pytest.mark.anyio

CLOCK = Clock(ClockKind.FIRST_RESPONSE, 1, "tokyo", 3600, NOW, s(3600))


async def test_what_each_person_holds_in_each_queue(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        late = given(tx, "c1", assignee=3)
        given(tx, "c2", assignee=3, status=Status.SNOOZED)
        in_time = given(tx, "c3")
        answered = given(tx, "c4")
        given(tx, "c5", status=Status.CLOSED)
        given(tx, "c6", queue="other", assignee=3)
        given(tx, "c7", queue="secret")
        tx.save_clock(late.id, replace(CLOCK, outcome=Outcome.WAIVED, stopped_at=s(1)))
        tx.save_clock(late.id, replace(CLOCK, cycle=2, due_at=s(5)))
        tx.save_clock(in_time.id, replace(CLOCK, due_at=s(11)))
        tx.save_clock(answered.id, replace(CLOCK, outcome=Outcome.MET, stopped_at=s(2)))
        # late in two things, one ticket
        tx.save_clock(answered.id, replace(CLOCK, kind=ClockKind.NEXT_RESPONSE, due_at=s(5)))
        tx.save_clock(answered.id, replace(CLOCK, kind=ClockKind.RESOLUTION, due_at=s(6)))
        # nobody promised how long a network takes a reply
        tx.save_clock(in_time.id, replace(CLOCK, kind=ClockKind.REPLY_WINDOW, due_at=s(1)))

    await storage.work.transact(run)
    assert await storage.reader.loads(["care", "other"], s(10)) == [
        Load("care", None, open=2, snoozed=0, late=1),
        Load("care", 3, open=1, snoozed=1, late=1),
        Load("other", 3, open=1, snoozed=0, late=0),
    ]
    assert await storage.reader.loads([], s(10)) == []
    assert await storage.reader.queues() == ["care", "other", "secret"]


async def test_when_accounts_were_heard_of(storage: Storage) -> None:
    assert await storage.reader.signs() == {}
    await storage.vault.heard("acme_x", s(3))
    await storage.vault.revoked("old")
    assert await storage.reader.signs() == {
        "acme_x": AccountSign(s(3), revoked=False),
        "old": AccountSign(None, revoked=True),
    }


async def test_all_messages_of_a_ticket_and_of_what_was_merged_into_it(storage: Storage) -> None:
    def run(tx: Tx) -> int:
        ticket, merged, other = (given(tx, "c1", thread) for thread in ("t1", "t2", "t3"))
        for number in range(30):
            said(tx, ticket, f"no. {number}")
        said(tx, merged, "merged")
        said(tx, other, "elsewhere")
        tx.save_ticket(replace(ticket, merged=(merged.id,)))
        return ticket.id

    id = await storage.work.transact(run)
    lines = await storage.reader.messages(id)
    assert [line.text for line in lines] == [*(f"no. {number}" for number in range(30)), "merged"]
    assert await storage.reader.messages(99) == []
