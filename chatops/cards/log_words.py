"""The log of a ticket in words: who did what, and when. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from chatops.event import (
    Absorbed,
    Assigned,
    Closed,
    DeedDone,
    DeedDropped,
    DeedFailed,
    DeedProposed,
    DeedRequested,
    Escalated,
    Event,
    LinkDismissed,
    Linked,
    LinkSuggested,
    Merged,
    Moved,
    Prioritized,
    ReplyFailed,
    SendingBegan,
    Separated,
    Snoozed,
    Tagged,
    Unlinked,
    Untagged,
    WritingBegan,
    WritingEnded,
)
from chatops.ports import Entry
from chatops.text import Mention, Text, text

#: Steps of a minute's work, that tell a reader of the log nothing.
_PASSING: Final = (WritingBegan, WritingEnded, SendingBegan)

#: Rules that are not of app.yaml's routing, and have words of their own.
_OURS: Final = frozenset(
    {
        "account",
        "channel_hop",
        "first_response",
        "forget",
        "off_shift",
        "outbox",
        "restore",
        "round_robin",
        "snooze",
    }
)

_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def say_log(entries: Sequence[Entry], most: int) -> list[Text]:
    """Return a line for each of the newest entries, oldest first."""
    told = [entry for entry in entries if not isinstance(entry.event, _PASSING)]
    return [
        text("log-line", at=entry.at, who=_who(entry), what=_what(entry.event))
        for entry in told[-most:]
    ]


def _who(entry: Entry) -> Text:
    if entry.agent is not None:
        return text("by-agent", agent=Mention(entry.agent))
    if entry.rule is None:
        return text("log-by-customer")
    if entry.rule in _OURS:
        return text(f"log-rule-{entry.rule}")
    return text("log-rule", rule=entry.rule)


def _what(event: Event) -> Text:
    match event:
        case Assigned(agent):
            return text("log-assigned", agent=Mention(agent))
        case Snoozed(reason, None):
            return text("status-snoozed-customer", reason=text(f"snooze-{reason.value}"))
        case Snoozed(reason, until) if until is not None:
            return text("status-snoozed", until=until, reason=text(f"snooze-{reason.value}"))
        case Escalated(target):
            return text("log-escalated", target=target)
        case Closed(reason):
            return text("log-closed", reason=text(f"close-{reason.value}"))
        case ReplyFailed(code=code):
            return text("log-reply-failed", code=code)
        case Moved(queue):
            return text("log-moved", queue=queue)
        case Tagged(tag):
            return text("log-tagged", tag=tag)
        case Untagged(tag):
            return text("log-untagged", tag=tag)
        case Prioritized(priority):
            return text("log-prioritized", level=text(f"priority-{priority.value}"))
        case Merged(into):
            return text("log-merged", other=text("ticket", ticket=into))
        case Linked(other) | Unlinked(other) | LinkSuggested(other) | LinkDismissed(other):
            return text(f"log-{_name(event)}", other=text("ticket", ticket=other))
        case Absorbed(other) | Separated(other):
            return text(f"log-{_name(event)}", other=text("ticket", ticket=other))
        case DeedFailed(_, deed, code):
            return text("log-deed-failed", deed=text(f"deed-{deed.value}"), code=code)
        case (
            DeedProposed(_, deed)
            | DeedDropped(_, deed)
            | DeedRequested(_, deed)
            | DeedDone(_, deed)
        ):
            return text(f"log-{_name(event)}", deed=text(f"deed-{deed.value}"))
        case _:
            return text(f"log-{_name(event)}")


def _name(event: Event) -> str:
    return _HUMP.sub("-", type(event).__name__).lower()
