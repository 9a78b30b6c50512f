"""Message shortcuts: a note on a ticket, and a ticket of a colleague's message."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from slack_world import (
    AOI,
    BEN,
    BOT,
    ELSEWHERE,
    GUEST,
    HOME,
    LEADS,
    LOST,
    ROOM,
    World,
    a_card,
    world,
)

from adapters.chat.slack.settings import Mode
from adapters.sandbox.slack import Fault, Kind
from chatops import policy
from chatops.call import Call, Done, Origin
from chatops.card import Form, TextBox
from chatops.channel import Author, Message
from chatops.event import Kind as Was
from chatops.policy import Policy
from chatops.text import text
from chatops.ticket import Refusal

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as one:
        one.desk.forms = note_form
        yield one


async def note_form(call: Call) -> Form | Refusal:
    box = TextBox("text", text("t-text"), multiline=True, initial=call.fields.get("text", ""))
    return Form("note", call.ticket, text("t-form"), text("t-send"), (box,))


async def says(here: World, words: str, thread: str | None = None, who: str = AOI) -> str:
    return (await here.cloud.hands.say(who, ROOM, words, thread))["ts"]


async def choose(here: World, shortcut: str, ts: str, who: str = BEN, room: str = ROOM) -> None:
    done = await here.cloud.hands.shortcut(who, room, ts, shortcut)
    assert done["acked"] is True


def told(here: World, who: str = BEN) -> list[str]:
    return [one["text"] for one in here.private(who)]


# --- a note


async def test_words_of_a_cards_thread_become_a_note_of_that_ticket(here: World) -> None:
    card = await here.card()
    ts = await says(here, "She <called> & asked @ben again", card)
    await choose(here, "add_note", ts)
    (made,) = here.desk.made
    assert (made.command, made.ticket, made.room, made.identity) == ("note", 42, "care", BEN)
    assert dict(made.fields) == {"text": "She <called> & asked @ben again"}
    view = here.view(BEN)
    await here.cloud.modals.submit(BEN, view.id)
    sent = here.desk.calls[-1]
    assert (sent.command, sent.ticket, sent.origin) == ("note", 42, Origin.FORM)
    assert dict(sent.fields) == {"text": "She <called> & asked @ben again"}


async def test_on_a_line_of_a_burst_the_note_is_of_its_ticket(here: World) -> None:
    burst = await here.chat.post(HOME, a_card(ticket=None), None, "marker-burst")
    line = await here.chat.post(HOME, a_card(ticket=43), burst, "marker-line")
    here.reader.cards["care", line] = 43
    await choose(here, "add_note", line)
    (made,) = here.desk.made
    assert (made.ticket, dict(made.fields)) == (43, {})


async def test_on_a_card_the_note_begins_empty(here: World) -> None:
    await choose(here, "add_note", await here.card())
    (made,) = here.desk.made
    assert (made.ticket, dict(made.fields)) == (42, {})


async def test_elsewhere_the_form_asks_for_the_ticket(here: World) -> None:
    ts = (await here.cloud.hands.say(AOI, ELSEWHERE, "He is our best customer"))["ts"]
    await choose(here, "add_note", ts, room=ELSEWHERE)
    assert here.desk.made == []
    view = here.view(BEN)
    wrong = await here.cloud.modals.submit(BEN, view.id, {"which:0": {"which": "the last one"}})
    assert list(wrong["errors"]) == ["which:0"]
    assert here.desk.calls == []
    here.desk.outcomes["note"] = Refusal(text("unknown-ticket", ticket=777))
    unknown = await here.cloud.modals.submit(BEN, view.id, {"which:0": {"which": "777"}})
    assert "777" in unknown["errors"]["which:0"]
    here.desk.outcomes["note"] = Done()
    done = await here.cloud.modals.submit(BEN, view.id, {"which:0": {"which": "#42"}})
    assert done["response_action"] == "clear"
    sent = here.desk.calls[-1]
    assert (sent.ticket, dict(sent.fields)) == (42, {"text": "He is our best customer"})


async def test_note_that_the_desk_refuses_is_said_alone(here: World) -> None:
    async def refuses(_call: Call) -> Form | Refusal:
        return Refusal(text("unknown-ticket", ticket=42))

    here.desk.forms = refuses
    await choose(here, "add_note", await here.card())
    assert "42" in told(here)[0]


async def test_shortcuts_are_for_our_people(here: World) -> None:
    ts = await says(here, "hello")
    for who, why in ((LOST, "I do not know you"), (GUEST, "Guests")):
        await choose(here, "make_ticket", ts, who)
        assert told(here, who)[0].startswith(why)
    assert here.desk.received == []


async def test_shortcut_of_another_version_is_said(here: World) -> None:
    ts = await says(here, "hello")
    await choose(here, "add_note", ts)
    payload = here.cloud.delivered[-1].payload
    payload["callback_id"] = "add_everything"
    await here.cloud.delivery.ask("interactive", payload)
    assert told(here)[0].startswith("This button is from another version")


# --- a ticket


async def test_message_becomes_a_ticket_of_its_author(here: World) -> None:
    ts = await says(here, "Can we <really> sell to Norway?")
    await choose(here, "make_ticket", ts)
    (message,) = here.desk.received
    assert message == Message(
        account="desk",
        external_id=f"slack:{ROOM}:{ts}",
        thread_key=f"slack:{ROOM}:{ts}",
        author=Author(f"slack:{AOI}", "aoi", "aoi"),
        text="Can we <really> sell to Norway?",
        at=datetime.fromtimestamp(float(ts), UTC),
        kind=Was.MENTION,
        private=False,
        url=f"https://aozora.slack.com/archives/{ROOM}/p{ts.replace('.', '')}",
    )
    assert told(here) == ["It is ticket #100 now. What is answered there comes into this thread."]


async def test_reply_in_a_thread_keeps_the_thread_and_a_private_room_is_private(
    here: World,
) -> None:
    root = (await here.cloud.hands.say(AOI, LEADS, "about Norway"))["ts"]
    ts = (await here.cloud.hands.say(AOI, LEADS, "so, may we?", root))["ts"]
    await choose(here, "make_ticket", ts, AOI, LEADS)
    (message,) = here.desk.received
    assert (message.external_id, message.thread_key) == (
        f"slack:{LEADS}:{ts}",
        f"slack:{LEADS}:{root}",
    )
    assert (message.private, message.kind) == (True, Was.DM)


async def test_what_the_author_writes_on_comes_in_and_nobody_elses_words(here: World) -> None:
    ts = await says(here, "Can we sell to Norway?")
    await says(here, "before it was a ticket", ts)
    await choose(here, "make_ticket", ts)
    await says(here, "And to Iceland?", ts)
    await says(here, "I would not", ts, BEN)
    await says(here, "something else")
    await says(here, "!claim is what I typed", ts)
    await here.until(lambda: len(here.desk.received) == 3)
    first, second, third = here.desk.received
    assert (second.text, second.thread_key, second.private) == (
        "And to Iceland?",
        first.thread_key,
        False,
    )
    assert third.text == "!claim is what I typed"
    assert len({first.external_id, second.external_id, third.external_id}) == 3
    assert here.desk.calls == []


async def test_one_message_is_one_ticket(here: World) -> None:
    ts = await says(here, "Can we sell to Norway?")
    await choose(here, "make_ticket", ts)
    await choose(here, "make_ticket", ts)
    assert told(here)[1] == "It is ticket #100 already."
    assert len(here.desk.received) == 1


async def test_what_can_be_no_ticket_is_refused_in_a_sentence(here: World) -> None:
    card = await here.card()
    await choose(here, "make_ticket", card)
    await choose(here, "make_ticket", await says(here, "she called", card))
    ts = (await here.cloud.hands.say(AOI, ELSEWHERE, "hello"))["ts"]
    await choose(here, "make_ticket", ts, room=ELSEWHERE)
    assert [one.split(".")[0][:30] for one in told(here)] == [
        "Only what a person wrote can b",
        "This stands in the thread of #",
        "I am not in this room, so no a",
    ]
    assert here.desk.received == []


async def test_private_room_without_the_bot_is_refused(here: World) -> None:
    ts = (await here.cloud.hands.say(AOI, LEADS, "hello"))["ts"]
    state = here.cloud.state
    room = state.rooms[LEADS]
    state.rooms[LEADS] = replace(room, members=room.members - {BOT})
    await choose(here, "make_ticket", ts, AOI, LEADS)
    (answer,) = told(here, AOI)
    assert "先に招待してください" in answer


async def test_message_without_words_is_refused(here: World) -> None:
    ts = await says(here, "hello")
    await choose(here, "make_ticket", ts, LOST)
    payload = here.cloud.delivered[-1].payload
    payload["user"]["id"], payload["message"]["text"] = BEN, " "
    await here.cloud.delivery.ask("interactive", payload)
    assert told(here, LOST)[-1].startswith("This message holds no words")


async def test_it_wants_an_account_and_the_right_to_work_it(here: World) -> None:
    ts = await says(here, "hello")
    account = policy.Account("desk", "internal", "global", "en", "desk")
    for accounts in ({}, {"desk": account}):
        here.desk.policy = _with(accounts)
        await choose(here, "make_ticket", ts)
    assert told(here)[0].startswith("app.yaml names no account")
    assert told(here)[1].startswith("You need the role agent in global")


async def test_of_several_accounts_the_room_decides(here: World) -> None:
    accounts = {
        name: policy.Account(name, "internal", "japan", "en", handle)
        for name, handle in (("one", "leads"), ("two", "care"))
    }
    here.desk.policy = _with(accounts)
    await choose(here, "make_ticket", await says(here, "hello"))
    assert [message.account for message in here.desk.received] == ["two"]
    here.desk.policy = _with({"one": accounts["one"], "two": accounts["one"]})
    await choose(here, "make_ticket", await says(here, "hello again"))
    assert told(here)[-1].startswith("app.yaml names no account")


def _with(accounts: dict[str, policy.Account]) -> Policy:
    known = policy.Person("ben", "Ben", None, {"slack": BEN}, {"japan": policy.Role.AGENT})
    return Policy({"care": HOME}, {}, {"ben": known}, accounts, {})


async def test_ticket_that_slack_hinders_is_said_and_may_be_tried_again(here: World) -> None:
    ts = await says(here, "hello")
    here.cloud.fault(Fault("conversations.info", Kind.BROKEN))
    await choose(here, "make_ticket", ts)
    await choose(here, "make_ticket", ts)
    assert told(here)[0].startswith("Something failed on our side")
    assert told(here)[1].startswith("It is ticket #100 now")


async def test_answer_goes_into_the_thread_by_a_room_made_on_the_fly(here: World) -> None:
    ts = await says(here, "hello")
    room = policy.Room("internal", "slack", ROOM, "ja", "UTC")
    id = await here.chat.post(room, a_card("yes, we can"), ts, "marker")
    now = datetime.now(UTC)  # noqa: TID251 - the stand-in's messages are as old as the test
    earlier, later = now.replace(year=now.year - 1), now.replace(year=now.year + 1)
    assert await here.chat.find(room, ts, "marker", earlier, later) == id
    message = here.cloud.state.message(ROOM, id)
    assert message is not None
    assert (message.thread_ts, message.text) == (ts, "yes, we can")


async def test_shortcuts_work_over_http_too(tmp_path: Path) -> None:
    async with world(tmp_path, Mode.HTTP) as here:
        ts = await says(here, "Can we sell to Norway?")
        await choose(here, "make_ticket", ts)
        assert len(here.desk.received) == 1
