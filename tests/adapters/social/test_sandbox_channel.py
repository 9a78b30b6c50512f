"""What Chirp's channel does beyond the contract."""

from dataclasses import replace

import pytest
from aiohttp import web
from social.kept import Clock, vault_at
from social.sandbox_case import ACCOUNT, EXPECTED, chirp, far, settings

from adapters.sandbox.loopback import serving
from adapters.sandbox.network import Network
from adapters.social import sandbox
from chatops.errors import InDoubt, Rejected
from chatops.event import Deed
from tests.calling import client

pytestmark = pytest.mark.anyio
REPLY = EXPECTED["batch"][1]


async def test_a_reply_to_us_shows_our_post():
    async with far() as peer:
        ours = await peer.channel.send(peer.public)
        reply = replace(REPLY, parent=ours.external_id)
        completed = await peer.channel.complete(reply)
        assert completed == replace(reply, parent_text=peer.public.text)


async def test_a_reply_to_a_customer_shows_none():
    async with far() as peer:
        reply = replace(REPLY, parent=peer.public.in_reply_to)
        assert await peer.channel.complete(reply) == reply


async def test_a_key_that_wrote_other_words_is_refused():
    async with far() as peer:
        await peer.channel.send(peer.public)
        with pytest.raises(Rejected) as caught:
            await peer.channel.send(replace(peer.public, text="other words"))
        assert caught.value.code == "key-reused"


async def test_a_customers_post_is_hidden_and_shown_again():
    network = Network()
    async with chirp(network) as peer:
        theirs = peer.public.in_reply_to
        await peer.channel.do(Deed.HIDE, theirs)
        await peer.channel.do(Deed.HIDE, theirs)
        assert network.timeline.posts[theirs].hidden
        await peer.channel.do(Deed.UNHIDE, theirs)
        assert not network.timeline.posts[theirs].hidden


async def test_our_own_post_cannot_be_hidden():
    async with far() as peer:
        ours = await peer.channel.send(peer.public)
        with pytest.raises(Rejected) as caught:
            await peer.channel.do(Deed.HIDE, ours.external_id)
        assert caught.value.code == "refused"


async def test_a_post_is_deleted_once_however_often_it_is_asked():
    network = Network()
    async with chirp(network) as peer:
        ours = await peer.channel.send(peer.public)
        await peer.channel.do(Deed.DELETE, ours.external_id)
        await peer.channel.do(Deed.DELETE, ours.external_id)
        assert network.timeline.visible(ours.external_id) is None


async def test_doctor_is_content_with_a_good_token():
    async with far() as peer:
        assert [finding.ok for finding in await peer.channel.diagnose()] == [True]


async def test_doctor_names_a_bad_token():
    async with far() as peer:
        peer.channel._settings = settings(peer.channel._settings.api).model_copy(
            update={"token": sandbox.SecretStr("wrong")}
        )
        (finding,) = await peer.channel.diagnose()
        assert not finding.ok


@pytest.mark.parametrize("body", ["<html>", "3", '{"posts": []}'])
async def test_an_answer_that_is_not_chirps_leaves_a_write_in_doubt(body):
    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    app = web.Application()
    app.add_routes([web.route("*", "/{any:.*}", answer)])
    clock = Clock()
    async with (
        far() as peer,
        serving(app) as base,
        client() as http,
        vault_at(clock) as v,
    ):
        channel = sandbox.open_channel(ACCOUNT, settings(base), http, v, clock, development=True)
        with pytest.raises(InDoubt):
            await channel.send(peer.public)
