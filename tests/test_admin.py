"""What an administrator does, with the sandbox's app.yaml and its clouds behind real HTTP."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from care import NOON, Care, wrote
from shop import APP_YAML, ROOT, Shop
from town import served

from chatops import admin, refolding
from chatops.admin import Replayed
from chatops.app import opened
from chatops.config import Config
from chatops.errors import CareError, ConfigError
from chatops.metrics import Metrics
from chatops.web import ops_app
from storage import SCHEMA

pytestmark = pytest.mark.anyio

PATIENCE = 60.0  # seconds


async def test_migrating_says_what_was_and_what_is(shop: Shop) -> None:
    assert admin.migrate(shop.config) == (None, SCHEMA)
    assert admin.migrate(shop.config) == (SCHEMA, SCHEMA)


async def faults(config: Config) -> list[str]:
    """Return what doctor finds wrong."""
    return [finding.what for finding in await admin.examine(config) if not finding.ok]


async def test_where_all_is_well_doctor_misses_the_service_alone(shop: Shop) -> None:
    admin.migrate(shop.config)
    await shop.connect()
    silent, unsearched = await faults(shop.config)
    assert "the stream gave its last sign never" in silent
    assert "searched never" in unsearched


async def test_doctor_finds_each_fault_and_says_what_to_do(shop: Shop) -> None:
    admin.migrate(shop.config)
    await shop.store(b"{")
    await admin.replay(shop.config, timedelta(days=1), unreadable=False)
    shop.environment["CHIRP_TOKEN"] = "wrong"
    bodies, x, chirp = await faults(shop.config)
    assert bodies == "1 bodies could not be read"
    assert x.startswith("aozora_x: ")
    assert "not-connected" in x
    assert chirp.startswith("aozora: Chirp")
    assert all(bool(f.remedy) is not f.ok for f in await admin.examine(shop.config))


async def test_doctor_names_what_is_closed_to_us(shop: Shop) -> None:
    admin.migrate(shop.config)
    await shop.connect()
    async with opened(shop.config) as service:
        await service.storage.work.transact(
            lambda tx: tx.stop("care-japan", "is_archived", datetime(2026, 6, 1, 3, tzinfo=UTC))
        )
    closed = (await faults(shop.config))[0]
    assert closed == "care-japan is closed to us since 2026-06-01 03:00 UTC: is_archived"


async def test_doctor_on_a_database_that_was_never_migrated_tries_the_rest_too(shop: Shop) -> None:
    found = await faults(shop.config)
    assert "schema not there" in found[0]
    assert len([what for what in found if "no such table" in what]) == 1
    assert [f.what for f in await admin.examine(shop.config) if f.ok and "slack" in f.what]


async def test_database_is_for_our_user_alone_and_doctor_says_where_it_is_not(shop: Shop) -> None:
    admin.migrate(shop.config)
    await shop.connect()
    assert {oct(each.stat().st_mode & 0o777) for each in shop.database.parent.glob("care.db*")} == {
        "0o600"
    }
    shop.database.chmod(0o644)
    assert "may read the database" in (await faults(shop.config))[0]


@pytest.mark.parametrize("failed", [True, False])
async def test_doctor_asks_the_service_that_runs_whether_it_took_app_yaml_up(
    shop: Shop, *, failed: bool
) -> None:
    admin.migrate(shop.config)
    async with AsyncExitStack() as stack, opened(shop.config) as service:
        storage, clock = service.storage, service.clock
        metrics = Metrics(storage.reader, clock, dict, dict, reload_failed=lambda: failed)

        async def well() -> Mapping[str, str]:
            return {}

        ops = ops_app(well, metrics.registry, storage.work, clock, development=False)
        url = await served(stack, None, ops)
        shop.environment["SANDBOX_OPS_PORT"] = url.rpartition(":")[2]
        told = [what for what in await faults(shop.config) if "the service refused it" in what]
    assert len(told) is int(failed)


async def test_doctor_names_a_database_that_cannot_be_opened(shop: Shop) -> None:
    shop.environment["SANDBOX_DATABASE"] = "sqlite:////dev/null/care.db"
    found = await admin.examine(shop.config)
    assert found[-1].what == "care.db: unable to open database file"
    assert not found[-1].ok


async def test_bodies_are_taken_again_and_those_that_cannot_be_read_are_counted(
    shop: Shop,
) -> None:
    admin.migrate(shop.config)
    await shop.store(b'{"events": []}', b"{")
    week = timedelta(days=7)
    assert await admin.replay(shop.config, week, unreadable=False) == Replayed(1, 1)
    assert await admin.replay(shop.config, week, unreadable=True) == Replayed(0, 1)


async def test_replay_takes_in_what_came_and_sends_nothing_to_any_customer(
    care: Care, shop: Shop
) -> None:
    ticket = await care.opens(wrote(thread="t"))
    await care.did("ben", "claim", ticket)
    await care.replies("ben", ticket)  # it waits since long before now
    await care.storage.close()
    waits = "SELECT * FROM delivery WHERE \"to\" LIKE 'account:%'"
    before = care.sql(waits)
    chirp = shop.sandbox.network
    post = chirp.timeline.write(chirp.hands.person("mia"), "Hello?", NOON.timestamp())
    await shop.store(json.dumps({"events": [chirp.hands.event(post).json()]}).encode())
    posts = len(chirp.timeline.posts)
    for _ in "12":
        assert await admin.replay(shop.config, timedelta(days=7), unreadable=False) == Replayed(
            1, 0
        )
    assert (care.count("message"), len(before)) == (3, 1)
    assert (care.sql(waits), len(chirp.timeline.posts)) == (before, posts)


async def test_figures_are_words_in_either_language(shop: Shop) -> None:
    admin.migrate(shop.config)
    said = [
        await admin.report(shop.config, line, language)
        for line, language in (("today", "en"), ("今日", "ja"), ("7d by hour csv", "en"))
    ]
    assert str(said[0]).startswith("Customer care on ")
    assert "カスタマーケア" in str(said[1])
    assert isinstance(said[2], bytes)
    assert said[2].startswith(b"\xef\xbb\xbfhour,new,closed,first_responses,")
    with pytest.raises(CareError, match="I do not understand “sideways” here"):
        await admin.report(shop.config, "sideways", "en")


@pytest.mark.parametrize(
    ("channel", "account", "said"),
    [
        ("x", "nobody", "which account on x? app.yaml has: aozora_x"),
        ("line", None, "which account on line? app.yaml has: none"),
        ("sandbox", None, "sandbox needs no connecting: its keys stand in app.yaml"),
    ],
)
async def test_what_cannot_be_connected_is_named(
    shop: Shop, channel: str, account: str | None, said: str
) -> None:
    async def ask(question: str) -> str:
        raise AssertionError(question)

    with pytest.raises(ConfigError, match=f"^{re.escape(said)}$"):
        await admin.connect(shop.config, channel, account, ask, lambda _said: None)


async def test_connect_leads_through_the_consent_in_a_terminal(shop: Shop) -> None:
    admin.migrate(shop.config)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chatops", "connect", "x", "--config", str(APP_YAML)),
        env={**os.environ, **shop.environment, "PYTHONPATH": str(ROOT)},  # noqa: TID251 - a child
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    async with asyncio.timeout(PATIENCE):
        said = (await process.stdout.readuntil(b"Paste that whole address here:")).decode()
        process.stdin.write(f"{await shop.agreed(said)}\n".encode())
        rest, _ = await process.communicate()
    assert process.returncode == 0, said + rest.decode()
    assert "Connected @aozora_outdoor.\n" in rest.decode()


async def test_clocks_are_compared_with_their_log_and_put_right(shop: Shop) -> None:
    admin.migrate(shop.config)
    assert await refolding.refold(shop.config, write=False) == refolding.Refolded(0, 0)
    assert await refolding.refold(shop.config, write=True) == refolding.Refolded(0, 0)


async def test_the_roll_up_is_compared_with_the_log_and_put_right(shop: Shop) -> None:
    admin.migrate(shop.config)
    assert await refolding.recount(shop.config, write=False) == refolding.Recounted(0, 0)
    assert await refolding.recount(shop.config, write=True) == refolding.Recounted(0, 0)
