"""What a person gives to a command, as its Args model: a typed line, a form's fields, a button's.

A typed line is read field by field in the order of the model:

- a leading ticket number (`42`, `#42`) is the ticket, where none is known from the place; what is
  made of other commands takes it at the end as well (`macro refund 42`);
- a field that is an enum takes its words (`word-<value>` in the .ftl files, in every language),
  wherever they stand among the others;
- a field that is a number takes a word that is one, wherever it stands (`list aoi 2`);
- any other field takes one word, the last of them all that is left;
- a field marked `Verbatim` takes the rest exactly as it was typed, and ends the line;
- a field marked `CommandName` takes a command's name in any language;
- a field marked `OrWord` takes the words of an enum's value (`this week`), or any other word;
- a field marked `Keyed` takes what a word has behind its name and a colon (`from:aoi`, as
  `word-<field>` in the .ftl files says), once, wherever that stands before a verbatim rest; of an
  enum's values it takes the words;
- a field marked `Named` is like a `Keyed` one, and its name needs no colon (`queue global`); what
  several words say in a row is one value of its choices;
- a field marked `FormOnly` is not in the line at all.

Everything but the verbatim rest is folded by NFKC, so that an input method's wide digits and blanks
are as good as narrow ones. Nothing here decides whether an act is allowed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from chatops.arguments import (
    CommandName,
    Keyed,
    Named,
    OrWord,
    OtherTicket,
    choices_of,
    is_in_line,
    is_number,
    is_verbatim,
    types_of,
)
from chatops.call import Call, Command, OnTicket, Registry, Runs
from chatops.text import Text, Words, text
from chatops.ticket import Refusal
from chatops.vocabulary import command_name, command_names, folded, vocabulary, words_for

_TICKET: Final = re.compile(r"\s*[#＃]?(\d{1,12})(?!\S)\s*")
_NUMBERS: Final = range(10**12)
_LAST_TICKET: Final = re.compile(r"\s[#＃]?(\d{1,12})\s*$")
_WORD: Final = re.compile(r"\S+")


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
        if leading is None and isinstance(command.handler, Runs):
            leading, rest = _last_ticket(line)
        if call.ticket is None or leading == call.ticket:
            ticket, line = leading, rest
        elif leading is not None and not _takes_numbers(command):
            return _other_ticket(command, leading, call.ticket, call)
    typed = _typed(command, line, words, call)
    if isinstance(typed, Refusal):
        return typed
    given = {**typed, **_given(command, call.fields, words)}
    model = command.args.model_fields
    if any(field.is_required() and name not in given for name, field in model.items()):
        return Missing(given, ticket, Refusal(_usage(command, call)))
    try:
        args = command.args.model_validate(given)
    except ValidationError as error:
        return _not_taken(str(error.errors()[0]["loc"][0]), given, command, call)
    # a model's fields, by name: what is no number of anything in any database is refused here
    for name, value in args:
        if type(value) is int and value not in _NUMBERS:
            return _not_taken(name, given, command, call)
    return Read(args, ticket)


def _not_taken(name: str, given: Mapping[str, str], command: Command, call: Call) -> Refusal:
    said = text("word-not-taken", word=given[name], usage=_usage(command, call))
    return Refusal(said, field=name)


def named(word: str, registry: Registry, words: Words) -> Command | None:
    """Return the command of that name, in any language."""
    return registry.get(command_name(word, words))


def nearest(word: str, registry: Registry, words: Words) -> str | None:
    """Return the listed name that looks most like an unknown word."""
    listed = [
        said
        for said, name in command_names(words).items()
        if (command := registry.get(name)) is not None and command.listed
    ]
    return next(iter(get_close_matches(folded(word).casefold(), listed, 1)), None)


# --- reading


def _leading_ticket(line: str) -> tuple[int | None, str]:
    found = _TICKET.match(line)
    return (int(found.group(1)), line[found.end() :]) if found else (None, line)


def _last_ticket(line: str) -> tuple[int | None, str]:
    found = _LAST_TICKET.search(line)
    return (int(found.group(1)), line[: found.start()]) if found else (None, line)


def leading_number(line: str) -> int | None:
    """Return the ticket's number with which a line begins, `42` or `#42`."""
    return _leading_ticket(line)[0]


def _takes_numbers(command: Command) -> bool:
    """Tell whether a number may begin what a command takes: a text, or another ticket's number."""
    return any(
        is_verbatim(field) or OtherTicket in field.metadata
        for field in command.args.model_fields.values()
    )


def _other_ticket(command: Command, meant: int, here: int, call: Call) -> Refusal:
    """Refuse a line that is typed under one ticket and begins with another one's number."""
    prefix = call.policy.summons
    said = text("other-ticket", meant=str(meant), ticket=here, command=command.name, prefix=prefix)
    return Refusal(said)


