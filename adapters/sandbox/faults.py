"""Troubles that a make-believe cloud can be told to make, a number of times, for one kind of call.

`timeout_before` hangs without doing what was asked; `timeout_after` does it and then hangs, so that
the caller cannot know: the case that must never send a customer the same reply twice. `reset_midway`
does it and cuts the connection in the middle of the answer; `drip` answers a byte at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, get_args

from aiohttp import web

#: What becomes of the connection, whatever company's cloud it is.
Break = Literal[
    "503html",
    "timeout_before",
    "timeout_after",
    "reset",
    "reset_after",
    "reset_midway",
    "drip",
]
BREAKS: tuple[Break, ...] = get_args(Break)
Kind = Literal["429", "500"] | Break
KINDS: tuple[Kind, ...] = ("429", "500", *BREAKS)

#: Real seconds between two bytes of an answer that drips: less than callers wait for a byte.
_DRIP_S = 0.5

#: A hung call is let go when its caller has left, at the latest after so many real seconds.
_HANG_S = 60.0
_HTML = "<html><body><h1>503 Service Unavailable</h1>No server is available.</body></html>"


@dataclass(slots=True)
class Fault:
    kind: Kind
    #: The call's method, or "" for every one.
    method: str = ""
    #: A part of the call's path, or "" for all.
    path: str = ""
    times: int = 1
    #: Seconds, for 429.
    retry_after: int = 1


class Faults:
    """The troubles still to come, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        if fault.kind not in KINDS:
            raise ValueError(f"kind: one of {', '.join(KINDS)}")
        if fault.times < 1:
            raise ValueError("times: at least 1")
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this call, counted as used."""
        for fault in self._waiting:
            if fault.method.upper() in ("", method) and fault.path in path:
                fault.times -= 1
                if not fault.times:
                    self._waiting.remove(fault)
                return fault
        return None


async def suffer(
    fault: Fault,
    request: web.Request,
    work: Callable[[], Awaitable[web.StreamResponse]],
    limited: Callable[[int], web.StreamResponse],
    broken: Callable[[], web.StreamResponse],
) -> web.StreamResponse:
    """Answer as the fault wants. `limited(retry_after)` and `broken()` are the cloud's own bodies."""
    if fault.kind == "429":
        return limited(fault.retry_after)
    if fault.kind == "500":
        return broken()
    return await break_off(fault.kind, request, work)


async def break_off(
    kind: Break, request: web.Request, work: Callable[[], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Do the work or leave it, and answer badly or not at all."""
    match kind:
        case "503html":
            return web.Response(status=503, text=_HTML, content_type="text/html")
        case "timeout_before":
            return await _hang(request)
        case "timeout_after":
            await work()
            return await _hang(request)
        case "reset":
            return _reset(request)
        case "reset_after":
            await work()
            return _reset(request)
        case "reset_midway":
            slow, body = await _begun(request, await work())
            await slow.write(body[: len(body) // 2])
            return _reset(request)
        case "drip":
            return await _drip(request, await work())


async def _drip(request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
    slow, body = await _begun(request, answer)
    for byte in body:
        await asyncio.sleep(_DRIP_S)
        if request.transport is None or request.transport.is_closing():
            break
        await slow.write(bytes([byte]))
    return slow


async def _begun(
    request: web.Request, answer: web.StreamResponse
) -> tuple[web.StreamResponse, bytes]:
    """Begin an answer that is not whole; return it and its body."""
    body = answer.body if isinstance(answer, web.Response) else b""
    assert isinstance(body, bytes)  # noqa: S101 - the clouds answer with JSON
    slow = web.StreamResponse(status=answer.status, headers=answer.headers)
    slow.content_length = len(body)
    await slow.prepare(request)
    return slow, body


def _reset(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _hang(request: web.Request) -> web.Response:
    until = asyncio.get_running_loop().time() + _HANG_S
    while asyncio.get_running_loop().time() < until:
        if request.transport is None or request.transport.is_closing():
            break
        await asyncio.sleep(0.02)
    return web.Response(status=504)
