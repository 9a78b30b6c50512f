"""What PostgreSQL alone does: transactions that cross, connections that break, processes that share."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import select
from sqlalchemy.util import await_only
from stored import KEY, NOW, Turned, given, s, said, sent, took

from chatops.errors import ConfigError, StorageError, Uncertain
from chatops.ports import DeliveryState, Tx, What
from chatops.sla import Clock, ClockKind
from storage import Storage, migrate, named, open_storage, postgres_work
from storage import postgres as postgres_driver
from storage.statement import Db, Statement
from storage.tables import DELIVERY
from storage.tx import StoredTx
from tests import postgres

pytestmark = pytest.mark.anyio

FIRST = ClockKind.FIRST_RESPONSE


@pytest.fixture
def url() -> Iterator[str]:
    made = postgres.create()
    yield made
    postgres.drop(made)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Storage]:
    storage = open_storage(url, KEY, Turned())
    try:
        yield storage
    finally:
        await storage.close()


async def acts(storage: Storage, *keys: str) -> list[bool]:
    return await storage.work.transact(lambda tx: [tx.acted(key) for key in keys])


# --- transactions


async def test_two_who_wait_for_each_other_both_come_through(url: str) -> None:
    async with opened(url) as one, opened(url) as other:
        first, second = await one.work.transact(lambda tx: (given(tx, "a"), given(tx, "b")))
        met = asyncio.Barrier(2)
        runs: list[str] = []

        async def through(storage: Storage, name: str, ids: list[int]) -> None:
            def run(tx: Tx) -> None:
                runs.append(name)
                assert tx.ticket(ids[0])
                if runs.count(name) == 1:  # each holds one and is about to want the other's
                    await_only(met.wait())
                assert tx.ticket(ids[1])

            await storage.work.transact(run)

        await asyncio.gather(
            through(one, "one", [first.id, second.id]),
            through(other, "other", [second.id, first.id]),
        )
    assert sorted(runs) in (["one", "one", "other"], ["one", "other", "other"])


async def test_undo_and_the_taking_of_its_reply_do_not_wait_for_each_other(url: str) -> None:
    async with opened(url) as one, opened(url) as other:

        def fill(tx: Tx) -> tuple[int, int, int]:
            ticket = given(tx)
            reply = said(tx, ticket)
            sent(tx, What.REPLY, "account:acme_x", "lane", ticket=ticket.id, message=reply)
            return ticket.id, reply, tx.enrol("other", 60)

        ticket, reply, process = await one.work.transact(fill)
        undoing, taken = asyncio.Barrier(2), asyncio.Barrier(2)
        runs: list[str] = []

        def undo(tx: Tx) -> None:
            runs.append("undo")
            assert tx.ticket(ticket)
            if runs.count("undo") == 1:
                await_only(undoing.wait())
                await_only(taken.wait())
            tx.withhold_reply(reply)

        def take(tx: Tx) -> object:
            runs.append("take")
            if runs.count("take") == 1:
                await_only(undoing.wait())
            job = tx.take_with_ticket("account:acme_x", NOW, process)
            if runs.count("take") == 1:
                await_only(taken.wait())
            return job and tx.ticket(ticket)

        _, job = await asyncio.gather(one.work.transact(undo), other.work.transact(take))
        state = await one.work.run(lambda db: db.all(Statement(select(DELIVERY.c.state))))
    assert (sorted(runs), job, [tuple(row) for row in state]) == (
        ["take", "undo"],
        None,
        [("withdrawn",)],
    )


async def test_a_connection_that_is_cut_before_the_commit_is_no_loss(url: str) -> None:
    async with opened(url) as storage:
        cuts = iter([True, False])

        def run(tx: Tx) -> bool:
            done = tx.once("act", NOW)
            if next(cuts):
                cut(url)
            return done and tx.acted("act")

        assert await storage.work.transact(run) is True
        assert await acts(storage, "act") == [True]
        assert storage.work.trouble() is None


async def test_what_breaks_between_two_statements_is_tried_on_another_connection(url: str) -> None:
    """asyncpg calls it an error of its own when the server's farewell has come unasked."""
    async with opened(url) as storage:
        cuts = iter([True, False])

        def run(tx: Tx) -> bool:
            if next(cuts):
                raise asyncpg.InternalClientError("cannot switch to state 11")
            return tx.once("pressed", NOW)

        assert await storage.work.transact(run)
        assert await acts(storage, "pressed") == [True]


