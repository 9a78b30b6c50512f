"""Many customers under one post: one card with a count, and a line each, until somebody acts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from care import GLOBAL, JAPAN, POLICY, Care, Hours, cared_for, refused, wrote

from chatops.arrival.terms import Terms
from chatops.event import (
    Assigned,
    Claimed,
    CloseReason,
    CustomerWrote,
    Event,
    Kind,
    LinkSuggested,
    Opened,
)
from chatops.policy import BurstRule, RoutingRule
from chatops.step import fold
from chatops.ticket import Status

pytestmark = pytest.mark.anyio

RULE = BurstRule(tickets=2, within=timedelta(minutes=10))
BUSY = replace(
    POLICY,
    queues={"global": replace(GLOBAL, burst=RULE), "japan": replace(JAPAN, burst=RULE)},
)


@pytest.fixture
async def care(tmp_path: Path, empty_database: Path, hours: Hours) -> AsyncIterator[Care]:
    async with cared_for(tmp_path, empty_database, hours, BUSY) as one:
        yield one


async def crowd(care: Care, count: int, **given: object) -> list[int]:
    """Let so many customers write under one post; the tickets."""
    first = care.count("customer")
    return [
        await care.opens(**{"who": f"c{first + n}", "thread": "post", **given})  # type: ignore[arg-type]
        for n in range(count)
    ]


async def bursts(care: Care, *tickets: int) -> list[int | None]:
    return [(await care.ticket(id)).burst for id in tickets]


async def test_the_first_have_cards_and_the_next_ones_are_lines(care: Care) -> None:
    await crowd(care, 4)
    assert care.due() == [
        ("card", "care-global", "pending"),
        ("card", "care-global", "pending"),
        ("burst", "care-global", "pending"),
        ("line", "care-global", "pending"),
        ("line", "care-global", "pending"),
    ]
    assert await bursts(care, 1, 2, 3, 4) == [None, None, 1, 1]
    assert care.sql("SELECT account, thread_key, queue, message, earlier FROM burst") == [
        ("aozora", "post", "global", 3, 2)
    ]


async def test_each_ticket_equals_the_fold_of_its_events(care: Care) -> None:
    await crowd(care, 4)
    await care.did("ben", "claim", 3)
    for id in (1, 2, 3, 4):
        log = [(entry.event, entry.at) for entry in await care.storage.reader.entries(id)]
        assert fold(id, log) == await care.ticket(id)


async def test_what_counts_is_when_customers_wrote(care: Care) -> None:
    began = care.hours.transport()
    slow = [began - timedelta(minutes=9 * n) for n in range(5, 0, -1)]
    for n, at in enumerate(slow):  # an hour's messages, all at once after an interruption
        await care.opens(who=f"slow{n}", thread="slow", at=at)
    assert care.count("burst") == 0
    await crowd(care, 3)
    assert care.count("burst") == 1


async def test_a_burst_ends_when_none_has_come_for_as_long(care: Care) -> None:
    lines = (await crowd(care, 3))[2:]
    for _ in range(3):  # slower than it began, and without a pause
        await care.hours.turn(8 * 60)
        lines += await crowd(care, 1)
    assert await bursts(care, *lines) == [1, 1, 1, 1]
    await care.hours.turn(11 * 60)
    assert await bursts(care, *await crowd(care, 3)) == [None, None, 2]


@pytest.mark.parametrize(
    "given",
    [
        {"private": True, "kind": Kind.DM},
        {"thread": None},
        {"text": "a giveaway"},
    ],
)
async def test_what_makes_no_burst(care: Care, given: dict[str, object]) -> None:
    quiet = RoutingRule("giveaways", words=Terms(("giveaway",)), quiet=True)
    await care.desk.adopt(replace(BUSY, routing=(quiet,), sample=0))
    await crowd(care, 5, **given)
    assert care.count("burst") == 0


async def test_bursts_can_be_switched_off(care: Care) -> None:
    await care.desk.adopt(replace(BUSY, queues={"global": replace(GLOBAL, burst=None)}))
    await crowd(care, 5)
    assert (care.count("burst"), len(care.due("card"))) == (0, 5)


async def test_each_queue_has_a_burst_of_its_own(care: Care) -> None:
    await care.desk.adopt(
        replace(BUSY, routing=(RoutingRule("ja", languages=("ja",), queue="japan"),))
    )
    mixed = [
        ticket
        for words in ("日本語です", "English") * 3
        for ticket in await crowd(care, 1, text=words)
    ]
    assert await bursts(care, *mixed) == [None, None, None, None, 1, 2]
    assert care.due("burst", "line") == [
        (what, room, "pending")
        for room in ("care-japan", "care-global")
        for what in ("burst", "line")
    ]


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("claim", {}),
        ("card", {}),
        ("note", {"text": "A regular"}),
        ("reply", {"text": "On its way."}),
        ("escalate", {"target": "specialists", "reason": "beyond us"}),
        ("move", {"queue": "japan"}),
    ],
)
async def test_who_works_a_ticket_gives_it_a_card(
    care: Care, command: str, fields: dict[str, str]
) -> None:
    line = (await crowd(care, 3))[2]
    await care.did("ben", command, line, fields=fields)
    ticket = await care.ticket(line)
    assert (ticket.burst, ticket.lined) == (1, False)
    rooms = {"escalate": ["care-global", "care-escalation"], "move": ["care-japan"]}
    assert await care.storage.work.transact(lambda tx: tx.rooms_of(line)) == rooms.get(
        command, ["care-global"]
    )


async def test_late_ticket_gets_a_card_and_an_alert(care: Care) -> None:
    line = (await crowd(care, 3))[2]
    care.hours.jump(timedelta(minutes=61))
    assert await care.timer.tick() == 3
    assert (await care.ticket(line)).lined is False
    assert len(care.due("card")) == 3


async def test_a_ticket_with_a_card_is_not_opened_again(care: Care) -> None:
    first, _, line = await crowd(care, 3)
    assert refused(await care.does("ben", "card", first)) == "not-in-burst"
    await care.did("ben", "card", line)
    assert refused(await care.does("ben", "card", line)) == "not-in-burst"


async def test_closed_as_a_line_it_needs_no_card(care: Care) -> None:
    line = (await crowd(care, 3))[2]
    await care.did("ben", "close", line, fields={"reason": CloseReason.SPAM.value})
    ticket = await care.ticket(line)
    assert (ticket.status, ticket.lined) == (Status.CLOSED, True)


async def test_assigned_in_turn_it_stays_a_line(care: Care) -> None:
    for name in ("ben", "kim"):
        await care.did(name, "on")
    *_, line = await crowd(care, 3, account="aozora_ja")
    events = await care.log(line)
    assert [type(event) for event in events] == [Opened, CustomerWrote, Assigned]
    assert (await care.ticket(line)).lined is True
    assert len(care.due("card")) == 2


async def lines_in(care: Care, ticket: int) -> list[str]:
    """The words that are on their way into a ticket's thread, in order."""
    rows = care.sql(
        "SELECT text FROM delivery JOIN message ON message.id = delivery.message"
        " WHERE what = 'message' AND delivery.ticket = ? ORDER BY delivery.id",
        ticket,
    )
    return [text for (text,) in rows]


