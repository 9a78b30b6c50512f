"""The invented traffic: how much comes at once, and that both networks take all of it."""

from typing import get_args

import pytest
from twitter_text import parse_tweet
from x_sandbox import anyio_backend, world  # noqa: F401

from adapters.sandbox import traffic
from adapters.sandbox.clock import TurnedClock
from adapters.sandbox.network import Network
from adapters.sandbox.x import XCloud


def _written(x: XCloud, network: Network) -> int:
    """What customers have written so far, on both networks."""
    brand = network.timeline.brand
    posts = sum(post.author_id != x.world.brand.id for post in x.world.posts.values())
    return (
        posts
        + len(x.world.messages)
        + sum(post.author != brand for post in network.timeline.posts.values())
    )


@pytest.mark.anyio
async def test_six_come_at_once_and_the_rest_one_by_one() -> None:
    counts: list[int] = []

    class Watched(TurnedClock):
        async def sleep(self, s: float) -> None:
            assert s == 20
            counts.append(_written(x, network))

    clock = Watched(1_790_000_000.0)
    x, network = XCloud(world(), clock), Network(clock)
    await traffic.play(x, network, clock)
    assert counts == list(range(traffic.AT_ONCE, len(traffic.SCRIPT)))
    assert _written(x, network) == len(traffic.SCRIPT)


def test_the_script_is_mixed_and_nothing_in_it_is_too_long_for_its_network() -> None:
    people = {(step.network, step.who.handle) for step in traffic.SCRIPT}
    assert len(people) == 17
    assert {step.kind for step in traffic.SCRIPT} == set(get_args(traffic.Kind))
    assert {step.who.lang for step in traffic.SCRIPT} == {"en", "ja"}
    for step in traffic.SCRIPT:
        if step.network == "x":
            assert parse_tweet(f"@aozora_outdoor {step.text}").weightedLength <= 280, step.text
