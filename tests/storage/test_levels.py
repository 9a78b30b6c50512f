"""How many tickets were open at any moment, by hand, in a report and in a digest."""

import pytest
from stored import given, s

from chatops.event import Closed, CloseReason, CustomerForgotten, ReopenCause, Reopened
from chatops.ports import Tx
from chatops.report import Only
from chatops.ticket import Status
from storage import Storage

pytestmark = pytest.mark.anyio

CARE = ["care"]


def lived(
    tx: Tx, name: str, opened: float, *turns: float, quiet: bool = False, **fields: object
) -> None:
    """Open a ticket; it is closed and reopened in turn."""
    is_closed = bool(len(turns) % 2) != quiet
    if is_closed:
        shut = {"status": Status.CLOSED, "close_reason": CloseReason.RESOLVED}
        fields |= {**shut, "closed_at": s(turns[-1] if turns else opened)}
    ticket = given(tx, name, at=s(opened), quiet=quiet and not turns, **fields).id
    for number, at in enumerate(turns):
        if bool(number % 2) != quiet:
            tx.log(ticket, Reopened(ReopenCause.CUSTOMER, None), s(at), None, None)
        else:
            tx.log(ticket, Closed(CloseReason.RESOLVED, 3), s(at), 3, None)


def a_log(tx: Tx) -> None:
    lived(tx, "open all along", -500, assignee=3)
    lived(tx, "asleep", -400, status=Status.SNOOZED)
    lived(tx, "gone before", -400, -1)
    lived(tx, "gone at 50", -300, 50, tags=("vip",))
    lived(tx, "came at 100", 100)
    lived(tx, "came at 110, gone at 150", 110, 150, assignee=3)
    lived(tx, "gone from -50 to 60", -100, -50, 60)
    lived(tx, "gone from 20 to 30, and at 120", -100, 20, 30, 120)
    lived(tx, "gone from 250 on, back after the period", -100, 250, 900)
    lived(tx, "gone after the period", -100, 800)
    lived(tx, "came after it", 300)
    lived(tx, "quiet", 10, quiet=True)
    lived(tx, "quiet until 200", 10, 200, quiet=True)
    lived(tx, "elsewhere", 0, queue="sales")


#: At so many seconds so many were open: what happens then comes after it.
LEVELS = {
    0: 6,  # open, asleep, gone at 50, gone at 20, gone at 250, gone at 800
    20: 6,
    21: 5,
    31: 6,
    51: 5,
    61: 6,
    101: 7,
    111: 8,
    121: 7,
    151: 6,
    201: 7,
    251: 6,
    300: 6,
}


async def test_they_are_what_stands_put_back_by_the_log(storage: Storage) -> None:
    await storage.work.transact(a_log)
    found = await storage.reader.levels(CARE, s(0), s(300))
    assert {at: found.open_at(s(at)) for at in LEVELS} == LEVELS
    assert (await storage.reader.levels([], s(0), s(300))).open_at(s(300)) == 0
    both = await storage.reader.levels([*CARE, "sales"], s(0), s(300))
    assert both.open_at(s(300)) == 7


async def test_they_agree_with_the_digest(storage: Storage) -> None:
    await storage.work.transact(a_log)
    found = await storage.reader.levels(CARE, s(0), s(300))
    for at in LEVELS:
        assert (await storage.reader.open_at(s(at)))["care"] == found.open_at(s(at)), at


async def test_who_is_forgotten_leaves_no_open_ticket_until_it_is_opened_again(
    storage: Storage,
) -> None:
    def run(tx: Tx) -> None:
        ticket = given(tx, at=s(0)).id
        tx.log(ticket, Closed(CloseReason.RESOLVED, 3), s(10), 3, None)
        tx.log(ticket, Reopened(ReopenCause.CUSTOMER, None), s(20), None, None)
        tx.log(ticket, CustomerForgotten(), s(30), None, None)
        tx.log(ticket, Reopened(ReopenCause.AGENT, 3), s(60), 3, None)

    await storage.work.transact(run)
    found = await storage.reader.levels(CARE, s(0), s(300))
    assert [found.open_at(s(at)) for at in (5, 15, 25, 45, 65)] == [1, 0, 1, 0, 1]


async def test_they_are_narrowed(storage: Storage) -> None:
    await storage.work.transact(a_log)

    async def open_at(at: float, only: Only) -> int:
        return (await storage.reader.levels(CARE, s(0), s(300), only)).open_at(s(at))

    assert [await open_at(at, Only(tag="vip")) for at in (0, 51)] == [1, 0]
    assert [await open_at(at, Only(agent=3)) for at in (0, 111, 151)] == [1, 2, 1]
