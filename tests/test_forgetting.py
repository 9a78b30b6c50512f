"""Somebody is forgotten: not a byte of theirs is left, and every ticket is still its log's fold."""

import json
import math
import re
import shutil
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from care import KEY, POLICY, REGISTRY, WORDS, Care, wrote
from cryptography.fernet import Fernet
from shop import Shop
from town import Town, shows
from typer.testing import CliRunner

import storage.sqlite
from chatops import admin, keeping
from chatops.__main__ import cli
from chatops.act import Act, Marks
from chatops.app import Service, opened
from chatops.card import Card, Paragraph
from chatops.channel import Author, Edited, Message
from chatops.clock import SystemClock
from chatops.errors import ConfigError, StorageError
from chatops.event import (
    CustomerForgotten,
    Kind,
    ReplyDoubted,
    ReplyFailed,
    ReplyWithdrawn,
    SendingBegan,
)
from chatops.forgetting import Again, Forgotten, end, erase, forget
from chatops.ledger import apply
from chatops.ports import Tx, Work
from chatops.sla import Outcome
from chatops.step import fold
from chatops.text import text
from chatops.ticket import Status
from storage import open_storage
from storage.backup import discard, restoring
from storage.forgetting import whom
from storage.sqlite import scrub
from storage.statement import Db

pytestmark = pytest.mark.anyio

T = TypeVar("T")

#: What must not be found again, in any spelling of its letters.
SAID = "zqxwords"
HANDLE = "zqxhandle"
NAME = "Zqxname"
SINCE = "It was to be here on Monday."
#: All three begin so.
SENTINEL = b"zqx"

SOMEBODY = Author("u-zqxid", HANDLE, NAME, 12)


def service_of(care: Care) -> Service:
    """The parts of a service that forgetting uses."""
    return Service(None, care.hours, WORDS, care.storage, None, care.desk, {}, {}, REGISTRY)  # type: ignore[arg-type]


async def forgets(care: Care, ticket: int = 1) -> Forgotten:
    """Forget a ticket's customer, and whom consent links to them."""
    who = await care.storage.work.run(lambda db: whom.of_ticket(db, ticket))
    assert who is not None
    linked = await care.storage.reader.profiles(who.id)
    ids = [each.customer.id for each in linked]
    persons = await care.storage.work.run(
        lambda db: [found for id in ids if (found := whom.person(db, id))]
    )
    return await erase(service_of(care), persons)


def files_with(folder: Path, sentinel: bytes) -> list[str]:
    """The files of a database's folder that hold the bytes, in whatever case."""
    files = (each for each in folder.iterdir() if each.is_file())
    return [each.name for each in files if sentinel in each.read_bytes().lower()]


