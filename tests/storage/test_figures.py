"""Figures: each as chatops.report and the definitions of the reports say."""

from dataclasses import replace
from datetime import time

import pytest
from stored import NOW, given, s

from chatops.event import (
    Closed,
    CloseReason,
    CustomerForgotten,
    ReopenCause,
    Reopened,
    ReplyRequested,
)
from chatops.ports import Tx
from chatops.report import CloseRow, Counts
from chatops.rollup import Additive, Cell, Days
from chatops.sla import Clock, ClockKind, Outcome
from chatops.splits import Count
from chatops.ticket import Status
from storage import Storage

pytestmark = pytest.mark.anyio

CLOCK = Clock(ClockKind.FIRST_RESPONSE, 1, "tokyo", 3600, NOW, s(3600))
START, END = s(0), s(1000)
CARE = ["care"]


def shut(tx: Tx, ticket: int, at: float, agent: int = 3, why: CloseReason | None = None) -> None:
    event = Closed(why or CloseReason.RESOLVED, agent)
    tx.log(ticket, event, s(at), agent, None)


def reopen(tx: Tx, ticket: int, at: float, agent: int | None) -> None:
    cause = ReopenCause.CUSTOMER if agent is None else ReopenCause.AGENT
    tx.log(ticket, Reopened(cause, agent), s(at), agent, None)


