"""help."""

import pytest

from chatops.text import text
from chatops.ticket import Refusal
from tests.commands.conftest import Team


@pytest.mark.anyio
async def test_it_lists_every_listed_command(team: Team) -> None:
    said = await team.shown("aoi", "help")
    assert "/care claim 42 – take a ticket" in said
    assert "sendnow" not in said
    assert said.endswith(
        "In a ticket’s thread, write ! before the command and leave the number out."
    )


@pytest.mark.anyio
async def test_it_explains_one_command_by_any_of_its_names(team: Team) -> None:
    for name in ("snooze", "スヌーズ"):
        said = await team.shown("aoi", "help", name)
        assert said.startswith("snooze\n/care snooze 42 1h")
        assert "claim" not in said


@pytest.mark.anyio
async def test_it_knows_no_other_command(team: Team) -> None:
    refused = Refusal(text("unknown-command", word="xyzzy", prefix="care"))
    assert await team.ask("aoi", "help", "xyzzy") == refused
