"""Pass on what the page asks of the service under trial, which stands at an address of its own.

A page may not reach another origin; this hands request and answer through unchanged. The service
keeps business time and takes turns of it. Where it is several processes, what started them shows
them at that address as well, kills one and starts it again (see `chatops.fleet`).
"""

import aiohttp
from aiohttp import web

from adapters.sandbox.loopback import is_loopback

#: Seconds: a turn may make the service read a lot that has come due.
_PATIENCE = aiohttp.ClientTimeout(total=30, connect=2)


class Service:
    """`/dev/clock` of the service at `target`, and where it has `processes`, `/dev/processes`.

    Without a target they answer 404 "no service". `target` is like `http://127.0.0.1:9100`; another
    machine's raises ValueError.
    """

    def __init__(self, target: str | None, *, processes: bool = False) -> None:
        if target is not None and not is_loopback(target.partition("://")[2].partition("/")[0]):
            raise ValueError(f"not on this machine: {target}")
        self._target = target.rstrip("/") if target is not None else None
        self._paths = {"/dev/clock": "/dev/clock"}
        if processes:
            self._paths["/dev/processes"] = "/processes"

    def mount(self, app: web.Application) -> None:
        for path in self._paths:
            app.router.add_get(path, self._pass_on)
            app.router.add_post(path, self._pass_on)

    async def _pass_on(self, request: web.Request) -> web.Response:
        if self._target is None:
            return web.json_response({"error": "no service"}, status=404)
        url = f"{self._target}{self._paths[request.path]}"
        body = await request.read()
        headers = {"Content-Type": request.content_type} if body else {}
        try:
            async with (
                aiohttp.ClientSession(timeout=_PATIENCE) as session,
                session.request(request.method, url, data=body or None, headers=headers) as answer,
            ):
                return web.Response(
                    status=answer.status,
                    body=await answer.read(),
                    content_type=answer.content_type,
                )
        except (aiohttp.ClientError, TimeoutError):
            return web.json_response({"error": "the service is not up"}, status=503)
