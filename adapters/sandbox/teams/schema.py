"""The parts of Adaptive Cards up to version 1.5, and what Teams adds to them, as one table.

From adaptivecards.io/schemas 1.5 and learn.microsoft.com/microsoftteams/platform/task-modules-and-
cards/cards (cards-format, cards-actions, dynamic-search, charts-in-adaptive-cards).
"""

from typing import Any

from adapters.sandbox.teams.card_checks import (
    Check,
    Inspection,
    address,
    boolean,
    data,
    each,
    either,
    mapping,
    number,
    one_of,
    picture,
    shape,
    string,
    string_or_number,
    whatever,
)
from adapters.sandbox.teams.card_values import (
    ASSOCIATED,
    BACKGROUND,
    BASE,
    HORIZONTAL,
    LETTERS,
    QUERY,
    STYLE,
    TABLE_COLUMN,
    TARGET,
    VERTICAL,
)
from adapters.sandbox.teams.charts import CHARTS


def element(look: Inspection, at: str, value: object) -> None:
    """Any element of a card's body."""
    _by_type(look, at, value, ELEMENTS, "element_known")
    if isinstance(value, dict):
        look.name(look.elements, at, value)


def action(look: Inspection, at: str, value: object) -> None:
    """Any action, with the rules of its own kind."""
    _by_type(look, at, value, ACTIONS, "action_known")
    if not isinstance(value, dict):
        return
    look.name(look.actions, at, value)
    if value.get("type") == "Action.Execute" and not value.get("verb"):
        look.fault("execute_verb", at, "an Action.Execute needs a verb")
    for target in _listed(value.get("targetElements")):
        name = target.get("elementId") if isinstance(target, dict) else target
        look.toggled.append((f"{at}/targetElements", str(name)))


def bar(look: Inspection, at: str, value: object) -> None:
    """The actions of a card or of an ActionSet."""
    each(action)(look, at, value)
    seen = [
        one
        for one in _listed(value)
        if isinstance(one, dict) and str(one.get("mode", "primary")).lower() == "primary"
    ]
    if len(seen) > look.limits.value("primary_actions"):
        look.fault("primary_actions", at, f"{len(seen)} primary actions")


def card(look: Inspection, at: str, value: object) -> None:
    """A whole card, at the top or in an Action.ShowCard."""
    if not isinstance(value, dict) or value.get("type") != "AdaptiveCard":
        look.fault("element_known", f"{at}/type", "must be AdaptiveCard")
        return
    CARD(look, at, value)


def _by_type(look: Inspection, at: str, value: object, kinds: dict[str, Check], rule: str) -> None:
    if not isinstance(value, dict):
        look.fault("property_type", at, "must be an object")
        return
    kind = value.get("type")
    if isinstance(kind, str) and kind in kinds:
        kinds[kind](look, at, value)
        if "fallback" in value:
            _fallback(look, f"{at}/fallback", value["fallback"])
    elif isinstance(kind, str) and kind in CHARTS and "fallback" in value:
        # Other clients take the fallback.
        CHARTS[kind](look, at, value)
        _fallback(look, f"{at}/fallback", value["fallback"])
    else:
        look.fault(rule, f"{at}/type", f"unknown type: {kind}")


def _fallback(look: Inspection, at: str, value: object) -> None:
    """What stands in an element's place where it cannot be drawn; its ids are that one's again."""
    if value == "drop":
        return
    kept = look.elements, look.actions
    look.elements, look.actions = set(), set()
    is_action = isinstance(value, dict) and str(value.get("type")).startswith("Action.")
    (action if is_action else element)(look, at, value)
    look.elements, look.actions = kept


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


_BOX: dict[str, Check] = {
    **BASE,
    "backgroundImage": BACKGROUND,
    "bleed": boolean,
    "minHeight": string,
    "rtl": boolean,
    "selectAction": action,
    "style": STYLE,
    "verticalContentAlignment": VERTICAL,
}
_INPUT: dict[str, Check] = {
    **BASE,
    "id!": string,
    "errorMessage": string,
    "isRequired": boolean,
    "label": either((str, string), (dict, element)),
}
_WHEN = shape({**_INPUT, "max": string, "min": string, "placeholder": string, "value": string})
_RUN: dict[str, Check] = {
    **LETTERS,
    "highlight": boolean,
    "italic": boolean,
    "selectAction": action,
    "strikethrough": boolean,
    "underline": boolean,
}
_CELL = shape({**_BOX, "items": each(element)})
_ROW = shape(
    {
        "cells": each(_CELL),
        "style": STYLE,
        "horizontalCellContentAlignment": HORIZONTAL,
        "verticalCellContentAlignment": VERTICAL,
    }
)
_COLUMN = shape({**_BOX, "items": each(element), "width": string_or_number})
_PICTURE: dict[str, Check] = {
    **BASE,
    "url!": picture,
    "altText": string,
    "backgroundColor": string,
    "height": string,
    "horizontalAlignment": HORIZONTAL,
    "selectAction": action,
    "size": one_of("auto", "stretch", "small", "medium", "large"),
    "style": one_of("default", "person"),
    "width": string,
}

