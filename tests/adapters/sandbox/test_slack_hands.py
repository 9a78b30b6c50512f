"""What people do in Slack's window, and what the app hears of it."""

import asyncio
import json
from typing import Any

import pytest
from slack_sandbox import (
    AOI,
    BEN,
    BOT,
    ELSEWHERE,
    GUEST,
    PRIVATE,
    ROOM,
    Slack,
    Wire,
    actions,
    button,
    field_of,
    menu,
    modal,
    option,
    outcome,
    slack_at,
)

from adapters.sandbox.slack import DOCUMENTED, CannotBeDone

pytestmark = pytest.mark.anyio

LIVE = {
    "type": "plain_text_input",
    "action_id": "text",
    "max_length": 10,
    "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
}


async def opened(slack: Slack, content: dict[str, Any]) -> str:
    view = await slack.web.views_open(trigger_id=await slack.trigger(), view=content)
    return str(view["view"]["id"])


def events(wire: Wire) -> list[dict[str, Any]]:
    return [one["event"] for one in wire.payloads("events_api")]


async def test_a_press_tells_who_pressed_what_and_where(slack: Slack) -> None:
    wire = await slack.connect()
    ts = await slack.post(blocks=[actions(button(value="42"), block_id="b1")])
    done = await slack.cloud.hands.press(BEN, "claim", channel=ROOM, ts=ts)
    assert done["acked"] is True
    (payload,) = wire.payloads("interactive")
    (action,) = payload["actions"]
    assert payload["user"] == {"id": BEN, "username": "ben", "name": "ben", "team_id": "T1"}
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": ROOM,
        "is_ephemeral": False,
    }
    assert (action["value"], action["block_id"], action["type"]) == ("42", "b1", "button")
    assert payload["message"]["ts"] == ts
    assert payload["response_url"].startswith(slack.base)


async def test_a_choice_carries_the_whole_option(slack: Slack) -> None:
    wire = await slack.connect()
    ts = await slack.post(blocks=[actions(menu(options=[option("note", "Note")]))])
    await slack.cloud.hands.press(BEN, "more", channel=ROOM, ts=ts, value="note")
    (payload,) = wire.payloads("interactive")
    assert payload["actions"][0]["selected_option"] == option("note", "Note")
    with pytest.raises(CannotBeDone):
        await slack.cloud.hands.press(BEN, "more", channel=ROOM, ts=ts, value="other")


async def test_only_members_see_and_press(slack: Slack) -> None:
    ts = await slack.post(PRIVATE, blocks=[actions(button())])
    with pytest.raises(CannotBeDone):
        await slack.cloud.hands.press(BEN, "claim", channel=PRIVATE, ts=ts)
    assert PRIVATE not in {room["id"] for room in (await seen(slack, BEN))["rooms"]}
    assert PRIVATE in {room["id"] for room in (await seen(slack, AOI))["rooms"]}


async def test_an_ephemeral_message_is_one_persons_own(slack: Slack) -> None:
    wire = await slack.connect()
    sent = await slack.web.chat_postEphemeral(
        channel=ROOM, user=BEN, text="psst", blocks=[actions(button())]
    )
    ts = sent["message_ts"]
    with pytest.raises(CannotBeDone):
        await slack.cloud.hands.press(AOI, "claim", channel=ROOM, ts=ts)
    await slack.cloud.hands.press(BEN, "claim", channel=ROOM, ts=ts)
    (payload,) = wire.payloads("interactive")
    assert payload["container"]["is_ephemeral"] is True
    assert "message" not in payload
    (room,) = [one for one in (await seen(slack, BEN))["rooms"] if one["id"] == ROOM]
    assert [one["ephemeral"] for one in room["messages"]] == [True]
    assert (await slack.web.conversations_history(channel=ROOM))["messages"] == []


