"""Chirp put together: one brand's account on it, its API, its webhook, its people's hands."""

from collections.abc import AsyncIterator

from aiohttp import web

from adapters.sandbox.clock import Clock, RealClock
from adapters.sandbox.faults import Faults
from adapters.sandbox.network.api import Api
from adapters.sandbox.network.delivery import Delivery
from adapters.sandbox.network.hands import Hands
from adapters.sandbox.network.posts import Author, Timeline


class Network:
    """`account` is the brand's handle, `token` opens the API, `secret` signs the webhooks."""

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        account: str = "aozora",
        name: str = "Aozora Outdoor",
        token: str = "chirp-token",  # noqa: S107 - make-believe
        secret: str = "chirp-secret",  # noqa: S107 - make-believe
    ) -> None:
        clock = clock or RealClock()
        faults = Faults()
        self.timeline = Timeline(Author(f"u-{account}", account, name, 2_400))
        self.delivery = Delivery(account, secret, clock)
        self.hands = Hands(self.timeline, self.delivery, faults, clock)
        self._api = Api(
            timeline=self.timeline,
            token=token,
            clock=clock,
            faults=faults,
            echo=self.hands.tell,
            set_url=self._set_url,
        )

    def mount(self, app: web.Application, prefix: str = "/chirp") -> None:
        """Serve the network from an aiohttp application."""
        app.add_routes(self._api.routes(prefix))
        app.add_routes(self.hands.routes())
        app.cleanup_ctx.append(self._life)

    async def settled(self) -> None:
        """Wait until every event that has somewhere to go has been answered or given up."""
        await self.delivery.settled()

    def _set_url(self, url: str) -> None:
        self.delivery.url = url

    async def _life(self, _app: web.Application) -> AsyncIterator[None]:
        yield
        await self.delivery.close()
