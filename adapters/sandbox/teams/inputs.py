"""What is filled into a card: taken together and looked over, as Teams does before it sends it."""

import re
from collections.abc import Collection, Mapping

from adapters.sandbox.teams.cards import inputs_of
from adapters.sandbox.teams.limits import Limits
from adapters.sandbox.teams.refusal import JSON

_DATE = re.compile(r"\d{4}-[01]\d-[0-3]\d")
_TIME = re.compile(r"[0-2]\d:[0-5]\d")


class CannotBeDone(ValueError):
    """Something that Teams' window gives no way to do: a fault of the caller."""


class Unfit(Exception):
    """What the window says beside an input that is not as it should be; nothing is sent."""


def gathered(
    cards: tuple[JSON, ...],
    action: JSON,
    typed: Mapping[str, object],
    offered: Mapping[str, Collection[str]],
    limits: Limits,
) -> JSON:
    """The action's data with the inputs of its cards in it; all of them are texts, empty ones absent.

    `offered` is what each data set's typeahead has shown.

    Raises:
        Unfit: an input is required, or not within its bounds.
        CannotBeDone: a value that its input cannot take.
    """
    inputs = inputs_of(cards)
    for name in typed:
        if name not in inputs:
            raise CannotBeDone(f"the card has no input {name}")
    own = action.get("data", {})
    if action.get("associatedInputs", "auto").lower() == "none":
        return own if isinstance(own, dict) else {"data": own}
    values: JSON = {}
    for name, element in inputs.items():
        value = str(typed.get(name, element.get("value", "")))
        if element["type"] == "Input.Toggle":
            value = value or element.get("valueOff", "false")
        _possible(element, value, offered)
        _look_over(element, value, limits)
        if value:
            values[name] = value
    return {**own, **values} if isinstance(own, dict) else {"data": own, **values}


def _possible(element: JSON, value: str, offered: Mapping[str, Collection[str]]) -> None:
    """Refuse what nobody could have entered."""
    kind = element["type"]
    if kind == "Input.Text" and len(value) > element.get("maxLength", len(value)):
        raise CannotBeDone(f"{element['id']} takes {element['maxLength']} characters")
    if kind == "Input.Toggle" and value not in _switched(element):
        raise CannotBeDone(f"{element['id']} is one of {', '.join(_switched(element))}")
    if kind == "Input.ChoiceSet" and value:
        choices = {choice["value"] for choice in element.get("choices", ())}
        choices |= set(offered.get(element.get("choices.data", {}).get("dataset", ""), ()))
        choices |= set(str(element.get("value", "")).split(","))
        chosen = value.split(",") if element.get("isMultiSelect") else [value]
        if missing := [one for one in chosen if one not in choices]:
            raise CannotBeDone(f"{element['id']} does not offer {', '.join(missing)}")


def _look_over(element: JSON, value: str, limits: Limits) -> None:
    """Say what the window would say beside the input."""
    if element["type"] == "Input.Toggle":
        is_filled = value == _switched(element)[0]
    else:
        is_filled = bool(value.strip())
    if not is_filled:
        if element.get("isRequired") and limits.on("input_required"):
            raise _unfit(element, "Enter a value.")
        return
    match element["type"]:
        case "Input.Text":
            pattern = element.get("regex")
            if pattern and not re.search(pattern, value) and limits.on("input_pattern"):
                raise _unfit(element, "This does not have the right form.")
        case "Input.Number":
            _within(element, _number(element, value), limits)
        case "Input.Date":
            _within(element, _formed(element, value, _DATE), limits)
        case "Input.Time":
            _within(element, _formed(element, value, _TIME), limits)
        case _:
            pass


def _within(element: JSON, value: float | str, limits: Limits) -> None:
    low, high = element.get("min", value), element.get("max", value)
    if not low <= value <= high and limits.on("input_range"):
        raise _unfit(element, "This is out of range.")


def _number(element: JSON, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise CannotBeDone(f"{element['id']} takes a number") from None


def _formed(element: JSON, value: str, form: re.Pattern[str]) -> str:
    if not form.fullmatch(value):
        raise CannotBeDone(f"{element['id']} takes what its picker gives")
    return value


def _switched(element: JSON) -> tuple[str, str]:
    """A toggle's values when on and off."""
    return element.get("valueOn", "true"), element.get("valueOff", "false")


def _unfit(element: JSON, otherwise: str) -> Unfit:
    return Unfit(element.get("errorMessage") or otherwise)
