"""How long the ways out wait for a far side, and how they write what became of it."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Final, Protocol, TypeVar

from chatops.clock import Clock
from chatops.ports import Tx

T = TypeVar("T")

#: How long a far side may still be working on a call that timed out here.
SETTLE: Final = timedelta(seconds=15)

#: How much later than that a network may have accepted all the same, which then refuses a second.
LATE: Final = timedelta(hours=1)

#: A look-up reaches back this much further than the attempt: clocks differ.
SKEW: Final = timedelta(minutes=2)

#: Waits after a destination could not be reached or was closed to us, by attempts.
BACKOFF: Final = tuple(timedelta(seconds=s) for s in (1, 2, 5, 15, 30, 60, 120, 300))

#: A delivery over which we stumbled ourselves is given up, or shown to a person, after so many
#: attempts, look-ups included.
FAULTS: Final = 10

#: Waits before a network is asked again that was not reached, by attempts.
NETWORK_BACKOFF: Final = tuple(timedelta(seconds=s) for s in (2, 5, 15, 60, 300))


def rest(tries: int) -> timedelta:
    """Return how long to leave a room or a post in it alone after so many tries in vain."""
    return _nth(BACKOFF, tries)


def network_rest(tries: int) -> timedelta:
    """Return how long to leave a reply or a deed alone after so many tries in vain."""
    return _nth(NETWORK_BACKOFF, tries)


async def nap(clock: Clock, bell: asyncio.Event, seconds: float) -> None:
    """Wait in transport time, but only until the bell."""
    waits = [asyncio.ensure_future(clock.sleep(seconds)), asyncio.ensure_future(bell.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _nth(waits: Sequence[timedelta], tries: int) -> timedelta:
    # what a backup left unresolved counts from far below zero
    return waits[min(max(tries, 1), len(waits)) - 1]


#: What a far call is made within, by the number under which its delivery was taken.
Calling = Callable[[int], AbstractAsyncContextManager[None]]


class Keep(Protocol):
    """Writes, however long the database needs."""

    async def __call__(self, run: Callable[[Tx], T]) -> T: ...
