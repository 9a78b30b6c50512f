"""Tokens that rotate: one refresh for all, saved before it is used, and never lost."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from social.x_case import x_open

from chatops.errors import Barred, Rejected, Unreached

pytestmark = pytest.mark.anyio


def calls(peer, path: str) -> int:
    return sum(call.path.endswith(path) for call in peer.cloud.meter.calls)


async def old(peer) -> None:
    """Let the access token be past its end."""
    state = await peer.vault.state("aozora")
    ends = (peer.clock.now - timedelta(seconds=1)).isoformat()
    await peer.vault.save_tokens("aozora", {**state.tokens, "ends_at": ends})


async def test_a_token_near_its_end_is_renewed_before_it_is_used():
    async with x_open() as peer:
        before = (await peer.vault.state("aozora")).tokens
        await old(peer)
        assert (await peer.channel._api.get("/2/users/me"))["data"]["id"] == "7001"
        after = (await peer.vault.state("aozora")).tokens
        assert after["access"] != before["access"]
        assert after["refresh"] != before["refresh"]
        assert after["user_id"] == "7001"
        assert calls(peer, "/2/users/me") == 1


async def test_a_token_that_died_early_is_renewed_once_and_the_call_repeated():
    async with x_open() as peer:
        state = await peer.vault.state("aozora")
        await peer.vault.save_tokens("aozora", {**state.tokens, "access": "dead"})
        assert (await peer.channel._api.get("/2/users/me"))["data"]["id"] == "7001"
        assert calls(peer, "/2/users/me") == 2


async def test_two_processes_refresh_once():
    async with x_open() as peer:
        await old(peer)
        issued = len(peer.cloud.grants._access)
        both = [peer.channel, peer.another()]
        await asyncio.gather(*(c._api.get("/2/users/me") for c in both for _ in range(3)))
        assert len(peer.cloud.grants._access) == issued + 1
        assert not (await peer.vault.state("aozora")).revoked


async def test_who_waits_in_vain_has_not_reached_x():
    async with x_open() as peer:
        await old(peer)
        await peer.vault.lease("aozora", "refresh", "somebody", 500)
        with pytest.raises(Unreached):
            await peer.channel._tokens.access()


async def test_a_pair_is_saved_even_if_its_asker_gives_up():
    async with x_open() as peer:
        await old(peer)
        before = (await peer.vault.state("aozora")).tokens["access"]
        asking = asyncio.create_task(peer.channel._tokens.access())
        while not peer.channel._tokens._renewals:  # noqa: ASYNC110 - has it begun?
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await peer.channel.close()
        assert (await peer.vault.state("aozora")).tokens["access"] != before


async def test_a_dead_refresh_token_means_that_somebody_must_connect_again():
    async with x_open() as peer:
        await old(peer)
        peer.cloud.hands.revoke()
        with pytest.raises(Rejected) as caught:
            await peer.channel._tokens.access()
        assert caught.value.code == "revoked"
        assert (await peer.vault.state("aozora")).revoked
        with pytest.raises(Rejected) as caught:
            await peer.channel._tokens.access()
        assert caught.value.code == "revoked"


async def test_a_wrong_client_secret_does_not_count_as_a_revocation():
    async with x_open(client_secret="wrong") as peer:
        await old(peer)
        with pytest.raises(Barred) as caught:
            await peer.channel._tokens.access()
        assert caught.value.code == "client"
        assert not (await peer.vault.state("aozora")).revoked


async def test_wrong_app_keys_are_named():
    async with x_open(consumer_secret="wrong") as peer:
        with pytest.raises(Rejected) as caught:
            await peer.channel._tokens.of_app()
        assert caught.value.code == "app-keys"


async def test_an_account_that_was_never_connected_says_so():
    async with x_open(connected=False) as peer:
        with pytest.raises(Barred) as caught:
            await peer.channel._tokens.access()
        assert caught.value.code == "not-connected"


async def test_x_away_while_refreshing_is_only_unreached(monkeypatch):
    monkeypatch.setattr("adapters._call.TIMEOUT", httpx.Timeout(0.2))
    async with x_open(api="http://127.0.0.1:9/x") as peer:
        await old(peer)
        with pytest.raises(Unreached):
            await peer.channel._tokens.access()
        assert not (await peer.vault.state("aozora")).revoked
