"""Strict checking of Block Kit: what shape the blocks and elements have, as one table.

`faults_in_message` and `faults_in_view` return every fault as (JSON pointer, what is wrong), in
Slack's words. They know nothing of rooms, people or tokens. How a value is checked stands in
`checks`; here stands only what is allowed where.
"""

import json
from typing import Any

from adapters.sandbox.slack.checks import (
    Check,
    Inspection,
    boolean,
    by_type,
    date,
    each,
    integer,
    markup,
    one_of,
    plain,
    shape,
    string,
    time_of_day,
    url,
    whatever,
)
from adapters.sandbox.slack.limits import Limits

Fault = tuple[str, str]

_CONFIRM = shape(
    {
        "title!": plain("confirm_title"),
        "text!": markup("confirm_text"),
        "confirm!": plain("confirm_button"),
        "deny!": plain("confirm_button"),
        "style": one_of("primary", "danger"),
    }
)
_OPTION = shape(
    {
        "text!": plain("option_text"),
        "value!": string("option_value"),
        "description": plain("option_text"),
    }
)
# Checkboxes and radio buttons are the only ones whose options may be mrkdwn.
_RICH_OPTION = shape(
    {
        "text!": markup("option_text"),
        "value!": string("option_value"),
        "description": markup("option_text"),
    }
)
_MENU_OPTION = shape(
    {
        "text!": plain("option_text"),
        "value!": string("option_value"),
        "description": plain("option_text"),
        "url": url("url"),
    }
)
_GROUP = shape({"label!": plain("group_label"), "options!": each(_OPTION, "select_options")})
_DISPATCH = shape(
    {
        "trigger_actions_on!": each(one_of("on_enter_pressed", "on_character_entered")),
    }
)
_FILTER = shape(
    {
        "include": each(one_of("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)

_ACTION = {"action_id": string("action_id")}
_PICK = {
    **_ACTION,
    "placeholder": plain("placeholder"),
    "confirm": _CONFIRM,
    "focus_on_load": boolean,
}
_CHOICES = {
    "options": each(_OPTION, "select_options"),
    "option_groups": each(_GROUP, "option_groups"),
}
_TYPED = {
    **_ACTION,
    "placeholder": plain("placeholder"),
    "focus_on_load": boolean,
    "dispatch_action_config": _DISPATCH,
}
_BUTTON = {
    "text!": plain("button_text"),
    **_ACTION,
    "url": url("url"),
    "value": string("button_value"),
    "style": one_of("primary", "danger"),
    "confirm": _CONFIRM,
    "accessibility_label": string("button_text"),
}
_ID = string()
_IMAGE = {
    "image_url": url("url"),
    "alt_text!": string("alt_text"),
    "slack_file": shape({"id": _ID, "url": _ID}),
}

#: Every element and its properties; `!` marks the required ones.
ELEMENTS: dict[str, dict[str, Check]] = {
    "button": _BUTTON,
    "checkboxes": {
        **_ACTION,
        "options!": each(_RICH_OPTION, "choices"),
        "initial_options": each(_RICH_OPTION),
        "confirm": _CONFIRM,
        "focus_on_load": boolean,
    },
    "radio_buttons": {
        **_ACTION,
        "options!": each(_RICH_OPTION, "choices"),
        "initial_option": _RICH_OPTION,
        "confirm": _CONFIRM,
        "focus_on_load": boolean,
    },
    "overflow": {
        **_ACTION,
        "options!": each(_MENU_OPTION, "overflow_options"),
        "confirm": _CONFIRM,
    },
    "static_select": {**_PICK, **_CHOICES, "initial_option": _OPTION},
    "multi_static_select": {
        **_PICK,
        **_CHOICES,
        "initial_options": each(_OPTION),
        "max_selected_items": integer,
    },
    "users_select": {**_PICK, "initial_user": _ID},
    "multi_users_select": {**_PICK, "initial_users": each(_ID), "max_selected_items": integer},
    "channels_select": {**_PICK, "initial_channel": _ID, "response_url_enabled": boolean},
    "conversations_select": {
        **_PICK,
        "initial_conversation": _ID,
        "default_to_current_conversation": boolean,
        "response_url_enabled": boolean,
        "filter": _FILTER,
    },
    "external_select": {**_PICK, "initial_option": _OPTION, "min_query_length": integer},
    "datepicker": {**_PICK, "initial_date": date},
    "timepicker": {**_PICK, "initial_time": time_of_day, "timezone": _ID},
    "datetimepicker": {
        **_ACTION,
        "initial_date_time": integer,
        "confirm": _CONFIRM,
        "focus_on_load": boolean,
    },
    "plain_text_input": {
        **_TYPED,
        "initial_value": string("input_length"),
        "multiline": boolean,
        "min_length": integer,
        "max_length": integer,
    },
    "email_text_input": {**_TYPED, "initial_value": _ID},
    "url_text_input": {**_TYPED, "initial_value": _ID},
    "number_input": {
        **_TYPED,
        "is_decimal_allowed!": boolean,
        "initial_value": _ID,
        "min_value": _ID,
        "max_value": _ID,
    },
    "image": _IMAGE,
}
_SELECTS = {name for name in ELEMENTS if name.endswith("_select")}
_PICKERS = {"datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"}
_TEXT_INPUTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
_SINGLE_SELECTS = {name for name in _SELECTS if not name.startswith("multi_")}


def _element(*places: str) -> Check:
    return by_type({name: shape(ELEMENTS[name]) for name in ELEMENTS}, allowed=frozenset(places))


_ACCESSORY = _element("button", "image", "overflow", *_SELECTS, *_PICKERS)
_ACTIONABLE = _element("button", "overflow", *_SINGLE_SELECTS, *_PICKERS)
_FILLABLE = _element(*_SELECTS, *_PICKERS, *_TEXT_INPUTS)
_SMALL = by_type(
    {
        "image": shape(_IMAGE),
        "mrkdwn": markup("context_text"),
        "plain_text": markup("context_text"),
    }
)
_RICH = each(
    by_type(
        {
            "rich_text_section": shape({"elements!": each(whatever)}),
            "rich_text_quote": shape({"elements!": each(whatever), "border": integer}),
            "rich_text_preformatted": shape({"elements!": each(whatever), "border": integer}),
            "rich_text_list": shape(
                {
                    "elements!": each(whatever),
                    "style!": one_of("bullet", "ordered"),
                    "indent": integer,
                    "offset": integer,
                    "border": integer,
                }
            ),
        }
    )
)
_CELL = by_type({"raw_text": shape({"text!": string()}), "rich_text": shape({"elements!": _RICH})})

#: Every block that this workspace has. Slack rolls new ones out by and by and refuses them until
#: then with `unsupported type`, so those of 2026 (data_table, data_visualization) are not here.
BLOCKS: dict[str, dict[str, Check]] = {
    "section": {
        "text": markup("section_text"),
        "fields": each(markup("field_text"), "section_fields"),
        "accessory": _ACCESSORY,
        "expand": boolean,
    },
    "divider": {},
    "header": {"text!": plain("header_text"), "level": integer},
    "context": {"elements!": each(_SMALL, "context_elements")},
    "actions": {"elements!": each(_ACTIONABLE, "actions_elements")},
    "input": {
        "label!": plain("label"),
        "element!": _FILLABLE,
        "dispatch_action": boolean,
        "hint": plain("hint"),
        "optional": boolean,
    },
    "image": {**_IMAGE, "title": plain("image_title")},
    "markdown": {"text!": string("markdown_text")},
    "rich_text": {"elements!": _RICH},
    "table": {
        "rows!": each(each(_CELL, "table_cells"), "table_rows"),
        "column_settings": each(
            shape({"align": one_of("left", "center", "right"), "is_wrapped": boolean})
        ),
    },
}
_BLOCK = by_type(
    {
        name: shape({**properties, "block_id": string("block_id")})
        for name, properties in BLOCKS.items()
    }
)

_MODAL = shape(
    {
        "title!": plain("view_title"),
        "blocks!": each(_BLOCK, "view_blocks"),
        "submit": plain("view_button"),
        "close": plain("view_button"),
        "private_metadata": string("private_metadata", may_be_empty=True),
        "callback_id": string("callback_id", may_be_empty=True),
        "external_id": string("external_id", may_be_empty=True),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    }
)
_HOME = shape(
    {
        "blocks!": each(_BLOCK, "view_blocks"),
        "private_metadata": string("private_metadata", may_be_empty=True),
        "callback_id": string("callback_id", may_be_empty=True),
        "external_id": string("external_id", may_be_empty=True),
    }
)
_VIEW = by_type({"modal": _MODAL, "home": _HOME})


def faults_in_message(blocks: object, limits: Limits) -> list[Fault]:
    """Every fault of a message's blocks; pointers begin at /blocks."""
    look = Inspection(limits)
    each(_BLOCK, "message_blocks", may_be_empty=True)(look, "/blocks", blocks)
    _across(look, "/blocks", blocks)
    return look.faults


def faults_in_view(view: object, limits: Limits) -> list[Fault]:
    """Every fault of a modal or a Home view; pointers begin at /view."""
    look = Inspection(limits)
    _VIEW(look, "/view", view)
    if isinstance(view, dict):
        blocks = view.get("blocks")
        _across(look, "/view/blocks", blocks)
        has_input = isinstance(blocks, list) and any(
            isinstance(block, dict) and block.get("type") == "input" for block in blocks
        )
        if view.get("type") == "modal" and has_input and not view.get("submit"):
            look.fault("submit_with_input", "/view", "missing required field: submit")
    return look.faults


def weight(blocks: object) -> int:
    """Characters of the blocks as compact JSON, which is what the undocumented cap counts."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def elements_of(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The interactive elements of one block."""
    listed = block.get("elements")
    several = listed if isinstance(listed, list) else []
    candidates = [*several, block.get("accessory"), block.get("element")]
    return [
        element
        for element in candidates
        if isinstance(element, dict) and element.get("type") in ELEMENTS and "action_id" in element
    ]


def _across(look: Inspection, at: str, blocks: object) -> None:
    """Rules that look at several blocks or elements at once."""
    if not isinstance(blocks, list):
        return
    numbered = [(f"{at}/{number}", one) for number, one in enumerate(blocks)]
    sound = [(here, block) for here, block in numbered if isinstance(block, dict)]
    seen: set[str] = set()
    for here, block in sound:
        block_id = str(block.get("block_id") or here)
        if block_id in seen:
            look.fault("block_id_once", f"{here}/block_id", "block_id already exists")
        seen.add(block_id)
        _within(look, here, block)
    focused = [
        element
        for _, block in sound
        for element in elements_of(block)
        if element.get("focus_on_load") is True
    ]
    if len(focused) > 1:
        look.fault("one_focus", at, "only one element can have focus_on_load")
    bound = look.limits.value("markdown_text")
    written = sum(len(str(one.get("text"))) for _, one in sound if one.get("type") == "markdown")
    if written > bound:
        look.fault("markdown_text", at, f"must be less than {bound + 1:.0f} characters")


def _within(look: Inspection, here: str, block: dict[str, Any]) -> None:
    """Rules that look at several elements or properties of one block."""
    seen: set[str] = set()
    for element in elements_of(block):
        action_id = str(element["action_id"])
        if action_id in seen:
            look.fault("action_id_once", here, f"action_id `{action_id}` already exists")
        seen.add(action_id)
    if block.get("type") == "section" and not (block.get("text") or block.get("fields")):
        look.fault("required_property", here, "must define either `fields` or `text`")
