"""JSON control routes, by which the page and tests move a cloud's people: loopback callers only."""

import ipaddress
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

#: Takes the JSON body (empty for a GET) and gives what to answer; ValueError and KeyError are 400.
Control = Callable[[dict[str, Any]], Awaitable[object]]


def routes(prefix: str, table: Mapping[tuple[str, str], Control]) -> list[web.RouteDef]:
    """Routes for a table of (method, name) -> control."""
    return [
        web.route(method, f"{prefix}/{name}", _handler(control))
        for (method, name), control in table.items()
    ]


def _handler(control: Control) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        if not _is_loopback(request.remote):
            return _json({"error": "loopback callers only"}, 403)
        try:
            asked = await request.json() if request.method == "POST" else dict(request.query)
        except ValueError as error:
            return _json({"error": f"not JSON: {error}"}, 400)
        if not isinstance(asked, dict):
            return _json({"error": "a JSON object, please"}, 400)
        try:
            return _json(await control(asked))
        except KeyError as error:
            return _json({"error": f"missing or unknown: {error.args[0]}"}, 400)
        except (TypeError, ValueError) as error:
            return _json({"error": str(error)}, 400)

    return handle


def _is_loopback(remote: str | None) -> bool:
    try:
        return remote is not None and ipaddress.ip_address(remote).is_loopback
    except ValueError:
        return False


def _json(body: object, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        text=json.dumps(body, ensure_ascii=False),
        content_type="application/json",
    )
