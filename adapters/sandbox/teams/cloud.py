"""Teams' cloud put together: one object that a test or the sandbox mounts and asks."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from adapters.sandbox.clock import Clock, RealClock
from adapters.sandbox.loopback import loopback_only, serving
from adapters.sandbox.teams.connector import Connector
from adapters.sandbox.teams.delivery import ISSUER, Delivered, Delivery
from adapters.sandbox.teams.dev import Dev
from adapters.sandbox.teams.dialogs import Dialogs
from adapters.sandbox.teams.faults import ApiCall, Fault
from adapters.sandbox.teams.hands import Hands
from adapters.sandbox.teams.limits import DOCUMENTED, Limits
from adapters.sandbox.teams.login import Login
from adapters.sandbox.teams.organisation import Organisation
from adapters.sandbox.teams.pace import Pace
from adapters.sandbox.teams.state import State


class TeamsCloud:
    """A make-believe Teams with one tenant, team and app, as strict as `limits` says."""

    def __init__(
        self,
        organisation: Organisation,
        clock: Clock | None = None,
        limits: Limits = DOCUMENTED,
    ) -> None:
        clock = clock or RealClock()
        self.state = State(organisation, clock, limits)
        self.login = Login(self.state)
        self.delivery = Delivery(self.state)
        self.hands = Hands(self.state, self.delivery)
        self.dialogs = Dialogs(self.state, self.hands)
        self._connector = Connector(self.state, self.login, Pace(clock, limits))
        self._dev = Dev(self.state, self.hands, self.dialogs, self._connector.faults)
        self._prefix = ""

    @property
    def calls(self) -> deque[ApiCall]:
        """Every call of the app, the login's too, the oldest first."""
        return self._connector.calls

    @property
    def delivered(self) -> deque[Delivered]:
        """Every attempt to deliver an activity to the app, the oldest first."""
        return self.delivery.log

    def fault(self, fault: Fault) -> None:
        """Let the next calls that `fault` describes go wrong."""
        self._connector.faults.add(fault)

    def point_at(self, url: str | None) -> None:
        """Deliver to this messaging endpoint from now on; None: nobody listens."""
        self.delivery.url = url

    def routes(self, prefix: str = "/teams") -> list[web.RouteDef]:
        """The cloud's own addresses under `prefix`, and the page's under /dev/teams."""
        self._prefix = prefix
        return [
            web.post(f"{prefix}/login/{{tenant}}/oauth2/v2.0/token", self._serve_token),
            web.get(f"{prefix}/metadata/.well-known/openidconfiguration", self._serve_openid),
            web.get(f"{prefix}/metadata/keys", self._serve_keys),
            *self._connector.routes(f"{prefix}/connector"),
            *self._dev.routes(),
        ]

    def mount(self, app: web.Application, prefix: str = "/teams") -> None:
        """Put the cloud into an application; it is closed with it."""
        app.add_routes(self.routes(prefix))
        app.on_shutdown.append(self._shut)

    @asynccontextmanager
    async def serve(self, port: int = 0, prefix: str = "/teams") -> AsyncIterator[str]:
        """Run alone on loopback; yields the base of all its addresses."""
        app = web.Application(middlewares=[loopback_only])
        self.mount(app, prefix)
        async with serving(app, port) as address:
            self.state.base_url = f"{address}{prefix}"
            yield self.state.base_url

    async def _shut(self, _app: web.Application) -> None:
        self.state.close()
        await self.delivery.close()

    async def _serve_token(self, request: web.Request) -> web.StreamResponse:
        # Whoever reached us says by which name we are reached.
        self.state.base_url = f"{request.url.origin()}{self._prefix}"
        return await self._connector.faulty("token", request, lambda: self.login.serve(request))

    async def _serve_openid(self, request: web.Request) -> web.StreamResponse:
        async def work() -> web.Response:
            return web.json_response(
                {
                    "issuer": ISSUER,
                    "authorization_endpoint": "https://invalid.botframework.com",
                    "jwks_uri": f"{request.url.origin()}{self._prefix}/metadata/keys",
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                }
            )

        return await self._connector.faulty("openid", request, work)

    async def _serve_keys(self, request: web.Request) -> web.StreamResponse:
        async def work() -> web.Response:
            return web.json_response({"keys": self.delivery.keys.published(["msteams"])})

        return await self._connector.faulty("keys", request, work)
