"""The tick folds the log into the roll-up, in the days of app.yaml."""

from dataclasses import replace
from datetime import timedelta

import pytest
from care import Care

from chatops.rolling import Rolling
from chatops.rollup import Additive, Days

pytestmark = pytest.mark.anyio


async def rolled_up(care: Care) -> list[tuple[str, Additive, int | None, int]]:
    """The roll-up in the days of app.yaml: the local date, what, by whom, how often."""
    policy = care.desk.policy
    days = Days(policy.zone, policy.day_starts)
    _, stands = await care.storage.work.transact(lambda tx: tx.rolled_up(days))
    return sorted(
        (f"{cell.day:%d %H:%M}", cell.figure, cell.agent, total) for cell, total in stands.items()
    )


async def test_each_tick_folds_a_step_in_the_days_of_app_yaml(care: Care) -> None:
    rolling = Rolling(care.desk, care.storage.work)
    await rolling.fold()  # an empty log
    assert await rolled_up(care) == []
    one, _ = await care.opens(), await care.opens()
    care.hours.jump(timedelta(hours=22))
    await care.did("ben", "close", one, fields={"reason": "resolved"})
    ben = care.agents["ben"].id
    for _ in range(2):  # one looks how far the log goes, the next folds it
        await rolling.fold()
    assert await rolled_up(care) == [
        ("01 00:00", Additive.NEW, None, 2),
        ("02 00:00", Additive.CLOSED, ben, 1),
    ]
    care.desk.policy = replace(care.desk.policy, zone="Asia/Tokyo")
    assert await rolled_up(care) == []
    for _ in range(2):
        await rolling.fold()
    assert (
        await rolled_up(care)
        == [
            ("31 15:00", Additive.NEW, None, 2),
            ("01 15:00", Additive.CLOSED, ben, 1),
        ][::-1]
    )
