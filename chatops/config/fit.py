"""Fit a part of app.yaml to a model, and say for each key that does not fit what to write instead.

pydantic stops at what it cannot build and speaks of inputs; here every unknown key is told with
the nearest known one, every missing key with an example, every reference to a name that nobody
declared, and a secret that is written out is refused by whoever's model holds it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TypeGuard, TypeVar, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from chatops.config.document import Faults, Place, Referred, Value
from chatops.config.names import Names, Refers

_Model = TypeVar("_Model", bound=BaseModel)

#: From a place within a value to its place in the file.
Where = Callable[[Place], Place]

#: What pydantic puts among the steps of a place and is no key of the file: that a key is meant, and
#: which of two ways to write a value (`shape.ShiftsOf`).
_PYDANTICS = frozenset({"[key]", "[name]", "[block]"})

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
    "too_short": "write at least one",
    "tuple_type": "write a list: [one, another]",
}


def below(place: Place) -> Where:
    """Return the `Where` of a value that stands in the file at `place`."""
    return lambda steps: (*place, *steps)


class Fitter:
    """Fits values to models, under the names that the file declares.

    `development` reaches the models' own validators as their context.
    """

    def __init__(self, names: Names, faults: Faults, *, development: bool) -> None:
        self.names, self.faults, self.development = names, faults, development

    def fit(self, model: type[_Model], value: Value, where: Where) -> _Model | None:
        """Return the model made of `value`, or None where it does not fit: the faults say why."""
        self._look(model, value, (), where)
        try:
            return model.model_validate(value, context={"development": self.development})
        except ValidationError as error:
            # Inputs stay out: a secret that was written out is one of them.
            every = error.errors(include_url=False, include_input=False)
            for found in every:
                if found["type"] == "too_short" and _is_within(found["loc"], every):
                    continue  # what is there does not fit, and that is told
                if found["type"] != "extra_forbidden":  # told above, with the nearest key
                    steps = tuple(step for step in found["loc"] if step not in _PYDANTICS)
                    self.faults.add(where(steps), said_of(found))
        return None

    def blocks(self, section: str, model: type[_Model]) -> Iterator[tuple[str, Place, _Model]]:
        """Yield name, place and block for each block of a section that fits."""
        for name, value in self.names.blocks(section).items():
            place = (section, name)
            if (fitted := self.fit(model, value, below(place))) is not None:
                yield name, place, fitted

    def check_keys(
        self, fields: Mapping[str, FieldInfo], value: Mapping[str, Value], where: Where
    ) -> None:
        """Note keys that `fields` do not know, and those that they need and that are missing."""
        known = {field.alias or name: field for name, field in fields.items()}
        for key in value:
            if key not in known:
                self.faults.add(where((key,)), _unknown(key, known))
        for key, field in known.items():
            if key not in value and field.is_required():
                self.faults.add(where((key,)), _missing(where((key,)), field))

    def _look(self, annotation: object, value: Value, steps: Place, where: Where) -> None:
        """Note wrong keys, names that lead nowhere and written-out secrets, however deep."""
        place = where(steps)
        for refers in _references(annotation):
            if isinstance(value, str) and (said := self.names.wrong(value, refers)):
                self.faults.add(place, said)
        if annotation is SecretStr and value is not None and not isinstance(value, Referred):
            self.faults.add(place, f"a secret is never written here; {_by_reference(place)}")
        if _is_model(annotation) and isinstance(value, dict):
            self.check_keys(annotation.model_fields, value, lambda more: where((*steps, *more)))
        for within, inner, more in _within(annotation, value):
            self._look(within, inner, (*steps, *more), where)


def _references(annotation: object) -> Iterator[Refers]:
    # A field keeps what stood in its Annotated apart from its type.
    of = "metadata" if isinstance(annotation, FieldInfo) else "__metadata__"
    notes: Iterable[object] = getattr(annotation, of, ())
    yield from (note for note in notes if isinstance(note, Refers))


def _within(annotation: object, value: Value) -> Iterator[tuple[object, Value, Place]]:
    """Yield the annotations inside one, each with the part of the value that it is about."""
    origin, held = get_origin(annotation), get_args(annotation)
    if isinstance(annotation, FieldInfo):
        yield annotation.annotation, value, ()
    elif _is_model(annotation):
        for name, field in annotation.model_fields.items():
            key = field.alias or name
            if isinstance(value, dict) and key in value:
                yield field, value[key], (key,)
    elif origin is dict and isinstance(value, dict):
        for key, inner in value.items():
            yield held[0], key, (key,)
            yield held[1], inner, (key,)
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


def _is_within(place: Sequence[str | int], found: Iterable[ErrorDetails]) -> bool:
    """Tell whether something is wrong inside of what stands at `place`."""
    deep = len(place)
    return any(len(each["loc"]) > deep and each["loc"][:deep] == place for each in found)


def said_of(found: ErrorDetails) -> str:
    """Say what pydantic found, as a reader of the file can mend it."""
    context = found.get("ctx", {})
    if found["type"] == "value_error":
        return str(context["error"])
    if found["type"] in {"literal_error", "enum"}:
        return f"write {context['expected']}".replace("'", "")
    own = found["msg"].removeprefix("Input ").removeprefix("String ")
    return _SAID.get(found["type"]) or f"this {own[:1].lower()}{own[1:]}"
