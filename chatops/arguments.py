"""What the fields of a command's Args model are: their marks, and the form that is made of them.

A mark says how a typed line fills its field (`line` reads one): `Annotated[str, Verbatim]`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from chatops.call import Call, Command
from chatops.card import Choice, Form, TextBox
from chatops.scene import Scene
from chatops.text import text


class Verbatim:
    """Marks a field that takes the rest of a line as typed: `Annotated[str, Verbatim]`."""


class CommandName:
    """Marks a field that takes a command's name; it is read as the name in the code."""


class FormOnly:
    """Marks a field that a typed line cannot fill."""


class Keyed:
    """Marks a field that a typed line gives by its name: `from:aoi`."""


@dataclass(frozen=True, slots=True)
class Named:
    """Marks a field that a typed line names: `queue global`, `Annotated[str, Named("of_queue")]`.

    Its names are those of `word-<word>` in the .ftl files; the words of `choices` are read as values.
    """

    word: str
    choices: type[StrEnum] | None = None


@dataclass(frozen=True, slots=True)
class OrWord:
    """Marks a field that may be a value of `choices` in words: `Annotated[str, OrWord(Choices)]`."""

    choices: type[StrEnum]


class OtherTicket:
    """Marks a number that is another ticket's: `Annotated[int, OtherTicket]`."""


def tickets_named(args: BaseModel) -> set[int]:
    """Return the other tickets that the arguments name."""
    return {
        number
        for name, field in type(args).model_fields.items()
        if OtherTicket in field.metadata and isinstance(number := getattr(args, name), int)
    }


def form_for(command: Command, fields: Mapping[str, str], scene: Scene, _call: Call) -> Form:
    """Return the form of a command that brings none of its own: one input a field of its model."""
    ticket = scene.ticket.id
    parts = [
        part
        for name, field in command.args.model_fields.items()
        if (part := _input(command, name, field, fields.get(name))) is not None
    ]
    return Form(
        command=command.name,
        ticket=ticket,
        title=text(f"form-{command.name}", ticket=ticket),
        submit=text(f"button-{command.name}"),
        parts=tuple(parts),
    )


def _input(
    command: Command, name: str, field: FieldInfo, initial: str | None
) -> Choice | TextBox | None:
    label = text(f"field-{name}")
    optional = not field.is_required()
    if (choices := choices_of(field)) is not None:
        options = tuple((one.value, text(f"{command.name}-{one.value}")) for one in choices)
        return Choice(name, label, options, initial, optional)
    if str not in types_of(field) and OtherTicket not in field.metadata:
        return None  # an id: it comes from a button
    return TextBox(name, label, is_verbatim(field), initial or "", optional=optional)


# --- what a field is


def is_in_line(field: FieldInfo) -> bool:
    """Tell whether a field's words stand in the line by themselves."""
    return not any(mark in {FormOnly, Keyed} or isinstance(mark, Named) for mark in field.metadata)


def types_of(field: FieldInfo) -> tuple[Any, ...]:
    """Return the types of a field, `X | None` taken apart."""
    return get_args(field.annotation) or (field.annotation,)


def choices_of(field: FieldInfo) -> type[StrEnum] | None:
    return next(
        (t for t in types_of(field) if isinstance(t, type) and issubclass(t, StrEnum)), None
    )


def is_number(field: FieldInfo) -> bool:
    """Tell whether a field is a number that may stand anywhere: another ticket's has its place."""
    return int in types_of(field) and OtherTicket not in field.metadata


def is_verbatim(field: FieldInfo) -> bool:
    return Verbatim in field.metadata
