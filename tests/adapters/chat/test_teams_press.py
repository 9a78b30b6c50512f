"""Presses of buttons in Teams, over real HTTP, with a real desk."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from teams_world import BEN, CARE, ID, World, shown, words, world

from chatops.event import Claimed
from chatops.ticket import Status

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here(tmp_path: Path, empty_database: Path | str) -> AsyncIterator[World]:
    async with world(tmp_path, empty_database) as one:
        yield one


async def test_press_is_kept_before_it_is_answered_and_all_see_the_card_change(
    here: World,
) -> None:
    ticket, card = await here.card()
    pressed = await here.presses("ben", "claim", card)
    assert (pressed.message, pressed.card) == ("", False)
    assert (await here.ticket(ticket)).assignee == here.agents["ben"].id
    await here.quiet()
    (message,) = here.seen()
    assert message.edited
    assert "Ben" in shown(message)
    assert message.seen_cards(BEN) == message.cards


async def test_press_is_logged_with_where_it_was_made(here: World) -> None:
    ticket, card = await here.card()
    await here.presses("ben", "claim", card)
    (entry,) = [
        each
        for each in await here.storage.reader.entries(ticket)
        if isinstance(each.event, Claimed)
    ]
    assert (entry.agent, entry.chat) == (here.agents["ben"].id, "teams")


async def test_refusal_is_told_to_who_pressed_alone(here: World) -> None:
    ticket, card = await here.card()
    claim = here.action("aoi", "claim", card)
    await here.presses("ben", "claim", card)
    body = await here.forged("aoi", "adaptiveCard/action", card, claim["data"])
    assert body["statusCode"] == 200
    assert body["type"] == "application/vnd.microsoft.activity.message"
    assert "Ben" in body["value"]
    assert (await here.ticket(ticket)).assignee == here.agents["ben"].id
    assert here.alone("aoi") == []


async def test_same_invoke_again_is_the_same_act(here: World) -> None:
    ticket, card = await here.card()
    await here.presses("ben", "claim", card)
    before = await here.state(ticket)
    again = await here.cloud.delivery.repeat(here.cloud.delivered[-1])
    assert again.ok
    assert await here.state(ticket) == before


async def test_press_that_cannot_be_read_is_said_and_nothing_changes(here: World) -> None:
    ticket, card = await here.card()
    before = await here.state(ticket)
    for data in ({"x": 1}, {"c": "claim", "t": "1"}, {}):
        body = await here.forged("ben", "adaptiveCard/action", card, data)
        assert body["value"].startswith("This button is from another version of me")
    assert await here.state(ticket) == before


async def test_unknown_invokes_and_activities_are_taken_and_passed_over(here: World) -> None:
    _, card = await here.card()
    on = here.cloud.hands.seen(BEN, CARE, card)
    answer = await here.cloud.hands.invoke(BEN, on, "something/new", {"a": [1]})
    assert (answer.status, answer.body) == (200, {})


async def test_what_needs_more_is_offered_by_a_button_where_no_dialog_can_open(
    here: World,
) -> None:
    ticket, card = await here.card()
    body = await here.forged("ben", "adaptiveCard/action", card, {"c": "reply", "t": ticket})
    assert body["value"].startswith("I have answered you where only you see it")
    (offered,) = here.alone("ben")
    assert shown(offered).startswith("This needs a little more from you.")
    (action,) = offered.cards[0]["actions"]
    opened = await here.cloud.dialogs.fetch(BEN, "personal", offered.id, action)
    assert opened.dialog is not None


async def test_slow_press_is_answered_in_time_and_its_outcome_follows_alone(here: World) -> None:
    ticket, card = await here.card()
    async with here.holding_the_database():
        pressed = await here.presses("ben", "claim", card)
    assert pressed.message == "This takes a moment …"
    await here.until(lambda: here.alone("ben"), step=0)
    assert [shown(each) for each in here.alone("ben")] == ["Done."]
    assert (await here.ticket(ticket)).assignee == here.agents["ben"].id


async def test_acts_need_no_dialog_and_reopen_a_ticket(here: World) -> None:
    ticket, card = await here.card()
    await here.did("ben", "close", ticket, fields={"reason": "resolved"})
    await here.quiet()
    await here.presses("ben", "reopen", card)
    assert (await here.ticket(ticket)).status is Status.OPEN
    assert ID["ben"] not in here.cloud.state.dialogs


async def test_a_report_s_numbers_lead_to_their_tickets_alone(here: World) -> None:
    _, card = await here.card()
    await here.passes(60)
    await here.forged("ben", "adaptiveCard/action", card, {"c": "report"})
    (report,) = here.alone("ben")
    actions = report.cards[0]["actions"]
    assert [(each["title"], each.get("mode")) for each in actions] == [
        ("Still waiting: 1", None),
        ("New: 1", "secondary"),
        ("Open now: 1", "secondary"),
        ("Due today: 1", "secondary"),
        ("Ingest lag: 1", "secondary"),
    ]
    await here.opens_dialog("ben", "report", report.id, "personal")
    listed = words(here.dialog("ben").card)
    assert "Still waiting: 1" in listed
    assert "#1" in listed