async def everywhere(town: Town) -> list[int]:
    """Let a person's words, name and handle get to every place that there is."""
    somebody = {"author": SOMEBODY, "thread": "t1"}
    first = await town.opens(
        wrote(f"Where is my {SAID}? {SINCE}", url=f"https://x.com/{HANDLE}/1", **somebody)
    )
    await town.did("ben", "claim", first)
    await town.did("ben", "note", first, fields={"text": f"{NAME} called about {SAID}"})
    await town.replies("ben", first, f"Dear {NAME}, it is on its way.")
    second = await town.opens(
        wrote(
            f"In private: {SAID}", private=True, kind=Kind.DM, author=SOMEBODY, thread="dm-u-zqxid"
        )
    )
    await town.hears(Edited("aozora", "early1", f"An edit of {SAID}", town.hours.transport()))
    other = await town.opens(
        wrote(f"@{HANDLE} said so too", who="leo", thread="t9", parent_text=f"{SAID}, says {NAME}")
    )
    await town.did("ben", "note", other, fields={"text": f"asks like {NAME} (@{HANDLE})"})
    # what others repeat without their name
    await town.hears(wrote(f"RT Where is my {SAID}? {SINCE} Mine too", who="leo", thread="t9"))
    await town.did("ben", "note", other, fields={"text": f"see: Where is my {SAID}? {SINCE}"})
    # in a thread that is called after them, as a forum calls it
    await town.hears(
        wrote(
            "And in theirs",
            who="leo",
            thread=f"{HANDLE}/tents",
            external_id=f"{HANDLE}/tents/2",
            parent=f"{HANDLE}/tents/1",
            url=f"https://forum.example/{HANDLE}/tents",
        )
    )
    now = town.hours.transport()
    bodies = (
        {"events": [{"id": "m1", "text": f"Where is my {SAID}?", "author": {"handle": HANDLE}}]},
        {"events": [{"id": "early1", "text": "An edit", "author": {"id": "u-zqxid"}}]},
    )
    for body in bodies:
        raw = json.dumps(body).encode()

        def store(tx: Tx, raw: bytes = raw) -> None:
            tx.raw_read(tx.store_raw("sandbox", "aozora", raw, now))

        await town.storage.work.transact(store)
    said = text("words", words=f"{NAME} is late: {SAID}")
    await town.timer.publish(
        "late", "2026-06-01", "care-global", Card(said, blocks=(Paragraph(said),))
    )
    said = text("words", words="Nobody is late")
    await town.timer.publish(
        "late", "2026-06-02", "care-global", Card(said, blocks=(Paragraph(said),))
    )
    town.hours.jump(timedelta(hours=3))
    await town.timer.tick()
    return [first, second, other]


async def unfolded(care: Care) -> list[int]:
    """The tickets that are not what their log makes."""
    ids = [id for (id,) in care.sql("SELECT id FROM ticket ORDER BY id")]
    wrong = []
    for id in ids:
        log = await care.storage.reader.entries(id)
        made = fold(id, [(entry.event, entry.at) for entry in log])
        if made != await care.ticket(id):
            wrong.append(id)
    return wrong


async def test_not_a_byte_is_left_in_the_databases_files_nor_in_any_room(town: Town) -> None:
    tickets = await everywhere(town)
    await town.quiet()
    assert files_with(town.path.parent, SENTINEL)
    rooms = [*town.desk.policy.rooms]
    before = {room: len(town.seen(room)) for room in rooms}
    done = await forgets(town)
    assert done.bodies == 2
    await town.quiet()
    await town.stops()
    scrub(town.path)
    assert files_with(town.path.parent, SENTINEL) == []
    assert {room: len(town.seen(room)) for room in rooms} == before
    # what people see; Slack's own log of calls is not theirs to read
    assert SENTINEL.decode() not in repr(town.slack.state.messages).lower()
    lines = "\n".join([shows(line) for line in town.seen("care-global")])
    assert "This post named a customer who asked to be forgotten" in lines
    assert "said so too" in lines
    assert "Mine too" in lines
    assert "Nobody is late" in lines
    assert "And in theirs" in lines
    assert tickets == [1, 2, 3]


async def test_every_ticket_is_what_its_log_makes_and_theirs_are_over(town: Town) -> None:
    first, second, other = await everywhere(town)
    await town.quiet()
    await forgets(town)
    assert await unfolded(town) == []
    for ticket in (first, second):
        after = await town.ticket(ticket)
        assert (after.status, after.can_reply, after.replies) == (Status.CLOSED, False, ())
        log = await town.log(ticket)
        assert log[-1] == CustomerForgotten()
    clock = (await town.record(second)).clock
    assert clock is not None
    assert clock.outcome is Outcome.WAIVED
    assert (await town.ticket(other)).status is Status.OPEN
    replies = town.sql("SELECT what, state FROM delivery WHERE what = 'reply'")
    assert replies == [("reply", "withdrawn")]