async def test_a_connection_that_is_cut_within_the_commit_leaves_it_unknown(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(url) as storage:
        await acts(storage, "warm")
        begun = postgres_work._once

        async def once(connection: object, begin: str, fn: object) -> object:
            execute = connection.execute  # type: ignore[attr-defined]

            class Cut:
                async def execute(self, text: str, *values: object) -> object:
                    if text != "COMMIT":
                        return await execute(text, *values)
                    await execute(text)
                    raise ConnectionResetError(104, "Connection reset by peer")

                def __getattr__(self, name: str) -> object:
                    return getattr(connection, name)

            return await begun(Cut(), begin, fn)  # type: ignore[arg-type]

        monkeypatch.setattr(postgres_work, "_once", once)
        with pytest.raises(Uncertain, match="within a commit: Connection reset by peer"):
            await storage.work.transact(lambda tx: tx.once("act", NOW))
        monkeypatch.undo()
        assert await acts(storage, "act") == [True]  # this time it was kept


async def test_a_server_that_is_away_is_a_storage_error(tmp_path: object) -> None:
    async with opened(f"postgresql://nobody@/care?host={tmp_path}") as storage:
        with pytest.raises(StorageError, match=f"care on {tmp_path}: "):
            await storage.work.transact(lambda tx: tx.once("act", NOW))
        with pytest.raises(StorageError, match=f"care on {tmp_path}: "):
            await storage.reader.agents()
        assert str(storage.work.trouble()).startswith(f"care on {tmp_path}: ")


async def test_a_function_that_fails_leaves_nothing_and_says_what(url: str) -> None:
    async with opened(url) as storage:

        def run(tx: Tx) -> None:
            tx.once("act", NOW)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await storage.work.transact(run)
        assert await acts(storage, "act") == [False]


async def test_a_cancelled_caller_leaves_the_act_done(url: str) -> None:
    async with opened(url) as storage:
        begun, go = asyncio.Event(), asyncio.Event()

        def run(tx: Tx) -> None:
            begun.set()
            await_only(go.wait())
            tx.once("act", NOW)

        left = asyncio.create_task(storage.work.transact(run))
        await begun.wait()
        left.cancel()
        go.set()
        await asyncio.wait([left])
        assert left.cancelled()
    async with opened(url) as storage:
        assert await acts(storage, "act") == [True]


async def test_no_failure_quotes_a_customers_words(url: str) -> None:
    async with opened(url) as storage:
        ticket = await storage.work.transact(given)
        too_large = 2**70
        with pytest.raises(StorageError) as told:
            await storage.work.transact(lambda tx: tx.edit_message(too_large, "my secret", NOW))
        with pytest.raises(StorageError) as also:
            await storage.work.transact(
                lambda tx: said(tx, ticket, "my secret", account=None)  # NOT NULL
            )
    assert "secret" not in str(told.value) + str(also.value)


async def test_a_nul_in_a_text_is_kept_as_a_sign_that_something_stood_there(url: str) -> None:
    async with opened(url) as storage:
        ticket = await storage.work.transact(given)
        message = await storage.work.transact(lambda tx: said(tx, ticket, "a\x00b"))
        line = await storage.reader.line(message)
        assert line is not None
        assert line.text == "a\N{REPLACEMENT CHARACTER}b"


async def test_a_read_cannot_write_and_sees_one_moment(url: str) -> None:
    async with opened(url) as storage:

        def read(db: Db) -> list[bool]:
            tx = StoredTx(db, NOW)
            first = tx.acted("act")
            await_only(storage.work.transact(lambda tx: tx.once("act", NOW)))
            return [first, tx.acted("act")]

        assert await storage.reader.run(read) == [False, False]
        with pytest.raises(StorageError, match="read-only transaction"):
            await storage.reader.run(lambda db: StoredTx(db, NOW).once("other", NOW))


# --- processes


async def test_one_of_two_processes_takes_a_delivery(url: str) -> None:
    async with opened(url) as one, opened(url) as other:
        await one.work.transact(
            lambda tx: [sent(tx, What.PUBLISHED, "care", f"l{n}") for n in range(40)]
        )
        taken = await asyncio.gather(
            *(took(each, "care") for _ in range(40) for each in (one, other))
        )
        ids = [job.id for job in taken if job is not None]
        assert sorted(ids) == sorted(set(ids))
        left = [await took(one, "care") for _ in range(40)]
        assert len(set(ids) | {job.id for job in left if job}) == 40


async def test_due_clocks_are_shared_out(url: str) -> None:
    async with opened(url) as one, opened(url) as other:

        def late(tx: Tx) -> list[int]:
            tickets = [given(tx, f"c{n}") for n in range(6)]
            for ticket in tickets:
                tx.save_clock(ticket.id, Clock(FIRST, 1, "tokyo", 60, NOW, s(60), alert_at=s(60)))
            return [ticket.id for ticket in tickets]

        tickets = await one.work.transact(late)
        taken, go = asyncio.Event(), asyncio.Event()

        def first(tx: Tx) -> list[int]:
            found = list(tx.to_alert(s(9999), 4))
            taken.set()
            await_only(go.wait())
            return found

        holding = asyncio.create_task(one.work.transact(first))
        await taken.wait()
        theirs = await other.work.transact(lambda tx: list(tx.to_alert(s(9999), 4)))
        go.set()
        assert sorted([*await holding, *theirs]) == tickets


async def test_whose_lease_has_ended_takes_nothing_and_what_it_sent_is_in_doubt(url: str) -> None:
    async with opened(url) as storage:
        await storage.work.transact(
            lambda tx: [sent(tx, What.PUBLISHED, "care", f"l{n}") for n in range(2)]
        )

        def take(tx: Tx, number: int) -> object:
            return tx.take("care", NOW, number, updates=True, posts=True)

        number = await storage.work.transact(lambda tx: tx.enrol("one", 3600))
        job = await storage.work.transact(
            lambda tx: tx.take("care", NOW, number, updates=True, posts=True)
        )
        assert job is not None
        assert await storage.work.transact(lambda tx: tx.free_abandoned(s(15))) == 0
        assert await storage.work.transact(lambda tx: tx.renew(number, -1)) is True
        assert await storage.work.transact(lambda tx: tx.renew(number, 3600)) is False
        assert await storage.work.transact(lambda tx: take(tx, number)) is None
        assert await storage.work.transact(
            lambda tx: (tx.free_abandoned(s(15)), tx.strike_off())
        ) == (1, 1)
        # it sends all the same, and fails: the row is not its any more
        pending = DeliveryState.PENDING
        assert await storage.work.transact(lambda tx: tx.delivery_is(job, pending, NOW)) is False
        looked_up = await took(storage, "care", s(15), updates=False, posts=False)
        assert looked_up is not None
        assert (looked_up.id, looked_up.state) == (job.id, DeliveryState.IN_DOUBT)
        # while another looks it up, what it says comes too late
        assert await storage.work.transact(lambda tx: tx.delivered(job, "ts", 1, NOW)) is False
        assert await storage.work.transact(lambda tx: tx.delivered(looked_up, "ts", 1, NOW)) is True


async def test_who_was_stopped_while_sending_may_still_say_that_it_is_there(url: str) -> None:
    async with opened(url) as storage:
        await storage.work.transact(lambda tx: sent(tx, What.PUBLISHED, "care", "l"))
        job = await took(storage, "care")
        assert job is not None
        await storage.work.transact(lambda tx: (tx.retire(job.process), tx.free_abandoned(s(15))))
        assert await storage.work.transact(lambda tx: tx.delivered(job, "ts", 1, NOW)) is True
        assert await took(storage, "care", s(99)) is None


async def test_a_lease_is_on_the_databases_clock(url: str) -> None:
    async with opened(url) as storage:
        ((now,),) = postgres.ask(url, "SELECT clock_timestamp()")
        read = await storage.work.transact(lambda tx: tx.database_time())
        assert read is not None
        assert abs(read - now) < timedelta(seconds=30)


async def test_processes_wake_each_other(url: str) -> None:
    async with opened(url) as one, opened(url) as other:
        assert one.bell is not None
        assert other.bell is not None
        heard = [asyncio.Event(), asyncio.Event()]
        listening = [
            asyncio.create_task(each.bell.listen(event.set))
            for each, event in zip((one, other), heard, strict=True)
            if each.bell is not None
        ]
        async with asyncio.timeout(20):
            for event in heard:  # both listen
                await event.wait()
                event.clear()
            one.bell.ring()
            await heard[1].wait()
            assert not heard[0].is_set()
            cut(url)
            await heard[0].wait()  # what was missed meanwhile is looked for
        for each in listening:
            each.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def test_bell_whose_connection_times_out_rings_on_another(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_work, "RECONNECT_S", 0.0)
    async with opened(url) as one, opened(url) as other:
        assert one.bell is not None
        assert other.bell is not None
        ours, theirs = asyncio.Event(), asyncio.Event()
        listening = [
            asyncio.create_task(one.bell.listen(ours.set)),
            asyncio.create_task(other.bell.listen(theirs.set)),
        ]
        async with asyncio.timeout(20):
            for event in (ours, theirs):  # both listen
                await event.wait()
                event.clear()
            with monkeypatch.context() as patched:
                patched.setattr(postgres_work, "STATEMENT_S", 0.0)
                one.bell.ring()
                await ours.wait()  # what was missed meanwhile is looked for
            await theirs.wait()  # what was rung in vain is rung again
        for each in listening:
            each.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


# --- the address, and the schema


@pytest.mark.parametrize(
    ("address", "called"),
    [
        ("postgresql://care:secret@db.example/care", "care on db.example"),
        ("postgresql://care:secret@db.example:6432/care?sslmode=require", "care on db.example"),
        ("postgresql:///care?host=/run/postgresql", "care on /run/postgresql"),
        ("postgresql://localhost", "postgres on localhost"),
    ],
)
def test_messages_call_a_database_without_its_password(address: str, called: str) -> None:
    assert named(address) == called


def test_another_address_is_refused_without_quoting_it() -> None:
    with pytest.raises(ConfigError) as told:
        open_storage("mysql://care:secret@db", None)
    assert "secret" not in str(told.value)
    assert "postgresql://user@host/database" in str(told.value)


def test_two_who_migrate_at_once_both_find_it_done() -> None:
    url = postgres.create(migrated=False)
    try:
        assert migrate.current(url) is None
        with ThreadPoolExecutor(2) as both:
            list(both.map(migrate.upgrade, [url, url]))
        assert migrate.current(url) == migrate.head()
    finally:
        postgres.drop(url)


def cut(url: str) -> None:
    """End every connection to the database."""
    name = urlsplit(url).path.lstrip("/")
    postgres.ask(
        postgres.server(),
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
        name,
    )


async def test_a_pool_whose_connections_are_all_in_use_says_so(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_driver, "CONNECT_S", 0.5)
    pool = postgres_driver.Pool(url, 1)
    async with pool.connection():
        with pytest.raises(StorageError, match=r"all 1 connections have been in use for 0\.5 s"):
            async with pool.connection():
                pytest.fail("there is no second one")
    await pool.close()


def test_an_address_where_nobody_answers_is_told_in_words() -> None:
    """As asyncio says it of a name that has several addresses."""
    error = OSError("Multiple exceptions: [Errno 111] ('::1', 1), [Errno 111] ('127.0.0.1', 1)")
    assert postgres_driver.reason(error) == str(error)


async def test_every_table_that_forgetting_overwrites_is_written_anew(url: str) -> None:
    files = (
        "SELECT relname, relfilenode FROM pg_class WHERE relkind = 'r' AND relname !~ '^(pg|sql)_'"
    )
    before = dict(postgres.ask(url, files))
    await postgres_driver.scrub_tables(url)
    after = dict(postgres.ask(url, files))
    assert sorted(name for name in after if after[name] != before[name]) == [
        "burst",
        "conversation",
        "customer",
        "delivery",
        "message",
        "message_words",
        "raw_body",
    ]
