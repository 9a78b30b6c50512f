"""g. What the outbox costs a job, against the same statements by the raw driver, on both databases.

A job is what a courier does for one card, by the outbox's own `Rooms.take` and `Posting`: a
transaction that takes it, in which nothing waits for the disk, with its room's pace and the rows of
its ticket; the card made of them; and after its post a transaction that records what became of it,
which is flushed. One courier does one job after the other, so that nothing is shared; the post itself
costs nothing here. The other side runs the same transactions, with the very statements and
parameters, on one connection.
"""

import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Final

from bench import server, site
from bench.baselines import replay, replay_postgres
from bench.figure import Figure, Side, expect, in_turns, ratio
from bench.recording import AnyWork, Recording, Transaction
from chatops import app
from chatops.card import Card
from chatops.clock import SystemClock
from chatops.delivery.enrolment import Enrolment
from chatops.delivery.hand import Hand
from chatops.delivery.pace import ChatPace
from chatops.delivery.posting import Posting
from chatops.delivery.replies import Replies
from chatops.delivery.rooms import Rooms
from chatops.delivery.troubles import Troubles
from chatops.policy import Room
from chatops.ports import Chat, ChatLimits, Work

#: No measurement takes as long as this lease.
LEASE: Final = timedelta(hours=1)

#: Jobs follow each other in a time in which every room may be posted to again.
STEP: Final = timedelta(seconds=1)


async def measure(
    folder: Path, *, jobs: int = 400, rounds: int = 7, serving: server.Serving = server.safe
) -> list[Figure]:
    """Return the figures of both databases."""
    with serving(folder) as address:
        return [
            await _on_sqlite(folder, jobs, rounds),
            await _on_postgres(folder, address, jobs, rounds),
        ]


async def _on_sqlite(folder: Path, jobs: int, rounds: int) -> Figure:
    seeded, used = folder / "seeded.db", folder / "used.db"
    enrolment = await _seed(folder, f"sqlite:///{seeded.absolute()}", jobs)

    def fresh() -> None:
        for suffix in ("-wal", "-shm"):
            used.with_name(used.name + suffix).unlink(missing_ok=True)
        shutil.copy(seeded, used)

    async def ours(log: list[Transaction] | None = None) -> float:
        fresh()
        return await _deliver(folder, f"sqlite:///{used.absolute()}", enrolment, jobs, log)

    log: list[Transaction] = []
    await ours(log)
    written = replay.contents(used)
    raw = [(each.flushed, [(said.text, said.params) for said in each.statements]) for each in log]

    async def theirs() -> float:
        fresh()
        return replay.replay_each(used, raw)

    await theirs()
    expect(replay.contents(used) == written, "the raw driver has written the very same rows")
    return await _compared("SQLite", jobs, rounds, ours, theirs)


async def _on_postgres(folder: Path, address: str, jobs: int, rounds: int) -> Figure:
    async with server.database(address) as seeded:
        enrolment = await _seed(folder, seeded, jobs)

        async def ours() -> float:
            async with server.database(address, like=seeded) as url:
                return await _deliver(folder, url, enrolment, jobs)

        log: list[Transaction] = []
        async with server.database(address, like=seeded) as url:
            await _deliver(folder, url, enrolment, jobs, log)
            written = await replay_postgres.contents(url)

        async def theirs() -> float:
            async with server.database(address, like=seeded) as url:
                return await replay_postgres.replay(url, log)

        async with server.database(address, like=seeded) as url:
            await replay_postgres.replay(url, log)
            same = await replay_postgres.contents(url) == written
            expect(same, "the raw driver has written the very same rows")
        return await _compared("PostgreSQL", jobs, rounds, ours, theirs)


