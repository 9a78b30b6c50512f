"""What the sandbox plays once the service under trial listens: lively traffic, or a recorded file.

Who started both processes knows when the service is ready, and says so by `POST /dev/begin`:
anything that was written earlier could be missed. It is played once for each start.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from adapters.sandbox import replay, traffic
from adapters.sandbox.clock import Clock
from adapters.sandbox.network import Network
from adapters.sandbox.shop import Shop
from adapters.sandbox.x import XCloud


class Programme:
    """The sandbox's own writing on its networks; `say` hears how a file goes."""

    def __init__(
        self,
        x: XCloud,
        network: Network,
        shop: Shop,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self._x = x
        self._network = network
        self._shop = shop
        self._clock = clock
        self._say = say
        self._recorded: replay.Conversations | None = None
        self._is_lively = False
        self._playing: asyncio.Task[None] | None = None

    def be_lively(self) -> None:
        """Plan the make-believe customers of `traffic`."""
        self._is_lively = True

    def take_file(self, path: Path) -> None:
        """Plan a file of conversations, one JSON object a line; OSError where there is none."""
        with path.open(encoding="utf-8") as lines:
            self._recorded = replay.read(lines)
        read = self._recorded
        self._say(
            f"{path.name}: {len(read.threads)} threads, {read.messages} messages, "
            f"{read.tickets} tickets to come, {len(read.faulty)} faulty lines"
        )

    def mount(self, app: web.Application) -> None:
        app.router.add_post("/dev/begin", self._begin)
        app.cleanup_ctx.append(self._life)

    async def _begin(self, _request: web.Request) -> web.Response:
        """Begin; says whether this was the call that did."""
        if self._recorded is not None and self._network.delivery.url is None:
            return web.json_response({"error": "nobody listens to Chirp yet"}, status=409)
        begins = self._playing is None
        if begins:
            self._playing = asyncio.create_task(self._play())
        return web.json_response({"begun": begins})

    async def _play(self) -> None:
        if self._recorded is not None:
            try:
                await replay.play(self._recorded, self._network, self._clock, self._say)
            except replay.ReceiverGone as gone:
                self._say(f"replay: {gone}")
        if self._is_lively:
            await traffic.play(self._x, self._network, self._shop, self._clock)

    async def _life(self, _app: web.Application) -> AsyncIterator[None]:
        yield
        if self._playing is not None:
            self._playing.cancel()
            with suppress(asyncio.CancelledError):
                await self._playing
