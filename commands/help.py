"""help: what one can type, in the person's language; `help snooze` explains one command."""

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import Annotated

from pydantic import BaseModel

from chatops.arguments import CommandName
from chatops.call import Answer, Call, Command, Registry, looks
from chatops.card import Block, Card, Facts, Paragraph
from chatops.manual import parts
from chatops.meant import help_line
from chatops.ports import Reader
from chatops.text import Summons, text
from chatops.ticket import Refusal


class Help(BaseModel):
    about: Annotated[str | None, CommandName] = None


@looks("help", Help)
async def help_(args: Help, call: Call, _reader: Reader) -> Answer | Refusal:
    registry = Registry.of(import_module(__package__))  # at the call: this module is part of it
    prefix = call.policy.summons
    if args.about is None:
        title = text("help-title")
        blocks = [_part(name, listed, prefix) for name, listed in parts(registry).items()]
    elif (command := registry.get(args.about)) is not None:
        title = text("help-about", name=text(f"name-{command.name}"))
        blocks = [Paragraph(help_line(command.name, prefix))]
    else:
        return Refusal(text("unknown-command", word=args.about, prefix=prefix))
    intro = Paragraph(text("help-intro", there=replace(prefix, in_thread=True)), small=True)
    return Answer(Card(push=title, title=title, blocks=(*blocks, intro)))


def _part(name: str, commands: Sequence[Command], prefix: Summons) -> Block:
    """Return the lines of a part under its heading: one block, of which a message holds few."""
    lines = (help_line(command.name, prefix) for command in commands if command.listed)
    under = text("words", words="")  # the heading has a line of its own
    for line in lines:
        under = text("help-lines", above=under, line=line)
    return Facts(((text(f"part-{name}"), under),))
