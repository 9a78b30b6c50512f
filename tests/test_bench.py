"""Every measurement in a tiny form: that both sides do the same work, not how fast."""

from pathlib import Path

import pytest

from bench import burst, intake, presses, rendering, routing, starting, webhook
from bench.figure import Figure, quantile, ratio

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def names(figures: list[Figure]) -> list[str]:
    assert all(figure.ratio > 0 for figure in figures)
    return [figure.name for figure in figures]


async def test_intake_is_measured(tmp_path: Path) -> None:
    assert names(await intake.measure(tmp_path, events=128, rounds=1)) == ["a. intake"]


async def test_presses_are_measured(tmp_path: Path) -> None:
    assert names(await presses.measure(tmp_path, presses=20, rounds=1, seconds=1)) == [
        "b. presses a second",
        "b. time to acknowledge, median",
        "b. time to acknowledge, p99",
    ]


async def test_webhooks_are_measured(tmp_path: Path) -> None:
    assert names(await webhook.measure(tmp_path, webhooks=2)) == ["c. webhook to card"]


async def test_burst_is_measured_and_brought_to_its_last_state(tmp_path: Path) -> None:
    assert names(await burst.measure(tmp_path, tickets=20)) == ["d. burst"]


async def test_rendering_is_measured(tmp_path: Path) -> None:
    figures = await rendering.measure(tmp_path, repeats=1, rounds=1)
    assert names(figures) == ["e. rendering a card"]


async def test_starts_are_measured(tmp_path: Path) -> None:
    figures = await starting.measure(tmp_path, rounds=1)
    assert names(figures) == ["f. start to ready", "f. resident memory"]


async def test_routing_is_measured(tmp_path: Path) -> None:
    figures = await routing.measure(tmp_path, messages=2, rounds=1)
    assert names(figures) == ["h. routing by 200 rules"]


@pytest.mark.parametrize(
    ("better", "value", "met"),
    [("higher", 1.0, True), ("higher", 0.9, False), ("lower", 1.0, True), ("lower", 1.1, False)],
)
def test_goal_is_met_on_its_right_side(better: str, value: float, met: bool) -> None:
    assert Figure("one", value, 1.0, better, "").met is met  # type: ignore[arg-type] # given by name


def test_one_slow_round_does_not_move_the_ratio() -> None:
    assert ratio([1.0, 2.0, 90.0], [1.0, 1.0, 1.0]) == 2.0


def test_quantile_is_a_value_that_was_measured() -> None:
    assert quantile([5.0, 1.0, 3.0], 0.5) == 3.0
    assert quantile([5.0, 1.0, 3.0], 0.99) == 5.0
