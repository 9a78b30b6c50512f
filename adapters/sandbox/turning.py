"""Pass the page's turns of business time on to the service under trial.

The service keeps business time and takes turns on a second port of its own, which the page may not
reach (another origin); this hands request and answer through unchanged.
"""

import aiohttp
from aiohttp import web

from adapters.sandbox.loopback import is_loopback

#: Seconds: a turn may make the service read a lot that has come due.
_PATIENCE = aiohttp.ClientTimeout(total=30, connect=2)


class ClockProxy:
    """`/dev/clock` of the service at `target`; without one it answers 404 "no service".

    `target` is like `http://127.0.0.1:9100`; another machine's raises ValueError.
    """

    def __init__(self, target: str | None) -> None:
        if target is not None and not is_loopback(target.partition("://")[2].partition("/")[0]):
            raise ValueError(f"not on this machine: {target}")
        self._target = target

    def mount(self, app: web.Application) -> None:
        app.router.add_get("/dev/clock", self._pass_on)
        app.router.add_post("/dev/clock", self._pass_on)

    async def _pass_on(self, request: web.Request) -> web.Response:
        if self._target is None:
            return web.json_response({"error": "no service"}, status=404)
        url = f"{self._target.rstrip('/')}/dev/clock"
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
