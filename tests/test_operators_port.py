"""What a probe and Prometheus get while the database fails."""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import AsyncExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from care import Care
from prometheus_client import CollectorRegistry
from shop import Shop
from town import PATIENCE, served

from adapters.sandbox.loopback import serving
from chatops import admin
from chatops.app import schema_remedy, serve
from chatops.clock import SystemClock
from chatops.metrics import Metrics
from chatops.sandbox import free_ports
from chatops.web import ops_app
from storage import NEWER, SCHEMA, migrate, open_storage
from tests.calling import client


@pytest.mark.anyio
async def test_database_that_fails_is_not_ready_and_its_gauges_are_left_out(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/care.db"
    migrate.upgrade(url)
    clock = SystemClock()
    storage = open_storage(url, None, clock)
    metrics = Metrics(storage.reader, clock, lambda: {"posted": 1}, dict)

    async def ready() -> Mapping[str, str]:
        await metrics.refresh()
        return {}

    app = ops_app(ready, metrics.registry, storage.work, clock, development=False)
    try:
        async with serving(app) as address, client(base_url=address) as http:
            well = (await http.get("/metrics")).text
            with closing(sqlite3.connect(tmp_path / "care.db")) as other:
                other.execute("DROP TABLE delivery")
            refused = await http.get("/readyz")
            ill = await http.get("/metrics")
    finally:
        await storage.close()
    assert "chatops_deliveries_due 0.0" in well
    assert (refused.status_code, refused.json()["ready"]) == (503, False)
    assert list(refused.json()["faults"]) == ["database"]
    assert 'chatops_deliveries_total{outcome="posted"} 1.0' in ill.text
    assert "chatops_deliveries_due" not in ill.text


@pytest.mark.anyio
async def test_service_that_runs_is_not_ready_on_the_schema_of_another_version(
    shop: Shop,
) -> None:
    admin.migrate(shop.config)
    names = ("SANDBOX_SERVE_PORT", "SANDBOX_OPS_PORT")
    for name, port in zip(names, free_ports(2), strict=True):
        shop.environment[name] = str(port)
    config = shop.config
    ready, stop = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve(config, ready, stop))
    told = []
    async with asyncio.timeout(PATIENCE), client(trust_env=False) as http:
        await asyncio.wait(
            [serving, asyncio.create_task(ready.wait())], return_when=asyncio.FIRST_COMPLETED
        )
        for found in (SCHEMA, "0003", "9999", SCHEMA):
            with closing(sqlite3.connect(shop.database)) as other, other:
                other.execute("UPDATE alembic_version SET version_num = ?", [found])
            answer = await http.get(f"http://127.0.0.1:{config.web.ops_port}/readyz")
            told.append((answer.status_code, answer.json()["faults"]))
        stop.set()
        await serving
    assert told == [
        (200, {}),
        (503, {"schema": f"0003, this version wants {SCHEMA}: {schema_remedy('0003')}"}),
        (503, {"schema": f"9999, this version wants {SCHEMA}: {NEWER}"}),
        (200, {}),
    ]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "asked",
    [
        b'{"advance_s": 1e300}',
        b'{"advance_s": Infinity}',
        b'{"advance_s": -Infinity}',
        b'{"advance_s": NaN}',
        b'{"advance_s": 320000000}',
        b'{"advance_s": 80000000000000}',
        b'{"advance_s": -1}',
        b'{"to": "9999-12-31T23:59:59+00:00"}',
        b'{"to": "2026-06-01"}',
        b"[]",
        b"7",
        b"{",
    ],
)
async def test_time_that_cannot_be_turned_to_is_400(care: Care, asked: bytes) -> None:
    registry = CollectorRegistry()

    async def ready() -> Mapping[str, str]:
        return {}

    app = ops_app(ready, registry, care.storage.work, care.hours, development=True)
    before = care.hours.offset
    async with AsyncExitStack() as stack:
        url = await served(stack, None, app)
        http = await stack.enter_async_context(client(base_url=url))
        refused = await http.post("/dev/clock", content=asked)
        turned = await http.post("/dev/clock", json={"advance_s": 900})
    assert (refused.status_code, turned.status_code) == (400, 200)
    assert care.hours.offset == before + timedelta(minutes=15)
