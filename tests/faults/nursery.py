"""Processes of the service that `tests.faults.serve` forks, seen from the harness."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.faults.serve import Order

#: Real seconds that a test waits for what must come about.
PATIENCE: Final = 60.0


@dataclass
class Child:
    """A process of the service that the nursery has forked."""

    name: str
    pid: int
    port: int
    ops_port: int
    log: Path
    ended: asyncio.Future[int]

    @property
    def is_alive(self) -> bool:
        return not self.ended.done()

    @property
    def is_stopped(self) -> bool:
        """Whether SIGSTOP holds it, as the system says (Linux)."""
        stat = Path(f"/proc/{self.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    def send(self, what: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, what)


class Nursery:
    """`tests.faults.serve` in a process of its own, which forks the service."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._began: asyncio.Queue[int] = asyncio.Queue()
        self._ended: dict[int, asyncio.Future[int]] = {}
        self._turn = asyncio.Lock()
        self._hearing = asyncio.create_task(self._hear())

    @classmethod
    async def open(cls, environment: dict[str, str], late: Sequence[str] = ()) -> "Nursery":
        """Start it; `late` are more modules that the service imports late."""
        pipe = asyncio.subprocess.PIPE
        arguments = (sys.executable, "-m", "tests.faults.serve", *late)
        return cls(
            await asyncio.create_subprocess_exec(
                *arguments, env=environment, stdin=pipe, stdout=pipe
            )
        )

    async def fork(self, order: Order, name: str, port: int, ops_port: int) -> Child:
        assert self._process.stdin is not None
        async with self._turn:
            self._process.stdin.write(order.line())
            async with asyncio.timeout(PATIENCE):
                pid = await self._began.get()
        return Child(name, pid, port, ops_port, Path(order.log), self._ending(pid))

    async def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._hearing

    def _ending(self, pid: int) -> asyncio.Future[int]:
        return self._ended.setdefault(pid, asyncio.get_running_loop().create_future())

    async def _hear(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            said = json.loads(line)
            if "began" in said:
                self._began.put_nowait(said["began"])
            else:
                self._ending(said["ended"]).set_result(said["code"])
