"""The small language in which `blocks` says what shape a thing has.

A check is a function of (inspection, JSON pointer, value) that notes faults under the name of
the rule that is broken; a rule that is off is not noted.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from adapters.sandbox.slack.limits import Limits


class Inspection:
    """The faults found so far, and the rules that are in force."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.faults: list[tuple[str, str]] = []

    def fault(self, rule: str, at: str, message: str) -> None:
        if self.limits.on(rule):
            self.faults.append((at, message))


Check = Callable[[Inspection, str, object], None]


def whatever(look: Inspection, at: str, value: object) -> None:
    """Take anything: Slack documents what stands here too loosely to be strict about."""


def boolean(look: Inspection, at: str, value: object) -> None:
    if not isinstance(value, bool):
        look.fault("property_type", at, "must provide a boolean")


def integer(look: Inspection, at: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        look.fault("property_type", at, "must provide an integer")


def one_of(*values: str) -> Check:
    def check(look: Inspection, at: str, value: object) -> None:
        if value not in values:
            look.fault("enum_value", at, f"must be one of: {', '.join(values)}")

    return check


def string(rule: str | None = None, *, may_be_empty: bool = False) -> Check:
    """A string of at most as many characters as `rule` says."""

    def check(look: Inspection, at: str, value: object) -> None:
        if not isinstance(value, str):
            look.fault("property_type", at, "must provide a string")
            return
        if not value and not may_be_empty:
            look.fault("text_not_empty", at, "must be more than 0 characters")
        if rule and len(value) > look.limits.value(rule):
            bound = int(look.limits.value(rule)) + 1
            look.fault(rule, at, f"must be less than {bound} characters")

    return check


def url(rule: str) -> Check:
    """An http or https address."""
    text = string(rule)

    def check(look: Inspection, at: str, value: object) -> None:
        text(look, at, value)
        if isinstance(value, str) and value and not re.match(r"https?://\S+$", value):
            look.fault("property_type", at, "must be a valid url")

    return check


def date(look: Inspection, at: str, value: object) -> None:
    if not (isinstance(value, str) and re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", value)):
        look.fault("date_format", at, "must be in format YYYY-MM-DD")


def time_of_day(look: Inspection, at: str, value: object) -> None:
    if not (isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value)):
        look.fault("date_format", at, "must be in format HH:mm")


def plain(rule: str) -> Check:
    """A text object that may only be plain_text."""
    return _text(rule, frozenset({"plain_text"}))


def markup(rule: str) -> Check:
    """A text object, plain_text or mrkdwn."""
    return _text(rule, frozenset({"plain_text", "mrkdwn"}))


def _text(rule: str, kinds: frozenset[str]) -> Check:
    words = string(rule)

    def check(look: Inspection, at: str, value: object) -> None:
        if not isinstance(value, dict):
            look.fault("property_type", at, "must provide an object")
            return
        kind = value.get("type")
        if kind not in ("plain_text", "mrkdwn"):
            look.fault("known_type", f"{at}/type", f"unsupported type: {kind}")
        elif kind not in kinds:
            look.fault("text_kind", f"{at}/type", f"unsupported type: {kind}, use plain_text")
        if "text" not in value:
            look.fault("required_property", at, "missing required field: text")
        else:
            words(look, f"{at}/text", value["text"])
        # `emoji` belongs to plain_text, `verbatim` to mrkdwn.
        own = {"type", "text", "emoji" if kind == "plain_text" else "verbatim"}
        for name in sorted(value.keys() - own):
            look.fault("known_property", at, f"invalid additional property: {name}")

    return check


def each(item: Check, at_most: str | None = None, *, may_be_empty: bool = False) -> Check:
    """A list whose every item passes, of at most as many items as the rule says."""

    def check(look: Inspection, at: str, value: object) -> None:
        if not isinstance(value, list):
            look.fault("property_type", at, "must provide an array")
            return
        if not value and not may_be_empty:
            look.fault("items_not_empty", at, "no fewer than 1 items allowed")
        if at_most and len(value) > look.limits.value(at_most):
            look.fault(at_most, at, f"no more than {int(look.limits.value(at_most))} items allowed")
        for position, one in enumerate(value):
            item(look, f"{at}/{position}", one)

    return check


def shape(properties: Mapping[str, Check]) -> Check:
    """An object with these properties and no others; a name that ends in `!` is required."""
    required = {name[:-1] for name in properties if name.endswith("!")}
    checks = {name.rstrip("!"): check for name, check in properties.items()}

    def check(look: Inspection, at: str, value: object) -> None:
        if not isinstance(value, dict):
            look.fault("property_type", at, "must provide an object")
            return
        for name in sorted(required - value.keys()):
            look.fault("required_property", at, f"missing required field: {name}")
        for name, one in value.items():
            if name in checks:
                checks[name](look, f"{at}/{name}", one)
            elif name != "type":
                look.fault("known_property", at, f"invalid additional property: {name}")
        _together(look, at, value)

    return check


def either(rule: str, **properties: Check) -> Check:
    """An object with exactly one of these properties."""
    whole = shape(properties)

    def check(look: Inspection, at: str, value: object) -> None:
        whole(look, at, value)
        if isinstance(value, dict) and len(value.keys() & properties.keys()) != 1:
            look.fault(rule, at, f"must define either {' or '.join(f'`{p}`' for p in properties)}")

    return check


def by_type(kinds: Mapping[str, Check], allowed: frozenset[str] | None = None) -> Check:
    """An object whose `type` says which check it must pass; some may not stand here."""

    def check(look: Inspection, at: str, value: object) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(value, dict):
            look.fault("property_type", at, "must provide an object")
        elif not isinstance(kind, str) or kind not in kinds:
            look.fault("known_type", f"{at}/type", f"unsupported type: {kind}")
        elif allowed is not None and kind not in allowed:
            look.fault("element_place", f"{at}/type", f"unsupported type: {kind}")
        else:
            kinds[kind](look, at, value)

    return check


def _together(look: Inspection, at: str, value: dict[str, Any]) -> None:
    """Rules on properties that depend on one another."""
    kind = value.get("type")
    if kind in ("static_select", "multi_static_select") and (
        ("options" in value) == ("option_groups" in value)
    ):
        look.fault("options_or_groups", at, "must define either `options` or `option_groups`")
    if kind == "image" and ("image_url" in value) == ("slack_file" in value):
        look.fault("required_property", at, "must define either `image_url` or `slack_file`")
    low, high = value.get("min_length"), value.get("max_length")
    for name, bound, least in (("min_length", low, 0), ("max_length", high, 1)):
        if isinstance(bound, int) and not least <= bound <= look.limits.value("input_length"):
            most = look.limits.value("input_length")
            look.fault("input_length", f"{at}/{name}", f"must be between {least} and {most:.0f}")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        look.fault("input_length_order", f"{at}/min_length", "must be less than max_length")
    _initial_choice(look, at, value)


def _initial_choice(look: Inspection, at: str, value: dict[str, Any]) -> None:
    if value.get("type") in ("external_select", "multi_external_select"):
        return
    options = [*_listed(value.get("options"))]
    for group in _listed(value.get("option_groups")):
        options += _listed(group.get("options")) if isinstance(group, dict) else []
    for one in [*_listed(value.get("initial_options")), value.get("initial_option")]:
        # Slack compares the whole option, text and value.
        if one is not None and one not in options:
            look.fault("choice_listed", at, "initial option must be one of the provided options")


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []
