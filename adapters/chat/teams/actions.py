"""What is pressed in a card: buttons and the menu as actions. Pure.

A press brings back what a button carries: c(ommand), t(icket), a(rguments), and where it repeats
what was typed, l(ine) and k, the questions answered with yes. None of it is trusted. Actions beyond
six, and those of the menu, stand behind the card's own "…": Teams shows six at most
(learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from adapters.chat.teams.elements import weight
from adapters.chat.teams.writing import JSON, Voice
from chatops.card import Button, Style
from chatops.text import text

#: Tells of a button whether pressing it opens a dialog.
Opens = Callable[[Button], bool]

PRIMARY: Final = 6  # actions that are seen at once
_LABEL: Final = 40  # characters on a button: more does not fit a phone
_SPOKEN: Final = 75
_KEPT: Final = 4096  # rows of actions that are remembered
_STYLES: Final = {
    Style.PLAIN: "default",
    Style.PRIMARY: "positive",
    Style.DANGER: "destructive",
}


class Pressed(NamedTuple):
    """The actions of a card, which many cards share and nobody changes."""

    made: list[JSON]
    weight: int  #: bytes that they take as JSON


@lru_cache(maxsize=_KEPT)
def actions(
    buttons: tuple[Button, ...],
    menu: tuple[Button, ...],
    ticket: int | None,
    voice: Voice,
    opens: Opens,
    in_dialog: bool = False,
) -> Pressed:
    """Return the actions of a card; a ticket offers the same in the same state."""
    made = [action(button, ticket, voice, opens, in_dialog) for button in (*buttons, *menu)]
    for behind in made[min(len(buttons), PRIMARY) :]:
        behind["mode"] = "secondary"
    return Pressed(made, weight(made))


def action(
    button: Button,
    of: int | None,
    voice: Voice,
    opens: Opens,
    in_dialog: bool = False,
) -> JSON:
    """Return one button; `of` is the ticket whose card it stands in.

    In a dialog, a press is its submission.
    """
    made: JSON = {"title": voice.label(button.label, _LABEL)}
    if button.ticket is not None:  # one of many alike, which only their places tell apart
        spoken = text("button-of", label=button.label, ticket=button.ticket)
        made["tooltip"] = voice.plain(spoken, _SPOKEN)
    if button.style is not Style.PLAIN:
        made["style"] = _STYLES[button.style]
    if button.url:
        return {"type": "Action.OpenUrl", "url": button.url, **made}
    carried = _carried(button, of)
    if in_dialog:
        return {"type": "Action.Submit", "data": carried, **made}
    if opens(button):
        fetched = {"msteams": {"type": "task/fetch"}, **carried}
        return {"type": "Action.Submit", "data": fetched, **made}
    return {"type": "Action.Execute", "verb": button.command, "data": carried, **made}


def _carried(button: Button, of: int | None) -> JSON:
    carried: JSON = {"c": button.command}
    ticket = button.ticket if button.ticket is not None else of
    if ticket is not None:
        carried["t"] = ticket
    if button.args:
        carried["a"] = dict(button.args)
    return carried


def yes(carried: JSON, voice: Voice) -> JSON:
    """Return the button that says yes to a question: it repeats the whole call."""
    title = voice.label(text("chat-yes"), _LABEL)
    return {"type": "Action.Execute", "verb": carried["c"], "data": carried, "title": title}
