"""f. Starting: launch to ready, and the memory that is held then, against the same plain app."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from statistics import median

from adapters.sandbox.slack import SlackCloud
from bench import site
from bench.figure import Figure, in_turns, ratio
from bench.processes import Server, plain, service


async def measure(folder: Path, *, rounds: int = 5) -> list[Figure]:
    """Return the figures of the start and of the memory."""
    async with SlackCloud(site.WORKSPACE).serve() as url:
        port, ops_port = site.free_ports(2)
        config = site.config(folder, url, port=port, ops_port=ops_port)
        ours, theirs = _Starts(lambda: service(config)), _Starts(lambda: plain(folder, url))
        mine, other = await in_turns(rounds, ours.once, theirs.once)
    started = f"{median(mine):.2f} of {median(other):.2f} s"
    held = f"{median(ours.resident):.0f} of {median(theirs.resident):.0f} MB"
    return [
        Figure("f. start to ready", ratio(mine, other), 4, "lower", started),
        Figure("f. resident memory", ratio(ours.resident, theirs.resident), 3, "lower", held),
    ]


class _Starts:
    """Starts a server again and again, and notes what it holds in memory once it is ready."""

    def __init__(self, start: Callable[[], AbstractAsyncContextManager[Server]]) -> None:
        self.resident: list[float] = []
        self._start = start

    async def once(self) -> float:
        """Start it, end it, and return the seconds from launch to ready."""
        async with self._start() as server:
            self.resident.append(server.resident)
            return server.started_in
