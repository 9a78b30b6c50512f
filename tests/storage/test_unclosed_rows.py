"""What was open at some moment, worked out by hand, on both databases: in seconds, as of 1000.

- a: nobody looked; its first response is due at 300, its resolution at 1500;
- b: claimed by 3 at 100, its claim is idle since; c: read by 4; d: snoozed by 3 until 5000;
- e: closed at 1200, until then claimed; f: claimed at 1100; g: closed at 500, back at 1500;
- h: came at 1000; i: closed at 900; beside these one of another queue, and one on the quiet list;
- j and k: their logs are none that the rules of today would write; k is closed since.
"""

from dataclasses import replace

import pytest
from stored import NOW, given, s

from chatops.event import (
    Claimed,
    Closed,
    CloseReason,
    CustomerWrote,
    Event,
    Read,
    ReopenCause,
    Reopened,
    Snoozed,
    SnoozeReason,
)
from chatops.ports import Tx
from chatops.report import EVERY, Only
from chatops.sla import Clock, ClockKind, Outcome
from chatops.step import step
from chatops.ticket import Refusal, Status
from chatops.unclosed import Unclosed
from storage import Storage

pytestmark = pytest.mark.anyio

AT = s(1000)
CARE = ["care"]
FIRST = Clock(ClockKind.FIRST_RESPONSE, 1, "tokyo", 300, NOW, s(300))
RESOLUTION = replace(FIRST, kind=ClockKind.RESOLUTION, due_at=s(1500))
CLOSED = Closed(CloseReason.RESOLVED, 3)
BACK = Reopened(ReopenCause.CUSTOMER, None)
LATER = Snoozed(SnoozeReason.LATER, s(5000), 3)


def lived(
    tx: Tx, name: str, *log: tuple[Event, float], opened: float = 0, queue: str = "care"
) -> int:
    """Let a ticket go through its log, as desk does."""
    ticket = given(tx, name, at=s(opened), queue=queue)
    for event, at in ((CustomerWrote(1), opened), *log):
        outcome = step(ticket, event, s(at))
        assert not isinstance(outcome, Refusal)
        ticket, _ = outcome
        tx.log(ticket.id, event, s(at), None, None)
    tx.save_ticket(ticket)
    return ticket.id


def some_lives(tx: Tx) -> dict[str, int]:
    a = lived(tx, "a")
    tx.save_clock(a, FIRST)
    tx.save_clock(a, RESOLUTION)
    # none of these is owed at 1000
    tx.save_clock(a, replace(FIRST, kind=ClockKind.DM_HANDOVER))
    tx.save_clock(a, replace(FIRST, kind=ClockKind.CLAIM, started_at=s(1000)))
    tx.save_clock(a, replace(FIRST, kind=ClockKind.CEILING, due_at=None))
    early = replace(FIRST, kind=ClockKind.NEXT_RESPONSE, outcome=Outcome.MET, elapsed_s=9)
    tx.save_clock(a, replace(early, stopped_at=s(999)))
    found = {
        "a": a,
        "b": lived(tx, "b", (Claimed(3), 100)),
        "c": lived(tx, "c", (Read(4), 200)),
        "d": lived(tx, "d", (LATER, 300)),
        "e": lived(tx, "e", (Claimed(3), 100), (CLOSED, 1200)),
        "f": lived(tx, "f", (Claimed(3), 1100)),
        "g": lived(tx, "g", (Claimed(3), 100), (CLOSED, 500), (BACK, 1500)),
        "h": lived(tx, "h", opened=1000),
        "i": lived(tx, "i", (CLOSED, 900)),
        "other": lived(tx, "other", queue="sales"),
        "quiet": given(tx, "quiet", status=Status.CLOSED, quiet=True, closed_at=s(1300)).id,
        "j": given(tx, "j", assignee=3, read_by=(3,)).id,
        "k": given(tx, "k", status=Status.CLOSED, closed_at=s(1400)).id,
    }
    tx.save_clock(found["e"], replace(FIRST, stopped_at=s(1200), outcome=Outcome.MET_LATE))
    for odd in ("j", "k"):
        tx.log(found[odd], BACK, s(900), None, None)
        tx.log(found[odd], CLOSED, s(1400), 3, None)
    return found


async def test_what_was_open_at_a_moment_as_it_was_then(storage: Storage) -> None:
    id = await storage.work.transact(some_lives)
    of = ("care", "acme_x", NOW)
    held = Unclosed(id["b"], *of, assignee=3, is_read=True, idle_since=s(100))
    found = await storage.reader.unclosed(CARE, AT)
    assert sorted(found, key=lambda row: row.ticket) == [
        Unclosed(id["a"], *of, due=(s(300), s(1500))),
        held,
        Unclosed(id["c"], *of, is_read=True),
        Unclosed(id["d"], *of, Status.SNOOZED, is_read=True, snoozed_until=s(5000)),
        replace(held, ticket=id["e"], due=(s(300),)),
        Unclosed(id["f"], *of),
        Unclosed(id["j"], *of, assignee=3, is_read=True),  # as it stands
    ]
    assert await storage.reader.unclosed([], AT) == []


@pytest.mark.parametrize(
    ("at", "only", "there"),
    [
        (1000, Only(agent=3), "b e f j"),  # who has it now, or had it last
        (1000, Only(tag="vip"), ""),
        (0, EVERY, ""),
        (1, EVERY, "a b c d e f g i j k"),
        (500, EVERY, "a b c d e f g i j k"),  # in whose very instant g closes
        (2000, EVERY, "a b c d f g h j"),
    ],
)
async def test_who_was_there_at_which_moment(
    storage: Storage, at: float, only: Only, there: str
) -> None:
    id = await storage.work.transact(some_lives)
    found = await storage.reader.unclosed(CARE, s(at), only)
    assert {row.ticket for row in found} == {id[name] for name in there.split()}
