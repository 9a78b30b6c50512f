"""X's stand-in delivers to a webhook: what arrives holds, byte for byte, and reads like the stream."""

import pytest
from aiohttp import web
from social.test_x_connect import Person
from social.x_case import ACCOUNT, x_open

from adapters.sandbox.loopback import serving
from adapters.social.x.connect import connect
from chatops.channel import AccountRevoked, Echo, Message

pytestmark = pytest.mark.anyio


async def test_signed_deliveries_are_verified_and_read():
    async with x_open(connected=False) as peer:
        inbound = []

        async def receive(request: web.Request) -> web.Response:
            body = await request.read()
            headers = {name.lower(): value for name, value in request.headers.items()}
            peer.channel.verify(headers, body, peer.clock.now)
            inbound.extend(peer.channel.parse(body))
            return web.Response()

        async def challenge(request: web.Request) -> web.Response:
            return web.Response(body=peer.channel.challenge(request.query))

        app = web.Application()
        app.add_routes([web.post("/in", receive), web.get("/in", challenge)])
        async with serving(app) as base:
            wanted = peer.settings.model_copy(update={"webhook_url": f"{base}/in"})
            person = Person(peer.http)
            await connect(
                ACCOUNT, wanted, peer.http, peer.vault, peer.clock, ask=person.ask, tell=person.tell
            )
            hands = peer.cloud.hands
            mika = hands.person("mika_climbs", name="Mika")
            asked = hands.write(mika, "テントが届きません <3 & more")
            answer = hands.brand_writes("すみません", asked.id)
            hands.revoke()
            await peer.cloud.settled()
    mention, echo, revoked = inbound
    assert isinstance(mention, Message)
    assert mention.text == "@aozora_outdoor テントが届きません <3 & more"
    assert mention.author.name == "Mika"
    assert isinstance(echo, Echo)
    assert (echo.external_id, echo.parent, echo.customer) == (answer.id, asked.id, mika.id)
    assert isinstance(revoked, AccountRevoked)
    assert [delivery.status for delivery in peer.cloud.webhooks.deliveries] == [200, 200, 200]
