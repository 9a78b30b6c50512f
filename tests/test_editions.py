"""One app.yaml for all processes: what one has read, the others go by."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from care import KEY, POLICY, REGISTRY, TRAITS_OF, WORDS
from structlog.testing import capture_logs

from chatops.app import read_config
from chatops.clock import SystemClock
from chatops.config import Config, Source
from chatops.desk import Desk
from chatops.editions import Editions
from chatops.errors import ConfigError, StorageError
from chatops.reload import Reload
from storage import Storage, open_storage
from tests import postgres

pytestmark = pytest.mark.anyio

APP_YAML = (Path(__file__).parents[1] / "app.yaml").read_text("utf-8")
ENVIRONMENT = {name.split("}")[0]: "made-up" for name in APP_YAML.split("${")[1:]}
ENVIRONMENT["CHATOPS_KEY"] = "A" * 43 + "="


@pytest.fixture
async def shared() -> AsyncIterator[Storage]:
    url = postgres.create()
    async with AsyncExitStack() as stack:
        stack.callback(postgres.drop, url)
        storage = open_storage(url, KEY, SystemClock())
        stack.push_async_callback(storage.close)
        yield storage


def load(path: Path, canned: Source | None = None) -> Config:
    return read_config(path, ENVIRONMENT, canned)


class Process:
    """What a process has of its app.yaml: a file of its own, and what it follows."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        folder.mkdir()
        self.path = folder / "app.yaml"
        self.path.write_text(APP_YAML, "utf-8")
        self.started = load(self.path)
        clock = SystemClock()
        self.desk = Desk(storage.work, storage.reader, POLICY, REGISTRY, TRAITS_OF, clock, WORDS)
        self.editions = Editions(storage.work, storage.reader, clock, load)
        self.reload = Reload(self.started, self.desk, lambda: load(self.path), self.editions)

    async def starts(self) -> None:
        await self.desk.adopt(self.started.policy)
        await self.editions.announce(self.started, again=False)
        await self.reload.follow(self.editions)

    def changes(self, old: str, new: str) -> None:
        text = self.path.read_text("utf-8")
        assert old in text
        self.path.write_text(text.replace(old, new), "utf-8")

    @property
    def reopens_for(self) -> float:
        return self.desk.policy.queues["global"].reopen_window.total_seconds() / 86400


async def test_what_one_process_read_is_in_force_for_the_others(
    shared: Storage, tmp_path: Path
) -> None:
    one, other = Process(shared, tmp_path / "one"), Process(shared, tmp_path / "other")
    await one.starts()
    await other.starts()
    assert (one.editions.number, other.editions.number) == (1, 1)  # the same file is one edition
    one.changes("reopen_window: 7d", "reopen_window: 3d")
    assert await one.reload.reload()
    assert (one.editions.number, one.reopens_for, other.reopens_for) == (2, 3, 7)
    await other.reload.follow(other.editions)
    assert (other.editions.number, other.reopens_for) == (2, 3)
    with capture_logs() as logs:
        await other.reload.follow(other.editions)
    assert logs == []  # once


async def test_canned_replies_beside_the_file_come_along(shared: Storage, tmp_path: Path) -> None:
    one, other = Process(shared, tmp_path / "one"), Process(shared, tmp_path / "other")
    await one.starts()
    await other.starts()
    one.changes("# canned_from: texts/canned.csv", "canned_from: canned.csv")
    one.path.with_name("canned.csv").write_text(
        "queue,language,name,text\nglobal,en,sorry,We are sorry.\n", "utf-8"
    )
    assert await one.reload.reload()
    await other.reload.follow(other.editions)
    texts = [canned.text for canned in other.desk.policy.queues["global"].canned]
    assert "We are sorry." in texts


async def test_what_cannot_be_used_here_is_refused_once_and_told(
    shared: Storage, tmp_path: Path
) -> None:
    one, other = Process(shared, tmp_path / "one"), Process(shared, tmp_path / "other")
    await one.starts()
    await other.starts()

    def refused(_path: Path, _canned: Source | None) -> Config:
        raise ConfigError("app.yaml:1: set ${NEW_SECRET}")

    other.editions._load = refused
    one.changes("reopen_window: 7d", "reopen_window: 3d")
    assert await one.reload.reload()
    with capture_logs() as logs:
        await other.reload.follow(other.editions)
        await other.reload.follow(other.editions)
    assert [(line["event"], line["faults"]) for line in logs] == [
        ("reload.refused", ["app.yaml:1: set ${NEW_SECRET}"])
    ]
    assert (other.reload.failed, other.reopens_for) == (True, 7)
    assert await one.reload.reload()  # what is in force already is no new edition
    assert one.editions.number == 2


async def test_no_secret_is_in_an_edition(shared: Storage, tmp_path: Path) -> None:
    one = Process(shared, tmp_path / "one")
    await one.starts()
    found = await shared.reader.edition(0)
    assert found is not None
    assert "${SLACK_BOT_TOKEN}" in found[1]
    assert ENVIRONMENT["CHATOPS_KEY"] not in found[1]


async def test_who_starts_with_what_was_in_force_before_goes_by_the_newest(
    shared: Storage, tmp_path: Path
) -> None:
    one, other = Process(shared, tmp_path / "one"), Process(shared, tmp_path / "other")
    await one.starts()
    one.changes("reopen_window: 7d", "reopen_window: 3d")
    assert await one.reload.reload()
    await other.starts()
    assert (other.editions.number, other.reopens_for) == (2, 3)
    assert await other.reload.reload()  # only who is asked to brings it back
    assert (other.editions.number, other.reopens_for) == (3, 7)


async def test_what_could_not_be_taken_up_or_told_is_tried_again(
    shared: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Process(shared, tmp_path / "one"), Process(shared, tmp_path / "other")
    await one.starts()
    await other.starts()
    one.changes("reopen_window: 7d", "reopen_window: 3d")

    async def away(*_: object, **__: object) -> None:
        raise StorageError("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr(one.editions, "announce", away)
        assert not await one.reload.reload()
    await one.reload.follow(one.editions)
    assert (one.editions.number, one.reopens_for) == (2, 3)
    with monkeypatch.context() as patched:
        patched.setattr(other.desk, "adopt", away)
        await other.reload.follow(other.editions)
        assert (other.editions.number, other.reopens_for) == (1, 7)
    await other.reload.follow(other.editions)
    assert (other.editions.number, other.reopens_for) == (2, 3)


async def test_a_fault_names_its_edition(shared: Storage, tmp_path: Path) -> None:
    one, other = Process(shared, tmp_path / "one"), Process(shared, tmp_path / "other")
    await one.starts()
    await other.starts()

    def refused(path: Path, _canned: Source | None) -> Config:
        raise ConfigError(f"{path}:1: set ${{NEW_SECRET}}")

    other.editions._load = refused
    one.changes("reopen_window: 7d", "reopen_window: 3d")
    assert await one.reload.reload()
    with capture_logs() as logs:
        await other.reload.follow(other.editions)
    assert [line["faults"] for line in logs] == [["edition 2: app.yaml:1: set ${NEW_SECRET}"]]
