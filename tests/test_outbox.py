"""The outbox on real storage and Slack's strict stand-in."""

import pytest
from town import Town, shows

pytestmark = pytest.mark.anyio


async def test_new_ticket_is_a_card_in_its_queues_room(town: Town) -> None:
    ticket = await town.opens(text="Where is my tent?")
    await town.quiet()
    card = await town.card(ticket)
    assert "Where is my tent?" in shows(card)
    assert town.calls("chat.postMessage") == ["ok"]
    assert town.calls("chat.update") == []
