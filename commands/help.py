"""help: what one can type, in the person's language; `help snooze` explains one command."""

from importlib import import_module
from typing import Annotated

from pydantic import BaseModel

from chatops.call import Answer, Call, Command, Registry, looks
from chatops.card import Card, Paragraph
from chatops.line import CommandName
from chatops.ports import Reader
from chatops.text import Text, text
from chatops.ticket import Refusal


class Help(BaseModel):
    about: Annotated[str | None, CommandName] = None


@looks("help", Help)
async def help_(args: Help, call: Call, _reader: Reader) -> Answer | Refusal:
    registry = Registry.of(import_module(__package__))  # at the call: this module is part of it
    prefix = call.policy.prefix
    if args.about is None:
        title = text("help-title")
        listed = [command for command in registry if command.listed]
    elif (command := registry.get(args.about)) is not None:
        title = text("help-about", name=text(f"name-{command.name}"))
        listed = [command]
    else:
        return Refusal(text("unknown-command", word=args.about, prefix=prefix))
    intro = Paragraph(text("help-intro"), small=True)
    lines = (*(Paragraph(_line(command, prefix)) for command in listed), intro)
    return Answer(Card(push=title, title=title, blocks=lines))


def _line(command: Command, prefix: str) -> Text:
    usage, said = text(f"usage-{command.name}"), text(f"help-{command.name}")
    return text("help-line", prefix=prefix, usage=usage, help=said)
