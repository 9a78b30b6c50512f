"""Every rule of Slack's stand-in is broken by a call of the vendor's plain client; with the rule
off, the very same call passes, so that no rule can fall asleep unnoticed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_breaches import ABOUT_THE_APP
from slack_sandbox import (
    APP,
    BEN,
    ELSEWHERE,
    GUEST,
    OLD,
    ROOM,
    Breach,
    Slack,
    actions,
    button,
    field_of,
    menu,
    modal,
    mrkdwn,
    option,
    outcome,
    plain,
    slack_at,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.sandbox.slack import DOCUMENTED

pytestmark = pytest.mark.anyio

Blocks = list[dict[str, Any]]


def message(blocks: Blocks, pointer: str) -> Breach:
    """Blocks that chat.postMessage refuses, pointing at the fault."""

    async def call(slack: Slack) -> str:
        answer = await slack.http.post(
            f"{slack.base}/api/chat.postMessage",
            json={"channel": ROOM, "text": "hi", "blocks": blocks},
            headers={"Authorization": f"Bearer {APP.bot_token}"},
        )
        return _said(await answer.json())

    return Breach(call, f"invalid_blocks {pointer}")


def view(content: dict[str, Any], pointer: str) -> Breach:
    """A view that views.open refuses, pointing at the fault."""

    async def call(slack: Slack) -> str:
        answer = await slack.http.post(
            f"{slack.base}/api/views.open",
            json={"trigger_id": await slack.trigger(), "view": content},
            headers={"Authorization": f"Bearer {APP.bot_token}"},
        )
        return _said(await answer.json())

    return Breach(call, f"invalid_arguments {pointer}")


def _said(body: dict[str, Any]) -> str:
    if body["ok"]:
        return "ok"
    (line,) = body["response_metadata"]["messages"]
    assert line.startswith("[ERROR] ")
    return f"{body['error']} {line.partition('[json-pointer:')[2].rstrip(']')}"


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn("hi"), **more}


def image(**more: Any) -> dict[str, Any]:
    return {"type": "image", "image_url": "https://a.test/i.png", "alt_text": "i", **more}


def ask(**more: Any) -> dict[str, Any]:
    words = {"title": plain("t"), "text": plain("t"), "confirm": plain("y"), "deny": plain("n")}
    return actions(button(confirm={**words, **more}))


def choices(kind: str, count: int) -> dict[str, Any]:
    options = [option(str(n)) for n in range(count)]
    return actions({"type": kind, "action_id": "more", "options": options})


ROW = [{"type": "raw_text", "text": "1"}]
INPUT = {"type": "plain_text_input", "action_id": "text"}

BLOCK_KIT = {
    "message_blocks": message([{"type": "divider"}] * 51, "/blocks"),
    "known_type": message([{"type": "data_visualization"}], "/blocks/0/type"),
    "known_property": message([section(colour="red")], "/blocks/0"),
    "required_property": message([{"type": "header"}], "/blocks/0"),
    "property_type": view(modal(field_of(optional="yes")), "/view/blocks/0/optional"),
    "text_kind": message([{"type": "header", "text": mrkdwn("h")}], "/blocks/0/text/type"),
    "element_place": message([actions(INPUT)], "/blocks/0/elements/0/type"),
    "text_not_empty": message([section(text=mrkdwn(""))], "/blocks/0/text/text"),
    "items_not_empty": message([actions()], "/blocks/0/elements"),
    "block_id_once": message([section(block_id="a"), section(block_id="a")], "/blocks/1/block_id"),
    "action_id_once": message([actions(button(), button())], "/blocks/0"),
    "choice_listed": message([actions(menu(initial_option=option("w")))], "/blocks/0/elements/0"),
    "options_or_groups": message(
        [actions(menu(option_groups=[{"label": plain("g"), "options": [option()]}]))],
        "/blocks/0/elements/0",
    ),
    "enum_value": message([actions(button(style="green"))], "/blocks/0/elements/0/style"),
    "date_format": message(
        [actions({"type": "datepicker", "action_id": "day", "initial_date": "1 May"})],
        "/blocks/0/elements/0/initial_date",
    ),
    "input_length_order": view(
        modal(field_of({**INPUT, "min_length": 9, "max_length": 5})),
        "/view/blocks/0/element/min_length",
    ),
    "one_focus": view(
        modal(
            field_of({**INPUT, "focus_on_load": True}),
            field_of({**INPUT, "focus_on_load": True}, block_id="b"),
        ),
        "/view/blocks",
    ),
    "block_id": message([section(block_id="x" * 256)], "/blocks/0/block_id"),
    "action_id": message([actions(button(action_id="x" * 256))], "/blocks/0/elements/0/action_id"),
    "section_text": message([section(text=mrkdwn("あ" * 3001))], "/blocks/0/text/text"),
    "section_fields": message([section(fields=[plain("f")] * 11)], "/blocks/0/fields"),
    "field_text": message([section(fields=[plain("f" * 2001)])], "/blocks/0/fields/0/text"),
    "header_text": message([{"type": "header", "text": plain("h" * 151)}], "/blocks/0/text/text"),
    "context_elements": message(
        [{"type": "context", "elements": [mrkdwn("c")] * 11}], "/blocks/0/elements"
    ),
    "context_text": message(
        [{"type": "context", "elements": [mrkdwn("c" * 3001)]}], "/blocks/0/elements/0/text"
    ),
    "actions_elements": message(
        [actions(*(button(action_id=str(n)) for n in range(26)))], "/blocks/0/elements"
    ),
    "markdown_text": message(
        [{"type": "markdown", "text": "m" * 6000}, {"type": "markdown", "text": "m" * 6001}],
        "/blocks",
    ),
    "alt_text": message([image(alt_text="a" * 2001)], "/blocks/0/alt_text"),
    "image_title": message([image(title=plain("t" * 2001))], "/blocks/0/title/text"),
    "url": message(
        [actions(button(url="https://a.test/" + "a" * 3000))], "/blocks/0/elements/0/url"
    ),
    "label": view(modal(field_of(label=plain("l" * 2001))), "/view/blocks/0/label/text"),
    "hint": view(modal(field_of(hint=plain("l" * 2001))), "/view/blocks/0/hint/text"),
    "button_text": message(
        [actions(button(text=plain("b" * 76)))], "/blocks/0/elements/0/text/text"
    ),
    "button_value": message([actions(button(value="b" * 2001))], "/blocks/0/elements/0/value"),
    "option_text": message(
        [actions(menu(options=[option(text="o" * 76)]))],
        "/blocks/0/elements/0/options/0/text/text",
    ),
    "option_value": message(
        [actions(menu(options=[option("v" * 151)]))], "/blocks/0/elements/0/options/0/value"
    ),
    "select_options": message([choices("static_select", 101)], "/blocks/0/elements/0/options"),
    "overflow_options": message([choices("overflow", 6)], "/blocks/0/elements/0/options"),
    "choices": message([choices("radio_buttons", 11)], "/blocks/0/elements/0/options"),
    "option_groups": message(
        [
            actions(
                {
                    "type": "static_select",
                    "action_id": "more",
                    "option_groups": [{"label": plain("g"), "options": [option()]}] * 101,
                }
            )
        ],
        "/blocks/0/elements/0/option_groups",
    ),
    "group_label": message(
        [
            actions(
                {
                    "type": "static_select",
                    "action_id": "more",
                    "option_groups": [{"label": plain("g" * 76), "options": [option()]}],
                }
            )
        ],
        "/blocks/0/elements/0/option_groups/0/label/text",
    ),
    "placeholder": message(
        [actions(menu(placeholder=plain("p" * 151)))], "/blocks/0/elements/0/placeholder/text"
    ),
    "input_length": view(
        modal(field_of({**INPUT, "max_length": 3001})), "/view/blocks/0/element/max_length"
    ),
    "confirm_title": message(
        [ask(title=plain("t" * 101))], "/blocks/0/elements/0/confirm/title/text"
    ),
    "confirm_text": message([ask(text=plain("t" * 301))], "/blocks/0/elements/0/confirm/text/text"),
    "confirm_button": message(
        [ask(deny=plain("n" * 31))], "/blocks/0/elements/0/confirm/deny/text"
    ),
    "table_rows": message([{"type": "table", "rows": [ROW] * 101}], "/blocks/0/rows"),
    "table_cells": message([{"type": "table", "rows": [ROW * 21]}], "/blocks/0/rows/0"),
    "view_blocks": view(modal(*[{"type": "divider"}] * 101), "/view/blocks"),
    "view_title": view(modal(title=plain("t" * 25)), "/view/title/text"),
    "view_button": view(modal(close=plain("t" * 25)), "/view/close/text"),
    "private_metadata": view(modal(private_metadata="m" * 3001), "/view/private_metadata"),
    "callback_id": view(modal(callback_id="m" * 256), "/view/callback_id"),
    "external_id": view(modal(external_id="m" * 256), "/view/external_id"),
    "submit_with_input": view(
        {"type": "modal", "title": plain("Reply"), "blocks": [field_of()]}, "/view"
    ),
}


async def heavy_blocks(slack: Slack) -> str:
    blocks = [section(text=mrkdwn("x" * 2900))] * 5
    return await outcome(slack.web.chat_postMessage(channel=ROOM, text="hi", blocks=blocks))


async def long_text(slack: Slack) -> str:
    sent = await slack.web.chat_postMessage(channel=ROOM, text="x" * 40_001)
    return "ok" if len(sent["message"]["text"]) == 40_001 else "cut"


async def long_update(slack: Slack) -> str:
    ts = await slack.post()
    return await outcome(slack.web.chat_update(channel=ROOM, ts=ts, text="x" * 4001))


async def nothing_to_say(slack: Slack) -> str:
    return await outcome(slack.web.api_call("chat.postMessage", json={"channel": ROOM, "text": ""}))


async def others_message(slack: Slack) -> str:
    ts = (await slack.cloud.hands.say(BEN, ROOM, "mine"))["ts"]
    return await outcome(slack.web.chat_update(channel=ROOM, ts=ts, text="yours"))


async def change_ephemeral(slack: Slack) -> str:
    sent = await slack.web.chat_postEphemeral(channel=ROOM, user=BEN, text="psst")
    return await outcome(slack.web.chat_update(channel=ROOM, ts=sent["message_ts"], text="loud"))


async def ephemeral_to_absent(slack: Slack) -> str:
    return await outcome(slack.web.chat_postEphemeral(channel=ROOM, user=GUEST, text="psst"))


async def same_client_msg_id(slack: Slack) -> str:
    first = await slack.post(client_msg_id="0b8f9d3e-1d53-4a0c-9a44-6f1b0f4f7a01")
    second = await slack.post(client_msg_id="0b8f9d3e-1d53-4a0c-9a44-6f1b0f4f7a01")
    return "same message" if first == second else "ok"


async def metadata_unasked(slack: Slack) -> str:
    await slack.post(metadata={"event_type": "ticket", "event_payload": {"id": "42"}})
    (seen,) = (await slack.web.conversations_history(channel=ROOM))["messages"]
    return "ok" if "metadata" in seen else "none"


async def not_a_member(slack: Slack) -> str:
    return await outcome(slack.web.chat_postMessage(channel=ELSEWHERE, text="hi"))


async def in_archived(slack: Slack) -> str:
    return await outcome(slack.web.chat_postMessage(channel=OLD, text="hi"))


async def in_no_thread(slack: Slack) -> str:
    return await outcome(slack.web.chat_postMessage(channel=ROOM, text="hi", thread_ts="1.000001"))


async def external_id_twice(slack: Slack) -> str:
    for _ in range(2):
        content = modal(external_id="only-one")
        answer = await outcome(slack.web.views_open(trigger_id=await slack.trigger(), view=content))
    return answer


async def heavy_view(slack: Slack) -> str:
    blocks = [section(text=mrkdwn("x" * 3000))] * 90
    return await outcome(
        slack.web.views_open(trigger_id=await slack.trigger(), view=modal(*blocks))
    )


async def four_views(slack: Slack) -> str:
    await slack.web.views_open(trigger_id=await slack.trigger(), view=modal())
    for _ in range(3):
        above = slack.cloud.state.views[BEN][-1].id
        trigger = slack.cloud.state.new_trigger(BEN, above)
        answer = await outcome(slack.web.views_push(trigger_id=trigger, view=modal()))
    return answer


async def old_hash(slack: Slack) -> str:
    opened = (await slack.web.views_open(trigger_id=await slack.trigger(), view=modal()))["view"]
    args = {"view_id": opened["id"], "hash": opened["hash"], "view": modal()}
    await slack.web.views_update(**args)
    return await outcome(slack.web.views_update(**args))


async def trigger_twice(slack: Slack) -> str:
    trigger = await slack.trigger()
    await slack.web.views_open(trigger_id=trigger, view=modal())
    return await outcome(slack.web.views_open(trigger_id=trigger, view=modal()))


async def trigger_late(slack: Slack) -> str:
    trigger = await slack.trigger()
    await slack.clock.turn(3.1)
    return await outcome(slack.web.views_open(trigger_id=trigger, view=modal()))


async def response_url(slack: Slack) -> AsyncWebhookClient:
    wire = await slack.connect()
    await slack.cloud.hands.command(BEN, ROOM, "/care")
    url = wire.payloads("slash_commands")[0]["response_url"]
    return AsyncWebhookClient(url, session=slack.http)


async def respond(client: AsyncWebhookClient) -> str:
    answer = await client.send(text="hi")
    return "ok" if answer.status_code == 200 else f"{answer.status_code} {answer.body}"


async def six_answers(slack: Slack) -> str:
    client = await response_url(slack)
    return [await respond(client) for _ in range(6)][-1]


async def late_answer(slack: Slack) -> str:
    client = await response_url(slack)
    await slack.clock.turn(1801)
    return await respond(client)


async def late_ack(slack: Slack) -> str:
    wire = await slack.connect(mute=True)
    pressing = asyncio.ensure_future(slack.cloud.hands.command(BEN, ROOM, "/care"))
    (envelope,) = await wire.until(1)
    await slack.clock.turn(3.1)
    await wire.ws.send_json({"envelope_id": envelope["envelope_id"]})
    done = await pressing
    return "ok" if done["acked"] else done["error"]


async def event_unanswered(slack: Slack) -> str:
    wire = await slack.connect(mute=True)
    await slack.cloud.hands.say(BEN, ROOM, "hello")
    await wire.until(1)
    await slack.clock.turn(400)
    return f"{len(slack.cloud.delivered)} attempts"


async def eleventh_socket(slack: Slack) -> str:
    for _ in range(10):
        await slack.connect()
    # The eleventh address has to wait for the method's own limit.
    await slack.clock.turn(61)
    last = await slack.connect()
    return "ok" if last.hello["type"] == "hello" else last.hello["reason"]


async def link_twice(slack: Slack) -> str:
    app = AsyncWebClient(token=APP.app_token, base_url=f"{slack.base}/api/", session=slack.http)
    url = (await app.apps_connections_open(app_token=APP.app_token))["url"]
    async with slack.http.ws_connect(url):
        try:
            async with slack.http.ws_connect(url):
                return "ok"
        except aiohttp.WSServerHandshakeError as refused:
            return str(refused.status)


async def command_in_thread(slack: Slack) -> str:
    await slack.connect()
    done = await slack.cloud.hands.command(BEN, ROOM, "/care", thread_ts=await slack.post())
    return done.get("error", "ok")


async def forged_token(slack: Slack) -> str:
    return await outcome(slack.web.chat_postMessage(channel=ROOM, text="hi", token="xoxb-forged"))


async def bots_token_for_socket(slack: Slack) -> str:
    return await outcome(slack.web.apps_connections_open(app_token=APP.bot_token))


async def no_scope(slack: Slack) -> str:
    slack.cloud.state.scopes = slack.cloud.state.scopes - {"chat:write"}
    return await outcome(slack.web.chat_postMessage(channel=ROOM, text="hi"))


async def short_upload(slack: Slack) -> str:
    announced = await slack.web.files_getUploadURLExternal(filename="a.csv", length=10)
    async with slack.http.post(announced["upload_url"], data=b"short") as answer:
        return "ok" if answer.status == 200 else await answer.text()


async def five_at_once(slack: Slack) -> str:
    return [await outcome(slack.post()) for _ in range(5)][-1]


async def faster_than_one_a_second(slack: Slack) -> str:
    for _ in range(4):
        await slack.post()
    await slack.clock.turn(0.5)
    return await outcome(slack.post())


async def workspace_full(slack: Slack) -> str:
    for number in range(300):
        # As many direct message rooms as posts, so that no room's own pace is met.
        room = slack.cloud.state.room_of(f"U9{number}", APP.bot_user)
        await slack.web.chat_postMessage(channel=room.id, text="hi")
    return await outcome(slack.post())


def tier(calls: int, call: Callable[[Slack], Awaitable[object]]) -> Breach:
    """One call more in a minute than the tier allows."""

    async def too_often(slack: Slack) -> str:
        for _ in range(calls):
            await call(slack)
        return await outcome(call(slack))

    return Breach(too_often, "ratelimited")


def _open_socket(slack: Slack) -> Awaitable[object]:
    client = AsyncWebClient(token=APP.app_token, base_url=f"{slack.base}/api/", session=slack.http)
    return client.apps_connections_open(app_token=APP.app_token)


BEHAVIOUR = {
    "blocks_chars": Breach(heavy_blocks, "msg_blocks_too_long"),
    "message_text": Breach(long_text, "cut"),
    "update_text": Breach(long_update, "msg_too_long"),
    "content_present": Breach(nothing_to_say, "no_text"),
    "own_messages": Breach(others_message, "cant_update_message"),
    "ephemeral_fixed": Breach(change_ephemeral, "message_not_found"),
    "ephemeral_member": Breach(ephemeral_to_absent, "user_not_in_channel"),
    "client_msg_id_once": Breach(same_client_msg_id, "same message"),
    "metadata_asked": Breach(metadata_unasked, "none"),
    "membership": Breach(not_a_member, "not_in_channel"),
    "archived": Breach(in_archived, "is_archived"),
    "thread_exists": Breach(in_no_thread, "thread_not_found"),
    "external_id_once": Breach(external_id_twice, "duplicate_external_id"),
    "view_size": Breach(heavy_view, "view_too_large"),
    "view_stack": Breach(four_views, "push_limit_reached"),
    "view_hash": Breach(old_hash, "hash_conflict"),
    "trigger_id_once": Breach(trigger_twice, "exchanged_trigger_id"),
    "trigger_id_life": Breach(trigger_late, "expired_trigger_id"),
    "response_url_uses": Breach(six_answers, '404 {"ok": false, "error": "used_url"}'),
    "response_url_life": Breach(late_answer, '404 {"ok": false, "error": "expired_url"}'),
    "ack_in": Breach(late_ack, "operation_timeout"),
    "event_retries": Breach(event_unanswered, "4 attempts", "1 attempts"),
    "sockets": Breach(eleventh_socket, "too_many_websockets"),
    "link_once": Breach(link_twice, "403"),
    "command_not_in_thread": Breach(command_in_thread, "not_in_thread"),
    "token_known": Breach(forged_token, "invalid_auth"),
    "token_kind": Breach(bots_token_for_socket, "not_allowed_token_type"),
    "scopes": Breach(no_scope, "missing_scope"),
    "upload_size": Breach(short_upload, "file_upload_size_mismatch"),
    "post_burst": Breach(five_at_once, "ratelimited"),
    "post_pace": Breach(faster_than_one_a_second, "ratelimited"),
    "post_workspace": Breach(workspace_full, "ratelimited"),
    "tier_1": tier(10, _open_socket),
    "tier_2": tier(20, lambda slack: slack.web.users_list()),
    "tier_3": tier(50, lambda slack: slack.web.conversations_info(channel=ROOM)),
    "tier_4": tier(100, lambda slack: slack.web.users_info(user=BEN)),
}

BREACHES = {**BLOCK_KIT, **BEHAVIOUR, **ABOUT_THE_APP}


def test_every_rule_has_a_breach() -> None:
    assert set(BREACHES) == {rule.name for rule in DOCUMENTED}


def test_a_rule_that_is_none_cannot_be_switched_off() -> None:
    with pytest.raises(KeyError):
        DOCUMENTED.without("no_such_rule")


@pytest.mark.parametrize("rule", sorted(BREACHES))
async def test_breaking_the_rule_is_refused(rule: str) -> None:
    async with slack_at() as slack:
        assert await BREACHES[rule].call(slack) == BREACHES[rule].broken


@pytest.mark.parametrize("rule", sorted(BREACHES))
async def test_without_the_rule_the_same_call_passes(rule: str) -> None:
    async with slack_at(DOCUMENTED.without(rule)) as slack:
        assert await BREACHES[rule].call(slack) == BREACHES[rule].passed
