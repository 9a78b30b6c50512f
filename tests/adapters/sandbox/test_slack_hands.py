"""What people do in Slack's window, and what the app hears of it."""

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
)

from adapters.sandbox.slack import CannotBeDone

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


async def test_a_message_shortcut_brings_its_message(slack: Slack) -> None:
    wire = await slack.connect()
    ts = await slack.post()
    await slack.cloud.hands.shortcut(BEN, ROOM, ts, "make_ticket")
    (payload,) = wire.payloads("interactive")
    assert (payload["type"], payload["callback_id"]) == ("message_action", "make_ticket")
    assert payload["message"]["ts"] == ts


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


async def test_the_hands_answer_to_loopback_names_only(slack: Slack) -> None:
    origin = slack.base.removesuffix("/slack")
    headers = {"Host": "evil.example"}
    async with slack.http.get(f"{origin}/dev/slack/state?as=U1", headers=headers) as answer:
        assert answer.status == 403
