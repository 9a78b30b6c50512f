"""The log of a ticket in words: who did what, and when. Pure."""

import re
from collections.abc import Sequence

from chatops.event import (
    Assigned,
    Closed,
    Escalated,
    Event,
    ReplyFailed,
    SendingBegan,
    Snoozed,
    WritingBegan,
    WritingEnded,
)
from chatops.ports import Entry
from chatops.text import Mention, Text, text

#: Steps of a minute's work, that tell a reader of the log nothing.
_PASSING = (WritingBegan, WritingEnded, SendingBegan)

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def say_log(entries: Sequence[Entry], most: int) -> list[Text]:
    """Return a line for each of the newest entries, oldest first."""
    told = [entry for entry in entries if not isinstance(entry.event, _PASSING)]
    return [
        text("log-line", at=entry.at, who=_who(entry), what=_what(entry.event))
        for entry in told[-most:]
    ]


def _who(entry: Entry) -> Text:
    if entry.agent is not None:
        return text("agent", agent=Mention(entry.agent))
    return text("log-by-customer") if entry.rule is None else text("by-rule")


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
        case _:
            return text(f"log-{_HUMP.sub('-', type(event).__name__).lower()}")
