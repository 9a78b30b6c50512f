"""The service and the plain Bolt app as processes of their own, as they would run."""

import asyncio
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

import aiohttp

from adapters.sandbox.slack import SlackCloud
from bench import site
from chatops.config import Config

ROOT: Final = Path(__file__).parents[1]

_PATIENCE: Final = 60.0  # seconds for a start
_GLANCE: Final = 0.01  # seconds between two looks whether a start has come to its end


@dataclass(frozen=True, slots=True)
class Server:
    """A process that serves; `started_in` is from its launch to its first answer at /readyz."""

    url: str
    pid: int
    started_in: float  #: seconds

    @property
    def resident(self) -> float:
        """Megabytes of memory that it holds."""
        lines = Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines()
        (line,) = (line for line in lines if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


@asynccontextmanager
async def service(config: Config) -> AsyncIterator[Server]:
    """Run `python -m chatops serve` with that configuration."""
    command = ["-m", "chatops", "serve", "--config", str(config.path)]
    url = f"http://{config.web.host}:{config.web.port}"
    ready = f"http://{config.web.ops_host}:{config.web.ops_port}/readyz"
    async with _running(command, url, ready, config.path.with_name("serve.log")) as server:
        yield server


@asynccontextmanager
async def plain(folder: Path, slack_url: str) -> AsyncIterator[Server]:
    """Run the plain Bolt app."""
    (port,) = site.free_ports(1)
    secrets = (site.CARE.bot_token, site.CARE.signing_secret, site.CHANNEL_SECRET)
    command = ["-m", "bench.baselines.bolt_app", str(port), f"{slack_url}/api/", *secrets]
    url = f"http://{site.HOST}:{port}"
    async with _running(command, url, f"{url}/readyz", folder / "plain.log") as server:
        yield server


@asynccontextmanager
async def bare(folder: Path, teams_url: str) -> AsyncIterator[Server]:
    """Run the bare bot on the SDK's CloudAdapter."""
    (port,) = site.free_ports(1)
    there = site.ORGANISATION
    told = (teams_url, there.app_id, there.tenant, there.secret)
    command = ["-m", "bench.baselines.cloud_adapter", str(port), *told]
    url = f"http://{site.HOST}:{port}"
    async with _running(command, url, f"{url}/readyz", folder / "bare.log") as server:
        yield server


@asynccontextmanager
async def both(
    folder: Path, cloud: SlackCloud, seeded: int
) -> AsyncIterator[tuple[Server, Server]]:
    """Run both against the stand-in, the service with so many tickets whose cards are shown."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(cloud.serve())
        port, ops_port = site.free_ports(2)
        config = site.config(folder, url, port=port, ops_port=ops_port)
        await site.fill(config, cloud, seeded)
        ours = await stack.enter_async_context(service(config))
        theirs = await stack.enter_async_context(plain(folder, url))
        yield ours, theirs


def count(folder: Path, sql: str) -> int:
    """Return the number that a query gives on the service's database, while it runs."""
    connection = sqlite3.connect(folder / "care.db")
    try:
        (number,) = connection.execute(sql).fetchone()
    finally:
        connection.close()
    return int(number)


@asynccontextmanager
async def _running(
    command: Sequence[str], url: str, ready: str, log: Path
) -> AsyncIterator[Server]:
    with log.open("wb") as stream:
        began = perf_counter()
        process = await asyncio.create_subprocess_exec(
            sys.executable, *command, cwd=ROOT, env=site.environment(), stdout=stream, stderr=stream
        )
        try:
            await _answers(ready, process)
            yield Server(url, process.pid, perf_counter() - began)
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGINT)
            await process.wait()


async def _answers(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(_PATIENCE), aiohttp.ClientSession() as http:
        while process.returncode is None:
            try:
                async with http.get(url) as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(_GLANCE)
    raise AssertionError(f"{url} never answered: the process ended with {process.returncode}")
