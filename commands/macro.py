"""macro: several commands that app.yaml names together, done as one or not at all."""

from collections.abc import Mapping

from pydantic import BaseModel

from chatops.call import Call, runs
from chatops.card import Block, Choice, Field, Form, Paragraph
from chatops.cards.reply_form import filled
from chatops.lookup import look_up
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Refusal


class Macro(BaseModel):
    name: str


def form(fields: Mapping[str, str], scene: Scene, _call: Call) -> Form:
    """Return the form, which shows the steps of the macro that is chosen."""
    ticket, able = scene.ticket.id, scene.macros
    chosen = next((macro for macro in able if macro.name == fields.get("name")), None)
    options = tuple((macro.name, text("words", words=macro.name)) for macro in able)
    initial = chosen.name if chosen else None
    choice = Choice("name", text("field-macro"), options, initial, live=True)
    none = Paragraph(text("no-macros", queue=scene.queue.name))
    steps = chosen.lines if chosen else ()
    parts: tuple[Field | Block, ...] = (
        choice if options else none,
        *(Paragraph(text("macro-step", line=line), small=True) for line in steps),
    )
    return Form("macro", ticket, text("form-macro", ticket=ticket), text("submit-macro"), parts)


@runs("macro", Macro, form=form)
def macro(args: Macro, scene: Scene, call: Call) -> tuple[str, ...] | Refusal:
    able = {each.name: each for each in scene.macros}
    found = look_up(args.name, able, "macro", "name", queue=scene.queue.name)
    if isinstance(found, Refusal):
        return found
    language = scene.ticket.language
    return tuple(filled(line, language, scene, call) for line in found.lines)
