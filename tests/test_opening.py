"""New tickets as app.yaml's rules have them: shown, quiet and counted, sampled, and compared."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from care import NOON, POLICY, Care, Hours, cared_for, wrote

from chatops.arrival.routing import SAMPLE, is_sample
from chatops.arrival.terms import Terms
from chatops.cards.ticket_card import CARD_EXCERPT
from chatops.channel import Author, Edited
from chatops.event import (
    CustomerWrote,
    Kind,
    LinkDismissed,
    LinkSuggested,
    Opened,
    Priority,
    ReopenCause,
    Reopened,
)
from chatops.policy import RoutingRule
from chatops.ports import TicketFilter
from chatops.ticket import Status

pytestmark = pytest.mark.anyio

PRESS = RoutingRule(
    "press", words=Terms(("press",)), queue="japan", priority=Priority.HIGH, tags=("press",)
)
CHATTER = RoutingRule("chatter", words=Terms(("lol",)), tags=("chatter",), quiet=True)
ROUTED = replace(POLICY, routing=(PRESS, CHATTER), sample=0)


@pytest.fixture
async def routed(tmp_path: Path, empty_database: Path, hours: Hours) -> AsyncIterator[Care]:
    async with cared_for(tmp_path, empty_database, hours, ROUTED) as one:
        yield one


async def rules_of(care: Care, ticket: int) -> list[tuple[str, str | None]]:
    entries = await care.storage.reader.entries(ticket)
    return [(type(entry.event).__name__, entry.rule) for entry in entries]


async def test_rule_sends_a_ticket_elsewhere_and_stands_in_the_log(routed: Care) -> None:
    ticket = await routed.ticket(await routed.opens(text="I write for the press"))
    assert (ticket.queue, ticket.priority, ticket.tags) == ("japan", Priority.HIGH, ("press",))
    assert (ticket.rule, ticket.quiet) == ("press", False)
    assert (await rules_of(routed, ticket.id))[0] == ("Opened", "press")
    assert routed.due() == [("card", "care-japan", "pending")]


async def test_without_a_rule_the_account_decides(routed: Care) -> None:
    ticket = await routed.opens()
    assert (await routed.ticket(ticket)).rule is None
    assert (await rules_of(routed, ticket))[0] == ("Opened", "account")


async def test_edit_that_came_first_is_what_is_routed(routed: Care) -> None:
    message = wrote("hello")
    await routed.hears(Edited("aozora", message.external_id, "press inquiry", NOON))
    assert (await routed.ticket(await routed.opens(message))).rule == "press"


# --- the quiet list


async def test_quiet_ticket_gets_no_card_no_clock_and_nobodys_turn(routed: Care) -> None:
    await routed.did("kim", "on")
    ticket = await routed.opens(text="lol " * CARD_EXCERPT, account="aozora_ja")
    record = await routed.record(ticket)
    found = record.ticket
    assert (found.quiet, found.status, found.rule) == (True, Status.CLOSED, "chatter")
    assert (found.assignee, found.tags, record.clock) == (None, ("chatter",), None)
    assert routed.due() == []
    assert [type(event) for event in await routed.log(ticket)] == [Opened, CustomerWrote]


async def test_quiet_tickets_are_counted_and_listed_by_themselves(routed: Care) -> None:
    for _ in range(3):
        await routed.opens(text="lol")
    await routed.opens(text="Where is it?")
    reader = routed.storage.reader
    counted = await reader.quiet_counts(("global",), NOON, NOON + timedelta(days=1))
    assert counted == {"chatter": 3}
    assert routed.desk.taken == {"quiet": 3, "opened": 1}
    quiet, _ = await reader.listed(TicketFilter(queues=("global",), quiet=True))
    others, _ = await reader.listed(TicketFilter(queues=("global",)))
    assert ([len(quiet), len(others)]) == [3, 1]


async def test_more_of_the_same_stays_quiet(routed: Care) -> None:
    ticket = await routed.opens(text="lol", thread="t")
    await routed.hears(wrote("lol again", thread="t"))
    assert (await routed.ticket(ticket)).quiet
    assert (await routed.log(ticket))[-1] == CustomerWrote(2, can_reply=True)
    assert routed.due() == []
    assert (routed.count("ticket"), routed.desk.taken) == (1, {"quiet": 2})


async def test_thanks_stay_quiet(routed: Care) -> None:
    ticket = await routed.opens(text="lol", thread="t")
    await routed.hears(wrote("Thank you!", thread="t"))
    assert (await routed.ticket(ticket)).quiet


async def test_what_asks_for_something_brings_the_ticket_out_with_a_card(routed: Care) -> None:
    await routed.did("kim", "on")
    ticket = await routed.opens(text="lol", thread="t", account="aozora_ja")
    routed.hours.jump(timedelta(hours=1))
    later = wrote("Where is my parcel?", thread="t", account="aozora_ja")
    await routed.hears(later)
    record = await routed.record(ticket)
    found = record.ticket
    assert (found.quiet, found.status, found.close_reason) == (False, Status.OPEN, None)
    assert found.assignee == routed.agents["kim"].id
    assert record.clock is not None
    assert record.clock.started_at == NOON + timedelta(hours=1)  # not when it was chatter
    assert Reopened(ReopenCause.CUSTOMER, None) in await routed.log(ticket)
    assert [what for what, _, _ in routed.due()] == ["card", "message", "event"]
    assert routed.desk.taken == {"quiet": 1, "opened": 1}


async def test_after_the_window_a_quiet_ticket_is_left_alone(routed: Care) -> None:
    await routed.opens(text="lol", thread="t")
    routed.hours.jump(timedelta(days=8))
    await routed.hears(wrote("Where is my parcel?", thread="t"))
    assert routed.count("ticket") == 2
    assert (await routed.ticket(1)).quiet


async def test_agent_takes_a_ticket_from_the_quiet_list(routed: Care) -> None:
    ticket = await routed.opens(text="lol")
    await routed.did("ben", "reopen", ticket)
    assert not (await routed.ticket(ticket)).quiet
    assert routed.due() == [("card", "care-global", "pending")]


async def test_long_words_that_were_quiet_go_on_in_the_thread(routed: Care) -> None:
    ticket = await routed.opens(text="lol " * CARD_EXCERPT)
    await routed.did("ben", "reopen", ticket)
    assert [what for what, _, _ in routed.due()] == ["card", "message"]


async def test_one_of_so_many_quiet_ones_is_shown(
    tmp_path: Path, empty_database: Path, hours: Hours
) -> None:
    async with cared_for(tmp_path, empty_database, hours, replace(ROUTED, sample=5)) as care:
        messages = [wrote("lol", external_id=f"sample-{n}") for n in range(40)]
        await care.hears(*messages)
        shown = [n for n in range(40) if is_sample(5, f"sample-{n}")]
        assert shown
        found = [await care.ticket(id) for id in range(1, 41)]
        assert [n for n, ticket in enumerate(found) if not ticket.quiet] == shown
        assert {ticket.tags for ticket in found if not ticket.quiet} == {("chatter", SAMPLE)}
        assert care.due() == [("card", "care-global", "pending")] * len(shown)
        assert care.desk.taken == {"quiet": 40 - len(shown), "sampled": len(shown)}


# --- the same person on another channel


def elsewhere(name: str = "mia", **more: object) -> object:
    author = Author(f"else-{name}", name, name.title(), 3)
    return wrote("Me again", account="quiet", author=author, **more)  # type: ignore[arg-type] # given by name


async def test_namesake_on_another_channel_is_suggested_and_not_linked(care: Care) -> None:
    first = await care.opens(wrote(who="mia"))
    second = await care.opens(elsewhere())  # type: ignore[arg-type] # a message
    assert LinkSuggested(first) in await care.log(second)
    assert ("LinkSuggested", "channel_hop") in await rules_of(care, second)
    assert (await care.ticket(second)).links == ()
    assert not any(isinstance(event, LinkSuggested) for event in await care.log(first))
    await care.hears(elsewhere(thread_key="t", kind=Kind.DM))
    assert [e for e in await care.log(second) if isinstance(e, LinkSuggested)] == [
        LinkSuggested(first)
    ]


@pytest.mark.parametrize("newer_says", [True, False])
async def test_who_is_known_to_be_somebody_else_is_not_suggested_again(
    care: Care, *, newer_says: bool
) -> None:
    first = await care.opens(wrote(who="mia"))
    second = await care.opens(elsewhere())  # type: ignore[arg-type] # a message
    here, other = (second, first) if newer_says else (first, second)
    await care.did("aoi", "apart", here, str(other))
    assert LinkDismissed(other, care.agents["aoi"].id) in await care.log(here)
    for again in (elsewhere(thread_key="t"), wrote(who="mia", thread_key="u")):
        third = await care.opens(again)  # type: ignore[arg-type] # a message
        assert not any(isinstance(event, LinkSuggested) for event in await care.log(third))
    # a third one of that name is somebody again
    author = Author("x-mia", "mia", "Mia", 3)
    new = await care.opens(wrote(author=author))
    assert any(isinstance(event, LinkSuggested) for event in await care.log(new))


@pytest.mark.parametrize("hours_later", [71, 73])
async def test_hop_is_one_within_72_hours(care: Care, hours_later: int) -> None:
    await care.opens(wrote(who="mia"))
    care.hours.jump(timedelta(hours=hours_later))
    second = await care.opens(elsewhere())  # type: ignore[arg-type] # a message
    suggested = any(isinstance(event, LinkSuggested) for event in await care.log(second))
    assert suggested is (hours_later == 71)


async def test_many_namesakes_are_not_one_person(care: Care) -> None:
    for n in range(4):
        author = Author(f"u-{n}", f"mia_{n}", "Mia", 3)
        await care.opens(wrote(author=author))
    second = await care.opens(elsewhere())  # type: ignore[arg-type] # a message
    assert not any(isinstance(event, LinkSuggested) for event in await care.log(second))
