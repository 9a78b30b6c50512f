"""`python -m chatops sandbox`: the stand-ins and an ordinary `serve` beside them, until ctrl-C.

Two processes: the stand-in clouds with their page, and the service as it runs anywhere, on a fresh
SQLite file. Its app.yaml (adapters/sandbox/app.yaml) points at the stand-ins' addresses. The
account on X is connected by the same `connect` that an administrator uses.
"""

import asyncio
import shutil
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import httpx
from cryptography.fernet import Fernet
from rich.console import Console

from adapters.sandbox import world
from chatops import admin, app
from chatops.config import environ
from chatops.errors import ConfigError

HOST: Final = "127.0.0.1"
CONFIG: Final = Path(__file__).parents[1] / "adapters" / "sandbox" / "app.yaml"
FOLDER: Final = Path("var/sandbox")

#: How long a process may take to listen, and to end.
PATIENCE: Final = 30.0  # seconds

_out = Console(highlight=False)


async def run(
    *,
    port: int,
    replay: Path | None = None,
    traffic: bool = True,
    lang: str = "en",
    speed: int = 1,
    config: Path = CONFIG,
) -> int:
    """Run until ctrl-C, or until one of the two ends by itself; return the exit code.

    Tests of the whole want a quiet world that hurries: no `traffic`, and `speed` times Slack's
    pace, on both its sides. `config` is an app.yaml that refers to the same variables as ours.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    url = f"http://{HOST}:{port}"
    if not _is_free(port):
        raise ConfigError(f"port {port} is taken: choose another, make sandbox PORT=8090")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    serve_port, ops_port = _free_port(), _free_port()
    environment = {
        **environ(),
        **_environment(url, serve_port, ops_port),
        "SANDBOX_SPEED": str(speed),
    }
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=10.0))
        plays = ["--replay", str(replay)] if replay else ["--traffic"] if traffic else []
        clouds = await _start(
            stack,
            [
                "adapters.sandbox",
                f"--port={port}",
                f"--serve-dev=http://{HOST}:{ops_port}",
                f"--speed={speed}",
                *plays,
            ],
            environment,
            log=None,
        )
        await _wait(http, f"{url}/dev/world", clouds)
        await _prepare(http, config, environment, url, serve_port)
        service = await _start(
            stack,
            ["chatops", "serve", "--config", str(config)],
            environment,
            log=FOLDER / "serve.log",
        )
        await _wait(http, f"http://{HOST}:{ops_port}/readyz", service)
        begun = await http.post(f"{url}/dev/begin", json={})
        begun.raise_for_status()
        _out.print(f"The sandbox is ready: [bold]{url}/?lang={lang}[/bold]")
        _out.print(f"The service's log: {FOLDER / 'serve.log'}. Ctrl-C ends everything.")
        return await _until(stop, clouds, service)


async def _prepare(
    http: httpx.AsyncClient,
    path: Path,
    environment: Mapping[str, str],
    url: str,
    serve_port: int,
) -> None:
    """Make the database, connect the account on X, and tell the network where we listen."""
    config = app.read_config(path, environment)
    admin.migrate(config)

    said: list[str] = []

    async def agree(_question: str) -> str:
        asked = next(line.strip() for line in said if "/oauth2/authorize" in line)
        answer = await http.get(asked)
        return answer.headers["location"]

    await admin.connect(config, "x", None, agree, said.append)
    webhook = {"url": f"http://{HOST}:{serve_port}/in/sandbox/aozora"}
    bearer = {"Authorization": f"Bearer {world.CHIRP_TOKEN}"}
    told = await http.put(f"{url}/chirp/api/webhook", json=webhook, headers=bearer)
    told.raise_for_status()


def _environment(url: str, serve_port: int, ops_port: int) -> dict[str, str]:
    """Return what adapters/sandbox/app.yaml refers to; the secrets open nothing but stand-ins."""
    return {
        "CHATOPS_KEY": Fernet.generate_key().decode(),
        "SANDBOX_URL": url,
        "SANDBOX_DATABASE": f"sqlite:///{FOLDER / 'chatops.db'}",
        "SANDBOX_SERVE_PORT": str(serve_port),
        "SANDBOX_OPS_PORT": str(ops_port),
        "SLACK_BOT_TOKEN": world.CARE_APP.bot_token,
        "SLACK_APP_TOKEN": world.CARE_APP.app_token,
        "X_CLIENT_SECRET": str(world.X_APP.client_secret),
        "X_CONSUMER_KEY": world.X_APP.consumer_key,
        "X_CONSUMER_SECRET": world.X_APP.consumer_secret,
        "CHIRP_TOKEN": world.CHIRP_TOKEN,
        "CHIRP_SECRET": world.CHIRP_SECRET,
    }


async def _start(
    stack: AsyncExitStack, module: list[str], environment: Mapping[str, str], log: Path | None
) -> asyncio.subprocess.Process:
    """Start `python -m module ...`, and end it with the stack."""
    stream = stack.enter_context(log.open("wb")) if log else None
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", *module, env=environment, stderr=stream, start_new_session=True
    )
    stack.push_async_callback(_end, process)
    return process


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(PATIENCE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _wait(http: httpx.AsyncClient, url: str, process: asyncio.subprocess.Process) -> None:
    """Wait until `url` answers well.

    Raises:
        ConfigError: the process ended, or took too long.
    """
    async with asyncio.timeout(PATIENCE):
        while process.returncode is None:
            try:
                if (await http.get(url)).is_success:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise ConfigError(f"{url} never answered: a process ended with {process.returncode}")


async def _until(stop: asyncio.Event, *processes: asyncio.subprocess.Process) -> int:
    """Wait for ctrl-C, or for a process that ends by itself, which is a failure."""
    waits: list[asyncio.Task[object]] = [asyncio.create_task(stop.wait())]
    waits += [asyncio.create_task(process.wait()) for process in processes]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    if stop.is_set():
        return 0
    _out.print(f"A process ended by itself; see {FOLDER / 'serve.log'}", style="red")
    return 1


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
