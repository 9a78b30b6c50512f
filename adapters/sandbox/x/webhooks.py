"""Webhooks: registration with the challenge (CRC), and signed delivery.

Two secrets can sign (docs.x.com/x-api/webhooks/introduction): the consumer secret in
`x-twitter-webhooks-signature`, and for apps that have one the OAuth 2.0 client secret in
`x-twitter-webhooks-signature-oauth2`; an app with both receives both and may answer the challenge
with either. X promises no repeat of a delivery that failed, so this cloud makes none by itself.

The real X takes https addresses without a port only. This one lets loopback addresses with http
and a port pass, because a sandbox has no other.
"""

import asyncio
import base64
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from adapters.sandbox.clock import Clock
from adapters.sandbox.x.limits import Limits
from adapters.sandbox.x.problems import invalid, not_found
from adapters.sandbox.x.shapes import Json, iso
from adapters.sandbox.x.world import XWorld

#: Seconds for a receiver to answer, from the same page.
_ANSWER_S = 10.0


@dataclass(slots=True)
class Webhook:
    id: str
    url: str
    created_at: float
    valid: bool = True

    def json(self) -> Json:
        return {
            "id": self.id,
            "url": self.url,
            "valid": self.valid,
            "created_at": iso(self.created_at),
        }


@dataclass(frozen=True, slots=True)
class Delivery:
    """One signed POST; status 0 means that nobody answered."""

    event_uuid: str
    url: str
    at: float
    status: int


def sign(secret: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return "sha256=" + base64.b64encode(digest).decode()


class Webhooks:
    def __init__(self, world: XWorld, clock: Clock, limits: Limits) -> None:
        self._world = world
        self._clock = clock
        self._limits = limits
        self._session: aiohttp.ClientSession | None = None
        self._lanes: dict[str, asyncio.Queue[tuple[str, bytes]]] = {}
        self._workers: list[asyncio.Task[None]] = []
        self.all: dict[str, Webhook] = {}
        self.deliveries: list[Delivery] = []

    async def register(self, url: object) -> Webhook:
        if not isinstance(url, str) or not 1 <= len(url) <= 200:
            raise invalid("url: 1 to 200 characters", url=str(url))
        if self._limits.on("https_webhook") and not (_is_public_https(url) or _is_loopback(url)):
            raise invalid("UrlValidationFailed: https without a port is required", url=url)
        if self._limits.on("webhook_once") and any(hook.url == url for hook in self.all.values()):
            raise invalid("DuplicateUrlFailed: this url is registered already", url=url)
        if not await self._challenged(url):
            raise invalid("CrcValidationFailed: invalid response_token", url=url)
        webhook = Webhook(self._world.new_id(self._clock.now()), url, self._clock.now())
        self.all[webhook.id] = webhook
        return webhook

    def get(self, webhook_id: str) -> Webhook:
        if webhook_id not in self.all:
            raise not_found("webhook", "webhook_id", webhook_id)
        return self.all[webhook_id]

    async def check(self, webhook_id: str) -> bool:
        """Challenge the receiver again; the answer decides whether it is delivered to."""
        webhook = self.get(webhook_id)
        webhook.valid = await self._challenged(webhook.url)
        return webhook.valid

    def remove(self, webhook_id: str) -> None:
        del self.all[self.get(webhook_id).id]

    def send(self, webhook: Webhook, event_uuid: str, body: bytes) -> None:
        """Put an event on the webhook's lane, which keeps order."""
        lane = self._lanes.get(webhook.id)
        if lane is None:
            lane = self._lanes[webhook.id] = asyncio.Queue()
            self._workers.append(asyncio.create_task(self._work(webhook, lane)))
        lane.put_nowait((event_uuid, body))

    async def settled(self) -> None:
        """Wait until all that was sent has been answered or given up."""
        for lane in list(self._lanes.values()):
            await lane.join()

    async def close(self) -> None:
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self._workers.clear()
        self._lanes.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_S))
        return self._session

    async def _work(self, webhook: Webhook, lane: asyncio.Queue[tuple[str, bytes]]) -> None:
        while True:
            event_uuid, body = await lane.get()
            try:
                if webhook.valid and webhook.id in self.all:
                    status = await self._post(webhook.url, body)
                    self.deliveries.append(
                        Delivery(event_uuid, webhook.url, self._clock.now(), status)
                    )
            finally:
                lane.task_done()

    async def _post(self, url: str, body: bytes) -> int:
        app = self._world.app
        headers = {
            "content-type": "application/json",
            "x-twitter-webhooks-signature": sign(app.consumer_secret, body),
        }
        if app.client_secret is not None:
            headers["x-twitter-webhooks-signature-oauth2"] = sign(app.client_secret, body)
        try:
            async with self._open().post(url, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def _challenged(self, url: str) -> bool:
        """Does the receiver prove within ten seconds that it holds one of the app's secrets?"""
        if not self._limits.on("crc"):
            return True
        token = secrets.token_urlsafe(32)
        try:
            async with self._open().get(
                url, params={"crc_token": token}, allow_redirects=False
            ) as answer:
                given = await answer.json(content_type=None)
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False
        if status // 100 != 2 or not isinstance(given, Mapping):
            return False
        app = self._world.app
        keys = [app.consumer_secret, *([app.client_secret] if app.client_secret else [])]
        return given.get("response_token") in {sign(key, token.encode()) for key in keys}


def _is_public_https(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and parts.port is None and bool(parts.hostname)


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
