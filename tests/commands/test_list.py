"""list."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chatops.call import Answer, Done, Origin
from chatops.list_card import list_card
from chatops.policy import RoutingRule
from chatops.ports import MOST_COUNTED
from chatops.terms import Terms
from chatops.text import text
from chatops.ticket import Refusal
from tests.commands.conftest import Team, beside, in_words
from tests.scenes import NOW, call


@pytest.mark.anyio
async def test_unclaimed_tickets_can_be_claimed_from_the_list(team: Team) -> None:
    await team.wrote("Jo", "Where is it? " * 20)
    await team.wrote("Kim", "Hello", at=NOW - timedelta(hours=2))
    answer = await team.ask("aoi", "list", "unclaimed")
    assert isinstance(answer, Answer)
    assert [(b.command, b.ticket) for b in beside(answer.card)] == [("claim", 2), ("claim", 1)]
    said = (await team.shown("aoi", "一覧", "未担当")).splitlines()
    assert said[0] == "Unclaimed tickets: 2"
    assert said[1] == "#2 · Kim · mention · nobody · ⚠ late: due Thu 1 Oct 14:30"
    assert said[3] == "#1 · Jo · mention · nobody · due Thu 1 Oct 16:30"
    assert said[4].endswith("…")


@pytest.mark.anyio
async def test_mine_are_those_i_have(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    await team.wrote("Kim", "Hello")
    await team.ask("aoi", "claim", "1")
    said = await team.shown("aoi", "list")
    assert said.startswith("Your open tickets: 1\n#1 · Jo")
    answer = await team.ask("aoi", "list", "mine")
    assert isinstance(answer, Answer)
    assert [(b.command, b.ticket) for b in beside(answer.card)] == [("show", 1)]


@pytest.mark.anyio
async def test_snoozed_escalated_and_unread(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    await team.wrote("Kim", "Hello")
    await team.ask("aoi", "escalate", "2 specialists It leaks")
    await team.ask("aoi", "read", "2")
    assert "#2 · Kim" in await team.shown("aoi", "list", "escalated")
    assert "#1 · Jo" in await team.shown("aoi", "list", "unread")
    await team.ask("aoi", "snooze", "1 1h")
    assert "Snoozed tickets: 1\n#1 · Jo" in await team.shown("aoi", "list", "snoozed")


@pytest.mark.anyio
async def test_a_long_list_has_pages(team: Team) -> None:
    for number in range(12):
        await team.wrote(f"Jo{number}", "Hello", at=NOW - timedelta(days=2))
    first = await team.ask("aoi", "list", "unclaimed")
    assert isinstance(first, Answer)
    said = in_words(first.card)
    assert said.startswith("Unclaimed tickets: 12\n#1 ")
    assert "nothing due" in said
    assert said.endswith("Page 1 of 2")
    (following,) = first.card.buttons
    assert following.args == (("which", "unclaimed"), ("page", "2"))
    second = await team.ask("aoi", "list", fields=dict(following.args), origin=Origin.BUTTON)
    assert isinstance(second, Answer)
    assert in_words(second.card).count("#1") == 2  # 11 and 12
    assert [button.args[1] for button in second.card.buttons] == [("page", "1")]


@pytest.mark.anyio
async def test_page_that_is_gone_shows_the_last_one(team: Team) -> None:
    await team.wrote("Jo", "Hello")
    assert await team.shown("aoi", "list", "unclaimed 7") == await team.shown(
        "aoi", "list", "unclaimed"
    )
    refused = await team.ask("aoi", "list", "mine 0")
    assert isinstance(refused, Refusal)


@pytest.mark.anyio
async def test_empty_list_says_what_that_means(team: Team) -> None:
    said = await team.shown("aoi", "list")
    assert said == "Your open tickets: 0\nNothing is yours. “list unclaimed” shows what waits."


@pytest.mark.anyio
async def test_who_may_only_look_is_offered_the_details(team: Team) -> None:
    await team.wrote("Jo", "Hello")
    answer = await team.ask("ken", "list", "unclaimed")
    assert isinstance(answer, Answer)
    assert [b.command for b in beside(answer.card)] == ["show"]


@pytest.mark.anyio
async def test_quiet_tickets_name_their_rule_and_can_be_opened(team: Team) -> None:
    rule = RoutingRule("coupons", words=Terms(("coupon",)), quiet=True)
    team.desk.policy = replace(team.desk.policy, routing=(rule,), sample=0)
    await team.wrote("Jo", "Any coupon today?")
    answer = await team.ask("aoi", "list", "quiet")
    assert isinstance(answer, Answer)
    assert in_words(answer.card) == (
        "On the quiet list: 1\n"
        "#1 · Jo · mention · rule coupons · Thu 1 Oct 15:30\n"
        "> Any coupon today?"
    )
    (opens,) = beside(answer.card)
    assert (opens.command, opens.ticket) == ("reopen", 1)
    assert await team.ask("aoi", "reopen", "1") == Done(text("done-reopen", ticket=1))
    assert "On the quiet list: 0" in await team.shown("aoi", "list", "返信不要")
    assert "#1 · Jo" in await team.shown("aoi", "list", "unclaimed")


def test_what_storage_does_not_count_is_no_exact_number() -> None:
    card = list_card("quiet", (), MOST_COUNTED, 1, (), call("list"))
    assert in_words(card).startswith("On the quiet list: 1,000+\n")


@pytest.mark.anyio
async def test_it_shows_only_queues_that_one_may_see(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    assert (await team.shown("gus", "list", "unclaimed")).startswith("Unclaimed tickets: 0")
    assert await team.ask("eve", "list") == Refusal(text("no-role"))
