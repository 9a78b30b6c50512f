"""What happens once, and what time brings."""

from dataclasses import replace
from datetime import datetime

import pytest
from stored import NOW, given, s

from chatops.event import Alerted, AlertLevel, Breached, Event, Noted, SnoozeReason
from chatops.ports import FIRST_LOOK, Look, Tx
from chatops.sla import Clock, ClockKind, Outcome
from chatops.ticket import Climb, Status, Writer
from storage import Storage

pytestmark = pytest.mark.anyio


async def test_an_act_is_done_once(storage: Storage) -> None:
    def run(tx: Tx) -> list[bool]:
        return [tx.acted("k"), tx.once("k", NOW), tx.acted("k"), tx.once("k", s(9))]

    assert await storage.work.transact(run) == [False, True, True, False]


async def test_a_digest_is_made_once_a_period(storage: Storage) -> None:
    def run(tx: Tx) -> list[bool]:
        periods = ("2026-06-01", "2026-06-01", "2026-05-31")
        return [tx.publish_once("evening", period, NOW) for period in periods]

    assert await storage.work.transact(run) == [True, False, True]
    assert await storage.reader.published("evening") == ("2026-06-01", NOW)
    assert await storage.reader.published("morning") is None


async def test_business_time_is_shared(storage: Storage) -> None:
    assert await storage.reader.offset() == 0
    for seconds in (900.0, -0.25):
        await storage.work.transact(lambda tx, seconds=seconds: tx.set_offset(seconds))
        assert await storage.reader.offset() == seconds


async def test_clocks_whose_alert_is_due_are_found_earliest_first(storage: Storage) -> None:
    clock = Clock(ClockKind.FIRST_RESPONSE, 1, "tokyo", 3600, NOW, s(10), alert_at=s(10))

    def run(tx: Tx) -> list[int]:
        tickets = [given(tx, f"c{n}").id for n in range(5)]
        late, earlier, known, stopped, running = tickets
        tx.save_clock(late, clock)
        tx.save_clock(earlier, replace(clock, alert_at=s(5)))
        tx.save_clock(known, replace(clock, alerted=AlertLevel.LAST_REPEAT, alert_at=None))
        tx.save_clock(stopped, replace(clock, outcome=Outcome.MET, alert_at=None))
        tx.save_clock(running, replace(clock, alert_at=s(30)))
        return tickets

    late, earlier, *_ = await storage.work.transact(run)
    assert await storage.work.transact(lambda tx: tx.to_alert(s(20), 9)) == [earlier, late]
    assert await storage.work.transact(lambda tx: tx.to_alert(s(20), 1)) == [earlier]
    assert await storage.work.transact(lambda tx: tx.to_alert(s(5), 9)) == []  # the due second


async def test_what_was_alerted_of_in_some_hours_by_calendar_time_is_found(
    storage: Storage,
) -> None:
    ceiling = Clock(
        ClockKind.CEILING, 1, "always", 5, NOW, s(5), breached_at=s(5), alerted=AlertLevel.BREACH
    )
    warned = Alerted(AlertLevel.DUE_SOON, s(10), ClockKind.REPLY_WINDOW, 1)
    window = replace(ceiling, kind=ClockKind.REPLY_WINDOW, alerted=AlertLevel.DUE_SOON)
    cases: list[tuple[Clock, Event, datetime]] = [
        (ceiling, Breached(s(5), ClockKind.CEILING), s(10)),
        (window, warned, s(19)),
        (ceiling, Breached(s(5), ClockKind.CEILING), s(9)),
        (ceiling, Breached(s(5), ClockKind.CEILING), s(20)),
        (replace(ceiling, outcome=Outcome.MET_LATE), Breached(s(5), ClockKind.CEILING), s(10)),
        (replace(ceiling, kind=ClockKind.RESOLUTION), Breached(s(5), ClockKind.RESOLUTION), s(10)),
        (replace(ceiling, alerted=None), Noted(1, 1), s(10)),
    ]

    def run(tx: Tx) -> list[int]:
        tickets = [given(tx, f"c{n}").id for n in range(len(cases))]
        for ticket, (clock, event, at) in zip(tickets, cases, strict=True):
            tx.save_clock(ticket, clock)
            tx.log(ticket, event, at, None, None)
        return tickets

    found, too, *_ = await storage.work.transact(run)
    told = await storage.work.transact(lambda tx: tx.alerted_in_calendar(s(10), s(20)))
    assert told == [found, too]


