"""Block Kit as a table: every block, element and view, with its properties and their checks.

How a value is checked stands in `checks`; which rules look at several blocks at once, in
`blocks`. A name that ends in `!` is a required property.
"""

from adapters.sandbox.slack.checks import (
    Check,
    boolean,
    by_type,
    date,
    each,
    either,
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
#: What an app answers to an external select: one of the two, and it may be empty.
SUGGESTED = either(
    "options_or_groups",
    options=each(_OPTION, "suggested_options", may_be_empty=True),
    option_groups=each(_GROUP, "suggested_options", may_be_empty=True),
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
    "multi_channels_select": {
        **_PICK,
        "initial_channels": each(_ID),
        "max_selected_items": integer,
    },
    "multi_conversations_select": {
        **_PICK,
        "initial_conversations": each(_ID),
        "default_to_current_conversation": boolean,
        "max_selected_items": integer,
        "filter": _FILTER,
    },
    "external_select": {**_PICK, "initial_option": _OPTION, "min_query_length": integer},
    "multi_external_select": {
        **_PICK,
        "initial_options": each(_OPTION),
        "min_query_length": integer,
        "max_selected_items": integer,
    },
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
#: then with `unsupported type`: what came for agents and with 2026 (cards, plans, alerts, data
#: tables and charts) is not here, and neither are video, call and file blocks.
BLOCKS: dict[str, dict[str, Check]] = {
    "section": {
        "text": markup("section_text"),
        "fields": each(markup("field_text"), "section_fields"),
        "accessory": _ACCESSORY,
        "expand": boolean,
    },
    "divider": {},
    "header": {"text!": plain("header_text")},
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
BLOCK = by_type(
    {
        name: shape({**properties, "block_id": string("block_id")})
        for name, properties in BLOCKS.items()
    }
)

_MODAL = shape(
    {
        "title!": plain("view_title"),
        "blocks!": each(BLOCK, "view_blocks"),
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
        "blocks!": each(BLOCK, "view_blocks"),
        "private_metadata": string("private_metadata", may_be_empty=True),
        "callback_id": string("callback_id", may_be_empty=True),
        "external_id": string("external_id", may_be_empty=True),
    }
)
VIEW = by_type({"modal": _MODAL, "home": _HOME})
