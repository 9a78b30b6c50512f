"""The inputs of a dialog: text boxes and choices. Pure.

An input is named `field:version`. A dialog that is shown anew is a new card, in which nothing stands
but what we put there: what was typed, unless the form has a newer version of that field.
"""

from collections.abc import Mapping
from typing import Final

from adapters.chat._voice import clean, cut
from adapters.chat.teams.elements import weight
from adapters.chat.teams.writing import JSON, Voice
from chatops.card import Choice, Field, TextBox
from chatops.text import Text, text

OPTIONS: Final = 100  # of a choice, whether listed or suggested
_LISTED: Final = 10_000  # bytes of options in a dialog; beyond, they are searched
_SUGGESTED: Final = 20  # options that are listed before anything is typed
_SHORT: Final = 10  # options in one glance; longer lists can be narrowed by typing
_INPUT: Final = 4_000  # characters: as many fit beside what is answered, in Japanese too
_LABEL, _OPTION = 200, 75
#: Said at an input that may not be empty.
REQUIRED: Final = text("teams-required")


def name_of(field: Field) -> str:
    return f"{field.name}:{field.version}"


def named(name: str) -> str:
    """Return the field's name of an input's."""
    return name.rpartition(":")[0]


def fill(
    field: Field, voice: Voice, typed: Mapping[str, str], dataset: str, *, demanded: bool
) -> JSON:
    """Return the input of a field; `dataset` is what Teams tells us when it asks for options.

    `demanded`: Teams itself lets nobody submit it empty.
    """
    made = (
        _text_box(field, typed)
        if isinstance(field, TextBox)
        else _choice(field, voice, typed, dataset)
    )
    made["label"] = voice.label(field.label, _LABEL)
    if demanded:
        made["isRequired"] = True
        made["errorMessage"] = voice.plain(REQUIRED)
    return made


def option(value: str, label: Text, voice: Voice) -> JSON:
    """Return one option of a choice."""
    return {"title": voice.label(label, _OPTION), "value": value}


def _text_box(box: TextBox, typed: Mapping[str, str]) -> JSON:
    longest = min(box.longest or _INPUT, _INPUT)
    name = name_of(box)
    made: JSON = {"type": "Input.Text", "id": name, "maxLength": longest}
    if box.multiline:
        made["isMultiline"] = True
    if value := cut(clean(typed.get(name, box.initial)), longest):
        made["value"] = value
    return made


def _choice(choice: Choice, voice: Voice, typed: Mapping[str, str], dataset: str) -> JSON:
    """Return a choice: with its options, or where they are many or none, one that asks for them."""
    name = name_of(choice)
    value = typed.get(name, choice.initial)
    made: JSON = {"type": "Input.ChoiceSet", "id": name, "style": "compact"}
    listed = [option(*each, voice) for each in choice.options[:OPTIONS]]
    if choice.searched or not 0 < len(choice.options) <= OPTIONS or weight(listed) > _LISTED:
        chosen = [option(*each, voice) for each in choice.options if each[0] == value]
        others = [each for each in listed[:_SUGGESTED] if each["value"] != value]
        made["choices.data"] = {"type": "Data.Query", "dataset": dataset, "count": OPTIONS}
        made["style"] = "filtered"
        listed = [*chosen, *others]
    elif len(listed) > _SHORT:
        made["style"] = "filtered"
    made["choices"] = listed
    if value and any(each["value"] == value for each in listed):
        made["value"] = value
    return made
