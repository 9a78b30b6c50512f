"""Block Kit's checks against shapes that no author means: they are named, and nothing breaks."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sandbox import actions, button, field_of, menu, modal, mrkdwn, option, plain

from adapters.sandbox.slack.blocks import elements_of, faults_in_message, faults_in_view, weight
from adapters.sandbox.slack.catalogue import BLOCKS, ELEMENTS
from adapters.sandbox.slack.limits import DOCUMENTED

NAMES = st.sampled_from(
    [
        "type",
        "text",
        "elements",
        "element",
        "options",
        "option_groups",
        "initial_option",
        "initial_options",
        "blocks",
        "block_id",
        "action_id",
        "accessory",
        "fields",
        "min_length",
        "confirm",
    ]
)
KINDS = st.sampled_from([*BLOCKS, *ELEMENTS, "modal", "home", "plain_text", "mrkdwn"])
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5000) | st.text(max_size=5) | KINDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=40,
)


@given(JUNK)
def test_no_shape_breaks_the_checks(junk: object) -> None:
    faults_in_message(junk, DOCUMENTED)
    faults_in_view(junk, DOCUMENTED)
    if isinstance(junk, dict):
        elements_of(junk)


GROUP = {"label": plain("g"), "options": [option()]}
GOOD = [
    {"type": "header", "text": plain("Ticket 42")},
    {"type": "section", "text": mrkdwn("*hi*"), "accessory": menu(), "expand": True},
    {"type": "section", "fields": [mrkdwn("a"), plain("b")]},
    {"type": "context", "elements": [mrkdwn("c"), {"type": "plain_text", "text": "d"}]},
    {"type": "divider", "block_id": "line"},
    {"type": "markdown", "text": "**bold**"},
    {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a chart"},
    actions(
        button(style="primary", value="1", url="https://a.test/x"),
        button(action_id="close", style="danger"),
        {
            "type": "static_select",
            "action_id": "more",
            "placeholder": plain("More"),
            "option_groups": [GROUP],
            "initial_option": option(),
        },
        {"type": "overflow", "action_id": "dots", "options": [option()]},
        {"type": "datepicker", "action_id": "day", "initial_date": "2026-05-01"},
        {"type": "timepicker", "action_id": "hour", "initial_time": "09:30"},
        {"type": "users_select", "action_id": "who"},
    ),
    {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
    },
]


def test_a_card_as_it_should_be_has_no_fault() -> None:
    assert faults_in_message(GOOD, DOCUMENTED) == []
    assert weight(GOOD) < 13_200


def test_a_form_as_it_should_be_has_no_fault() -> None:
    form = modal(
        field_of(
            {
                "type": "plain_text_input",
                "action_id": "text",
                "multiline": True,
                "min_length": 1,
                "max_length": 280,
                "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
            },
            dispatch_action=True,
            hint=plain("characters left: 280"),
        ),
        field_of(
            {
                "type": "radio_buttons",
                "action_id": "then",
                "options": [{"text": mrkdwn("*send*"), "value": "send"}],
            },
            block_id="then",
            optional=True,
        ),
        notify_on_close=True,
        private_metadata='{"ticket": 42}',
    )
    assert faults_in_view(form, DOCUMENTED) == []


@pytest.mark.parametrize(
    ("block", "pointer", "words"),
    [
        ("text", "/blocks/0", "must provide an object"),
        ({"type": ["section"]}, "/blocks/0/type", "unsupported type: ['section']"),
        ({"type": "section"}, "/blocks/0", "must define either `fields` or `text`"),
        (
            {"type": "section", "text": "hi"},
            "/blocks/0/text",
            "must provide an object",
        ),
        (
            {"type": "section", "text": {"type": "html", "text": "x"}},
            "/blocks/0/text/type",
            "unsupported type: html",
        ),
        (
            {"type": "section", "text": {"type": "mrkdwn"}},
            "/blocks/0/text",
            "missing required field: text",
        ),
        (
            {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}},
            "/blocks/0/text",
            "invalid additional property: emoji",
        ),
        (
            {"type": "section", "text": {"type": "mrkdwn", "text": 5}},
            "/blocks/0/text/text",
            "must provide a string",
        ),
        ({"type": "actions", "elements": {}}, "/blocks/0/elements", "must provide an array"),
        (
            {"type": "image", "alt_text": "x"},
            "/blocks/0",
            "must define either `image_url` or `slack_file`",
        ),
        (
            {"type": "image", "alt_text": "x", "image_url": "ftp://a.test/x"},
            "/blocks/0/image_url",
            "must be a valid url",
        ),
        (
            actions({**menu(), "focus_on_load": "yes"}),
            "/blocks/0/elements/0/focus_on_load",
            "must provide a boolean",
        ),
        (
            {"type": "rich_text", "elements": [{"type": "rich_text_quote"}]},
            "/blocks/0/elements/0",
            "missing required field: elements",
        ),
        (
            actions({"type": "timepicker", "action_id": "at", "initial_time": "25:00"}),
            "/blocks/0/elements/0/initial_time",
            "must be in format HH:mm",
        ),
    ],
)
def test_a_fault_is_named_where_it_is(block: Any, pointer: str, words: str) -> None:
    assert faults_in_message([block], DOCUMENTED) == [(pointer, words)]


def test_faults_come_all_at_once() -> None:
    blocks = [{"type": "header", "text": plain("")}, actions(button(style="blue"), button())]
    assert [pointer for pointer, _ in faults_in_message(blocks, DOCUMENTED)] == [
        "/blocks/0/text/text",
        "/blocks/1/elements/0/style",
        "/blocks/1",
    ]
