"""tour."""

import pytest

from chatops.call import Answer, Origin
from chatops.cards.tour_card import PAGES
from chatops.text import LANGUAGES
from chatops.ticket import Refusal
from tests.commands.conftest import Team, in_words


@pytest.mark.anyio
async def test_it_leads_from_page_to_page(team: Team) -> None:
    fields: dict[str, str] = {}
    titles = []
    for number in range(1, PAGES + 1):
        answer = await team.ask("eve", "tour", fields=fields, origin=Origin.BUTTON)
        assert isinstance(answer, Answer)
        said = in_words(answer.card)
        assert f"Page {number} of {PAGES}" in said
        titles.append(said.splitlines()[0])
        assert len(answer.card.buttons) <= 5
        fields = dict(answer.card.buttons[-1].args)
    assert [title[0] for title in titles] == ["1", "2", "3", "4", "5"]
    assert fields == {"page": "4"}  # the last page leads back alone


@pytest.mark.anyio
async def test_what_it_offers_to_try_works(team: Team) -> None:
    known = team.desk.registry
    for number in range(1, PAGES + 1):
        answer = await team.ask("aoi", "ツアー", str(number), language=LANGUAGES[1])
        assert isinstance(answer, Answer)
        for button in answer.card.buttons:
            assert known.get(button.command) is not None
            pressed = await team.ask("aoi", button.command, fields=dict(button.args))
            assert not isinstance(pressed, Refusal)


@pytest.mark.anyio
async def test_there_is_no_page_beyond(team: Team) -> None:
    assert isinstance(await team.ask("aoi", "tour", str(PAGES + 1)), Refusal)
