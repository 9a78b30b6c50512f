"""What time brings, once: breaches and alerts, the end of a snooze, a card at its time."""

import asyncio
from datetime import timedelta

import pytest
from care import NOON, Care, wrote

from chatops.card import Card, Paragraph
from chatops.event import Breached, SnoozeReason, WakeCause, Woken
from chatops.text import text
from chatops.ticket import Status

pytestmark = [pytest.mark.anyio, pytest.mark.databases]


async def test_breach_alerts_both_rooms_once_and_after_a_restart_too(care: Care) -> None:
    ticket = await care.opens()
    assert await care.timer.tick() == 0
    care.hours.jump(timedelta(minutes=60))
    assert await care.timer.tick() == 1  # the due second itself is in time, though due soon
    assert care.due("alert") == [("alert", "care-global", "pending")]
    care.hours.jump(timedelta(seconds=1))
    assert await care.timer.tick() == 1
    assert await care.timer.tick() == 0
    assert care.due("alert") == [
        ("alert", "care-global", "pending"),
        ("alert", "care-global", "pending"),
        ("alert", "care-managers", "pending"),
    ]
    breaches = [event for event in await care.log(ticket) if isinstance(event, Breached)]
    assert breaches == [Breached(NOON + timedelta(minutes=60))]


async def test_two_ticks_at_once_alert_once(care: Care) -> None:
    await care.opens()
    care.hours.jump(timedelta(hours=2))
    await asyncio.gather(*(care.timer.tick() for _ in range(8)))
    assert len(care.due("alert")) == 2


async def test_late_alerts_of_many_tickets_come_in_the_order_of_their_due_times(care: Care) -> None:
    await care.hears(*(wrote(at=NOON - timedelta(minutes=n)) for n in range(3)))
    care.hours.jump(timedelta(hours=2))
    await care.timer.tick()
    rows = care.sql("SELECT ticket FROM delivery WHERE what = 'alert' ORDER BY id")
    assert [ticket for (ticket,) in rows] == [3, 2, 1, 3, 2, 1]  # in each of two rooms


async def test_snooze_wakes_at_its_time(care: Care) -> None:
    ticket = await care.opens()
    await care.did("ben", "snooze", ticket, fields={"until": "1h", "reason": "later"})
    snoozed = await care.ticket(ticket)
    assert (snoozed.status, snoozed.snooze_reason) == (Status.SNOOZED, SnoozeReason.LATER)
    await care.timer.tick()
    assert (await care.ticket(ticket)).status is Status.SNOOZED
    care.hours.jump(timedelta(hours=1))
    await care.timer.tick()
    assert (await care.ticket(ticket)).status is Status.OPEN
    assert Woken(WakeCause.TIME) in await care.log(ticket)
    assert ("announce", "care-global", "pending") in care.due()


async def test_finished_card_is_published_once_for_ever(care: Care) -> None:
    card = Card(push=text("nobody"), blocks=(Paragraph(text("nobody")),))
    told = [await care.timer.publish("evening", "2026-06-01", "care-leads", card) for _ in range(2)]
    assert told == [True, False]
    assert care.due() == [("published", "care-leads", "pending")]
    await care.timer.pass_over("evening", "2026-06-02")
    assert not await care.timer.publish("evening", "2026-06-02", "care-leads", card)
