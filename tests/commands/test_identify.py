"""identify."""

from datetime import timedelta

import pytest

from chatops.call import Done, Origin
from chatops.scene import Agent
from chatops.selves import GOOD_FOR
from chatops.text import text
from chatops.ticket import Refusal
from tests.commands.conftest import Team

#: Whom nobody knows yet, as a chat passes them on.
STRANGER = Agent(0, "", "", None, {})


async def code_of(team: Team, name: str) -> str:
    done = await team.ask(name, "identify")
    assert isinstance(done, Done)
    assert done.said is not None
    said = dict(done.said.args)
    assert said["until"] == team.clock.now + GOOD_FOR
    assert isinstance(said["code"], str)
    return said["code"]


async def say(team: Team, line: str, account: str | None = "UNEW") -> object:
    """Let a stranger's account say something to `identify`."""
    asked = team.desk.call(
        key=f"{line}{account}{team.clock.now}",
        command="identify",
        agent=STRANGER,
        origin=Origin.SLASH,
        chat="slack",
        identity=account,
        line=line,
    )
    return await team.desk.handle(asked)


@pytest.mark.anyio
async def test_a_code_makes_another_account_the_same_person(team: Team) -> None:
    code = await code_of(team, "aoi")
    assert await team.desk.person("slack", "UNEW") is None
    said = code.replace("-", "").lower()
    assert await say(team, said) == Done(text("identify-done", name="伊藤 葵"))
    found = await team.desk.person("slack", "UNEW")
    assert found is not None
    assert found.name == "aoi"
    assert await team.desk.person("slack", "UAOI") == found


@pytest.mark.anyio
async def test_a_code_is_good_once_and_for_ten_minutes(team: Team) -> None:
    unknown = Refusal(text("identify-unknown"), field="code")
    code = await code_of(team, "aoi")
    assert isinstance(await say(team, code), Done)
    assert await say(team, code, "UOTHER") == unknown
    late = await code_of(team, "aoi")
    team.clock.now += GOOD_FOR + timedelta(seconds=1)
    assert await say(team, late, "UOTHER") == unknown
    assert await say(team, "0000-0000") == unknown


@pytest.mark.anyio
async def test_a_stranger_gets_no_code_but_is_told_how(team: Team) -> None:
    assert await say(team, "") == Refusal(text("identify-stranger"))
    code = await code_of(team, "aoi")
    assert await say(team, code, None) == Refusal(text("identify-nobody"))
