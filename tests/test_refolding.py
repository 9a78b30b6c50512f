"""The log makes every clock again, to the letter: after a day of everything that moves one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from care import NOON, POLICY, SHOP, Care, wrote
from test_joining import invites

from chatops.calendar import Calendar, Window
from chatops.channel import Echo
from chatops.clocks import rebuild
from chatops.event import Breached, CustomerWrote, Kind, Priority, TermsChanged
from chatops.policy import Policy
from chatops.ports import Tx
from chatops.sla import ClockKind, Clocks, Handover, Outcome, SlaPolicy

pytestmark = pytest.mark.anyio

SPOILT = {ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE}
TARGETS = {
    ClockKind.NEXT_RESPONSE: 7200,
    ClockKind.RESOLUTION: 8 * 3600,
    ClockKind.CEILING: 24 * 3600,
    ClockKind.CLAIM: 600,
}
WINDOWED = replace(POLICY.accounts["aozora"], reply_window=timedelta(hours=24))
WATCHING = replace(POLICY.queues["global"], dm_handover=Handover(1800, 3600))
PROMISING = replace(
    POLICY,
    queues={**POLICY.queues, "global": WATCHING},
    accounts={**POLICY.accounts, "aozora": WINDOWED},
    sla=(
        SlaPolicy("urgent", priorities=(Priority.URGENT,), targets={ClockKind.FIRST_RESPONSE: 900}),
        SlaPolicy("all", targets=TARGETS),
    ),
)


async def clocks(care: Care, ticket: int) -> Clocks:
    return await care.storage.work.transact(lambda tx: tx.clocks(ticket))


async def differs(care: Care, ticket: int, policy: Policy, *, write: bool = False) -> bool:
    def run(tx: Tx) -> bool:
        return rebuild(tx, policy.terms, ticket, write=write)

    return await care.storage.work.transact(run)


def minutes(many: float) -> timedelta:
    return timedelta(minutes=many)


async def answers(care: Care, thread: str, after: int, id: str) -> None:
    at = care.hours.transport() + minutes(after)
    await care.hears(Echo("aozora", id, thread, "Here it is", at, private=False))


async def a_day(care: Care) -> list[int]:
    """Four tickets: worked to the end, moved and merged, unanswered, and under other terms."""
    care.desk.policy = PROMISING
    one = await care.opens(thread="t1")
    two = await care.opens(thread="t2", who="mia")
    three = await care.opens(thread="t3", who="kai")
    care.hours.jump(minutes(10))
    await answers(care, "t1", 10, "e1")
    await care.did("ben", "snooze", one, "customer")
    care.hours.jump(minutes(30))
    await care.hears(wrote("And now?", thread="t1", at=care.hours.transport()))
    await care.did("ben", "priority", two, "urgent")
    await invites(care, two)
    care.hours.jump(minutes(40))
    await care.timer.tick()
    await care.did("ben", "merge", two, str(one))
    care.hours.jump(minutes(20))
    await answers(care, "t1", 20, "e2")
    await care.did("ben", "close", one, "resolved")
    await care.did("ben", "close", three, "no_reply_needed")
    # the next day, with another promise and other hours
    office = Calendar("office", "Asia/Tokyo", dict.fromkeys(range(5), (Window(540, 1080),)))
    queue = replace(PROMISING.queues["global"], calendar=office, first_response=minutes(90))
    care.desk.policy = replace(PROMISING, queues={**PROMISING.queues, "global": queue})
    care.hours.jump(timedelta(hours=20))
    await care.hears(wrote("It came broken", thread="t1", at=care.hours.transport()))
    await care.hears(wrote("Hello?", thread="t3", who="kai", at=care.hours.transport()))
    four = await care.opens(thread="t4", who="lea", kind=Kind.DM, private=True)
    care.hours.jump(minutes(15))
    await care.did("ben", "move", four, "japan")
    await care.timer.tick()
    return [one, two, three, four]


async def test_the_log_makes_every_clock_again(care: Care) -> None:
    tickets = await a_day(care)
    kinds = [kind for each in tickets for kind, _ in await clocks(care, each)]
    assert {*kinds} == {*ClockKind}
    policy = care.desk.policy
    assert [await differs(care, each, policy) for each in tickets] == [False] * 4


async def test_what_was_changed_by_hand_is_put_right(care: Care) -> None:
    tickets = await a_day(care)
    before = await clocks(care, tickets[0])

    def spoil(tx: Tx) -> None:
        tx.drop_clocks(1, {key: clock for key, clock in before.items() if key[0] not in SPOILT})
        wrong = before[ClockKind.RESOLUTION, 1]
        tx.save_clock(1, replace(wrong, target_s=1, past=()))
        tx.save_clock(1, replace(wrong, cycle=9))

    await care.storage.work.transact(spoil)
    policy = care.desk.policy
    assert await differs(care, 1, policy)
    assert await clocks(care, 1) != before
    assert await differs(care, 1, policy, write=True)
    assert await clocks(care, 1) == before
    assert not await differs(care, 1, policy)
    assert not await differs(care, 999, policy)


async def test_terms_of_then_are_what_ended_clocks_were_held_to(care: Care) -> None:
    """Whatever app.yaml says by now, an old ticket's numbers are those of its time."""
    care.desk.policy = PROMISING
    ticket = await care.opens(thread="t1")
    await answers(care, "t1", 30, "e1")
    short = replace(PROMISING.queues["global"], first_response=minutes(5))
    later = replace(PROMISING, queues={**PROMISING.queues, "global": short}, sla=())
    assert not await differs(care, ticket, later)
    first = (await clocks(care, ticket))[ClockKind.FIRST_RESPONSE, 1]
    assert (first.outcome, first.due_at, first.calendar) == (
        Outcome.MET,
        NOON + minutes(60),
        SHOP.name,
    )


