"""Slack slow, limiting, refusing or away while people press: everybody is told, nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from slack_world import (
    AOI,
    BEN,
    BOT,
    EVERYBODY,
    ROOM,
    WORKSPACE,
    World,
    reply_form,
    said,
    world,
)
from structlog.testing import capture_logs

from adapters.chat._tasks import Tasks
from adapters.chat.slack import link
from adapters.chat.slack.people import People
from adapters.chat.slack.reading import deleted
from adapters.sandbox.slack import Fault, Kind
from chatops.call import Call, Done, Outcome
from chatops.card import Button, Choice, Facts, Form, Paragraph, Quote, Table, TextBox
from chatops.errors import CareError
from chatops.text import text
from chatops.ticket import Refusal

#: Seconds that a busy machine is given.
PATIENCE = 60

pytestmark = pytest.mark.anyio

CLAIM = Button("claim", text("t-claim"))
REPLY = Button("reply", text("t-send"))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as one:
        yield one


def people(here: World) -> People:
    return here.chat._people


async def slowly(_call: Call) -> Outcome:
    await asyncio.sleep(2.2)
    return Done(said("done in the end"))


async def test_answer_that_no_way_takes_is_logged_by_ids_alone(here: World) -> None:
    ts = await here.card(buttons=(CLAIM,))
    here.desk.outcomes["claim"] = Refusal(said("a customer's words"))
    for method in ("response_url", "chat.postEphemeral", "chat.postMessage"):
        here.cloud.fault(Fault(method, Kind.BROKEN))
    with capture_logs() as logged:
        done = await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    assert done["acked"] is True
    assert logged[-1] == {
        "event": "slack.answer_undelivered",
        "log_level": "warning",
        "user": BEN,
        "room": ROOM,
    }
    assert "a customer's words" not in str(logged)


async def test_answer_goes_to_direct_messages_where_it_cannot_be_shown(here: World) -> None:
    ts = await here.card(buttons=(CLAIM,))
    here.desk.outcomes["claim"] = Refusal(said("Aoi has it"))
    for method in ("response_url", "chat.postEphemeral"):
        here.cloud.fault(Fault(method, Kind.BROKEN))
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    assert here.direct(BEN) == ["Aoi has it"]


async def test_who_cannot_be_looked_up_is_asked_to_wait(here: World) -> None:
    ts = await here.card(buttons=(CLAIM,))
    here.cloud.fault(Fault("users.info", Kind.LIMITED))
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    assert here.desk.calls == []
    assert here.private(BEN)[0]["text"].startswith("I cannot find out right now who you are")
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    assert [call.command for call in here.desk.calls] == ["claim"]


@pytest.mark.parametrize(
    ("age", "fault", "calls"),
    [
        (301, Fault("users.info", Kind.LIMITED), 2),
        (899, Fault("users.info", Kind.BROKEN), 2),
        (901, Fault("users.info", Kind.LIMITED), 1),
        (301, Fault("users.info", Kind.ERROR, error="user_not_found"), 1),
    ],
    ids=["limits", "broken", "too long ago", "refuses"],
)
async def test_who_stood_well_a_moment_ago_goes_on_only_while_slack_cannot_say(
    here: World, age: float, fault: Fault, calls: int
) -> None:
    ts = await here.card(buttons=(CLAIM,))
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    standing = people(here)._standing
    standing[BEN] = (standing[BEN][0] - age, standing[BEN][1])
    here.cloud.fault(fault)
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    assert len(here.desk.calls) == calls


async def test_going_on_does_not_make_a_standing_younger(here: World) -> None:
    ts = await here.card(buttons=(CLAIM,))
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    standing = people(here)._standing
    old = standing[BEN] = (standing[BEN][0] - 600, standing[BEN][1])
    here.cloud.fault(Fault("users.info", Kind.LIMITED))
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    assert standing[BEN] == old


ODD = [
    "[]",
    "7",
    '"claim"',
    '{"c": 7}',
    '{"c": null}',
    '{"c": "claim", "t": "42"}',
    '{"c": "claim", "t": 1.5}',
    '{"c": "claim", "a": []}',
    '{"c": "claim", "a": {"to": {}}}',
    '{"c": "claim", "k": 3}',
    '{"c": "claim", "k": [[]]}',
    '{"c": "claim", "l": 9}',
    "{",
]


@pytest.mark.parametrize("value", ODD)
async def test_button_that_is_not_of_this_version_does_nothing_and_says_so(
    here: World, value: str
) -> None:
    ts = await here.card(buttons=(CLAIM,))
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    payload = deepcopy(here.cloud.delivered[-1].payload)
    payload["actions"][0]["value"] = value
    await here.cloud.delivery.ask("interactive", payload)
    assert [call.command for call in here.desk.calls] == ["claim"]
    assert here.private(BEN)[-1]["text"].startswith("This button is from another version of me")


async def test_bots_are_strangers(here: World) -> None:
    ts = await here.card(buttons=(CLAIM,))
    here.cloud.state.people[BEN] = replace(here.cloud.state.people[BEN], is_bot=True)
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    assert here.private(BEN)[0]["text"].startswith("I do not know you")
    assert here.desk.calls == []


async def test_slow_press_whose_modal_was_closed_is_told_in_the_room(here: World) -> None:
    here.desk.outcomes["claim"] = slowly
    ts = await here.card(buttons=(CLAIM,))
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    await here.cloud.modals.close(BEN, here.view(BEN).id)
    await here.until(lambda: here.private(BEN))
    assert here.private(BEN)[0]["text"] == "done in the end"


async def test_slow_press_without_a_modal_is_told_in_the_room(here: World) -> None:
    here.desk.outcomes["claim"] = slowly
    here.cloud.fault(Fault("views.open", Kind.BROKEN))
    ts = await here.card(buttons=(CLAIM,))
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    await here.until(lambda: here.private(BEN))
    assert here.private(BEN)[0]["text"] == "done in the end"


async def test_slow_form_whose_modal_was_closed_ends_its_lock_without_a_word(here: World) -> None:
    async def slow(_call: Call) -> Outcome:
        await asyncio.sleep(2.2)
        return reply_form()

    here.desk.outcomes["reply"] = slow
    ts = await here.card(buttons=(REPLY,))
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=ts)
    await here.cloud.modals.close(BEN, here.view(BEN).id)
    await here.until(lambda: here.desk.gone)
    assert here.private(BEN) == []


async def test_form_that_slack_refuses_is_said_and_its_lock_ends(here: World) -> None:
    here.desk.outcomes["reply"] = reply_form()
    here.cloud.fault(Fault("views.open", Kind.BROKEN))
    ts = await here.card(buttons=(REPLY,))
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=ts)
    assert here.private(BEN)[0]["text"].startswith("There was too little time")
    assert len(here.desk.gone) == 1


async def test_slow_sending_whose_modal_was_closed_is_told_in_the_room(here: World) -> None:
    here.desk.outcomes["reply"] = reply_form()
    ts = await here.card(buttons=(REPLY,))
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=ts)

    async def slow(_call: Call) -> Outcome:
        await asyncio.sleep(2.2)
        return Refusal(said("it is closed"), field="text")

    here.desk.outcomes["reply"] = slow
    view = here.view(BEN)
    await here.cloud.modals.submit(BEN, view.id, {"text:0": {"text": "hello"}})
    await here.cloud.modals.close(BEN, view.id)
    await here.until(lambda: here.private(BEN))
    assert here.private(BEN)[0]["text"] == "it is closed"


async def test_refused_form_that_cannot_be_shown_again_says_why(here: World) -> None:
    here.desk.outcomes["reply"] = reply_form()
    ts = await here.card(buttons=(REPLY,))
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=ts)
    here.desk.outcomes["reply"] = Refusal(said("you may not"))

    async def refuses(_call: Call) -> Form | Refusal:
        return Refusal(said("the ticket is gone"))

    here.desk.forms = refuses
    view = here.view(BEN)
    await here.cloud.modals.submit(BEN, view.id, {"text:0": {"text": "hello"}})
    assert "the ticket is gone" in str(here.view(BEN).content)


async def test_form_may_be_answered_with_another_form(here: World) -> None:
    here.desk.outcomes["reply"] = reply_form()
    ts = await here.card(buttons=(REPLY,))
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=ts)
    await here.cloud.modals.submit(BEN, here.view(BEN).id, {"text:0": {"text": "hello"}})
    assert here.view(BEN).content["title"]["text"] == "Reply to #42"


async def test_typing_while_slack_is_away_loses_nothing(here: World) -> None:
    here.desk.outcomes["reply"] = reply_form()
    ts = await here.card(buttons=(REPLY,))
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=ts)
    view = here.view(BEN)
    for kind in (Kind.BROKEN, Kind.ERROR):
        here.cloud.fault(Fault("views.update", kind, error="hash_conflict"))
        await here.cloud.hands.type(BEN, view.id, "text:0", "text", "hello")
    await here.cloud.hands.type(BEN, view.id, "text:0", "text", "hello you")
    assert "9 of 280" in str(here.view(BEN).content)


async def test_form_shows_all_that_a_card_may_hold(here: World) -> None:
    here.desk.outcomes["snooze"] = Form(
        command="snooze",
        ticket=42,
        title=said("a title that is far too long for a modal"),
        submit=text("t-send"),
        parts=(
            Paragraph(said("wide")),
            Quote(" "),
            Facts(((text("t-label"), said("Mina")),)),
            Table((text("t-agent"), text("t-closed")), ((said("葵"), said("1")),)),
            Table((text("t-agent"),), ()),
            Choice("until", text("t-then"), (("1h", said("in an hour")),), optional=True),
            TextBox("reason", text("t-text"), longest=5_000, optional=True),
            *[Paragraph(said(f"line {n}"), small=True) for n in range(120)],
        ),
    )
    ts = await here.card(buttons=(Button("snooze", text("t-claim")),))
    await here.cloud.hands.press(AOI, "do:snooze", channel=ROOM, ts=ts)
    assert len(here.view(AOI).content["blocks"]) == 100


async def test_connection_is_made_again_when_slack_ends_it(here: World) -> None:
    ts = await here.card(buttons=(CLAIM,))
    first = here.cloud.sockets.open[0]
    await here.cloud.sockets.refresh()
    await here.until(lambda: here.cloud.sockets.open and here.cloud.sockets.open[0] is not first)
    # The SDK hears more than once of the end, and connects as often: a press between is lost.
    async with asyncio.timeout(PATIENCE):
        acked = False
        while not acked:
            await asyncio.sleep(0)  # what fails at once must not keep the SDK from its turn
            acked = (await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts))["acked"]
    assert here.desk.calls[-1].command == "claim"


async def test_start_does_not_wait_for_slack_and_connects_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "_AGAIN", 0.05)
    away = [Fault("apps.connections.open", Kind.BROKEN, times=3)]
    with capture_logs() as logged:
        await _connects(tmp_path, away)
    assert "slack.socket_closed" in {line["event"] for line in logged}


async def _connects(tmp_path: Path, away: list[Fault]) -> None:
    async with world(tmp_path, faults=away) as here:
        assert here.cloud.sockets.open
        assert here.outcomes("apps.connections.open")[-1] == "ok"


async def test_address_that_opens_nothing_is_given_up_for_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "_CONNECT", 0.1)
    monkeypatch.setattr(link, "_AGAIN", 0.05)
    async with world(tmp_path, dead_links=2) as here:
        assert here.outcomes("apps.connections.open").count("ok") == 3


async def test_question_too_long_for_a_button_is_asked_without_one(here: World) -> None:
    ts = await here.card()
    here.desk.outcomes["reply"] = Refusal(said("it is long"), asks="personal-data")
    await here.cloud.hands.say(BEN, ROOM, f"!reply {'a' * 2_500}", ts)
    await here.until(lambda: here.private(BEN))
    assert [block["type"] for block in here.private(BEN)[0]["blocks"]] == ["rich_text"]


async def test_late_failure_is_logged() -> None:
    async def fails() -> None:
        await asyncio.sleep(0.02)
        raise CareError("late")

    tasks = Tasks(patience=0.001)
    with capture_logs() as logged:
        assert await tasks.in_time(tasks.begin(fails())) is False
        await tasks.close()
        await asyncio.sleep(0)
    assert [line["event"] for line in logged] == ["chat.late_answer_failed"]


async def test_bot_that_is_taken_out_of_a_room_is_found_out(here: World) -> None:
    here.cloud.state.change_room(WORKSPACE.rooms[0], members=EVERYBODY - {BOT})
    with pytest.raises(CareError, match="not_in_channel"):
        await here.card()


async def test_message_that_is_deleted_by_hand_is_told_to_the_desk(here: World) -> None:
    ts = await here.card()
    await here.cloud.hands.delete(AOI, ROOM, ts)
    await here.until(lambda: here.desk.removed)
    assert here.desk.removed == [("slack", ROOM, ts)]


def test_tombstone_of_a_deleted_thread_is_a_deletion() -> None:
    """Slack keeps the first message of a thread as `tombstone`, by a change of it."""
    stone = {"type": "message", "subtype": "tombstone", "ts": "1.2", "user": "USLACKBOT"}
    event = {"type": "message", "subtype": "message_changed", "channel": ROOM, "message": stone}
    assert deleted({"event": event}) == (ROOM, "1.2")
    assert deleted({"event": {**event, "message": {**stone, "subtype": "bot_message"}}}) is None
