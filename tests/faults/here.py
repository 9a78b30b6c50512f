"""This machine in trouble: the database's file, the process, the clock."""

import asyncio
import resource
import signal
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Final

from tests.faults.database import Sqlite
from tests.faults.load import Load
from tests.faults.nursery import PATIENCE

_NO_LIMIT: Final = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


async def locked(load: Load) -> int:
    """Another process holds the database's lock, for longer than a write waits for it.

    It strikes each body that cannot be stored.
    """
    database = load.stage.database
    assert isinstance(database, Sqlite)
    locker = sqlite3.connect(database.path, isolation_level=None)
    try:

        async def lock() -> None:
            locker.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(6.0)
            locker.execute("ROLLBACK")

        return await _untaken(load, lock)
    finally:
        locker.close()


async def disk_full(load: Load) -> int:
    """No file may grow: for this process the disk is full. It strikes as a lock does."""
    child = load.stage.children[-1]

    async def fill() -> None:
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        await asyncio.sleep(2.0)
        resource.prlimit(child.pid, resource.RLIMIT_FSIZE, _NO_LIMIT)

    return await _untaken(load, fill)


async def second_process(load: Load) -> int:
    """A second process is started on the same file, and refused."""
    (first,) = load.stage.children
    second = await load.stage.serve("b", die="after:press:99999", wait=False)
    life = asyncio.create_task(load.life())
    async with asyncio.timeout(PATIENCE):
        assert await second.ended == 1
    assert str(first.pid) in second.log.read_text("utf-8")
    load.stage.children.remove(second)
    await life
    return 1


async def stopped_and_woken(load: Load) -> int:
    """The process is stopped in the middle of its work, for longer than any call waits."""
    child, times = load.stage.children[-1], 0

    async def stop() -> None:
        nonlocal times
        child.send(signal.SIGSTOP)
        await asyncio.sleep(2.5)
        times += child.is_stopped
        child.send(signal.SIGCONT)

    await meanwhile(load, stop)
    return times


async def wrong_clock(load: Load, hours: float) -> int:
    """A process's clock is wrong, and right again with the next.

    Chirp signs the time, so that its webhooks are refused meanwhile, and come again.
    """
    post = await load.opens()
    ticket = await load.ticket_of(post)
    await load.settles_at_least()
    await load.renew(clock_s=hours * 3600)
    account = load.posts[-1][0]
    assert await load.stage.tell(account, post) == 401
    await load.press_until_acknowledged(f"claim {ticket}")
    await load.reply(ticket)
    await load.until_answered()
    await load.settles_at_least()
    await load.renew()
    await load.goes_on(account, post)
    await load.press_until_acknowledged(f"note {ticket} the clock is right again")
    await load.life_on_x()  # whoever held its stream by the wrong time has let it go
    return 1


async def _untaken(load: Load, strike: Callable[[], Awaitable[None]]) -> int:
    """Strike, and count the bodies that could not be taken for it."""
    before = load.stage.untaken
    await meanwhile(load, strike)
    return load.stage.untaken - before


async def meanwhile(load: Load, strike: Callable[[], Awaitable[None]]) -> None:
    """Let all go on, strike, and let it go on a little longer."""
    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(load.bustle(done))
        await asyncio.sleep(0.7)
        await strike()
        await asyncio.sleep(0.7)
        done.set()
