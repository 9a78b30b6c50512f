"""X's cloud put together: one world, its API under a prefix, its people's hands under /dev/x."""

from collections.abc import AsyncIterator, Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import web

from adapters.sandbox.clock import Clock, RealClock
from adapters.sandbox.faults import Faults
from adapters.sandbox.x.activity import Activity
from adapters.sandbox.x.gate import Gate
from adapters.sandbox.x.hands import Hands
from adapters.sandbox.x.limits import DOCUMENTED, Limits
from adapters.sandbox.x.messages import Messages
from adapters.sandbox.x.meter import Meter
from adapters.sandbox.x.oauth import Grants
from adapters.sandbox.x.posts import Posts
from adapters.sandbox.x.problems import Problem
from adapters.sandbox.x.search import Search
from adapters.sandbox.x.shapes import Json, Shapes
from adapters.sandbox.x.subscribing import Subscribing
from adapters.sandbox.x.webhooks import Webhooks
from adapters.sandbox.x.world import XWorld


class XCloud:
    """A strict stand-in for api.x.com, over real HTTP, with its state in memory."""

    def __init__(
        self, world: XWorld, clock: Clock | None = None, limits: Limits = DOCUMENTED
    ) -> None:
        clock = clock or RealClock()
        shapes = Shapes(world)
        self.world = world
        self.meter = Meter(clock, limits)
        self.grants = Grants(world, clock, limits)
        self.webhooks = Webhooks(world, clock, limits)
        self.activity = Activity(
            world=world,
            shapes=shapes,
            webhooks=self.webhooks,
            meter=self.meter,
            clock=clock,
            limits=limits,
        )
        faults = Faults()
        self.hands = Hands(
            world=world,
            activity=self.activity,
            grants=self.grants,
            meter=self.meter,
            faults=faults,
            clock=clock,
        )
        self._gate = Gate(self.grants, self.meter, faults, clock, limits)
        posts = Posts(
            world=world,
            shapes=shapes,
            activity=self.activity,
            meter=self.meter,
            clock=clock,
            limits=limits,
        )
        messages = Messages(
            world=world,
            shapes=shapes,
            activity=self.activity,
            meter=self.meter,
            clock=clock,
            limits=limits,
        )
        self._endpoints = [
            *posts.endpoints(),
            *Search(posts, world, clock, limits).endpoints(),
            *messages.endpoints(),
            *Subscribing(self.activity, self.webhooks, clock, limits).endpoints(),
        ]

    def mount(self, app: web.Application, prefix: str = "/x") -> None:
        """Serve the cloud from an aiohttp application, and end its streams with it."""
        app.add_routes([self._gate.route(endpoint, prefix) for endpoint in self._endpoints])
        app.add_routes(
            [
                web.get(f"{prefix}/i/oauth2/authorize", self._authorize),
                web.post(f"{prefix}/2/oauth2/token", _form(self.grants.exchange)),
                web.post(f"{prefix}/2/oauth2/revoke", _form(self.grants.revoke)),
                web.post(f"{prefix}/oauth2/token", _form(self.grants.app_token)),
            ]
        )
        app.add_routes(self.hands.routes())
        app.on_shutdown.append(self._end_streams)
        app.cleanup_ctx.append(self._life)

    async def settled(self) -> None:
        """Wait until every event that was sent to a webhook has been answered or given up."""
        await self.webhooks.settled()

    async def _authorize(self, request: web.Request) -> web.Response:
        """X's consent page: the brand approves at once and is sent back with a code."""
        try:
            code = self.grants.authorize(request.query)
        except Problem as problem:
            return problem.response()
        back = urlencode({"state": request.query["state"], "code": code})
        target = f"{request.query['redirect_uri']}?{back}"
        return web.Response(status=302, headers={"location": target})

    async def _end_streams(self, _app: web.Application) -> None:
        self.activity.drop_streams()

    async def _life(self, _app: web.Application) -> AsyncIterator[None]:
        yield
        await self.webhooks.close()


def _form(
    answer: Callable[[dict[str, str], str], Json],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A token endpoint: a form and an Authorization header in, JSON out."""

    async def handle(request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        try:
            return web.json_response(answer(form, request.headers.get("Authorization", "")))
        except Problem as problem:
            return problem.response()

    return handle
