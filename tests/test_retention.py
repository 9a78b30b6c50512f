"""What app.yaml keeps no longer goes with the tick, bit by bit."""

from dataclasses import replace
from datetime import timedelta

import pytest
from care import Care, wrote

from chatops.policy import Keep
from chatops.ports import Tx
from chatops.retention import REST, ROWS, TICKETS, Retention
from chatops.ticket import Status

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)


def retaining(care: Care, keep: Keep) -> Retention:
    care.desk.policy = replace(care.desk.policy, keep=keep)
    return Retention(care.desk, care.storage.work, care.hours)


async def bodies(care: Care, count: int) -> None:
    now = care.hours.transport()

    def store(tx: Tx) -> None:
        for _ in range(count):
            tx.raw_read(tx.store_raw("sandbox", "aozora", b"{}", now))

    await care.storage.work.transact(store)


async def test_a_batch_goes_with_each_tick_and_then_it_rests(care: Care) -> None:
    await bodies(care, ROWS + 1)
    retention = retaining(care, Keep(raw=DAY))
    left = []
    for _ in range(3):
        await retention.sweep()
        left.append(care.count("raw_body"))
    assert left == [ROWS + 1] * 3  # young
    await care.hours.turn((DAY + REST).total_seconds() + 1)
    for _ in range(2):
        await retention.sweep()
        left.append(care.count("raw_body"))
    assert left[3:] == [1, 0]
    await bodies(care, 1)
    await care.hours.turn(REST.total_seconds() - 1)
    before = care.hours.transport()
    await retention.sweep()  # it rests, whatever has become old
    assert (care.count("raw_body"), before < care.hours.transport() + REST) == (1, True)


async def test_what_is_unread_open_or_on_its_way_stays(care: Care) -> None:
    ticket, other = await care.opens(wrote(thread="a")), await care.opens(wrote(thread="b"))
    await care.did("ben", "claim", other)
    await care.did("ben", "close", other, fields={"reason": "resolved"})
    now = care.hours.transport()
    await care.storage.work.transact(lambda tx: tx.store_raw("sandbox", "aozora", b"{}", now))
    retention = retaining(care, Keep(DAY, DAY, DAY))
    await care.hours.turn(10 * DAY.total_seconds())
    await retention.sweep()
    tickets = care.sql("SELECT id FROM ticket ORDER BY id")
    assert (tickets, care.count("raw_body")) == ([(ticket,), (other,)], 1)


async def test_what_is_kept_for_ever_is_not_even_looked_for(care: Care) -> None:
    await bodies(care, 1)
    retention = retaining(care, Keep(None, None, None))
    await care.hours.turn(3660 * DAY.total_seconds())
    await retention.sweep()
    assert care.count("raw_body") == 1


async def test_ticket_that_may_still_be_reopened_is_there(care: Care) -> None:
    ticket = await care.opens(wrote(thread="t"))
    await care.did("ben", "claim", ticket)
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    await care.storage.work.run(
        lambda db: db.connection.execute("UPDATE delivery SET state = 'sent', due_at = NULL")  # type: ignore[attr-defined] # SQLite's own
    )
    window = care.desk.policy.queues["global"].reopen_window
    retention = retaining(care, Keep(closed=window))  # as short as app.yaml may say
    closed_at = (await care.ticket(ticket)).closed_at
    assert closed_at is not None
    care.hours.jump(closed_at + window - care.hours.business())
    await retention.sweep()
    await care.hears(wrote("And the pegs?", thread="t"))
    assert (await care.ticket(ticket)).status is Status.OPEN


async def test_closed_tickets_go_once_nothing_of_theirs_waits(care: Care) -> None:
    for number in range(TICKETS + 1):
        ticket = await care.opens(wrote(thread=f"t{number}", who=f"u{number}"))
        await care.did("ben", "claim", ticket)
        await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    await care.storage.work.run(
        lambda db: db.connection.execute("UPDATE delivery SET state = 'sent', due_at = NULL")  # type: ignore[attr-defined] # SQLite's own
    )
    retention = retaining(care, Keep(DAY, DAY, DAY))
    await care.hours.turn(2 * DAY.total_seconds())
    left = []
    for _ in "12":
        await retention.sweep()
        left.append((care.count("ticket"), care.count("customer")))
    assert left == [(1, 1), (0, 0)]
    assert [care.count(name) for name in ("message", "entry", "delivery", "act")] == [0, 0, 0, 0]
    # a ticket of theirs that comes now is a new one, and nothing stumbles over what is gone
    again = await care.opens(wrote(thread="t0", who="u0"))
    assert (await care.ticket(again)).predecessor is None
