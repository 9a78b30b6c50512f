"""What digests tell of a period, of every kind of clock, whether a tick has noted it or not."""

from dataclasses import replace
from typing import Any

import pytest
from stored import NOW, given, s, said

from chatops.digest import Breach, Thanked
from chatops.event import (
    AlertLevel,
    AnsweredOutside,
    Breached,
    Closed,
    CloseReason,
    CustomerEdited,
    CustomerWrote,
    ReopenCause,
    Reopened,
)
from chatops.ports import Tx
from chatops.sla import Clock, ClockKind, Outcome
from chatops.ticket import Status
from storage import Storage

pytestmark = pytest.mark.anyio

CLOCK = Clock(ClockKind.FIRST_RESPONSE, 1, "tokyo", 60, NOW, s(60))
CARE = ["care"]


def due(at: float, kind: ClockKind = ClockKind.FIRST_RESPONSE) -> Clock:
    """A clock that runs, due then, of which no tick has noted a breach."""
    return replace(CLOCK, kind=kind, due_at=s(at), started_at=s(at - 60))


def noted(clock: Clock) -> Clock:
    """The same after a tick: breached, and alerted of."""
    return replace(clock, breached_at=clock.due_at, alerted=AlertLevel.BREACH)


def done(clock: Clock, at: float, outcome: Outcome = Outcome.MET_LATE) -> Clock:
    return replace(clock, stopped_at=s(at), outcome=outcome)


async def test_breaches_of_a_period_by_what_was_due_first(storage: Storage) -> None:
    answered = done(noted(due(150)), 400)
    resolution = noted(due(120, ClockKind.RESOLUTION))
    just_out = due(130, ClockKind.NEXT_RESPONSE)

    def run(tx: Tx) -> tuple[int, int]:
        first, second = given(tx, "a", assignee=3).id, given(tx, "b").id
        tx.save_clock(first, answered)
        tx.save_clock(first, resolution)
        tx.save_clock(second, just_out)
        tx.save_clock(second, noted(due(100, ClockKind.CEILING)))
        tx.save_clock(given(tx, "the next").id, noted(due(200)))
        tx.save_clock(given(tx, "the one before").id, noted(due(99)))
        tx.save_clock(given(tx, "runs").id, due(200))
        tx.save_clock(given(tx, "met").id, done(due(150), 140, Outcome.MET))
        tx.save_clock(given(tx, "elsewhere", queue="sales").id, noted(due(150)))
        return first, second

    first, second = await storage.work.transact(run)
    assert await storage.reader.breaches(CARE, s(100), s(200)) == [
        Breach(second, "care", None, noted(due(100, ClockKind.CEILING))),
        Breach(first, "care", 3, resolution),
        Breach(second, "care", None, just_out),
        Breach(first, "care", 3, answered),
    ]
    assert await storage.reader.breaches([], s(100), s(200)) == []


async def test_what_was_late_before_and_is_owed_still(storage: Storage) -> None:
    paused = replace(noted(due(70, ClockKind.RESOLUTION)), due_at=None)
    just_out = due(90)

    def run(tx: Tx) -> tuple[int, int]:
        first, second = given(tx, "a").id, given(tx, "b", assignee=4).id
        tx.save_clock(first, just_out)
        tx.save_clock(second, paused)
        tx.save_clock(given(tx, "since").id, noted(due(100)))
        tx.save_clock(given(tx, "answered").id, done(noted(due(80)), 85))
        tx.save_clock(given(tx, "in time still").id, due(100))
        tx.save_clock(given(tx, "elsewhere", queue="sales").id, noted(due(50)))
        return first, second

    first, second = await storage.work.transact(run)
    assert await storage.reader.still_late(CARE, s(100)) == [
        Breach(second, "care", 4, paused),
        Breach(first, "care", None, just_out),
    ]