async def test_closes_by_agent_channel_and_reason(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        for n, agent in enumerate((3, 3, 4)):
            shut(tx, given(tx, f"c{n}").id, 10, agent)
        shut(tx, given(tx, "spam").id, 10, 3, CloseReason.SPAM)
        shut(tx, given(tx, "before").id, -1)
        shut(tx, given(tx, "at the end").id, 1000)
        shut(tx, given(tx, "elsewhere", queue="sales").id, 10)

    await storage.work.transact(run)
    closes = await storage.reader.closes(CARE, START, END)
    assert closes == [
        CloseRow(3, "x", "resolved", 2),
        CloseRow(4, "x", "resolved", 1),
        CloseRow(3, "x", "spam", 1),
    ]
    assert (await storage.reader.counts(CARE, START, END)).closed == 4
    assert await storage.reader.closes([], START, END) == []


async def test_a_close_undone_within_a_minute_by_the_same_person_is_none(
    storage: Storage,
) -> None:
    def run(tx: Tx) -> None:
        slip, theirs, customers, late, border = (given(tx, f"c{n}").id for n in range(5))
        shut(tx, slip, 10)
        reopen(tx, slip, 70, 3)
        shut(tx, theirs, 10)
        reopen(tx, theirs, 20, 4)
        shut(tx, customers, 10)
        reopen(tx, customers, 20, None)
        shut(tx, late, 10)
        reopen(tx, late, 70.5, 3)
        reopen(tx, given(tx, "long ago").id, 20, 3)  # of what was closed before the log begins
        shut(tx, given(tx, "elsewhere", queue="sales").id, 10)
        shut(tx, border, 990)
        reopen(tx, border, 1040, 3)  # after the window's end, yet it undoes

    await storage.work.transact(run)
    assert await storage.reader.closes(CARE, START, END) == [CloseRow(3, "x", "resolved", 3)]


async def test_a_slip_leaves_the_close_before_it(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        ticket = given(tx).id
        shut(tx, ticket, 10)
        reopen(tx, ticket, 500, None)
        shut(tx, ticket, 510, 4)
        reopen(tx, ticket, 520, 4)

    await storage.work.transact(run)
    assert await storage.reader.closes(CARE, START, END) == [CloseRow(3, "x", "resolved", 1)]


async def test_a_close_that_the_customer_undid_is_no_slip_whoever_opens_the_ticket_then(
    storage: Storage,
) -> None:
    """Its agent reopens it within the minute, when forgetting the customer has closed it again."""

    def run(tx: Tx) -> None:
        ticket = given(tx).id
        shut(tx, ticket, 10)
        reopen(tx, ticket, 20, None)
        tx.log(ticket, CustomerForgotten(), s(30), None, None)
        reopen(tx, ticket, 60, 3)

    await storage.work.transact(run)
    one = [CloseRow(3, "x", "resolved", 1)]
    assert await storage.reader.closes(CARE, START, END) == one
    days = Days("UTC", time.min)
    assert await storage.work.transact(lambda tx: tx.counted(days, 10**6, 0, 10**6)) == {
        Cell(START.replace(hour=0), Additive.NEW, "care", "x", "mention"): 1,
        Cell(START.replace(hour=0), Additive.CLOSED, "care", "x", "mention", 3, "resolved"): 1,
    }
    (close,) = (await storage.reader.measures(CARE, START, END)).closes
    assert not close.is_slip
    closed = [row for row in await storage.reader.happened(CARE, START, END) if row.agent == 3]
    assert [row.what for row in closed] == [Count.CLOSED]


async def test_counts(storage: Storage) -> None:
    met = replace(CLOCK, stopped_at=s(120), outcome=Outcome.MET, elapsed_s=120)
    late = replace(
        CLOCK, due_at=s(60), stopped_at=s(90), outcome=Outcome.MET_LATE, breached_at=s(60)
    )

    def run(tx: Tx) -> None:
        tx.save_clock(given(tx, "met").id, met)
        tx.save_clock(given(tx, "late").id, replace(late, elapsed_s=90))
        tx.save_clock(given(tx, "running", status=Status.SNOOZED).id, CLOCK)
        # it was answered after the window: at its end it still waited
        after = replace(met, started_at=s(-50), stopped_at=s(1000))
        tx.save_clock(given(tx, "after", at=s(-50)).id, after)
        tx.save_clock(given(tx, "next day", at=s(1000)).id, replace(CLOCK, started_at=s(1000)))
        waived = replace(CLOCK, stopped_at=s(5), outcome=Outcome.WAIVED)
        spam = given(tx, "spam", status=Status.CLOSED, close_reason=CloseReason.SPAM)
        tx.save_clock(spam.id, waived)
        tx.save_clock(given(tx, "elsewhere", queue="sales").id, CLOCK)

    await storage.work.transact(run)
    counts = await storage.reader.counts(CARE, START, END)
    assert replace(counts, first_responses=sorted(counts.first_responses)) == Counts(
        new=3,
        closed=0,
        first_responses=[90, 120],
        waiting=2,
        oldest_waiting=s(-50),
    )
    nothing = Counts(0, 0, [], 0, None)
    assert await storage.reader.counts([], START, END) == nothing
    assert await storage.reader.counts(["legal"], START, END) == nothing


async def test_repeated_canned_replies_are_counted_by_the_log(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        ours, theirs = given(tx, "a").id, given(tx, "b", queue="sales").id
        for ticket, at, repeated in (
            (ours, 0, True),
            (ours, 999, True),
            (ours, 500, False),
            (ours, -1, True),
            (ours, 1000, True),
            (theirs, 500, True),
        ):
            tx.log(ticket, ReplyRequested(1, 3, repeated=repeated), s(at), 3, None)

    await storage.work.transact(run)
    assert (await storage.reader.counts(CARE, START, END)).repeated == 2


async def test_what_went_to_the_quiet_list_never_was_work(storage: Storage) -> None:
    def run(tx: Tx) -> None:
        closed: dict[str, object] = {"status": Status.CLOSED, "quiet": True}
        for number, rule in enumerate(("praise", "spam words", "praise", None)):
            given(tx, f"q{number}", rule=rule, at=s(number), **closed)
        shut(tx, given(tx, "shut", rule="praise", **closed).id, 10)
        given(tx, "before", rule="praise", at=s(-1), **closed)
        given(tx, "elsewhere", rule="praise", queue="sales", **closed)
        given(tx, "opened after all", rule="praise")

    await storage.work.transact(run)
    assert list((await storage.reader.quiet_counts(CARE, START, END)).items()) == [
        ("praise", 3),
        ("spam words", 1),
    ]
    counts = await storage.reader.counts(CARE, START, END)
    assert (counts.new, counts.closed) == (1, 0)
    assert await storage.reader.quiet_counts([], START, END) == {}


async def test_when_the_first_ticket_was_opened(storage: Storage) -> None:
    assert await storage.reader.first_opened(END) is None

    def run(tx: Tx) -> None:
        given(tx, "b", at=s(20))
        given(tx, "a", at=s(10), queue="sales")

    await storage.work.transact(run)
    assert await storage.reader.first_opened(END) == s(10)
    assert await storage.reader.first_opened(s(9)) is None