async def test_text_is_escaped_and_names_are_mentions(slack: Slack) -> None:
    wire = await slack.connect()
    await slack.cloud.hands.say(BEN, ROOM, "@care assign 42 @伊藤 葵 <b> & https://a.test/x?a=1")
    await wire.until(2)
    message, mention = events(wire)
    words = f"<@{BOT}> assign 42 <@{AOI}> &lt;b&gt; &amp; <https://a.test/x?a=1>"
    assert (message["type"], message["text"]) == ("message", words)
    assert (mention["type"], mention["text"]) == ("app_mention", words)
    assert message["client_msg_id"]
    assert (message["channel"], message["channel_type"]) == (ROOM, "channel")


async def test_commands_name_people_with_id_and_name(slack: Slack) -> None:
    wire = await slack.connect()
    await slack.cloud.hands.command(BEN, ROOM, "/care", "assign 42 @伊藤 葵")
    (payload,) = wire.payloads("slash_commands")
    assert payload["text"] == f"assign 42 <@{AOI}|伊藤 葵>"
    assert "thread_ts" not in payload


async def test_an_unknown_command_never_reaches_the_app(slack: Slack) -> None:
    wire = await slack.connect()
    done = await slack.cloud.hands.command(BEN, ROOM, "/nothing")
    assert done == {"acked": None, "error": "unknown_command"}
    assert wire.got == []


async def test_events_come_from_rooms_where_the_app_is(slack: Slack) -> None:
    wire = await slack.connect()
    await slack.cloud.hands.say(BEN, ELSEWHERE, "quiet")
    await slack.cloud.hands.say(AOI, PRIVATE, "here")
    await wire.until(1)
    assert [(one["text"], one["channel_type"]) for one in events(wire)] == [("here", "group")]


async def test_the_apps_own_posts_edits_and_deletions_come_back_as_events(slack: Slack) -> None:
    wire = await slack.connect()
    ts = await slack.post()
    await slack.web.chat_update(channel=ROOM, ts=ts, text="changed")
    await slack.cloud.hands.delete(BEN, ROOM, ts)
    await wire.until(3)
    posted, changed, deleted = events(wire)
    assert (posted["bot_id"], posted["text"]) == ("B1", "hi")
    assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "changed")
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)
    assert await outcome(slack.web.chat_update(channel=ROOM, ts=ts, text="x")) == (
        "message_not_found"
    )


async def test_a_deleted_card_with_replies_leaves_a_mark(slack: Slack) -> None:
    ts = await slack.post()
    await slack.cloud.hands.say(BEN, ROOM, "a note", thread_ts=ts)
    await slack.cloud.hands.delete(BEN, ROOM, ts)
    (room,) = [one for one in (await seen(slack, BEN))["rooms"] if one["id"] == ROOM]
    assert [(one["text"], one["deleted"]) for one in room["messages"]] == [
        ("This message was deleted.", True),
        ("a note", False),
    ]


async def test_push_goes_to_the_named_and_to_the_thread(slack: Slack) -> None:
    ts = await slack.post(text="card 42")
    await slack.cloud.hands.say(BEN, ROOM, "mine", thread_ts=ts)
    await slack.post(text=f"new answer for <@{AOI}>", thread_ts=ts)
    pushes = [(one.user, one.why, one.text) for one in slack.cloud.state.pushes]
    words = f"new answer for <@{AOI}>"
    assert pushes == [(BEN, "thread", words), (AOI, "mention", words)]


async def test_typing_reaches_the_app_only_where_it_asks(slack: Slack) -> None:
    view = await opened(
        slack, modal(field_of(LIVE, dispatch_action=True), field_of(block_id="quiet"))
    )
    wire = await slack.connect()
    await slack.cloud.hands.type(BEN, view, "quiet", "text", "unheard")
    await slack.cloud.hands.type(BEN, view, "reply", "text", "日本")
    (payload,) = wire.payloads("interactive")
    assert payload["type"] == "block_actions"
    assert payload["actions"][0]["value"] == "日本"
    assert payload["view"]["state"]["values"]["quiet"]["text"]["value"] == "unheard"


