"""What is pressed on a card: buttons, and the menu of what they do not offer. Pure.

Bounds are those of docs.slack.dev/reference/block-kit.
"""

from collections.abc import Sequence
from typing import Final

import orjson

from adapters.chat.slack.writing import JSON, Voice
from chatops.card import Button, Style
from chatops.text import Text, text

BUTTON: Final = 75  # characters on a button, and of a menu's entry
_BUTTON_VALUE, _OPTION_VALUE = 2_000, 150
_PLACEHOLDER: Final = 150
_ACTION_ID: Final = 255
#: The id of a menu; behind a stroke the command that all of its entries are of, behind a colon what
#: they are told.
MENU: Final = "menu"
_OF: Final = "/"
_MORE: Final = text("chat-more")


def elements(
    buttons: tuple[Button, ...],
    menu: tuple[Button, ...],
    ticket: int | None,
    voice: Voice,
    more: Text | None = None,
) -> list[JSON]:
    """Return what an actions block holds; `more` is what the menu is for."""
    made: list[JSON] = []
    seen: dict[str, int] = {}
    for button in buttons:
        times = seen[button.command] = seen.get(button.command, -1) + 1
        made.append(_button(button, ticket, voice, times))
    if menu:
        alone, id = _shared(menu)
        made.append(
            {
                "type": "static_select",
                "action_id": id,
                "placeholder": voice.label(more or _MORE, _PLACEHOLDER),
                "options": [_option(button, ticket, voice) for button in alone],
            }
        )
    return made


def _shared(menu: tuple[Button, ...]) -> tuple[Sequence[Button], str]:
    """Return the entries as far as each is told more than all, and the menu's id, which carries that.

    A message holds so many characters in all, and a menu of a report's figures would take a third.
    """
    shared = frozenset.intersection(*(frozenset(button.args) for button in menu))
    told = {name: said for name, said in menu[0].args if (name, said) in shared}
    if not told:
        return menu, MENU
    of_one = len({button.command for button in menu}) == 1
    command = f"{_OF}{menu[0].command}" if of_one else ""
    id = f"{MENU}{command}:{orjson.dumps(told).decode()}"
    if len(id) > _ACTION_ID:
        return menu, MENU
    return [
        button._replace(
            command="" if of_one else button.command,
            args=tuple(each for each in button.args if each not in shared),
        )
        for button in menu
    ], id


def told_by(id: str) -> tuple[str | None, str]:
    """Return the command that all entries of the menu with that id are of, if so, and what they are told."""
    head, _, told = id.partition(":")
    name, _, command = head.partition(_OF)
    return (command or None, told) if name == MENU else (None, "")


def beside(button: Button, voice: Voice) -> JSON:
    """Return a button that stands alone beside a sentence."""
    return _button(button, None, voice, 0)


def _button(button: Button, of: int | None, voice: Voice, times: int) -> JSON:
    suffix = f":{times}" if times else ""
    made: JSON = {
        "type": "button",
        "text": voice.label(button.label, BUTTON),
        "action_id": f"do:{button.command}{suffix}",
    }
    if button.ticket is not None:  # one of many alike, which only their places tell apart
        spoken = text("button-of", label=button.label, ticket=button.ticket)
        made["accessibility_label"] = voice.plain(spoken, BUTTON)
    if button.style is not Style.PLAIN:
        made["style"] = button.style.value
    if button.url:
        made["action_id"] = f"open:{button.command}{suffix}"
        made["url"] = button.url
    else:
        made["value"] = _value(button, of, _BUTTON_VALUE)
    return made


def _option(button: Button, of: int | None, voice: Voice) -> JSON:
    return {
        "text": voice.label(button.label, BUTTON),
        "value": _value(button, of, _OPTION_VALUE),
    }


def _value(button: Button, of: int | None, longest: int) -> str:
    """Return what a press brings back: c(ommand), unless the menu's id says it, t(icket), a(rguments).

    Raises:
        ValueError: the arguments are too long for Slack; a command must name ids, not texts.
    """
    ticket = button.ticket if button.ticket is not None else of
    if button.command and not button.args and ticket is not None:
        return f'{{"c":"{button.command}","t":{ticket}}}'  # most are so, and this is faster
    value: JSON = {"c": button.command} if button.command else {}
    if ticket is not None:
        value["t"] = ticket
    if button.args:
        value["a"] = dict(button.args)
    raw = orjson.dumps(value).decode()
    if len(raw) > longest:
        raise ValueError(f"{button.command}: a button's arguments take {len(raw)} characters")
    return raw