async def _compared(name: str, jobs: int, rounds: int, ours: Side, theirs: Side) -> Figure:
    mine, raw = await in_turns(rounds, ours, theirs)
    said = f"{min(mine) / jobs * 1000:.2f} of {min(raw) / jobs * 1000:.2f} ms a job"
    detail = (
        f"{said}: take (not flushed), card, and record what became of it (flushed; fsync is on)"
    )
    return Figure(f"g. outbox on {name}", ratio(mine, raw), 2, "lower", detail)


async def _seed(folder: Path, url: str, jobs: int) -> Enrolment:
    """Fill a database with jobs; return the process that does them, in this database or a copy."""
    config = site.config(folder, f"http://{site.HOST}:9/slack", database=url)
    async with app.opened(config) as service:
        await site.seed(service, jobs)
        enrolment = Enrolment(service.storage.work, service.clock, lease=LEASE)
        await enrolment.begin()
    return enrolment


async def _deliver(
    folder: Path,
    url: str,
    enrolment: Enrolment,
    jobs: int,
    log: list[Transaction] | None = None,
) -> float:
    """Do the jobs and return the seconds they took; they are logged where there is a log."""
    config = site.config(folder, f"http://{site.HOST}:9/slack", database=url, fresh=False)
    async with app.opened(config) as service:
        work: AnyWork | Recording = service.storage.work
        if log is not None:
            work = Recording(service.storage.work, service.clock, log)
        await service.storage.work.transact(lambda _: None)  # connects
        courier = _Courier(service, work, enrolment)
        rooms = list(config.policy.rooms.values())
        began = perf_counter()
        for number in range(jobs):
            await courier.job(rooms[number % site.ROOMS])
        took = perf_counter() - began
        expect(courier.outcomes == {"posted": jobs}, f"all is posted, not {courier.outcomes}")
    return took


class _Courier:
    """Does jobs with the outbox's own parts, put together as `Outbox` does."""

    def __init__(self, service: app.Service, work: Work, enrolment: Enrolment) -> None:
        self.outcomes: Counter[str] = Counter()
        desk, reader = service.desk, service.storage.reader
        self._clock = clock = _Steps()
        self._chat = chat = _Silent(service.chats["slack"])
        self._hand = hand = Hand(work, clock, enrolment, self._count)
        record, calling = hand.record, enrolment.calling
        troubles = Troubles(desk, clock, record)
        replies = Replies(desk, reader, clock, {}, record, calling)
        self._posting = posting = Posting(
            desk, reader, clock, replies, troubles, record, self._count, calling
        )
        chats = {chat.name: chat}
        self._rooms = Rooms(
            desk, reader, clock, chats, enrolment, hand, troubles, posting, lambda: True, ()
        )
        self._pace = ChatPace(chat.name, chat.limits)

    async def job(self, room: Room) -> None:
        self._clock.now += STEP
        order = (await self._rooms.take(room, self._clock.now)).order
        assert order is not None  # noqa: S101 - each room has as many as it is asked for
        with self._hand.holding(order.job.id):
            await self._posting.deliver(self._chat, room, order, self._pace)

    def _count(self, outcome: str) -> None:
        self.outcomes[outcome] += 1


@dataclass
class _Steps:
    """Both clocks, which stand still until they are set."""

    offset: timedelta = timedelta()
    now: datetime = field(default_factory=lambda: SystemClock().transport() + site.MINUTE)

    def transport(self) -> datetime:
        return self.now

    def business(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class _Silent:
    """Slack, but for its posts: each is taken at once, and nowhere seen."""

    name = "slack"

    def __init__(self, slack: Chat) -> None:
        self.limits: ChatLimits = slack.limits
        self.finds = slack.finds
        self.routes, self.running = slack.routes, slack.running
        self.update, self.find, self.url = slack.update, slack.find, slack.url
        self.send_file = slack.send_file
        self._ids = count(1)

    async def post(self, room: Room, card: Card, thread: str | None, marker: str) -> str:  # noqa: ARG002 - as the port has it
        return f"{next(self._ids)}.000000"
