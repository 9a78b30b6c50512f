"""claim: the first one wins, and the second is told who has it."""

import pytest

from chatops.call import Done
from chatops.meant import help_line
from chatops.text import Mention, Summons, text
from chatops.ticket import Refusal
from tests.commands.conftest import Team


@pytest.mark.anyio
async def test_the_first_claim_wins(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    assert await team.ask("aoi", "claim", "1") == Done(text("done-claim", ticket=1))
    aoi = await team.agent("aoi")
    refused = Refusal(text("already-claimed", ticket=1, agent=Mention(aoi.id)))
    assert await team.ask("maya", "担当", "＃１") == refused


@pytest.mark.anyio
async def test_without_the_role_or_the_ticket_nothing_is_claimed(team: Team) -> None:
    await team.wrote("Jo", "Where is it?")
    wanted = text("not-allowed", role=text("role-agent"), queue="japan")
    assert await team.ask("ken", "claim", "1") == Refusal(wanted)
    unknown = Refusal(text("unknown-ticket", ticket=1))
    assert await team.ask("eve", "claim", "1") == unknown
    assert await team.ask("aoi", "claim", "2") == Refusal(text("unknown-ticket", ticket=2))
    assert await team.ask("aoi", "claim") == Refusal(
        text("which-ticket", line=help_line("claim", Summons("care")))
    )
