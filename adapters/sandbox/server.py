"""The sandbox's one process: Slack's, Teams' and X's cloud, a make-believe network and shop,
and the page.

`Sandbox` puts them into one aiohttp application, so that they share one address, which exists on
this machine alone. The service under trial is another process and reaches them over HTTP:
`/slack`, `/teams`, `/x`, `/chirp` and `/shop` are what it takes for the companies' own addresses.
"""

from collections.abc import Callable

from aiohttp import web

from adapters.sandbox import page, teams
from adapters.sandbox.clock import RealClock
from adapters.sandbox.loopback import ADDRESS, loopback_only
from adapters.sandbox.programme import Programme
from adapters.sandbox.service import Service
from adapters.sandbox.slack import SlackCloud
from adapters.sandbox.slack.limits import DOCUMENTED, sped
from adapters.sandbox.world import ORGANISATION, SEATS, WORKSPACE, Seat, chirp, shop, x_world
from adapters.sandbox.x import XCloud

#: Files on their way to Slack are bounded by what was announced, not by aiohttp's one MiB.
_BODY_LIMIT = 64 * 2**20


class Sandbox:
    """Everything in its opening state, ready to be served at `port`."""

    def __init__(
        self,
        port: int,
        serve_dev: str | None = None,
        say: Callable[[str], None] = lambda _line: None,
        speed: int = 1,
        *,
        processes: bool = False,
        bot: str | None = None,
    ) -> None:
        """`serve_dev` is the service's second port, where business time is turned.

        With `processes` it is what stands before several of them, and the page shows them. Teams calls
        the messaging endpoint `bot`; without one the page shows no Teams. The chats' pace is `speed`
        times the documented one: a test of every button need not wait.
        """
        clock = RealClock()
        self.slack = SlackCloud(WORKSPACE, clock, sped(DOCUMENTED, speed))
        self.slack.state.base_url = f"http://{ADDRESS}:{port}/slack"
        self.teams = teams.TeamsCloud(ORGANISATION, clock, teams.sped(teams.DOCUMENTED, speed))
        self.teams.state.base_url = f"http://{ADDRESS}:{port}/teams"
        self.teams.point_at(bot)
        self.x = XCloud(x_world(), clock)
        self.network = chirp(clock)
        self.shop = shop(clock)
        self.programme = Programme(self.x, self.network, self.shop, clock, say)
        self.app = web.Application(middlewares=[loopback_only], client_max_size=_BODY_LIMIT)
        self.slack.mount(self.app)
        self.teams.mount(self.app)
        self.x.mount(self.app)
        self.network.mount(self.app)
        self.shop.mount(self.app)
        self.programme.mount(self.app)
        Service(serve_dev, processes=processes).mount(self.app)
        self._processes = processes
        self._has_teams = bot is not None
        self.app.router.add_get("/dev/world", self._world)
        page.mount(self.app)

    async def _world(self, _request: web.Request) -> web.Response:
        """What the page must know before it can ask for more: whose seat one may take."""
        return web.json_response(
            {
                "team": WORKSPACE.name,
                "seats": [self._seat(seat) for seat in SEATS],
                "processes": self._processes,
            }
        )

    def _seat(self, seat: Seat) -> dict[str, object]:
        shown: dict[str, object] = {
            "id": seat.person.id,
            "title": dict(seat.title),
            "home": seat.home.name,
        }
        if self._has_teams:
            shown["teams"] = {"id": seat.in_teams.id, "home": seat.channel.name}
        return shown