def _typed(command: Command, line: str, words: Words, call: Call) -> dict[str, str] | Refusal:
    lists = dict(_lists(command))
    numbers = [name for name, field in _others(command) if is_number(field)]
    others = [(name, field) for name, field in _others(command) if name not in numbers]
    tokens = [(found.start(), folded(found.group())) for found in _WORD.finditer(line)]
    given: dict[str, str] = {}
    at = 0
    while at < len(tokens):
        rest = [word for _, word in tokens[at:]]
        if (keyed := _keyed(rest[0], command, words)) is not None and keyed[0] not in given:
            given.update([keyed])
            at += 1
            continue
        if (named_one := _named(rest, command, words)) is not None and named_one[0] not in given:
            name, given_value, length = named_one
            given[name] = given_value
            at += length
            continue
        if (chosen := _chosen(rest, lists, words)) is not None:
            name, given_value, length = chosen
            given[name] = given_value
            del lists[name]
            at += length
            continue
        if numbers and (rest[0].isdecimal() or not others):
            given[numbers.pop(0)] = rest[0].lstrip("#")
            at += 1
            continue
        if not others:
            said = text("word-not-taken", word=rest[0], usage=_usage(command, call))
            return Refusal(said, field=next(iter(lists), None))
        name, field = others[0]
        if is_verbatim(field):
            given[name] = line[tokens[at][0] :]
            break
        word, length = _word(rest, field, words)
        given[name] = f"{given[name]} {word}" if name in given else word
        if len(others) > 1:
            others.pop(0)
        at += length
    return given


def _lists(command: Command) -> Iterator[tuple[str, type[StrEnum]]]:
    for name, field in command.args.model_fields.items():
        if is_in_line(field) and (choices := choices_of(field)) is not None:
            yield name, choices


def _others(command: Command) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in command.args.model_fields.items():
        if is_in_line(field) and choices_of(field) is None:
            yield name, field


def _keyed(word: str, command: Command, words: Words) -> tuple[str, str] | None:
    """Return the field that a word names before a colon, and what stands behind it."""
    key, _, value = word.partition(":")
    for name, field in command.args.model_fields.items():
        if value and Keyed in field.metadata and folded(key).casefold() in words_for(name, words):
            choices = choices_of(field)
            known = vocabulary(choices, words) if choices is not None else {}
            return name, known.get((value.casefold(),), value)
    return None


def _named(rest: Sequence[str], command: Command, words: Words) -> tuple[str, str, int] | None:
    """Return the field that comes next by its name, what it is given, and the number of words."""
    key, colon, behind = rest[0].partition(":")
    said = [behind, *rest[1:]] if colon else [*rest[1:]]
    if not said or not said[0]:
        return None
    for name, field in command.args.model_fields.items():
        for mark in field.metadata:
            if isinstance(mark, Named) and folded(key).casefold() in words_for(mark.word, words):
                value, length = _value(said, mark.choices, words)
                return name, value, length if colon else length + 1
    return None


def _value(said: Sequence[str], choices: type[StrEnum] | None, words: Words) -> tuple[str, int]:
    """Return the longest value of `choices` that words begin with, else the first word."""
    known = vocabulary(choices, words) if choices is not None else {}
    for length in range(min(len(said), max(map(len, known), default=0)), 0, -1):
        value = known.get(tuple(word.casefold() for word in said[:length]))
        if value is not None:
            return value, length
    return said[0], 1


def _chosen(
    rest: Sequence[str], lists: Mapping[str, type[StrEnum]], words: Words
) -> tuple[str, str, int] | None:
    """Return the field, its value and the number of words, if a listed word comes next."""
    for name, choices in lists.items():
        known = vocabulary(choices, words)
        for length in range(min(len(rest), max(map(len, known))), 0, -1):
            said = tuple(word.casefold() for word in rest[:length])
            if (value := known.get(said)) is not None:
                return name, value, length
    return None


def _word(rest: Sequence[str], field: FieldInfo, words: Words) -> tuple[str, int]:
    """Return what the next word says to a field, and the number of words if they are one value."""
    if CommandName in field.metadata:
        return command_name(rest[0], words), 1
    for mark in field.metadata:
        if isinstance(mark, OrWord):
            return _value(rest, mark.choices, words)
    return rest[0].lstrip("#") if int in types_of(field) else rest[0], 1


def _given(command: Command, fields: Mapping[str, str], words: Words) -> dict[str, str]:
    """Return the fields of a form or a button that the command knows; a choice may be a word."""
    given: dict[str, str] = {}
    for name, field in command.args.model_fields.items():
        if name not in fields:
            continue
        given[name] = fields[name]
        if OtherTicket in field.metadata:
            given[name] = folded(fields[name]).strip().lstrip("#")
        if (choices := choices_of(field)) is not None:
            said = tuple(folded(fields[name]).casefold().split())
            given[name] = vocabulary(choices, words).get(said, fields[name])
    return given


def _usage(command: Command, call: Call) -> Text:
    return text("usage", prefix=call.policy.summons, line=text(f"usage-{command.name}"))
