"""Tests that share something that is slow to start go to one worker."""

import pytest


@pytest.mark.xdist_group("together")
def test_a_group_is_in_the_name_by_which_workers_are_given_tests(
    request: pytest.FixtureRequest,
) -> None:
    among_workers = hasattr(request.config, "workerinput")
    assert request.node.nodeid.endswith("@together") is among_workers
