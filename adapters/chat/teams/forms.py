"""A neutral form, or a card, as a dialog, and what was typed in it back as fields. Pure.

A dialog's card says nothing while somebody types. A form that is made anew by typing therefore has
a second button which asks for that, and no input in it is demanded by Teams itself, which would let
nobody press that button before all is filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from adapters.chat.teams.actions import Opens
from adapters.chat.teams.adaptive import LONGEST_MESSAGE, attachment, block, sealed
from adapters.chat.teams.elements import ALARM, SMALL, Made, rich, sentence, weight
from adapters.chat.teams.inputs import REQUIRED, fill, named
from adapters.chat.teams.writing import JSON, Voice, run
from chatops.card import Block, Card, Choice, Field, Form, Paragraph, TextBox
from chatops.errors import Unreadable
from chatops.text import Text, text

#: The field that asks for a ticket's number, in a form that was opened where none is known.
WHICH: Final = "which"

_TITLE, _SUBMIT = 60, 40
_LONGEST: Final = 1_500  # characters of somebody's words in a form: one still sees the input
_FEWEST: Final = 20
_AROUND: Final = 1_500  # bytes around what a dialog shows
_SIZES: Final = {True: "large", False: "medium"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a dialog carries to know what it was about: it returns unseen by the person.

    `channel` and `thread` are where it was asked, and `message` the card that was pressed, for the
    answer; `confirmed` holds the questions that were shown in it, so that submitting it once more is
    a yes.
    """

    command: str
    ticket: int | None = None
    hidden: Mapping[str, str] = field(default_factory=dict)
    channel: str | None = None
    thread: str | None = None
    confirmed: frozenset[str] = frozenset()
    message: str | None = None

    def packed(self) -> JSON:
        """Return it as part of what a submission brings back."""
        return {
            "c": self.command,
            "t": self.ticket,
            "h": dict(self.hidden),
            "r": self.channel,
            "th": self.thread,
            "k": sorted(self.confirmed),
            "m": self.message,
        }

    @classmethod
    def of(cls, packed: object) -> "Asked":
        """Read it from what came back.

        Raises:
            Unreadable: it is not ours, or of another version of us.
        """
        try:
            read = _Packed.model_validate(packed)
        except ValidationError as error:
            raise Unreadable("a dialog's data is not ours") from error
        return cls(read.c, read.t, read.h, read.r, read.th, frozenset(read.k), read.m)

    def again(self, form: Form, confirmed: frozenset[str] = frozenset()) -> "Asked":
        """Return what the same dialog carries when it shows a form that was made anew."""
        kept = (form.command, form.ticket, form.hidden, self.channel, self.thread)
        return Asked(*kept, confirmed, self.message)


