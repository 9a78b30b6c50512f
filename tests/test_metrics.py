"""What Prometheus reads."""

from datetime import timedelta

import pytest
from care import Care
from prometheus_client import generate_latest

from chatops.metrics import Metrics
from chatops.ports import Tx

pytestmark = pytest.mark.anyio


async def test_counts_and_ages_and_no_words(care: Care) -> None:
    written_at = care.hours.transport() - timedelta(seconds=12)
    for _ in range(2):  # what comes again took no time
        await care.opens(text="my secret", who="mia", at=written_at, external_id="m1")
    care.hours._now += 30
    metrics = Metrics(
        care.storage.reader,
        care.hours,
        lambda: {"posted": 2, "failed": 1},
        lambda: {"received": 3},
        taken=lambda: care.desk.taken,
        lags=care.desk.lags,
    )
    before = generate_latest(metrics.registry).decode()
    assert 'chatops_deliveries_total{outcome="posted"} 2.0' in before
    assert 'chatops_bodies_total{outcome="received"} 3.0' in before
    assert 'chatops_messages_total{outcome="opened"} 1.0' in before
    assert 'chatops_ingest_lag_seconds_count{channel="sandbox"} 1.0' in before
    assert 'chatops_ingest_lag_seconds_bucket{channel="sandbox",le="10.0"} 0.0' in before
    assert 'chatops_ingest_lag_seconds_bucket{channel="sandbox",le="30.0"} 1.0' in before
    assert 'chatops_ingest_lag_seconds_sum{channel="sandbox"} 12.0' in before
    assert "chatops_deliveries_due" not in before
    await metrics.refresh()
    after = generate_latest(metrics.registry).decode()
    assert "chatops_deliveries_due 1.0" in after
    assert "chatops_delivery_lag_seconds 30.0" in after
    assert "secret" not in after
    assert "mia" not in after


async def test_what_was_written_before_its_account_was_met_has_no_lag(care: Care) -> None:
    await care.storage.vault.meet("aozora")
    met_at = care.hours.transport()
    care.hours._now += 300
    await care.opens(thread="t1", at=met_at - timedelta(hours=9))
    assert list(care.desk.lags.by_channel()) == []
    await care.opens(thread="t2", at=met_at)
    ((_, _, seconds),) = care.desk.lags.by_channel()
    assert seconds == 300.0


async def test_places_that_are_closed_to_us_are_named_and_people_are_not(care: Care) -> None:
    def stop(tx: Tx) -> None:
        for place, code in (
            ("care-global", "is_archived"),
            ("chat:slack", "token_revoked"),
            ("care-japan", None),
            ("person:5", "missing_scope"),
            ("person:6", "missing_scope"),
        ):
            tx.stop(place, code, care.hours.transport())

    await care.storage.work.transact(stop)
    metrics = Metrics(care.storage.reader, care.hours, dict, dict)
    await metrics.refresh()
    told = generate_latest(metrics.registry).decode().splitlines()
    assert [line for line in told if line.startswith("chatops_destinations_stopped")] == [
        'chatops_destinations_stopped{destination="care-global"} 1.0',
        'chatops_destinations_stopped{destination="chat:slack"} 1.0',
        'chatops_destinations_stopped{destination="person"} 2.0',
    ]


async def test_nothing_due_lags_by_nothing(care: Care) -> None:
    metrics = Metrics(care.storage.reader, care.hours, dict, dict)
    await metrics.refresh()
    assert "chatops_delivery_lag_seconds 0.0" in generate_latest(metrics.registry).decode()