async def test_an_update_keeps_what_was_typed_where_the_ids_are_kept(slack: Slack) -> None:
    view = await opened(slack, modal(field_of(), field_of(block_id="other")))
    await slack.cloud.hands.type(BEN, view, "reply", "text", "kept")
    await slack.cloud.hands.type(BEN, view, "other", "text", "lost")
    await slack.web.views_update(view_id=view, view=modal(field_of(), field_of(block_id="new")))
    (shown,) = (await seen(slack, BEN))["views"]
    assert {block: held["text"]["value"] for block, held in shown["state"]["values"].items()} == {
        "reply": "kept",
        "new": None,
    }


async def test_slack_itself_refuses_what_is_missing_or_too_long(slack: Slack) -> None:
    view = await opened(slack, modal(field_of(LIVE)))
    wire = await slack.connect()
    missing = await slack.cloud.modals.submit(BEN, view)
    long = await slack.cloud.modals.submit(BEN, view, {"reply": {"text": "x" * 11}})
    assert missing["errors"] == {"reply": "Please complete this required field."}
    assert long["errors"] == {"reply": "Must be less than 11 characters"}
    assert wire.got == []


async def test_a_submission_closes_the_view_or_shows_errors(slack: Slack) -> None:
    view = await opened(slack, modal())
    wire = await slack.connect()
    wire.answer = lambda _: {"response_action": "errors", "errors": {"reply": "not today"}}
    refused = await slack.cloud.modals.submit(BEN, view, {"reply": {"text": "hi"}})
    assert (refused["response_action"], refused["errors"]) == ("errors", {"reply": "not today"})
    wire.answer = lambda _: None
    done = await slack.cloud.modals.submit(BEN, view)
    assert done["acked"] is True
    assert slack.cloud.state.views[BEN] == []
    assert [one["type"] for one in wire.payloads("interactive")] == ["view_submission"] * 2


async def test_a_submission_may_update_push_and_clear(slack: Slack) -> None:
    view = await opened(slack, modal())
    wire = await slack.connect()
    filled = {"reply": {"text": "hi"}}
    wire.answer = lambda _: {"response_action": "update", "view": modal(callback_id="second")}
    await slack.cloud.modals.submit(BEN, view, filled)
    assert [one.content["callback_id"] for one in slack.cloud.state.views[BEN]] == ["second"]
    wire.answer = lambda _: {"response_action": "push", "view": modal(callback_id="third")}
    await slack.cloud.modals.submit(BEN, view, filled)
    assert [one.content["callback_id"] for one in slack.cloud.state.views[BEN]] == [
        "second",
        "third",
    ]
    wire.answer = lambda _: {"response_action": "clear"}
    await slack.cloud.modals.submit(BEN, slack.cloud.state.views[BEN][-1].id, filled)
    assert slack.cloud.state.views[BEN] == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"response_action": "errors", "errors": {"nowhere": "x"}}, "invalid_response_errors"),
        ({"response_action": "update", "view": {"type": "modal"}}, "invalid_arguments"),
        ({"response_action": "dance"}, "invalid_response_action"),
    ],
)
async def test_a_bad_acknowledgement_leaves_the_view_and_says_so(
    slack: Slack, answer: dict[str, Any], error: str
) -> None:
    view = await opened(slack, modal())
    wire = await slack.connect()
    wire.answer = lambda _: answer
    done = await slack.cloud.modals.submit(BEN, view, {"reply": {"text": "hi"}})
    assert done["error"] == error
    assert len(slack.cloud.state.views[BEN]) == 1
    assert slack.cloud.state.notices[-1].error == error


async def test_closing_is_told_only_where_it_is_asked_for(slack: Slack) -> None:
    quiet = await opened(slack, modal())
    wire = await slack.connect()
    await slack.cloud.modals.close(BEN, quiet)
    assert wire.got == []
    asked = await opened(slack, modal(notify_on_close=True, private_metadata="42"))
    await slack.cloud.modals.close(BEN, asked)
    (payload,) = wire.payloads("interactive")
    assert (payload["type"], payload["is_cleared"]) == ("view_closed", False)
    assert payload["view"]["private_metadata"] == "42"


