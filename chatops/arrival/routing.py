"""Where a new ticket goes and how urgent it is, with the reasons. Pure, over policy and a message.

The rules of app.yaml are asked in their order, and the first that matches decides; where none does,
the ticket goes to its account's queue. Reasons of the queue itself (`urgency`) raise the priority
whatever decided: each by one level, from the rule's priority or from normal.
"""

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chatops.arrival.terms import Folded, fold
from chatops.event import Kind, Priority
from chatops.policy import Account, Policy, RoutingRule, UrgencyRules

#: The tag of a quiet ticket that is shown as a sample.
SAMPLE: Final = "sample"

#: Asks nothing and changes nothing: what holds where no rule of app.yaml matches.
_NO_RULE: Final = RoutingRule("")

_LEVELS: Final = (Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.URGENT)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may ask about a customer's message; its account is asked about beside it."""

    text: str
    kind: Kind
    language: str
    followers: int | None  #: None where the network tells none
    stars: int | None = None  #: None of what is no review


@dataclass(frozen=True, slots=True)
class Routed:
    """What routing made of a message."""

    queue: str
    priority: Priority
    why: tuple[str, ...] = ()  #: the queue's own reasons of the priority, ids of sentences
    tags: tuple[str, ...] = ()
    quiet: bool = False  #: it needs no answer
    rule: str | None = None  #: the name of the rule that decided; None: the account's queue


def route(policy: Policy, account: Account, facts: Facts, at: datetime) -> Routed:
    """Say what becomes of a message that came at `at` and opens a ticket."""
    folded = fold(facts.text)
    rule = next(
        (each for each in policy.routing if _matches(each, account, facts, folded, at)), _NO_RULE
    )
    queue = policy.queue_of(rule.queue or account.queue, account.name)
    why = _reasons(queue.urgency, facts, folded)
    level = _LEVELS.index(rule.priority or Priority.NORMAL) + len(why)
    return Routed(
        queue=queue.name,
        priority=_LEVELS[min(level, len(_LEVELS) - 1)],
        why=why,
        tags=rule.tags,
        quiet=rule.quiet,
        rule=None if rule is _NO_RULE else rule.name,
    )


def is_sample(one_of: int, message: str) -> bool:
    """Tell whether a quiet message is shown all the same: one of so many, and none of 0.

    The network's id of the message decides, so that a message taken in again is decided alike.
    """
    return one_of > 0 and zlib.crc32(message.encode()) % one_of == 0


def _matches(
    rule: RoutingRule, account: Account, facts: Facts, folded: Folded, at: datetime
) -> bool:
    """Tell whether all the rule's conditions hold; what costs most is asked last."""
    return (
        (not rule.channels or account.channel in rule.channels)
        and (not rule.accounts or account.name in rule.accounts)
        and (not rule.kinds or facts.kind in rule.kinds)
        and (not rule.languages or facts.language in rule.languages)
        and (not rule.stars or facts.stars in rule.stars)
        and (rule.followers is None or (facts.followers or 0) >= rule.followers)
        and (not rule.words or rule.words.found_in(folded))
        and (rule.calendar is None or rule.calendar.is_open(at) is rule.is_open)
    )


def _reasons(rules: UrgencyRules, facts: Facts, folded: Folded) -> tuple[str, ...]:
    """Return what raises the priority, one sentence each."""
    why = []
    if rules.followers is not None and (facts.followers or 0) >= rules.followers:
        why.append("why-followers")
    if rules.words and rules.words.found_in(folded):
        why.append("why-words")
    return tuple(why)
