"""What became of invitations into direct messages, counted where they were sent."""

from dataclasses import replace

import pytest
from stored import NOW, given, s

from chatops.measures import Invitation
from chatops.ports import Tx
from chatops.sla import Clock, ClockKind, Outcome
from storage import Storage

pytestmark = pytest.mark.anyio

INVITED = Clock(ClockKind.DM_HANDOVER, 1, "always", 300, NOW, s(300))


def some(tx: Tx) -> tuple[int, int, int, int]:
    """In care: one opened, one abandoned, one invited again and merged; others before, after, elsewhere."""
    opened = replace(INVITED, stopped_at=s(40), outcome=Outcome.MET, elapsed_s=40)
    lapsed = replace(INVITED, stopped_at=s(300), outcome=Outcome.LAPSED)
    first, second, again = (given(tx, name).id for name in ("opened", "abandoned", "again"))
    tx.save_clock(first, opened)
    tx.save_clock(second, lapsed)
    tx.save_clock(again, replace(INVITED, stopped_at=s(50), outcome=Outcome.WAIVED))
    tx.save_clock(again, replace(INVITED, cycle=2, started_at=s(50), outcome=Outcome.WAIVED))
    into = given(tx, "again", thread="t2").id
    tx.save_clock(into, replace(INVITED, started_at=s(50), due_at=s(350)))
    tx.save_clock(given(tx, "before").id, replace(opened, started_at=s(-1)))
    tx.save_clock(given(tx, "after").id, replace(lapsed, started_at=s(1000)))
    tx.save_clock(given(tx, "elsewhere", queue="sales").id, opened)
    tx.save_clock(given(tx, "promise").id, replace(opened, kind=ClockKind.FIRST_RESPONSE))
    return first, second, again, into


async def test_each_invitation_of_the_period_is_one_whatever_became_of_it_when(
    storage: Storage,
) -> None:
    first, second, again, into = await storage.work.transact(some)
    found = await storage.reader.measures(["care"], s(0), s(1000))
    assert sorted(found.invitations, key=lambda each: (each.ticket, each.at)) == [
        Invitation(first, NOW, 40),
        Invitation(second, NOW, None, is_abandoned=True),
        Invitation(again, NOW, None),
        Invitation(into, s(50), None),
    ]
    # nothing of it is a promise that was kept or broken
    kept = found.kept[ClockKind.FIRST_RESPONSE]
    assert (kept.met, sum(each.met for each in found.kept.values()), found.breached) == (1, 1, 0)
