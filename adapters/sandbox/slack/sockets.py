"""Socket Mode: up to ten websockets of the app, each payload to any one of them."""

import asyncio
import random
import uuid
from dataclasses import dataclass, field
from functools import partial

from aiohttp import WSMsgType, web

from adapters.sandbox.slack.refusal import JSON, Refused
from adapters.sandbox.slack.state import State


@dataclass(slots=True)
class Socket:
    """One connection, and the envelopes on it that wait for their acknowledgement."""

    ws: web.WebSocketResponse
    request: web.Request
    waiting: dict[str, asyncio.Future[JSON | None]] = field(default_factory=dict)


class Sockets:
    """The app's open connections."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._tickets: dict[str, bool] = {}
        self.open: list[Socket] = []

    def new_ticket(self) -> str:
        """What apps.connections.open hands out; it opens one connection."""
        ticket = str(uuid.uuid4())
        self._tickets[ticket] = True
        return ticket

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one connection until either side ends it."""
        ticket = request.query.get("ticket", "")
        fresh = self._tickets.get(ticket)
        if fresh is None or (not fresh and self._state.limits.on("link_once")):
            raise web.HTTPForbidden(text="link_disabled")
        self._tickets[ticket] = False
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        if len(self.open) >= self._state.limits.value("sockets"):
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await ws.close()
            return ws
        socket = Socket(ws, request)
        self.open.append(socket)
        self._state.changed()
        await ws.send_json(
            {
                "type": "hello",
                "num_connections": len(self.open),
                "connection_info": {"app_id": self._state.app.id},
                "debug_info": {"host": "applink-sandbox", "approximate_connection_time": 18060},
            }
        )
        try:
            await self._listen(socket)
        finally:
            self._forget(socket)
        return ws

    async def send(
        self, kind: str, payload: JSON, retry: JSON | None
    ) -> asyncio.Future[JSON | None]:
        """Send an envelope over one connection; the future is its acknowledgement.

        Raises Refused where no connection is open.
        """
        envelope_id = str(uuid.uuid4())
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
            **(retry or {}),
        }
        while ready := [socket for socket in self.open if not socket.ws.closed]:
            socket = random.choice(ready)
            answer: asyncio.Future[JSON | None] = asyncio.get_running_loop().create_future()
            socket.waiting[envelope_id] = answer
            answer.add_done_callback(partial(_no_longer_waiting, socket, envelope_id))
            try:
                await socket.ws.send_json(envelope)
            except ConnectionError:
                # It broke just now; another connection may take the payload.
                self._forget(socket)
                continue
            return answer
        raise Refused("dispatch_failed")

    async def connected(self) -> None:
        """Return once a connection is open."""
        while not self.open and not self._state.closed:
            await self._state.wait_beyond(self._state.version)

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every connection to be replaced, as Slack does every few hours, and end it."""
        for socket in list(self.open):
            await socket.ws.send_json({"type": "disconnect", "reason": reason})
            await socket.ws.close()

    def drop(self) -> None:
        """Cut every connection without a word."""
        for socket in list(self.open):
            self._forget(socket)
            # Below the websocket, which would say goodbye with a closing frame.
            if socket.request.transport:
                socket.request.transport.abort()

    async def close(self) -> None:
        for socket in list(self.open):
            await socket.ws.close()

    async def _listen(self, socket: Socket) -> None:
        async for frame in socket.ws:
            if frame.type is not WSMsgType.TEXT:
                continue
            try:
                body = frame.json()
            except ValueError:
                continue
            if not isinstance(body, dict):
                continue
            answer = socket.waiting.get(str(body.get("envelope_id")))
            if answer and not answer.done():
                answer.set_result(body.get("payload"))

    def _forget(self, socket: Socket) -> None:
        if socket in self.open:
            self.open.remove(socket)
            self._state.changed()
        for answer in list(socket.waiting.values()):
            if not answer.done():
                answer.set_exception(Refused("connection_failed"))
                # Whoever waited may have given up already; then nobody reads the exception.
                answer.exception()


def _no_longer_waiting(
    socket: Socket, envelope_id: str, _answer: asyncio.Future[JSON | None]
) -> None:
    socket.waiting.pop(envelope_id, None)
