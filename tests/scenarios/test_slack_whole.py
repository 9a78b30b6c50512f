"""Slack and the whole service: what a person does there, and what comes of it."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from care import POLICY, SLACK_IDS, Hours
from town import Town, shows, town_around

from adapters.sandbox.slack import Person
from chatops.policy import Account
from chatops.ticket import Status

pytestmark = pytest.mark.anyio

BEN, AOI, VIC = SLACK_IDS["ben"], SLACK_IDS["aoi"], SLACK_IDS["vic"]
ROOM = "C01GLOBAL"
DESK = Account("desk", "internal", "global", "en", "desk")
NEW = Person("U99NEW", "nico", "Nico New")


@pytest.fixture
async def town(tmp_path: Path, empty_database: Path, hours: Hours) -> AsyncIterator[Town]:
    policy = replace(POLICY, accounts={**POLICY.accounts, "desk": DESK})
    async with town_around(tmp_path, empty_database, hours, policy) as one:
        one.slack.delivery.request_url = f"{one.url}/slack/events"
        one.slack.delivery.options_url = one.slack.delivery.request_url
        yield one


def home(town: Town, who: str = BEN) -> str:
    return str(town.slack.state.homes[who].content["blocks"])


async def press(town: Town, who: str, action: str, **where: Any) -> None:
    done = await town.slack.hands.press(who, action, **where)
    assert done["acked"] is True


async def test_colleagues_question_is_a_ticket_and_is_answered_in_its_thread(town: Town) -> None:
    asked = (await town.slack.hands.say(VIC, ROOM, "Do we ship <2P> to Norway?"))["ts"]
    await town.slack.hands.shortcut(BEN, ROOM, asked, "make_ticket")
    ticket = int(town.sql("SELECT max(id) FROM ticket")[0][0])
    await town.quiet()
    assert "Do we ship <2P> to Norway?" in shows(await town.card(ticket))
    await town.did("ben", "reply", ticket, fields={"text": "We do, in a week."})

    def thread() -> list[str]:
        return [one.text for one in town.slack.state.replies(ROOM, asked)]

    await town.until(lambda: "An answer to your question" in thread())
    (answer,) = town.slack.state.replies(ROOM, asked)
    assert "We do, in a week." in shows(answer)
    await town.slack.hands.say(VIC, ROOM, "And what does it cost?", asked)
    await town.until(lambda: town.sql("SELECT 1 FROM message WHERE text LIKE '%it cost?'"))
    assert (await town.ticket(ticket)).status is Status.OPEN
    assert town.sql("SELECT count(*) FROM ticket") == [(1,)]
    await town.slack.hands.shortcut(BEN, ROOM, asked, "make_ticket")
    assert town.sql("SELECT count(*) FROM ticket") == [(1,)]


async def test_note_from_a_message_elsewhere_stands_on_the_ticket_that_was_named(
    town: Town,
) -> None:
    ticket = await town.opens(text="Where is my tent?")
    await town.quiet()
    said = (await town.slack.hands.say(VIC, ROOM, "The lorry is late"))["ts"]
    await town.slack.hands.shortcut(BEN, ROOM, said, "add_note")
    (view,) = town.slack.state.views[BEN]
    await town.slack.modals.submit(BEN, view.id, {"which:0": {"which": str(ticket)}})
    assert town.sql("SELECT text FROM message WHERE direction = 'note'") == [("The lorry is late",)]


async def test_day_can_be_worked_from_app_home(town: Town) -> None:
    tickets = [await town.opens(text=f"question {n}", thread=f"t{n}") for n in range(12)]
    await town.quiet()
    await town.slack.home.open(BEN)
    await town.until(lambda: BEN in town.slack.state.homes)
    view = town.slack.state.homes[BEN]
    claims = [
        block
        for block in view.content["blocks"]
        if block.get("accessory", {}).get("action_id") == "do:claim"
    ]
    assert len(claims) == 10
    where = {"view_id": view.id, "block_id": claims[0]["block_id"]}
    await press(town, BEN, "do:claim", **where)
    held = [t for t in tickets if (await town.ticket(t)).assignee == town.agents["ben"].id]
    assert len(held) == 1
    assert f"#{held[0]}" in home(town)
    await press(town, BEN, "do:search", view_id=view.id)
    (form,) = town.slack.state.views[BEN]
    field = next(block for block in form.content["blocks"] if block["type"] == "input")
    values = {field["block_id"]: {field["element"]["action_id"]: "question"}}
    done = await town.slack.modals.submit(BEN, form.id, values)
    assert done["response_action"] == "update"
    assert "question" in str(form.content["blocks"])


async def test_transcript_is_a_file_in_the_askers_direct_messages(town: Town) -> None:
    ticket = await town.opens(text="Where is my tent?")
    await town.slack.hands.command(BEN, ROOM, "/care", f"transcript {ticket}")
    (message,) = town.messages_to("ben")
    (file,) = message.files
    content = town.slack.state.uploads[file["id"]].content or b""
    assert content.startswith(b"\xef\xbb\xbf")
    assert "Where is my tent?" in content.decode()


async def test_two_accounts_become_one_person_by_a_code(town: Town) -> None:
    state = town.slack.state
    state.people[NEW.id] = NEW
    room = state.rooms[ROOM]
    state.rooms[ROOM] = replace(room, members=room.members | {NEW.id})
    ticket = await town.opens()

    def told(who: str) -> str:
        found = [one.text for one in state.in_room(ROOM) if one.ephemeral_to == who]
        return found[-1]

    await town.slack.hands.command(NEW.id, ROOM, "/care", f"claim {ticket}")
    assert told(NEW.id).startswith("I do not know you")
    await town.slack.hands.command(NEW.id, ROOM, "/care", "identify")
    assert "identify" in told(NEW.id)
    await town.slack.hands.command(AOI, ROOM, "/care", "identify")
    (code,) = re.findall(r"\w{4}-\w{4}", told(AOI))
    await town.slack.hands.command(NEW.id, ROOM, "/care", f"identify {code}")
    await town.slack.hands.command(NEW.id, ROOM, "/care", f"claim {ticket}")
    assert (await town.ticket(ticket)).assignee == town.agents["aoi"].id
