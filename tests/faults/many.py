"""PostgreSQL in trouble, and two processes that serve one database."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg

from tests import postgres
from tests.faults.here import meanwhile
from tests.faults.load import AGENTS, Load
from tests.faults.nursery import PATIENCE

#: Seconds for which a process is stopped: its lease ends, and another's look-up has come.
STOPPED_S = 7.5


async def connections_cut(load: Load) -> int:
    """Every connection of the service is ended, again and again."""
    cut = 0

    async def strike() -> None:
        nonlocal cut
        for _ in range(8):
            cut += await _ask(
                load,
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            await asyncio.sleep(load.chance.uniform(0.05, 0.6))

    await load.pair()
    await meanwhile(load, strike)
    await load.renew()
    return cut


async def restarted(load: Load) -> int:
    """The server is stopped and started in the middle of it all."""
    times = 0

    async def strike() -> None:
        nonlocal times
        for _ in range(2):
            times += await asyncio.to_thread(postgres.restart)
            await asyncio.sleep(1.5)

    await load.pair()
    await meanwhile(load, strike)
    await load.renew()
    return times


async def deadlocks(load: Load) -> int:
    """Somebody locks rows in the order that the service does not, and does not give way."""
    question = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    await _ask(load, _SETTING.format("deadlock_timeout", "20ms"))
    await load.pair()
    before = await _ask(load, question)

    async def strike() -> None:
        db = await asyncpg.connect(load.stage.database.url)
        try:
            await db.execute("SET deadlock_timeout = '10s'")
            async with asyncio.timeout(PATIENCE):
                while await _ask(load, question) < before + 3:
                    with suppress(asyncpg.DeadlockDetectedError):
                        async with db.transaction():
                            newest = await db.fetchval(
                                "SELECT id FROM ticket ORDER BY id DESC LIMIT 1 OFFSET 2"
                            )
                            await db.execute(
                                "SELECT 1 FROM delivery WHERE ticket >= $1 FOR UPDATE", newest or 0
                            )
                            await asyncio.sleep(0.15)
                            await db.execute(
                                "SELECT 1 FROM ticket WHERE id >= $1 FOR UPDATE", newest or 0
                            )
                    await db.execute("SELECT pg_stat_force_next_flush()")
                    await asyncio.sleep(0.05)
        finally:
            await db.close()

    await meanwhile(load, strike)
    after = await _ask(load, question)
    await _ask(load, _SETTING.format("deadlock_timeout", "1s"))
    await load.renew()
    return after - before


async def serialisation_failures(load: Load) -> int:
    """The database makes every transaction serialisable, so that many are refused and run again."""
    question = "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()"
    await _ask(load, _SETTING.format("default_transaction_isolation", "serializable"))
    await load.pair()
    before = await _ask(load, question)
    await meanwhile(load, lambda: asyncio.sleep(4.0))
    after = await _ask(load, question)
    await _ask(load, _SETTING.format("default_transaction_isolation", "read committed"))
    await load.renew()
    return after - before


async def stopped_past_its_lease(load: Load) -> int:
    """One of two is stopped in mid-work, the other takes over, and the first is woken."""
    one, _ = await load.pair()
    times = 0

    async def strike() -> None:
        nonlocal times
        one.send(signal.SIGSTOP)
        await asyncio.sleep(STOPPED_S)
        times += one.is_stopped
        one.send(signal.SIGCONT)

    await meanwhile(load, strike)
    await load.settles_at_least()
    await load.renew()
    return times


async def stopped_at(point: str, load: Load) -> int:
    """One of two stops at a point, and is woken when its lease has ended."""
    return await stopped_in(point, load, load.life)


async def stopped_on_x(point: str, load: Load) -> int:
    """The same where the network takes no key."""
    return await stopped_in(point, load, load.life_on_x)


async def stopped_in(point: str, load: Load, life: Callable[[], Awaitable[None]]) -> int:
    """The same in some other ticket's life."""
    stopped = await load.renew(die=f"{point}:1", armed=True, how=signal.SIGSTOP)
    living = asyncio.create_task(life())
    async with asyncio.timeout(PATIENCE):
        while not stopped.is_stopped:  # noqa: ASYNC110 - the system tells only its parent
            await asyncio.sleep(0.02)
    await load.stage.serve("b")
    await asyncio.sleep(STOPPED_S)
    stopped.send(signal.SIGCONT)
    await living
    await load.settles_at_least()
    await load.renew()
    return 1


async def wrong_clock(load: Load, hours: float) -> int:
    """One of two has a wrong clock: it says that it is not ready, and does no timed work."""
    await load.renew()
    wrong = await load.stage.serve("b", clock_s=hours * 3600, wait=False)

    async def strike() -> None:
        url = f"http://127.0.0.1:{wrong.ops_port}/readyz"
        async with asyncio.timeout(PATIENCE):
            while not await _says(load, url, "clock"):  # noqa: ASYNC110 - it tells who asks
                await asyncio.sleep(0.05)
        await asyncio.sleep(2.0)

    await meanwhile(load, strike)
    await load.settles_at_least()
    await load.renew()
    return 1


async def pressed_at_once(load: Load) -> int:
    """Two people claim and close the same tickets in the same moment, through either process."""
    await load.pair()
    times = 12
    for _ in range(times):
        ticket = await load.ticket_of(await load.opens())
        for line in (f"claim {ticket}", f"close {ticket} resolved"):
            await asyncio.gather(*(load.press(line, who) for who in AGENTS for _ in range(3)))
        claims = "SELECT count(*) FROM entry WHERE ticket = {} AND name IN ('Claimed', 'Closed')"
        assert await load.stage.rows(claims.format(ticket)) == [(2,)]
    await load.renew()
    return times


#: For all who connect from now on.
_SETTING = (
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {} = ''{}''', current_database()); END $$"
)


async def _ask(load: Load, question: str) -> Any:
    db = await asyncpg.connect(load.stage.database.url)
    try:
        return await db.fetchval(question)
    finally:
        await db.close()


async def _says(load: Load, url: str, fault: str) -> bool:
    with suppress(OSError, Exception):
        return fault in (await load.stage.http.get(url)).json()["faults"]
    return False
