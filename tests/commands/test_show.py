"""show."""

from datetime import timedelta

import pytest

from chatops.call import Answer, Done
from chatops.meant import help_line
from chatops.text import Summons, text
from chatops.ticket import Refusal
from tests.commands.conftest import Team, in_words


@pytest.mark.anyio
async def test_it_shows_words_and_log(team: Team) -> None:
    await team.wrote("Jo", "My parcel is not here")
    await team.ask("aoi", "claim", "1")
    await team.ask("aoi", "note", "1 Look at the depot")
    await team.ask("aoi", "assign", "1 maya")
    await team.ask("maya", "escalate", "1 specialists It leaks")
    await team.ask("maya", "snooze", "1 1h")
    await team.ask("maya", "snooze", "1 customer")
    await team.ask("maya", "close", "1 spam")
    said = await team.shown("ken", "show", "#1")
    assert "#1 · X mention from Jo" in said
    assert "> Look at the depot" in said
    assert "opened" in said
    for told in (
        "#1 · claimed",
        "#1 · assigned to #2",
        "#2 · escalated to specialists",
        "#2 · Snoozed until Thu 1 Oct 16:30 (for later)",
        "#2 · Snoozed until the customer answers (waiting for the customer)",
        "#2 · closed: spam",
    ):
        assert told in said


@pytest.mark.anyio
async def test_what_came_a_day_late_has_no_clock_to_explain(team: Team) -> None:
    await team.wrote("Jo", "My parcel is not here", team.clock.now - timedelta(days=2))
    said = await team.shown("ken", "show", "#1")
    assert ("My parcel is not here" in said, "Why this due time" in said) == (True, False)


@pytest.mark.anyio
async def test_in_a_ticket_s_thread_it_shows_that_ticket(team: Team) -> None:
    await team.wrote("Jo", "My parcel is not here")
    assert isinstance(await team.ask("aoi", "show", ticket=1), Answer)
    assert await team.ask("aoi", "show") == Refusal(
        text("which-ticket", line=help_line("show", Summons("care")))
    )


@pytest.mark.anyio
async def test_a_ticket_of_another_queue_is_as_unknown_as_none(team: Team) -> None:
    await team.wrote("Jo", "My parcel is not here")
    assert await team.ask("gus", "show", "1") == Refusal(text("unknown-ticket", ticket=1))
    assert await team.ask("gus", "show", "2") == Refusal(text("unknown-ticket", ticket=2))


@pytest.mark.anyio
async def test_it_leads_on_to_the_customer_and_the_transcript(team: Team) -> None:
    await team.wrote("Jo", "My parcel is not here")
    answer = await team.ask("aoi", "show", "1")
    assert isinstance(answer, Answer)
    for button in answer.card.menu[-2:]:
        assert isinstance(await team.ask("aoi", button.command, ticket=1), Answer)


@pytest.mark.anyio
async def test_who_has_muted_the_ticket_is_told_and_offered_to_be_called_again(team: Team) -> None:
    await team.wrote("Jo", "My parcel is not here")
    for line, quiet in (("mute", True), ("unmute", False)):
        assert isinstance(await team.ask("aoi", line, "1"), Done)
        for name in ("aoi", "maya"):
            answer = await team.ask(name, "show", "1")
            assert isinstance(answer, Answer)
            muted = quiet and name == "aoi"
            assert ("does not call you" in in_words(answer.card)) == muted
            offered = {button.command for button in answer.card.menu}
            assert offered & {"mute", "unmute"} == ({"unmute"} if muted else {"mute"})
