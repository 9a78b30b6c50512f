"""Microsoft's side on loopback: login, keys and Bot Connector that answer as a test has told them.

What Teams itself allows is the stand-in's affair; here every status and every body is the test's.
"""

import functools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import RSAAlgorithm
from social.kept import Clock, vault_at

from adapters.chat.teams.addresses import ACCOUNT, Addresses
from adapters.chat.teams.connector import Connector
from adapters.chat.teams.gate import Gate
from adapters.chat.teams.settings import Settings
from adapters.chat.teams.tokens import Tokens
from adapters.sandbox.faults import Fault, Kind, suffer
from adapters.sandbox.loopback import serving
from chatops.ports import Vault
from tests.calling import client

APP = "11111111-1111-4111-8111-111111111111"
TENANT = "22222222-2222-4222-8222-222222222222"
PARTNER = "33333333-3333-4333-8333-333333333333"
ISSUER = "https://api.botframework.com"
CHANNEL = "19:care@thread.tacv2"


@dataclass(frozen=True)
class Answer:
    """What the far side answers a call; it is made anew, as aiohttp sends a response once."""

    status: int
    body: object = None  #: JSON, or HTML where it is text
    headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self) -> web.Response:
        if self.body is None:
            return web.Response(status=self.status, headers=self.headers)
        if not isinstance(self.body, str):
            return web.json_response(self.body, status=self.status, headers=self.headers)
        return web.Response(
            status=self.status, text=self.body, content_type="text/html", headers=self.headers
        )


@dataclass(frozen=True)
class Asked:
    """One call to us, as it came."""

    method: str
    path: str  #: below the service URL, as it was written
    query: Mapping[str, str]
    body: Any
    authorization: str | None


@functools.cache
def key(number: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(number: int = 0) -> str:
    form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return key(number).private_bytes(*form).decode()


def jwk(number: int = 0, **more: Any) -> dict[str, Any]:
    """Return the public half as the metadata's keys show it."""
    public = RSAAlgorithm.to_jwk(key(number).public_key(), as_dict=True)
    public.pop("key_ops", None)
    return {**public, "kid": f"key-{number}", "endorsements": ["msteams", "webchat"], **more}


def told(status: int, body: object = None, **headers: str) -> Answer:
    """An answer of that status; a header's `_` stands for the `-` in its name."""
    return Answer(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def refusal(status: int, code: str, **headers: str) -> Answer:
    return told(status, {"error": {"code": code, "message": "…"}}, **headers)


@dataclass
class Far:
    base: str = ""
    keys: list[dict[str, Any]] = field(default_factory=lambda: [jwk()])
    logins: list[Answer] = field(default_factory=list)  #: the next answers; then tokens
    answers: list[Answer] = field(default_factory=list)  #: of the connector; then `{"id": "1"}`
    broken: list[Kind] = field(default_factory=list)  #: how the connector's next calls break
    metadata: list[Answer] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)  #: what the login was asked
    identities: list[tuple[dict[str, str], dict[str, str]]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    key_looks: int = 0

    @property
    def service(self) -> str:
        """The service URL that activities name."""
        return f"{self.base}/connector/emea/"

    def settings(self, **more: Any) -> Settings:
        given = {
            "app_id": APP,
            "tenant": TENANT,
            "secret": "s3cret",
            "login": f"{self.base}/login",
            "metadata": f"{self.base}/metadata",
            "connector": f"{self.base}/connector",
            **more,
        }
        return Settings.model_validate(given, context={"development": True})

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/login/{tenant}/oauth2/v2.0/token", self._login)
        app.router.add_get("/identity", self._identity)
        app.router.add_get("/metadata", self._metadata)
        app.router.add_get("/keys", self._keys)
        app.router.add_route("*", "/connector/{rest:.*}", self._connector)
        return app

    def _token(self) -> web.Response:
        if self.logins:
            return self.logins.pop(0)()
        number = len(self.forms) + len(self.identities)
        return web.json_response({"access_token": f"token-{number}", "expires_in": 3599})

    async def _login(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append({"tenant": request.match_info["tenant"], **form})
        return self._token()

    async def _identity(self, request: web.Request) -> web.Response:
        names = ("Metadata", "X-IDENTITY-HEADER")
        headers = {name: request.headers[name] for name in names if name in request.headers}
        self.identities.append((dict(request.query), headers))
        return self._token()

    async def _metadata(self, _: web.Request) -> web.Response:
        self.key_looks += 1
        if self.metadata:
            return self.metadata.pop(0)()
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.base}/keys"})

    async def _keys(self, _: web.Request) -> web.Response:
        return web.json_response({"keys": self.keys})

    async def _connector(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        asked = Asked(
            request.method,
            request.raw_path.partition("?")[0].removeprefix("/connector/emea"),
            dict(request.query),
            await request.json() if raw else None,
            request.headers.get("Authorization"),
        )

        async def work() -> web.StreamResponse:
            self.asked.append(asked)
            return self.answers.pop(0)() if self.answers else web.json_response({"id": "1"})

        if not self.broken:
            return await work()
        fault = Fault(self.broken.pop(0))
        return await suffer(fault, request, work, lambda _: web.Response(), web.Response)


@dataclass
class Near:
    """Our side against it, with a clock that a test turns."""

    far: Far
    clock: Clock
    http: httpx.AsyncClient
    vault: Vault
    settings: Settings
    tokens: Tokens
    gate: Gate
    addresses: Addresses
    connector: Connector

    def signed(self, number: int = 0, **more: Any) -> str:
        """A token as the Bot Framework signs it for us; None leaves a claim out."""
        at = int(self.clock.now.timestamp())
        claims = {
            "iss": ISSUER,
            "aud": APP,
            "serviceurl": self.far.service,
            "nbf": at,
            "exp": at + 3600,
            **more,
        }
        held = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(held, key(number), "RS256", headers={"kid": f"key-{number}"})


@asynccontextmanager
async def near(now: datetime | None = None, **settings: Any) -> AsyncIterator[Near]:
    """Open our side; Teams has told its service URL already."""
    far = Far()
    async with serving(far.app()) as base, client() as http:
        far.base = base
        clock = Clock() if now is None else Clock(now)
        made = far.settings(**settings)
        async with vault_at(clock) as vault:
            await vault.save_cursor(ACCOUNT, "service", far.service)
            tokens = Tokens(http, made, clock)
            addresses = Addresses(vault, made)
            connector = Connector(http, tokens, addresses, made)
            gate = Gate(http, made, clock)
            yield Near(far, clock, http, vault, made, tokens, gate, addresses, connector)
