"""The shorter form of `make faults`: some of each kind, on each database, one after the other."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from tests import postgres
from tests.faults import kills
from tests.faults.catalogue import FAULTS, Fault
from tests.faults.database import Postgres, Sqlite
from tests.faults.runner import Makes, tried

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("faults")]

SEED = 20260602
TWO_DIE = Fault("two die at random", partial(kills.two_killed_at_random, times=3))


async def broken_by(makes: Makes, faults: Sequence[Fault]) -> dict[str, tuple[str, ...]]:
    """What was broken, by the fault that broke it."""
    rows = [row async for row in tried(makes, faults, SEED)]
    assert {row.fault for row in rows} == {fault.name for fault in faults}
    return {row.fault: row.broken for row in rows if row.broken}


async def test_after_faults_on_sqlite_nothing_is_lost_doubled_or_out_of_order(
    empty_database: Path,
) -> None:
    faults = [fault for fault in FAULTS if Sqlite.name in fault.in_ci]
    assert await broken_by(partial(Sqlite, empty=empty_database), faults) == {}


async def test_after_faults_on_postgresql_nothing_is_lost_doubled_or_out_of_order() -> None:
    postgres.server()
    faults = [fault for fault in FAULTS if Postgres.name in fault.in_ci]
    assert await broken_by(Postgres, [*faults, TWO_DIE]) == {}
