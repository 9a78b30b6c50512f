"""The Web API's reading methods, files, Home, and the refusals that are no rule of the table."""

import dataclasses
import io
from typing import Any

import pytest
from slack_sandbox import (
    AOI,
    APP,
    BEN,
    BOT,
    ELSEWHERE,
    HIDDEN,
    PRIVATE,
    ROOM,
    STRANGER,
    Slack,
    actions,
    button,
    modal,
    outcome,
)

from adapters.sandbox.slack import CannotBeDone

pytestmark = pytest.mark.anyio


async def test_auth_test_names_the_bot_and_its_scopes(slack: Slack) -> None:
    answer = await slack.web.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (BOT, "B1", "T1")
    assert "chat:write" in answer.headers["X-OAuth-Scopes"].split(",")


async def test_tokens_are_asked_for_and_may_be_revoked(slack: Slack) -> None:
    async with slack.http.post(f"{slack.base}/api/auth.test") as answer:
        assert await answer.json() == {"ok": False, "error": "not_authed"}
    slack.cloud.state.revoked = True
    assert await outcome(slack.web.auth_test()) == "token_revoked"


async def test_a_missing_scope_says_what_is_needed(slack: Slack) -> None:
    slack.cloud.state.scopes = frozenset({"chat:write"})
    async with slack.http.get(
        f"{slack.base}/api/users.info?user={BEN}",
        headers={"Authorization": f"Bearer {APP.bot_token}"},
    ) as answer:
        assert await answer.json() == {
            "ok": False,
            "error": "missing_scope",
            "needed": "users:read",
            "provided": "chat:write",
        }
    assert await outcome(slack.web.conversations_info(channel=PRIVATE)) == "missing_scope"


async def test_arguments_come_as_query_form_or_json(slack: Slack) -> None:
    url, head = f"{slack.base}/api/users.info", {"Authorization": f"Bearer {APP.bot_token}"}
    sent = [
        slack.http.get(url, params={"user": BEN}, headers=head),
        slack.http.post(url, data={"user": BEN}, headers=head),
        slack.http.post(url, json={"user": BEN}, headers=head),
        slack.http.post(url, data={"user": BEN, "token": APP.bot_token}),
    ]
    for one in sent:
        assert (await (await one).json())["user"]["name"] == "ben"
    for body, error in (("{", "invalid_json"), ("[]", "json_not_object")):
        bad = slack.http.post(url, data=body, headers={**head, "Content-Type": "application/json"})
        assert (await (await bad).json())["error"] == error
    assert await outcome(slack.web.api_call("no.such")) == "unknown_method"


async def test_people_show_guests_and_strangers(slack: Slack) -> None:
    people = {one["id"]: one for one in (await slack.web.users_list())["members"]}
    assert people[STRANGER]["is_stranger"] is True
    assert people["U3"]["is_restricted"] is True
    assert people[BOT]["is_bot"] is True
    info = await slack.web.users_info(user=AOI, include_locale=True)
    assert info["user"]["locale"] == "ja-JP"
    assert await outcome(slack.web.users_info(user="U999")) == "user_not_found"


async def test_private_rooms_without_the_app_are_not_there(slack: Slack) -> None:
    assert await outcome(slack.web.conversations_info(channel=HIDDEN)) == "channel_not_found"
    assert await outcome(slack.post(HIDDEN)) == "channel_not_found"
    assert (await slack.web.conversations_info(channel=ELSEWHERE))["channel"]["is_member"] is False
    listed = await slack.web.conversations_list(types="public_channel,private_channel")
    assert [one["id"] for one in listed["channels"]] == ["C1", "C2", "C3", "C5"]
    assert (await slack.web.conversations_members(channel=PRIVATE))["members"] == [BOT, AOI]


