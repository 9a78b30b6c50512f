"""SIGHUP: a changed app.yaml is checked first and then in force, or nothing of it is."""

import asyncio
import json
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from care import Care
from cryptography.fernet import Fernet
from structlog.testing import capture_logs

from chatops.app import read_config
from chatops.config import Config
from chatops.errors import ConfigError
from chatops.metrics import Metrics
from chatops.policy import Policy
from chatops.reload import Reload, left_alone, taken_up
from tests.faults.database import Sqlite
from tests.faults.process import PATIENCE, Stage, staged

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).parents[1]
APP_YAML = (ROOT / "app.yaml").read_text("utf-8")
ENVIRONMENT = {name.split("}")[0]: "made-up" for name in APP_YAML.split("${")[1:]}
ENVIRONMENT["CHATOPS_KEY"] = "A" * 43 + "="

SECOND_QUEUE = """\
  harbour:
    rooms: [care-global]
    managers_room: care-managers
    calendar: always
    first_response: 5m
"""


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Config]:
    """Reads app.yaml of the source tree with changes."""
    monkeypatch.chdir(tmp_path)

    def changed(*pairs: tuple[str, str], key: str = ENVIRONMENT["CHATOPS_KEY"]) -> Config:
        text = APP_YAML
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        Path("app.yaml").write_text(text, "utf-8")
        return read_config(Path("app.yaml"), {**ENVIRONMENT, "CHATOPS_KEY": key})

    return changed


# What is taken up, and what is left


def test_what_the_core_decides_by_is_taken_up(read: Callable[..., Config]) -> None:
    started = read()
    now = read(
        ("\nqueues:\n", f"\nqueues:\n{SECOND_QUEUE}"),
        ("name: Ben Carter", "name: Benjamin"),
        (
            "        queue: global\n        language: en",
            "        queue: harbour\n        language: de",
        ),
    )
    policy = taken_up(started, now)
    assert policy.queues["harbour"] == now.policy.queues["harbour"]
    assert policy.people["ben"].public_name == "Benjamin"
    assert (policy.accounts["aozora"].queue, policy.accounts["aozora"].language) == (
        "harbour",
        "de",
    )
    assert list(left_alone(started, now)) == []


def test_what_was_opened_is_left_and_named(read: Callable[..., Config]) -> None:
    started = read()
    now = read(
        ("handle: aozora_outdoor", "handle: aozora_abroad"),
        ("aozora-jp", "aozora-de"),
        ("prefix: care", "prefix: help"),
        ("  port: 8300", "  port: 8400"),
        ("proxy: null", "proxy: http://proxy.example:3128"),
        ("sqlite:///var/chatops.db", "sqlite:///var/other.db"),
        ("mode: socket", "mode: http\n    signing_secret: ${SLACK_BOT_TOKEN}"),
        ("    app_token: ${SLACK_APP_TOKEN}\n", ""),
        key=Fernet.generate_key().decode(),
    )
    assert list(left_alone(started, now)) == [
        "database",
        "key",
        "web",
        "network",
        "prefix",
        "chats.slack",
        "accounts.aozora",
        "accounts.aozora-de",
        "accounts.aozora-jp",
    ]
    policy = taken_up(started, now)
    assert policy.accounts == started.policy.accounts
    assert policy.prefix == "care"


def test_an_open_account_whose_queue_is_gone_refuses_all(read: Callable[..., Config]) -> None:
    started = read()
    read()  # a queue that nothing of the new file names, but an open account does
    alone = replace(started.policy, queues={"global": started.policy.queues["global"]})
    with pytest.raises(ConfigError) as refused:
        taken_up(started, replace(started, policy=replace(alone, accounts={})))
    assert str(refused.value) == (
        "app.yaml: the account aozora-jp is open until the next start, and there is no queue japan "
        "for it any more; keep that queue, or start the service anew"
    )


def test_a_room_of_a_chat_that_is_not_open_refuses_all(read: Callable[..., Config]) -> None:
    started = read()
    with pytest.raises(ConfigError) as refused:
        taken_up(replace(started, chats={}), started)
    assert "rooms.care-global: the chat slack is opened at the next start" in str(refused.value)


# Reading, checking and putting in force


async def test_a_fault_changes_nothing_and_is_logged_line_by_line(care: Care) -> None:
    before = care.desk.policy

    def faulty() -> Config:
        raise ConfigError("app.yaml:1: one\napp.yaml:2: two")

    reload = Reload(_config(before), care.desk, faulty, None)
    with capture_logs() as logs:
        assert not await reload.reload()
    assert logs == [
        {
            "event": "reload.refused",
            "faults": ["app.yaml:1: one", "app.yaml:2: two"],
            "log_level": "error",
        }
    ]
    assert care.desk.policy is before


