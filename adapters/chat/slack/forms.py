"""A neutral form, or a card, as a modal, and what was typed in it back as fields. Pure.

An input's block is named `field:version`: Slack keeps what a person typed in a block as long as its
name stays, so a new version is how its content is replaced. Bounds are those of
docs.slack.dev/reference/views/modal-views.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import orjson

from adapters.chat._voice import clean, cut
from adapters.chat.slack.blocks import VIEW, blocks, facts, quotation, rich, small_print
from adapters.chat.slack.reading import showing
from adapters.chat.slack.tables import table
from adapters.chat.slack.writing import JSON, Voice
from chatops.card import Block, Card, Chart, Choice, Facts, Form, Paragraph, Quote, Table, TextBox
from chatops.text import Text, text

CALLBACK: Final = "form"
#: The field that asks for a ticket's number, in a form that was opened where none is known.
WHICH: Final = "which"
OPTIONS: Final = 100  # of a select, whether listed or suggested
_BLOCKS, _TITLE, _METADATA, _LABEL, _OPTION = 100, 24, 3_000, 2_000, 75
_INPUT: Final = 3_000  # characters of an input, and of what stands in it at first
_QUOTED: Final = 1_500  # characters of somebody's words in a form: one still sees the input


@dataclass(frozen=True, slots=True)
class Asked:
    """What a modal carries to know what it was about: it returns unseen by the person.

    `channel` and `thread` are where it was asked, for the answer, or `home` what the Home tab shows
    from which it was opened; `confirmed` holds the questions that were shown in it, so that sending
    it once more is a yes.
    """

    command: str
    ticket: int | None = None
    hidden: Mapping[str, str] = field(default_factory=dict)
    channel: str | None = None
    thread: str | None = None
    confirmed: frozenset[str] = frozenset()
    home: Mapping[str, str] | None = None

    def packed(self) -> str:
        """Return it as private_metadata.

        Raises:
            ValueError: a command hides more than Slack takes; it must hide ids, not texts.
        """
        raw = orjson.dumps(
            {
                "c": self.command,
                "t": self.ticket,
                "h": dict(self.hidden),
                "r": self.channel,
                "th": self.thread,
                "k": sorted(self.confirmed),
                "o": None if self.home is None else dict(self.home),
            }
        ).decode()
        if len(raw) > _METADATA:
            raise ValueError(f"{self.command}: a form's hidden values take {len(raw)} characters")
        return raw

    @classmethod
    def of(cls, view: JSON) -> "Asked":
        """Read it from a view that came back."""
        read = orjson.loads(view["private_metadata"])
        asked, confirmed = (read["c"], read["t"], read["h"], read["r"], read["th"]), read["k"]
        return cls(*asked, frozenset(confirmed), read.get("o"))

    def again(self, form: Form, confirmed: frozenset[str] = frozenset()) -> "Asked":
        """Return what the same modal carries when it shows a form that was made anew."""
        kept = (form.command, form.ticket, form.hidden, self.channel, self.thread)
        return Asked(*kept, confirmed, self.home)


def modal(form: Form, asked: Asked, voice: Voice, warning: Text | None = None) -> JSON:
    """Return the view of a form; `warning` stands on top of it, for a question or a refusal."""
    made: list[JSON] = []
    if warning:
        made.append(rich([{"type": "text", "text": "⚠ "}, *voice.rich(warning, {"bold": True})]))
    for part in form.parts:
        match part:
            case TextBox():
                made.append(_text_box(part, voice))
            case Choice():
                made.append(_choice(part, voice))
            case _:
                made.extend(_shown(part, voice))
    view: JSON = {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": voice.label(form.title, _TITLE),
        "submit": voice.label(form.submit, _TITLE),
        "close": voice.label(text("chat-cancel"), _TITLE),
        "private_metadata": asked.packed(),
        # Slack takes a hundred; what is left out is the oldest of what only tells something.
        "blocks": made if len(made) <= _BLOCKS else [*made[:1], *made[1 - _BLOCKS :]],
    }
    if form.locks:
        view["notify_on_close"] = True
    return view


def notice(made: list[JSON], voice: Voice, home: Mapping[str, str] | None = None) -> JSON:
    """Return a modal that only shows something; `home` where it was opened from the Home tab."""
    return {
        "type": "modal",
        "callback_id": "notice",
        "title": voice.label(text("chat-notice-title"), _TITLE),
        "close": voice.label(text("chat-close"), _TITLE),
        "private_metadata": showing(home),
        "blocks": made,
    }


def home_tab(card: Card, voice: Voice, nonce: str, home: Mapping[str, str]) -> JSON:
    """Return what a person's Home tab shows; `home` is what `home` was told for it."""
    return {
        "type": "home",
        "callback_id": "home",
        "private_metadata": showing(home),
        "blocks": blocks(card, voice, nonce, VIEW),
    }


def fields(view: JSON) -> dict[str, str]:
    """Return what stands in a view that came back, by the fields' names; empty ones are left out."""
    found: dict[str, str] = {}
    for block_id, elements in view["state"]["values"].items():
        for element in elements.values():
            option = element.get("selected_option")
            value = option["value"] if option else element.get("value")
            if value:
                found[_name(block_id)] = value
    return found


def block_of(view: JSON, name: str) -> str | None:
    """Return the block_id of a field in a view; None if it does not show that field."""
    return next((one for one in view["state"]["values"] if _name(one) == name), None)


def _name(block_id: str) -> str:
    return block_id.rpartition(":")[0]


def _text_box(box: TextBox, voice: Voice) -> JSON:
    element: JSON = {"type": "plain_text_input", "action_id": box.name, "multiline": box.multiline}
    longest = min(box.longest or _INPUT, _INPUT)
    element["max_length"] = longest
    if box.initial:
        element["initial_value"] = cut(clean(box.initial), longest)
    if box.live:
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    return {
        "type": "input",
        "block_id": f"{box.name}:{box.version}",
        "label": voice.label(box.label, _LABEL),
        "element": element,
        "optional": box.optional,
        "dispatch_action": box.live,
    }


def option(value: str, label: Text, voice: Voice) -> JSON:
    """Return one option of a select."""
    return {"text": voice.label(label, _OPTION), "value": value}


def _choice(choice: Choice, voice: Voice) -> JSON:
    """Return a select: with its options, or where they are many or none, one that asks for them."""
    element: JSON = {"action_id": choice.name}
    if choice.searched or not 0 < len(choice.options) <= OPTIONS:
        element |= {"type": "external_select", "min_query_length": 0}
    else:
        listed = [option(value, label, voice) for value, label in choice.options]
        element |= {"type": "static_select", "options": listed}
    initial = next((label for value, label in choice.options if value == choice.initial), None)
    if initial is not None and choice.initial is not None:
        element["initial_option"] = option(choice.initial, initial, voice)
    return {
        "type": "input",
        "block_id": f"{choice.name}:{choice.version}",
        "label": voice.label(choice.label, _LABEL),
        "element": element,
        "optional": choice.optional,
        "dispatch_action": choice.live,
    }


def _shown(block: Block, voice: Voice) -> list[JSON]:
    match block:
        case Paragraph(said, small):
            return [small_print(said, voice) if small else rich(voice.rich(said))]
        case Quote(words):
            return quotation(words, voice, _QUOTED) if words.strip() else []
        case Facts(pairs):
            return [facts(pairs, voice)]
        case Table(head, rows):
            return [table(head, rows, voice)] if rows else []
        case Chart():
            return []  # its table is there
