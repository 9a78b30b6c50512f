"""Which messages a network can be asked to hide or delete, and the form that asks which. Pure."""

from collections.abc import Mapping
from typing import Final

from chatops.card import Choice, Form, Paragraph
from chatops.event import Deed
from chatops.scene import Direction, Line, Scene
from chatops.text import Text, text
from chatops.ticket import OpenDeed, Refusal

_EXCERPT: Final = 40


def chosen(message: int | None, deeds: tuple[Deed, ...], scene: Scene) -> Line | Refusal:
    """Return the message that is meant: the one that was chosen, or the only one there is."""
    able = _able(deeds, scene)
    if message is not None:
        able = [line for line in able if line.id == message]
    if not able:
        title = scene.traits.title
        return Refusal(text(f"nothing-to-{deeds[0].value}", channel=title, ticket=scene.ticket.id))
    if len(able) > 1:
        return Refusal(text("which-message"), field="message")
    return able[0]


def proposed(message: int | None, scene: Scene) -> OpenDeed | Refusal:
    """Return the deletion that waits for a second person: that message's, or the newest."""
    waiting = [deed for deed in scene.ticket.deeds if deed.proposed]
    meant = [deed for deed in waiting if message in {None, deed.message}]
    if not meant:
        return Refusal(text("deed-not-proposed", ticket=scene.ticket.id))
    return meant[-1]


def deed_form(
    command: str, deeds: tuple[Deed, ...], fields: Mapping[str, str], scene: Scene
) -> Form:
    """Return the form that asks which message is meant, the newest first."""
    ticket = scene.ticket.id
    options = tuple((str(line.id), _label(line, scene)) for line in reversed(_able(deeds, scene)))
    return Form(
        command,
        ticket,
        text(f"form-{command}", ticket=ticket),
        text(f"submit-{command}"),
        (
            Choice("message", text("field-message"), options, fields.get("message")),
            Paragraph(text(f"about-{command}", channel=scene.traits.title), small=True),
        ),
    )


def _able(deeds: tuple[Deed, ...], scene: Scene) -> list[Line]:
    return [line for line in scene.lines if any(scene.can(deed, line) for deed in deeds)]


def _label(line: Line, scene: Scene) -> Text:
    words = " ".join(line.text.split())
    short = words if len(words) <= _EXCERPT else words[: _EXCERPT - 1] + "…"
    ours = line.direction is Direction.OUTBOUND
    who = scene.account.handle if ours else scene.customer.name
    return text("message-of", at=line.at, who=who, words=short)
