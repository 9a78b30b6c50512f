"""What a ticket's card offers in each state: at most five buttons, and the rest behind "More". Pure.

A button is the likeliest thing to do, so that a phone shows few. The menu holds what is left, the
likeliest first: who does it and what we say of it, then where it belongs, then what is rare.
"""

from collections.abc import Iterator
from typing import Final

from chatops.card import Button, Style
from chatops.event import Deed
from chatops.scene import Scene
from chatops.text import text
from chatops.ticket import Status, is_shut

CLAIM: Final = Button("claim", text("button-claim"), style=Style.PRIMARY)
SHOW: Final = Button("show", text("button-show"))
ASSIGN: Final = Button("assign", text("button-assign"))
ESCALATE: Final = Button("escalate", text("button-escalate"))
KNOWN: Final = Button("known", text("button-known"))
WHY: Final = Button("why", text("button-why"))
UNMUTE: Final = Button("unmute", text("button-unmute"))
MUTE: Final = Button("mute", text("button-mute"))
_SNOOZE: Final = Button("snooze", text("button-snooze"))
_CLOSE: Final = Button("close", text("button-close"))
_WAKE: Final = Button("wake", text("button-wake"), style=Style.PRIMARY)
_REOPEN: Final = Button("reopen", text("button-reopen"), style=Style.PRIMARY)
_UNMERGE: Final = Button("unmerge", text("button-unmerge"), style=Style.PRIMARY)
_UNCLAIM: Final = Button("unclaim", text("button-unclaim"))
_NOTE: Final = Button("note", text("button-note"))
_READ: Final = Button("read", text("button-read"))
_MACRO: Final = Button("macro", text("button-macro"))
_PRIORITY: Final = Button("priority", text("button-priority"))
_TAG: Final = Button("tag", text("button-tag"))
_MOVE: Final = Button("move", text("button-move"))
_LINK: Final = Button("link", text("button-link"))
_UNLINK: Final = Button("unlink", text("button-unlink"))
_MERGE: Final = Button("merge", text("button-merge"))
_OF_DEEDS: Final = {deed: Button(deed.value, text(f"button-{deed.value}")) for deed in Deed}


def buttons(scene: Scene) -> tuple[Button, ...]:
    """Return the buttons that the ticket's state allows, the likeliest first."""
    ticket = scene.ticket
    match ticket.status:
        case Status.OPEN if ticket.assignee is None:
            return (CLAIM, *_reply(scene), _SNOOZE, ESCALATE, _CLOSE)
        case Status.OPEN:
            return (*_reply(scene, Style.PRIMARY), _SNOOZE, ESCALATE, _CLOSE)
        case Status.SNOOZED:
            return (_WAKE, *_reply(scene), _CLOSE)
        case Status.CLOSED if ticket.merged_into is not None:
            return (_UNMERGE,)
        case Status.CLOSED:
            return (_REOPEN,)


def menu(scene: Scene) -> tuple[Button, ...]:
    """Return what else may be done in this state, behind "More"."""
    shared = (_READ, _NOTE, SHOW, *([WHY] if scene.clocks else []))
    match scene.ticket.status:
        case Status.OPEN if scene.ticket.assignee is None:
            first: tuple[Button, ...] = (ASSIGN, *shared)
        case Status.OPEN:
            first = (_UNCLAIM, ASSIGN, *shared)
        case Status.SNOOZED if scene.ticket.assignee is None:
            first = (CLAIM, _SNOOZE, ESCALATE, ASSIGN, *shared)
        case Status.SNOOZED:
            first = (_SNOOZE, ESCALATE, _UNCLAIM, ASSIGN, *shared)
        case Status.CLOSED:
            return (*shared, _TAG, *_links(scene), *_deeds(scene))
    return (
        *first,
        *([_MACRO] if scene.macros else []),
        _PRIORITY,
        _TAG,
        _MOVE,
        *_links(scene),
        _MERGE,
        MUTE,
        *_deeds(scene),
    )


def _reply(scene: Scene, style: Style = Style.PLAIN) -> tuple[Button, ...]:
    """Return Reply, or the way to the network where its API takes no answer.

    Where none is taken just now the button leads to why, and to what is possible still.
    """
    if scene.ticket.can_reply and is_shut(scene.ticket, scene.now):
        return (Button("reply", text("button-no-reply")),)
    if scene.ticket.can_reply:
        return (Button("reply", text("button-reply"), style=style),)
    line = scene.heard
    if line is None or line.url is None:
        return ()
    label = text("button-open-on", channel=scene.traits.title)
    return (Button("open", label, url=line.url, style=style),)


def _links(scene: Scene) -> tuple[Button, ...]:
    return (_LINK, _UNLINK) if scene.ticket.links else (_LINK,)


def _deeds(scene: Scene) -> Iterator[Button]:
    """Return what the network lets us do with the ticket's messages."""
    for deed, button in _OF_DEEDS.items():
        if any(scene.can(deed, line) for line in scene.lines):
            yield button