async def test_an_answer_may_replace_and_take_away_an_ephemeral_message(slack: Slack) -> None:
    wire = await slack.connect()
    head = await slack.post()
    sent = await slack.web.chat_postEphemeral(
        channel=ROOM, user=BEN, text="sure?", thread_ts=head, blocks=[actions(button())]
    )
    ts = sent["message_ts"]
    await slack.cloud.hands.press(BEN, "claim", channel=ROOM, ts=ts)
    (payload,) = wire.payloads("interactive")
    assert payload["container"]["thread_ts"] == head
    url = payload["response_url"]
    await slack.http.post(url, json={"text": "done", "replace_original": True})
    assert slack.cloud.state.messages[ROOM][ts].text == "done"
    await slack.http.post(url, json={"delete_original": True})
    assert slack.cloud.state.messages[ROOM][ts].deleted
    # Nobody but that one person ever heard of it.
    assert len(events(wire)) == 1


async def test_an_answer_may_replace_or_delete_what_was_pressed(slack: Slack) -> None:
    wire = await slack.connect()
    ts = await slack.post(blocks=[actions(button())])
    await slack.cloud.hands.press(BEN, "claim", channel=ROOM, ts=ts)
    url = wire.payloads("interactive")[0]["response_url"]
    await slack.http.post(url, json={"text": "new", "replace_original": True})
    assert slack.cloud.state.messages[ROOM][ts].text == "new"
    await slack.http.post(url, json={"text": "all", "response_type": "in_channel"})
    await slack.http.post(url, json={"delete_original": True})
    (left,) = (await slack.web.conversations_history(channel=ROOM))["messages"]
    assert left["text"] == "all"


async def test_choices_in_a_modal_are_kept_and_sent_where_asked(slack: Slack) -> None:
    boxes = {
        "type": "checkboxes",
        "action_id": "text",
        "options": [option("a"), option("b")],
        "initial_options": [option("a")],
    }
    then = {"type": "radio_buttons", "action_id": "then", "options": [option("close")]}
    view = await opened(
        slack,
        modal(
            field_of(boxes, dispatch_action=True),
            field_of(then, block_id="then", optional=True),
            actions(button(value="canned"), block_id="tools"),
        ),
    )
    wire = await slack.connect()
    hands = slack.cloud.hands
    assert (await hands.press(BEN, "then", view_id=view, value="close")) == {"acked": None}
    assert (await hands.press(BEN, "text", view_id=view, value=["a", "b"]))["acked"] is True
    assert (await hands.press(BEN, "claim", view_id=view))["acked"] is True
    await slack.cloud.modals.submit(BEN, view, {"reply": {"text": "b"}, "then": {"then": None}})
    several, canned, submission = wire.payloads("interactive")
    assert several["actions"][0]["selected_options"] == [option("a"), option("b")]
    assert (canned["actions"][0]["value"], canned["container"]["view_id"]) == ("canned", view)
    assert submission["view"]["state"]["values"] == {
        "reply": {"text": {"type": "checkboxes", "selected_options": [option("b")]}},
        "then": {"then": {"type": "radio_buttons", "selected_option": None}},
    }


async def test_trouble_is_shown_to_the_person_who_acted(slack: Slack) -> None:
    view = await opened(slack, modal())
    ts = await slack.post(blocks=[actions(button())])
    done = [
        await slack.cloud.modals.submit(BEN, view, {"reply": {"text": "hi"}}),
        await slack.cloud.hands.press(BEN, "claim", channel=ROOM, ts=ts),
    ]
    assert [one["error"] for one in done] == ["dispatch_failed"] * 2
    notices = (await seen(slack, BEN))["notices"]
    assert [one["text"] for one in notices] == [
        "We had some trouble connecting. Try again?",
        "Something went wrong. Try again.",
    ]
    assert (await seen(slack, AOI))["notices"] == []


