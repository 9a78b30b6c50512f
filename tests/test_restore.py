"""A backup of a running database, put back: nothing goes out before somebody has seen what waits."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from care import MUTE, POLICY, Hours, wrote
from shop import Shop
from town import Town, shows, town_around

from chatops import admin, keeping
from chatops.act import Act, Marks
from chatops.channel import Can, Deleted
from chatops.delivery.restored import KEY_KNOWN, Doubted, doubt
from chatops.errors import StorageError
from chatops.event import ReplyDoubted, SendingBegan
from chatops.ports import RESTORED, Wait
from storage import SCHEMA, backup
from storage.sqlite import Hold

pytestmark = pytest.mark.anyio


# --- the file


def left_over(folder: Path) -> list[str]:
    """What was begun in a folder and not finished."""
    return [each.name for each in folder.iterdir() if each.name.startswith(".")]


async def test_backup_of_a_served_database_is_whole_private_and_counted(
    town: Town, tmp_path: Path
) -> None:
    ticket = await town.opens()
    await town.quiet()
    file = tmp_path / "copy.db"
    made = backup.back_up(town.path, file, town.hours.transport())
    assert made == backup.examined(file)
    assert (made.schema, made.made_at) == (SCHEMA, town.hours.transport())
    assert (made.rows["ticket"], made.rows["message"], made.rows["entry"]) == (1, 1, 2)
    assert oct(file.stat().st_mode & 0o777) == "0o600"
    assert left_over(tmp_path) == []
    await town.did("ben", "claim", ticket)  # it is served on


async def test_backup_holds_no_word_that_was_deleted_before(town: Town, tmp_path: Path) -> None:
    """Not in the search either, which drops words late."""
    for number in range(3):
        await town.opens(wrote(f"zqxword{number} was here", external_id=f"p{number}"))
    for number in range(3):
        await town.hears(Deleted("aozora", f"p{number}", town.hours.transport()))
    await town.quiet()
    file = tmp_path / "copy.db"
    backup.back_up(town.path, file, town.hours.transport())
    assert b"zqxword" not in file.read_bytes()


async def test_backup_overwrites_nothing(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    file.write_bytes(b"precious")
    with pytest.raises(StorageError, match=r"copy.db: is there already; write another name$"):
        backup.back_up(town.path, file, town.hours.transport())
    assert file.read_bytes() == b"precious"
    with pytest.raises(StorageError, match="there is no database"):
        backup.back_up(tmp_path / "none.db", tmp_path / "other.db", town.hours.transport())
    with pytest.raises(StorageError, match="No such file or directory"):
        backup.back_up(town.path, tmp_path / "no" / "folder.db", town.hours.transport())


def damaged(file: Path) -> None:
    body = bytearray(file.read_bytes())
    body[4096 * 3 : 4096 * 20] = b"\xff" * 4096 * 17
    file.write_bytes(body)


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")


def foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("CREATE TABLE songs (title)")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (damaged, "malformed|damaged"),
        (newer, "its schema is 9999, this version knows .*: a newer version of the service made"),
        (foreign, "is no backup of this service's database"),
        (lambda file: file.write_bytes(b"words"), "not a database|no backup"),
        (lambda file: file.unlink(), "there is no such file"),
    ],
)
async def test_what_is_no_good_backup_is_refused_and_changes_nothing(
    shop: Shop, tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    admin.migrate(shop.config)
    file = tmp_path / "copy.db"
    await keeping.back_up(shop.config, file)
    spoil(file)
    before = shop.database.read_bytes()
    with pytest.raises(StorageError, match=said):
        await keeping.restore(shop.config, file)
    assert shop.database.read_bytes() == before
    assert left_over(tmp_path) == []


async def test_restore_is_refused_while_the_database_is_served(shop: Shop, tmp_path: Path) -> None:
    admin.migrate(shop.config)
    await keeping.back_up(shop.config, tmp_path / "copy.db")
    serving = Hold(shop.database)
    serving.take()
    with pytest.raises(StorageError, match=r"process \d+ is serving this database; stop it first"):
        await keeping.restore(shop.config, tmp_path / "copy.db")
    serving.release()


async def test_restore_keeps_what_was_there_and_its_newest_tokens(
    shop: Shop, tmp_path: Path
) -> None:
    admin.migrate(shop.config)
    file = tmp_path / "copy.db"
    await keeping.back_up(shop.config, file)
    await shop.connect()
    await shop.store(b"{}")
    done = await keeping.restore(shop.config, file)
    assert done.aside is not None
    assert backup.examined(done.aside).rows["raw_body"] == 1
    assert backup.examined(shop.database).rows["raw_body"] == 0
    assert (done.tokens, done.doubted) == (1, Doubted(0, 0, 0, 0))
    waits = await keeping.pending(shop.config)
    assert (waits.held_since, waits.counts, waits.replies) == (done.backup.made_at, (), ())
    told = [found.what for found in await admin.examine(shop.config) if not found.ok]
    assert told[0].startswith("nothing goes out: a backup of ")
    assert (await keeping.release(shop.config), await keeping.release(shop.config)) == (True, False)
    assert (await keeping.pending(shop.config)).held_since is None


async def test_restore_where_there_was_nothing_yet(shop: Shop, tmp_path: Path) -> None:
    admin.migrate(shop.config)
    file = tmp_path / "copy.db"
    await keeping.back_up(shop.config, file)
    backup.discard(shop.database)
    done = await keeping.restore(shop.config, file)
    assert (done.aside, done.tokens) == (None, 0)
    assert backup.examined(shop.database).rows["ticket"] == 0


async def test_backup_copied_by_hand_is_as_old_as_its_newest_row(
    town: Town, tmp_path: Path
) -> None:
    await town.opens()
    await town.quiet()
    with closing(sqlite3.connect(town.path)) as db:
        db.execute("VACUUM INTO ?", [str(tmp_path / "copy.db")])
    (taken,) = town.sql("SELECT max(taken_at) FROM delivery")[0]
    found = backup.examined(tmp_path / "copy.db")
    assert found.made_at.timestamp() * 1e6 == taken


# --- what waited in it


async def after_restore(town: Town, since: datetime) -> Doubted:
    """Do what a restore does to what waits."""
    now = town.hours.transport()
    act = Act(now=town.hours.business(), due=now, marks=Marks(), rule="restore")
    done = await town.storage.work.transact(
        lambda tx: doubt(tx, town.desk.policy, town.desk.traits, since, act)
    )
    town.desk.changed.set()
    return done


async def released(town: Town) -> None:
    assert await town.storage.work.transact(lambda tx: tx.let_go())
    town.desk.changed.set()


async def test_nothing_goes_out_until_it_is_let_go(town: Town) -> None:
    await after_restore(town, town.hours.transport())
    post = town.chirp.timeline.write(town.chirp.hands.person("mia"), "Hm?", town.hours.now())
    ticket = await town.opens(external_id=post.id, thread=post.thread)
    await town.did("ben", "claim", ticket)
    reply = await town.replies("ben", ticket)
    for _ in range(40):
        await town.passes(1)
    assert (town.seen("care-global"), town.answered()) == ([], [])
    waits = await town.storage.reader.waits()
    assert Wait("card", "care-global", "pending", 1) in waits.counts
    assert [(each.ticket, each.message) for each in waits.replies] == [(ticket, reply)]
    assert (await town.storage.reader.health(town.hours.transport())).held_since is not None
    await released(town)
    await town.until(town.answered)
    await town.quiet()
    assert len(town.seen("care-global")) == 1


async def forgets(town: Town, statement: str) -> None:
    """Take the database back, as a backup from before an answer does."""
    await town.storage.work.run(
        lambda db: db.connection.execute(statement)  # type: ignore[attr-defined] # SQLite's own
    )


async def test_card_that_went_out_after_the_backup_is_found_and_not_doubled(town: Town) -> None:
    ticket = await town.opens()
    since = town.hours.transport()
    await town.quiet()
    await town.hours.turn(3600)
    await forgets(
        town,
        "UPDATE delivery SET state = 'pending', external_id = NULL, shown = 0, taken_at = NULL, "
        "due_at = 1",
    )
    assert (await after_restore(town, since)).posts == 1
    await released(town)
    await town.quiet()
    assert len(town.seen("care-global")) == 1
    assert "Where is my tent?" in shows(await town.card(ticket))
    assert town.sql("SELECT state, attempts FROM delivery") == [("sent", 0)]


async def test_card_that_never_went_out_goes_out_once(town: Town) -> None:
    since = town.hours.transport()
    await after_restore(town, since)
    await town.opens()
    await after_restore(town, since)
    assert town.sql("SELECT state, attempts FROM delivery") == [("in doubt", RESTORED)]
    await released(town)
    await town.quiet()
    assert len(town.seen("care-global")) == 1
    assert town.sql("SELECT state, attempts FROM delivery") == [("sent", 0)]


async def test_cards_of_what_is_not_closed_show_what_the_backup_knows(town: Town) -> None:
    open_, closed = await town.opens(), await town.opens()
    await town.did("ben", "claim", closed)
    await town.did("ben", "close", closed, fields={"reason": "resolved"})
    await town.quiet()
    updates = len(town.calls("chat.update"))
    assert (await after_restore(town, town.hours.transport())).shown_again == 1
    await released(town)
    await town.quiet()
    assert len(town.calls("chat.update")) == updates + 1
    assert await town.card(open_)


@pytest.mark.parametrize("went_out", [True, False], ids=["went out", "did not"])
@pytest.mark.parametrize("account", ["open", "quiet"])
async def test_reply_that_waited_is_looked_up_or_asked_and_never_doubled(
    tmp_path: Path, empty_database: Path, hours: Hours, account: str, *, went_out: bool
) -> None:
    async with town_around(tmp_path, empty_database, hours) as town:
        mia = town.chirp.hands.person("mia")
        post = town.chirp.timeline.write(mia, "Where is my tent?", hours.now())
        ticket = await town.opens(wrote(account=account, thread=post.thread, external_id=post.id))
        await town.quiet()
        since = hours.transport()
        # from here on the town is what stands in the backup: it sends nothing itself
        await town.storage.work.transact(lambda tx: tx.hold_back(since))
        await town.replies("ben", ticket, "On its way.")
        if went_out:  # after the backup, which does not know it
            brand = town.chirp.timeline.brand
            town.chirp.timeline.write(brand, "On its way.", hours.now() + 5, to_post=post.id)
        await hours.turn(3600)
        done = await after_restore(town, since)
        is_found = account == "open"
        assert (done.looked_up, done.asked) == ((1, 0) if is_found else (0, 1))
        await released(town)
        await town.quiet()
        if is_found:
            await town.until(lambda: town.due("reply")[0][2] == "sent")
            assert town.answered() == ["On its way."]
        else:
            assert town.answered() == (["On its way."] if went_out else [])
            assert town.due("reply")[0][2] == "in doubt"
            assert await town.thread(ticket)
        log = await town.log(ticket)
        assert any(isinstance(event, SendingBegan) for event in log)
        assert any(isinstance(event, ReplyDoubted) for event in log) is not is_found


@pytest.mark.parametrize("answered", ["first", "second"])
async def test_reply_is_found_under_whichever_message_it_answered(
    town: Town, answered: str
) -> None:
    timeline, mia = town.chirp.timeline, town.chirp.hands.person("mia")
    first = timeline.write(mia, "Where is my tent?", town.hours.now())
    asked = {"account": "open", "thread": first.thread}
    ticket = await town.opens(wrote(external_id=first.id, **asked))
    await town.quiet()
    since = town.hours.transport()
    await town.storage.work.transact(lambda tx: tx.hold_back(since))
    reply = await town.replies("ben", ticket, "On its way.")
    # after the backup, which knows neither: the customer goes on, and the reply goes out
    second = timeline.write(mia, "Hello?", town.hours.now() + 4, to_post=first.id)
    post = {"first": first, "second": second}[answered]
    timeline.write(timeline.brand, "On its way.", town.hours.now() + 5, to_post=post.id)
    await town.hours.turn(3600)
    await after_restore(town, since)
    assert town.sql(f"SELECT parent FROM message WHERE id = {reply}") == [(first.id,)]  # noqa: S608
    await town.hears(wrote("Hello?", external_id=second.id, **asked))
    await released(town)
    await town.until(lambda: town.due("reply")[0][2] == "sent")
    assert town.answered() == ["On its way."]


async def test_reply_that_was_never_sent_answers_what_the_backup_knows(town: Town) -> None:
    timeline, mia = town.chirp.timeline, town.chirp.hands.person("mia")
    first = timeline.write(mia, "Where is my tent?", town.hours.now())
    asked = {"account": "open", "thread": first.thread}
    ticket = await town.opens(wrote(external_id=first.id, **asked))
    since = town.hours.transport()
    await town.storage.work.transact(lambda tx: tx.hold_back(since))
    await town.replies("ben", ticket, "On its way.")
    await after_restore(town, since)
    second = timeline.write(mia, "Hello?", town.hours.now() + 4, to_post=first.id)
    await town.hears(wrote("Hello?", external_id=second.id, **asked))
    await released(town)
    await town.until(lambda: town.due("reply")[0][2] == "sent")
    assert town.sql("SELECT attempts FROM delivery WHERE what = 'reply'") == [(0,)]
    assert town.answered() == ["On its way."]
    assert town.sql("SELECT parent FROM message WHERE marker IS NOT NULL") == [(first.id,)]


async def test_what_is_known_to_be_resolved_or_asked_stays_as_it_is(town: Town) -> None:
    ticket = await town.opens(wrote(account="quiet", external_id="p1"))
    await town.quiet()
    await town.storage.work.transact(lambda tx: tx.hold_back(town.hours.transport()))
    await town.replies("ben", ticket, "On its way.")
    first = await after_restore(town, town.hours.transport())
    again = await after_restore(town, town.hours.transport())
    assert ((first.looked_up, first.asked), (again.looked_up, again.asked)) == ((0, 1), (0, 0))


async def test_key_is_used_again_only_while_the_network_surely_knows_it(town: Town) -> None:
    traits = {"mute": replace(MUTE, can=MUTE.can | Can.REPEAT)}
    for age, found in ((KEY_KNOWN / 2, (1, 0)), (2 * KEY_KNOWN, (0, 2))):
        ticket = await town.opens(account="quiet")
        await town.replies("ben", ticket)
        now = town.hours.transport()
        act = Act(now=town.hours.business(), due=now, marks=Marks(), rule="restore")
        done = await town.storage.work.transact(
            lambda tx, act=act, age=age: doubt(tx, POLICY, traits, act.due - age, act)  # type: ignore[misc]
        )
        assert (done.looked_up, done.asked) == found
