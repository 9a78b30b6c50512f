"""What is wrong with an Adaptive Card, by the vendor's own types and by what these leave out.

The types take any property and demand none: so each element is read by the type that it names, with
no property beyond those of the type, and what the schema of Adaptive Cards 1.5 demands is there.
"""

import inspect
from collections.abc import Iterator
from typing import Any, Final, get_args

import orjson
from microsoft_teams.cards import core
from pydantic import BaseModel, ValidationError

#: The vendor's types by the name in `type`.
TYPES: Final[dict[str, type[BaseModel]]] = {
    get_args(model.model_fields["type"].annotation)[0]: model
    for _, model in inspect.getmembers(core, inspect.isclass)
    if issubclass(model, BaseModel)
    and "type" in model.model_fields
    and get_args(model.model_fields["type"].annotation)
}

#: What the schema demands (schemas/1.5.0/adaptive-card.json of microsoft/AdaptiveCards), and what
#: Teams needs besides.
DEMANDED: Final[dict[str, tuple[str, ...]]] = {
    "AdaptiveCard": ("version", "body"),
    "TextBlock": ("text", "wrap"),
    "RichTextBlock": ("inlines",),
    "TextRun": ("text",),
    "Container": ("items",),
    "ColumnSet": ("columns",),
    "Column": ("items", "width"),
    "FactSet": ("facts",),
    "ActionSet": ("actions",),
    "Table": ("columns", "rows", "fallback"),
    "TableRow": ("cells",),
    "TableCell": ("items",),
    "Chart.HorizontalBar": ("title", "data", "fallback"),
    "Chart.Line": ("title", "data", "fallback"),
    "Chart.VerticalBar": ("title", "data", "fallback"),
    "Chart.VerticalBar.Grouped": ("title", "data", "fallback"),
    "Input.Text": ("id", "label"),
    "Input.ChoiceSet": ("id", "label", "choices"),
    "Data.Query": ("dataset",),
    "Action.Execute": ("title", "verb"),
    "Action.Submit": ("title", "data"),
    "Action.OpenUrl": ("url",),
    "Action.ToggleVisibility": ("title", "targetElements"),
    "mention": ("text", "mentioned"),
}

#: Not of a card: what a submission tells Teams itself, and what a card carries for us.
OURS: Final = ("data",)
#: Models that stand for what names its type itself, and for what a press carries.
OTHERS: Final = frozenset({"CardElement", "Action", "SubmitActionData"})
KNOWN_BEYOND: Final = frozenset({"$schema"})


def elements(card: Any) -> Iterator[dict[str, Any]]:
    """Return everything in a card that names its type, the card first."""
    if isinstance(card, list):
        for each in card:
            yield from elements(each)
    elif isinstance(card, dict):
        if "type" in card:
            yield card
        for name, value in card.items():
            if name not in OURS:
                yield from elements(value)


def faults(card: dict[str, Any]) -> list[str]:
    """Return what is wrong with a card; none where the whole of it is as documented."""
    found = list(_faults(card))
    ids = [each["id"] for each in elements(card) if "id" in each]
    if len(ids) != len(set(ids)):
        found.append("two elements have one id")
    targets = {name for each in elements(card) for name in each.get("targetElements", [])}
    if targets - set(ids):
        found.append(f"nothing is named {sorted(targets - set(ids))}")
    primary = [each for each in card.get("actions", []) if each.get("mode") != "secondary"]
    if len(primary) > 6:
        found.append("more than six actions at once")
    return found


def _faults(card: dict[str, Any]) -> Iterator[str]:
    for element in elements(card):
        kind = element["type"]
        model = TYPES.get(kind)
        if model is None:
            yield f"{kind}: no such type"
            continue
        try:
            read = model.model_validate(element)
        except ValidationError as error:
            yield f"{kind}: {error}"
            continue
        yield from (f"{kind}: {name} is no property" for name in _beyond(read))
        for name in DEMANDED[kind]:
            asks = name == "choices" and "choices.data" in element  # it may list none before
            if element.get(name) in (None, "", []) and not asks:
                yield f"{kind}: {name} lacks"


def _beyond(read: BaseModel) -> Iterator[str]:
    """Return the properties that a model does not know, in it and in the untyped ones within it."""
    yield from set(read.model_extra or {}) - KNOWN_BEYOND
    for value in read.__dict__.values():
        for each in value if isinstance(value, list) else [value]:
            # what names a type is read by that type, and not by the one from which all descend
            if isinstance(each, BaseModel) and type(each).__name__ not in OTHERS:
                yield from _beyond(each)


def size(made: Any) -> int:
    """Return how many bytes something takes as JSON in UTF-8."""
    return len(orjson.dumps(made))


def shown(card: Any) -> str:
    """Return the words of a card's runs and blocks, as they stand in the JSON."""
    return "\n".join(
        str(each["text"]) for each in elements(card) if each["type"] in {"TextRun", "TextBlock"}
    )
