"""What every API call passes before its endpoint: trouble, token, scopes, rate, parameters, body."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from adapters.sandbox.clock import Clock
from adapters.sandbox.faults import Faults, suffer
from adapters.sandbox.x import problems
from adapters.sandbox.x.limits import Limits
from adapters.sandbox.x.meter import ApiCall, Meter
from adapters.sandbox.x.oauth import Grants, Token
from adapters.sandbox.x.problems import Problem
from adapters.sandbox.x.shapes import Json


@dataclass(slots=True)
class Ask:
    """One call that was let through."""

    request: web.Request
    token: Token
    call: ApiCall
    query: Mapping[str, str]
    body: Json
    rate_headers: Mapping[str, str]

    @property
    def id(self) -> str:
        return self.request.match_info["id"]

    def page_size(self, default: int) -> int:
        """How many things to a page; the gate has checked the bounds."""
        return int(self.query.get("max_results", default))

    def answer(self, body: Json, status: int = 200) -> web.Response:
        return web.Response(
            status=status,
            text=json.dumps(body, ensure_ascii=False),
            content_type="application/json",
            headers=self.rate_headers,
        )


Handler = Callable[[Ask], Awaitable[web.StreamResponse]]
Auth = Literal["user", "app", "either"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the API: whose token it takes and what may be asked of it."""

    method: str
    path: str
    handler: Handler
    auth: Auth
    scopes: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()
    #: Names that the JSON body may hold; empty where there is no body.
    fields: frozenset[str] = frozenset()
    page: tuple[int, int] | None = field(default=None)


class Gate:
    def __init__(
        self, grants: Grants, meter: Meter, faults: Faults, clock: Clock, limits: Limits
    ) -> None:
        self._grants = grants
        self._meter = meter
        self._faults = faults
        self._clock = clock
        self._limits = limits

    def route(self, endpoint: Endpoint, prefix: str) -> web.RouteDef:
        async def handle(request: web.Request) -> web.StreamResponse:
            path = request.path.removeprefix(prefix)
            call = ApiCall(request.method, path, self._clock.now())
            self._meter.calls.append(call)
            fault = self._faults.take(request.method, path)
            if fault is None:
                return await self._answer(endpoint, request, call)
            call.fault = fault.kind
            return await suffer(
                fault,
                request,
                work=lambda: self._answer(endpoint, request, call),
                limited=self._limited,
                broken=_broken,
            )

        return web.route(endpoint.method, prefix + endpoint.path, handle)

    def _limited(self, retry_after: int) -> web.Response:
        reset = int(self._clock.now()) + retry_after
        return problems.too_many_requests(1, reset).response()

    async def _answer(
        self, endpoint: Endpoint, request: web.Request, call: ApiCall
    ) -> web.StreamResponse:
        try:
            token = self._admitted(endpoint, request)
            call.caller = token.caller
            rate = self._meter.admit(endpoint.method, endpoint.path, token.caller)
            self._check_query(endpoint, request)
            body = await self._body(endpoint, request)
            response = await endpoint.handler(Ask(request, token, call, request.query, body, rate))
        except Problem as problem:
            response = problem.response()
        call.status = response.status
        return response

    def _admitted(self, endpoint: Endpoint, request: web.Request) -> Token:
        token = self._grants.find(request.headers.get("Authorization", ""))
        if token is None:
            raise problems.unauthorized()
        if token.user_id is None:
            if endpoint.auth == "user" and self._limits.on("user_token"):
                raise problems.wrong_authentication(
                    "OAuth 2.0 Application-Only", "OAuth 1.0a User Context, OAuth 2.0 User Context"
                )
        elif endpoint.auth == "app" and self._limits.on("app_token"):
            raise problems.wrong_authentication(
                "OAuth 2.0 User Context", "OAuth 2.0 Application-Only"
            )
        elif endpoint.scopes - token.scopes and self._limits.on("scopes"):
            raise problems.forbidden()
        return token

    def _check_query(self, endpoint: Endpoint, request: web.Request) -> None:
        for name, value in request.query.items():
            if name not in endpoint.parameters and self._limits.on("known_parameters"):
                known = ",".join(sorted(endpoint.parameters))
                raise problems.invalid(
                    f"The query parameter [{name}] is not one of [{known}]", **{name: value}
                )
        size = request.query.get("max_results")
        if endpoint.page and size is not None:
            low, high = endpoint.page
            fits = size.isdigit() and low <= int(size) <= high
            if not size.isdigit() or (not fits and self._limits.on("page_size")):
                raise problems.invalid(
                    f"The `max_results` query parameter value [{size}] is not between {low} and "
                    f"{high}",
                    max_results=size,
                )

    async def _body(self, endpoint: Endpoint, request: web.Request) -> Json:
        if not endpoint.fields:
            return {}
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            raise problems.invalid("The request body is not valid JSON.") from None
        if not isinstance(body, dict):
            raise problems.invalid("The request body is not a JSON object.")
        unknown = sorted(set(body) - endpoint.fields)
        if unknown and self._limits.on("known_fields"):
            raise problems.invalid(
                f"$.{unknown[0]}: is not defined in the schema and the schema does not allow "
                "additional properties",
                **{f"$.{unknown[0]}": str(body[unknown[0]])},
            )
        return body


def _broken() -> web.Response:
    problem = {
        "title": "Internal Server Error",
        "type": "about:blank",
        "status": 500,
        "detail": "Something is broken.",
    }
    return Problem(500, problem).response()
