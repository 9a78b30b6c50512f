"""The Web API over HTTP: token, scopes, pace and faults, then the method itself."""

import asyncio
import json
from collections import deque
from collections.abc import Mapping
from contextlib import suppress

from aiohttp import web

from adapters.sandbox.slack import chat, files, home, lookups, manifest, views
from adapters.sandbox.slack.faults import KEPT, ApiCall, Fault, Faults, Kind
from adapters.sandbox.slack.method import Args, Method, room_to_post
from adapters.sandbox.slack.pace import Pace
from adapters.sandbox.slack.refusal import JSON, Refused, rate_limited
from adapters.sandbox.slack.state import State

_MODULES = (chat, files, home, lookups, manifest, views)
METHODS: Mapping[str, Method] = {
    method.name: method for module in _MODULES for method in module.METHODS
}


class WebApi:
    """Serves every method, and logs every call with its outcome."""

    def __init__(self, state: State, pace: Pace, faults: Faults, connections: Method) -> None:
        self._state = state
        self._pace = pace
        self.faults = faults
        self._methods = {**METHODS, connections.name: connections}
        self.calls: deque[ApiCall] = deque(maxlen=KEPT)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        at = self._state.clock.now()
        args: JSON = {}
        try:
            args = await read_args(request)
            fault = self.faults.strike(name, Args(args).text("channel"))
            if fault and not _acts(fault):
                self._log(name, args, at, f"fault:{fault.kind}")
                return await break_off(request, fault, None)
            body = self._perform(name, request, args)
            status, headers = 200, {}
        except Refused as refusal:
            fault = None
            body, status, headers = refusal.body(), refusal.status, refusal.headers
        outcome = "ok" if body["ok"] else str(body["error"])
        self._log(name, args, at, f"fault:{fault.kind}" if fault else outcome)
        response = web.json_response(
            body,
            status=status,
            headers={**headers, "X-OAuth-Scopes": ",".join(sorted(self._state.scopes))},
        )
        return await break_off(request, fault, response) if fault else response

    def _perform(self, name: str, request: web.Request, args: JSON) -> JSON:
        method = self._methods.get(name)
        if method is None:
            raise Refused("unknown_method")
        self._authorise(method, request, args)
        self._pace.call(method.name, method.tier)
        if method.posts:
            self._pace.post(room_to_post(self._state, Args(args).text("channel")).id)
        return {"ok": True, **method.run(self._state, Args(args))}

    def _authorise(self, method: Method, request: web.Request, args: JSON) -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        # Out of the arguments in any case: they are logged, tokens are not.
        body_token = str(args.pop("token", ""))
        token = given or body_token
        if not token:
            raise Refused("not_authed")
        app, limits = self._state.app, self._state.limits
        tokens = {"bot": app.bot_token, "app": app.app_token, "config": app.config_token}
        if token not in tokens.values() and limits.on("token_known"):
            raise Refused("invalid_auth")
        if self._state.revoked:
            raise Refused("token_revoked")
        others = set(tokens.values()) - {tokens[method.caller]}
        if token in others and limits.on("token_kind"):
            raise Refused("not_allowed_token_type")
        held = self._state.scopes
        if method.scopes and not held.intersection(method.scopes) and limits.on("scopes"):
            needed = ",".join(method.scopes)
            raise Refused("missing_scope", needed=needed, provided=",".join(sorted(held)))

    def _log(self, method: str, args: JSON, at: float, outcome: str) -> None:
        self.calls.append(ApiCall(method, args, at, outcome))


async def read_args(request: web.Request) -> JSON:
    """Query, form and JSON body together, as Slack takes them."""
    args: JSON = dict(request.query)
    if request.method == "POST" and request.can_read_body:
        if request.content_type == "application/json":
            try:
                body = json.loads(await request.read())
            except ValueError:
                raise Refused("invalid_json") from None
            if not isinstance(body, dict):
                raise Refused("json_not_object")
            args |= body
        elif request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
            args |= dict(await request.post())
        else:
            raise Refused("invalid_post_type")
    return args


def _acts(fault: Fault) -> bool:
    """Whether the call is carried out all the same."""
    return fault.kind in {Kind.TIMEOUT_AFTER, Kind.RESET_AFTER, Kind.RESET_MIDWAY, Kind.DRIP}


async def break_off(
    request: web.Request, fault: Fault, answer: web.Response | None
) -> web.StreamResponse:
    """Answer as the fault has it. A silent or cut connection ends the request's task."""
    if fault.kind is Kind.DRIP and answer is not None:
        return await _drip(request, answer, fault.hold_s)
    if fault.kind is Kind.RESET_MIDWAY and answer is not None:
        await _half(request, answer)
    if fault.kind is Kind.LIMITED:
        refusal = rate_limited(fault.retry_after)
        return web.json_response(refusal.body(), status=429, headers=refusal.headers)
    if fault.kind is Kind.BROKEN:
        return web.json_response({"ok": False, "error": "internal_error"}, status=500)
    if fault.kind is Kind.HTML:
        page = "<html><body><h1>503 Service Unavailable</h1></body></html>"
        return web.Response(text=page, status=503, content_type="text/html")
    if fault.kind is Kind.ERROR:
        return web.json_response({"ok": False, "error": fault.error})
    if fault.kind in {Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER}:
        await _silence(request, fault.hold_s)
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)


async def _silence(request: web.Request, seconds: float) -> None:
    """Say nothing for so long, or until the caller has hung up."""
    waited = 0.0
    while waited < seconds and request.transport and not request.transport.is_closing():
        await asyncio.sleep(0.05)
        waited += 0.05


async def _half(request: web.Request, answer: web.Response) -> None:
    body = answer.body if isinstance(answer.body, bytes) else b""
    cut = web.StreamResponse(status=answer.status, headers=answer.headers)
    cut.content_length = len(body)
    await cut.prepare(request)
    await cut.write(body[: len(body) // 2])


async def _drip(request: web.Request, answer: web.Response, seconds: float) -> web.StreamResponse:
    body = answer.body if isinstance(answer.body, bytes) else b""
    slow = web.StreamResponse(status=answer.status, headers=answer.headers)
    slow.content_length = len(body)
    await slow.prepare(request)
    step = max(1, len(body) // 20)
    with suppress(ConnectionResetError):  # the caller has given up
        for start in range(0, len(body), step):
            await asyncio.sleep(seconds / 20)
            await slow.write(body[start : start + step])
        await slow.write_eof()
    return slow
