"""X's stand-in on a loopback port, a plain httpx client to call it, and a receiver of webhooks."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from aiohttp import web

from adapters.sandbox.clock import TurnedClock
from adapters.sandbox.loopback import serving
from adapters.sandbox.x import DOCUMENTED, App, Limits, Person, XCloud, XWorld
from tests.calling import client

NOW = 1_790_000_000.0
CONSUMER_SECRET = "consumer-secret"
CLIENT_SECRET = "client-secret"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Receiver:
    """What a webhook's owner does: answer the challenge, keep what is signed."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    secret: str = CONSUMER_SECRET
    status: int = 200

    @property
    def events(self) -> list[dict]:
        return [json.loads(body)["data"] for body in self.bodies]

    async def challenge(self, request: web.Request) -> web.Response:
        mac = hmac.new(self.secret.encode(), request.query["crc_token"].encode(), hashlib.sha256)
        return web.json_response(
            {"response_token": "sha256=" + base64.b64encode(mac.digest()).decode()}
        )

    async def receive(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.signatures.append(request.headers["x-twitter-webhooks-signature"])
        return web.Response(status=self.status)


@dataclass
class Sandbox:
    cloud: XCloud
    clock: TurnedClock
    http: httpx.AsyncClient
    receiver: Receiver
    user: dict[str, str]
    app: dict[str, str]

    @property
    def brand(self) -> Person:
        return self.cloud.world.brand

    async def subscribe(self, *event_types: str, webhook: str | None = None) -> None:
        for event_type in event_types:
            asked = {"event_type": event_type, "filter": {"user_id": self.brand.id}}
            if webhook:
                asked["webhook_id"] = webhook
            answer = await self.http.post(
                "/2/activity/subscriptions", json=asked, headers=self.user
            )
            assert answer.status_code == 200, answer.text

    async def webhook(self) -> str:
        answer = await self.http.post(
            "/2/webhooks", json={"url": self.receiver.url}, headers=self.app
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["id"])


def world(*, client_secret: str | None = CLIENT_SECRET) -> XWorld:
    app = App(
        id="29820954",
        client_id="client-id",
        client_secret=client_secret,
        consumer_key="consumer-key",
        consumer_secret=CONSUMER_SECRET,
        redirect_uris=("http://127.0.0.1:8080/callback",),
    )
    return XWorld(Person("1111111111111111111", "aozora_outdoor", "Aozora Outdoor", 5_502), app)


@asynccontextmanager
async def sandbox(limits: Limits = DOCUMENTED, **options: str | None) -> AsyncIterator[Sandbox]:
    clock = TurnedClock(NOW)
    cloud = XCloud(world(**options), clock, limits)
    receiver = Receiver()
    app = web.Application()
    cloud.mount(app)
    app.add_routes([web.get("/hook", receiver.challenge), web.post("/hook", receiver.receive)])
    async with serving(app) as base, client(base_url=f"{base}/x", timeout=5) as http:
        receiver.url = f"{base}/hook"
        answer = await http.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=("consumer-key", CONSUMER_SECRET),
        )
        app_token = answer.json()["access_token"]
        user_token, _ = cloud.grants.issue()
        yield Sandbox(
            cloud,
            clock,
            http,
            receiver,
            user={"authorization": f"Bearer {user_token}"},
            app={"authorization": f"Bearer {app_token}"},
        )
