"""Every rule that the stand-in for Slack enforces: one row each, with its value and its source.

A rule that is taken out (`DOCUMENTED.without("trigger_id_once")`) is not enforced at all; the
tests break each rule with the vendor's own client, and show that with its row gone the same call
passes.

Sources, shortened: `bk/` docs.slack.dev/reference/block-kit, `m/` docs.slack.dev/reference/methods,
`views` docs.slack.dev/reference/views, `rates` docs.slack.dev/apis/web-api/rate-limits,
`interact` docs.slack.dev/interactivity, `events` docs.slack.dev/apis/events-api, `manifest` the
schema of slackapi/manifest-schema 2.0.0, `sdk` the models of slack_sdk 3.47, `seen` reported by
others from the live service, `ours` an assumption where Slack says nothing.
"""

from adapters.sandbox.rules import Limits, Rule

__all__ = ["DOCUMENTED", "Limits", "Rule", "sped"]

_SELECT = "bk/block-elements/select-menu-element"
_FILE = "bk/composition-objects/slack-file-object"
_SUGGEST = "docs.slack.dev/reference/interaction-payloads/block_suggestion-payload"

DOCUMENTED = Limits(
    # Messages
    Rule("message_blocks", 50, "blocks in a message", "bk/blocks"),
    Rule("blocks_chars", 13_200, "characters of a message's blocks as JSON", "seen: bolt-js#2509"),
    Rule("message_text", 40_000, "characters kept of a posted text", "m/chat.postMessage"),
    Rule("update_text", 4_000, "characters of chat.update's text", "seen: m/chat.update"),
    Rule("content_present", 1, "a message has text or blocks", "m/chat.postMessage: no_text"),
    Rule("own_messages", 1, "only one's own messages are changed", "m/chat.update, m/chat.delete"),
    Rule("ephemeral_fixed", 1, "an ephemeral message is not changed", "m/chat.postEphemeral"),
    Rule("ephemeral_member", 1, "an ephemeral's reader is in the room", "m/chat.postEphemeral"),
    Rule("client_msg_id_once", 1, "one client_msg_id is one message", "ours: m/chat.postMessage"),
    Rule("metadata_asked", 1, "metadata is returned only when asked for", "messaging/metadata"),
    Rule("membership", 1, "an app writes and reads only where it is", "m/chat.postMessage"),
    Rule("archived", 1, "nothing is written in an archived room", "m/chat.postMessage"),
    Rule("thread_exists", 1, "a thread's first message is there", "m/conversations.replies"),
    # Block Kit: shape
    Rule("known_type", 1, "blocks and elements are of a known type", "bk/blocks"),
    Rule("known_property", 1, "no property that is not documented", "bk/; seen"),
    Rule("required_property", 1, "required properties are there", "bk/"),
    Rule("property_type", 1, "a property has its documented type", "bk/"),
    Rule("text_kind", 1, "plain_text where mrkdwn is not allowed", "bk/composition-objects"),
    Rule("element_place", 1, "an element stands in a block that takes it", "bk/block-elements"),
    Rule("text_not_empty", 1, "characters at least, of any text", "bk/composition-objects"),
    Rule("items_not_empty", 1, "items at least, of any list", "bk/blocks/actions-block"),
    Rule("block_id_once", 1, "a block_id is used once in a message or view", "bk/blocks"),
    Rule("action_id_once", 1, "an action_id is used once in its block", "bk/block-elements"),
    Rule("choice_listed", 1, "an initial choice is one of the options", "bk/block-elements"),
    Rule("options_or_groups", 1, "a select has options or groups, not both", "sdk"),
    Rule("enum_value", 1, "style, trigger and the like are named values", "bk/block-elements"),
    Rule("date_format", 1, "dates are YYYY-MM-DD and times HH:mm", "sdk"),
    Rule("input_length_order", 1, "min_length is not above max_length", "bk/block-elements"),
    Rule("one_focus", 1, "one element of a view has the focus", "bk/block-elements"),
    # Block Kit: counts and lengths
    Rule("block_id", 255, "characters of a block_id", "bk/blocks"),
    Rule("action_id", 255, "characters of an action_id", "bk/block-elements"),
    Rule("section_text", 3_000, "characters of a section's text", "bk/blocks/section-block"),
    Rule("section_fields", 10, "fields of a section", "bk/blocks/section-block"),
    Rule("field_text", 2_000, "characters of a field", "bk/blocks/section-block"),
    Rule("header_text", 150, "characters of a header", "bk/blocks/header-block"),
    Rule("context_elements", 10, "elements of a context", "bk/blocks/context-block"),
    Rule("context_text", 3_000, "characters of a context's text", "bk/composition-objects"),
    Rule("actions_elements", 25, "elements of an actions block", "bk/blocks/actions-block"),
    Rule("markdown_text", 12_000, "characters of all markdown blocks", "bk/blocks/markdown-block"),
    Rule("alt_text", 2_000, "characters of an image's alt_text", "bk/blocks/image-block"),
    Rule("image_title", 2_000, "characters of an image's title", "bk/blocks/image-block"),
    Rule("url", 3_000, "characters of a url", "bk/block-elements"),
    Rule("label", 2_000, "characters of an input's label", "bk/blocks/input-block"),
    Rule("hint", 2_000, "characters of an input's hint", "bk/blocks/input-block"),
    Rule("button_text", 75, "characters on a button", "bk/block-elements/button-element"),
    Rule("button_value", 2_000, "characters of a button's value", "bk/block-elements"),
    Rule("option_text", 75, "characters of an option", "bk/composition-objects"),
    Rule("option_value", 150, "characters of an option's value", "bk/composition-objects"),
    Rule("select_options", 100, "options of a select", "bk/block-elements"),
    Rule("option_groups", 100, "groups of a select", "bk/block-elements"),
    Rule("group_label", 75, "characters of a group's label", "bk/composition-objects"),
    Rule("overflow_options", 5, "options of an overflow menu", "bk/block-elements"),
    Rule("choices", 10, "checkboxes or radio buttons", "bk/block-elements"),
    Rule("placeholder", 150, "characters of a placeholder", "bk/block-elements"),
    Rule("input_length", 3_000, "characters that an input takes", "bk/block-elements"),
    Rule("confirm_title", 100, "characters of a confirmation's title", "bk/composition-objects"),
    Rule("confirm_text", 300, "characters of a confirmation", "bk/composition-objects"),
    Rule("confirm_button", 30, "characters of a confirmation's button", "bk/composition-objects"),
    Rule("table_rows", 100, "rows of a table", "bk/blocks/table-block"),
    Rule("table_cells", 20, "cells of a table's row", "bk/blocks/table-block"),
    # Views
    Rule("view_blocks", 100, "blocks in a view", "views"),
    Rule("view_title", 24, "characters of a modal's title", "views/modal-views"),
    Rule("view_button", 24, "characters of a modal's submit and close", "views/modal-views"),
    Rule("private_metadata", 3_000, "characters of private_metadata", "views/modal-views"),
    Rule("callback_id", 255, "characters of a callback_id", "views/modal-views"),
    Rule("external_id", 255, "characters of an external_id", "views/modal-views"),
    Rule("external_id_once", 1, "an external_id is used once", "m/views.open"),
    Rule("submit_with_input", 1, "a modal with inputs has a submit text", "views/modal-views"),
    Rule("view_size", 250_000, "bytes of a view", "m/views.open: view_too_large"),
    Rule("view_stack", 3, "views on one another", "m/views.push: push_limit_reached"),
    Rule("view_hash", 1, "an update with an old hash is refused", "m/views.update: hash_conflict"),
    Rule("trigger_id_once", 1, "a trigger_id is used once", "m/views.open"),
    Rule("trigger_id_life", 3, "seconds that a trigger_id lives", "interact"),
    Rule("response_url_uses", 5, "uses of a response_url", "interact/handling-user-interaction"),
    Rule("response_url_life", 1_800, "seconds that a response_url lives", "interact"),
    Rule(
        "home_tab_on", 1, "a Home tab is published where it is on", "m/views.publish: not_enabled"
    ),
    Rule("home_hash", 1, "a Home tab's old hash is refused", "m/views.publish: hash_conflict"),
    Rule("messages_tab_on", 1, "direct messages need the app's Messages tab", "m/chat.postMessage"),
    Rule("query_length", 1, "an external select asks after min_query_length letters", _SELECT),
    Rule("suggested_options", 100, "options or groups that an external select is given", _SUGGEST),
    # The app's manifest
    Rule("app_name", 35, "characters of an app's name", "manifest"),
    Rule("command_name", 32, "characters of a slash command", "manifest"),
    Rule("shortcuts", 5, "shortcuts of an app", "manifest: 5 in words, 10 in the schema"),
    Rule("shortcut_name", 24, "characters of a shortcut's name", "manifest"),
    Rule("shortcut_about", 150, "characters of a shortcut's description", "manifest"),
    Rule("manifest_address", 1, "events have an address or a socket", "m/apps.manifest.validate"),
    # Deliveries
    Rule("options_url", 1, "over HTTP, options come from their own address", _SELECT),
    Rule("ack_in", 3, "seconds in which a payload is acknowledged", "interact; events"),
    Rule("event_retries", 3, "repeats of an event that failed", "events: retries"),
    Rule("sockets", 10, "open Socket Mode connections of an app", "events: socket mode"),
    Rule("link_once", 1, "a Socket Mode address is used once", "events: socket mode"),
    Rule("command_not_in_thread", 1, "no slash command in a thread", "interact/slash-commands"),
    # Access
    Rule("token_known", 1, "the token is the app's", "m/auth.test: invalid_auth"),
    Rule("token_kind", 1, "a method takes its own kind of token", "m/apps.connections.open"),
    Rule("scopes", 1, "the app holds the method's scopes", "m/: missing_scope"),
    Rule("open_users", 8, "people whom conversations.open takes", "m/conversations.open"),
    Rule("file_not_empty", 1, "a file has content", "m/files.getUploadURLExternal"),
    Rule("file_once", 1, "a file is completed once", "m/files.completeUploadExternal"),
    Rule("file_room", 1, "channel_id is a channel's", "m/files.completeUploadExternal"),
    Rule("file_thread", 1, "a file goes to a thread's head", "m/files.completeUploadExternal"),
    Rule("file_ready", 1, "looks by files.info that find no kind", "seen: slack-github-action#413"),
    Rule("slack_file", 1, "a picture's file is an image and ready", f"{_FILE}; seen"),
    Rule("slack_file_alone", 1, "an ephemeral shows no file", "seen: node-slack-sdk#1790"),
    Rule("upload_size", 1, "an upload is as long as was announced", "m/files.getUploadURLExternal"),
    # Pace
    Rule("post_pace", 1, "posts a second in one room", "rates"),
    Rule("post_burst", 4, "posts at once in a room that was quiet", "rates: short bursts; ours"),
    Rule("post_workspace", 300, "posts a minute in the workspace", "rates: several hundred; ours"),
    Rule("tier_1", 10, "calls a minute of a tier 1 method", "rates: 1+; ours, ten sockets open"),
    Rule("tier_2", 20, "calls a minute of a tier 2 method", "rates"),
    Rule("tier_3", 50, "calls a minute of a tier 3 method", "rates"),
    Rule("tier_4", 100, "calls a minute of a tier 4 method", "rates"),
)

#: The rules that say how often, rather than what.
_RATES = ("post_pace", "post_workspace", "tier_1", "tier_2", "tier_3", "tier_4")


def sped(limits: Limits, speed: int) -> Limits:
    """The same rules, but `speed` times as many calls in the same time."""
    for name in _RATES:
        limits = limits.with_value(name, limits.value(name) * speed)
    return limits