async def test_a_refusal_is_remembered_until_a_reload_is_taken(care: Care) -> None:
    started = _config(care.desk.policy)
    faulty = [True, False]

    def read() -> Config:
        if faulty.pop(0):
            raise ConfigError("app.yaml:1: one")
        return started

    reload = Reload(started, care.desk, read, None)
    metrics = Metrics(
        care.storage.reader, care.hours, dict, dict, reload_failed=lambda: reload.failed
    )

    def gauge() -> float | None:
        return metrics.registry.get_sample_value("chatops_config_reload_failed")

    assert gauge() == 0
    assert not await reload.reload()
    assert gauge() == 1
    assert await reload.reload()
    assert gauge() == 0


async def test_people_that_cannot_be_stored_change_nothing(
    care: Care, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = care.desk.policy
    await care.storage.close()
    other = replace(before, prefix="other")
    reload = Reload(_config(before), care.desk, lambda: _config(other), None)
    with capture_logs() as logs:
        assert not await reload.reload()
    assert [line["event"] for line in logs] == ["reload.storage"]
    assert care.desk.policy is before


async def test_askings_during_a_reload_are_one_more(care: Care) -> None:
    started = _config(care.desk.policy)
    reads: list[int] = []
    reload = Reload(started, care.desk, lambda: reads.append(1) or started, None)  # type: ignore[func-returns-value]
    running = asyncio.create_task(reload.run())
    for _ in range(5):
        reload.asked.set()
    with capture_logs() as logs:
        async with asyncio.timeout(PATIENCE):
            while not logs:  # noqa: ASYNC110 - what is waited for is a line of the log
                await asyncio.sleep(0.01)
    assert not reload.asked.is_set()
    running.cancel()
    await asyncio.wait([running])
    assert len(reads) == 1


def _config(policy: Policy) -> Config:
    values: dict[str, Any] = dict.fromkeys(Config.__slots__)
    opened = {"path": Path("app.yaml"), "policy": policy, "chats": {"slack": None}, "accounts": {}}
    return Config(**{**values, **opened})


# A real process


async def logged(stage: Stage, event: str) -> dict[str, Any]:
    """Wait for a line of the service's log."""
    async with asyncio.timeout(PATIENCE):
        while True:
            lines = [json.loads(line) for line in stage.log().splitlines() if line[:1] == "{"]
            found = [line for line in lines if line["event"] == event]
            if found:
                return found[-1]
            assert stage.process is not None
            assert stage.process.returncode is None, stage.log()
            await asyncio.sleep(0.05)


def hang_up(stage: Stage, *pairs: tuple[str, str]) -> None:
    """Change app.yaml and tell the process."""
    path = stage.folder / "app.yaml"
    text = path.read_text("utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")
    assert stage.process is not None
    stage.process.send_signal(signal.SIGHUP)


@pytest.mark.xdist_group("processes")
async def test_a_running_service_takes_up_what_is_good_and_nothing_else(
    tmp_path: Path, empty_database: Path
) -> None:
    texts = tmp_path / "texts.csv"
    queues = "SELECT queue FROM ticket ORDER BY id"
    async with staged(tmp_path, Sqlite(tmp_path, empty_database)) as stage:
        await stage.start()
        await stage.tell_until_taken("north", stage.writes("hello", "mia"))
        await stage.until(queues, [("north",)])

        # a fault in the file that app.yaml names: all stays
        texts.write_text("queue,language,name,text\nnorth,en,a,Dear {name}\n", "utf-8")
        hang_up(
            stage,
            ("        queue: north\n", "        queue: south\n"),
            ("undo: 1s", "undo: 1s\ncanned_from: texts.csv"),
            (
                "people:\n",
                'people:\n  maya: { name: Maya, ids: { slack: U03MAYA }, roles: { "*": lead } }\n',
            ),
            ('port: "${SERVE_PORT}"', "port: 1"),
        )
        refused = await logged(stage, "reload.refused")
        (fault,) = refused["faults"]
        assert fault.startswith(f"{texts}:2: text: there is no placeholder {{name}}; ")
        await stage.tell_until_taken("north", stage.writes("hello", "leo"))
        await stage.until(queues, [("north",), ("north",)])
        assert await stage.rows("SELECT name FROM agent ORDER BY name") == [("aoi",), ("ben",)]

        # mended: people, routing and texts are in force, and the port waits
        texts.write_text("queue,language,name,text\n*,en,a,Dear {customer_name}\n", "utf-8")
        hang_up(stage)
        done = await logged(stage, "reload.done")
        assert (done["queues"], done["people"], done["texts"]) == (3, 3, 3)
        assert (await logged(stage, "reload.left_until_restart"))["keys"] == ["web"]
        everyone = [("aoi",), ("ben",), ("maya",)]
        assert await stage.rows("SELECT name FROM agent ORDER BY name") == everyone
        await stage.tell_until_taken("north", stage.writes("hello", "zoe"))
        await stage.until(queues, [("north",), ("north",), ("south",)])
        answer = await stage.slack.hands.command("U03MAYA", "C01GLOBAL", "/care", "claim 3")
        assert answer["acked"]
        await stage.until(
            "SELECT a.name FROM ticket t JOIN agent a ON a.id = t.assignee WHERE t.id = 3",
            [("maya",)],
        )
        assert await stage.end(signal.SIGTERM) == 0