async def test_thread_of_its_card_holds_what_was_said_before(care: Care) -> None:
    line = (await crowd(care, 3))[2]
    await care.hears(wrote("And where is the pole?", who="c2", thread="post"))
    assert (await care.ticket(line)).lined is True
    assert await lines_in(care, line) == []
    await care.did("ben", "note", line, fields={"text": "A regular"})
    assert await lines_in(care, line) == ["And where is the pole?", "A regular"]


async def test_reply_stands_in_the_thread_of_its_card_once(care: Care) -> None:
    line = (await crowd(care, 3))[2]
    await care.replies("ben", line, "On its way.")
    assert await lines_in(care, line) == ["On its way."]


async def test_long_opening_goes_on_in_the_thread_of_its_card(care: Care) -> None:
    *_, line = await crowd(care, 3, text="w" * 1300)
    assert await lines_in(care, line) == []
    await care.did("ben", "claim", line)
    assert await lines_in(care, line) == ["w" * 1300]


async def test_customer_who_comes_back_gets_a_card_with_each_message_once(care: Care) -> None:
    """Whoever had it by turns is off meanwhile: it goes back to the room, and calls nobody."""
    await care.did("kim", "on")
    *_, line = await crowd(care, 3, account="aozora_ja")
    await care.did("kim", "close", line, fields={"reason": "no_reply_needed"})
    await care.did("kim", "off")
    await care.hears(wrote("Hello?", who="c2", thread="post", account="aozora_ja"))
    ticket = await care.ticket(line)
    assert (ticket.status, ticket.assignee, ticket.lined) == (Status.OPEN, None, False)
    assert await lines_in(care, line) == ["Hello?"]


async def test_question_who_it_is_comes_with_the_card(care: Care) -> None:
    await care.opens(who="c3", account="quiet")  # on another network, under the same handle
    line = (await crowd(care, 3))[2]
    assert (await care.ticket(line)).lined is True
    assert care.due("event") == []
    await care.did("ben", "claim", line)
    assert care.due("event") == [("event", "care-global", "pending")]
    assert isinstance((await care.log(line))[2], LinkSuggested)


async def test_claimed_by_two_it_is_the_first_ones(care: Care) -> None:
    line = (await crowd(care, 3))[2]
    await care.did("ben", "claim", line)
    assert refused(await care.does("maya", "claim", line)) == "already-claimed"
    events: list[Event] = await care.log(line)
    assert events[-1] == Claimed(care.agents["ben"].id)


async def test_burst_is_counted_when_its_tickets_change(care: Care) -> None:
    *_, line, other = await crowd(care, 4)
    wanted = "SELECT wanted FROM delivery WHERE what = 'burst'"
    before = care.sql(wanted)[0][0]
    await care.did("ben", "claim", line)
    await care.did("ben", "tag", line, fields={"tags": "vip"})
    await care.did("ben", "close", other, fields={"reason": "spam"})
    assert care.sql(wanted)[0][0] == before + 2
    burst = await care.storage.work.transact(lambda tx: tx.burst(1))
    assert burst is not None
    assert (burst.tickets, burst.unclaimed, burst.closed) == (2, 0, 1)