async def test_histories_come_in_pages_the_newest_first(slack: Slack) -> None:
    sent = []
    for number in range(5):
        sent.append(await slack.post(text=str(number)))
        await slack.clock.turn(1)
    first = await slack.web.conversations_history(channel=ROOM, limit=3)
    cursor = first["response_metadata"]["next_cursor"]
    rest = await slack.web.conversations_history(channel=ROOM, limit=3, cursor=cursor)
    assert [one["text"] for one in [*first["messages"], *rest["messages"]]] == list("43210")
    assert (first["has_more"], rest["has_more"]) == (True, False)
    since = await slack.web.conversations_history(channel=ROOM, oldest=sent[3])
    assert [one["text"] for one in since["messages"]] == ["4"]
    bad = slack.web.conversations_history(channel=ROOM, cursor="nonsense!")
    assert await outcome(bad) == "invalid_cursor"


async def test_a_thread_is_read_from_its_head_with_metadata(slack: Slack) -> None:
    ts = await slack.post(metadata={"event_type": "ticket", "event_payload": {"id": "42"}})
    await slack.post(text="a reply", thread_ts=ts)
    thread = await slack.web.conversations_replies(channel=ROOM, ts=ts, include_all_metadata=True)
    head, reply = thread["messages"]
    assert head["metadata"] == {"event_type": "ticket", "event_payload": {"id": "42"}}
    assert (head["reply_count"], reply["thread_ts"]) == (1, ts)
    only = await slack.web.conversations_history(channel=ROOM)
    assert [one["ts"] for one in only["messages"]] == [ts]
    lost = slack.web.conversations_replies(channel=ROOM, ts="1.000001")
    assert await outcome(lost) == "thread_not_found"


async def test_an_answer_to_a_reply_goes_to_the_threads_head(slack: Slack) -> None:
    ts = await slack.post()
    reply = await slack.post(thread_ts=ts)
    below = await slack.web.chat_postMessage(channel=ROOM, text="x", thread_ts=reply)
    assert below["message"]["thread_ts"] == ts


async def test_text_without_blocks_removes_them(slack: Slack) -> None:
    ts = await slack.post(blocks=[actions(button())])
    updated = await slack.web.chat_update(channel=ROOM, ts=ts, text="done")
    assert "blocks" not in updated["message"]
    assert "edited" in updated["message"]


async def test_a_person_is_reached_by_direct_message(slack: Slack) -> None:
    room = (await slack.web.conversations_open(users=BEN))["channel"]["id"]
    sent = await slack.web.chat_postMessage(channel=BEN, text="for you")
    assert sent["channel"] == room
    assert [(one.user, one.why) for one in slack.cloud.state.pushes] == [(BEN, "dm")]
    assert await outcome(slack.web.conversations_open(users="U999")) == "user_not_found"


async def test_direct_messages_are_opened_again_and_read_with_their_metadata(slack: Slack) -> None:
    first = await slack.web.conversations_open(users=BEN)
    again = await slack.web.conversations_open(users=BEN, return_im=True)
    room = first["channel"]["id"]
    assert (first.get("already_open"), again["already_open"]) == (None, True)
    assert (first["channel"], again["channel"]["user"]) == ({"id": room}, BEN)
    resumed = await slack.web.conversations_open(channel=room)
    assert resumed["channel"] == {"id": room}
    mark = {"event_type": "care", "event_payload": {"marker": "m1"}}
    await slack.post(room, metadata=mark)
    history = await slack.web.conversations_history(channel=room, include_all_metadata=True)
    assert [one["metadata"] for one in history["messages"]] == [mark]
    slack.cloud.state.scopes = slack.cloud.state.scopes - {"im:history", "im:write"}
    for call in (
        slack.web.conversations_history(channel=room),
        slack.web.conversations_open(users=BEN),
    ):
        assert await outcome(call) == "missing_scope"


