"""The one way in: Teams posts activities to POST /teams/messages. The only module that knows the SDK.

The SDK's own `CloudAdapter.process` serialises an invoke's answer twice (500) and answers 500 to most
bad tokens; so the route is ours. It lets `gate` look first, has the SDK process the turn, and writes
the answer once. Of an activity the SDK gets what it looks at itself; all else is read by us from the
JSON as it came, which the SDK's models would refuse where a field is of another kind than in 2025.

Nothing that is authentic is answered 5xx: Teams stops calling an app that does so again and again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import orjson
import structlog
from aiohttp import web
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity, ActivityTypes, ConversationAccount
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)

from adapters.chat.teams.gate import Gate
from adapters.chat.teams.writing import JSON
from chatops.errors import Unauthentic

MESSAGES_PATH: Final = "/teams/messages"

#: What becomes of an authentic activity: an invoke's answer, or nothing to say.
Take = Callable[[JSON], Awaitable[JSON | None]]

_INVOKE: Final = "invoke"
_MESSAGE: Final = "application/vnd.microsoft.activity.message"

_log = structlog.get_logger(__name__)


class Link:
    """The route. `sorry` is what a person is told where `take` failed, by the activity's locale."""

    def __init__(self, gate: Gate, take: Take, sorry: Callable[[str], str]) -> None:
        self._gate = gate
        self._take = take
        self._sorry = sorry
        self._adapter = CloudAdapter(_Ours())

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.post(MESSAGES_PATH, self.receive),)

    async def receive(self, request: web.Request) -> web.Response:
        """Answer one activity: 401 to whoever is not Teams, 413 to too much, else 200.

        The application bounds the body. One that is no JSON object names no service, and so is
        nobody's.
        """
        activity = _object(await request.read())
        authorization = request.headers.get("Authorization")
        try:
            claims = await self._gate.check(
                authorization, activity.get("serviceUrl"), activity.get("channelId")
            )
        except Unauthentic as error:
            _log.warning("teams.unauthentic", reason=str(error))
            return web.Response(status=401, text="the token does not hold\n")
        try:
            answer = await self._process(activity, claims)
        except Exception:  # noqa: BLE001 - the SDK's or ours: neither may become a 5xx
            _log.exception("teams.turn_failed", kind=_word(activity, "type"))
            answer = self._failed(activity)
        if answer is None:
            return web.Response()
        return web.Response(body=answer, content_type="application/json")

    async def _process(self, activity: JSON, claims: Mapping[str, Any]) -> bytes | None:
        """Run one turn through the SDK; return the answer of an invoke, as it is sent."""
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity(dict(claims), is_authenticated=True)
        result.audience = claims.get("aud")
        result.connector_factory = _Nowhere()

        async def turn(context: TurnContext) -> None:
            answer = await self._take(activity)
            if activity.get("type") == _INVOKE:
                # written here, once: the SDK would copy a card node by node
                body = orjson.dumps({} if answer is None else answer)
                value = InvokeResponse(status=200, body=body)
                await context.send_activity(
                    Activity(type=ActivityTypes.invoke_response, value=value)
                )

        response = await self._adapter.process_activity(result, _seen(activity), turn)
        return response.body if response is not None else None

    def _failed(self, activity: JSON) -> bytes | None:
        """Return what an invoke is answered where its turn failed, in a form that Teams shows."""
        if activity.get("type") != _INVOKE:
            return None
        said = self._sorry(_word(activity, "locale"))
        match _word(activity, "name"):
            case "adaptiveCard/action":
                return orjson.dumps({"statusCode": 200, "type": _MESSAGE, "value": said})
            case "task/fetch" | "task/submit":
                return orjson.dumps({"task": {"type": "message", "value": said}})
            case _:
                return b"{}"


class _Nowhere(ConnectorFactory):  # type: ignore[misc] # the SDK has no types
    """Gives the SDK no way to call anybody: our calls are `connector`'s."""

    async def create(self, _service_url: str, _audience: str) -> object:
        return _Nobody()


class _Nobody:
    """What stands where the SDK wants a connector's client, and must not be used."""


class _Ours(BotFrameworkAuthentication):  # type: ignore[misc] # the SDK has no types
    """Gives the SDK no credentials: `gate` has looked at the token before the SDK is asked.

    The SDK authenticates by itself only where it is given a header in place of a result: never here.
    """

    async def authenticate_request(
        self, activity: Activity, auth_header: str
    ) -> AuthenticateRequestResult:
        raise NotImplementedError

    async def authenticate_streaming_request(
        self, auth_header: str, channel_id_header: str
    ) -> AuthenticateRequestResult:
        raise NotImplementedError

    def create_connector_factory(self, _claims_identity: ClaimsIdentity) -> ConnectorFactory:
        return _Nowhere()

    async def create_user_token_client(self, _claims_identity: ClaimsIdentity) -> None:
        return None


def _seen(activity: JSON) -> Activity:
    """Return what the SDK looks at of an activity."""
    conversation = activity.get("conversation")
    id = _word(conversation, "id") if isinstance(conversation, dict) else ""
    return Activity(
        type=_word(activity, "type"),
        id=_word(activity, "id"),
        name=_word(activity, "name"),
        channel_id=_word(activity, "channelId"),
        service_url=_word(activity, "serviceUrl"),
        conversation=ConversationAccount(id=id),
    )


def _word(of: JSON, name: str) -> str:
    value = of.get(name)
    return value if isinstance(value, str) else ""


def _object(raw: bytes) -> JSON:
    """Return a body's JSON object; an empty one where it is none."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return body if isinstance(body, dict) else {}
