"""Connecting an account: by hand, once, and again without harm."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from aiohttp import web
from social.x_case import ACCOUNT, OWN, x_open

from adapters.sandbox.loopback import serving
from adapters.social.x.connect import connect
from adapters.social.x.subscriptions import EVENT_TYPES
from chatops.channel import Can
from chatops.errors import Rejected
from chatops.policy import Account

pytestmark = pytest.mark.anyio


class Person:
    """Opens the page, agrees, and pastes the address where the browser ended."""

    def __init__(
        self, http: httpx.AsyncClient, spoil=lambda address: address, grants=lambda page: page
    ) -> None:
        self.told: list[str] = []
        self._grants = grants
        self._http = http
        self._spoil = spoil

    def tell(self, words: str) -> None:
        self.told.append(words)

    async def ask(self, _question: str) -> str:
        page = next(words for words in self.told if "code_challenge" in words)
        answer = await self._http.get(self._grants(page))
        assert answer.status_code == 302, answer.text
        return self._spoil(f"  {answer.headers['location']}\n")


async def connected(peer, person: Person, account: Account = ACCOUNT) -> None:
    await connect(
        account, peer.settings, peer.http, peer.vault, peer.clock, ask=person.ask, tell=person.tell
    )


async def test_connecting_saves_the_tokens_and_subscribes_to_everything():
    async with x_open(connected=False) as peer:
        person = Person(peer.http)
        await connected(peer, person)
        state = await peer.vault.state("aozora")
        assert state.tokens["user_id"] == OWN
        assert not state.revoked
        made = {s.event_type for s in peer.cloud.activity.subscriptions.values()}
        assert made == set(EVENT_TYPES)
        assert person.told[-1] == "Subscribed to 7 of 7 events; the others were there."
        assert Can.LISTEN in peer.channel.traits.can
        assert [f.ok for f in (await peer.channel.diagnose())[:5]] == [True] * 5


async def test_connecting_again_changes_only_the_tokens():
    async with x_open(connected=False) as peer:
        await connected(peer, Person(peer.http))
        first = await peer.vault.state("aozora")
        await peer.vault.revoked("aozora")
        person = Person(peer.http)
        await connected(peer, person)
        second = await peer.vault.state("aozora")
        assert second.tokens["access"] != first.tokens["access"]
        assert not second.revoked
        assert person.told[-1] == "Subscribed to 0 of 7 events; the others were there."


async def test_a_public_client_needs_no_secret():
    async with x_open(connected=False, client_secret=None) as peer:
        peer.cloud.world.app = _without_secret(peer.cloud.world.app)
        await connected(peer, Person(peer.http))
        assert "access" in (await peer.vault.state("aozora")).tokens


async def test_the_webhook_is_registered_and_the_subscriptions_go_there():
    async with x_open(connected=False) as peer:
        await connected(peer, Person(peer.http))
        app = web.Application()

        async def challenge(request: web.Request) -> web.Response:
            return web.Response(body=peer.channel.challenge(request.query))

        app.add_routes([web.get("/in/x/aozora", challenge)])
        async with serving(app) as base:
            url = f"{base}/in/x/aozora"
            peer.settings = peer.settings.model_copy(update={"webhook_url": url})
            person = Person(peer.http)
            await connected(peer, person)
            (hook,) = peer.cloud.webhooks.all.values()
            assert (hook.url, hook.valid) == (url, True)
            goes = {s.webhook_id for s in peer.cloud.activity.subscriptions.values()}
            assert goes == {hook.id}
            assert person.told[-1] == "Sent 7 subscriptions to the webhook."
            hook.valid = False
            await connected(peer, Person(peer.http))
            assert hook.valid


async def test_permissions_that_x_left_out_are_named():
    async with x_open(connected=False) as peer:
        person = Person(peer.http, grants=lambda page: page.replace("dm.write+", ""))
        await connected(peer, person)
        assert (
            "X left out these permissions: dm.write. Allow them in the app's settings."
            in person.told
        )


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda address: address.replace("state=", "state=x"), "state"),
        (lambda _address: "http://127.0.0.1:8300/connected?error=access_denied", "denied"),
        (lambda _address: "yes", "state"),
        (lambda address: address.split("&code=")[0], "code"),
        (lambda address: address.replace("code=", "code=x"), "code"),
    ],
    ids=["foreign state", "denied", "no address", "no code", "foreign code"],
)
async def test_a_wrong_address_connects_nothing(spoil, code):
    async with x_open(connected=False) as peer:
        with pytest.raises(Rejected) as caught:
            await connected(peer, Person(peer.http, spoil))
        assert caught.value.code == code
        assert (await peer.vault.state("aozora")).tokens == {}


async def test_another_accounts_permission_is_not_kept():
    async with x_open(connected=False) as peer:
        other = Account("aozora", "x", "global", "en", "somebody_else")
        with pytest.raises(Rejected) as caught:
            await connected(peer, Person(peer.http), other)
        assert caught.value.code == "other-account"
        assert (await peer.vault.state("aozora")).tokens == {}


async def test_the_verifier_never_leaves_before_the_code_is_spent():
    async with x_open(connected=False) as peer:
        person = Person(peer.http)
        await connected(peer, person)
        page = next(words for words in person.told if "code_challenge" in words)
        query = parse_qs(urlsplit(page).query)
        assert query["code_challenge_method"] == ["S256"]
        assert len(query["code_challenge"][0]) == 43
        assert "code_verifier" not in query


def _without_secret(app):
    return replace(app, client_secret=None)
