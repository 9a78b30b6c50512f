"""A plain Bolt app, the least that such a bot can be: it keeps claims in a dict, posts a card for
each signed webhook, and stores nothing. Its listeners are the service's, in their order.
"""

import hashlib
import hmac
import re
import sys
from collections.abc import AsyncIterator

import aiohttp
import orjson
from aiohttp import web
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

ANY = re.compile(".*", re.DOTALL)
PORT, API_URL, TOKEN, SECRET, CHANNEL_SECRET = sys.argv[1:]  # as bench.processes gives them
client = AsyncWebClient(TOKEN, base_url=API_URL)
bolt = AsyncApp(client=client, signing_secret=SECRET, process_before_response=True)
claims: dict[int, str] = {}


async def claim(ack: AsyncAck, body: dict) -> None:  # type: ignore[type-arg] # Slack's JSON
    claims.setdefault(orjson.loads(body["actions"][0]["value"])["t"], body["user"]["id"])
    await ack()


async def other(ack: AsyncAck) -> None:
    await ack()


async def webhook(request: web.Request) -> web.Response:
    body = await request.read()
    at, _, proof = request.headers["X-Chirp-Signature"].removeprefix("t=").partition(",v1=")
    signed = b"%b.%b" % (at.encode(), body)
    if hmac.new(CHANNEL_SECRET.encode(), signed, hashlib.sha256).hexdigest() != proof:
        raise web.HTTPUnauthorized
    post = orjson.loads(body)["events"][0]["post"]
    said = [{"type": "section", "text": {"type": "plain_text", "text": post["text"]}}]
    room = f"C0{request.match_info['account'][-1]}ROOM"
    await client.chat_postMessage(channel=room, text=post["author"]["name"], blocks=said)
    return web.Response()


async def claimed(_: web.Request) -> web.Response:
    return web.json_response(len(claims))


async def session(_: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession() as client.session:
        yield


for kind in ("command", "action", "view_submission", "view_closed", "event", "event", "event"):
    getattr(bolt, kind)(ANY)(claim if kind == "action" else other)
app = bolt.server().web_app
app.add_routes([web.post("/in/sandbox/{account}", webhook), web.get("/readyz", claimed)])
app.cleanup_ctx.append(session)
web.run_app(app, host="127.0.0.1", port=int(PORT), access_log=None, print=None)
