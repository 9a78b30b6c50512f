"""help."""

from zoneinfo import ZoneInfo

import pytest

import commands
from adapters.chat.slack.blocks import blocks
from adapters.chat.slack.writing import Voice
from chatops.call import Answer, Registry
from chatops.manual import parts
from chatops.text import LANGUAGES, Summons, text
from chatops.ticket import Refusal
from tests.commands.conftest import WORDS, Team


@pytest.mark.anyio
async def test_it_lists_every_listed_command(team: Team) -> None:
    said = await team.shown("aoi", "help")
    assert "/care claim 42 – take a ticket" in said
    assert "sendnow" not in said
    assert said.endswith("In a ticket’s thread, leave the number out: !command")


@pytest.mark.anyio
async def test_it_explains_one_command_by_any_of_its_names(team: Team) -> None:
    for name in ("snooze", "スヌーズ"):
        said = await team.shown("aoi", "help", name)
        assert said.startswith("snooze\n/care snooze 42 1h")
        assert "claim" not in said


@pytest.mark.anyio
async def test_it_knows_no_other_command(team: Team) -> None:
    refused = Refusal(text("unknown-command", word="xyzzy", prefix=Summons("care")))
    assert await team.ask("aoi", "help", "xyzzy") == refused


@pytest.mark.anyio
async def test_it_has_five_parts_in_the_order_of_a_day_s_work(team: Team) -> None:
    lines = (await team.shown("aoi", "help")).splitlines()
    heads = [line.rstrip(": ") for line in lines[1:-1] if not line.startswith("/care ")]
    assert heads == [
        "Working on a ticket",
        "Writing to the customer, and about it",
        "Where a ticket belongs",
        "Finding and looking",
        "You",
    ]
    typed = [line.split()[1] for line in lines if line.startswith("/care ")]
    assert typed[:4] == ["claim", "unclaim", "assign", "snooze"]
    assert len(typed) == len(set(typed)) == sum(each.listed for each in Registry.of(commands))


def test_every_command_stands_in_a_part() -> None:
    registry = Registry.of(commands)
    in_parts = [command.name for part in parts(registry).values() for command in part]
    assert sorted(in_parts) == sorted(command.name for command in registry)


@pytest.mark.anyio
@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_is_one_message_of_few_blocks(team: Team, language: str) -> None:
    answer = await team.ask("aoi", "help", language=language)
    assert isinstance(answer, Answer)
    voice = Voice(WORDS, language, ZoneInfo("Asia/Tokyo"), {})
    made = blocks(answer.card, voice, "n")
    assert [block["type"] for block in made] == ["header", *["rich_text"] * 5, "context"]
    # the headings are bold, and so found by an eye that runs over a phone
    assert made[1]["elements"][0]["elements"][0]["style"] == {"bold": True}
