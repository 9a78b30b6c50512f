"""What clocks are folded from and held to, on both databases."""

from dataclasses import replace

import pytest
from stored import NOW, given, s

from chatops.calendar import Calendar, Window
from chatops.event import AlertLevel, Claimed
from chatops.ports import PastEntry, Tx
from chatops.sla import Clock, ClockKind, Given, Outcome, QueueTerms, SlaTerms, Stretch, Why
from storage import Storage

pytestmark = pytest.mark.anyio

TOKYO = Calendar("tokyo", "Asia/Tokyo", {0: (Window(540, 1080),)})
TERMS = SlaTerms({"care": QueueTerms(TOKYO, 3600)}, {})
CLOCK = Clock(ClockKind.RESOLUTION, 1, "tokyo", 3600, NOW, s(3600), policy="all")


async def test_a_clock_is_read_as_it_was_written(storage: Storage) -> None:
    whole = replace(
        CLOCK,
        due_at=None,
        policy_version="p",
        calendar_version="c",
        past=(Stretch(NOW, s(60), 60, Why.RAN), Stretch(s(60), s(90), 0, Why.SNOOZED)),
        extra_s=900,
        given=Given.REOPENED,
        breached_at=s(30),
        alerted=AlertLevel.BREACH,
        alert_at=s(40),
    )

    def run(tx: Tx) -> None:
        ticket = given(tx).id
        tx.save_clock(ticket, CLOCK)
        tx.save_clock(ticket, whole)
        tx.save_clock(ticket, replace(CLOCK, cycle=2))
        assert tx.clocks(ticket)[CLOCK.kind, 1].alert_at == s(40)
        assert tx.clocks(ticket) == {
            (CLOCK.kind, 1): whole,
            (CLOCK.kind, 2): replace(CLOCK, cycle=2),
        }
        tx.drop_clocks(ticket, {(CLOCK.kind, 2): CLOCK})
        assert [*tx.clocks(ticket)] == [(CLOCK.kind, 2)]

    await storage.work.transact(run)


async def test_terms_are_kept_once_and_named_by_the_log(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        ticket = given(tx).id
        for _ in range(2):
            tx.keep_terms(TERMS)
        assert tx.terms(TERMS.version) == TERMS
        assert tx.terms("other") is None
        entry = tx.log(ticket, Claimed(3), s(1), 3, None, terms=TERMS.version)
        assert tx.history(ticket)[-1] == PastEntry(entry, Claimed(3), s(1), TERMS.version, None)

    await storage.work.transact(run)


async def test_tickets_are_read_by_pages(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        one, two = given(tx).id, given(tx).id
        tx.save_clock(one, replace(CLOCK, outcome=Outcome.MET, stopped_at=s(1)))
        tx.save_clock(two, CLOCK)
        tx.save_clock(two, replace(CLOCK, kind=ClockKind.FIRST_RESPONSE))
        assert (tx.tickets_after(0, 9), tx.tickets_after(one, 9)) == ([one, two], [two])
        assert (tx.running_after(0, 9), tx.running_after(two, 9)) == ([two], [])

    await storage.work.transact(run)