class _Packed(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    c: str
    t: int | None = None
    h: dict[str, str] = {}
    r: str | None = None
    th: str | None = None
    k: list[str] = []
    m: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back from a dialog. `anew`: the person asks to see the form made anew, not to send.

    `typed` is all that stands in its inputs, by their names: the next showing takes it.
    """

    asked: Asked
    typed: Mapping[str, str] = field(default_factory=dict)
    anew: bool = False
    needed: frozenset[str] = frozenset()  #: fields that may not be empty

    @property
    def fields(self) -> dict[str, str]:
        """Return what was typed and chosen by the fields' names; empty ones are left out."""
        return {named(name): value for name, value in self.typed.items() if value}

    @property
    def missing(self) -> dict[str, Text]:
        """Return what to say at each field that is empty and may not be."""
        filled = self.fields
        return {name: REQUIRED for name in sorted(self.needed) if name not in filled}


def dialog(
    form: Form,
    asked: Asked,
    voice: Voice,
    warning: Text | None = None,
    errors: Mapping[str, Text] | None = None,
    typed: Mapping[str, str] | None = None,
) -> JSON:
    """Return the dialog (TaskInfo) of a form.

    `warning` stands on top of it, for a question or a refusal, and `errors` below the fields that
    they name. `typed` is what stood in the dialog that this one replaces (`Sent.typed`).
    """
    inputs = [part for part in form.parts if isinstance(part, TextBox | Choice)]
    told = (errors or {}).values()  # at a field, and not once more below it
    shown = [each for each in form.parts if not (isinstance(each, Paragraph) and each.said in told)]
    live = any(part.live for part in inputs)
    pressed = _pressed(form, asked, inputs, voice, live=live)
    head = [(_alarm(warning, voice), True)] if warning else []
    tail = [(sentence(text("teams-anew-why"), voice, SMALL), True)] if live else []
    room = LONGEST_MESSAGE - _AROUND - weight(pressed)
    made: list[tuple[Made, bool]] = []
    longest = _LONGEST
    while longest > _FEWEST:
        parts = (
            _part(part, place, longest, asked, voice, typed or {}, errors or {}, demanded=not live)
            for place, part in enumerate(shown)
        )
        made = [*head, *parts, *tail]
        if sum(weight(each.elements) for each, _ in made) <= room:
            break
        longest = longest * 2 // 3
    card = sealed(_fitting(made, room), pressed, voice)
    roomy = any(isinstance(part, TextBox) and part.multiline for part in inputs)
    return _task(form.title, _SIZES[roomy], card, voice)


def notice(card: Card, voice: Voice, opens: Opens) -> JSON:
    """Return a dialog (TaskInfo) that only shows something.

    What is pressed in it comes back as its submission, and carries what a button carries.
    """
    shown = attachment(card, voice, opens, in_dialog=True)
    return _task(text("chat-notice-title"), _SIZES[len(card.blocks) > 4], shown, voice)


def sent(data: JSON) -> Sent:
    """Read what a dialog's submission brought.

    Raises:
        Unreadable: it is no dialog of ours.
    """
    asked = Asked.of(data.get("asked"))
    typed = {name: str(value) for name, value in data.items() if ":" in name and value is not None}
    needed = data.get("need")
    return Sent(
        asked,
        typed,
        anew=data.get("anew") is True,
        needed=frozenset(map(str, needed)) if isinstance(needed, list) else frozenset(),
    )


def dataset(name: str, asked: Asked) -> str:
    """Return what Teams tells us when it asks for a choice's options: it tells of the dialog nothing.

    It is the field's name, and behind it what the dialog was about.
    """
    return f"{name} {orjson.dumps(asked.packed()).decode()}"


def searched(dataset: str) -> tuple[str, Asked]:
    """Return the field and the dialog whose options Teams asks for.

    Raises:
        Unreadable: it is no dataset of ours.
    """
    name, _, packed = dataset.partition(" ")
    try:
        read: Any = orjson.loads(packed)
    except orjson.JSONDecodeError as error:
        raise Unreadable("a dataset is not ours") from error
    return name, Asked.of(read)


def _part(
    part: Field | Block,
    place: int,
    longest: int,
    asked: Asked,
    voice: Voice,
    typed: Mapping[str, str],
    errors: Mapping[str, Text],
    *,
    demanded: bool,
) -> tuple[Made, bool]:
    """Return the elements of a part, and whether the form needs them."""
    if not isinstance(part, TextBox | Choice):
        return block(part, voice, longest, place), False
    wanted = demanded and not part.optional
    made = fill(part, voice, typed, dataset(part.name, asked), demanded=wanted)
    said = errors.get(part.name)
    if said is None or (said == REQUIRED and "value" in made):  # made anew, it was filled in
        return Made([made]), True
    return Made([made, *_alarm(said, voice).elements]), True


def _alarm(said: Text, voice: Voice) -> Made:
    return Made([rich([run("⚠ ", ALARM), *voice.runs(said, ALARM)], spacing="Small")])


def _fitting(parts: list[tuple[Made, bool]], room: int) -> list[Made]:
    """Leave out the oldest of what only tells something, until the rest fits."""
    over = sum(weight(made.elements) for made, _ in parts) - room
    kept: list[Made] = []
    for made, needed in parts:
        if over > 0 and not needed:
            over -= weight(made.elements)
        else:
            kept.append(made)
    return kept


def _pressed(
    form: Form, asked: Asked, inputs: list[Field], voice: Voice, *, live: bool
) -> list[JSON]:
    carried: JSON = {"asked": asked.packed()}
    if not live:
        return [_submit(form.submit, carried, voice, style="positive")]
    carried["need"] = [part.name for part in inputs if not part.optional]
    return [
        _submit(form.submit, carried, voice, style="positive"),
        _submit(text("teams-anew"), {**carried, "anew": True}, voice),
    ]


def _submit(said: Text, data: JSON, voice: Voice, **more: str) -> JSON:
    return {"type": "Action.Submit", "title": voice.label(said, _SUBMIT), "data": data, **more}


def _task(said: Text, height: str, card: JSON, voice: Voice) -> JSON:
    title = voice.label(said, _TITLE)
    return {"title": title, "height": height, "width": "medium", "card": card}
