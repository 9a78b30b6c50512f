"""The hands over HTTP: plain JSON under /dev/slack, on loopback only, for the page.

    GET  state?as=U1[&room=C1]   everything on that person's screen
    GET  changes?since=N         answers once the version is above N; `events` streams it instead
    GET  calls?count=100         the app's last calls
    POST say                     as, channel, text, thread_ts?
    POST edit, delete            as, channel, ts, (text)
    POST command                 as, channel, command, text?, thread_ts?
    POST press                   as, action_id, block_id?, value?; channel and ts, or view_id
    POST shortcut                as, channel, ts, callback_id
    POST home                    as, tab? (home or messages): the app is opened
    POST suggest                 as, action_id, block_id?, value (what is typed); channel and ts, or
                                 view_id; answers the options
    POST type                    as, view_id, block_id, action_id, value, enter?
    POST submit                  as, view_id, values? (block_id -> action_id -> value)
    POST close                   as, view_id, all?
    POST fault                   the fields of `faults.Fault`; or clear
    POST drop                    cuts every socket

An act answers `hands.Done`; what cannot be done is 400 `{"error": ...}`.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from itertools import islice

from aiohttp import web

from adapters.sandbox.loopback import is_loopback, loopback_only
from adapters.sandbox.slack.faults import Fault, Kind
from adapters.sandbox.slack.hands import CannotBeDone, Done, Hands
from adapters.sandbox.slack.home import Home
from adapters.sandbox.slack.modals import Modals
from adapters.sandbox.slack.refusal import JSON
from adapters.sandbox.slack.sockets import Sockets
from adapters.sandbox.slack.state import State
from adapters.sandbox.slack.suggestions import Suggestions
from adapters.sandbox.slack.web_api import WebApi
from adapters.sandbox.slack.window import seen_by

Act = Callable[[JSON], Awaitable[Done]]

#: Seconds that a long poll waits for a change.
_POLL = 25.0


class Dev:
    """The page's routes."""

    def __init__(
        self,
        state: State,
        *,
        hands: Hands,
        modals: Modals,
        home: Home,
        suggestions: Suggestions,
        sockets: Sockets,
        api: WebApi,
    ) -> None:
        self._state = state
        self._faults = api.faults
        self._sockets = sockets
        self._api = api
        self._acts: dict[str, Act] = {
            "say": lambda b: hands.say(b["as"], b["channel"], b["text"], b.get("thread_ts")),
            "edit": lambda b: hands.edit(b["as"], b["channel"], b["ts"], b["text"]),
            "delete": lambda b: hands.delete(b["as"], b["channel"], b["ts"]),
            "command": lambda b: hands.command(
                b["as"], b["channel"], b["command"], b.get("text", ""), b.get("thread_ts")
            ),
            "press": lambda b: hands.press(
                b["as"],
                b["action_id"],
                channel=b.get("channel"),
                ts=b.get("ts"),
                view_id=b.get("view_id"),
                block_id=b.get("block_id"),
                value=b.get("value"),
            ),
            "shortcut": lambda b: hands.shortcut(b["as"], b["channel"], b["ts"], b["callback_id"]),
            "home": lambda b: home.open(b["as"], b.get("tab", "home")),
            "suggest": lambda b: suggestions.ask(
                b["as"],
                b["action_id"],
                b.get("value", ""),
                channel=b.get("channel"),
                ts=b.get("ts"),
                view_id=b.get("view_id"),
                block_id=b.get("block_id"),
            ),
            "type": lambda b: hands.type(
                b["as"],
                b["view_id"],
                b["block_id"],
                b["action_id"],
                b["value"],
                enter=b.get("enter") is True,
            ),
            "submit": lambda b: modals.submit(b["as"], b["view_id"], b.get("values")),
            "close": lambda b: modals.close(
                b["as"], b["view_id"], all_of_them=b.get("all") is True
            ),
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/dev/slack/state", _on_loopback(self._see)),
            web.get("/dev/slack/changes", _on_loopback(self._changes)),
            web.get("/dev/slack/events", _on_loopback(self._events)),
            web.get("/dev/slack/calls", _on_loopback(self._calls)),
            web.post("/dev/slack/fault", _on_loopback(self._fault)),
            web.post("/dev/slack/drop", _on_loopback(self._drop)),
            web.post(f"/dev/slack/{{act:{'|'.join(self._acts)}}}", _on_loopback(self._act)),
        ]

    async def _see(self, request: web.Request) -> web.Response:
        me = request.query.get("as", "")
        if me not in self._state.people:
            return _no(f"nobody here is {me}")
        return web.json_response(seen_by(self._state, me, request.query.get("room")))

    async def _act(self, request: web.Request) -> web.Response:
        body = await _body(request)
        try:
            return web.json_response(await self._acts[request.match_info["act"]](body))
        except KeyError as missing:
            return _no(f"missing: {missing.args[0]}")
        except (CannotBeDone, AttributeError, TypeError, ValueError) as fault:
            return _no(str(fault))

    async def _changes(self, request: web.Request) -> web.Response:
        """Answer once the version is above `since`, or after a while all the same."""
        since = _whole(request, "since", -1)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._state.wait_beyond(since), _POLL)
        return web.json_response({"version": self._state.version})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the version, each time it grows."""
        stream = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await stream.prepare(request)
        version = -1
        while not self._state.closed and request.transport:
            try:
                await asyncio.wait_for(self._state.wait_beyond(version), 5)
                version = self._state.version
                await stream.write(f"data: {version}\n\n".encode())
            except TimeoutError:
                await stream.write(b": still here\n\n")
            except ConnectionError:
                break
        return stream

    async def _calls(self, request: web.Request) -> web.Response:
        """The last calls of the app, the newest first."""
        count = _whole(request, "count", 100)
        calls = [
            {"method": call.method, "at": call.at, "outcome": call.outcome}
            for call in islice(reversed(self._api.calls), count)
        ]
        return web.json_response({"calls": calls})

    async def _fault(self, request: web.Request) -> web.Response:
        """Switch a fault on; `{"clear": true}` takes all away."""
        body = await _body(request)
        if body.pop("clear", False):
            self._faults.clear()
            return web.json_response({"ok": True})
        try:
            self._faults.add(Fault(**{**body, "kind": Kind(body["kind"])}))
        except (KeyError, TypeError, ValueError) as fault:
            return _no(str(fault))
        return web.json_response({"ok": True})

    async def _drop(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """Cut every socket."""
        self._sockets.drop()
        return web.json_response({"ok": True})


async def _body(request: web.Request) -> JSON:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="a JSON object is wanted")
    return body


def _whole(request: web.Request, name: str, default: int) -> int:
    try:
        return int(request.query.get(name, default))
    except ValueError:
        raise web.HTTPBadRequest(text=f"{name} is a whole number") from None


def _no(error: str) -> web.Response:
    return web.json_response({"error": error}, status=400)


def _on_loopback(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Refuse callers of other machines, and pages of other sites that point a name at this one."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        # A caller's IPv6 address comes without the brackets that a host has.
        caller = request.remote or ""
        if not is_loopback(f"[{caller}]" if ":" in caller else caller):
            raise web.HTTPForbidden(text="loopback only")
        return await loopback_only(request, handler)

    return guarded
