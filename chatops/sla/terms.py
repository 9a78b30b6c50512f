"""What is promised, by whom and when somebody works: the part of app.yaml that clocks go by.

`SlaTerms` is a value with a version, a digest of all that it says. It is kept as text with the log, so
that a ticket's clocks can be folded again by the very promises of then.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, Final, Self

from chatops.calendar import Calendar, Window
from chatops.event import ClockKind, Kind, Priority, SnoozeReason
from chatops.sla.clock import Clock, Promise
from chatops.ticket import Ticket

#: The policy of a ticket that none of app.yaml's matches: its queue's first response, and no more.
OF_QUEUE: Final = "queue"

#: What a ceiling and all that is watched are measured by: calendar time.
ALWAYS: Final = Calendar.always("UTC")


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """What tickets of some sort are promised. An empty condition lets every ticket through."""

    name: str
    channels: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    priorities: tuple[Priority, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    targets: Mapping[ClockKind, int] = field(
        default_factory=dict
    )  #: seconds; what lacks is not owed
    calendar: Calendar | None = None  #: None: the queue's
    reopen_grace_s: int = (
        30 * 60
    )  #: of working time, left at least to a resolution that is reopened
    pauses: frozenset[SnoozeReason] = frozenset({SnoozeReason.WAITING_CUSTOMER})  #: the resolution

    def takes(self, ticket: Ticket, queue: str) -> bool:
        """Tell whether all conditions hold for a ticket."""
        return (
            _lets(self.channels, ticket.channel)
            and _lets(self.kinds, ticket.kind)
            and _lets(self.priorities, ticket.priority)
            and _lets(self.languages, ticket.language)
            and (not self.tags or not {*self.tags}.isdisjoint(ticket.tags))
            and _lets(self.queues, queue)
        )


@dataclass(frozen=True, slots=True)
class Handover:
    """How long a customer who was invited into direct messages is waited for: calendar time."""

    nudge_s: int  #: until who has the ticket is told that none has come
    over_s: int  #: until none is waited for any more


@dataclass(frozen=True, slots=True)
class QueueTerms:
    """When a queue works, and what it promises where no policy says so."""

    calendar: Calendar
    first_response_s: int
    handover: Handover | None = None  #: None: invitations are not watched


@dataclass(frozen=True, slots=True)
class Promised:
    """What one ticket is promised."""

    promises: Mapping[ClockKind, Promise]
    reopen_grace_s: int
    pauses: frozenset[SnoozeReason]
    handover: Handover | None = None


@dataclass(frozen=True, slots=True)
class SlaTerms:
    """All promises. `policies` are in their order: the first that takes a ticket decides."""

    queues: Mapping[str, QueueTerms]
    accounts: Mapping[str, str]  #: the queue of each account
    policies: tuple[SlaPolicy, ...] = ()
    version: str = field(init=False)
    _calendars: Mapping[str, Calendar] = field(init=False, repr=False, compare=False)
    _versions: Mapping[int, str] = field(init=False, repr=False, compare=False)
    #: What was asked for already, by queue and policy (None: the queue's own): every event asks.
    _known: dict[tuple[str, str | None], Promised] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        used = [each.calendar for each in self.queues.values()]
        used += [each.calendar for each in self.policies if each.calendar is not None]
        versions = {id(each): _digest(_calendar_json(each)) for each in (*used, ALWAYS)}
        by_version = {versions[id(each)]: each for each in (*used, ALWAYS)}
        object.__setattr__(self, "_calendars", MappingProxyType(by_version))
        object.__setattr__(self, "_versions", MappingProxyType(versions))
        object.__setattr__(self, "_known", {})
        object.__setattr__(self, "version", _digest(self.dump()))

    def promised(self, ticket: Ticket) -> Promised:
        """Return what a ticket is promised as it is now."""
        name = self._queue_of(ticket)
        found = next((each for each in self.policies if each.takes(ticket, name)), None)
        key = name, None if found is None else found.name
        if (known := self._known.get(key)) is None:
            policy = found or SlaPolicy(OF_QUEUE)
            known = self._known[key] = self._promised(self.queues[name], policy)
        return known

    def hours_of(self, ticket: Ticket) -> Calendar:
        """Return when the queue of a ticket works."""
        return self.queues[self._queue_of(ticket)].calendar

    def calendar_of(self, clock: Clock) -> Calendar | None:
        """Return the calendar that a clock goes by, as it is written now; None if it is gone."""
        if (exact := self._calendars.get(clock.calendar_version)) is not None:
            return exact
        return next(
            (each for each in self._calendars.values() if each.name == clock.calendar), None
        )

    def watch(self, kind: ClockKind, target_s: int) -> Promise:
        """Return what makes a clock of something that nobody promised."""
        return Promise(kind, target_s, ALWAYS, "", "", self._versions[id(ALWAYS)])

    def dump(self) -> str:
        """Return the text from which `load` makes these terms again."""
        said: dict[str, Any] = {
            "calendars": {
                version: json.loads(_calendar_json(calendar))
                for version, calendar in self._calendars.items()
            },
            "queues": {name: self._queue_said(queue) for name, queue in self.queues.items()},
            "accounts": dict(self.accounts),
            "policies": [self._policy_said(each) for each in self.policies],
        }
        # the order of queues counts, for what app.yaml no longer has falls to the first
        said["first"] = next(iter(self.queues), None)
        return json.dumps(said, sort_keys=True, ensure_ascii=False)

    @classmethod
    def load(cls, text: str) -> Self:
        """Return the terms that `dump` wrote."""
        said = json.loads(text)
        calendars = {version: _calendar(each) for version, each in said["calendars"].items()}
        names = sorted(said["queues"], key=lambda name: (name != said["first"], name))
        queues = {name: _queue(said["queues"][name], calendars) for name in names}
        policies = tuple(
            _policy(each, calendars.get(each["calendar"] or "")) for each in said["policies"]
        )
        return cls(queues, said["accounts"], policies)

    def _queue_said(self, queue: QueueTerms) -> list[Any]:
        said = [self._versions[id(queue.calendar)], queue.first_response_s]
        watch = queue.handover
        return said if watch is None else [*said, watch.nudge_s, watch.over_s]

    def _policy_said(self, policy: SlaPolicy) -> dict[str, Any]:
        calendar = self._versions[id(policy.calendar)] if policy.calendar is not None else None
        return {**json.loads(_policy_json(policy, policy.targets)), "calendar": calendar}

    def _queue_of(self, ticket: Ticket) -> str:
        """Return the queue; as chatops.policy.Policy.queue_of, where app.yaml no longer has it."""
        if ticket.queue in self.queues:
            return ticket.queue
        home = self.accounts.get(ticket.account)
        return home if home is not None and home in self.queues else next(iter(self.queues))

    def _promised(self, queue: QueueTerms, policy: SlaPolicy) -> Promised:
        targets = {ClockKind.FIRST_RESPONSE: queue.first_response_s, **policy.targets}
        calendar = policy.calendar or queue.calendar
        version = _digest(_policy_json(policy, targets))
        promises = {}
        for kind, target_s in targets.items():
            hours = ALWAYS if kind.by_calendar else calendar
            promises[kind] = Promise(
                kind, target_s, hours, policy.name, version, self._versions[id(hours)]
            )
        return Promised(promises, policy.reopen_grace_s, policy.pauses, queue.handover)


@lru_cache(maxsize=16)
def loaded(text: str) -> SlaTerms:
    """Return the terms of a text that many tickets of a rebuild name."""
    return SlaTerms.load(text)


def _lets(wanted: Iterable[object], value: object) -> bool:
    wanted = (*wanted,)
    return not wanted or value in wanted


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _policy_json(policy: SlaPolicy, targets: Mapping[ClockKind, int]) -> str:
    return json.dumps(
        {
            "name": policy.name,
            "channels": policy.channels,
            "kinds": policy.kinds,
            "priorities": policy.priorities,
            "languages": policy.languages,
            "tags": policy.tags,
            "queues": policy.queues,
            "targets": targets,
            "reopen_grace_s": policy.reopen_grace_s,
            "pauses": sorted(policy.pauses),
        },
        sort_keys=True,
        ensure_ascii=False,
    )


def _queue(said: Iterable[Any], calendars: Mapping[str, Calendar]) -> QueueTerms:
    calendar, first_response_s, *watch = said
    return QueueTerms(calendars[calendar], first_response_s, Handover(*watch) if watch else None)


def _policy(said: Mapping[str, Any], calendar: Calendar | None) -> SlaPolicy:
    return SlaPolicy(
        said["name"],
        tuple(said["channels"]),
        tuple(Kind(each) for each in said["kinds"]),
        tuple(Priority(each) for each in said["priorities"]),
        tuple(said["languages"]),
        tuple(said["tags"]),
        tuple(said["queues"]),
        {ClockKind(kind): target for kind, target in said["targets"].items()},
        calendar,
        said["reopen_grace_s"],
        frozenset(SnoozeReason(each) for each in said["pauses"]),
    )


def _calendar_json(calendar: Calendar) -> str:
    return json.dumps(
        {
            "name": calendar.name,
            "zone": calendar.zone,
            "week": {str(day): windows for day, windows in calendar.week.items()},
            "holidays": sorted(each.isoformat() for each in calendar.holidays),
            "special": {day.isoformat(): windows for day, windows in calendar.special.items()},
        },
        sort_keys=True,
        ensure_ascii=False,
    )


def _calendar(said: Mapping[str, Any]) -> Calendar:
    return Calendar(
        said["name"],
        said["zone"],
        {int(day): _windows(windows) for day, windows in said["week"].items()},
        frozenset(date.fromisoformat(each) for each in said["holidays"]),
        {date.fromisoformat(day): _windows(windows) for day, windows in said["special"].items()},
    )


def _windows(said: Iterable[Iterable[int]]) -> tuple[Window, ...]:
    return tuple(Window(*each) for each in said)
