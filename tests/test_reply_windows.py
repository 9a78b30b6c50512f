"""A network that takes replies for some time only: what cards, commands and the tick make of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from care import GLOBAL, NOON, POLICY, Care, Hours, cared_for, refused, wrote
from test_alerts import lists
from test_joining import happened, invites
from test_refolding import differs

from chatops.calendar import Calendar, Window
from chatops.card import Form
from chatops.cards.ticket_card import ticket_card
from chatops.channel import Echo
from chatops.event import (
    Alerted,
    AlertLevel,
    ClockKind,
    Kind,
    Prioritized,
    Priority,
    WindowClosed,
)
from chatops.sla import Outcome
from chatops.ticket import Refusal

pytestmark = [pytest.mark.anyio, pytest.mark.databases]

DAY: Final = timedelta(hours=24)
AOZORA: Final = replace(POLICY.accounts["aozora"], reply_window=DAY)
WINDOWED: Final = replace(POLICY, accounts={**POLICY.accounts, "aozora": AOZORA})


@pytest.fixture
async def care(tmp_path: Path, empty_database: Path | str, hours: Hours) -> AsyncIterator[Care]:
    async with cared_for(tmp_path, empty_database, hours, WINDOWED) as one:
        yield one


def dm(care: Care, text: str = "Here is my order number") -> Any:
    return wrote(text, kind=Kind.DM, private=True, thread="dm", at=care.hours.transport())


async def passes(care: Care, hours: float, seconds: int = 0) -> None:
    """Turn business time to so long after noon; two ticks do what one does."""
    care.hours.jump(NOON + timedelta(hours=hours, seconds=seconds) - care.hours.business())
    await care.timer.tick()
    await care.timer.tick()


async def watched(care: Care, ticket: int) -> list[Any]:
    log = await care.log(ticket)
    told = [each for each in log if isinstance(each, Alerted | WindowClosed)]
    return [each for each in told if getattr(each, "clock", None) is not ClockKind.FIRST_RESPONSE]


async def shown(care: Care, ticket: int) -> tuple[list[str], list[str]]:
    """What the card says of the window, and its buttons: ids of sentences."""
    record, agents = await care.record(ticket), await care.storage.reader.agents()
    card = ticket_card(care.desk.scene(record, agents, care.hours.business()))
    said = [value.id for block in card.blocks for _, value in getattr(block, "pairs", ())]
    return [id for id in said if id.startswith("window")], [each.label.id for each in card.buttons]


async def opens_form(care: Care, ticket: int) -> Any:
    return await care.does("ben", "reply", ticket)


SOON: Final = Alerted(AlertLevel.DUE_SOON, NOON + timedelta(hours=18), ClockKind.REPLY_WINDOW, 1)


async def test_it_is_warned_of_once_closes_by_itself_and_opens_with_the_next_message(
    care: Care,
) -> None:
    ticket = await care.opens(dm(care))
    await care.did("ben", "claim", ticket)
    assert await shown(care, ticket) == (
        ["window-closes"],
        ["button-reply", "button-snooze", "button-escalate", "button-close"],
    )
    await passes(care, 18, 1)
    assert await watched(care, ticket) == [SOON]
    assert (await shown(care, ticket))[0] == ["window-closes-soon"]
    assert care.due("event") == [("event", "care-global", "pending")]
    await passes(care, 24)
    assert isinstance(await opens_form(care, ticket), Form)
    before = await care.ticket(ticket)
    await passes(care, 24, 1)
    closed = WindowClosed(NOON + DAY)
    assert await watched(care, ticket) == [SOON, closed]
    assert (await care.ticket(ticket)).revision == before.revision + 1
    assert await shown(care, ticket) == (
        ["window-closed"],
        ["button-no-reply", "button-snooze", "button-escalate", "button-close"],
    )
    assert refused(await opens_form(care, ticket)) == "reply-window-closed"
    sends = care.does("ben", "reply", ticket, fields={"text": "On its way."})
    assert refused(await sends) == "reply-window-closed"
    await care.hears(dm(care, "Hello?"))
    assert (await shown(care, ticket))[0] == ["window-closes"]
    await care.replies("ben", ticket)
    assert await watched(care, ticket) == [SOON, closed]
    entries = await care.storage.reader.entries(ticket)
    assert [each.rule for each in entries if each.event == closed] == ["reply_window"]
    assert not await differs(care, ticket, WINDOWED)


async def test_the_ticket_refuses_before_anybody_has_looked(care: Care) -> None:
    """Whatever a card still offers, and whoever has a form open since before."""
    ticket = await care.opens(dm(care))
    care.hours.jump(DAY + timedelta(seconds=1))
    sends = care.does("ben", "reply", ticket, fields={"text": "On its way."})
    assert refused(await sends) == "reply-window-closed"
    typing = care.call("ben", "reply", ticket, fields={"text": "On its w"})
    assert isinstance(await care.desk.form(typing), Form)
    assert care.count("message") == 1


async def test_it_is_no_promise(care: Care) -> None:
    ticket = await care.opens(dm(care))
    await passes(care, 30)
    start, end = NOON, NOON + timedelta(hours=30)
    measures = await care.storage.reader.measures(["global"], start, end)
    clocks = await care.storage.work.transact(lambda tx: tx.clocks(ticket))
    window = clocks[ClockKind.REPLY_WINDOW, 1]
    assert (window.outcome, window.breached_at) == (Outcome.LAPSED, None)
    kept = {kind: (each.met, each.breached) for kind, each in measures.kept.items()}
    assert kept.pop(ClockKind.FIRST_RESPONSE) == (0, 1)
    assert {*kept.values()} == {(0, 0)}
    late = await care.storage.reader.breaches(["global"], start, end)
    assert [each.clock.kind for each in late] == [ClockKind.FIRST_RESPONSE]


async def test_after_our_reply_nobody_is_warned_and_the_card_says_when_it_is_over(
    care: Care,
) -> None:
    ticket = await care.opens(dm(care))
    await care.did("ben", "claim", ticket)
    await answered(care)
    await passes(care, 23)
    assert await watched(care, ticket) == []
    await passes(care, 25)
    assert await watched(care, ticket) == [WindowClosed(NOON + DAY)]
    assert (await shown(care, ticket))[0] == ["window-closed"]


async def answered(care: Care) -> None:
    at = care.hours.transport()
    echo = Echo("aozora", "e1", "dm", "Here it is", at, private=True)
    await care.hears(echo)


async def test_after_downtime_nobody_is_warned_of_what_is_over(care: Care) -> None:
    ticket = await care.opens(dm(care))
    await passes(care, 40)
    assert await watched(care, ticket) == [WindowClosed(NOON + DAY)]


async def test_a_closed_ticket_is_left_alone_and_reopened_it_closes_in_its_time(
    care: Care,
) -> None:
    ticket = await care.opens(dm(care))
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    await passes(care, 20)
    assert await watched(care, ticket) == []
    await care.did("ben", "reopen", ticket)
    assert (await shown(care, ticket))[0] == ["window-closes"]
    await passes(care, 25)
    assert WindowClosed(NOON + DAY) in await watched(care, ticket)
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    await care.did("ben", "reopen", ticket)
    await passes(care, 30)
    assert (await watched(care, ticket)).count(WindowClosed(NOON + DAY)) == 1


async def test_a_ticket_that_becomes_urgent_is_warned_of_by_night(care: Care) -> None:
    days = Calendar("days", "Asia/Tokyo", dict.fromkeys(range(5), (Window(540, 1080),)))
    queues = {**WINDOWED.queues, "global": replace(GLOBAL, calendar=days)}
    await care.desk.adopt(replace(WINDOWED, queues=queues))
    ticket = await care.opens(dm(care))
    await happened(care, ticket, Prioritized(Priority.URGENT, care.agents["ben"].id))
    await passes(care, 18, seconds=1)  # at six in the morning
    assert SOON in await care.log(ticket)


async def test_a_public_message_is_answered_at_any_time(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await passes(care, 100)
    assert (await shown(care, ticket))[0] == []
    await care.replies("ben", ticket)


async def test_who_came_from_a_public_ticket_can_be_answered_there(care: Care) -> None:
    ticket = await care.opens(thread="t", url="https://chirp.example/1")
    await invites(care, ticket)
    await care.hears(dm(care))
    await passes(care, 25)
    outcome = await opens_form(care, ticket)
    assert refused(outcome) == "reply-window-closed-public"
    assert isinstance(outcome, Refusal)
    assert dict(outcome.said.args)["link"].url == "https://chirp.example/1"  # type: ignore[union-attr] # a link
    await care.hears(wrote("In public, then", thread="t", at=care.hours.transport()))
    await care.replies("ben", ticket)


async def test_parted_from_another_it_has_the_window_of_its_own_messages(care: Care) -> None:
    await care.hears(dm(care))
    second = await care.opens(thread="b")
    await care.did("ben", "merge", second, fields={"into": "1"})
    await care.hears(wrote("Any news?", thread="b"))
    assert (await care.ticket(1)).reply_until is None
    await care.did("ben", "unmerge", second)
    assert (await care.ticket(1)).reply_until == NOON + DAY
    await passes(care, 25)
    assert refused(await opens_form(care, 1)) == "reply-window-closed"


async def test_many_that_close_soon_are_one_list(care: Care) -> None:
    await care.hears(
        *(
            wrote(
                kind=Kind.DM, private=True, thread=f"dm{n}", who=f"w{n}", at=care.hours.transport()
            )
            for n in range(4)
        )
    )
    for hours in (2, 6, 18.01):  # the first responses are late before
        await passes(care, hours)
    newest = lists(care, "care-global")[-1]
    soon = [line for line in newest if "the reply window closes Tue 2 Jun 12:00 (nobody)" in line]
    assert len(soon) == 4
