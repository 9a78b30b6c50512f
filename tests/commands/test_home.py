"""home."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.chat.slack.blocks import VIEW, blocks
from adapters.chat.slack.writing import Voice
from chatops.call import Answer, Origin
from chatops.card import Card
from chatops.event import Kind
from chatops.text import text
from chatops.ticket import Refusal
from tests.commands.conftest import WORDS, Team, beside, in_words
from tests.scenes import NOW

TOKYO = ZoneInfo("Asia/Tokyo")


async def home(team: Team, name: str, page: int = 1) -> Card:
    fields = {} if page == 1 else {"page": str(page)}
    answer = await team.ask(name, "home", fields=fields, origin=Origin.BUTTON, room=None)
    assert isinstance(answer, Answer)
    return answer.card


@pytest.mark.anyio
async def test_it_shows_mine_unclaimed_and_what_is_due_with_colleagues(team: Team) -> None:
    await team.wrote("Jo", "Mine")
    await team.wrote("Kim", "Nobody’s")
    await team.wrote("Lee", "Maya’s", at=NOW - timedelta(minutes=30))
    await team.ask("aoi", "on")
    await team.ask("aoi", "claim", "1")
    await team.ask("maya", "claim", "3")
    card = await home(team, "aoi")
    assert in_words(card) == (
        "Your day\n"
        "● You are on shift.\n"
        "Your open tickets: 1\n"
        "#1 · Jo · mention · 伊藤 葵 · due Thu 1 Oct 16:30\n"
        "> Mine\n"
        "Unclaimed: 1\n"
        "#2 · Kim · mention · nobody · due Thu 1 Oct 16:30\n"
        "> Nobody’s\n"
        "Due next, with colleagues: 1\n"
        "#3 · Lee · mention · Maya Lind · due Thu 1 Oct 16:00\n"
        "> Maya’s"
    )
    assert [(b.command, b.ticket) for b in beside(card)] == [
        ("off", None),
        ("show", 1),
        ("claim", 2),
        ("show", 3),
    ]
    assert [b.command for b in card.buttons] == ["search", "tour", "help"]


@pytest.mark.anyio
async def test_my_snoozed_ones_are_counted_with_the_way_to_the_list(team: Team) -> None:
    for who in ("Jo", "Kim"):
        await team.wrote(who, "Hello")
    await team.ask("aoi", "claim", "1")
    await team.ask("aoi", "snooze", "1 1h")
    await team.ask("maya", "claim", "2")
    await team.ask("maya", "snooze", "2 1h")
    card = await home(team, "aoi")
    assert "Nothing is yours. Claim one below, or start your shift.\nSnoozed: 1\n" in in_words(card)
    _, mine = beside(card)
    assert (mine.command, mine.args) == ("list", (("which", "mine"),))


@pytest.mark.anyio
async def test_empty_one_says_what_to_do(team: Team) -> None:
    card = await home(team, "aoi")
    assert in_words(card) == (
        "Your day\n"
        "○ You are off shift: no rule gives you tickets.\n"
        "Your open tickets: 0\n"
        "Nothing is yours. Claim one below, or start your shift.\n"
        "Unclaimed: 0\n"
        "Everything has somebody.\n"
        "Due next, with colleagues: 0\n"
        "No colleague has an answer due."
    )
    assert [b.command for b in beside(card)] == ["on"]


@pytest.mark.anyio
async def test_who_may_only_look_has_no_tickets_and_no_shift(team: Team) -> None:
    said = in_words(await home(team, "ken")).splitlines()
    assert said[:2] == ["Your day", "Unclaimed: 0"]


@pytest.mark.anyio
async def test_leads_see_how_queues_and_accounts_are(team: Team) -> None:
    await team.wrote("Jo", "Late", at=NOW - timedelta(hours=3))
    await team.wrote("Kim", "Nobody’s")
    await team.wrote("Lee", "Aside")
    await team.ask("aoi", "claim", "1")
    await team.ask("aoi", "snooze", "3 1h")
    said = in_words(await home(team, "maya")).splitlines()
    assert said[said.index("How your queues stand") :] == [
        "How your queues stand",
        "japan: 2 open, 1 unclaimed, 1 late, 1 snoozed",
        "global: 0 open, 0 unclaimed, 0 late, 0 snoozed",
        "When accounts were last heard of",
        "@aozora_jp on X: – not yet",
        "✓ Nothing failed to go out or to be read.",
    ]
    assert "How your queues stand" not in in_words(await home(team, "aoi"))


@pytest.mark.anyio
async def test_leads_see_accounts_and_what_went_wrong(team: Team) -> None:
    vault, account = team.storage.vault, "@aozora_jp on X"
    await vault.heard("aozora", NOW)
    assert f"{account}: Thu 1 Oct 15:30" in in_words(await home(team, "maya"))
    await vault.revoked("aozora")
    assert f"{account}: ⚠ cut off" in in_words(await home(team, "maya"))
    raw = await team.storage.work.transact(lambda tx: tx.store_raw("x", "aozora", b"?", NOW))
    await team.storage.work.transact(lambda tx: tx.raw_read(raw, "no JSON"))
    assert in_words(await home(team, "maya")).endswith(
        "⚠ Failed: 0, in doubt: 0, unreadable: 1. An administrator can run"
        " python -m chatops doctor."
    )
    channels = team.desk.policy.accounts
    gone = {name: replace(each, channel="chirp") for name, each in channels.items()}
    team.desk.policy = replace(team.desk.policy, accounts=gone)
    assert "@aozora_jp on chirp" in in_words(await home(team, "maya"))
    team.desk.policy = replace(team.desk.policy, accounts={})
    assert "last heard of" not in in_words(await home(team, "maya"))


@pytest.mark.anyio
async def test_a_full_one_has_pages_and_fits_slack(team: Team) -> None:
    for number in range(45):
        said = "A long story. " * 30
        await team.wrote(f"Customer no. {number}", said, at=NOW - timedelta(minutes=number))
        if number < 25:
            await team.ask("maya" if number % 2 else "aoi", "claim", str(number + 1))
    first = await home(team, "maya")
    agents = {agent.id: agent for agent in await team.storage.reader.agents()}
    for language in ("en", "ja"):
        voice = Voice(WORDS, language, TOKYO, agents)
        made = blocks(first, voice, "n", VIEW)
        assert len(made) <= VIEW.blocks
        assert sum("accessory" in block for block in made) == 26  # nothing was left out
    assert in_words(first).endswith("Page 1 of 2")
    assert [b.args for b in first.buttons if b.command == "home"] == [(("page", "2"),)]
    second = in_words(await home(team, "maya", 2))
    assert "Your open tickets: 12" in second
    assert second.count("\n> ") == 12  # two of mine, ten that nobody has
    assert "How your queues stand" not in second
    assert "on shift" not in second
    assert in_words(await home(team, "maya", 99)) == second


@pytest.mark.anyio
async def test_a_part_that_has_ended_is_left_out_of_later_pages(team: Team) -> None:
    for number in range(11):
        await team.wrote(f"Jo{number}", "Hello")
    second = in_words(await home(team, "aoi", 2))
    assert second.splitlines()[:2] == ["Your day", "Unclaimed: 11"]


@pytest.mark.anyio
async def test_it_shows_only_queues_that_one_may_see_and_logs_private_ones(team: Team) -> None:
    await team.wrote("Jo", "Between us", kind=Kind.DM, private=True)
    assert "#1" not in in_words(await home(team, "gus"))
    answer = await team.ask("aoi", "ホーム")
    assert isinstance(answer, Answer)
    assert answer.private == (1,)
    assert await team.ask("eve", "home") == Refusal(text("no-role"))
