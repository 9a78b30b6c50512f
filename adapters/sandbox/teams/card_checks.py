"""The small language in which `schema` says what shape a card's parts have.

A check is a function of (inspection, path, value) that notes faults under the name of the rule that
is broken; a rule that is off is not noted.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from adapters.sandbox.teams.limits import Limits


class Inspection:
    """The faults found so far, the ids met, and the rules that are in force."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.faults: list[tuple[str, str]] = []
        #: Ids of elements and inputs; actions have a space of their own.
        self.elements: set[str] = set()
        self.actions: set[str] = set()
        #: Path -> what a toggle there shows and hides.
        self.toggled: list[tuple[str, str]] = []

    def fault(self, rule: str, at: str, message: str) -> None:
        if self.limits.on(rule):
            self.faults.append((at, message))

    def name(self, kept: set[str], at: str, value: dict[str, Any]) -> None:
        """Note the id of an element or action."""
        given = value.get("id")
        if isinstance(given, str) and given in kept:
            self.fault("id_once", f"{at}/id", f"id already used: {given}")
        elif isinstance(given, str):
            kept.add(given)


Check = Callable[[Inspection, str, object], None]


def whatever(look: Inspection, at: str, value: object) -> None:
    """Take anything: what stands here is the app's own, or documented too loosely."""


def string(look: Inspection, at: str, value: object) -> None:
    if not isinstance(value, str):
        look.fault("property_type", at, "must be a string")


def boolean(look: Inspection, at: str, value: object) -> None:
    if not isinstance(value, bool):
        look.fault("property_type", at, "must be a boolean")


def number(look: Inspection, at: str, value: object) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        look.fault("property_type", at, "must be a number")


def string_or_number(look: Inspection, at: str, value: object) -> None:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        look.fault("property_type", at, "must be a string or a number")


def mapping(look: Inspection, at: str, value: object) -> None:
    if not isinstance(value, dict):
        look.fault("property_type", at, "must be an object")


def data(look: Inspection, at: str, value: object) -> None:
    if not isinstance(value, str | dict):
        look.fault("property_type", at, "must be a string or an object")


def address(look: Inspection, at: str, value: object) -> None:
    """An address that a browser opens."""
    if not (isinstance(value, str) and re.match(r"(?:https?|mailto|tel|msteams):\S+$", value)):
        look.fault("property_type", at, "must be an address")


def picture(look: Inspection, at: str, value: object) -> None:
    """The address of a picture, which may be a data URI."""
    if not (isinstance(value, str) and re.match(r"https?://\S+$|data:image/", value)):
        look.fault("property_type", at, "must be a picture's address")


def one_of(*values: str) -> Check:
    """A named value; the schema takes them in any case."""

    def check(look: Inspection, at: str, value: object) -> None:
        if not isinstance(value, str) or value.lower() not in values:
            look.fault("enum_value", at, f"must be one of: {', '.join(values)}")

    return check


def each(item: Check) -> Check:
    def check(look: Inspection, at: str, value: object) -> None:
        if not isinstance(value, list):
            look.fault("property_type", at, "must be an array")
            return
        for position, one in enumerate(value):
            item(look, f"{at}/{position}", one)

    return check


def either(*checks: tuple[type, Check]) -> Check:
    """The check of the value's own type."""

    def check(look: Inspection, at: str, value: object) -> None:
        for kind, one in checks:
            if isinstance(value, kind):
                one(look, at, value)
                return
        look.fault("property_type", at, "is of a wrong type")

    return check


def shape(properties: Mapping[str, Check]) -> Check:
    """An object with these properties and no others; a name that ends in `!` is required."""
    required = {name[:-1] for name in properties if name.endswith("!")}
    checks = {name.rstrip("!"): check for name, check in properties.items()}

    def check(look: Inspection, at: str, value: object) -> None:
        if not isinstance(value, dict):
            look.fault("property_type", at, "must be an object")
            return
        for name in sorted(required - value.keys()):
            look.fault("property_required", at, f"missing property: {name}")
        for name, one in value.items():
            if name in checks:
                checks[name](look, f"{at}/{name}", one)
            elif name != "type":
                look.fault("property_known", at, f"unknown property: {name}")

    return check
