"""macro: several commands that app.yaml names together, done as one or not at all."""

import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from pydantic import BaseModel

from chatops.call import Call, runs
from chatops.card import Block, Choice, Field, Form, Paragraph
from chatops.policy import Macro as Steps
from chatops.reply_form import filled
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal

#: A longer list is searched: a chat's select holds a hundred (docs.slack.dev, static_select).
_LISTED: Final = 100


class Macro(BaseModel):
    name: str


def form(fields: Mapping[str, str], scene: Scene, _call: Call) -> Form:
    """Return the form, which shows the steps of the macro that is chosen."""
    ticket, able = scene.ticket.id, scene.macros
    chosen = next((macro for macro in able if macro.name == fields.get("name")), None)
    options = tuple((macro.name, text("words", words=macro.name)) for macro in able)
    choice = Choice(
        "name",
        text("field-macro"),
        options,
        chosen.name if chosen else None,
        live=True,
        searched=len(able) > _LISTED,
    )
    none = Paragraph(text("no-macros", queue=scene.queue.name))
    steps = chosen.lines if chosen else ()
    parts: tuple[Field | Block, ...] = (
        choice if options else none,
        *(Paragraph(text("macro-step", line=line), small=True) for line in steps),
    )
    return Form("macro", ticket, text("form-macro", ticket=ticket), text("submit-macro"), parts)


@runs("macro", Macro, form=form)
def macro(args: Macro, scene: Scene, call: Call) -> tuple[str, ...] | Refusal:
    able = {_folded(each.name): each for each in scene.macros}
    wanted = _folded(args.name)
    found: Steps | None = able.get(wanted)
    if found is not None:
        language = scene.ticket.language
        return tuple(filled(line, language, scene, call) for line in found.lines)
    if near := get_close_matches(wanted, able, 1):
        said = text("unknown-macro-near", name=args.name, near=able[near[0]].name)
    else:
        said = text("unknown-macro", name=args.name, queue=scene.queue.name)
    return Refusal(said, field="name")


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