async def test_what_a_person_writes_to_the_app_is_an_event_unless_that_is_off(
    slack: Slack,
) -> None:
    wire = await slack.connect()
    room = (await slack.web.conversations_open(users=BEN))["channel"]["id"]
    await slack.cloud.hands.say(BEN, room, "@care list mine")
    (envelope,) = await wire.until(1)
    event = envelope["payload"]["event"]
    # In a direct message the app is not mentioned but spoken to.
    assert (event["type"], event["channel_type"], event["channel"]) == ("message", "im", room)
    for changes in ({"messages_read_only": True}, {"messages_tab": False}):
        slack.cloud.state.app = dataclasses.replace(APP, **changes)
        with pytest.raises(CannotBeDone, match="turned off"):
            await slack.cloud.hands.say(BEN, room, "hello?")


async def test_a_direct_message_room_has_one_pace_by_either_name(slack: Slack) -> None:
    room = (await slack.web.conversations_open(users=BEN))["channel"]["id"]
    for channel in (BEN, room, BEN, room):
        await slack.post(channel)
    assert await outcome(slack.post(BEN)) == "ratelimited"


async def test_who_waits_as_told_gets_through(slack: Slack) -> None:
    for _ in range(20):
        await slack.web.users_list()
    async with slack.http.get(
        f"{slack.base}/api/users.list", headers={"Authorization": f"Bearer {APP.bot_token}"}
    ) as limited:
        assert (limited.status, limited.headers["Retry-After"]) == (429, "60")
        assert await limited.json() == {"ok": False, "error": "ratelimited"}
    await slack.clock.turn(60)
    assert await outcome(slack.web.users_list()) == "ok"


async def test_user_groups(slack: Slack) -> None:
    (group,) = (await slack.web.usergroups_list(include_users=True))["usergroups"]
    assert (group["handle"], group["users"]) == ("leads", [AOI])
    assert (await slack.web.usergroups_users_list(usergroup="S1"))["users"] == [AOI]
    assert await outcome(slack.web.usergroups_users_list(usergroup="S9")) == "no_such_subteam"


async def test_a_link_to_a_message(slack: Slack) -> None:
    ts = await slack.post()
    link = (await slack.web.chat_getPermalink(channel=ROOM, message_ts=ts))["permalink"]
    assert link == f"https://aozora.slack.com/archives/C1/p{ts.replace('.', '')}"
    lost = slack.web.chat_getPermalink(channel=ROOM, message_ts="1.000001")
    assert await outcome(lost) == "message_not_found"


async def test_files_go_up_in_three_steps(slack: Slack) -> None:
    done = await slack.web.files_upload_v2(
        channel=ROOM, filename="report.csv", content="a,b\n", initial_comment="today"
    )
    (message,) = (await slack.web.conversations_history(channel=ROOM))["messages"]
    assert (message["text"], message["files"][0]["id"]) == ("today", done["file"]["id"])
    async with slack.http.get(message["files"][0]["url_private"]) as answer:
        assert await answer.text() == "a,b\n"
    assert (await slack.web.files_info(file=done["file"]["id"]))["file"]["size"] == 4
    never = slack.web.files_completeUploadExternal(files=[{"id": "F404"}])
    assert await outcome(never) == "file_not_found"


async def test_a_file_goes_to_threads_rooms_and_people_with_its_first_lines(slack: Slack) -> None:
    head = await slack.post()
    wire = await slack.connect()
    content = "時刻,件数\n" + "9:00,3\n" * 9
    await slack.web.files_upload_v2(
        channel=ROOM, thread_ts=head, filename="集計 a.csv", content=content
    )
    (envelope,) = await wire.until(1)
    event = envelope["payload"]["event"]
    assert (event["subtype"], event["thread_ts"]) == ("file_share", head)
    (file,) = event["files"]
    assert (file["name"], file["mimetype"], file["size"]) == ("集計 a.csv", "text/csv", 77)
    assert file["preview"].splitlines() == ["時刻,件数", *["9:00,3"] * 4]
    assert (file["lines"], file["lines_more"], file["preview_is_truncated"]) == (10, 5, True)
    async with slack.http.get(file["url_private_download"]) as answer:
        assert (answer.content_type, await answer.text()) == ("text/csv", content)
        assert answer.content_disposition is not None
        assert answer.content_disposition.filename == "集計 a.csv"
    shared = await slack.web.files_upload_v2(channels=[ROOM, BEN], filename="b.bin", content="b")
    direct = (await slack.web.conversations_open(users=BEN))["channel"]["id"]
    (private,) = (await slack.web.conversations_history(channel=direct))["messages"]
    assert private["files"][0]["id"] == shared["file"]["id"]
    assert "preview" not in private["files"][0]