@pytest.mark.parametrize("is_cut_off", [False, True])
@pytest.mark.parametrize("state", ["waiting", "sending", "in doubt"])
async def test_no_reply_goes_out_to_them_any_more(care: Care, state: str, is_cut_off: bool) -> None:
    ticket = await care.opens(wrote(account="quiet"))
    reply = await care.replies("ben", ticket)
    began = [] if state == "waiting" else [SendingBegan(reply)]
    doubted = [ReplyDoubted(reply)] if state == "in doubt" else []
    act = Act(care.hours.business(), care.hours.transport(), Marks(), rule="outbox")

    def run(tx: Tx) -> None:
        found = tx.ticket(ticket)
        assert found is not None
        apply(tx, POLICY, found, [*began, *doubted], act)
        if began:
            tx.doubt_reply(reply_row, care.hours.transport(), care.hours.transport())

    ((reply_row,),) = care.sql("SELECT id FROM delivery WHERE what = 'reply'")
    await care.storage.work.transact(run)
    if is_cut_off:  # the ticket is closed, and its replies are not withdrawn yet
        work: Any = Cut(care.storage.work, 2)
        service = replace(service_of(care), storage=replace(care.storage, work=work))
        who = await care.storage.work.run(lambda db: whom.of_ticket(db, ticket))
        assert who is not None
        with pytest.raises(CutError):
            await erase(service, [who])
        assert (await care.log(ticket))[-1] == CustomerForgotten()
    await forgets(care)
    gone = ReplyWithdrawn(reply) if state == "waiting" else ReplyFailed(reply, "forgotten")
    assert (await care.log(ticket))[-2:] == [gone, CustomerForgotten()]
    assert care.sql("SELECT state, due_at FROM delivery WHERE what = 'reply'") == [
        ("withdrawn", None)
    ]
    assert await unfolded(care) == []


async def test_what_comes_again_of_theirs_is_dropped_and_who_comes_back_is_somebody_new(
    care: Care,
) -> None:
    message = wrote("Where is it?", thread="t")
    ticket = await care.opens(message)
    await forgets(care)
    await care.hears(message)
    assert care.count("message") == 1
    again = await care.opens(wrote("Hello again", thread="t"))
    assert again != ticket
    assert care.sql("SELECT id, external_id, name FROM customer") == [
        (1, "forgotten:1", "—"),
        (2, "u-mia", "Mia"),
    ]
    await forgets(care, again)  # a second time
    assert care.sql("SELECT external_id FROM customer") == [("forgotten:1",), ("forgotten:2",)]


async def test_who_is_linked_by_consent_is_forgotten_too(care: Care) -> None:
    one = await care.opens(wrote(who="mia"))
    other = await care.opens(wrote(who="mia_elsewhere", account="quiet"))
    now = care.hours.business()
    await care.storage.work.transact(lambda tx: tx.consent(1, 2, 1, now))
    await forgets(care, one)
    assert care.sql("SELECT name FROM customer") == [("—",), ("—",)]
    assert care.count("consent") == 0
    assert (await care.ticket(other)).status is Status.CLOSED


class CutError(Exception):
    """The process ended here."""


class Cut:
    """A database's work that ends after so many transactions."""

    def __init__(self, work: Work, left: float) -> None:
        self._work = work
        self._left = left

    async def run(self, fn: Callable[[Db], T]) -> T:
        return await self._counted(self._work.run(fn))

    async def transact(self, fn: Callable[[Tx], T]) -> T:
        return await self._counted(self._work.transact(fn))

    async def _counted(self, done: Coroutine[Any, Any, T]) -> T:
        if not self._left:
            done.close()
            raise CutError
        self._left -= 1
        return await done


#: A marker, which is another one each time.
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def forgotten_in(town: Town, database: Path, cut: float) -> list[str]:
    """Forget the first ticket's customer in a copy, cut off once and begun anew; all that is left."""
    storage = open_storage(f"sqlite:///{shutil.copy(town.path, database)}", KEY, town.hours)
    try:
        who = await storage.work.run(lambda db: whom.of_ticket(db, 1))
        assert who is not None
        for steps in (cut, math.inf):
            work: Any = Cut(storage.work, steps)
            service = replace(service_of(town), storage=replace(storage, work=work))
            with suppress(CutError):
                await erase(service, [who])
    finally:
        await storage.close()
    with closing(sqlite3.connect(database)) as db:
        return [_UUID.sub("", line) for line in db.iterdump()]


