"""Fit a part of app.yaml to a model, and say for each key that does not fit what to write instead.

pydantic stops at what it cannot build and speaks of inputs; here every unknown key is told with
the nearest known one, every missing key with an example, and a secret that is written out is
refused by whoever's model holds it. A message never repeats a value, which may be a secret.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TypeGuard, TypeVar, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from chatops.document import Faults, Place, Referred, Value

_Model = TypeVar("_Model", bound=BaseModel)

#: From a place within a value to its place in the file.
Where = Callable[[Place], Place]

#: pydantic's error types whose own sentence tells no reader of a YAML file what to do.
_SAID: Mapping[str, str] = {
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "dict_type": "write keys and values here",
    "float_parsing": "write a number",
    "float_type": "write a number",
    "frozen_set_type": "write a list: [one, another]",
    "int_from_float": "write a whole number",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "list_type": "write a list: [one, another]",
    "model_type": "write keys and values here",
    "string_too_short": "write something here",
    "string_type": "write text; put quotes around what looks like a number",
    "tuple_type": "write a list: [one, another]",
}


def fit(
    model: type[_Model], value: Value, faults: Faults, where: Where, *, development: bool = False
) -> _Model | None:
    """Return the model made of `value`, or None where it does not fit; then the faults say why.

    `development` reaches the model's own validators as their context.
    """
    for place, said in _looked_through(model, value, (), where):
        faults.add(place, said)
    try:
        return model.model_validate(value, context={"development": development})
    except ValidationError as error:
        # Inputs stay out of what the error holds: they may be secrets.
        for found in error.errors(include_url=False, include_input=False):
            if found["type"] != "extra_forbidden":  # told above, with the nearest key
                steps = tuple(step for step in found["loc"] if step != "[key]")
                faults.add(where(steps), _said(found))
    return None


def below(place: Place) -> Where:
    """Return the `Where` of a value that stands in the file at `place`."""
    return lambda steps: (*place, *steps)


def wrong_keys(
    fields: Mapping[str, FieldInfo], value: Mapping[str, Value], place: Place, where: Where
) -> Iterator[tuple[Place, str]]:
    """Yield keys that `fields` do not know, and those that they need and that are missing."""
    known = {field.alias or name: field for name, field in fields.items()}
    for key in value:
        if key not in known:
            yield where((*place, key)), _unknown(key, known)
    for key, field in known.items():
        if key not in value and field.is_required():
            yield where((*place, key)), _missing(where((*place, key)), field)


def _looked_through(
    annotation: object, value: Value, place: Place, where: Where
) -> Iterator[tuple[Place, str]]:
    """Yield wrong keys and written-out secrets, however deep in models, lists and mappings."""
    if annotation is SecretStr and value is not None and not isinstance(value, Referred):
        yield where(place), f"a secret is never written here; {_by_reference(where(place))}"
    if _is_model(annotation) and isinstance(value, dict):
        yield from wrong_keys(annotation.model_fields, value, place, where)
    for within, inner, steps in _within(annotation, value):
        yield from _looked_through(within, inner, (*place, *steps), where)


def _within(annotation: object, value: Value) -> Iterator[tuple[object, Value, Place]]:
    """Yield the annotations inside one, each with the part of the value that it is about."""
    origin, held = get_origin(annotation), get_args(annotation)
    if _is_model(annotation):
        for name, field in annotation.model_fields.items():
            key = field.alias or name
            if isinstance(value, dict) and key in value:
                yield field.annotation, value[key], (key,)
    elif origin is dict and isinstance(value, dict):
        yield from ((held[1], inner, (key,)) for key, inner in value.items())
    elif origin in {list, tuple, frozenset} and isinstance(value, list):
        yield from ((held[0], inner, (number,)) for number, inner in enumerate(value))
    else:  # X | None, Annotated[X, ...]
        yield from ((within, value, ()) for within in held)


def _is_model(annotation: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _unknown(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key, known, n=1)
    instead = f"did you mean {near[0]}?" if near else f"keys are: {', '.join(known)}"
    return f'there is no key "{key}" here; {instead}'


def _missing(place: Place, field: FieldInfo) -> str:
    if field.annotation is SecretStr:
        return f"this key is missing; {_by_reference(place)}"
    if field.examples:
        example = json.dumps(field.examples[0], ensure_ascii=False)
        return f"this key is missing; write it, such as {place[-1]}: {example}"
    return "this key is missing; write it"


def _by_reference(place: Place) -> str:
    """Propose a variable by the last two keys: `${SLACK_BOT_TOKEN}`, `${CHATOPS_KEY}`."""
    named = "_".join(map(str, ("chatops", *place)[-2:])).upper()
    return f"write ${{{re.sub(r'[^A-Z0-9]', '_', named)}}} and set that variable"


def _said(found: ErrorDetails) -> str:
    context = found.get("ctx", {})
    if found["type"] == "value_error":
        return str(context["error"])
    if found["type"] in {"literal_error", "enum"}:
        return f"write {context['expected']}"
    own = found["msg"].removeprefix("Input ").removeprefix("String ")
    return _SAID.get(found["type"]) or f"this {own[:1].lower()}{own[1:]}"
