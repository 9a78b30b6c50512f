"""The policies of `sla` in app.yaml: their keys, and the core's values made of them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from chatops.calendar import Calendar
from chatops.config.block import Block, Several, ToCalendar, ToChannel, ToQueue
from chatops.config.document import Place, Value
from chatops.config.fit import Fitter, below
from chatops.config.notation import Language, Name, Span, TagName, WorkingSpan, between
from chatops.config.routes import several
from chatops.event import ClockKind, Kind, Priority, SnoozeReason
from chatops.sla import SlaPolicy

_Target = Annotated[WorkingSpan, between("1m", "720h", "of working time")]


class TicketsBlock(Block):
    """Which tickets a policy is for: all that is given must hold, and none is every ticket."""

    channel: Several[ToChannel] = ()
    """Network, or a list of them."""
    kind: Several[Kind] = ()
    """What the first message is on its network, or a list of what it may be."""
    priority: Several[Priority] = ()
    """Priority, or a list of them."""
    language: Several[Language] = ()
    """Language of the first message, or a list of them."""
    tag: Several[TagName] = ()
    """A tag of the ticket, or a list of which it has one."""
    queue: Several[ToQueue] = ()
    """Queue, or a list of them."""


class SlaBlock(Block):
    """What tickets are promised. The first policy that takes a ticket decides."""

    name: Name = Field(examples=["urgent"])
    """Stands with each clock that it made."""
    when: TicketsBlock = TicketsBlock()
    """Which tickets; without it, every one."""
    first_response: _Target | None = Field(None, examples=["15m"])
    """Working time from the first message to the first human reply; otherwise the queue's."""
    next_response: _Target | None = Field(None, examples=["30m"])
    """Working time from the oldest message that waits to the next human reply."""
    resolution: _Target | None = Field(None, examples=["8h"])
    """Working time to the close, without what the ticket waits for the customer."""
    ceiling: Annotated[Span, between("1m", "90d", "of the calendar")] | None = Field(
        None, examples=["24h"]
    )
    """Time to the first human reply that may not be passed, whoever works when."""
    claim: _Target | None = Field(None, examples=["10m"])
    """Working time for which a ticket may be nobody's, until somebody takes or answers it."""
    calendar: ToCalendar | None = Field(None, examples=["tokyo"])
    """Name of a calendar under `calendars`, or always; otherwise the queue's."""
    reopen_grace: Annotated[WorkingSpan, between("0s", "720h", "of working time")] = timedelta(
        minutes=30
    )
    """Working time that a resolution has left at least when its ticket is reopened."""
    waiting_third_party: Literal["runs", "pauses"] = "runs"
    """Whether the resolution stands still too while a ticket waits for a third party."""


def promises(
    fitter: Fitter, written: Value, calendars: Mapping[str, Calendar]
) -> tuple[SlaPolicy, ...]:
    """Return the policies that fit, in their order."""
    made: list[SlaPolicy] = []
    if not isinstance(written, list):
        fitter.faults.add(("sla",), "write a list, each policy beginning with a dash")
        return ()
    for number, value in enumerate(written):
        place: Place = ("sla", number)
        if (block := fitter.fit(SlaBlock, value, below(place))) is None:
            continue
        policy = _policy(block, calendars)
        if any(policy.name == other.name for other in made):
            said = "another policy has this name; clocks tell policies by it"
            fitter.faults.add((*place, "name"), said)
        if made and _takes_all(made[-1]):
            said = f'this policy takes no ticket: "{made[-1].name}" above takes every one'
            fitter.faults.add(place, said)
        made.append(policy)
    return tuple(made)


def _policy(block: SlaBlock, calendars: Mapping[str, Calendar]) -> SlaPolicy:
    when = block.when
    written = {
        ClockKind.FIRST_RESPONSE: block.first_response,
        ClockKind.NEXT_RESPONSE: block.next_response,
        ClockKind.RESOLUTION: block.resolution,
        ClockKind.CEILING: block.ceiling,
        ClockKind.CLAIM: block.claim,
    }
    pauses = {SnoozeReason.WAITING_CUSTOMER}
    if block.waiting_third_party == "pauses":
        pauses.add(SnoozeReason.WAITING_THIRD_PARTY)
    return SlaPolicy(
        block.name,
        several(when.channel),
        several(when.kind),
        several(when.priority),
        several(when.language),
        several(when.tag),
        several(when.queue),
        {kind: int(span.total_seconds()) for kind, span in written.items() if span is not None},
        calendars.get(block.calendar or ""),
        int(block.reopen_grace.total_seconds()),
        frozenset(pauses),
    )


def _takes_all(policy: SlaPolicy) -> bool:
    conditions = (policy.channels, policy.kinds, policy.priorities)
    return not any((*conditions, policy.languages, policy.tags, policy.queues))
