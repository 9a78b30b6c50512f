"""Calls that break the rules about an app's Home, selects, files, direct messages and manifest."""

import dataclasses
from collections.abc import Awaitable
from typing import Any

from slack_sandbox import (
    APP,
    BEN,
    ROOM,
    Breach,
    Slack,
    actions,
    external,
    home,
    manifest,
    manifest_shortcut,
    option,
    outcome,
)
from slack_sdk.errors import SlackApiError


def _settings(slack: Slack, **changes: Any) -> None:
    slack.cloud.state.app = dataclasses.replace(slack.cloud.state.app, **changes)


async def home_of_an_app_without_one(slack: Slack) -> str:
    _settings(slack, home_tab=False)
    return await outcome(slack.web.views_publish(user_id=BEN, view=home()))


async def home_with_an_old_hash(slack: Slack) -> str:
    first = (await slack.web.views_publish(user_id=BEN, view=home()))["view"]
    again = {"user_id": BEN, "view": home(), "hash": first["hash"]}
    assert await outcome(slack.web.views_publish(**again)) == "ok"
    return await outcome(slack.web.views_publish(**again))


async def direct_message_without_its_tab(slack: Slack) -> str:
    _settings(slack, messages_tab=False)
    return await outcome(slack.post(BEN))


async def nine_people(slack: Slack) -> str:
    return await outcome(slack.web.conversations_open(users=[f"U9{n}" for n in range(9)]))


async def asked(slack: Slack, typed: str, answer: dict[str, Any]) -> str:
    """Type in an external select that answers this: how many options come of it, or the error."""
    ts = await slack.post(blocks=[actions(external())])
    wire = await slack.connect()
    wire.answer = lambda _: answer
    done = await slack.cloud.suggestions.ask(BEN, "canned", typed, channel=ROOM, ts=ts)
    return done.get("error") or f"{len(wire.got)} asked, {len(done['options'])} offered"


async def two_letters(slack: Slack) -> str:
    return await asked(slack, "re", {"options": [option()]})


async def too_many_options(slack: Slack) -> str:
    return await asked(slack, "refund", {"options": [option(str(n)) for n in range(101)]})


async def no_options_url(slack: Slack) -> str:
    ts = await slack.post(blocks=[actions(external())])
    # Nobody listens at this address; the rule forbids even to try it.
    slack.cloud.delivery.request_url = "http://127.0.0.1:9/slack/events"
    done = await slack.cloud.suggestions.ask(BEN, "canned", "refund", channel=ROOM, ts=ts)
    return done["error"]


async def _uploaded(slack: Slack, name: str = "a.txt") -> str:
    announced = await slack.web.files_getUploadURLExternal(filename=name, length=3)
    async with slack.http.post(announced["upload_url"], data=b"abc") as answer:
        assert answer.status == 200
    return str(announced["file_id"])


def _complete(slack: Slack, file: str, **where: Any) -> Awaitable[object]:
    return slack.web.files_completeUploadExternal(files=[{"id": file}], **where)


async def empty_file(slack: Slack) -> str:
    return await outcome(slack.web.files_getUploadURLExternal(filename="a.txt", length=0))


async def completed_twice(slack: Slack) -> str:
    file = await _uploaded(slack)
    await _complete(slack, file)
    return await outcome(_complete(slack, file, channel_id=ROOM))


async def file_to_a_person(slack: Slack) -> str:
    return await outcome(_complete(slack, await _uploaded(slack), channel_id=BEN))


async def file_to_a_reply(slack: Slack) -> str:
    reply = await slack.post(thread_ts=await slack.post())
    where = {"channel_id": ROOM, "thread_ts": reply}
    return await outcome(_complete(slack, await _uploaded(slack), **where))


async def _shown(slack: Slack, name: str, looks: int, user: str | None = None) -> str:
    """Show a file in a message, after so many looks whether it is ready."""
    file = await _uploaded(slack, name)
    await _complete(slack, file)
    for _ in range(looks):
        await slack.web.files_info(file=file)
    picture = {"type": "image", "slack_file": {"id": file}, "alt_text": "figures"}
    message: dict[str, Any] = {"channel": ROOM, "text": "figures", "blocks": [picture]}
    if user is not None:
        return await outcome(slack.web.chat_postEphemeral(user=user, **message))
    return await outcome(slack.web.chat_postMessage(**message))


async def picture_too_soon(slack: Slack) -> str:
    return await _shown(slack, "a.png", 0)


async def picture_of_text(slack: Slack) -> str:
    return await _shown(slack, "a.txt", 2)


async def picture_for_one(slack: Slack) -> str:
    return await _shown(slack, "a.png", 2, BEN)


def settings(features: dict[str, Any] | None = None, *, pointer: str, **more: Any) -> Breach:
    """A manifest that apps.manifest.validate refuses, pointing at the fault."""
    given = manifest(**({"features": features} if features else {}), **more)

    async def call(slack: Slack) -> str:
        try:
            await slack.web.apps_manifest_validate(manifest=given, token=APP.config_token)
        except SlackApiError as error:
            (fault,) = error.response["errors"]
            return f"{error.response['error']} {fault['pointer']}"
        return "ok"

    return Breach(call, f"invalid_manifest {pointer}")


def shortcut(**more: Any) -> dict[str, Any]:
    return {"shortcuts": [manifest_shortcut(**more)]}


SIX = {"shortcuts": [manifest_shortcut(callback_id=str(n)) for n in range(6)]}
LONG = {"slash_commands": [{"command": "/" + "c" * 32, "description": "x"}]}
UNREACHED = {"event_subscriptions": {"bot_events": ["app_mention"]}}

ABOUT_THE_APP: dict[str, Breach] = {
    "home_tab_on": Breach(home_of_an_app_without_one, "not_enabled"),
    "home_hash": Breach(home_with_an_old_hash, "hash_conflict"),
    "messages_tab_on": Breach(direct_message_without_its_tab, "messages_tab_disabled"),
    "query_length": Breach(two_letters, "0 asked, 0 offered", "1 asked, 1 offered"),
    "suggested_options": Breach(too_many_options, "invalid_options", "1 asked, 101 offered"),
    "options_url": Breach(no_options_url, "dispatch_failed", "connection_failed"),
    "open_users": Breach(nine_people, "too_many_users", "user_not_found"),
    "file_not_empty": Breach(empty_file, "missing_argument"),
    "file_once": Breach(completed_twice, "file_not_found"),
    "file_room": Breach(file_to_a_person, "invalid_channel"),
    "file_thread": Breach(file_to_a_reply, "invalid_arguments"),
    "file_ready": Breach(picture_too_soon, "invalid_blocks"),
    "slack_file": Breach(picture_of_text, "invalid_blocks"),
    "slack_file_alone": Breach(picture_for_one, "invalid_blocks"),
    "app_name": settings(
        display_information={"name": "n" * 36}, pointer="/display_information/name"
    ),
    "command_name": settings(LONG, pointer="/features/slash_commands/0/command"),
    "shortcuts": settings(SIX, pointer="/features/shortcuts"),
    "shortcut_name": settings(shortcut(name="n" * 25), pointer="/features/shortcuts/0/name"),
    "shortcut_about": settings(
        shortcut(description="d" * 151), pointer="/features/shortcuts/0/description"
    ),
    "manifest_address": settings(settings=UNREACHED, pointer="/settings/event_subscriptions"),
}
