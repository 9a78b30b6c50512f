"""X answering as nobody documented: nothing is lost, nothing is believed."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from social.x_case import OWN, X, at, x_open

from adapters.sandbox.loopback import serving
from adapters.social.x.subscriptions import of_account, own_webhook
from adapters.social.x.timeline import posts_in
from chatops.channel import Author, Message
from chatops.errors import Barred, InDoubt, Rejected, TryLater, Unreached
from chatops.event import Kind

pytestmark = pytest.mark.anyio

DM = Message(
    account="aozora",
    external_id="1",
    thread_key=f"{OWN}-8002",
    author=Author("8002", "", ""),
    text="hi",
    at=at("2026-08-12T18:00:00"),
    kind=Kind.DM,
    private=True,
)
MIKA = {
    "id": "8002",
    "username": "mika_climbs",
    "name": "Mika",
    "public_metrics": {"followers_count": 97},
}


@asynccontextmanager
async def x_answering(answers: Mapping[str, object], status: int = 200) -> AsyncIterator[X]:
    """Open the account on an X that answers by path; strings are bodies, all else is JSON."""

    async def answer(request: web.Request) -> web.Response:
        body = answers[request.path]
        if isinstance(body, str):
            return web.Response(text=body, status=status, content_type="application/json")
        return web.json_response(body, status=status)

    app = web.Application()
    app.add_routes([web.route("*", "/{any:.*}", answer)])
    async with serving(app) as base, x_open(api=base) as peer:
        yield peer


async def old(peer: X) -> None:
    state = await peer.vault.state("aozora")
    ends = (peer.clock.transport() - timedelta(seconds=1)).isoformat()
    await peer.vault.save_tokens("aozora", {**state.tokens, "ends_at": ends})


async def test_a_message_without_its_authors_name_gets_it():
    async with x_answering({"/2/users": {"data": [MIKA]}}) as peer:
        named = replace(DM, author=Author("8002", "mika_climbs", "Mika", 97))
        assert await peer.channel.complete(DM) == named


@pytest.mark.parametrize(
    "answer", [{}, {"data": [{}]}, {"data": [{**MIKA, "id": "9"}]}, "[]", "<html>"]
)
async def test_a_name_that_x_does_not_tell_stays_out(answer):
    async with x_answering({"/2/users": answer}) as peer:
        assert await peer.channel.complete(DM) == DM


@pytest.mark.parametrize("answer", ["<html>", "[]", "{}", '{"access_token": 3}'])
async def test_a_refresh_without_a_pair_loses_nothing(answer):
    async with x_answering({"/2/oauth2/token": answer}) as peer:
        await old(peer)
        before = (await peer.vault.state("aozora")).tokens
        with pytest.raises(Unreached):
            await peer.channel._tokens.access()
        after = await peer.vault.state("aozora")
        assert (after.tokens, after.revoked) == (before, False)


async def test_an_app_token_that_is_none_is_not_used():
    async with x_answering({"/oauth2/token": {}}) as peer:
        with pytest.raises(Unreached):
            await peer.channel._tokens.of_app()


async def test_a_refresh_without_a_new_refresh_token_keeps_the_old_one():
    async with x_answering({"/2/oauth2/token": {"access_token": "new"}}) as peer:
        await old(peer)
        before = (await peer.vault.state("aozora")).tokens
        assert await peer.channel._tokens.access() == "new"
        after = (await peer.vault.state("aozora")).tokens
        assert after["refresh"] == before["refresh"]
        assert after["user_id"] == OWN


async def test_a_limited_token_endpoint_asks_for_patience():
    async with x_answering({"/2/oauth2/token": {}}, status=429) as peer:
        await old(peer)
        with pytest.raises(TryLater):
            await peer.channel._tokens.access()


async def test_credits_that_are_used_up_are_named():
    problem = {"title": "CreditsDepleted", "detail": "no credits", "errors": "none"}
    async with x_answering({"/2/tweets": problem}, status=402) as peer:
        with pytest.raises(Barred) as caught:
            await peer.channel.send(peer.outgoing("1", "Hi", person="8002"))
        assert caught.value.code == "credits"


@pytest.mark.parametrize("problem", ["", "[]", '{"errors": [3, {"message": "x"}]}'])
async def test_an_unknown_refusal_is_a_refusal(problem):
    async with x_answering({"/2/tweets": problem}, status=422) as peer:
        with pytest.raises(Rejected) as caught:
            await peer.channel.send(peer.outgoing("1", "Hi", person="8002"))
        assert caught.value.code == "refused"


@pytest.mark.parametrize("answer", [{}, {"data": []}, {"data": {"id": "x"}}, "[]"])
async def test_an_acceptance_without_an_id_is_in_doubt(answer):
    async with x_answering({"/2/tweets": answer}) as peer:
        with pytest.raises(InDoubt):
            await peer.channel.send(peer.outgoing("1", "Hi", person="8002"))


async def test_an_app_token_that_ended_is_asked_for_again():
    answers = {"/oauth2/token": {"access_token": "again"}, "/2/webhooks": {"data": []}}
    tried: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        tried.append(request.headers["authorization"])
        status = 401 if tried[-1] == "Bearer ended" else 200
        return web.json_response(answers[request.path], status=status)

    app = web.Application()
    app.add_routes([web.route("*", "/{any:.*}", answer)])
    async with serving(app) as base, x_open(api=base) as peer:
        peer.channel._tokens._app = "ended"
        assert await own_webhook(peer.channel._api, "https://example.com") is None
    assert (tried[0], tried[-1]) == ("Bearer ended", "Bearer again")


async def test_subscriptions_in_an_unknown_shape_are_not_taken_for_none():
    answers = {
        "/oauth2/token": {"access_token": "app"},
        "/2/activity/subscriptions": {"data": [{"event_type": 3}]},
    }
    async with x_answering(answers) as peer:
        with pytest.raises(Unreached):
            await of_account(peer.channel._api, OWN)


async def test_an_unreadable_post_does_not_hide_the_others():
    good = {"id": "2", "author_id": "8002", "text": "hi"}
    posts, includes = posts_in({"data": [{"id": "1"}, good], "includes": {"users": [{}]}})
    assert [post.id for post in posts] == ["2"]
    assert includes.users == ()


async def test_our_user_id_is_asked_for_where_connect_did_not_keep_it():
    async with x_answering({"/2/users/me": {"data": MIKA}}) as peer:
        state = await peer.vault.state("aozora")
        tokens = {name: value for name, value in state.tokens.items() if name != "user_id"}
        await peer.vault.save_tokens("aozora", tokens)
        assert await peer.channel.own_id() == "8002"