@pytest.mark.parametrize(
    ("where", "error"),
    [
        ({"channel_id": "C404"}, "invalid_channel"),
        ({"channel_id": HIDDEN}, "invalid_channel"),
        ({"channel_id": ELSEWHERE}, "not_in_channel"),
        ({"channels": [ROOM, BEN], "thread_ts": "1.000001"}, "invalid_arguments"),
        ({"channel_id": ROOM, "thread_ts": "1.000001"}, "thread_not_found"),
        ({}, "ok"),
    ],
)
async def test_where_a_file_may_go(slack: Slack, where: dict[str, Any], error: str) -> None:
    announced = await slack.web.files_getUploadURLExternal(filename="a.txt", length=3)
    sent = {"files": [{"id": announced["file_id"]}], **where}
    # Without its bytes there is nothing to share yet.
    early = slack.web.files_completeUploadExternal(files=[{"id": announced["file_id"]}])
    assert await outcome(early) == "file_not_found"
    async with slack.http.post(announced["upload_url"], data=b"abc") as answer:
        assert answer.status == 200
    assert await outcome(slack.web.files_completeUploadExternal(**sent)) == error


async def test_blocks_validate_names_every_fault(slack: Slack) -> None:
    assert await outcome(slack.web.blocks_validate(blocks=[actions(button())])) == "ok"
    assert await outcome(slack.web.blocks_validate(view=modal())) == "ok"
    async with slack.http.post(
        f"{slack.base}/api/blocks.validate",
        json={"blocks": [{"type": "nothing"}, {"type": "header"}]},
        headers={"Authorization": f"Bearer {APP.bot_token}"},
    ) as answer:
        body = await answer.json()
    assert body["error"] == "invalid_blocks"
    assert [one["pointer"] for one in body["errors"]] == ["/blocks/0/type", "/blocks/1"]
    assert await outcome(slack.web.blocks_validate()) == "invalid_arguments"


async def test_the_app_deletes_its_own_messages(slack: Slack) -> None:
    wire = await slack.connect()
    ts = await slack.post()
    await slack.web.chat_delete(channel=ROOM, ts=ts)
    await wire.until(2)
    assert wire.got[1]["payload"]["event"]["subtype"] == "message_deleted"
    assert await outcome(slack.web.chat_delete(channel=ROOM, ts=ts)) == "message_not_found"


async def test_a_broadcast_reply_is_in_the_room_too(slack: Slack) -> None:
    ts = await slack.post()
    reply = await slack.post(thread_ts=ts, reply_broadcast=True)
    newest, _ = (await slack.web.conversations_history(channel=ROOM))["messages"]
    assert (newest["ts"], newest["subtype"]) == (reply, "thread_broadcast")
    link = (await slack.web.chat_getPermalink(channel=ROOM, message_ts=reply))["permalink"]
    assert link.endswith(f"?thread_ts={ts}&cid={ROOM}")