ELEMENTS: dict[str, Check] = {
    "TextBlock": shape(
        {
            **BASE,
            **LETTERS,
            "horizontalAlignment": HORIZONTAL,
            "maxLines": number,
            "style": one_of("default", "heading", "columnheader"),
            "wrap": boolean,
        }
    ),
    "RichTextBlock": shape(
        {
            **BASE,
            "inlines!": each(either((str, string), (dict, shape(_RUN)))),
            "horizontalAlignment": HORIZONTAL,
        }
    ),
    "Image": shape(_PICTURE),
    "ImageSet": shape(
        {
            **BASE,
            "images!": each(shape(_PICTURE)),
            "imageSize": one_of("auto", "stretch", "small", "medium", "large"),
        }
    ),
    "FactSet": shape({**BASE, "facts!": each(shape({"title!": string, "value!": string}))}),
    "Container": shape({**_BOX, "items!": each(element)}),
    "ColumnSet": shape(
        {
            **BASE,
            "bleed": boolean,
            "columns": each(_COLUMN),
            "horizontalAlignment": HORIZONTAL,
            "minHeight": string,
            "selectAction": action,
            "style": STYLE,
        }
    ),
    "Table": shape(
        {
            **BASE,
            "columns": each(TABLE_COLUMN),
            "rows": each(_ROW),
            # The schema's page and its renderers spell it differently.
            "firstRowAsHeader": boolean,
            "firstRowAsHeaders": boolean,
            "gridStyle": STYLE,
            "horizontalCellContentAlignment": HORIZONTAL,
            "showGridLines": boolean,
            "verticalCellContentAlignment": VERTICAL,
        }
    ),
    "ActionSet": shape({**BASE, "actions!": bar}),
    "Input.Text": shape(
        {
            **_INPUT,
            "inlineAction": action,
            "isMultiline": boolean,
            "maxLength": number,
            "placeholder": string,
            "regex": string,
            "style": one_of("text", "tel", "url", "email", "password"),
            "value": string,
        }
    ),
    "Input.Number": shape(
        {**_INPUT, "max": number, "min": number, "placeholder": string, "value": number}
    ),
    "Input.Date": _WHEN,
    "Input.Time": _WHEN,
    "Input.Toggle": shape(
        {
            **_INPUT,
            "title!": string,
            "value": string,
            "valueOff": string,
            "valueOn": string,
            "wrap": boolean,
        }
    ),
    "Input.ChoiceSet": shape(
        {
            **_INPUT,
            "choices": each(shape({"title!": string, "value!": string})),
            "choices.data": QUERY,
            "isMultiSelect": boolean,
            "placeholder": string,
            "style": one_of("compact", "expanded", "filtered"),
            "value": string,
            "wrap": boolean,
        }
    ),
}

#: What every action may have; `msTeams` says whether Teams confirms a press by itself.
_PRESS: dict[str, Check] = {
    "fallback": whatever,
    "iconUrl": picture,
    "id": string,
    "isEnabled": boolean,
    "mode": one_of("primary", "secondary"),
    "msTeams": mapping,
    "requires": mapping,
    "style": one_of("default", "positive", "destructive"),
    "title": string,
    "tooltip": string,
}
ACTIONS: dict[str, Check] = {
    "Action.OpenUrl": shape({**_PRESS, "url!": address}),
    "Action.Submit": shape({**_PRESS, "associatedInputs": ASSOCIATED, "data": data}),
    "Action.Execute": shape(
        {**_PRESS, "associatedInputs": ASSOCIATED, "data": data, "verb": string}
    ),
    "Action.ShowCard": shape({**_PRESS, "card!": card}),
    "Action.ToggleVisibility": shape({**_PRESS, "targetElements!": each(TARGET)}),
}

CARD = shape(
    {
        "$schema": string,
        "version": string,
        "actions": bar,
        "authentication": mapping,
        "backgroundImage": BACKGROUND,
        "body": each(element),
        "fallbackText": string,
        "lang": string,
        "metadata": mapping,
        "minHeight": string,
        "msteams": mapping,
        "refresh": shape({"action": action, "expires": string, "userIds": each(string)}),
        "rtl": boolean,
        "selectAction": action,
        "speak": string,
        "verticalContentAlignment": VERTICAL,
    }
)
