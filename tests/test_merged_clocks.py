"""The first response clock of tickets that are merged, parted and moved (SLA.md rules 9 and 11)."""

from datetime import timedelta

import pytest
from care import GLOBAL, JAPAN, NOON, Care, wrote

from chatops.channel import Deleted, Echo
from chatops.event import AnsweredOutside, ClockKind, CustomerDeleted
from chatops.sla import Clock, Outcome
from chatops.ticket import Waiting

pytestmark = pytest.mark.anyio

HOUR = GLOBAL.first_response


def minutes(many: float) -> timedelta:
    return timedelta(minutes=many)


async def clock(care: Care, ticket: int) -> Clock:
    found = (await care.record(ticket)).clock
    assert found is not None
    return found


async def two_tickets(care: Care) -> tuple[int, int]:
    """One customer has written at noon, and twenty minutes later elsewhere."""
    early = await care.opens(thread="t-early")
    care.hours.jump(minutes(20))
    late = await care.opens(wrote(thread="t-late", at=care.hours.transport()))
    care.hours.jump(minutes(10))
    return early, late


async def test_the_earlier_message_is_what_a_merged_ticket_is_measured_by(care: Care) -> None:
    early, late = await two_tickets(care)
    assert (await clock(care, late)).due_at == NOON + minutes(80)
    await care.did("ben", "merge", early, str(late))
    running, ended = await clock(care, late), await clock(care, early)
    assert (running.started_at, running.due_at, running.outcome) == (NOON, NOON + HOUR, None)
    assert (ended.outcome, ended.stopped_at) == (Outcome.WAIVED, NOON + minutes(30))


async def test_a_later_ticket_does_not_lengthen_the_earlier_one_s_clock(care: Care) -> None:
    early, late = await two_tickets(care)
    await care.did("ben", "merge", late, str(early))
    running = await clock(care, early)
    assert (running.started_at, running.due_at) == (NOON, NOON + HOUR)
    assert (await clock(care, late)).outcome is Outcome.WAIVED


async def test_undone_a_merge_owes_both_answers_by_their_own_second(care: Care) -> None:
    early, late = await two_tickets(care)
    before = await clock(care, early), await clock(care, late)
    await care.did("ben", "merge", early, str(late))
    care.hours.jump(minutes(5))
    await care.did("ben", "unmerge", early)
    assert (await clock(care, early), await clock(care, late)) == before


async def test_one_answer_ends_the_clock_of_the_whole(care: Care) -> None:
    early, late = await two_tickets(care)
    await care.did("ben", "merge", early, str(late))
    at = care.hours.transport() + minutes(10)
    await care.hears(Echo("aozora", "e1", "t-late", "Here it is", at, private=False))
    met = await clock(care, late)
    assert (met.outcome, met.elapsed_s) == (Outcome.MET, 30 * 60)
    assert (await clock(care, early)).outcome is Outcome.WAIVED


async def test_an_answer_that_is_heard_of_late_leaves_us_what_came_in_by_the_merge_after_it(
    care: Care,
) -> None:
    early, late = await two_tickets(care)
    await care.did("ben", "merge", late, str(early))
    await care.hears(Echo("aozora", "e1", "t-early", "On it", NOON - minutes(20), private=False))
    clocks = await care.storage.work.transact(lambda tx: tx.clocks(early))
    asked_at = NOON + minutes(20)
    assert clocks[ClockKind.FIRST_RESPONSE, 1].stopped_at == NOON + minutes(10)
    assert (await care.log(early))[-1] == AnsweredOutside(3, NOON + minutes(10), asked_at)
    assert (await care.ticket(early)).waiting is Waiting.US


async def test_who_deletes_all_that_waits_in_a_merged_ticket_is_owed_no_answer(care: Care) -> None:
    early, late = await two_tickets(care)
    await care.did("ben", "merge", late, str(early))
    outcomes = []
    for (message,) in care.sql("SELECT external_id FROM message ORDER BY id"):
        await care.hears(Deleted("aozora", message, care.hours.transport()))
        outcomes.append((await clock(care, early)).outcome)
    assert outcomes == [None, Outcome.WAIVED]
    assert (await care.log(early))[-1] == CustomerDeleted(2, nothing_left=True)


async def test_what_was_answered_before_the_merge_hastens_nothing(care: Care) -> None:
    early, late = await two_tickets(care)
    at = care.hours.transport() + minutes(25)
    await care.hears(Echo("aozora", "e1", "t-early", "Here it is", at, private=False))
    before = await clock(care, early), await clock(care, late)
    assert before[0].outcome is Outcome.MET
    await care.did("ben", "merge", early, str(late))
    assert (await clock(care, early), await clock(care, late)) == before


async def test_what_is_late_already_is_late_in_the_ticket_that_it_goes_into(care: Care) -> None:
    early, late = await two_tickets(care)
    care.hours.jump(minutes(35))  # 13:05: the earlier one was due at 13:00
    await care.timer.tick()
    assert (await clock(care, early)).breached_at == NOON + HOUR
    await care.did("ben", "merge", early, str(late))
    ended = await clock(care, early)
    assert (ended.outcome, ended.breached_at) == (Outcome.WAIVED, None)
    await care.timer.tick()
    assert (await clock(care, late)).breached_at == NOON + HOUR


async def test_a_moved_ticket_keeps_its_start_and_alerts_its_new_rooms(care: Care) -> None:
    ticket = await care.opens()
    care.hours.jump(minutes(50))
    await care.did("ben", "move", ticket, fields={"queue": "japan"})
    moved = await clock(care, ticket)
    assert JAPAN.first_response == HOUR
    assert (moved.started_at, moved.due_at) == (NOON, NOON + HOUR)
    care.hours.jump(minutes(11))
    await care.timer.tick()
    assert {to for _, to, _ in care.due("alert")} == {"care-japan", "care-managers"}


async def test_ticket_of_long_ago_owes_the_answer_that_comes_into_it(care: Care) -> None:
    old = await care.opens(wrote(thread="t-old", at=NOON - timedelta(days=3)))
    assert (await care.record(old)).clock is None
    fresh = await care.opens(wrote(thread="t-fresh"))
    before = await clock(care, fresh)
    await care.did("ben", "merge", fresh, str(old))
    assert await clock(care, old) == before
    care.hours.jump(minutes(5))
    await care.did("ben", "unmerge", fresh)
    assert await clock(care, fresh) == before
    assert (await clock(care, old)).outcome is Outcome.WAIVED


async def test_parted_again_each_keeps_the_clock_that_began_when_its_account_was_connected(
    care: Care,
) -> None:
    await care.storage.vault.meet("aozora")
    care.hours.jump(minutes(5))
    early = await care.opens(wrote(thread="t-early", at=NOON - minutes(40)))
    late = await care.opens(wrote(thread="t-late", at=NOON - minutes(30)))
    before = await clock(care, early), await clock(care, late)
    assert [each.started_at for each in before] == [NOON + minutes(5)] * 2
    await care.did("ben", "merge", late, str(early))
    await care.did("ben", "unmerge", late)
    assert (await clock(care, early), await clock(care, late)) == before