async def test_forgetting_that_was_cut_off_anywhere_ends_the_same(
    town: Town, tmp_path: Path
) -> None:
    await everywhere(town)
    await town.quiet()
    with closing(sqlite3.connect(town.path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = await forgotten_in(town, tmp_path / "whole.db", math.inf)
    assert SENTINEL.decode() not in "\n".join(whole).lower()
    for steps in range(1, 24):
        cut = await forgotten_in(town, tmp_path / f"{steps}.db", steps)
        assert cut == whole, steps


# --- at the command line, and after a restore


async def told(shop: Shop, message: Message) -> None:
    async with opened(shop.config) as service:
        await service.desk.receive([message])


async def forgotten_after_a_loss(shop: Shop, folder: Path, newer_key: str) -> None:
    """The database is lost with its table of the forgotten; a backup from before is put back."""
    with closing(sqlite3.connect(shop.database)) as db, db:
        db.execute(
            "UPDATE customer SET external_id = 'u-zqxid', handle = ?, name = ? WHERE id = 1",
            [HANDLE, NAME],
        )
        db.execute("DELETE FROM forgotten")
    await keeping.back_up(shop.config, folder / "again.db")
    discard(shop.database)
    shop.environment["CHATOPS_KEY"] = newer_key + shop.environment["CHATOPS_KEY"]
    assert (await keeping.restore(shop.config, folder / "again.db")).forgotten == Again(1, 1)
    (folder / "again.db").unlink()
    assert files_with(folder, SENTINEL) == []


async def test_it_is_written_down_and_done_again_after_a_restore(
    shop: Shop, tmp_path: Path
) -> None:
    admin.migrate(shop.config)
    await told(shop, wrote(f"Where is my {SAID}?", account="aozora", author=SOMEBODY))
    await told(shop, wrote("And mine?", account="aozora", who="leo"))
    old = tmp_path / "old.db"
    await keeping.back_up(shop.config, old)
    done = await forget(shop.config, f"sandbox:@{HANDLE}", lambda plan: plan.tickets == 1)
    assert done is not None
    plan, erased = done
    assert [(each.handle, each.channel) for each in plan.persons] == [(HANDLE, "sandbox")]
    assert (erased.messages, erased.tickets) == (1, 1)
    assert files_with(tmp_path, SENTINEL) == ["old.db"]
    listed = (tmp_path / "care.db.forgotten").read_text("utf-8")
    assert listed.count("\n") == 1
    with pytest.raises(ConfigError, match="there is no such customer"):
        await forget(shop.config, f"sandbox:@{HANDLE}", lambda _: True)
    with pytest.raises(ConfigError, match="the customer is forgotten already"):
        await forget(shop.config, "#1", lambda _: True)

    back = await keeping.restore(shop.config, old)
    assert back.forgotten == Again(1, 1)
    old.unlink()
    assert files_with(tmp_path, SENTINEL) == []
    # the list alone is enough, under the key that was in force or behind a newer one
    for key in ("", f"{Fernet.generate_key().decode()},"):
        await forgotten_after_a_loss(shop, tmp_path, key)


async def test_restore_leaves_who_came_back_after_they_were_forgotten(
    shop: Shop, tmp_path: Path
) -> None:
    admin.migrate(shop.config)
    await told(shop, wrote("Where is it?", account="aozora", author=SOMEBODY))
    assert await forget(shop.config, "1", lambda _: True)
    now = SystemClock().transport()
    await told(shop, wrote("Hello again", account="aozora", author=SOMEBODY, at=now))
    later = tmp_path / "later.db"
    await keeping.back_up(shop.config, later)
    assert (await keeping.restore(shop.config, later)).forgotten.persons == 0
    with closing(sqlite3.connect(shop.database)) as db:
        assert db.execute("SELECT name FROM customer").fetchall() == [("—",), (NAME,)]
    # and once more, after the backup
    assert await forget(shop.config, "2", lambda _: True)
    assert (await keeping.restore(shop.config, later)).forgotten.persons == 1
    with closing(sqlite3.connect(shop.database)) as db:
        assert db.execute("SELECT name FROM customer").fetchall() == [("—",), ("—",)]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("somebody", "somebody: write the number of one of their tickets, or the channel with"),
        ("7", "7: there is no such customer; write the number"),
        ("sandbox:@leo", "several are called so; write one of: sandbox:u-leo, sandbox:u-leo2"),
    ],
)
async def test_who_is_meant_must_be_clear(shop: Shop, said: str, answer: str) -> None:
    admin.migrate(shop.config)
    await told(shop, wrote("Mine?", account="aozora", who="leo"))
    await told(shop, wrote("Mine?", account="aozora", author=Author("u-leo2", "LEO", "Leo", 1)))
    with pytest.raises(ConfigError, match=answer):
        await forget(shop.config, said, lambda _: True)


