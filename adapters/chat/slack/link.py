"""The two ways in which Slack reaches the app: Socket Mode, and signed requests."""

import asyncio
import contextlib
import hashlib
import hmac
from binascii import a2b_qp
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl

import aiohttp
import orjson
import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.chat.slack.writing import JSON
from chatops.clock import Clock

_log = structlog.get_logger(__name__)

_CONNECT: Final = 30.0  # seconds for one connection; its address is good for about as long
_AGAIN: Final = 5.0  # seconds between attempts, and between pings
_AGE: Final = 300.0  # seconds that a signature is good (docs.slack.dev/authentication)
_JSON: Final = "application/json"
_CONTENT: Final = frozenset({_JSON, "application/x-www-form-urlencoded"})
_PAYLOAD: Final = b"payload="


class Link(SocketModeClient):
    """A connection that is kept open."""

    async def connect(self) -> None:
        """Connect, with an end: the SDK would try one address for ever, and each opens only once."""
        try:
            await asyncio.wait_for(super().connect(), _CONNECT)  # type: ignore[no-untyped-call] # the SDK's
        except TimeoutError:
            # The SDK takes this back only when it has connected; its monitor asks anew meanwhile.
            self.auto_reconnect_enabled = True
            raise


@asynccontextmanager
async def socket_mode(app: AsyncApp, app_token: str, client: AsyncWebClient) -> AsyncIterator[None]:
    """Keep a Socket Mode connection while the context is open.

    The start does not wait for it: where Slack cannot be reached it is tried until it can.
    """
    link = Link(
        app_token, logger=app.logger, web_client=client, proxy=client.proxy, ping_interval=_AGAIN
    )
    # The SDK else takes a proxy from the environment, which only app.yaml may name.
    link.proxy = client.proxy

    async def take(given: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        response = await run_async_bolt_app(app, request)
        await send_async_response(given, request, response, 0.0)

    link.socket_mode_request_listeners.append(take)
    connecting = asyncio.create_task(_connect(link))
    try:
        yield
    finally:
        connecting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await connecting
        ends = [link.message_processor, link.current_session_monitor, link.message_receiver]
        await link.close()  # type: ignore[no-untyped-call] # the SDK's
        await asyncio.gather(*filter(None, ends), return_exceptions=True)


async def _connect(link: Link) -> None:
    while True:
        try:
            await link.connect_to_new_endpoint(force=True)
        except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError) as error:
            _log.warning("slack.socket_closed", error=type(error).__name__)
            await asyncio.sleep(_AGAIN)
        else:
            return


class Requests:
    """Takes signed requests: 401 where the signature does not hold, 4xx where the body is unfit."""

    def __init__(self, app: AsyncApp, secret: str, clock: Clock) -> None:
        self._app = app
        self._secret = secret.encode()
        self._clock = clock

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        if not signed(raw, request, self._secret, self._clock.transport()):
            return web.Response(status=401, text="the signature does not hold")
        if request.content_type not in _CONTENT:
            return web.Response(status=415, text="a form or JSON is wanted")
        try:
            # Read here, since Bolt's own reading takes longer than all else that it does. It takes a
            # body that was read only as Socket Mode's, which differs in nothing else.
            body = body_of(raw, request.content_type)
        except ValueError:
            return web.Response(status=400, text="the body cannot be read")
        asked = AsyncBoltRequest(body=body, mode="socket_mode")
        return await to_aiohttp_response(await self._app.async_dispatch(asked))


def body_of(raw: bytes, content_type: str) -> JSON:
    """Return what Slack sent: JSON, a form, or JSON in a form's only field `payload`.

    Raises:
        ValueError: the body is none of these.
    """
    if content_type == _JSON:
        return _object(raw)
    if raw.startswith(_PAYLOAD) and b"&" not in raw:
        return _object(_unquoted(raw.removeprefix(_PAYLOAD)))
    return dict(parse_qsl(raw.decode(), keep_blank_values=True, errors="strict"))


def _unquoted(value: bytes) -> bytes:
    """Undo a form's percent-encoding.

    It is quoted-printable with another sign, which the standard library reads in C: a press brings
    the whole card along, over which parse_qsl takes fifteen times as long.
    """
    return a2b_qp(value.replace(b"=", b"=3D").replace(b"+", b" ").replace(b"%", b"="))


def _object(raw: bytes) -> JSON:
    body = orjson.loads(raw)
    if not isinstance(body, dict):
        raise ValueError("not an object")
    return body


def signed(raw: bytes, request: web.Request, secret: bytes, now: datetime) -> bool:
    """Tell whether Slack signed these very bytes within five minutes.

    v0 = HMAC-SHA256 of "v0:timestamp:body" (docs.slack.dev/authentication/verifying-requests).
    """
    at = request.headers.get("X-Slack-Request-Timestamp", "")
    if not (at.isascii() and at.isdigit() and abs(now.timestamp() - float(at)) <= _AGE):
        return False
    digest = hmac.new(secret, b"v0:%b:%b" % (at.encode(), raw), hashlib.sha256).hexdigest()
    given = request.headers.get("X-Slack-Signature", "")
    return hmac.compare_digest(f"v0={digest}".encode(), given.encode(errors="replace"))
