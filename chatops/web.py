"""The HTTP side: what networks and chats call, and, on a second port, what operators look at."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

import orjson
import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from chatops.arrival.inbox import Inbox
from chatops.channel import Can
from chatops.clock import Clock
from chatops.errors import StorageError, Unauthentic
from chatops.ports import Channel, Work

#: Networks send far less; more is refused before it is read (413).
LARGEST_BODY: Final = 1024 * 1024

#: How far ahead business time can be turned: dates of calendars end somewhere.
FARTHEST: Final = timedelta(days=3653)

_log = structlog.get_logger(__name__)

#: Looks at the database, for metrics too, and names what is wrong.
#: Raises StorageError.
Ready = Callable[[], Awaitable[Mapping[str, str]]]

#: Since when a restored backup holds all deliveries back, as the newest look at the database says.
Held = Callable[[], datetime | None]


def public_app(
    inbox: Inbox,
    channels: Mapping[str, Channel],
    clock: Clock,
    routes: Sequence[web.AbstractRouteDef],
) -> web.Application:
    """Return the application that the outside world may reach; `routes` are the chats' own."""
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_raw_bodies])
    door = _Door(inbox, channels, clock)
    app.router.add_get("/in/{channel}/{account}", door.challenge)
    app.router.add_post("/in/{channel}/{account}", door.receive)
    app.add_routes(routes)
    return app


@web.middleware
async def _raw_bodies(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse a compressed body unread, on every route.

    A signature is of the bytes as they were sent, and nobody's bytes are inflated before it is
    known who sent them. No network and no chat compresses what it posts.
    """
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType(text="send the body as it is, not compressed\n")
    try:
        return await handler(request)
    except web.RequestPayloadError as error:
        raise web.HTTPBadRequest(text="the body broke off or is not framed as HTTP\n") from error


class _Door:
    """`/in/{channel}/{account}`: verify the raw bytes, store, answer 200; the rest comes later."""

    def __init__(self, inbox: Inbox, channels: Mapping[str, Channel], clock: Clock) -> None:
        self._inbox = inbox
        self._channels = channels
        self._clock = clock

    async def challenge(self, request: web.Request) -> web.Response:
        answer = self._channel(request).challenge(request.query)
        if answer is None:
            raise web.HTTPBadRequest(text="this is not the network's check of our address\n")
        is_json = answer[:1] == b"{"
        return web.Response(
            body=answer, content_type="application/json" if is_json else "text/plain"
        )

    async def receive(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        try:
            channel.verify(headers, body, self._clock.transport())
        except Unauthentic as error:
            _log.warning("web.unauthentic", account=channel.account, reason=str(error))
            raise web.HTTPUnauthorized(text="the signature does not hold\n") from error
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text="send application/json\n")
        try:
            orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise web.HTTPBadRequest(text="the body is not JSON\n") from error
        try:
            await self._inbox.accept(channel, body)
        except StorageError as error:
            _log.error("web.storage", account=channel.account, error=str(error))
            raise web.HTTPServiceUnavailable(
                text="not stored; send it again\n", headers={"Retry-After": "5"}
            ) from error
        return web.Response(text="")

    def _channel(self, request: web.Request) -> Channel:
        channel = self._channels.get(request.match_info["account"])
        if (
            channel is None
            or channel.traits.name != request.match_info["channel"]
            or Can.WEBHOOK not in channel.traits.can
        ):
            raise web.HTTPNotFound(text="no such account\n")
        return channel


def ops_app(
    ready: Ready,
    registry: CollectorRegistry,
    work: Work,
    clock: Clock,
    *,
    development: bool,
    held: Held = lambda: None,
) -> web.Application:
    """Return the operators' application: health, readiness, metrics, and the sandbox's time.

    What is held back makes it no less ready: it takes in what customers write all the same.
    """
    app = web.Application()

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        try:
            faults = await ready()
        except StorageError as error:
            faults = {"database": str(error)}
        since = held()
        said = {
            "ready": not faults,
            "faults": dict(faults),
            "held_since": since.isoformat() if since else None,
        }
        return web.json_response(said, status=503 if faults else 200)

    async def metrics(_: web.Request) -> web.Response:
        with suppress(StorageError):  # the gauges of a database that fails are left out
            await ready()
        headers = {"Content-Type": CONTENT_TYPE_LATEST}
        return web.Response(body=generate_latest(registry), headers=headers)

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)
    if development:
        turner = _Turner(work, clock)
        app.router.add_get("/dev/clock", turner.show)
        app.router.add_post("/dev/clock", turner.turn)
    return app


class _Turner:
    """`/dev/clock`: turns business time forward; its offset stands in the database."""

    def __init__(self, work: Work, clock: Clock) -> None:
        self._work = work
        self._clock = clock

    async def show(self, _: web.Request) -> web.Response:
        offset = self._clock.offset.total_seconds()
        return web.json_response({"now": self._clock.business().isoformat(), "offset_s": offset})

    async def turn(self, request: web.Request) -> web.Response:
        now = self._clock.business()
        try:
            asked = await request.json()
            by = (
                timedelta(seconds=float(asked["advance_s"]))
                if "advance_s" in asked
                else datetime.fromisoformat(asked["to"]) - now
            )
        # OverflowError: more seconds than a span can hold
        except (json.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise web.HTTPBadRequest(
                text='send {"advance_s": seconds} or {"to": "2026-06-01T09:00:00+09:00"}\n'
            ) from error
        if by < timedelta():
            raise web.HTTPBadRequest(text="business time only goes forward\n")
        if by > FARTHEST or self._clock.offset + by > FARTHEST:
            raise web.HTTPBadRequest(text="business time goes ten years ahead at most\n")
        offset = (self._clock.offset + by).total_seconds()
        await self._work.transact(lambda tx: tx.set_offset(offset))
        self._clock.offset = timedelta(seconds=offset)
        return await self.show(request)
