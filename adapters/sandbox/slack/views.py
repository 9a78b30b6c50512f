"""The views.* methods of modals: opened, changed and stacked. The Home tab is in `home`."""

import copy
import json
from collections.abc import Iterator
from itertools import chain

from adapters.sandbox.slack.blocks import faults_in_view
from adapters.sandbox.slack.method import Args, Method
from adapters.sandbox.slack.refusal import JSON, Refused, not_valid
from adapters.sandbox.slack.state import OpenView, State, Trigger, with_ids

# What an input shows in `state.values` before anybody touched it, by its element's type.
_INITIAL = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "multi_external_select": ("selected_options", "initial_options"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}


def value_field(kind: str) -> str | None:
    """Where an element's value stands in a payload; None for one that holds no value."""
    return _INITIAL[kind][0] if kind in _INITIAL else None


def open_view(state: State, args: Args) -> JSON:
    """Show a modal; what was on that person's screen is gone."""
    content = checked_view(state, args.structured("view", "invalid_arguments"), "modal")
    trigger = _exchange(state, args)
    return {"view": view_shown(state, put_root(state, trigger.user, content))}


def push_view(state: State, args: Args) -> JSON:
    """Lay a modal on the one from which the trigger came."""
    content = checked_view(state, args.structured("view", "invalid_arguments"), "modal")
    trigger = _exchange(state, args)
    stack = state.views.get(trigger.user, [])
    if not stack or trigger.view not in {view.id for view in stack}:
        raise Refused("not_found")
    return {"view": view_shown(state, put_above(state, trigger.user, content))}


def update_view(state: State, args: Args) -> JSON:
    view = _named(state, args)
    given_view, kind = args.structured("view", "invalid_arguments"), view.content["type"]
    content = checked_view(state, given_view, kind, view)
    given = args.text("hash")
    if given and given != view.hash and state.limits.on("view_hash"):
        raise Refused("hash_conflict")
    change(state, view, content)
    return {"view": view_shown(state, view)}


def checked_view(
    state: State, given: object, kind: str, instead_of: OpenView | None = None
) -> JSON:
    """The view's content with all ids filled in, or the refusal that says what is wrong."""
    if not isinstance(given, dict) or given.get("type") != kind:
        raise not_valid("invalid_arguments", [("/view", f"must be a view of type {kind}")])
    if faults := faults_in_view(given, state.limits):
        raise not_valid("invalid_arguments", faults)
    if len(json.dumps(given).encode()) > state.limits.value("view_size"):
        raise Refused("view_too_large")
    external = given.get("external_id")
    taken = any(
        view.content.get("external_id") == external and view is not instead_of
        for view in _all_views(state)
    )
    if external and taken and state.limits.on("external_id_once"):
        raise Refused("duplicate_external_id")
    content = copy.deepcopy(given)
    with_ids(content["blocks"], state)
    return content


def put_root(state: State, user: str, content: JSON) -> OpenView:
    state.views[user] = []
    return put_above(state, user, content)


def put_above(state: State, user: str, content: JSON) -> OpenView:
    stack = state.views.setdefault(user, [])
    if len(stack) >= state.limits.value("view_stack"):
        raise Refused("push_limit_reached")
    view = new_view(state, user, content)
    if stack:
        view.root, view.below = stack[0].id, stack[-1].id
    stack.append(view)
    state.changed()
    return view


def new_view(state: State, user: str, content: JSON) -> OpenView:
    """A view of its own, which is on no stack yet."""
    view_id = state.new_id("V")
    typed = _initial_values(content)
    return OpenView(view_id, user, content, _new_hash(state), root=view_id, typed=typed)


def change(state: State, view: OpenView, content: JSON) -> None:
    """Put other content in a view. What was typed stays where block_id and action_id are kept."""
    initial = _initial_values(content)
    view.typed = {key: view.typed.get(key, value) for key, value in initial.items()}
    view.content = content
    view.hash = _new_hash(state)
    state.changed()


def view_shown(state: State, view: OpenView) -> JSON:
    """A view as the Web API and payloads show it, with what is typed in it."""
    values: dict[str, JSON] = {}
    for (block_id, action_id), value in view.typed.items():
        values.setdefault(block_id, {})[action_id] = value
    blank: JSON = {
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "submit": None,
        "close": None,
        "clear_on_close": False,
        "notify_on_close": False,
    }
    return {
        **blank,
        **copy.deepcopy(view.content),
        "id": view.id,
        "team_id": state.workspace.team_id,
        "state": {"values": copy.deepcopy(values)},
        "hash": view.hash,
        "previous_view_id": view.below,
        "root_view_id": view.root,
        "app_id": state.app.id,
        "app_installed_team_id": state.workspace.team_id,
        "bot_id": state.app.bot_id,
    }


def _initial_values(content: JSON) -> dict[tuple[str, str], JSON]:
    values: dict[tuple[str, str], JSON] = {}
    for block in content["blocks"]:
        elements = [block.get("element"), block.get("accessory"), *block.get("elements", ())]
        for element in elements:
            if isinstance(element, dict) and element.get("type") in _INITIAL:
                field, initial = _INITIAL[element["type"]]
                empty: list[str] | None = [] if field.endswith("s") else None
                key = (block["block_id"], element["action_id"])
                values[key] = {"type": element["type"], field: element.get(initial, empty)}
    return values


def _exchange(state: State, args: Args) -> Trigger:
    """Take a trigger_id in exchange for a view; each is good once, and for three seconds."""
    trigger = state.triggers.get(args.text("trigger_id") or "")
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.used and state.limits.on("trigger_id_once"):
        raise Refused("exchanged_trigger_id")
    if state.clock.now() - trigger.given_at > state.limits.value("trigger_id_life"):
        raise Refused("expired_trigger_id")
    trigger.used = True
    return trigger


def _named(state: State, args: Args) -> OpenView:
    view_id, external = args.text("view_id"), args.text("external_id")
    for view in _all_views(state):
        if view.id == view_id or (external and view.content.get("external_id") == external):
            return view
    raise Refused("not_found")


def _all_views(state: State) -> Iterator[OpenView]:
    yield from chain(*state.views.values(), state.homes.values())


def _new_hash(state: State) -> str:
    return f"{state.new_ts().split('.')[0]}.{state.new_id('h').lower()}"


METHODS = (
    Method("views.open", open_view, 4),
    Method("views.push", push_view, 4),
    Method("views.update", update_view, 4),
)
