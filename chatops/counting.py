"""Asks storage for all that a report says of one period. What a figure means is said elsewhere."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from chatops.calendar import Calendar
from chatops.cards.report_facts import Counted, is_provisional
from chatops.handling import PickUp, worked
from chatops.measures import first_closes
from chatops.periods import Period
from chatops.policy import Policy
from chatops.ports import Reader
from chatops.splits import Group, Key, with_handling


async def counted(
    reader: Reader, queues: Sequence[str], period: Period, policy: Policy, now: datetime
) -> Counted:
    """Return what the period held; spans are working time by the hours that queues have now."""
    hours = _hours(policy)
    start, end = period.start, period.end
    measures = await reader.measures(queues, start, end)
    handling = await reader.handling(queues, start, end)
    by_rule = await reader.quiet_counts(queues, start, end)
    firsts = first_closes(measures.closes)
    return Counted(
        await reader.counts(queues, start, end),
        sum(by_rule.values()),
        measures,
        is_provisional(period, now),
        await reader.handled(queues, start, end),
        handling,
        [spell for _, spell in _pick_ups(handling.pick_ups, hours)],
        worked(((each.queue, each.first_of or each.at, each.at) for each in firsts), hours),
    )


async def by_agent(
    reader: Reader,
    queues: Sequence[str],
    period: Period,
    policy: Policy,
    groups: Mapping[Key, Group],
    only: int | None,
) -> Mapping[Key, Group]:
    """Return figures by agent with what each handled, and how soon; `only` is the one to be shown."""
    handled = await reader.handled_by(queues, period.start, period.end)
    handling = await reader.handling(queues, period.start, period.end)
    pick_ups: defaultdict[int, list[int]] = defaultdict(list)
    for agent, spell in _pick_ups(handling.pick_ups, _hours(policy)):
        pick_ups[agent].append(spell)
    return with_handling(groups, handled, pick_ups, only)


def _pick_ups(
    found: Sequence[PickUp], hours: Callable[[str], Calendar]
) -> Iterator[tuple[int, int]]:
    """Yield who picked a ticket up, and after how many seconds of working time."""
    spans = worked(((each.queue, each.since, each.until) for each in found), hours)
    yield from zip((each.agent for each in found), spans, strict=True)


def _hours(policy: Policy) -> Callable[[str], Calendar]:
    return lambda queue: policy.queue_of(queue, "").calendar