async def test_multipart_uploads_are_taken_too(slack: Slack) -> None:
    announced = await slack.web.files_getUploadURLExternal(filename="a.txt", length=3)
    async with slack.http.post(
        announced["upload_url"], data={"file": io.BytesIO(b"abc")}
    ) as answer:
        assert await answer.text() == "OK - 3"
    async with slack.http.post(announced["upload_url"], data=b"abc") as again:
        assert (again.status, await again.text()) == (404, "file_not_found")
    async with slack.http.get(f"{slack.base}/files/F404/a.txt") as lost:
        assert lost.status == 404


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("chat.postMessage", {"channel": ROOM, "blocks": "{"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": ROOM, "blocks": {"a": 1}}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": BOT, "text": "me"}, "channel_not_found"),
        (
            "chat.postMessage",
            {"channel": ROOM, "text": "x", "metadata": {"event_type": 1}},
            "invalid_metadata_format",
        ),
        ("chat.postEphemeral", {"channel": ROOM, "user": "U9", "text": "x"}, "user_not_found"),
        ("chat.update", {"channel": ROOM, "text": "x"}, "invalid_arguments"),
        ("conversations.open", {"users": BOT}, "cannot_dm_bot"),
        ("conversations.history", {"channel": ROOM, "limit": 5000}, "invalid_limit"),
        ("conversations.history", {"channel": ROOM, "oldest": "x"}, "invalid_ts_oldest"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": f"{BEN},{AOI}"}, "method_not_supported_for_channel_type"),
        ("conversations.open", {"channel": ROOM}, "method_not_supported_for_channel_type"),
        ("conversations.open", {"channel": "D404"}, "channel_not_found"),
        ("files.getUploadURLExternal", {"filename": "a", "length": "long"}, "invalid_arguments"),
        ("files.getUploadURLExternal", {"length": 3}, "invalid_arguments"),
        ("files.completeUploadExternal", {"files": {"id": 1}}, "invalid_arguments"),
        ("files.info", {"file": "F404"}, "file_not_found"),
        ("views.open", {"trigger_id": "1.2.a", "view": modal()}, "invalid_trigger_id"),
        ("views.open", {"trigger_id": "1.2.a"}, "invalid_arguments"),
        ("views.update", {"view_id": "V404", "view": modal()}, "not_found"),
        (
            "views.publish",
            {"user_id": "U9", "view": {"type": "home", "blocks": []}},
            "user_not_found",
        ),
    ],
)
async def test_refusals(slack: Slack, method: str, args: dict[str, object], error: str) -> None:
    assert await outcome(slack.web.api_call(method, json=args)) == error


async def test_a_push_needs_the_view_it_came_from(slack: Slack) -> None:
    trigger = await slack.trigger()
    assert await outcome(slack.web.views_push(trigger_id=trigger, view=modal())) == "not_found"


async def test_rooms_say_how_many_they_are_and_whose(slack: Slack) -> None:
    info = await slack.web.conversations_info(channel=ROOM, include_num_members=True)
    assert info["channel"]["num_members"] == 4
    room = (await slack.web.conversations_open(users=BEN))["channel"]["id"]
    assert (await slack.web.conversations_info(channel=room))["channel"]["user"] == BEN
    slack.cloud.state.change_room(slack.cloud.state.rooms[ROOM], members=frozenset({BEN}))
    assert await outcome(slack.post()) == "not_in_channel"


async def test_a_body_that_is_no_form_and_no_json(slack: Slack) -> None:
    head = {"Authorization": f"Bearer {APP.bot_token}", "Content-Type": "text/xml"}
    async with slack.http.post(f"{slack.base}/api/auth.test", data="<a/>", headers=head) as answer:
        assert (await answer.json())["error"] == "invalid_post_type"


async def test_every_call_is_in_the_log(slack: Slack) -> None:
    await slack.post()
    await outcome(slack.post("C404"))
    assert [(one.method, one.outcome) for one in slack.cloud.calls] == [
        ("chat.postMessage", "ok"),
        ("chat.postMessage", "channel_not_found"),
    ]


async def test_an_update_in_an_archived_room_has_a_word_of_its_own(slack: Slack) -> None:
    ts = await slack.post()
    slack.cloud.state.change_room(slack.cloud.state.rooms[ROOM], archived=True)
    assert await outcome(slack.web.chat_update(channel=ROOM, ts=ts, text="new")) == "is_inactive"
    assert await outcome(slack.post()) == "is_archived"
