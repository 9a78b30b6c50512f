"""The command line beside a running service: who holds the database, who reads it, who refuses."""

import os
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from care import NOON, Care, wrote
from shop import Shop

from chatops import admin
from chatops.app import opened
from chatops.channel import AccountRevoked, Deleted, Echo, Edited
from chatops.config import Config
from chatops.errors import Rejected, StorageError
from chatops.event import Kind
from storage.alone import alone
from storage.sqlite import Hold

pytestmark = pytest.mark.anyio


async def _migrate(config: Config) -> None:
    admin.migrate(config)


async def _replay(config: Config) -> None:
    await admin.replay(config, timedelta(days=1), unreadable=False)


async def _doctor(config: Config) -> None:
    assert await admin.examine(config)


async def _report(config: Config) -> None:
    assert await admin.report(config, "today", "en")


async def _against(config: Config) -> None:
    assert (await admin.against(config, timedelta(days=1), lambda _: None)).tickets == 0


ALONE = {"migrate": _migrate, "replay": _replay}
BESIDE = {"doctor": _doctor, "report": _report, "check --against": _against}


@pytest.mark.parametrize("run", ALONE.values(), ids=ALONE)
async def test_who_wants_it_alone_is_refused_and_told_the_process(
    shop: Shop, run: Callable[[Config], Awaitable[None]]
) -> None:
    admin.migrate(shop.config)
    serving = Hold(shop.database)
    serving.take()
    with pytest.raises(StorageError) as refused:
        await run(shop.config)
    serving.release()
    said = f"care.db.lock: process {os.getpid()} is serving this database; stop it first"
    assert str(refused.value) == said
    await run(shop.config)


@pytest.mark.parametrize("run", BESIDE.values(), ids=BESIDE)
async def test_who_only_reads_does_so_beside_it(
    shop: Shop, run: Callable[[Config], Awaitable[None]]
) -> None:
    admin.migrate(shop.config)
    with alone(shop.config.database, "forget"):
        await run(shop.config)


async def test_who_starts_while_a_command_has_it_alone_is_told_which_and_to_wait(
    shop: Shop,
) -> None:
    admin.migrate(shop.config)
    async with opened(shop.config) as service:
        with alone(shop.config.database, "forget"), pytest.raises(StorageError) as refused:
            service.storage.work.hold()
        who = f"care.db.lock: process {os.getpid()}"
        assert (
            str(refused.value) == f"{who} runs `forget` on this database; wait until it has ended"
        )
        service.storage.work.hold()


async def test_a_service_that_runs_uses_the_account_that_is_connected_beside_it(shop: Shop) -> None:
    admin.migrate(shop.config)
    async with opened(shop.config) as service:
        service.storage.work.hold()
        x = service.channels["aozora_x"]
        with pytest.raises(Rejected, match="not-connected"):
            await x.own_id()  # type: ignore[attr-defined] # X's own
        await shop.connect()
        first = await x.own_id()  # type: ignore[attr-defined]
        await service.storage.vault.revoked("aozora_x")
        with pytest.raises(Rejected, match="revoked"):
            await x._tokens.access()  # type: ignore[attr-defined]
        await shop.connect()
        assert await x._tokens.access()  # type: ignore[attr-defined]
        assert await x.own_id() == first  # type: ignore[attr-defined]


async def test_no_body_that_is_read_again_sends_anything_to_a_customer(care: Care) -> None:
    """Replay takes bodies in as intake does: cards may follow, never words or deeds to a network."""
    message = wrote(thread="t")
    ticket = await care.opens(message)
    await care.did("ben", "claim", ticket)
    await care.replies("ben", ticket)
    await care.replies("ben", ticket, "Once more", then="close")
    theirs = "SELECT * FROM delivery WHERE \"to\" LIKE 'account:%'"
    before = care.sql(theirs)
    assert len(before) == 2
    later = NOON
    dm = {"kind": Kind.DM, "private": True}
    for each in (
        message,
        wrote("And my stove?", thread="t"),
        wrote("Thanks a lot!", thread="t"),
        wrote("In private", thread="dm", **dm),
        Edited("aozora", message.external_id, "Where is it?", later),
        Echo("aozora", "ours", "t", "Answered by hand", later, private=False),
        Deleted("aozora", message.external_id, later),
        AccountRevoked("aozora", later),
    ):
        await care.hears(each)
        await care.hears(each)
    assert care.sql(theirs) == before
