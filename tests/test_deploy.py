"""What is shipped beside the code: the unit and the alerts are what their programs take, and ours."""

import asyncio
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from prometheus_client import generate_latest
from typer.testing import CliRunner

from chatops.__main__ import cli
from chatops.app import GRACE
from chatops.clock import SystemClock
from chatops.metrics import Metrics
from storage import open_storage
from tests import blank

ROOT: Final = Path(__file__).parents[1]
UNIT: Final = ROOT / "deploy" / "chatops.service"
RULES: Final = ROOT / "deploy" / "prometheus-rules.yaml"
PYTHON: Final = "/opt/chatops/.venv/bin/python"

#: Of systemd-analyze: 0 is no exposure, 100 is all of it. 13 was measured.
MOST_EXPOSED: Final = 20


def unit() -> dict[str, list[str]]:
    """Return the unit's lines by their keys."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text("utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def systemd_analyze(tmp_path: Path, *ask: str) -> subprocess.CompletedProcess[str]:
    """Ask systemd about the unit, with a Python that is on this machine."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd did not look at the unit, for there is no systemd-analyze")
    copy = tmp_path / "chatops.service"
    copy.write_text(UNIT.read_text("utf-8").replace(PYTHON, sys.executable), "utf-8")
    return subprocess.run(
        ["systemd-analyze", *ask, str(copy)], capture_output=True, text=True, check=False
    )


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    answer = systemd_analyze(tmp_path, "verify")
    assert (answer.returncode, "chatops.service" in answer.stderr) == (0, False), answer.stderr


def test_unit_exposes_little(tmp_path: Path) -> None:
    answer = systemd_analyze(
        tmp_path, "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", "--no-pager"
    )
    assert answer.returncode == 0, answer.stdout


def test_units_commands_are_ours() -> None:
    lines = unit()
    commands = [each for key in ("ExecStart", "ExecReload") for each in lines[key]]
    assert commands.pop() == "/bin/kill -HUP $MAINPID"
    for command in commands:
        python, module, name, *more = command.split()
        assert (python, module, name) == (PYTHON, "-m", "chatops")
        assert more[-2:] == ["--config", "/etc/chatops/app.yaml"]
        assert CliRunner().invoke(cli, [*more[:-2], "--help"]).exit_code == 0
    assert lines["WorkingDirectory"] == ["/opt/chatops"]
    assert float(lines["TimeoutStopSec"][0]) > GRACE


def test_what_root_types_makes_what_the_unit_names() -> None:
    """Nobody is root here: the words are held against the unit."""
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    typed = re.findall(
        r"^# (.+)$", page.partition("```console\n")[2].partition("```")[0], re.MULTILINE
    )
    users, folders, copy, reload, start = (line.split() for line in typed)
    lines = unit()
    assert [users[-1]] == lines["User"] == lines["Group"]
    config = lines["ExecStart"][0].split()[-1]
    assert folders[-2:] == [str(Path(config).parent), f"/var/lib/{lines['StateDirectory'][0]}"]
    assert UNIT.relative_to(ROOT) == Path(copy[1]).relative_to(lines["WorkingDirectory"][0])
    assert (reload[0], start[0], start[-1]) == ("systemctl", "systemctl", UNIT.stem)


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names that /metrics has."""
    url = blank.copied(tmp_path_factory.mktemp("metrics") / "care.db")

    async def collected() -> set[str]:
        storage = open_storage(url, None)
        try:
            metrics = Metrics(storage.reader, SystemClock(), dict, dict)
            await metrics.refresh()
            return set(
                re.findall(
                    r"^# TYPE (\w+)", generate_latest(metrics.registry).decode(), re.MULTILINE
                )
            )
        finally:
            await storage.close()

    return asyncio.run(collected())


def rules() -> list[dict[str, Any]]:
    read = yaml.safe_load(RULES.read_text("utf-8"))
    return [rule for group in read["groups"] for rule in group["rules"]]


def test_every_metric_of_the_alerts_is_exposed(exposed: set[str]) -> None:
    named = {name for rule in rules() for name in re.findall(r"\bchatops_\w+", rule["expr"])}
    assert named
    assert named - exposed == set()


def test_every_gauge_has_an_alert_or_is_the_age_of_what_has_one(exposed: set[str]) -> None:
    watched = {name for rule in rules() for name in re.findall(r"\bchatops_\w+", rule["expr"])}
    counters = {name for name in exposed if name.endswith("_total")}
    # what is due is nothing wrong; its age is watched. How soon messages come is each network's own
    unwatched = {"chatops_deliveries_due", "chatops_ingest_lag_seconds"}
    assert exposed - counters - watched == unwatched


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_alert_says_how_urgent_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"Chatops[A-Za-z]+", rule["alert"])
    assert re.fullmatch(r"\d+m", rule.get("for", "0m"))
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert rule["annotations"].keys() == {"summary", "description"}
    assert rule["expr"].count("(") == rule["expr"].count(")")


def test_what_the_alerts_name_is_there() -> None:
    """The log's events are written somewhere, and the commands are commands."""
    told = " ".join(rule["annotations"]["description"] for rule in rules())
    sources = "".join(
        path.read_text("utf-8")
        for folder in ("chatops", "adapters")
        for path in (ROOT / folder).rglob("*.py")
    )
    events = set(re.findall(r"\b(?:web|tick|inbox|outbox|reload|reply)\.[a-z_]+", told))
    assert len(events) > 4
    assert {event for event in events if f'"{event}"' not in sources} == set()
    for name in re.findall(r"python -m chatops ([\w-]+)", told):
        assert CliRunner().invoke(cli, [name, "--help"]).exit_code == 0


def test_promtool_takes_the_alerts() -> None:
    if shutil.which("promtool") is None:
        pytest.skip("promtool did not look at the alerts, for it is not installed")
    answer = subprocess.run(
        ["promtool", "check", "rules", str(RULES)], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
