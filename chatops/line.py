"""What a person gives to a command, as its Args model: a typed line, a form's fields, a button's.

A typed line is read field by field in the order of the model:

- a leading ticket number (`42`, `#42`) is the ticket, where none is known from the place;
- a field that is an enum takes its words (`word-<value>` in the .ftl files, in every language),
  wherever they stand among the others;
- any other field takes one word, the last of them all that is left;
- a field marked `Verbatim` takes the rest exactly as it was typed, and ends the line;
- a field marked `CommandName` takes a command's name in any language;
- a field marked `FormOnly` is not in the line at all.

Everything but the verbatim rest is folded by NFKC, so that an input method's wide digits and blanks
are as good as narrow ones. Nothing here decides whether an act is allowed.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from chatops.call import Call, Command, OnTicket, Registry, Runs
from chatops.card import Choice, Form, TextBox
from chatops.scene import Scene
from chatops.text import LANGUAGES, Text, Words, text
from chatops.ticket import Refusal

_TICKET: Final = re.compile(r"\s*[#＃]?(\d{1,12})(?!\S)\s*")
_WORD: Final = re.compile(r"\S+")
_LISTING: Final = re.compile(r"[,、]")
_NO_ZONE: Final = ZoneInfo("UTC")  # names and words hold no times


class Verbatim:
    """Marks a field that takes the rest of a line as typed: `Annotated[str, Verbatim]`."""


class CommandName:
    """Marks a field that takes a command's name; it is read as the name in the code."""


class FormOnly:
    """Marks a field that a typed line cannot fill."""


class OtherTicket:
    """Marks a number that is another ticket's: `Annotated[int, OtherTicket]`."""


@dataclass(frozen=True, slots=True)
class Read:
    """A command's arguments, and the ticket that the line named."""

    args: BaseModel
    ticket: int | None


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that the command needs is not there: `fields` is what is, for its form.

    `refusal` says how the line is written, for commands that have no form to show.
    """

    fields: Mapping[str, str]
    ticket: int | None
    refusal: Refusal


def read(command: Command, call: Call, words: Words) -> Read | Missing | Refusal:
    """Read what a call brings along; fields of a form or a button go before a typed line."""
    ticket, line = None, call.line or ""
    if isinstance(command.handler, OnTicket | Runs):
        leading, rest = _leading_ticket(line)
        if call.ticket is None or leading == call.ticket:
            ticket, line = leading, rest
        elif leading is not None and not _takes_words(command):
            return _other_ticket(command, leading, call.ticket, call)
    typed = _typed(command, line, words, call)
    if isinstance(typed, Refusal):
        return typed
    given = {**typed, **_given(command, call.fields, words)}
    model = command.args.model_fields
    if any(field.is_required() and name not in given for name, field in model.items()):
        return Missing(given, ticket, Refusal(_usage(command, call)))
    try:
        return Read(command.args.model_validate(given), ticket)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        said = text("word-not-taken", word=given[name], usage=_usage(command, call))
        return Refusal(said, field=name)


def tickets_named(args: BaseModel) -> set[int]:
    """Return the other tickets that the arguments name."""
    return {
        number
        for name, field in type(args).model_fields.items()
        if OtherTicket in field.metadata and isinstance(number := getattr(args, name), int)
    }


def named(word: str, registry: Registry, words: Words) -> Command | None:
    """Return the command of that name, in any language."""
    return registry.get(_command_name(word, words))


def nearest(word: str, registry: Registry, words: Words) -> str | None:
    """Return the listed name that looks most like an unknown word."""
    listed = [
        said
        for said, name in _names(words).items()
        if (command := registry.get(name)) is not None and command.listed
    ]
    return next(iter(get_close_matches(_fold(word).casefold(), listed, 1)), None)


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
    if (choices := _enum(field)) is not None:
        options = tuple((one.value, text(f"{command.name}-{one.value}")) for one in choices)
        return Choice(name, label, options, initial, optional)
    if str not in _types(field):
        return None  # an id: it comes from a button
    return TextBox(name, label, _is_verbatim(field), initial or "", optional=optional)


# --- reading


def _leading_ticket(line: str) -> tuple[int | None, str]:
    found = _TICKET.match(line)
    return (int(found.group(1)), line[found.end() :]) if found else (None, line)


def leading_number(line: str) -> int | None:
    """Return the ticket's number with which a line begins, `42` or `#42`."""
    return _leading_ticket(line)[0]


def _takes_words(command: Command) -> bool:
    """Tell whether a command takes a text as it is written, which may begin with a number."""
    return any(_is_verbatim(field) for field in command.args.model_fields.values())