async def test_a_breach_is_told_by_the_first_digest_that_can_know_of_it(storage: Storage) -> None:
    """Each was due at 50 and asked for at -10; digests are made at 0, 100, 200 and 300."""

    def run(tx: Tx) -> dict[int, str]:
        named: dict[int, str] = {}

        def late(name: str, heard: float, clock: Clock, queue: str = "care") -> int:
            ticket = given(tx, name, queue=queue)
            tx.save_clock(ticket.id, clock)
            message = said(tx, ticket, at=s(-9.5))
            tx.log(ticket.id, CustomerWrote(message), s(heard), None, None)
            named[ticket.id] = name
            return ticket.id

        def noted_at(ticket: int, at: float, cycle: int = 1) -> None:
            tx.log(ticket, Breached(s(50), cycle=cycle), s(at), None, None)

        long_due = due(50)
        outside = done(noted(long_due), 70)
        late("heard late, answered on the network before the digest", 150, outside)
        late("heard late, and runs", 150, noted(long_due))
        late("heard late, and no tick has come to it", 150, long_due)
        late("heard late, a digest that is made late does not tell it", 250, outside)
        late("heard in time", 0, done(noted(long_due), 150))
        late("heard in time, and runs", 0, noted(long_due))
        late("elsewhere", 150, outside, "sales")
        down = late("heard in time, noted after a downtime", 0, done(noted(long_due), 170))
        noted_at(down, 160)
        wrote_on = late("wrote on since", 0, noted(long_due))
        tx.log(wrote_on, CustomerWrote(said(tx, given(tx, "it"), at=s(150))), s(150), None, None)
        tx.log(wrote_on, CustomerWrote(10**6), s(151), None, None)  # its message is forgotten
        taken_back = late("its close was taken back", 0, done(noted(long_due), 180))
        noted_at(taken_back, 60, cycle=2)  # of another clock
        tx.log(taken_back, Reopened(ReopenCause.AGENT, 3), s(150), 3, None)
        noted_at(taken_back, 151)
        tx.log(taken_back, Reopened(ReopenCause.AGENT, 3), s(160), 3, None)
        asked_on = late("asked on after an answer on the network", 0, done(noted(long_due), 180))
        outside_answer = AnsweredOutside(7, s(-20), asked_at=s(-9.5))
        tx.log(asked_on, outside_answer, s(150), None, None)
        return named

    named = await storage.work.transact(run)

    async def told(start: float, end: float) -> set[str]:
        return {named[row.ticket] for row in await storage.reader.told(CARE, s(start), s(end))}

    assert await told(-100, 0) == set()
    assert await told(0, 100) == {
        "heard in time",
        "heard in time, and runs",
        "heard in time, noted after a downtime",
        "wrote on since",
    }
    assert await told(100, 200) == {
        "heard late, answered on the network before the digest",
        "heard late, and runs",
        "heard late, and no tick has come to it",
        "its close was taken back",
        "asked on after an answer on the network",
    }
    assert await told(200, 300) == {"heard late, a digest that is made late does not tell it"}
    still = [named[row.ticket] for row in await storage.reader.still_late(CARE, s(100))]
    assert still == ["heard in time, and runs", "wrote on since"]


async def test_what_was_open_at_a_moment_is_put_back_by_the_log(storage: Storage) -> None:
    def shut(tx: Tx, ticket: int, at: float) -> None:
        tx.log(ticket, Closed(CloseReason.RESOLVED, 3), s(at), 3, None)

    def again(tx: Tx, ticket: int, at: float) -> None:
        tx.log(ticket, Reopened(ReopenCause.CUSTOMER, None), s(at), None, None)

    def run(tx: Tx) -> None:
        closed: dict[str, Any] = {
            "status": Status.CLOSED,
            "close_reason": CloseReason.RESOLVED,
        }
        given(tx, "open all along")
        given(tx, "asleep", status=Status.SNOOZED)
        given(tx, "came later", at=s(100))
        shut(tx, given(tx, "came and went", at=s(100), closed_at=s(110), **closed).id, 110)
        shut(tx, given(tx, "closed before", closed_at=s(99), **closed).id, 99)
        shut(tx, given(tx, "closed since", closed_at=s(100), **closed).id, 100)
        both = given(tx, "closed and back").id
        shut(tx, both, 110)
        again(tx, both, 120)
        back = given(tx, "back since").id
        shut(tx, back, 50)
        again(tx, back, 110)
        twice = given(tx, "back and closed anew", closed_at=s(120), **closed).id
        shut(tx, twice, 50)
        again(tx, twice, 110)
        shut(tx, twice, 120)
        given(tx, "elsewhere", queue="sales")
        # it went into another ticket, or its customer was forgotten: the log knows no close of it
        given(tx, "merged since", closed_at=s(110), **closed)
        given(tx, "merged before", closed_at=s(99), **closed)

    await storage.work.transact(run)
    # open all along, asleep, closed since, closed and back, merged since
    assert await storage.reader.open_at(s(100)) == {"care": 5, "sales": 1}


async def test_thanks_of_a_period_oldest_first(storage: Storage) -> None:
    def run(tx: Tx) -> tuple[int, int]:
        def says(ticket: int, at: float, *, thanks: bool = True) -> None:
            tx.log(ticket, CustomerWrote(7, thanks=thanks), s(at), None, None)

        shut = {"status": Status.CLOSED, "close_reason": CloseReason.RESOLVED}
        first, second = given(tx, "a", assignee=3, **shut).id, given(tx, "b").id
        for at in (99, 150, 199, 200):
            says(first, at)
        says(second, 100)
        says(second, 120, thanks=False)
        tx.log(second, CustomerEdited(7), s(130), None, None)
        says(given(tx, "elsewhere", queue="sales").id, 150)
        says(given(tx, "quiet", quiet=True, **shut).id, 150)
        return first, second

    first, second = await storage.work.transact(run)
    assert await storage.reader.thanks(CARE, s(100), s(200)) == [
        Thanked(second, "care", None, Status.OPEN, s(100)),
        Thanked(first, "care", 3, Status.CLOSED, s(150)),
        Thanked(first, "care", 3, Status.CLOSED, s(199)),
    ]
    assert await storage.reader.thanks([], s(100), s(200)) == []
