"""Median and 90th percentile, as numpy and percentile_cont have them."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatops.report import Spread, spread


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], Spread(0, None, None)),
        ([7], Spread(1, 7, None)),
        ([1, 2], Spread(2, 1.5, None)),
        (list(range(1, 11)), Spread(10, 5.5, 9.1)),
        (list(range(11)), Spread(11, 5, 9)),
    ],
)
def test_spread(values: list[int], expected: Spread) -> None:
    assert spread(values) == expected


@given(st.lists(st.integers(0, 10**6), min_size=10))
def test_spread_is_the_standard_librarys(values: list[int]) -> None:
    found = spread(values)
    assert found.median == pytest.approx(statistics.median(values))
    assert found.p90 == pytest.approx(statistics.quantiles(values, n=10, method="inclusive")[8])
