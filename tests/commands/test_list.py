"""list."""

from datetime import timedelta

import pytest

from chatops.call import Answer
from chatops.text import text
from chatops.ticket import Refusal
from tests.commands.conftest import Team
from tests.scenes import NOW


@pytest.mark.anyio
async def test_unclaimed_tickets_can_be_claimed_from_the_list(team: Team) -> None:
    await team.wrote("Jo", "Where is it? " * 20)
    await team.wrote("Kim", "Hello", at=NOW - timedelta(hours=2))
    answer = await team.ask("aoi", "list", "unclaimed")
    assert isinstance(answer, Answer)
    assert [button.command for button in answer.card.buttons] == ["claim", "claim"]
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
    assert [(b.command, b.ticket) for b in answer.card.buttons] == [("show", 1)]


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
async def test_a_long_list_says_how_many_there_are(team: Team) -> None:
    for number in range(12):
        await team.wrote(f"Jo{number}", "Hello", at=NOW - timedelta(days=2))
    said = await team.shown("aoi", "list", "unclaimed")
    assert "nothing due" in said
    assert said.endswith("The 10 most urgent of 12.")


@pytest.mark.anyio
async def test_it_shows_only_queues_that_one_may_see(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    assert await team.shown("gus", "list", "unclaimed") == "Unclaimed tickets: 0"
    assert await team.ask("eve", "list") == Refusal(text("no-role"))
