"""A bare bot on the SDK's CloudAdapter, the least that such a bot can be: it keeps claims in a dict.

The SDK checks the token itself; only the route is not its own, which answers 500 to every invoke.
"""

import sys
from types import SimpleNamespace

from aiohttp import web
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication
from botbuilder.schema import Activity

PORT, BASE, APP, TENANT, SECRET = sys.argv[1:]  # as bench.processes gives them
SETTINGS = SimpleNamespace(
    APP_ID=APP,
    APP_PASSWORD=SECRET,
    APP_TYPE="SingleTenant",
    APP_TENANTID=TENANT,
    TO_CHANNEL_FROM_BOT_LOGIN_URL=f"{BASE}/login/{TENANT}",
    TO_CHANNEL_FROM_BOT_OAUTH_SCOPE="https://api.botframework.com/.default",
    TO_BOT_FROM_CHANNEL_TOKEN_ISSUER="https://api.botframework.com",
    TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL=f"{BASE}/metadata/.well-known/openidconfiguration",
    OAUTH_URL="https://api.botframework.com",
    VALIDATE_AUTHORITY=True,
)
adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(SETTINGS))
claims: dict[int, str] = {}


async def claim(context: TurnContext) -> None:
    pressed = context.activity
    claims.setdefault(pressed.value["action"]["data"]["t"], pressed.from_property.id)
    said = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": ""}
    answer = InvokeResponse(status=200, body=said)
    await context.send_activity(Activity(type="invokeResponse", value=answer))


async def take(request: web.Request) -> web.Response:
    activity = Activity().deserialize(await request.json())
    proof = request.headers.get("Authorization", "")
    answer = await adapter.process_activity(proof, activity, claim)
    return web.json_response(answer.body, status=answer.status)


async def claimed(_: web.Request) -> web.Response:
    return web.json_response(len(claims))


app = web.Application()
app.add_routes([web.post("/teams/messages", take), web.get("/readyz", claimed)])
web.run_app(app, host="127.0.0.1", port=int(PORT), access_log=None, print=None)
