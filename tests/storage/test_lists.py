"""Lists: who sees what, and in which order."""

from dataclasses import replace
from typing import Any

import pytest
from stored import NOW, given, s, said

from chatops.ports import TicketFilter, Tx
from chatops.sla import Clock, ClockKind, Outcome
from chatops.ticket import Status
from storage import Storage

pytestmark = pytest.mark.anyio

CLOCK = Clock(ClockKind.FIRST_RESPONSE, 1, "tokyo", 3600, NOW, s(3600))


async def shown(storage: Storage, **wanted: Any) -> tuple[list[int], int]:
    rows, count = await storage.reader.listed(TicketFilter(**{"queues": ["care"], **wanted}))
    return [row.ticket.id for row in rows], count


async def test_the_first_response_that_is_due_first_leads(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        old, answered, due_later, due_first, young = (given(tx, f"c{n}").id for n in range(5))
        tx.save_clock(answered, replace(CLOCK, outcome=Outcome.MET, stopped_at=s(9)))
        tx.save_clock(due_later, replace(CLOCK, due_at=s(900)))
        # the first cycle is over, the second runs
        tx.save_clock(due_first, replace(CLOCK, outcome=Outcome.WAIVED, stopped_at=s(1)))
        tx.save_clock(due_first, replace(CLOCK, cycle=2, due_at=s(300)))
        return [due_first, due_later, old, answered, young]

    order = await storage.work.transact(run)
    assert await shown(storage) == (order, 5)
    assert await shown(storage, limit=2) == (order[:2], 5)


async def test_a_row_says_who_and_what(storage: Storage) -> None:
    def run(tx: Tx) -> int:
        ticket = given(tx)
        said(tx, ticket, "first")
        said(tx, ticket, "x" * 200)
        tx.delete_message(said(tx, ticket, "regretted"))
        tx.save_clock(ticket.id, CLOCK)
        return ticket.id

    id = await storage.work.transact(run)
    (row,), _ = await storage.reader.listed(TicketFilter(["care"]))
    assert row.ticket == await storage.reader.ticket(id)
    assert (row.customer.handle, row.excerpt, row.clock) == ("@c1", "x" * 140, CLOCK)


async def test_a_ticket_without_words_has_no_excerpt(storage: Storage) -> None:
    await storage.work.transact(given)
    (row,), _ = await storage.reader.listed(TicketFilter(["care"]))
    assert row.excerpt == ""


async def test_filters(storage: Storage) -> None:
    def run(tx: Tx) -> dict[str, int]:
        facts: dict[str, dict[str, Any]] = {
            "plain": {},
            "mine": {"assignee": 3, "read_by": (3, 14)},
            "theirs": {"assignee": 4, "read_by": (4,)},
            "raised": {"level": 1, "read_by": (31,)},
            "asleep": {"status": Status.SNOOZED},
            "done": {"status": Status.CLOSED},
            "elsewhere": {"queue": "sales"},
        }
        return {name: given(tx, name, **fields).id for name, fields in facts.items()}

    ids = await storage.work.transact(run)

    async def names(**wanted: Any) -> list[str]:
        found, count = await shown(storage, **wanted)
        assert count == len(found)
        return [name for name, id in ids.items() if id in found]

    live = ["plain", "mine", "theirs", "raised", "asleep"]
    assert await names() == live
    assert await names(queues=["care", "sales"]) == [*live, "elsewhere"]
    assert await names(queues=[]) == []
    assert await names(status=Status.OPEN) == live[:-1]
    assert await names(status=Status.SNOOZED) == ["asleep"]
    assert await names(status=Status.CLOSED) == ["done"]
    assert await names(assignee=3) == ["mine"]
    assert await names(unclaimed=True) == ["plain", "raised", "asleep"]
    assert await names(escalated=True) == ["raised"]
    # agent 1 has read nothing, though 14 and 31 hold the digit
    assert await names(unread_by=1) == live
    assert await names(unread_by=14) == ["plain", "theirs", "raised", "asleep"]
