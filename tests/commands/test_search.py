"""search."""

import pytest

from chatops.call import Answer, Origin
from chatops.card import Form, TextBox
from chatops.event import Kind
from chatops.text import text
from chatops.ticket import Refusal
from tests.commands.conftest import Team, beside, in_words


@pytest.mark.anyio
@pytest.mark.parametrize("said", ["返金", "ＲＥＦＵＮＤ", "検索してrefund"])
async def test_it_finds_two_letters_of_japanese_and_any_form_of_a_word(
    team: Team, said: str
) -> None:
    await team.wrote("Jo", "先週の注文を返金してください")
    await team.wrote("Kim", "Hello. I was promised that I would be refunded last week.")
    word = said.removeprefix("検索して")
    shown = await team.shown("aoi", "search", word)
    found = "#1 · Jo" if word == "返金" else "#2 · Kim"
    assert shown.splitlines()[:2] == [
        f"“{word}”: one ticket",
        f"{found} · Open · Thu 1 Oct 15:30",
    ]


@pytest.mark.anyio
async def test_a_tag_is_looked_for_by_the_list(team: Team) -> None:
    await team.wrote("Jo", "Hello")
    await team.ask("aoi", "tag", "1 vip")
    answer = await team.ask("aoi", "search", "#VIP")
    assert isinstance(answer, Answer)
    assert in_words(answer.card).endswith(
        "Messages are searched here. A list shows what has the tag #vip."
    )
    (tagged,) = beside(answer.card)
    listed = await team.ask("aoi", tagged.command, fields=dict(tagged.args), origin=Origin.BUTTON)
    assert isinstance(listed, Answer)
    assert in_words(listed.card).startswith("Open and snoozed tickets: 1 (#vip)")
    assert "tag" not in await team.shown("aoi", "search", "#1")


@pytest.mark.anyio
async def test_each_ticket_leads_to_its_details(team: Team) -> None:
    await team.wrote("Jo", "refund please")
    await team.wrote("Kim", "refund me")
    answer = await team.ask("aoi", "検索", "refund")
    assert isinstance(answer, Answer)
    assert [(b.command, b.ticket) for b in beside(answer.card)] == [("show", 2), ("show", 1)]


@pytest.mark.anyio
async def test_the_found_words_are_seen_in_a_long_message(team: Team) -> None:
    await team.wrote("Jo", "Many words. " * 40 + "And now a refund, please. " + "More words. " * 40)
    shown = await team.shown("aoi", "search", "refund")
    assert "And now a refund, please." in shown
    assert shown.splitlines()[2].startswith("> …")


@pytest.mark.anyio
async def test_a_number_and_a_handle_find_too(team: Team) -> None:
    await team.wrote("Jo", "Hello")
    await team.wrote("Kim", "Hello")
    assert "#1 · Jo" in await team.shown("aoi", "search", "#1")
    assert "#2 · Kim" in await team.shown("aoi", "search", "@kim")


@pytest.mark.anyio
async def test_it_says_that_there_are_more(team: Team) -> None:
    for number in range(11):
        await team.wrote(f"Jo{number}", "refund")
    said = (await team.shown("aoi", "search", "refund")).splitlines()
    assert said[1].startswith("#11 ")
    assert said[-1] == "There are more than these 10. One word more narrows it."


@pytest.mark.anyio
async def test_it_shows_only_queues_that_one_may_see(team: Team) -> None:
    await team.wrote("Jo", "refund")
    assert "nothing found" in await team.shown("gus", "search", "refund")
    assert "nothing found" in await team.shown("gus", "search", "#1")
    assert await team.ask("eve", "search", "refund") == Refusal(text("no-role"))


@pytest.mark.anyio
@pytest.mark.parametrize("said", ["a", "返", "a b", "Ａ"])
async def test_single_letters_are_too_short(team: Team, said: str) -> None:
    refused = Refusal(text("search-too-short"), field="words")
    assert await team.ask("aoi", "search", said) == refused


@pytest.mark.anyio
@pytest.mark.parametrize("said", ["!?*", "🎉🎉", '"', "–"])
async def test_signs_alone_find_nothing(team: Team, said: str) -> None:
    refused = Refusal(text("search-no-letters"), field="words")
    assert await team.ask("aoi", "search", said) == refused


@pytest.mark.anyio
@pytest.mark.parametrize(
    "said", ["x" * 5000, "返" * 5000, "refund " * 800, 'NEAR("a" OR b) AND tokens:*', "a'; DROP"]
)
async def test_it_takes_whatever_is_typed(team: Team, said: str) -> None:
    answer = await team.ask("aoi", "search", said)
    assert isinstance(answer, Answer)
    assert "nothing found" in in_words(answer.card)


@pytest.mark.anyio
async def test_without_words_a_form_asks_for_them(team: Team) -> None:
    form = await team.ask("aoi", "search")
    assert isinstance(form, Form)
    assert (form.command, form.ticket) == ("search", None)
    assert isinstance(form.parts[0], TextBox)
    await team.wrote("Jo", "refund")
    answer = await team.ask("aoi", "search", fields={"words": "refund"}, origin=Origin.FORM)
    assert isinstance(answer, Answer)
    assert "#1 · Jo" in in_words(answer.card)


@pytest.mark.anyio
async def test_looking_at_private_tickets_is_told_to_the_log(team: Team) -> None:
    await team.wrote("Jo", "refund", kind=Kind.DM, private=True)
    await team.wrote("Kim", "refund")
    answer = await team.ask("aoi", "search", "refund")
    assert isinstance(answer, Answer)
    assert answer.private == (1,)
    assert "refund" not in answer.card.push.args
