"""Adaptive Cards: strict checking, and finding in them what a person may press and fill in."""

import json
import re
from collections.abc import Iterator

from adapters.sandbox.teams.card_checks import Inspection
from adapters.sandbox.teams.limits import Limits
from adapters.sandbox.teams.refusal import JSON
from adapters.sandbox.teams.schema import card as whole_card

ADAPTIVE = "application/vnd.microsoft.card.adaptive"

#: Properties under which further elements stand.
_INSIDE = ("body", "items", "columns", "rows", "cells", "images", "inlines")


def faults_in(card: object, limits: Limits) -> list[str]:
    """Every fault of a card, each with the path to it; whom it mentions is not looked at."""
    look = Inspection(limits)
    whole_card(look, "", card)
    if isinstance(card, dict):
        version = card.get("version")
        if "version" not in card:
            look.fault("property_required", "", "missing property: version")
        elif not isinstance(version, str) or not re.fullmatch(r"\d+\.\d+", version):
            look.fault("property_type", "/version", "must be like 1.5")
        elif tuple(map(int, version.split("."))) > _version(limits):
            look.fault("card_version", "/version", f"above {limits.value('card_version')}")
    for at, name in look.toggled:
        if name not in look.elements:
            look.fault("toggle_target", at, f"no element has the id {name}")
    return [f"{at or '/'}: {message}" for at, message in look.faults]


def _version(limits: Limits) -> tuple[int, ...]:
    newest = limits.value("card_version") if limits.on("card_version") else 99.0
    return tuple(map(int, str(newest).split(".")))


def is_too_big(card: object, limits: Limits) -> bool:
    written = json.dumps(card, ensure_ascii=False, separators=(",", ":"))
    return len(written.encode()) > limits.value("card_size")


def elements_of(node: JSON) -> Iterator[JSON]:
    """Every element in a card or element, but those of its shown cards and fallbacks."""
    for name in _INSIDE:
        for child in node.get(name, ()):
            if isinstance(child, dict):
                yield child
                yield from elements_of(child)


def actions_of(card: JSON) -> Iterator[JSON]:
    """Every action that stands in a card itself, buttons first, and the one that refreshes it."""
    for node in (card, *elements_of(card)):
        yield from node.get("actions", ())
        for name in ("selectAction", "inlineAction"):
            if name in node:
                yield node[name]
    if "action" in card.get("refresh", {}):
        yield card["refresh"]["action"]


def way_to(card: JSON, action: JSON) -> tuple[JSON, ...]:
    """The cards that lead to an action: this one, and those that its buttons show; () without it."""
    for one in actions_of(card):
        if one == action:
            return (card,)
        if one.get("type") == "Action.ShowCard":
            deeper = way_to(one["card"], action)
            if deeper:
                return (card, *deeper)
    return ()


def inputs_of(cards: tuple[JSON, ...]) -> dict[str, JSON]:
    """Every input of all these cards, by its id."""
    return {
        element["id"]: element
        for card in cards
        for element in elements_of(card)
        if str(element.get("type")).startswith("Input.")
    }
