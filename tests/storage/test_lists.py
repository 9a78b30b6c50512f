"""Lists: who sees what, and in which order."""

from dataclasses import replace
from typing import Any

import pytest
from stored import NOW, given, s, said

from chatops.channel import Author
from chatops.event import Claimed, Opened
from chatops.ports import Arrival, TicketFilter, Tx
from chatops.scene import Direction
from chatops.sla import Clock, ClockKind, Outcome
from chatops.ticket import Status
from storage import Storage, lists

pytestmark = pytest.mark.anyio

CLOCK = Clock(ClockKind.FIRST_RESPONSE, 1, "tokyo", 3600, NOW, s(3600))


async def shown(storage: Storage, **wanted: Any) -> tuple[list[int], int]:
    rows, count = await storage.reader.listed(TicketFilter(**{"queues": ["care"], **wanted}))
    return [row.ticket.id for row in rows], count


async def test_what_is_due_first_leads_whatever_was_promised(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        names = [f"c{n}" for n in range(6)]
        old, answered, due_later, due_first, young, due_again = (given(tx, n).id for n in names)
        tx.save_clock(answered, replace(CLOCK, outcome=Outcome.MET, stopped_at=s(9)))
        tx.save_clock(due_later, replace(CLOCK, due_at=s(900)))
        # the first cycle is over, the second runs
        tx.save_clock(due_first, replace(CLOCK, outcome=Outcome.WAIVED, stopped_at=s(1)))
        tx.save_clock(due_first, replace(CLOCK, cycle=2, due_at=s(300)))
        # answered once, and written to again; its resolution is due last of all
        tx.save_clock(due_again, replace(CLOCK, outcome=Outcome.MET, stopped_at=s(9)))
        tx.save_clock(due_again, replace(CLOCK, kind=ClockKind.NEXT_RESPONSE, due_at=s(600)))
        tx.save_clock(due_again, replace(CLOCK, kind=ClockKind.RESOLUTION, due_at=s(9000)))
        # until when a network takes a reply is nobody's promise, and orders nothing
        tx.save_clock(young, replace(CLOCK, kind=ClockKind.REPLY_WINDOW, due_at=s(1)))
        return [due_first, due_again, due_later, old, answered, young]

    order = await storage.work.transact(run)
    assert await shown(storage) == (order, 6)
    assert await shown(storage, limit=2) == (order[:2], 6)
    assert await shown(storage, limit=2, after=2) == (order[2:4], 6)
    assert await shown(storage, limit=2, after=4) == (order[4:], 6)


async def test_what_is_open_leads_what_is_snoozed(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        asleep = given(tx, "c1", status=Status.SNOOZED, assignee=3).id
        tx.save_clock(asleep, CLOCK)
        awake = given(tx, "c2", assignee=3).id
        given(tx, "c3", status=Status.CLOSED, assignee=3)
        return [awake, asleep]

    order = await storage.work.transact(run)
    assert await shown(storage, assignee=3) == (order, 2)
    assert await shown(storage, assignee=3, limit=1, after=1) == (order[1:], 2)


async def test_late_are_those_that_owe_what_is_past_due(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        late, on_time, answered, again, unsolved, _ = (given(tx, f"c{n}").id for n in range(6))
        tx.save_clock(late, replace(CLOCK, outcome=Outcome.WAIVED, stopped_at=s(1)))
        tx.save_clock(late, replace(CLOCK, cycle=2, due_at=s(299)))
        tx.save_clock(on_time, replace(CLOCK, due_at=s(300)))
        tx.save_clock(answered, replace(CLOCK, due_at=s(9), outcome=Outcome.BREACHED))
        tx.save_clock(answered, replace(CLOCK, kind=ClockKind.DM_HANDOVER, due_at=s(9)))
        tx.save_clock(again, replace(CLOCK, due_at=s(9), outcome=Outcome.MET_LATE))
        tx.save_clock(again, replace(CLOCK, kind=ClockKind.NEXT_RESPONSE, due_at=s(60)))
        tx.save_clock(again, replace(CLOCK, kind=ClockKind.RESOLUTION, due_at=s(90)))
        tx.save_clock(unsolved, replace(CLOCK, kind=ClockKind.RESOLUTION, due_at=s(30)))
        return [unsolved, again, late]

    late = await storage.work.transact(run)
    assert await shown(storage, late_at=s(300)) == (late, 3)
    assert await shown(storage, late_at=s(300), status=Status.SNOOZED) == ([], 0)


async def test_a_tag_is_found_whole(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        tags = [("refund", "vip"), ("refunds",), ("返金",), ("a_b",), ("axb",), ()]
        return [given(tx, f"c{n}", tags=each).id for n, each in enumerate(tags)]

    first, more, japanese, line, *_ = await storage.work.transact(run)
    assert await shown(storage, tag="refund") == ([first], 1)
    assert await shown(storage, tag="vip") == ([first], 1)
    assert await shown(storage, tag="refunds") == ([more], 1)
    assert await shown(storage, tag="返金") == ([japanese], 1)
    assert await shown(storage, tag="a_b") == ([line], 1)
    assert await shown(storage, tag="fund") == ([], 0)


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
    found = await storage.work.transact(lambda tx: tx.find(TicketFilter(["care"], limit=9)))
    assert [name for name, id in ids.items() if id in found] == live
    assert found == sorted(found)
    assert await names(unread_by=14) == ["plain", "theirs", "raised", "asleep"]


async def test_the_quiet_list_and_the_others_keep_apart(storage: Storage) -> None:
    """Closed and quiet ones are led by the newest, whatever their queue."""

    def run(tx: Tx) -> tuple[list[int], list[int]]:
        quiet: list[int] = []
        closed: list[int] = []
        for number in range(6):
            queue = ("care", "sales")[number % 2]
            facts = {"queue": queue, "status": Status.CLOSED}
            closed.append(given(tx, f"c{number}", **facts).id)
            quiet.append(given(tx, f"q{number}", quiet=True, **facts).id)
        given(tx, "live")
        return quiet[::-1], closed[::-1]

    quiet, closed = await storage.work.transact(run)
    both = {"queues": ["care", "sales"]}
    assert await shown(storage, quiet=True, **both) == (quiet, 6)
    assert await shown(storage, quiet=True) == (quiet[1::2], 3)
    assert await shown(storage, quiet=True, status=Status.OPEN, **both) == (quiet, 6)
    assert await shown(storage, status=Status.CLOSED, **both) == (closed, 6)
    assert await shown(storage, status=Status.CLOSED, limit=2, after=3, **both) == (closed[3:5], 6)
    assert (await shown(storage))[1] == 1


async def test_closed_ones_are_counted_so_far_only(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", 2)
    lists._statements.cache_clear()
    await storage.work.transact(
        lambda tx: [given(tx, f"c{number}", status=Status.CLOSED) for number in range(3)]
    )
    assert (await shown(storage, status=Status.CLOSED))[1] == 2
    lists._statements.cache_clear()


async def test_a_customers_tickets(storage: Storage) -> None:
    def run(tx: Tx) -> tuple[list[int], list[int]]:
        mine = [given(tx, "c1", f"t{number}") for number in range(3)]
        given(tx, "c2")
        given(tx, "c1", queue="sales")
        done = [
            given(tx, customer, f"d{number}", status=Status.CLOSED)
            for number, customer in enumerate(["c1", "c3", "c1"])
        ]
        return [t.id for t in mine], [t.id for t in done]

    live, done = await storage.work.transact(run)
    ids = [(await storage.reader.ticket(id)).customer for id in (live[0], done[1])]  # type: ignore[union-attr]
    assert await shown(storage, customers=ids[:1]) == (live, 3)
    assert await shown(storage, customers=ids, status=Status.CLOSED) == (done[::-1], 3)
    closed_too = TicketFilter(["care"], status=Status.CLOSED, customers=ids[:1], limit=1, after=1)
    assert await storage.work.transact(lambda tx: tx.find(closed_too)) == [done[2]]
    assert await storage.work.transact(lambda tx: tx.find(TicketFilter([]))) == []


async def test_arrivals_come_by_page_as_routing_saw_them(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        old = given(tx, "c0", at=s(-60))
        first = given(tx, "c1", at=s(1), rule="praise")
        tx.customer("x", Author("c1", "@c1", "C1", 1200))
        said(tx, first, "a note", direction=Direction.NOTE)
        said(tx, first, "Thank you")
        said(tx, first, "and again")
        tx.log(first.id, Claimed(3), s(2), 3, None)
        second = given(tx, "c2", at=s(2))
        return [old.id, first.id, second.id]

    old, first, second = await storage.work.transact(run)
    arrivals = await storage.reader.arrivals(NOW, 0, 10)
    (entry, *_) = await storage.reader.entries(first)
    assert isinstance(entry.event, Opened)
    assert arrivals[0] == Arrival(first, s(1), entry.event, "Thank you", 1200, "praise")
    assert [(each.ticket, each.text, each.rule) for each in arrivals[1:]] == [(second, "", None)]
    assert [each.ticket for each in await storage.reader.arrivals(s(-99), 0, 2)] == [old, first]
    assert [each.ticket for each in await storage.reader.arrivals(s(-99), first, 2)] == [second]
    assert await storage.reader.arrivals(s(99), 0, 10) == []
