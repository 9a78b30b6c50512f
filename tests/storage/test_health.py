"""What waits, and how the store fares."""

import pytest
from stored import NOW, of_sqlite, s, sent, took

from chatops.errors import StorageError
from chatops.ports import DeliveryState, Due, Health, Tx, What
from storage import SCHEMA, Storage

pytestmark = pytest.mark.anyio


async def test_an_empty_store(storage: Storage) -> None:
    assert await storage.reader.health(NOW) == Health(SCHEMA, 0, 0, 0, 0, 0, None)
    assert await storage.reader.due(NOW) == Due([], [], None)


async def test_what_waits_is_counted(storage: Storage) -> None:
    def fill(tx: Tx) -> None:
        for body in (b"a", b"b", b"c"):
            tx.store_raw("x", "acme_x", body, NOW)
        tx.raw_read(1)
        tx.raw_read(2, "KeyError")
        for n, (room, due) in enumerate({"care": 1, "leads": 2, "later": 60}.items()):
            sent(tx, What.PUBLISHED, room, f"lane {n}", due=s(due))
        # behind the first of its lane: it cannot go yet
        sent(tx, What.PUBLISHED, "behind", "lane 0", due=NOW)

    await storage.work.transact(fill)
    assert await storage.reader.health(s(5)) == Health(SCHEMA, 1, 1, 2, 0, 0, s(1))
    assert await storage.reader.due(s(5)) == Due(["care", "leads"], ["care", "leads"], s(60))
    assert await storage.reader.due(NOW) == Due([], [], s(1))

    doubted, failed = await took(storage, "care", s(5)), await took(storage, "leads", s(5))
    assert doubted is not None
    assert failed is not None

    def settle(tx: Tx) -> None:
        tx.delivery_is(doubted, DeliveryState.IN_DOUBT, s(20), "time-out")
        tx.delivery_is(failed, DeliveryState.FAILED, None, "no such room")

    await storage.work.transact(settle)
    assert await storage.reader.health(s(5)) == Health(SCHEMA, 1, 1, 0, 1, 1, None)


@of_sqlite
async def test_a_read_that_the_driver_ended_harms_no_other(storage: Storage) -> None:
    """After some failures SQLite has rolled back by itself."""
    await storage.reader.run(lambda db: db.connection.execute("ROLLBACK"))  # type: ignore[attr-defined]
    for _ in range(6):
        assert await storage.reader.agents() == []


@of_sqlite
async def test_a_table_that_is_not_there_is_a_storage_error(storage: Storage) -> None:
    await storage.work.run(lambda db: db.connection.execute("DROP TABLE identity"))  # type: ignore[attr-defined]
    with pytest.raises(StorageError, match=r"care\.db: no such table"):
        await storage.reader.agents()
