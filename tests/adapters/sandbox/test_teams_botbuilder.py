"""Microsoft's own framework, unchanged, takes what the stand-in signs, and refuses what it does not."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from threading import Thread
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from aiohttp import web
from teams_sandbox import APP, BEN, CARE, ORGANISATION, SECRET, TENANT, card, execute, said

from adapters.sandbox.clock import RealClock
from adapters.sandbox.loopback import serving
from adapters.sandbox.teams import TeamsCloud
from adapters.sandbox.teams.hands import SORRY, Pressed
from adapters.sandbox.teams.state import BOT, Message

pytestmark = [
    pytest.mark.anyio,
    *(
        pytest.mark.filterwarnings(rf"ignore::DeprecationWarning:{module}\..*")
        for module in ("botbuilder", "botframework", "msrest")
    ),
]

Given = TypeVar("Given")


class Elsewhere:
    """A loop in a thread of its own: the framework fetches its keys with blocking calls."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever)
        self._thread.start()

    def run(self, what: Coroutine[Any, Any, Given]) -> "asyncio.Future[Given]":
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(what, self._loop))

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@asynccontextmanager
async def framework(base: str) -> AsyncIterator[str]:
    """A stock CloudAdapter at an address; it answers every invoke with a sentence."""
    from botbuilder.core import InvokeResponse, TurnContext
    from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
    from botbuilder.schema import Activity

    told = SimpleNamespace(
        APP_ID=APP,
        APP_PASSWORD=SECRET,
        APP_TYPE="SingleTenant",
        APP_TENANTID=TENANT,
        TO_CHANNEL_FROM_BOT_LOGIN_URL=f"{base}/login/{TENANT}",
        TO_CHANNEL_FROM_BOT_OAUTH_SCOPE="https://api.botframework.com/.default",
        TO_BOT_FROM_CHANNEL_TOKEN_ISSUER="https://api.botframework.com",
        TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL=(
            f"{base}/metadata/.well-known/openidconfiguration"
        ),
        OAUTH_URL="https://api.botframework.com",
        VALIDATE_AUTHORITY=True,
    )
    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(told))

    async def turn(context: TurnContext) -> None:
        words = (
            f"{context.activity.value['action']['verb']} by {context.activity.from_property.name}"
        )
        answer = InvokeResponse(status=200, body=said(words))
        await context.send_activity(Activity(type="invokeResponse", value=answer))

    async def take(request: web.Request) -> web.Response:
        activity = Activity().deserialize(await request.json())
        try:
            answer = await adapter.process_activity(
                request.headers.get("Authorization", ""), activity, turn
            )
        except PermissionError:
            return web.Response(status=401)
        return web.json_response(answer.body, status=answer.status)

    app = web.Application()
    app.router.add_post("/teams/messages", take)
    async with serving(app) as address:
        yield f"{address}/teams/messages"


async def test_the_stock_adapter_takes_our_token_and_no_other_audiences() -> None:
    elsewhere, stack = Elsewhere(), AsyncExitStack()
    cloud = TeamsCloud(ORGANISATION, RealClock())
    button = execute()
    cloud.state.add(Message("1", CARE, BOT, 0.0, cards=[card(actions=[button])]))
    try:
        base = await elsewhere.run(stack.enter_async_context(cloud.serve()))
        async with framework(base) as address:
            cloud.point_at(address)
            pressed = await elsewhere.run(cloud.hands.execute(BEN, CARE, "1", button))
            assert pressed == Pressed(message="claim by Ben Carter")
            (delivered,) = cloud.delivered
            foreign = cloud.delivery.keys.sign({**cloud.delivery.claims(), "aud": "app-9"})
            answer = await elsewhere.run(
                cloud.delivery.send(delivered.activity, f"Bearer {foreign}")
            )
            assert answer.status == 401
            cloud.point_at(None)
            pressed = await elsewhere.run(cloud.hands.execute(BEN, CARE, "1", button))
            assert pressed == Pressed(message=SORRY)
    finally:
        await elsewhere.run(stack.aclose())
        elsewhere.end()
