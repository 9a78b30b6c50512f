"""Every measurement in a tiny form: that both sides do the same work, not how fast."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench import (
    across,
    burst,
    flatness,
    folding,
    intake,
    intake_postgres,
    invokes,
    load,
    outbox,
    presses,
    rendering,
    rendering_teams,
    reports,
    routing,
    starting,
    webhook,
)
from bench.figure import Figure, Plan, quantile, ratio
from bench.plans import compact
from tests import postgres

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


async def test_rendering_for_teams_is_measured(tmp_path: Path) -> None:
    figures = await rendering_teams.measure(tmp_path, repeats=1, rounds=1)
    assert names(figures) == ["l. rendering a card for Teams"]


async def test_invokes_are_measured(tmp_path: Path) -> None:
    assert names(await invokes.measure(tmp_path, seconds=1)) == [
        "m. time to answer an invoke, median",
        "m. time to answer an invoke, p99",
    ]


async def test_the_way_from_slack_to_teams_is_measured(tmp_path: Path) -> None:
    """Nothing is edited before the pace lets it: a bound that is passed early is none."""
    median, late = await across.measure(tmp_path, calm=4, at_once=30)
    assert names([median, late]) == [
        "n. press in Slack to card in Teams, median",
        "n. press in Slack to card in Teams, p99",
    ]
    assert late.ratio >= 1


async def test_starts_are_measured(tmp_path: Path) -> None:
    figures = await starting.measure(tmp_path, rounds=1)
    assert names(figures) == ["f. start to ready", "f. resident memory"]


@contextmanager
def serving(_: Path) -> Iterator[str]:
    yield postgres.server()


async def test_the_outbox_is_measured_on_both_databases(tmp_path: Path) -> None:
    figures = await outbox.measure(tmp_path, jobs=20, rounds=1, serving=serving)
    assert names(figures) == ["g. outbox on SQLite", "g. outbox on PostgreSQL"]


async def test_intake_is_measured_on_postgresql(tmp_path: Path) -> None:
    figures = await intake_postgres.measure(tmp_path, events=40, rounds=1, serving=serving)
    assert names(figures) == ["h. intake on PostgreSQL", "h. the same by one CTE an event"]


async def test_flatness_is_measured_with_the_plans_of_both_databases(tmp_path: Path) -> None:
    figures = await flatness.measure(
        tmp_path, few=2100, many=4200, rounds=1, times=2, serving=serving
    )
    assert names(figures) == [
        f"i. growth of {reading}, {database}"
        for database in ("SQLite", "PostgreSQL")
        for reading in flatness.READINGS
    ]
    assert all(figure.plans for figure in figures)


async def test_load_leaves_a_row_a_card_and_lets_all_cards_take_turns(tmp_path: Path) -> None:
    """Time is turned: how long cards wait is what the pace and the order of turns make of it."""
    picture = tmp_path / "load.png"
    memory, waiting, longest = await load.measure(
        tmp_path, tickets=20, seconds=30, rate=20, picture=picture
    )
    assert names([memory, waiting, longest]) == [
        "j. memory under load",
        "j. deliveries that wait, of the cards",
        "j. longest wait of a card",
    ]
    assert (waiting.met, longest.met) == (True, True)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_plan_is_said_in_one_line() -> None:
    steps = ("Limit", "  ->  Index Scan using ix_a on a", "        Index Cond: (id = 1)")
    assert compact(Plan("SELECT", steps)) == "Index Scan using ix_a on a"
    assert compact(Plan("SELECT", ("SEARCH a USING INDEX ix_a (id=?)",))) == (
        "SEARCH a USING INDEX ix_a (id=?)"
    )


async def test_routing_is_measured(tmp_path: Path) -> None:
    figures = await routing.measure(tmp_path, messages=2, rounds=1)
    assert names(figures) == ["k. routing by 200 rules"]


async def test_reports_and_sweeps_are_measured(tmp_path: Path) -> None:
    """On SQLite alone: the other database reads the same by the same."""
    figures = await reports.measure(
        tmp_path, few=120, many=140, opened=60, due=20, rounds=1, serving=None
    )
    assert names(figures) == [
        "o. growth of /care-report 30d, SQLite",
        "o. growth of the sweep of chains, SQLite",
        "o. growth of the sweep of claims, SQLite",
        "o. finding due clocks, SQLite",
    ]


async def test_what_is_made_from_the_log_is_measured(tmp_path: Path) -> None:
    figures = await folding.measure(tmp_path, repeats=2, rounds=1, tickets=60)
    assert names(figures) == [
        "p. a ticket's clocks from its log",
        "p. working time added with its intervals kept",
        "p. the roll-up rebuilt, of a plain scan",
    ]


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