def _other_ticket(command: Command, meant: int, here: int, call: Call) -> Refusal:
    """Refuse a line that is typed under one ticket and begins with another one's number."""
    prefix = call.policy.prefix
    said = text("other-ticket", meant=str(meant), ticket=here, command=command.name, prefix=prefix)
    return Refusal(said)


def _typed(command: Command, line: str, words: Words, call: Call) -> dict[str, str] | Refusal:
    lists = dict(_lists(command))
    others = list(_others(command))
    tokens = [(found.start(), _fold(found.group())) for found in _WORD.finditer(line)]
    given: dict[str, str] = {}
    at = 0
    while at < len(tokens):
        rest = [word for _, word in tokens[at:]]
        if (chosen := _chosen(rest, lists, words)) is not None:
            name, given_value, length = chosen
            given[name] = given_value
            del lists[name]
            at += length
            continue
        if not others:
            said = text("word-not-taken", word=rest[0], usage=_usage(command, call))
            return Refusal(said, field=next(iter(lists), None))
        name, field = others[0]
        if _is_verbatim(field):
            given[name] = line[tokens[at][0] :]
            break
        word = _word(rest[0], field, words)
        given[name] = f"{given[name]} {word}" if name in given else word
        if len(others) > 1:
            others.pop(0)
        at += 1
    return given


def _lists(command: Command) -> Iterator[tuple[str, type[StrEnum]]]:
    for name, field in command.args.model_fields.items():
        if FormOnly not in field.metadata and (choices := _enum(field)) is not None:
            yield name, choices


def _others(command: Command) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in command.args.model_fields.items():
        if FormOnly not in field.metadata and _enum(field) is None:
            yield name, field


def _chosen(
    rest: Sequence[str], lists: Mapping[str, type[StrEnum]], words: Words
) -> tuple[str, str, int] | None:
    """Return the field, its value and the number of words, if a listed word comes next."""
    for name, choices in lists.items():
        known = _vocabulary(choices, words)
        for length in range(min(len(rest), max(map(len, known))), 0, -1):
            said = tuple(word.casefold() for word in rest[:length])
            if (value := known.get(said)) is not None:
                return name, value, length
    return None


def _word(word: str, field: FieldInfo, words: Words) -> str:
    if CommandName in field.metadata:
        return _command_name(word, words)
    return word.lstrip("#") if int in _types(field) else word


def _given(command: Command, fields: Mapping[str, str], words: Words) -> dict[str, str]:
    """Return the fields of a form or a button that the command knows; a choice may be a word."""
    given: dict[str, str] = {}
    for name, field in command.args.model_fields.items():
        if name not in fields:
            continue
        given[name] = fields[name]
        if (choices := _enum(field)) is not None:
            said = tuple(_fold(fields[name]).casefold().split())
            given[name] = _vocabulary(choices, words).get(said, fields[name])
    return given


def _usage(command: Command, call: Call) -> Text:
    return text("usage", prefix=call.policy.prefix, line=text(f"usage-{command.name}"))


# --- words


@lru_cache(maxsize=16)
def _names(words: Words) -> Mapping[str, str]:
    """Return the commands' names by every word that stands for one, in any language."""
    names = [id.removeprefix("name-") for id in words.ids("en") if id.startswith("name-")]
    return {said: name for name in names for said in (name, *_said_in_all(f"name-{name}", words))}


def _command_name(word: str, words: Words) -> str:
    folded = _fold(word).casefold()
    return _names(words).get(folded, folded)


@lru_cache(maxsize=64)
def _vocabulary(choices: type[StrEnum], words: Words) -> Mapping[tuple[str, ...], str]:
    """Return the values of an enum by the words that stand for them."""
    return {
        tuple(said.split()): choice.value
        for choice in choices
        for said in (choice.value, *_said_in_all(f"word-{choice.value}", words))
    }


def _said_in_all(id: str, words: Words) -> Iterator[str]:
    for language in LANGUAGES:
        if words.has(id, language):
            for said in _LISTING.split(words.say(Text(id), language, _NO_ZONE)):
                yield _fold(said).strip().casefold()


def _fold(word: str) -> str:
    return unicodedata.normalize("NFKC", word)


def _types(field: FieldInfo) -> tuple[Any, ...]:
    """Return the types of a field, `X | None` taken apart."""
    return get_args(field.annotation) or (field.annotation,)


def _enum(field: FieldInfo) -> type[StrEnum] | None:
    return next((t for t in _types(field) if isinstance(t, type) and issubclass(t, StrEnum)), None)


def _is_verbatim(field: FieldInfo) -> bool:
    return Verbatim in field.metadata
