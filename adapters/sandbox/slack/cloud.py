"""Slack's cloud put together: one object that a test or the sandbox mounts and asks."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import quote

from aiohttp import web

from adapters.sandbox.clock import Clock, RealClock
from adapters.sandbox.loopback import serving
from adapters.sandbox.slack import files, response_url
from adapters.sandbox.slack.delivery import Delivered, Delivery
from adapters.sandbox.slack.dev import Dev
from adapters.sandbox.slack.faults import ApiCall, Fault, Faults
from adapters.sandbox.slack.hands import Hands
from adapters.sandbox.slack.home import Home
from adapters.sandbox.slack.limits import DOCUMENTED, Limits
from adapters.sandbox.slack.method import Args, Method
from adapters.sandbox.slack.modals import Modals
from adapters.sandbox.slack.pace import Pace
from adapters.sandbox.slack.refusal import JSON, Refused
from adapters.sandbox.slack.sockets import Sockets
from adapters.sandbox.slack.state import State
from adapters.sandbox.slack.suggestions import Suggestions
from adapters.sandbox.slack.web_api import WebApi, break_off
from adapters.sandbox.slack.workspace import Workspace


class SlackCloud:
    """A make-believe Slack with one workspace and one app, as strict as `limits` says."""

    def __init__(
        self, workspace: Workspace, clock: Clock | None = None, limits: Limits = DOCUMENTED
    ) -> None:
        clock = clock or RealClock()
        self.state = State(workspace, clock, limits)
        self.faults = Faults()
        self.sockets = Sockets(self.state)
        self.delivery = Delivery(self.state, self.sockets)
        self.state.on_event = self.delivery.event
        self.hands = Hands(self.state, self.delivery)
        self.modals = Modals(self.state, self.delivery, self.hands)
        self.home = Home(self.state)
        self.suggestions = Suggestions(self.state, self.delivery, self.hands)
        connections = Method("apps.connections.open", self._connect, 1, caller="app")
        self._api = WebApi(self.state, Pace(clock, limits), self.faults, connections)
        self._dev = Dev(
            self.state,
            hands=self.hands,
            modals=self.modals,
            home=self.home,
            suggestions=self.suggestions,
            sockets=self.sockets,
            api=self._api,
        )
        self._prefix = ""

    @property
    def calls(self) -> deque[ApiCall]:
        """Every Web API call and use of a response_url, the oldest first."""
        return self._api.calls

    @property
    def delivered(self) -> deque[Delivered]:
        """Every attempt to deliver a payload to the app, the oldest first."""
        return self.delivery.log

    def fault(self, fault: Fault) -> None:
        """Let the next calls that `fault` describes go wrong."""
        self.faults.add(fault)

    async def point_at(self, request_url: str | None, options_url: str | None = None) -> None:
        """Deliver to this address from now on, or over Socket Mode; Refused if it fails Slack's
        handshake. An external select's options are asked for at `options_url`.
        """
        self.delivery.request_url = request_url
        self.delivery.options_url = options_url
        if request_url:
            await self.delivery.verify()

    def routes(self, prefix: str = "/slack") -> list[web.RouteDef]:
        """The cloud's own addresses under `prefix`, and the page's under /dev/slack."""
        self._prefix = prefix
        return [
            web.get(f"{prefix}/api/{{method}}", self._serve_api),
            web.post(f"{prefix}/api/{{method}}", self._serve_api),
            web.get(f"{prefix}/link", self.sockets.serve),
            web.post(f"{prefix}/response/{{id}}", self._serve_response),
            web.post(f"{prefix}/files/upload/{{id}}", self._serve_upload),
            web.get(f"{prefix}/files/{{id}}/{{name}}", self._serve_file),
            *self._dev.routes(),
        ]

    def mount(self, app: web.Application, prefix: str = "/slack") -> None:
        """Put the cloud into an application; it is closed with it."""
        app.add_routes(self.routes(prefix))
        app.on_shutdown.append(self._shut)

    @asynccontextmanager
    async def serve(self, port: int = 0, prefix: str = "/slack") -> AsyncIterator[str]:
        """Run alone on loopback; yields the base, to which clients append `/api/`."""
        # Uploads are bounded by what was announced, not by aiohttp's default of one MiB.
        app = web.Application(client_max_size=64 * 2**20)
        self.mount(app, prefix)
        async with serving(app, port) as address:
            self.state.base_url = f"{address}{prefix}"
            yield self.state.base_url

    async def _shut(self, _app: web.Application) -> None:
        self.state.close()
        await self.sockets.close()
        await self.delivery.close()

    def _connect(self, state: State, args: Args) -> JSON:  # noqa: ARG002 - a method takes both
        address = state.base_url.replace("http", "ws", 1)
        ticket = self.sockets.new_ticket()
        return {"url": f"{address}/link?ticket={ticket}&app_id={state.app.id}"}

    async def _serve_api(self, request: web.Request) -> web.StreamResponse:
        # Whoever reached us says by which name we are reached.
        self.state.base_url = f"{request.url.origin()}{self._prefix}"
        return await self._api.serve(request)

    async def _serve_response(self, request: web.Request) -> web.StreamResponse:
        at = self.state.clock.now()
        fault = self.faults.strike("response_url", None)
        if fault:
            self.calls.append(ApiCall("response_url", {}, at, f"fault:{fault.kind}"))
            return await break_off(request, fault, None)
        body: object = None
        try:
            try:
                body = await request.json()
            except ValueError:
                raise Refused("invalid_payload", status=400) from None
            response_url.answer(self.state, request.match_info["id"], body)
        except Refused as refusal:
            answer = web.json_response(refusal.body(), status=refusal.status)
            outcome = refusal.error
        else:
            answer, outcome = web.Response(text="ok"), "ok"
        args = body if isinstance(body, dict) else {}
        self.calls.append(ApiCall("response_url", args, at, outcome))
        return answer

    async def _serve_upload(self, request: web.Request) -> web.Response:
        content = b""
        if request.content_type == "multipart/form-data":
            for part in (await request.post()).values():
                content = part.file.read() if isinstance(part, web.FileField) else content
        else:
            content = await request.read()
        try:
            return web.Response(text=files.receive(self.state, request.match_info["id"], content))
        except Refused as refusal:
            return web.Response(text=refusal.error, status=refusal.status)

    async def _serve_file(self, request: web.Request) -> web.Response:
        upload = self.state.uploads.get(request.match_info["id"])
        if upload is None or upload.content is None:
            raise web.HTTPNotFound
        # Never shown in place: an uploaded page must not run beside the sandbox's own.
        headers = {
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(upload.name)}",
        }
        content_type = files.mimetype(upload.name)
        return web.Response(body=upload.content, headers=headers, content_type=content_type)