async def test_a_text_below_its_least_length_stays(slack: Slack) -> None:
    view = await opened(slack, modal(field_of({**LIVE, "min_length": 3})))
    short = await slack.cloud.modals.submit(BEN, view, {"reply": {"text": "hi"}})
    assert short["errors"] == {"reply": "Must be at least 3 characters"}


async def test_what_the_window_gives_no_way_to_do(slack: Slack) -> None:
    hands = slack.cloud.hands
    theirs = (await hands.say(AOI, ROOM, "mine"))["ts"]
    twice = await slack.post(blocks=[actions(button()), actions(button())])
    for attempt in (
        hands.say(BEN, ROOM, "  "),
        hands.say(BEN, "C5", "too late"),
        hands.say(BEN, ROOM, "hm", thread_ts="1.000001"),
        hands.edit(BEN, ROOM, theirs, "yours"),
        hands.delete(BEN, ROOM, theirs),
        hands.press(BEN, "claim", channel=ROOM, ts=twice),
    ):
        with pytest.raises(CannotBeDone):
            await attempt


async def test_everybody_is_notified_by_here_even_in_blocks(slack: Slack) -> None:
    words = {"type": "section", "text": {"type": "mrkdwn", "text": "<!here> breach"}}
    await slack.post(blocks=[words])
    assert {(one.user, one.why) for one in slack.cloud.state.pushes} == {
        (BEN, "channel"),
        (AOI, "channel"),
        ("U4", "channel"),
    }


async def test_direct_messages_carry_the_other_ones_name(slack: Slack) -> None:
    await slack.web.chat_postMessage(channel=BEN, text="for you")
    (direct,) = [room for room in (await seen(slack, BEN))["rooms"] if room["direct"]]
    assert direct["name"] == "Care"


async def test_the_window_may_be_read_room_by_room(slack: Slack) -> None:
    ts = await slack.post()
    await slack.post(PRIVATE)
    origin = slack.base.removesuffix("/slack")
    query = {"as": AOI, "room": PRIVATE}
    async with slack.http.get(f"{origin}/dev/slack/state", params=query) as answer:
        rooms = {room["id"]: room for room in (await answer.json())["rooms"]}
    assert (rooms[ROOM]["messages"], rooms[ROOM]["latest"]) == ([], ts)
    assert len(rooms[PRIVATE]["messages"]) == 1


async def test_the_three_seconds_can_be_made_shorter_for_a_test() -> None:
    async with slack_at(DOCUMENTED.with_value("ack_in", 0.5)) as slack:
        wire = await slack.connect(mute=True)
        commanding = asyncio.ensure_future(slack.cloud.hands.command(BEN, ROOM, "/care"))
        await wire.until(1)
        await slack.clock.turn(0.5)
        assert (await commanding)["error"] == "operation_timeout"


async def seen(slack: Slack, who: str) -> dict[str, Any]:
    origin = slack.base.removesuffix("/slack")
    async with slack.http.get(f"{origin}/dev/slack/state", params={"as": who}) as answer:
        body: dict[str, Any] = await answer.json()
    return body


async def dev(slack: Slack, act: str, **body: Any) -> tuple[int, dict[str, Any]]:
    origin = slack.base.removesuffix("/slack")
    async with slack.http.post(f"{origin}/dev/slack/{act}", json=body) as answer:
        return answer.status, await answer.json()


