"""The invented traffic: how much comes at once, and that both networks and the shop take all of it."""

from typing import get_args

import pytest
from twitter_text import parse_tweet
from x_sandbox import anyio_backend, world  # noqa: F401

from adapters.sandbox import traffic
from adapters.sandbox.clock import TurnedClock
from adapters.sandbox.network import Network
from adapters.sandbox.shop import Shop
from adapters.sandbox.x import XCloud


def _written(x: XCloud, network: Network, shop: Shop) -> int:
    """What customers have written so far, on both networks and in the shop."""
    brand = network.timeline.brand
    posts = sum(post.author_id != x.world.brand.id for post in x.world.posts.values())
    return (
        posts
        + len(x.world.messages)
        + sum(post.author != brand for post in network.timeline.posts.values())
        + len(shop.timeline.posts)
    )


@pytest.mark.anyio
async def test_six_come_at_once_and_the_rest_one_by_one() -> None:
    counts: list[int] = []

    class Watched(TurnedClock):
        async def sleep(self, s: float) -> None:
            assert s == 20
            counts.append(_written(x, network, shop))

    clock = Watched(1_790_000_000.0)
    x, network, shop = XCloud(world(), clock), Network(clock), Shop(clock)
    await traffic.play(x, network, shop, clock)
    assert counts == list(range(traffic.AT_ONCE, len(traffic.SCRIPT)))
    assert _written(x, network, shop) == len(traffic.SCRIPT)


def test_the_script_is_mixed_and_nothing_in_it_is_too_long_for_its_network() -> None:
    steps = [step for step in traffic.SCRIPT if isinstance(step, traffic.Step)]
    visits = [step for step in traffic.SCRIPT if isinstance(step, traffic.Visit)]
    assert len({(step.network, step.who.handle) for step in steps}) == 17
    assert {step.kind for step in steps} == set(get_args(traffic.Kind))
    assert {step.who.lang for step in steps} == {"en", "ja"}
    told = {(visit.who.lang, visit.stars is None, visit.stars in {1, 2}) for visit in visits}
    assert told == {(lang, chats, not chats) for lang in ("en", "ja") for chats in (True, False)}
    for step in steps:
        if step.network == "x":
            assert parse_tweet(f"@aozora_outdoor {step.text}").weightedLength <= 280, step.text
