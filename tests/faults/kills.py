"""Processes that die: at every named step between receiving and done, and at random under load."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

from tests.faults.fate import STEPS
from tests.faults.load import Load
from tests.faults.nursery import PATIENCE, Child

#: Steps that come about only once a ticket is late and a day is over.
LATE: Final = frozenset(
    {"alert", "stage", "publish"}
    | {f"{act}:{what}" for act in ("take", "post", "delivered") for what in ("alert", "published")}
)
#: Every point at which a process is killed: before and after each step.
POINTS: Final = tuple(f"{when}:{step}" for step in STEPS for when in ("before", "after"))

#: Those that have cost others a message, or doubled one: what CI tries each time.
DANGEROUS: Final = (
    "after:accept",
    "after:receive",
    "after:press",
    "after:post:card",
    "before:begin_wait",
    "after:take:reply",
    "before:sent",
    "after:post:alert",
    "after:stage",
    "after:post:published",
)


def step_of(point: str) -> str:
    return point.partition(":")[2]


async def killed_at(load: Load, point: str) -> int:
    """Let a process die at a point in a ticket's life, and another go on; how often it died."""
    return await killed_in(load, point, partial(load.life, late=step_of(point) in LATE))


async def killed_on_x(load: Load, point: str) -> int:
    """Let a process die while it answers on X, which takes no key: the next has to look it up."""
    return await killed_in(load, point, load.life_on_x)


async def killed_in(load: Load, point: str, life: Callable[[], Awaitable[None]]) -> int:
    """Let a process die at a point in some ticket's life, and another go on."""
    await load.renew(die=f"{point}:1", armed=True)
    doomed = load.stage.children[-1]
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        group.create_task(_revive(load, doomed))
        await life()
    return 1


async def _revive(load: Load, doomed: Child) -> None:
    code = await doomed.ended
    assert code == -signal.SIGKILL, doomed.log.read_text("utf-8")
    await load.stage.serve()


async def killed_at_random(
    load: Load, times: int, seen: Callable[[int], None] = lambda _: None
) -> int:
    """Kill at random while all goes on; `seen` is told how many are done."""
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        bustle = group.create_task(load.bustle(done))
        for number in range(1, times + 1):
            await asyncio.sleep(load.chance.uniform(0.05, 1.0))
            assert not bustle.done()
            await load.stage.stop(load.stage.children[-1])
            # now and then so soon that it has not begun to serve
            await load.stage.serve(wait=load.chance.random() < 0.9)
            seen(number)
        done.set()
    return times


async def two_killed_at_random(
    load: Load, times: int, seen: Callable[[int], None] = lambda _: None
) -> int:
    """Two processes press, receive, deliver and die at random."""
    await load.pair()
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        bustle = group.create_task(load.bustle(done))
        for number in range(1, times + 1):
            await asyncio.sleep(load.chance.uniform(0.05, 1.0))
            assert not bustle.done()
            name = load.chance.choice(("a", "b"))
            await load.stage.stop(load.stage.named(name))
            await load.stage.serve(name, wait=load.chance.random() < 0.9)
            seen(number)
        done.set()
    return times


async def killed_in_a_row(load: Load, points: Sequence[str]) -> int:
    """Die at one point after the other without a rest between."""
    for point in points:
        await killed_at(load, point)
    return len(points)