async def test_the_page_does_all_of_it_over_json(slack: Slack) -> None:
    wire = await slack.connect()
    ts = await slack.post(blocks=[actions(button())])
    status, done = await dev(slack, "press", **{"as": BEN}, channel=ROOM, ts=ts, action_id="claim")
    assert (status, done["acked"]) == (200, True)
    trigger = wire.payloads("interactive")[0]["trigger_id"]
    view = (await slack.web.views_open(trigger_id=trigger, view=modal(field_of(LIVE))))["view"]
    at = {"as": BEN, "view_id": view["id"]}
    typed = {"block_id": "reply", "action_id": "text", "value": "ok"}
    assert (await dev(slack, "type", **at, **typed))[0] == 200
    assert (await dev(slack, "submit", **at))[1]["acked"] is True
    assert (await dev(slack, "close", **at))[0] == 400
    _, said = await dev(slack, "say", **{"as": BEN}, channel=ROOM, text="hello", thread_ts=ts)
    assert (await dev(slack, "edit", **{"as": BEN}, channel=ROOM, ts=said["ts"], text="bye"))[
        0
    ] == 200
    assert (await dev(slack, "delete", **{"as": BEN}, channel=ROOM, ts=said["ts"]))[0] == 200
    assert (await dev(slack, "command", **{"as": BEN}, channel=ROOM, command="/care"))[0] == 200
    assert (await dev(slack, "say", **{"as": GUEST}, channel=ROOM, text="hi"))[0] == 400
    chosen = {"channel": ROOM, "ts": ts, "callback_id": "make_ticket"}
    assert (await dev(slack, "shortcut", **{"as": BEN}, **chosen))[0] == 200
    assert (await dev(slack, "home", **{"as": BEN}))[0] == 200
    assert (await dev(slack, "suggest", **{"as": BEN}, channel=ROOM, ts=ts, action_id="claim"))[
        0
    ] == 400
    assert (await dev(slack, "say", text="hi"))[1] == {"error": "missing: as"}
    assert (await dev(slack, "fault", method="*", kind="nonsense"))[0] == 400
    assert (await dev(slack, "fault", method="auth.test", kind="error"))[0] == 200
    assert await outcome(slack.web.auth_test()) == "internal_error"


async def test_a_change_ends_the_long_poll_and_flows_to_the_stream(slack: Slack) -> None:
    origin = slack.base.removesuffix("/slack")
    async with slack.http.get(f"{origin}/dev/slack/events") as stream:
        first = await stream.content.readline()
        await slack.post()
        async with slack.http.get(f"{origin}/dev/slack/changes", params={"since": "0"}) as answer:
            version = json.loads(await answer.text())["version"]
        await stream.content.readline()
        second = await stream.content.readline()
    assert (first, second) == (b"data: 0\n", f"data: {version}\n".encode())


async def test_the_pages_drawer_shows_calls_and_its_switches_work(slack: Slack) -> None:
    wire = await slack.connect()
    origin = slack.base.removesuffix("/slack")
    await slack.post()
    async with slack.http.get(f"{origin}/dev/slack/calls?count=1") as answer:
        (call,) = (await answer.json())["calls"]
    assert (call["method"], call["outcome"]) == ("chat.postMessage", "ok")
    assert (await dev(slack, "fault", method="*", kind="500", times=9))[0] == 200
    assert (await dev(slack, "fault", clear=True))[0] == 200
    assert await outcome(slack.web.auth_test()) == "ok"
    assert (await dev(slack, "drop"))[0] == 200
    assert slack.cloud.sockets.open == []
    await wire.ws.close()
    for path in ("state?as=U404", "changes?since=soon"):
        async with slack.http.get(f"{origin}/dev/slack/{path}") as answer:
            assert answer.status == 400
    async with slack.http.post(f"{origin}/dev/slack/say", data="[") as answer:
        assert answer.status == 400
    ts = await slack.post()
    for body in ({"as": BEN, "channel": ROOM, "ts": ts, "text": 5}, {"as": []}):
        async with slack.http.post(f"{origin}/dev/slack/edit", json=body) as answer:
            assert answer.status == 400


async def test_the_hands_answer_to_loopback_names_only(slack: Slack) -> None:
    origin = slack.base.removesuffix("/slack")
    headers = {"Host": "evil.example"}
    async with slack.http.get(f"{origin}/dev/slack/state?as=U1", headers=headers) as answer:
        assert answer.status == 403
