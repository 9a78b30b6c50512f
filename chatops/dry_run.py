"""What the routing rules at hand would have made of tickets that are there. Pure; nothing is changed.

A ticket is routed anew as it was when it was opened, but for two things that may have changed: the
customer's followers are today's, and a message that was deleted has no words left.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from chatops.arrival.routing import SAMPLE, Facts, Routed, route
from chatops.policy import Policy
from chatops.ports import Arrival

#: So many changed tickets are named.
NAMED: Final = 20

#: What stands for "no rule" among rules' names: the account decided.
NO_RULE: Final = "(the account's queue)"

#: A name, how many tickets had it, and how many would.
Row = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket for which the rules at hand would decide otherwise; ids and names alone."""

    ticket: int
    was: Routed
    would_be: Routed

    def differences(self) -> Iterator[str]:
        """Say what differs, each in a few words."""
        was, now = self.was, self.would_be
        if was.queue != now.queue:
            yield f"queue {was.queue} → {now.queue}"
        if was.priority is not now.priority:
            yield f"priority {was.priority.value} → {now.priority.value}"
        if was.quiet is not now.quiet:
            yield "quiet" if now.quiet else "no longer quiet"
        if gone := sorted({*was.tags} - {*now.tags}):
            yield f"without {', '.join(gone)}"
        if new := sorted({*now.tags} - {*was.tags}):
            yield f"tagged {', '.join(new)}"


@dataclass
class Trial:
    """Rules tried on one ticket after the other."""

    policy: Policy
    tickets: int = 0
    wordless: int = 0
    changed: int = 0
    changes: list[Change] = field(default_factory=list)  #: the first of them
    _was: Counter[tuple[str, str]] = field(default_factory=Counter)
    _now: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, arrival: Arrival) -> None:
        """Try the rules on a ticket."""
        self.tickets += 1
        self.wordless += not arrival.text
        change = Change(arrival.ticket, _was(arrival), _would_be(self.policy, arrival))
        self._was.update(_counted(change.was))
        self._now.update(_counted(change.would_be))
        if any(change.differences()):
            self.changed += 1
            if len(self.changes) < NAMED:
                self.changes.append(change)

    def rows(self, of: str) -> list[Row]:
        """Return what was and would be of `rule`, `queue`, `priority` or `quiet list`."""
        names = {name for what, name in (*self._was, *self._now) if what == of}
        if of == "rule":
            names |= {rule.name for rule in self.policy.routing}  # one that nothing matched, too
        return [(name, self._was[of, name], self._now[of, name]) for name in sorted(names)]


def _was(arrival: Arrival) -> Routed:
    """Return what became of a ticket; one that was shown as a sample was sent to the quiet list."""
    event = arrival.event
    return Routed(
        queue=event.queue,
        priority=event.priority,
        why=event.why,
        tags=tuple(tag for tag in event.tags if tag != SAMPLE),
        quiet=event.quiet or SAMPLE in event.tags,
        rule=event.rule,
    )


def _would_be(policy: Policy, arrival: Arrival) -> Routed:
    event = arrival.event
    account = policy.account_of(event.account, event.channel, event.queue)
    facts = Facts(arrival.text, event.kind, event.language, arrival.followers, event.stars)
    return route(policy, account, facts, arrival.opened_at)


def _counted(routed: Routed) -> Iterator[tuple[str, str]]:
    yield "rule", routed.rule or NO_RULE
    yield "queue", routed.queue
    yield "priority", routed.priority.value
    yield "quiet list", "on it" if routed.quiet else "shown"
