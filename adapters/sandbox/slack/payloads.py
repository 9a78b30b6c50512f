"""What the app is sent when a person presses, types, submits or commands."""

import copy

from adapters.sandbox.slack.refusal import JSON
from adapters.sandbox.slack.response_url import new_response_url
from adapters.sandbox.slack.state import Message, OpenView, State, shown
from adapters.sandbox.slack.views import value_field, view_shown
from adapters.sandbox.slack.workspace import Shortcut


class NotOffered(Exception):
    """A choice that the element does not have."""


def chosen(element: JSON, value: object) -> JSON:
    """The element's value as payloads show it: `{"selected_option": {...}}`, `{"value": ...}`.

    `value` is an option's value, a list of them for many-choice elements, or what was typed.
    """
    kind = element["type"]
    if kind == "button":
        return {"value": element["value"]} if "value" in element else {}
    field = "selected_option" if kind == "overflow" else value_field(kind)
    if field == "selected_option":
        return {field: None if value is None else _option(element, value)}
    if field == "selected_options":
        return {field: [_option(element, one) for one in _many(value)]}
    return {str(field): value}


def press_on_message(
    state: State, user: str, message: Message, pressed: tuple[JSON, JSON], value: object
) -> JSON:
    """A press on the block and element `pressed`."""
    block, element = pressed
    block_id = block["block_id"]
    choice = chosen(element, value)
    action = _action(state, element, block_id, choice)
    held = {block_id: {element["action_id"]: {"type": element["type"], **choice}}}
    payload = {
        **_about(state, user, "block_actions"),
        "container": _in_message(message),
        "trigger_id": state.new_trigger(user),
        "channel": _channel(state, message.channel),
        "state": {"values": {} if element["type"] in {"button", "overflow"} else held},
        "response_url": new_response_url(state, user, message.channel, message.ts),
        "actions": [action],
    }
    # Slack shows the app no more of an ephemeral message than where it stood.
    if message.ephemeral_to is None:
        payload["message"] = shown(message, state)
    return payload


def press_in_view(
    state: State, view: OpenView, block_id: str, element: JSON, value: object
) -> JSON:
    return {
        **_about(state, view.user, "block_actions"),
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": state.new_trigger(view.user, view.id),
        "view": view_shown(state, view),
        "actions": [_action(state, element, block_id, chosen(element, value))],
    }


def submission(state: State, view: OpenView) -> JSON:
    return {
        **_about(state, view.user, "view_submission"),
        "trigger_id": state.new_trigger(view.user, view.id),
        "view": view_shown(state, view),
        "response_urls": [],
    }


def closing(state: State, view: OpenView, *, all_of_them: bool) -> JSON:
    return {
        **_about(state, view.user, "view_closed"),
        "view": view_shown(state, view),
        "is_cleared": all_of_them,
    }


def command(state: State, user: str, channel: str, name: str, text: str) -> JSON:
    person = state.people[user]
    return {
        "token": "verification-token",
        "team_id": state.workspace.team_id,
        "team_domain": state.workspace.domain,
        "channel_id": channel,
        "channel_name": _channel(state, channel)["name"],
        "user_id": user,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": state.app.id,
        "is_enterprise_install": "false",
        "response_url": new_response_url(state, user, channel),
        "trigger_id": state.new_trigger(user),
    }


def shortcut(state: State, user: str, message: Message, callback_id: str) -> JSON:
    """A message shortcut, from the menu beside a message."""
    return {
        **_about(state, user, "message_action"),
        "callback_id": callback_id,
        "trigger_id": state.new_trigger(user),
        "response_url": new_response_url(state, user, message.channel, message.ts),
        "action_ts": state.new_ts(),
        "message_ts": message.ts,
        "channel": _channel(state, message.channel),
        "message": shown(message, state),
    }


def shortcuts_of(state: State) -> tuple[Shortcut, ...]:
    """The app's lines in the menu beside a message; without the scope `commands` it has none."""
    return state.app.shortcuts if "commands" in state.scopes else ()


def suggestion_on_message(
    state: State, user: str, message: Message, pressed: tuple[JSON, JSON], typed: str
) -> JSON:
    """What is typed in an external select of a message."""
    payload = {
        **_suggestion(state, user, pressed, typed),
        "container": _in_message(message),
        "channel": _channel(state, message.channel),
    }
    if message.ephemeral_to is None:
        payload["message"] = shown(message, state)
    return payload


def suggestion_in_view(
    state: State, view: OpenView, pressed: tuple[JSON, JSON], typed: str
) -> JSON:
    return {
        **_suggestion(state, view.user, pressed, typed),
        "container": {"type": "view", "view_id": view.id},
        "view": view_shown(state, view),
    }


def _suggestion(state: State, user: str, pressed: tuple[JSON, JSON], typed: str) -> JSON:
    block, element = pressed
    return {
        **_about(state, user, "block_suggestion"),
        "block_id": block["block_id"],
        "action_id": element["action_id"],
        "value": typed,
    }


def _in_message(message: Message) -> JSON:
    container: JSON = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    return container


def _about(state: State, user: str, kind: str) -> JSON:
    person = state.people[user]
    return {
        "type": kind,
        "user": {
            "id": user,
            "username": person.name,
            "name": person.name,
            "team_id": person.team_id or state.workspace.team_id,
        },
        "api_app_id": state.app.id,
        "token": "verification-token",
        "team": {"id": state.workspace.team_id, "domain": state.workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _action(state: State, element: JSON, block_id: str, choice: JSON) -> JSON:
    kept: JSON = {
        name: copy.deepcopy(element[name])
        for name in ("action_id", "type", "text", "style", "placeholder", "url")
        if name in element
    }
    return {**kept, **copy.deepcopy(choice), "block_id": block_id, "action_ts": state.new_ts()}


def _channel(state: State, channel: str) -> JSON:
    name = state.rooms[channel].name
    return {"id": channel, "name": name or "directmessage"}


def _option(element: JSON, value: object) -> JSON:
    groups = [group["options"] for group in element.get("option_groups", ())]
    for options in [element.get("options", ()), *groups]:
        for option in options:
            if option["value"] == value:
                found: JSON = copy.deepcopy(option)
                return found
    raise NotOffered(f"no option {value!r} in {element['action_id']}")


def _many(value: object) -> list[object]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
