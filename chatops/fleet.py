"""Several ordinary `serve` processes of one service, and the one door before them.

The sandbox starts them on one database, and whoever tries it kills one and starts it again while the
others work. The door is what a load balancer is elsewhere: networks know one address, and each of
their requests goes to the next process that takes it. It is open on loopback alone:

    GET  /processes            [{name, pid, alive, ready}]; pid is null of one that is not alive
    POST /processes            {"name": "serve-2", "act": "kill" | "start"}; answers as GET does
    ANY  /in/..., /teams/...   to the next process that takes connections
    ANY  /dev/clock            as well, to its second port
"""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from aiohttp import web

#: How long a process may take to end when asked to, and to answer a request.
PATIENCE: Final = 30.0  # seconds

#: How long a process may take to say whether it is ready.
_A_LOOK: Final = httpx.Timeout(2.0)

#: What one connection says of itself, and is not handed on.
_HOPS: Final = frozenset(
    {"connection", "content-length", "host", "keep-alive", "transfer-encoding", "accept-encoding"}
)


@dataclass(slots=True)
class Member:
    """One process, or the place of one that was killed."""

    name: str
    environment: Mapping[str, str]
    web: str  #: the address of its first port, and below of its second
    ops: str
    log: Path  #: to which each of its lives adds
    process: asyncio.subprocess.Process | None = field(default=None)
    #: Held while it is started or ended: two who ask at once start one.
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.returncode is None


class Fleet:
    """The processes, in the order of their names."""

    def __init__(
        self, command: Sequence[str], members: Sequence[Member], http: httpx.AsyncClient
    ) -> None:
        """`command` is what follows `python -m`; each member runs it in its own environment."""
        self._command = tuple(command)
        self._members = {member.name: member for member in members}
        self._http = http
        self._turn = 0

    @property
    def members(self) -> tuple[Member, ...]:
        return tuple(self._members.values())

    async def start(self, name: str) -> asyncio.subprocess.Process:
        """Start a process, unless it is alive, and return it.

        Raises:
            KeyError: nobody has that name.
        """
        member = self._members[name]
        async with member.turn:
            if member.process is not None and member.process.returncode is None:
                return member.process
            with member.log.open("ab") as log:
                member.process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", *self._command),
                    env=member.environment,
                    stderr=log,
                    start_new_session=True,
                )
            return member.process

    async def kill(self, name: str) -> None:
        """End a process at once and without a word to it, as a power cut does.

        Raises:
            KeyError: nobody has that name.
        """
        member = self._members[name]
        async with member.turn:
            if member.process is not None and member.process.returncode is None:
                member.process.kill()
                await member.process.wait()

    async def end(self) -> None:
        """End all that are alive, by asking first."""
        await asyncio.gather(*(self._end(member) for member in self.members))

    async def seen(self) -> list[dict[str, object]]:
        """Return what is to be seen of each process."""
        ready = await asyncio.gather(*(self._is_ready(member) for member in self.members))
        return [
            {
                "name": member.name,
                "pid": member.process.pid if member.process and member.is_alive else None,
                "alive": member.is_alive,
                "ready": is_ready,
            }
            for member, is_ready in zip(self.members, ready, strict=True)
        ]

    async def open(self, host: str, port: int) -> web.AppRunner:
        """Open the door; the runner's `cleanup` shuts it."""
        app = web.Application()
        app.router.add_get("/processes", self._show)
        app.router.add_post("/processes", self._act)
        app.router.add_route("*", "/in/{rest:.*}", self._to_web)
        app.router.add_route("*", "/teams/{rest:.*}", self._to_web)
        app.router.add_route("*", "/dev/clock", self._to_ops)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        return runner

    async def _end(self, member: Member) -> None:
        async with member.turn:
            if member.process is not None:
                await end(member.process)

    async def _is_ready(self, member: Member) -> bool:
        if not member.is_alive:
            return False
        try:
            return (await self._http.get(f"{member.ops}/readyz", timeout=_A_LOOK)).is_success
        except httpx.TransportError:
            return False

    async def _show(self, _: web.Request) -> web.Response:
        return web.json_response(await self.seen())

    async def _act(self, request: web.Request) -> web.Response:
        try:
            asked = await request.json()
            act, name = _ACTS[asked["act"]], self._members[asked["name"]].name
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise web.HTTPBadRequest(
                text='send {"name": one of GET /processes, "act": "kill" or "start"}\n'
            ) from error
        await act(self, name)
        return await self._show(request)

    async def _to_web(self, request: web.Request) -> web.Response:
        return await self._pass_on(request, {m.name: m.web for m in self.members})

    async def _to_ops(self, request: web.Request) -> web.Response:
        return await self._pass_on(request, {m.name: m.ops for m in self.members})

    async def _pass_on(self, request: web.Request, addresses: Mapping[str, str]) -> web.Response:
        """Hand a request to the next process, and the one after where that takes no connection.

        What a process died over is not handed on: it may have been done. Its sender is told that it
        failed, and sends it again.
        """
        body = await request.read()
        headers = [(k, v) for k, v in request.headers.items() if k.lower() not in _HOPS]
        for name in self._in_turn():
            url = f"{addresses[name]}{request.path_qs}"
            try:
                answer = await self._http.request(
                    request.method, url, content=body, headers=headers, timeout=PATIENCE
                )
            except httpx.ConnectError:
                continue
            except httpx.TransportError:
                return web.Response(status=502, text="the process ended over this\n")
            said = {k: v for k, v in answer.headers.items() if k.lower() == "content-type"}
            return web.Response(status=answer.status_code, body=answer.content, headers=said)
        return web.Response(status=503, text="no process is up\n")

    def _in_turn(self) -> list[str]:
        """Return the names of those alive, each time beginning with another."""
        self._turn += 1
        alive = [member.name for member in self.members if member.is_alive]
        start = self._turn % len(alive) if alive else 0
        return alive[start:] + alive[:start]


_ACTS: Final = {"kill": Fleet.kill, "start": Fleet.start}


async def end(process: asyncio.subprocess.Process) -> None:
    """Ask a process to end, and make it where it does not."""
    if process.returncode is None:
        process.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(PATIENCE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
