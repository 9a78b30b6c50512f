"""Who was invited into direct messages writes one, or is asked about once and given up."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from care import GLOBAL, NOON, POLICY, Care, Hours, cared_for, wrote
from test_joining import dm, happened, invites
from test_refolding import differs

from chatops.calendar import Calendar, Window
from chatops.cards.ticket_card import ticket_card
from chatops.event import (
    Alerted,
    AlertLevel,
    ClockKind,
    HandoverAbandoned,
    HandoverOpened,
    Linked,
    ReopenCause,
    Reopened,
)
from chatops.sla import Handover, Outcome

pytestmark = [pytest.mark.anyio, pytest.mark.databases]

HOUR: Final = timedelta(hours=1)
WATCHED: Final = replace(
    POLICY,
    queues={**POLICY.queues, "global": replace(GLOBAL, dm_handover=Handover(24 * 3600, 72 * 3600))},
)
NUDGED: Final = Alerted(AlertLevel.DUE_SOON, NOON + 24 * HOUR, ClockKind.DM_HANDOVER, 1)
GIVEN_UP: Final = HandoverAbandoned(NOON + 72 * HOUR, 1)


@pytest.fixture
async def care(tmp_path: Path, empty_database: Path | str, hours: Hours) -> AsyncIterator[Care]:
    async with cared_for(tmp_path, empty_database, hours, WATCHED) as one:
        yield one


async def passes(care: Care, hours: float) -> None:
    """Turn business time to so many hours, and a second, after noon; two ticks do what one does."""
    care.hours.jump(NOON + hours * HOUR + timedelta(seconds=1) - care.hours.business())
    await care.timer.tick()
    await care.timer.tick()


async def told(care: Care, ticket: int) -> list[Any]:
    ours = HandoverAbandoned | HandoverOpened
    return [
        each
        for each in await care.log(ticket)
        if isinstance(each, ours)
        or (isinstance(each, Alerted) and each.clock is ClockKind.DM_HANDOVER)
    ]


async def outcome(care: Care, ticket: int) -> tuple[Outcome | None, int | None]:
    clocks = await care.storage.work.transact(lambda tx: tx.clocks(ticket))
    clock = clocks[ClockKind.DM_HANDOVER, 1]
    return clock.outcome, clock.elapsed_s


async def asides(care: Care, ticket: int) -> list[str]:
    """What the card says of it: ids of sentences."""
    record, agents = await care.record(ticket), await care.storage.reader.agents()
    card = ticket_card(care.desk.scene(record, agents, care.hours.business()))
    said = [getattr(block, "said", None) for block in card.blocks]
    return [each.id for each in said if each is not None and each.id.startswith("aside-handover")]


async def test_who_has_it_is_told_once_and_then_it_is_given_up(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await care.did("ben", "claim", ticket)
    await invites(care, ticket)
    assert await asides(care, ticket) == ["aside-handover"]
    seen = []
    for hours in (23, 24, 48, 71, 72, 100):
        await passes(care, hours)
        seen.append(await told(care, ticket))
    assert seen == [[], [NUDGED], [NUDGED], [NUDGED], [NUDGED, GIVEN_UP], [NUDGED, GIVEN_UP]]
    told_in = care.sql(
        'SELECT what, "to", entry.name FROM delivery JOIN entry ON entry.id = delivery.entry'
        " WHERE entry.rule = 'dm_handover' ORDER BY delivery.id"
    )
    assert told_in == [
        ("event", "care-global", "Alerted"),
        ("event", "care-global", "HandoverAbandoned"),
    ]
    assert await asides(care, ticket) == ["aside-handover-abandoned"]
    assert await outcome(care, ticket) == (Outcome.LAPSED, None)
    assert not await differs(care, ticket, WATCHED)


async def test_a_ticket_that_nobody_has_is_told_of_in_the_room(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    await passes(care, 24)
    assert ("alert", "care-global", "Alerted") in care.sql(
        'SELECT what, "to", entry.name FROM delivery JOIN entry ON entry.id = delivery.entry'
        " WHERE entry.rule = 'dm_handover'"
    )


async def test_after_downtime_it_is_given_up_and_nobody_is_told_before(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    await passes(care, 100)
    assert await told(care, ticket) == [replace(NUDGED, superseded=True), GIVEN_UP]


async def test_what_waits_for_an_opening_waits_for_that_of_a_changed_calendar(care: Care) -> None:
    tuesday = NOON.date() + 24 * HOUR
    days = dict.fromkeys(range(7), (Window(9 * 60, 12 * 60 + 1),))
    office = Calendar("office", "Asia/Tokyo", days)
    queue = replace(
        WATCHED.queues["global"],
        calendar=office,
        dm_handover=Handover(2 * 3600, 100 * 3600),
    )
    policy = replace(WATCHED, queues={**WATCHED.queues, "global": queue})
    await care.desk.adopt(policy)
    ticket = await care.opens(thread="t")
    await invites(care, ticket)  # told of at 14:00, which waits for Tuesday, 9:00
    closed = replace(office, holidays=frozenset({tuesday}))
    await care.desk.adopt(
        replace(policy, queues={**policy.queues, "global": replace(queue, calendar=closed)})
    )
    seen = []
    for hours in (22, 45):
        await passes(care, hours)
        seen.append([each.planned_at for each in await told(care, ticket)])
    assert seen == [[], [NOON + 45 * HOUR]]


async def test_a_direct_message_that_joins_opens_it(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    care.hours.jump(2 * HOUR)
    await care.hears(dm(at=care.hours.transport() + 2 * HOUR))
    await passes(care, 100)
    assert (await told(care, ticket), await asides(care, ticket)) == ([], [])
    assert (await outcome(care, ticket))[0] is Outcome.MET
    assert not await differs(care, ticket, WATCHED)


async def test_a_direct_message_to_another_ticket_opens_it_and_says_where(care: Care) -> None:
    await care.hears(dm("About another thing"))
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    await care.hears(dm("Here I am", at=care.hours.transport()), dm("Hello?"))
    assert await told(care, ticket) == [HandoverOpened(1, NOON)]
    assert await outcome(care, ticket) == (Outcome.MET, 0)
    assert await asides(care, ticket) == []
    assert not await differs(care, ticket, WATCHED)


async def test_a_direct_message_that_opens_a_ticket_opens_it_and_links_both(care: Care) -> None:
    brief = replace(WATCHED.queues["global"], reopen_window=HOUR)
    policy = replace(WATCHED, queues={**WATCHED.queues, "global": brief})
    await care.desk.adopt(policy)
    old = await care.opens(dm("About another thing"))
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    care.hours.jump(HOUR)
    await care.did("ben", "close", old, fields={"reason": "resolved"})
    care.hours.jump(2 * HOUR)
    new = await care.opens(dm("Here I am", at=care.hours.transport() + 3 * HOUR))
    assert new not in {old, ticket}
    assert await told(care, ticket) == [HandoverOpened(new, NOON + 3 * HOUR)]
    assert await outcome(care, ticket) == (Outcome.MET, 3 * 3600)
    links = [(await care.ticket(each)).links for each in (old, ticket, new)]
    assert links == [(), (new,), (ticket,)]
    assert (await care.log(ticket))[-1] == Linked(new, None)
    for each in (ticket, new):
        assert not await differs(care, each, policy)


async def test_a_direct_message_opens_all_that_wait_for_it(care: Care) -> None:
    tickets = [await care.opens(thread="t"), await care.opens(thread="t-2")]
    for each in tickets:
        await invites(care, each)
        care.hours.jump(HOUR)
    other = await care.opens(wrote(thread="t-3", who="leo"))
    await invites(care, other)
    await care.hears(dm(at=NOON + 2 * HOUR))
    assert [await outcome(care, each) for each in (*tickets, other)] == [
        (Outcome.MET, 2 * 3600),
        (Outcome.MET, 3600),
        (None, None),
    ]
    assert await told(care, tickets[0]) == [HandoverOpened(tickets[1], NOON + 2 * HOUR)]
    assert not await differs(care, tickets[0], WATCHED)


async def test_what_was_on_its_way_before_the_invitation_opens_nothing(care: Care) -> None:
    await care.hears(dm("About another thing"))
    ticket = await care.opens(thread="t")
    care.hours.jump(HOUR)
    await invites(care, ticket)
    await care.hears(dm("Hello?", at=NOON - HOUR))  # noon, as business time counts by now
    assert (await told(care, ticket), await outcome(care, ticket)) == ([], (None, None))


async def test_a_merged_ticket_is_waited_for_in_the_one_that_it_went_into(care: Care) -> None:
    ticket = await care.opens(thread="t")
    into = await care.opens(thread="t-2")
    await invites(care, ticket)
    await care.did("ben", "merge", ticket, str(into))
    assert (await outcome(care, ticket), await outcome(care, into)) == (
        (Outcome.WAIVED, None),
        (None, None),
    )
    assert await asides(care, into) == ["aside-handover"]
    care.hours.jump(2 * HOUR)
    await care.hears(dm(at=care.hours.transport() + 2 * HOUR))
    await care.did("ben", "unmerge", ticket)
    opened = (Outcome.MET, 2 * 3600)
    assert (await outcome(care, ticket), await outcome(care, into)) == (opened, opened)
    for each in (ticket, into):
        assert not await differs(care, each, WATCHED)


async def test_what_the_customer_writes_in_public_opens_nothing(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    await care.hears(wrote("Why?", thread="t"), dm("Not me", who="leo"))
    assert await outcome(care, ticket) == (None, None)


async def test_a_closed_ticket_is_given_up_by_nobody(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    await passes(care, 100)
    assert (await told(care, ticket), await asides(care, ticket)) == ([], [])
    assert (await outcome(care, ticket))[0] is Outcome.WAIVED
    await happened(care, ticket, Reopened(ReopenCause.AGENT, 1))
    assert await asides(care, ticket) == ["aside-handover-abandoned"]


async def test_without_the_key_invitations_are_not_watched(care: Care) -> None:
    await care.desk.adopt(POLICY)
    ticket = await care.opens(thread="t")
    await invites(care, ticket)
    await passes(care, 100)
    assert (await told(care, ticket), await asides(care, ticket)) == ([], [])
