"""on and off: the shift."""

import pytest

from chatops.call import Done
from chatops.text import text
from chatops.ticket import Refusal
from tests.commands.conftest import Team


@pytest.mark.anyio
async def test_a_shift_begins_and_ends_once(team: Team) -> None:
    assert await team.ask("aoi", "on") == Done(text("now-on"))
    assert await team.ask("aoi", "勤務開始") == Done(text("already-on"))
    assert (await team.agent("aoi")).on
    assert await team.ask("aoi", "off") == Done(text("now-off"))
    assert await team.ask("aoi", "off") == Done(text("already-off"))


@pytest.mark.anyio
async def test_without_a_queue_there_is_no_shift(team: Team) -> None:
    assert await team.ask("eve", "on") == Refusal(text("no-role"))
