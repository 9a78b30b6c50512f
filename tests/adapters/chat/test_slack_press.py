"""Presses, slash commands and words in threads, over Socket Mode, against the strict stand-in."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from slack_world import AOI, BEN, ELSEWHERE, GUEST, LOST, ROOM, STRANGER, World, a_card, said, world

from adapters.chat.slack import reading
from chatops.call import Answer, Call, Done, Origin, Outcome
from chatops.card import Button
from chatops.errors import StorageError, Unreadable
from chatops.text import text
from chatops.ticket import Refusal

pytestmark = pytest.mark.anyio

CLAIM = Button("claim", text("t-claim"))
ASSIGN = Button("assign", text("t-claim"), args=(("to", "ben"),))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as one:
        yield one


async def test_button_becomes_a_call_and_is_acknowledged_after_it(here: World) -> None:
    ts = await here.card(buttons=(CLAIM,))
    done = await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    assert done["acked"] is True
    (call,) = here.desk.calls
    assert (call.command, call.ticket, call.agent.name) == ("claim", 42, "ben")
    assert (call.origin, call.room, call.chat, call.language) == (
        Origin.BUTTON,
        "care",
        "slack",
        "en",
    )
    assert here.private(BEN) == []


async def test_menu_becomes_a_call_with_its_arguments(here: World) -> None:
    ts = await here.card(menu=(CLAIM, ASSIGN))
    value = '{"c":"assign","t":42,"a":{"to":"ben"}}'
    await here.cloud.hands.press(AOI, "menu", channel=ROOM, ts=ts, value=value)
    (call,) = here.desk.calls
    assert (call.command, dict(call.fields), call.language) == ("assign", {"to": "ben"}, "ja")


async def test_what_all_entries_of_a_menu_are_told_rides_in_it_once(here: World) -> None:
    late, new = (
        Button("report", text("t-claim"), (("tickets", figure), ("since", "1")))
        for figure in ("late", "new")
    )
    ts = await here.card(menu=(late, new))
    menu, value = 'menu/report:{"since":"1"}', '{"t":42,"a":{"tickets":"new"}}'
    await here.cloud.hands.press(BEN, menu, channel=ROOM, ts=ts, value=value)
    (call,) = here.desk.calls
    assert (call.command, dict(call.fields)) == ("report", {"since": "1", "tickets": "new"})


async def test_a_menu_of_an_older_version_is_read_too(here: World) -> None:
    ts = await here.card(menu=(CLAIM,))
    action = {
        "action_id": 'menu:{"since":"1"}',
        "action_ts": "1.0",
        "selected_option": {"value": '{"c":"report","a":{"tickets":"new"}}'},
    }
    user = {"id": BEN, "team_id": "T1"}
    pressed = reading.press({"actions": [action], "user": user, "container": {"message_ts": ts}})
    assert (pressed.command, dict(pressed.args)) == ("report", {"since": "1", "tickets": "new"})


@pytest.mark.parametrize(
    ("id", "value"), [('menu:["x"]', '{"c":"claim"}'), ("menu", '{"t":42}'), ("do:claim", "{}")]
)
async def test_a_menu_that_is_not_ours_is_told_to_be_odd(here: World, id: str, value: str) -> None:
    ts = await here.card(menu=(CLAIM,))
    action = {"action_id": id, "selected_option": {"value": value}}
    body = {"actions": [action], "user": {"id": BEN}, "container": {"message_ts": ts}}
    with pytest.raises(Unreadable):
        reading.press(body)


async def test_each_press_has_its_own_key_and_a_repeated_delivery_the_same(here: World) -> None:
    ts = await here.card(buttons=(CLAIM,))
    for _ in range(2):
        await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    payload = here.cloud.delivered[-1].payload
    await here.cloud.delivery.ask("interactive", payload)
    first, second, again = [call.key for call in here.desk.calls]
    assert first != second
    assert second == again


async def test_refusal_is_told_alone_in_the_thread_where_it_was_pressed(here: World) -> None:
    ts = await here.card()
    line = await here.chat.post(
        here.desk.policy.rooms["care"], a_card(buttons=(CLAIM,), ticket=42), ts, "m"
    )
    here.desk.outcomes["claim"] = Refusal(said("Aoi has it <already>"))
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=line)
    (told,) = here.private(BEN)
    assert told["text"] == "Aoi has it &lt;already&gt;"
    assert told["thread"] == ts


async def test_answer_is_shown_alone_or_in_the_room(here: World) -> None:
    here.desk.outcomes["list"] = Answer(a_card("three tickets"))
    here.desk.outcomes["report"] = Answer(a_card("figures"))
    await here.cloud.hands.command(BEN, ROOM, "/care", "list mine")
    await here.cloud.hands.command(BEN, ROOM, "/care-report", "today in room")
    assert [told["text"] for told in here.private(BEN)] == ["three tickets", "figures"]
    assert [m.text for m in here.cloud.state.in_room(ROOM) if not m.ephemeral_to] == []
    assert [(c.command, c.line, c.origin) for c in here.desk.calls] == [
        ("list", "mine", Origin.SLASH),
        ("report", "today in room", Origin.SLASH),
    ]


async def test_slash_command_names_people_as_app_yaml_does_and_is_unescaped(here: World) -> None:
    await here.cloud.hands.command(AOI, ROOM, "/care", "assign　42 @ben 5 < 6 & 7")
    await here.cloud.hands.command(AOI, ROOM, "/care", "")
    assert [(c.command, c.line) for c in here.desk.calls] == [
        ("assign", "42 @ben 5 < 6 & 7"),
        ("help", ""),
    ]


async def test_slash_command_is_answered_where_the_app_is_not(here: World) -> None:
    here.desk.outcomes["list"] = Answer(a_card("three tickets"))
    await here.cloud.hands.command(BEN, ELSEWHERE, "/care", "list")
    assert [told["text"] for told in here.private(BEN)] == ["three tickets"]


async def test_words_in_a_cards_thread_are_a_note_and_elsewhere_nothing(here: World) -> None:
    ts = await here.card()
    other = await here.cloud.hands.say(BEN, ROOM, "lunch?")
    await here.cloud.hands.say(AOI, ROOM, "yes", other["ts"])
    await here.cloud.hands.say(BEN, ROOM, "asked @aoi, see https://example.org/a?b=1&c", ts)
    await here.until(lambda: here.desk.calls)
    (call,) = here.desk.calls
    assert (call.command, call.line, call.ticket, call.origin) == (
        "note",
        "asked @aoi, see https://example.org/a?b=1&c",
        42,
        Origin.THREAD,
    )


async def test_commands_in_a_thread_by_exclamation_mark_or_by_name(here: World) -> None:
    ts = await here.card()
    await here.cloud.hands.say(BEN, ROOM, "!reply It is on its way!", ts)
    await here.cloud.hands.say(BEN, ROOM, "！担当", ts)
    await here.cloud.hands.say(BEN, ROOM, "@care close resolved", ts)
    await here.cloud.hands.say(BEN, ROOM, "@care list mine")
    await here.until(lambda: len(here.desk.calls) == 4)
    await here.until(lambda: len(here.cloud.delivered) == 7)
    assert sorted((c.command, c.line, c.ticket) for c in here.desk.calls if c.ticket) == [
        ("close", "resolved", 42),
        ("reply", "It is on its way!", 42),
        ("担当", "", 42),
    ]
    assert [c.line for c in here.desk.calls if c.ticket is None] == ["mine"]


@pytest.mark.parametrize("user", [LOST, GUEST, STRANGER])
async def test_strangers_guests_and_other_workspaces_are_told_so_alone(
    here: World, user: str
) -> None:
    ts = await here.card(buttons=(CLAIM,))
    done = await here.cloud.hands.press(user, "do:claim", channel=ROOM, ts=ts)
    assert done["acked"] is True
    assert here.desk.calls == []
    (told,) = here.private(user)
    assert told["text"].startswith(
        {LOST: "I do not know you", GUEST: "Guests", STRANGER: "People of other"}[user]
    )


async def test_who_somebody_is_is_asked_once_in_five_minutes(here: World) -> None:
    ts = await here.card(buttons=(CLAIM,))
    for _ in range(3):
        await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    assert here.outcomes("users.info") == ["ok"]
    assert here.desk.asked == [BEN]


async def test_who_somebody_is_is_asked_anew_where_app_yaml_was_read_anew(here: World) -> None:
    ts = await here.card(buttons=(CLAIM,))
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    here.desk.policy = replace(here.desk.policy)
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    assert here.desk.asked == [BEN, BEN]


async def test_slow_press_is_acknowledged_in_time_and_its_outcome_follows(here: World) -> None:
    async def slow(_call: Call) -> Outcome:
        await asyncio.sleep(2.4)
        return Done(said("claimed in the end"))

    here.desk.outcomes["claim"] = slow
    ts = await here.card(buttons=(CLAIM,))
    done = await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    assert done["acked"] is True
    assert done["ms"] < 2_500
    assert "moment" in str(here.view(BEN).content)
    await here.until(lambda: "claimed in the end" in str(here.view(BEN).content))


async def test_failure_of_ours_is_a_sentence(here: World) -> None:
    async def full(_call: Call) -> Outcome:
        raise StorageError("disk full")

    here.desk.outcomes["claim"] = full
    ts = await here.card(buttons=(CLAIM,))
    await here.cloud.hands.press(BEN, "do:claim", channel=ROOM, ts=ts)
    assert here.private(BEN)[0]["text"].startswith("Something failed on our side")


async def test_question_outside_a_form_is_asked_with_a_yes(here: World) -> None:
    ts = await here.card()

    async def asks(call: Call) -> Outcome:
        return (
            Done()
            if "personal-data" in call.confirmed
            else Refusal(said("Send a phone number?"), asks="personal-data")
        )

    here.desk.outcomes["reply"] = asks
    await here.cloud.hands.say(BEN, ROOM, "!reply call 090-1234-5678", ts)
    await here.until(lambda: here.private(BEN))
    (asked,) = [m for m in here.cloud.state.in_room(ROOM) if m.ephemeral_to == BEN]
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=asked.ts)
    again = here.desk.calls[-1]
    assert (again.line, again.ticket, again.confirmed) == (
        "call 090-1234-5678",
        42,
        frozenset({"personal-data"}),
    )


async def test_link_button_is_only_acknowledged(here: World) -> None:
    ts = await here.card(buttons=(Button("show", text("t-claim"), url="https://example.org/1"),))
    done = await here.cloud.hands.press(LOST, "open:show", channel=ROOM, ts=ts)
    assert done["acked"] is True
    assert here.desk.calls == []
    assert here.private(LOST) == []
