"""The Bot Connector over HTTP: bearer token, pace and faults, then the method itself."""

import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import web

from adapters.sandbox.faults import break_off
from adapters.sandbox.teams import posting, roster
from adapters.sandbox.teams.faults import KEPT, ApiCall, Fault, Faults
from adapters.sandbox.teams.login import Login
from adapters.sandbox.teams.pace import Kind, Pace
from adapters.sandbox.teams.posting import Place
from adapters.sandbox.teams.refusal import JSON, Refused, Unauthorised, bad_syntax
from adapters.sandbox.teams.state import State


@dataclass(frozen=True, slots=True)
class Asked:
    """One call, read: what it names, and its body."""

    name: str
    conversation: str
    target: str
    targeted: bool
    query: dict[str, str] = field(default_factory=dict)
    body: JSON = field(default_factory=dict)


class Connector:
    """Serves every method, and logs every call with its outcome."""

    def __init__(self, state: State, login: Login, pace: Pace) -> None:
        self._state = state
        self._login = login
        self._pace = pace
        self.faults = Faults()
        self.calls: deque[ApiCall] = deque(maxlen=KEPT)

    def routes(self, prefix: str) -> list[web.RouteDef]:
        """The methods under a service URL."""
        conversations = f"{prefix}/v3/conversations"
        one = f"{conversations}/{{conversation}}"
        activity = f"{one}/activities/{{target}}"
        return [
            web.post(conversations, self._handler("create")),
            web.post(f"{one}/activities", self._handler("send")),
            web.post(activity, self._handler("reply")),
            web.put(activity, self._handler("update")),
            web.delete(activity, self._handler("delete")),
            web.get(f"{one}/members/{{target}}", self._handler("member")),
            web.get(f"{one}/pagedmembers", self._handler("members")),
        ]

    async def faulty(
        self,
        name: str,
        request: web.Request,
        work: Callable[[], Awaitable[web.Response]],
        asked: Asked | None = None,
    ) -> web.StreamResponse:
        """Do a call's work and log it, unless a fault comes between."""
        asked = asked or Asked(name, "", "", targeted=False)
        at = self._state.clock.now()
        fault = self.faults.strike(name, _base(asked))
        if fault is None:
            answer = await work()
            self._log(asked, at, _outcome(answer))
            return answer
        self._log(asked, at, f"fault:{fault.kind}")
        return await _suffer(fault, request, work)

    def _handler(self, name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(name, request)

        return serve

    async def _serve(self, name: str, request: web.Request) -> web.StreamResponse:
        try:
            body = await _body(request)
        except Refused as refusal:
            return refusal.response()
        asked = Asked(
            name,
            request.match_info.get("conversation", ""),
            request.match_info.get("target", ""),
            targeted=request.query.get("isTargetedActivity", "").lower() == "true",
            query=dict(request.query),
            body=body,
        )

        async def work() -> web.Response:
            try:
                if not self._login.admits(request.headers.get("Authorization")):
                    raise Unauthorised
                return self._perform(asked)
            except Refused as refusal:
                return refusal.response()

        return await self.faulty(name, request, work, asked)

    def _perform(self, asked: Asked) -> web.Response:
        state, body, target = self._state, asked.body, asked.target
        if asked.name == "create":
            self._pace.spend("send", _begun_in(body))
            return web.json_response(posting.create(state, body), status=201)
        where = posting.place(state, asked.conversation)
        if kind := self._counts_as(asked.name):
            self._pace.spend(kind, where.base)
        if asked.name in {"send", "reply"}:
            return web.json_response(self._written(asked, where), status=201)
        if asked.name == "update":
            done = posting.update(state, where, target, body, targeted=asked.targeted)
            return web.json_response(done)
        if asked.name == "delete":
            posting.delete(state, where, target, targeted=asked.targeted)
            return web.Response(body=b"")
        if asked.name == "member":
            return web.json_response(roster.member(state, where, target))
        size, continued = asked.query.get("pageSize"), asked.query.get("continuationToken")
        return web.json_response(roster.paged(state, where, size, continued))

    def _written(self, asked: Asked, where: Place) -> JSON:
        if asked.targeted:
            return posting.target(self._state, where, asked.body)
        return posting.send(self._state, where, asked.body, asked.target or None)

    def _counts_as(self, name: str) -> Kind | None:
        if name in {"member", "members"}:
            return "members"
        changes = name in {"update", "delete"}
        return None if changes and not self._state.limits.on("changes_are_sends") else "send"

    def _log(self, asked: Asked, at: float, outcome: str) -> None:
        self.calls.append(
            ApiCall(
                asked.name,
                asked.conversation or _begun_in(asked.body),
                asked.target,
                asked.body,
                at,
                outcome,
                asked.targeted,
            )
        )


async def _body(request: web.Request) -> JSON:
    if request.method not in {"POST", "PUT"}:
        return {}
    if request.content_type != "application/json":
        raise Refused(415, "UnsupportedMediaType", "The body must be application/json.")
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise bad_syntax("Invalid or missing JSON in the body") from None
    if not isinstance(body, dict):
        raise bad_syntax("The body must be an object.")
    return body


async def _suffer(
    fault: Fault, request: web.Request, work: Callable[[], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    if fault.kind == "status":
        return fault.answer()
    return await break_off(fault.kind, request, work)


def _begun_in(body: JSON) -> str:
    """Where a new conversation is made: its channel, or the person of a chat."""
    data, members = body.get("channelData"), body.get("members")
    channel = data.get("channel") if isinstance(data, dict) else None
    if isinstance(channel, dict):
        return str(channel.get("id", ""))
    if isinstance(members, list) and members and isinstance(members[0], dict):
        return str(members[0].get("id", ""))
    return ""


def _base(asked: Asked) -> str:
    """The channel or chat that a call is about, without the thread."""
    return (asked.conversation or _begun_in(asked.body)).partition(";")[0]


def _outcome(answer: web.Response) -> str:
    """`ok`, or the code of a refusal."""
    if answer.status < 400:
        return "ok"
    try:
        return str(json.loads(answer.text or "")["error"]["code"])
    except (KeyError, TypeError, ValueError):
        return str(answer.status)