async def test_locks_that_end_are_found(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        ends = {"a": s(20), "b": s(10), "c": s(90)}
        locked = [given(tx, name, writer=Writer(1, end)).id for name, end in ends.items()]
        return [*locked, given(tx, "d").id]

    later, sooner, *_ = await storage.work.transact(run)
    assert await storage.work.transact(lambda tx: tx.left_open(s(20), 9)) == [sooner, later]
    assert await storage.work.transact(lambda tx: tx.left_open(s(20), 1)) == [sooner]


async def test_tickets_that_go_further_up_their_chain_are_found(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        return [
            given(tx, "a", climb=Climb(1, 2, s(20))).id,
            given(tx, "b", climb=Climb(0, 1, s(10))).id,
            given(tx, "c", climb=Climb(1, 1, s(90))).id,
            given(tx, "d", climb=Climb(3, 1, None)).id,  # gone up to its end
            given(tx, "e").id,
        ]

    later, sooner, *_ = await storage.work.transact(run)
    assert await storage.work.transact(lambda tx: tx.to_climb(s(20), 9)) == [sooner, later]
    assert await storage.work.transact(lambda tx: tx.to_climb(s(20), 1)) == [sooner]
    found = await storage.reader.ticket(later)
    assert found is not None
    assert found.climb == Climb(1, 2, s(20))


async def test_snoozes_that_end_are_found(storage: Storage) -> None:
    snoozed = {"status": Status.SNOOZED, "snooze_reason": SnoozeReason.LATER}

    def run(tx: Tx) -> list[int]:
        return [
            given(tx, "a", **snoozed, snoozed_until=s(20)).id,
            given(tx, "b", **snoozed, snoozed_until=s(10)).id,
            given(tx, "c", **snoozed, snoozed_until=s(90)).id,
            given(tx, "d", status=Status.SNOOZED).id,  # until the customer answers
            given(tx, "e").id,
        ]

    later, sooner, *_ = await storage.work.transact(run)
    assert await storage.work.transact(lambda tx: tx.to_wake(s(20), 9)) == [sooner, later]
    assert await storage.work.transact(lambda tx: tx.to_wake(s(20), 1)) == [sooner]


async def test_looks_at_claims_are_gone_through_in_order_and_without_a_gap(
    storage: Storage,
) -> None:
    def run(tx: Tx) -> tuple[list[Look], list[Look]]:
        tickets = [given(tx, f"c{n}").id for n in range(5)]
        for ticket, at in zip(tickets, (s(20), s(10), s(20), None, s(20)), strict=True):
            tx.plan_claim(ticket, at)
        found: list[Look] = []
        after = FIRST_LOOK
        while looks := tx.looks_after(after, 2):
            found += looks
            after = looks[-1]
        first, second, third, _, fifth = tickets
        return found, [(s(10), second), *((s(20), each) for each in (first, third, fifth))]

    found, expected = await storage.work.transact(run)
    assert found == expected


async def test_claims_to_be_looked_at_are_found_and_planned_anew(storage: Storage) -> None:
    def run(tx: Tx) -> list[int]:
        tickets = [given(tx, f"c{n}").id for n in range(4)]
        for ticket, at in zip(tickets, (s(20), s(10), s(90), None), strict=True):
            tx.plan_claim(ticket, at)
        return tickets

    later, sooner, *_ = await storage.work.transact(run)
    assert await storage.work.transact(lambda tx: tx.to_look_after(s(20), 9)) == [sooner, later]
    assert await storage.work.transact(lambda tx: tx.to_look_after(s(20), 1)) == [sooner]

    def saved(tx: Tx) -> None:  # which plans nothing
        ticket = tx.ticket(sooner)
        assert ticket is not None
        tx.save_ticket(replace(ticket, idle_since=s(5), hand_back_at=s(30)))

    await storage.work.transact(saved)
    found = await storage.reader.ticket(sooner)
    assert found is not None
    assert (found.idle_since, found.hand_back_at) == (s(5), s(30))
    await storage.work.transact(lambda tx: tx.plan_claim(later, None))
    assert await storage.work.transact(lambda tx: tx.to_look_after(s(20), 9)) == [sooner]
