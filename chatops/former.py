"""Queues that app.yaml names no more, and the tickets that are in them still.

Such a ticket is worked where its account's tickets go, by who works there (chatops.call), and keeps its
queue's name: lists and reports show it under that name to whoever works in every queue.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from chatops.policy import Policy
from chatops.ports import Reader


async def with_former(policy: Policy, reader: Reader) -> Policy:
    """Return a policy that knows these queues by name.

    Raises:
        StorageError: the database cannot be read.
    """
    named = await reader.queues()
    return replace(policy, former=tuple(name for name in named if name not in policy.queues))


async def left_in(policy: Policy, reader: Reader, now: datetime) -> Mapping[str, int]:
    """Return how many tickets of each of them are not closed, of those that have any."""
    if not policy.former:
        return {}
    loads = await reader.loads(policy.former, now)
    return {
        name: count
        for name in policy.former
        if (count := sum(each.open + each.snoozed for each in loads if each.queue == name))
    }


def warnings(left: Mapping[str, int], prefix: str) -> Iterator[str]:
    """Yield what an administrator is told of each, and what to do."""
    for name, count in left.items():
        yield (
            f"app.yaml has no queue {name}, where so many tickets are not closed: {count}. Put it back; "
            f'or who works in every queue (roles: "*") lists them by /{prefix} report tickets open '
            f"queue {name}, and moves each by /{prefix} move 42 and the new queue"
        )
