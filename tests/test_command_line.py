"""What an administrator can mend is one sentence on stderr and exit code 1, never a traceback."""

import re
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.chat.slack.settings import Mode
from chatops.__main__ import SlackMode, cli
from tests import blank

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_without_app_yaml_the_check_says_so(folder: Path) -> None:
    result = CliRunner().invoke(cli, ["check"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "app.yaml" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "run: digest closes",
            "run: digets closes",
            "digests[1].run: digets is no command that shows something; write one of: ",
        ),
        (
            "run: digest closes",
            "run: close",
            "digests[1].run: close is no command that shows something; write one of: ",
        ),
        (
            "run: digest closes",
            "run: digest sideways",
            "digests[1].run: I do not understand “sideways” here. Write it like this: /care digest",
        ),
        (
            "run: digest closes",
            "run: digest",
            "digests[1].run: Write it like this: /care digest",
        ),
        (
            "    app_token",
            "    api_url: https://example.org/api\n    app_token",
            "chats.slack.api_url: write https://slack.com/api or ",
        ),
        (
            "    app_token",
            "    speed: 2\n    app_token",
            "chats.slack.speed: Slack limits everybody alike; write 1, or leave it out",
        ),
        (
            "    app_token",
            "    api_url: http://127.0.0.1/api\n    app_token",
            "chats.slack.api_url: write https://slack.com/api or ",
        ),
    ],
)
def test_check_finds_what_cannot_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, said: str
) -> None:
    written = (ROOT / "app.yaml").read_text("utf-8")
    faulty = written.replace(old, new, 1)
    line = written[: written.index(old)].count("\n") + 1
    (folder / "app.yaml").write_text(faulty, "utf-8")
    for name in re.findall(r"\$\{(\w+)\}", written):
        monkeypatch.setenv(name, "A" * 43 + "=")
    result = CliRunner().invoke(cli, ["check"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"app.yaml:{line}: {said}" in " ".join(result.stderr.split())


def test_sandbox_on_a_port_that_is_taken_names_another(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = CliRunner().invoke(cli, ["sandbox", "--port", str(port)])
    said = " ".join(result.stderr.split())
    assert (result.exit_code, result.stdout) == (1, "")
    assert said == f"port {port} is taken: choose another, make sandbox PORT=8090"
    assert not (folder / "var").exists()


def test_manifest_for_http_asks_for_the_address() -> None:
    result = CliRunner().invoke(cli, ["slack-manifest", "--mode", "http"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "--url" in result.stderr


def test_span_that_is_none_names_what_to_write(folder: Path) -> None:
    result = CliRunner().invoke(cli, ["replay", "--since", "yesterday"])
    said = " ".join(result.stderr.split())
    assert (result.exit_code, result.stdout) == (1, "")
    assert said == "--since yesterday: write a span with its unit: 10s, 60m, 4h, 7d or 1h30m"


def test_figures_as_a_file_come_out_as_their_bytes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = (ROOT / "app.yaml").read_text("utf-8")
    (folder / "app.yaml").write_text(written, "utf-8")
    for name in re.findall(r"\$\{(\w+)\}", written):
        monkeypatch.setenv(name, "A" * 43 + "=")
    (folder / "var").mkdir()
    blank.copied(folder / "var" / "chatops.db")
    result = CliRunner().invoke(cli, ["report", "today by agent csv"])
    bom, head = result.stdout_bytes[:3], result.stdout_bytes[3:]
    assert bom == b"\xef\xbb\xbf"
    assert head.startswith(b"agent,new,closed,first_responses,first_response_median_s,")
    assert head.endswith(b",pick_up_median_s_before,pick_up_p90_s_before\r\n")


@pytest.mark.parametrize("command", ["report", "slack-manifest", "sandbox"])
def test_language_that_is_none_names_those_that_are(command: str) -> None:
    result = CliRunner().invoke(cli, [command, "--lang", "fr"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'en', 'ja'" in result.stderr


def test_mode_that_is_none_names_those_that_are() -> None:
    result = CliRunner().invoke(cli, ["slack-manifest", "--mode", "foo"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert all(word in result.stderr for word in ("'socket'", "'http'"))


def test_modes_of_the_command_line_are_those_of_app_yaml() -> None:
    assert [one.value for one in SlackMode] == [one.value for one in Mode]