async def test_what_no_clock_moved_by_moves_none_when_they_are_made_again(care: Care) -> None:
    """What was promised then is kept with the first clock that it moves."""
    care.desk.policy = PROMISING
    ticket = await care.opens(thread="t1")
    await answers(care, "t1", 0, "e1")
    less = replace(PROMISING.queues["global"], dm_handover=None)
    promising_less = replace(PROMISING, queues={**PROMISING.queues, "global": less})
    care.desk.policy = promising_less
    await invites(care, ticket)
    assert not await differs(care, ticket, promising_less)
    assert not await differs(care, ticket, PROMISING)


async def test_what_was_written_before_its_account_was_met_counts_from_then(care: Care) -> None:
    care.desk.policy = PROMISING
    await care.storage.vault.meet("aozora")
    care.hours.jump(minutes(5))
    # so that business time was 12:05 then
    before = await care.opens(wrote(thread="t1", at=NOON - minutes(30)))
    await care.hears(wrote("Hello?", thread="t1", at=NOON - minutes(20)))
    after = await care.opens(wrote(thread="t2", at=NOON))
    for ticket in (before, after):
        first = (await clocks(care, ticket))[ClockKind.FIRST_RESPONSE, 1]
        assert first.started_at == NOON + minutes(5)
        assert not await differs(care, ticket, PROMISING)
    written = care.sql("SELECT at FROM message ORDER BY id LIMIT 1")
    assert written == [(int((NOON - minutes(25)).timestamp() * 1_000_000),)]
    held = [each for each in await care.log(before) if isinstance(each, CustomerWrote)]
    assert [each.counts_from for each in held] == [NOON + minutes(5)] * 2
    assert [each for each in await care.log(after) if isinstance(each, CustomerWrote)] == [
        CustomerWrote(3)
    ]


async def test_what_was_answered_before_its_account_was_met_is_owed_by_nobody(care: Care) -> None:
    care.desk.policy = PROMISING
    await care.storage.vault.meet("aozora")
    care.hours.jump(minutes(5))

    def said(id: str, thread: str, before: float) -> Echo:
        return Echo("aozora", id, thread, "Here it is", NOON - minutes(before), private=False)

    done = await care.opens(wrote(thread="t1", at=NOON - minutes(30)))
    await care.hears(said("e1", "t1", 25))
    asked = await care.opens(wrote(thread="t2", at=NOON - minutes(30)))
    await care.hears(wrote("Hello?", thread="t2", at=NOON - minutes(20)), said("e2", "t2", 25))
    answers = (ClockKind.FIRST_RESPONSE, ClockKind.CEILING, ClockKind.CLAIM)
    for ticket, outcome in ((done, Outcome.WAIVED), (asked, None)):
        held = await clocks(care, ticket)
        assert [held[kind, 1].outcome for kind in answers] == [outcome] * 3
        assert held[ClockKind.RESOLUTION, 1].outcome is None
        assert not await differs(care, ticket, PROMISING)


async def test_open_clocks_are_held_to_a_changed_app_yaml_once(care: Care) -> None:
    care.desk.policy = PROMISING
    open_one, done = await care.opens(thread="t1"), await care.opens(thread="t2")
    await answers(care, "t2", 30, "e1")
    await care.did("ben", "close", done, "resolved")
    ended = await clocks(care, done)
    await care.timer.hold_clocks()
    assert TermsChanged() not in await care.log(open_one)
    short = replace(PROMISING.queues["global"], first_response=minutes(40))
    care.desk.policy = replace(PROMISING, queues={**PROMISING.queues, "global": short})
    for _ in range(2):
        await care.timer.hold_clocks()
    assert (await care.log(open_one)).count(TermsChanged()) == 1
    held = (await clocks(care, open_one))[ClockKind.FIRST_RESPONSE, 1]
    assert (held.started_at, held.due_at) == (NOON, NOON + minutes(40))
    assert await clocks(care, done) == ended
    assert not await differs(care, open_one, care.desk.policy)


async def test_every_kind_of_clock_is_alerted_of_once(care: Care) -> None:
    targets = {ClockKind.CEILING: 1800, ClockKind.RESOLUTION: 2400, ClockKind.CLAIM: 600}
    care.desk.policy = replace(POLICY, sla=(SlaPolicy("all", targets=targets),))
    ticket = await care.opens()
    care.hours.jump(minutes(61))
    for _ in range(2):
        await care.timer.tick()
    breached = [event for event in await care.log(ticket) if isinstance(event, Breached)]
    assert sorted((event.clock, event.due_at - NOON) for event in breached) == [
        (ClockKind.CEILING, minutes(30)),
        (ClockKind.CLAIM, minutes(10)),
        (ClockKind.FIRST_RESPONSE, minutes(60)),
        (ClockKind.RESOLUTION, minutes(40)),
    ]
    assert care.due("alert") == []  # so many of one room are a list: the queue's, and the managers'
    assert [to for _, to, _ in care.due("published")] == ["care-global", "care-managers"]
