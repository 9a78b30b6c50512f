"""The log of a ticket in words: who did what, and when. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from chatops.cards.chain_words import stage_did, stage_named
from chatops.cards.clock_words import clock_named
from chatops.cards.ticket_card import chat_named, stars_words
from chatops.event import (
    Absorbed,
    Alerted,
    AlertLevel,
    Assigned,
    Breached,
    ChainEntered,
    ChainStopped,
    ClockKind,
    Closed,
    CustomerWrote,
    DeedDone,
    DeedDropped,
    DeedFailed,
    DeedProposed,
    DeedRequested,
    Escalated,
    Event,
    HandoverOpened,
    LinkDismissed,
    Linked,
    LinkSuggested,
    Merged,
    Moved,
    Prioritized,
    Rated,
    ReplyFailed,
    SendingBegan,
    Separated,
    Snoozed,
    StageReached,
    StarsShared,
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
        "away",
        "chain",
        "channel_hop",
        "forget",
        "idle_claim",
        "low_stars",
        "off_shift",
        "outbox",
        "restore",
        "round_robin",
        "snooze",
        "terms",
    }
)

_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def say_log(entries: Sequence[Entry], most: int, *, tells_chat: bool = False) -> list[Text]:
    """Return a line for each of the newest entries, oldest first.

    `tells_chat`: each says in which chat it was done, as far as the log knows it.
    """
    told = [entry for entry in entries if not _is_passing(entry.event)]
    return [_line(entry, tells_chat=tells_chat) for entry in told[-most:]]


def _is_passing(event: Event) -> bool:
    # a late clock is told of, whether its alert was sent or a later one
    return isinstance(event, _PASSING) or (isinstance(event, Alerted) and event.superseded)


def _line(entry: Entry, *, tells_chat: bool) -> Text:
    who, what = _who(entry), say_event(entry.event)
    if entry.chat is None or not tells_chat:
        return text("log-line", at=entry.at, who=who, what=what)
    return text("log-line-in", at=entry.at, who=who, chat=chat_named(entry.chat), what=what)


def _who(entry: Entry) -> Text:
    if entry.agent is not None:
        return text("by-agent", agent=Mention(entry.agent))
    if entry.rule is None:
        return text("log-by-customer")
    if entry.rule in {*ClockKind}:
        return text("log-rule-first_response")
    if entry.rule in _OURS:
        return text(f"log-rule-{entry.rule}")
    return text("log-rule", rule=entry.rule)


def say_event(event: Event) -> Text:
    """Say in a few words what has happened."""
    match event:
        case Assigned(agent):
            return text("log-assigned", agent=Mention(agent))
        case Snoozed(reason, None):
            return text("status-snoozed-customer", reason=text(f"snooze-{reason.value}"))
        case Snoozed(reason, until) if until is not None:
            return text("status-snoozed", until=until, reason=text(f"snooze-{reason.value}"))
        case Escalated(target):
            return text("log-escalated", target=target)
        case Breached(_, kind) if kind is not ClockKind.FIRST_RESPONSE:
            return text(f"log-breached-{kind.value}")
        case Alerted(clock=kind) if kind.is_watch:
            return text(f"log-due-soon-{kind.value}")
        case Alerted(level, _, kind):
            how = "due-soon" if level is AlertLevel.DUE_SOON else "repeat"
            return text(f"log-{how}", clock=clock_named(kind))
        case ChainEntered(0, _, next_at):
            return text("log-chain-begun", at=next_at)
        case ChainEntered(stage):
            return text("log-chain-entered", stage=stage)
        case ChainStopped(why):
            return text(f"log-chain-stopped-{why.value}")
        case StageReached(stage, round, of):
            where = stage_named(stage, of, round)
            if event.superseded:
                return text("log-stage-passed", where=where)
            return text("log-stage", where=where, does=stage_did(event))
        case Closed(reason):
            return text("log-closed", reason=text(f"close-{reason.value}"))
        case CustomerWrote(thanks=True):
            return text("log-customer-thanked")
        case ReplyFailed(code=code):
            return text("log-reply-failed", code=code)
        case Rated(stars=stars) | StarsShared(stars=stars):
            return text(f"log-{_name(event)}", stars=stars_words(stars))
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
        case Absorbed(other) | Separated(other) | HandoverOpened(other):
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
