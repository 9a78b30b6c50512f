"""why."""

from datetime import timedelta

import pytest

from chatops.call import Answer
from chatops.meant import help_line
from chatops.text import Summons, text
from chatops.ticket import Refusal
from tests.commands.conftest import Team

pytestmark = pytest.mark.anyio


async def test_it_says_what_is_left_and_of_what_that_is_made(team: Team) -> None:
    await team.wrote("Jo", "My parcel is not here")
    team.clock.offset = timedelta(minutes=20)
    assert await team.shown("ken", "why", "#1") == (
        "Why these due times: #1\n"
        "First response: 40 min of working time left; due Thu 1 Oct 16:30\n"
        "Thu 1 Oct 15:30 – Thu 1 Oct 15:50: 20 min (working time)\n"
        "= 20 min of 1 h"
    )


async def test_who_is_told_of_a_late_one_may_say_that_they_know(team: Team) -> None:
    await team.wrote("Jo", "My parcel is not here")
    offered = []
    for passed in (0, 90):
        team.clock.offset = timedelta(minutes=passed)
        await team.timer.tick()
        answer = await team.ask("aoi", "why", ticket=1)
        assert isinstance(answer, Answer)
        offered.append([button.command for button in answer.card.buttons])
    assert offered == [["show"], ["known", "show"]]


async def test_what_is_owed_leads(team: Team) -> None:
    await team.wrote("Jo", "My parcel is not here")
    await team.ask("maya", "close", "1 spam")
    said = await team.shown("aoi", "why", "1")
    assert said.splitlines()[1] == "First response: No answer was owed"


async def test_what_has_no_clock_or_is_not_to_be_seen_is_refused(team: Team) -> None:
    await team.wrote("Jo", "My parcel is not here", team.clock.now - timedelta(days=2))
    assert await team.ask("aoi", "why", "1") == Refusal(text("no-clock", ticket=1))
    assert await team.ask("gus", "why", "1") == Refusal(text("unknown-ticket", ticket=1))
    assert await team.ask("aoi", "why") == Refusal(
        text("which-ticket", line=help_line("why", Summons("care")))
    )