async def test_without_consent_nothing_is_changed(shop: Shop) -> None:
    admin.migrate(shop.config)
    await told(shop, wrote(f"My {SAID}?", account="aozora", author=SOMEBODY))
    assert await forget(shop.config, "1", lambda _: False) is None
    assert files_with(shop.database.parent, SENTINEL) == ["care.db"]


async def test_what_could_not_be_written_anew_is_when_it_is_run_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody reads the database meanwhile, as `report` may."""
    monkeypatch.setattr(storage.sqlite, "PATIENCE_S", 0.05)
    admin.migrate(shop.config)
    await told(shop, wrote(f"My {SAID}?", account="aozora", author=SOMEBODY))
    assert not await end(shop.config)
    restoring(shop.database).write_bytes(SENTINEL)  # of a restore that was killed
    with closing(sqlite3.connect(shop.database)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM message").fetchall()
        with pytest.raises(StorageError, match=r"somebody reads it; .*, and run forget again"):
            await forget(shop.config, "1", lambda _: True)
        assert files_with(shop.database.parent, SENTINEL)
        with pytest.raises(StorageError, match="somebody reads it"):
            await end(shop.config)
    assert await end(shop.config)
    assert files_with(shop.database.parent, SENTINEL) == []
    assert not await end(shop.config)


async def test_what_came_of_theirs_and_is_not_read_yet_is_read_first(shop: Shop) -> None:
    admin.migrate(shop.config)
    await told(shop, wrote(f"My {SAID}?", account="aozora", author=SOMEBODY))
    await shop.store(b'{"events": [], "about": "%s"}' % HANDLE.encode())
    done = await forget(shop.config, "1", lambda _: True)
    assert done is not None
    assert done[1].bodies == 1


def test_the_command_says_what_it_will_do_and_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHATOPS_KEY", Fernet.generate_key().decode())
    run = CliRunner().invoke
    assert run(cli, ["init", "--sandbox", "--output", "app.yaml"]).exit_code == 0
    assert run(cli, ["migrate"]).exit_code == 0
    with closing(sqlite3.connect("var/chatops.db")) as db, db:
        db.execute("INSERT INTO customer VALUES (1, 'x', '77', 'mia', 'Mia', NULL, 'mia', 'mia')")
    left = run(cli, ["forget", "x:77"], input="n\n")
    assert (left.exit_code, left.stdout.splitlines()[-1]) == (1, "nothing was changed")
    assert "x: Mia (@mia, 77)" in left.stdout
    done = run(cli, ["forget", "x:77", "--yes"])
    assert done.exit_code == 0, done.output
    assert "forgotten: 0 messages, 0 raw bodies, 0 posts" in " ".join(done.stdout.split())
