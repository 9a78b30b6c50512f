"""What an account is called where its channel is no network that people know: a forum, a shop."""

from dataclasses import replace

import pytest

from chatops.call import Origin
from chatops.cards.ticket_card import ticket_card
from chatops.channel import as_known
from tests.commands.conftest import Team, in_words
from tests.scenes import NOW, POLICY, TRAITS

FORUM = replace(POLICY.accounts["aozora"], title="Forum")


@pytest.fixture
def forum(team: Team) -> Team:
    team.desk.policy = replace(team.desk.policy, accounts={"aozora": FORUM})
    return team


@pytest.mark.anyio
async def test_an_account_is_called_by_its_title_wherever_its_channel_would_be(forum: Team) -> None:
    await forum.wrote("Jo", "Where is my parcel?")
    record = await forum.storage.reader.record(1)
    assert record is not None
    scene = forum.desk.scene(record, await forum.storage.reader.agents(), NOW)
    assert in_words(ticket_card(scene)).startswith("#1 · Forum mention from Jo\n")
    for name, command in (("aoi", "show"), ("maya", "customer")):
        said = await forum.shown(name, command, "1")
        assert "Forum mention" in said
        assert "X mention" not in said
    assert "Handle: @jo on Forum" in await forum.shown("maya", "customer", "1")
    there = {"fields": {}, "origin": Origin.BUTTON, "room": None}
    assert "@aozora_jp on Forum: – not yet" in await forum.shown("maya", "home", **there)


@pytest.mark.anyio
async def test_a_ticket_of_an_account_that_is_gone_keeps_its_channel_s_name(forum: Team) -> None:
    await forum.wrote("Jo", "Where is my parcel?")
    forum.desk.policy = replace(forum.desk.policy, accounts={})
    assert "X mention" in await forum.shown("aoi", "show", "1")


def test_facts_of_a_channel_change_in_nothing_but_the_title() -> None:
    assert as_known(TRAITS, POLICY.accounts["aozora"]) is TRAITS
    assert as_known(TRAITS, FORUM) == replace(TRAITS, title="Forum")
