"""Who may speak to the sandbox: this machine, by a loopback name, from no other site's page.

The sandbox hands out presses and posts without any login, so it must be out of reach for everybody
else: for other machines (the bind address), for names that point here by a trick (DNS rebinding:
the Host header), and for web pages open in the same browser (the Origin header).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

#: The only address that the sandbox listens on.
ADDRESS: Final = "127.0.0.1"
_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def is_loopback(netloc: str) -> bool:
    """True for `127.0.0.1`, `localhost` or `[::1]`, with or without a port."""
    try:
        return urlsplit(f"//{netloc}").hostname in _NAMES
    except ValueError:
        return False


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse every request that does not name this machine, or that another site's page sends."""
    if not is_loopback(request.headers.get("Host", "")):
        raise web.HTTPForbidden(text="The sandbox answers to 127.0.0.1 and localhost only.\n")
    origin = request.headers.get("Origin")
    if origin is not None and not is_loopback(urlsplit(origin).netloc):
        raise web.HTTPForbidden(text="The sandbox takes nothing from other sites' pages.\n")
    return await handler(request)


@asynccontextmanager
async def serving(
    app: web.Application, port: int = 0, *, auto_decompress: bool = True
) -> AsyncIterator[str]:
    """Serve an application to this machine alone, at a free port unless one is told; its address."""
    runner = web.AppRunner(
        app, access_log=None, shutdown_timeout=0.5, auto_decompress=auto_decompress
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, ADDRESS, port).start()
        yield f"http://{ADDRESS}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
