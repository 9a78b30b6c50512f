"""The roll-up is the log's, to the letter: wherever it was cut, whoever wrote meanwhile."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from random import Random

import asyncpg
import pytest
from sqlalchemy import select, update
from stored import Turned, of_sqlite, storage_for

from chatops.channel import Author
from chatops.copying import carried
from chatops.event import (
    Closed,
    CloseReason,
    CustomerForgotten,
    Event,
    Kind,
    Merged,
    Moved,
    Opened,
    Priority,
    ReopenCause,
    Reopened,
    ReplyRequested,
    Unmerged,
)
from chatops.ports import Mark, Tx
from chatops.rollup import Days
from chatops.step import opened, step
from chatops.ticket import Refusal, Ticket
from storage import Storage, figures
from storage.instant import micros
from storage.statement import Db, Statement, param
from storage.tables import SETTING
from storage.watermark import ROLLED

pytestmark = pytest.mark.anyio

BERLIN = Days("Europe/Berlin", time(5))
START = datetime(2026, 10, 24, 3, tzinfo=UTC)  # five o'clock, on a day of 25 hours
LAST = START + timedelta(days=6)
QUEUES = ("care", "sales")
ALL = 10**6
RESOLVED = Closed(CloseReason.RESOLVED, 1)


@dataclass
class Lives:
    """Tickets that live at random; each turn is one event of one of them."""

    random: Random
    now: datetime = START

    def __post_init__(self) -> None:
        self.tickets: list[Ticket] = []

    def turn(self, tx: Tx) -> None:
        self.now += timedelta(seconds=self.random.choice((7, 55, 900, 9000)))
        if len(self.tickets) < 3 or self.random.random() < 0.3:
            self.tickets.append(opens(tx, self.now, **self.chosen()))
            return
        place = self.random.randrange(len(self.tickets))
        event = self.event()
        if after := happens(tx, self.tickets[place], event, self.now):
            self.tickets[place] = after

    def chosen(self) -> dict[str, object]:
        rule = self.random.choice((None, "praise"))
        return {"quiet": self.random.random() < 0.2, "rule": rule, "queue": self.queue()}

    def queue(self) -> str:
        return self.random.choice(QUEUES)

    def event(self) -> Event:
        agent = self.random.choice((1, 2))
        reason = self.random.choice((CloseReason.RESOLVED, CloseReason.SPAM))
        return self.random.choice(
            (
                Closed(reason, agent),
                Reopened(ReopenCause.AGENT, agent),
                Reopened(ReopenCause.CUSTOMER, None),
                Moved(self.queue(), agent, keeps_assignee=False),
                Merged(1, agent),
                Unmerged(agent),
                ReplyRequested(self.random.randrange(ALL), agent, repeated=agent == 1),
                CustomerForgotten(),
            )
        )


def opens(
    tx: Tx, at: datetime, queue: str = "care", rule: str | None = None, quiet: bool = False
) -> Ticket:
    customer = tx.customer("x", Author("c", "@c", "C"))
    conversation = tx.conversation("acme_x", f"t{at}", customer).id
    event = Opened(
        conversation,
        customer,
        "acme_x",
        "x",
        Kind.MENTION,
        private=False,
        queue=queue,
        language="en",
        priority=Priority.NORMAL,
        why=(),
        can_reply=True,
        rule=rule,
        quiet=quiet,
    )
    draft, _ = opened(0, event, at)
    ticket = replace(draft, id=tx.add_ticket(draft))
    tx.log(ticket.id, event, at, None, rule)
    return ticket


def happens(tx: Tx, ticket: Ticket, event: Event, at: datetime) -> Ticket | None:
    if isinstance(outcome := step(ticket, event, at), Refusal):
        return None
    tx.log(ticket.id, event, at, None, None)
    tx.save_ticket(outcome[0])
    return outcome[0]


def turns(lives: Lives, count: int) -> Callable[[Tx], None]:
    def run(tx: Tx) -> None:
        for _ in range(count):
            lives.turn(tx)

    return run


def read(db: Db, start: datetime, end: datetime) -> Sequence[object]:
    counts = [figures.counts(db, [queue], start, end) for queue in QUEUES]
    closes = {
        (row.agent, row.channel, row.reason): row.count
        for row in figures.closes(db, QUEUES, start, end)
    }
    quiet = dict(figures.quiet_counts(db, QUEUES, start, end))
    return [[(each.new, each.closed, each.repeated) for each in counts], closes, quiet]


GET = Statement(select(SETTING.c.value).where(SETTING.c.name == ROLLED))
SET = Statement(update(SETTING).where(SETTING.c.name == ROLLED).values(value=param("value")))


def straight(db: Db, start: datetime, end: datetime) -> Sequence[object]:
    """Read what the log says, as before the roll-up was begun."""
    (stands,) = db.one(GET) or ("[]",)
    db.run(SET, value="[]")
    found = read(db, start, end)
    db.run(SET, value=stands)
    return found


#: Whole days of the roll-up, parts of them, and days of another zone.
WINDOWS = [
    (START, LAST),
    (START + timedelta(hours=20), START + timedelta(hours=80)),
    (START - timedelta(hours=12), START + timedelta(hours=84)),
]


async def is_true(storage: Storage) -> bool:
    """Compare every window's figures with the log's own."""
    for start, end in WINDOWS:
        rolled = await storage.reader.run(partial(read, start=start, end=end))
        counted = await storage.work.run(partial(straight, start=start, end=end))
        assert rolled == counted, (start, end)
    return True


async def fold(
    storage: Storage, mark: Mark | None = None, limit: int = ALL, days: Days = BERLIN
) -> Mark | None:
    return await storage.work.transact(lambda tx: tx.roll_up(days, mark, limit))


async def fold_all(storage: Storage, days: Days = BERLIN) -> None:
    mark = await fold(storage, days=days)
    while mark is not None:
        mark = await fold(storage, mark, days=days)


async def is_rebuilt_alike(storage: Storage, days: Days = BERLIN) -> bool:
    def run(tx: Tx) -> bool:
        until, stands = tx.rolled_up(days)
        made = tx.counted(days, until, 0, ALL)
        tx.replace_rollup(days, until, made)
        return bool(stands) and stands == made and tx.rolled_up(days) == (until, made)

    return await storage.work.transact(run)


async def test_folded_at_any_cut_it_is_what_the_log_counts(storage: Storage) -> None:
    random = Random(11)  # noqa: S311 - a life that can be lived again
    lives, mark = Lives(random), None
    for _ in range(4):
        await storage.work.transact(turns(lives, random.randrange(1, 40)))
        for _ in range(random.randrange(3)):
            mark = await fold(storage, mark, random.randrange(1, 20))
        assert await is_true(storage)
    assert await storage.work.transact(lambda tx: bool(tx.rolled_up(BERLIN)[0]))
    await fold_all(storage)
    assert await is_true(storage)
    assert await is_rebuilt_alike(storage)
    # other days are folded anew, and meanwhile the log is read
    tokyo = Days("Asia/Tokyo", time())
    mark = await fold(storage, days=tokyo)
    mark = await fold(storage, mark, 50, days=tokyo)
    assert await is_true(storage)
    await fold_all(storage, tokyo)
    assert await is_true(storage)
    assert await is_rebuilt_alike(storage, tokyo)
    # what retention drops is in no figure any more
    assert await storage.work.transact(lambda tx: tx.drop_closed(LAST, 5)) > 0
    assert await is_true(storage)
    assert await is_rebuilt_alike(storage, tokyo)


async def test_a_slip_counts_until_it_is_undone_though_it_was_folded_before(
    storage: Storage,
) -> None:
    def shut(tx: Tx) -> Ticket:
        ticket = happens(tx, opens(tx, START), RESOLVED, START)
        assert ticket is not None
        return ticket

    ticket = await storage.work.transact(shut)
    await fold_all(storage)
    day = (START, START + timedelta(hours=25))
    assert (await storage.reader.counts(QUEUES, *day)).closed == 1
    undone, later = Reopened(ReopenCause.AGENT, 1), START + timedelta(seconds=60)
    await storage.work.transact(lambda tx: happens(tx, ticket, undone, later))
    for _ in range(2):
        counts = await storage.reader.counts(QUEUES, *day)
        assert (counts.new, counts.closed) == (1, 0)
        await fold_all(storage)
    _, stands = await storage.work.transact(lambda tx: tx.rolled_up(BERLIN))
    assert Counter(cell.figure.value for cell in stands) == {"new": 1}


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_an_entry_that_is_committed_late_is_not_passed_over(storage: Storage) -> None:
    """Its id is lower than what others have committed since; until then nothing above it is folded."""
    first = await storage.work.transact(lambda tx: opens(tx, START))
    await fold_all(storage)
    slow = await asyncpg.connect(storage.work._pool._url)  # type: ignore[union-attr]
    try:
        await slow.execute("BEGIN")
        await slow.execute("SELECT FROM ticket WHERE id = $1 FOR UPDATE", first.id)
        await slow.execute(
            "INSERT INTO entry (ticket, at, name, body) VALUES ($1, $2, 'Closed', $3)",
            first.id,
            micros(START),
            '{"reason":"resolved","agent":1}',
        )
        await storage.work.transact(lambda tx: opens(tx, START))
        mark = await fold(storage)
        waiting = mark
        for _ in range(3):
            mark = await fold(storage, mark)
        assert mark == waiting is not None
        assert await is_true(storage)
        await slow.execute("COMMIT")
    finally:
        await slow.close()
    while mark is not None:
        mark = await fold(storage, mark)
    assert await is_true(storage)
    assert await is_rebuilt_alike(storage)
    assert (await storage.reader.counts(QUEUES, START, LAST)).closed == 1


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_one_process_folds_while_the_others_pass_on(storage: Storage) -> None:
    await storage.work.transact(lambda tx: opens(tx, START))
    mark = await fold(storage)
    at_it = await asyncpg.connect(storage.work._pool._url)  # type: ignore[union-attr]
    try:
        await at_it.execute("BEGIN")
        await at_it.execute("SELECT FROM setting WHERE name = 'rolled_up' FOR UPDATE")
        assert await fold(storage, mark) == mark
    finally:
        await at_it.close()
    assert await fold(storage, mark) is None
    assert await is_rebuilt_alike(storage)


@of_sqlite
async def test_an_id_that_is_given_again_is_folded(storage: Storage) -> None:
    """SQLite gives the greatest id again once its row is dropped."""

    def shut(tx: Tx) -> None:
        happens(tx, opens(tx, START), RESOLVED, START)

    await storage.work.transact(lambda tx: opens(tx, START))
    await storage.work.transact(shut)
    await fold_all(storage)
    assert await storage.work.transact(lambda tx: tx.drop_closed(LAST, 5)) == 1
    await storage.work.transact(shut)
    assert await is_true(storage)
    await fold_all(storage)
    assert (await storage.reader.counts(QUEUES, START, LAST)).closed == 1
    assert await is_rebuilt_alike(storage)


@of_sqlite
async def test_a_copied_database_goes_on_where_the_old_one_was(
    storage: Storage, clock: Turned, path: Path
) -> None:
    """The numbers of another server's transactions hold nothing back there."""
    lives = Lives(Random(3))  # noqa: S311 - as above
    await storage.work.transact(turns(lives, 40))
    await fold(storage, await fold(storage), 25)
    async with storage_for("postgres", path, clock) as other:
        await carried(storage, other, "here", "there", lambda _table, _rows: None)
        assert await is_true(other)
        await other.work.transact(turns(lives, 20))
        assert await is_true(other)
        await fold_all(other)
        assert await is_true(other)
        assert await is_rebuilt_alike(other)
