"""What people did about tickets, by a small log worked out by hand, on both databases.

In a window of 1000 s, a day and an hour after NOW:

- a: given to 3 by 4 at 10, answered by 4 at 100, by 3 at 200 and again at 300: one pick-up of 190 s;
- b: claimed by 3 at 20, let go at 30, claimed by 4 at 40, noted on by 3 at 50; answered by 4 at 60: 20 s;
- c: escalated by 4 with a reason at 400, by a chain at 500; before the window once by the chain already;
- d: answered on the network itself at 600; e: of another queue; f: on the quiet list;
- g, h: came with NOW, and nobody has answered; h was closed in the window; i is answered after it.
"""

from dataclasses import replace

import pytest
from stored import NOW, given, s

from chatops.event import (
    AnsweredOutside,
    Assigned,
    Claimed,
    Closed,
    CloseReason,
    Escalated,
    Event,
    Kind,
    Noted,
    Priority,
    ReplySent,
    Unclaimed,
)
from chatops.handling import Escalation, Handling, PickUp
from chatops.ports import Tx
from chatops.report import Only
from chatops.sla import Clock, ClockKind, Outcome
from chatops.ticket import Status
from storage import Storage

pytestmark = pytest.mark.anyio

DAY = 86_400
START, END = s(DAY + 3600), s(DAY + 4600)
CARE = ["care"]
FIRST = Clock(ClockKind.FIRST_RESPONSE, 1, "tokyo", 300, NOW, s(300))


def at(seconds: float) -> float:
    """So many seconds into the window."""
    return DAY + 3600 + seconds


def log(tx: Tx, ticket: int, event: Event, seconds: float, agent: int | None) -> None:
    tx.log(ticket, event, s(at(seconds)), agent, None)


def reply(tx: Tx, ticket: int, seconds: float, agent: int) -> None:
    log(tx, ticket, ReplySent(1, agent, s(at(seconds - 1))), seconds, agent)


def a_log(tx: Tx) -> list[int]:
    opened = s(at(0))
    a, b, c = (given(tx, name, at=opened).id for name in "abc")
    log(tx, a, Assigned(3, 4), 10, 4)
    reply(tx, a, 100, 4)
    reply(tx, a, 200, 3)
    reply(tx, a, 300, 3)
    log(tx, b, Claimed(3), 20, 3)
    log(tx, b, Unclaimed(3), 30, 3)
    log(tx, b, Claimed(4), 40, 4)
    log(tx, b, Noted(2, 3), 50, 3)
    reply(tx, b, 60, 4)
    log(tx, c, Escalated("experts", "room", None, None), -100, None)
    log(tx, c, Escalated("legal", "room", 4, 7), 400, 4)
    log(tx, c, Escalated("experts", "room", None, None), 500, None)
    d = given(tx, "d", at=opened, channel="line", tags=("vip",)).id
    log(tx, d, AnsweredOutside(3, s(at(599))), 600, None)
    e = given(tx, "e", at=opened, queue="sales").id
    log(tx, e, Claimed(3), 20, 3)
    reply(tx, e, 100, 3)
    log(tx, e, Escalated("legal", "room", 3, 8), 400, 3)
    f = given(tx, "f", at=opened, quiet=True, status=Status.CLOSED).id
    log(tx, f, Noted(4, 3), 50, 3)
    g, h, i = (given(tx, name, assignee=5).id for name in "ghi")
    tx.save_clock(g, FIRST)
    log(tx, h, Closed(CloseReason.RESOLVED, 5), 700, 5)
    ended = replace(FIRST, stopped_at=s(at(700)), outcome=Outcome.WAIVED)
    tx.save_clock(h, ended)
    tx.save_clock(i, replace(FIRST, stopped_at=s(at(2000)), outcome=Outcome.MET_LATE))
    young = given(tx, "young", at=s(4601)).id
    tx.save_clock(young, replace(FIRST, started_at=s(4601)))
    elsewhere = given(tx, "elsewhere", queue="sales").id
    tx.save_clock(elsewhere, FIRST)
    return [a, b, c, d, g, h, i]


async def test_the_rows_of_a_period(storage: Storage) -> None:
    a, b, c, *_ = await storage.work.transact(a_log)
    found = await storage.reader.handling(CARE, START, END)
    assert found == Handling(
        pick_ups=[
            PickUp(a, "care", 3, s(at(10)), s(at(200))),
            PickUp(b, "care", 4, s(at(40)), s(at(60))),
        ],
        escalations=[
            Escalation(c, s(at(400)), "legal", 2, 4, 7),
            Escalation(c, s(at(500)), "experts", 3, None, None),
        ],
        unanswered=2,  # g and i: h was closed, for a reason
        replies=4,  # three to a, one to b
    )
    assert await storage.reader.handling([], START, END) == Handling([], [])


async def test_who_did_something_about_how_many_tickets(storage: Storage) -> None:
    await storage.work.transact(a_log)
    # a, b, c, d, h: what a chain does is nobody's doing, and the quiet list no work
    assert await storage.reader.handled(CARE, START, END) == 5
    # 3: a, b; 4: a, b, c; 5: h
    assert await storage.reader.handled_by(CARE, START, END) == {3: 2, 4: 3, 5: 1}
    assert await storage.reader.handled([], START, END) == 0
    assert await storage.reader.handled_by([], START, END) == {}


async def test_they_are_narrowed(storage: Storage) -> None:
    _, b, c, *_ = await storage.work.transact(a_log)
    reader = storage.reader
    assert await reader.handled(CARE, START, END, Only(agent=3)) == 2
    assert await reader.handled_by(CARE, START, END, Only(agent=3)) == {3: 2}
    for only, count in (
        (Only(channel="line"), 1),
        (Only(channel="x"), 4),
        (Only(tag="vip"), 1),
        (Only(tag="v_p"), 0),
        (Only(kind=Kind.MENTION, language="en", priority=Priority.NORMAL), 5),
        (Only(kind=Kind.DM), 0),
        (Only(language="ja"), 0),
        (Only(priority=Priority.LOW), 0),
        (Only(channel="line", tag="vip", agent=3), 0),
    ):
        assert await reader.handled(CARE, START, END, only) == count, only
    theirs = await reader.handling(CARE, START, END, Only(agent=4))
    assert theirs == Handling(
        pick_ups=[PickUp(b, "care", 4, s(at(40)), s(at(60)))],
        escalations=[Escalation(c, s(at(400)), "legal", 2, 4, 7)],
        replies=2,
    )
    assert (await reader.handling(CARE, START, END, Only(agent=5))).unanswered == 2
    assert await reader.handling(CARE, START, END, Only(channel="line")) == Handling([], [])
