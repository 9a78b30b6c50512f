"""Strict checking of the blocks of a message, and of a view.

`faults_in_message` and `faults_in_view` return every fault as (JSON pointer, what is wrong), in
Slack's words. They know nothing of rooms, people or tokens.
"""

import json
from typing import Any

from adapters.sandbox.slack.catalogue import BLOCK, ELEMENTS, VIEW
from adapters.sandbox.slack.checks import Inspection, each
from adapters.sandbox.slack.limits import Limits

Fault = tuple[str, str]


def faults_in_message(blocks: object, limits: Limits) -> list[Fault]:
    """Every fault of a message's blocks; pointers begin at /blocks."""
    look = Inspection(limits)
    each(BLOCK, "message_blocks", may_be_empty=True)(look, "/blocks", blocks)
    _across(look, "/blocks", blocks)
    return look.faults


def faults_in_view(view: object, limits: Limits) -> list[Fault]:
    """Every fault of a modal or a Home view; pointers begin at /view."""
    look = Inspection(limits)
    VIEW(look, "/view", view)
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
        if isinstance(element, dict)
        and isinstance(element.get("type"), str)
        and element["type"] in ELEMENTS
        and "action_id" in element
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
