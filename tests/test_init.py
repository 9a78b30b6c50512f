"""`init`: what it asks, what it writes, and that it writes over nothing."""

import os
import pty
import select
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from subprocess import Popen, run

import pytest
from typer.testing import CliRunner, Result

from adapters.chat.slack.settings import Settings as SlackSettings
from adapters.sandbox import world
from adapters.social.webhook import Settings as WebhookSettings
from adapters.social.x.settings import Settings as XSettings
from chatops import init as first
from chatops.__main__ import cli
from chatops.app import read_config
from chatops.draft import NETWORKS, Draft, written
from chatops.errors import ConfigError
from chatops.policy import Role
from chatops.text import LANGUAGES

ROOT = Path(__file__).parents[1]
PATIENCE = 30.0  # seconds

#: What is answered on X, in order, without the secrets.
ON_X = (
    *("en", "x", "Europe/London", "", "8400", "socket", "C0TEAM", "C0HEADS", "maya"),
    *("Maya Lind", "U0MAYA", "global", "mon-fri", "9:00-17:30", "GB", "45m"),
    *("aozora", "aozora_outdoor", "client"),
)
ON_WEBHOOK = (
    *("ja", "webhook", "", "", "", "http", "C0TEAM", "C0HEADS", "aoi", "伊藤 葵", "U0AOI"),
    *("japan", "", "", "-", "", "forum", "aozora", "https://care.example.com/replies"),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*answers: str) -> Result:
    return CliRunner().invoke(cli, ["init"], input="".join(f"{each}\n" for each in answers))


def files(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


def secret(folder: Path, name: str) -> str:
    return (folder / "secrets" / name).read_text("utf-8").rstrip("\n")


def test_answers_for_x_become_a_file_that_holds(folder: Path) -> None:
    result = init(*ON_X, "xoxb-1", "xapp-1", "client secret", "key", "key secret")
    assert result.exit_code == 0, result.output
    config = read_config(folder / "app.yaml")
    policy = config.policy
    queue, person = policy.queues["global"], policy.people["maya"]
    account, x = config.accounts["aozora"]
    assert isinstance(x, XSettings)
    slack = config.chats["slack"]
    assert isinstance(slack, SlackSettings)
    assert config.database == f"sqlite:///{folder}/var/chatops.db"
    assert (config.web.port, config.web.ops_port, config.development) == (8400, 8401, False)
    assert {name: room.id for name, room in policy.rooms.items()} == {
        "care": "C0TEAM",
        "care-managers": "C0HEADS",
    }
    assert queue.first_response.total_seconds() == 45 * 60
    assert (person.public_name, dict(person.roles)) == (
        "Maya Lind",
        {"global": Role.ADMIN, "*": Role.ADMIN},
    )
    assert (account.channel, account.handle) == ("x", "aozora_outdoor")
    assert (x.client_id, x.consumer_secret.get_secret_value()) == ("client", "key secret")
    assert slack.bot_token.get_secret_value() == "xoxb-1"
    assert "It was checked, and every reference holds." in result.stdout
    assert result.stdout.splitlines()[-3:] == [
        "  python -m chatops migrate --config app.yaml",
        "  python -m chatops connect x --config app.yaml",
        "  python -m chatops serve --config app.yaml",
    ]


def test_source_of_ones_own_gets_a_secret_and_the_words_are_japanese(folder: Path) -> None:
    result = init(*ON_WEBHOOK, "xoxb-1", "signing")
    assert result.exit_code == 0, result.output
    config = read_config(folder / "app.yaml")
    account, webhook = config.accounts["forum"]
    assert isinstance(webhook, WebhookSettings)
    assert webhook.secret.get_secret_value() == secret(folder, "webhook_secret")
    assert webhook.reply_url == "https://care.example.com/replies"
    assert account.title == "forum"
    assert (config.language, config.zone, account.language) == ("ja", "Asia/Tokyo", "ja")
    assert "holidays" not in (folder / "app.yaml").read_text("utf-8")
    assert "確認しました。参照はすべて有効です。" in result.stdout
    assert "  python -m chatops doctor --config app.yaml" in result.stdout.splitlines()


def test_secrets_are_for_our_user_alone_and_in_no_other_file(folder: Path) -> None:
    answers = (*ON_X, "xoxb-1", "xapp-1", "client-secret", "key-1", "key-secret")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}  # noqa: TID251 - a child inherits it
    shown = run(
        [sys.executable, "-m", "chatops", "init"],
        cwd=folder,
        env=environment,
        input="".join(f"{each}\n" for each in answers),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = Draft().secrets()
    assert files(folder) == {"app.yaml", *(f"secrets/{name}" for name in names)}
    modes = {oct((folder / "secrets" / name).stat().st_mode & 0o777) for name in names}
    assert (modes, oct((folder / "secrets").stat().st_mode & 0o777)) == ({"0o600"}, "0o700")
    shown += (folder / "app.yaml").read_text("utf-8")
    assert [name for name in names if secret(folder, name) in shown] == []


def test_secret_left_for_later_is_named_with_its_file(folder: Path) -> None:
    result = init(*ON_X, "", "xapp-1", "client-secret", "key-1", "key-secret")
    assert result.exit_code == 0
    assert "It was checked. This is still missing:" in result.stdout
    missing = f"the file {folder}/secrets/slack_bot_token cannot be read"
    assert f"chats.slack.bot_token: {missing}" in result.stdout
    assert "put the value there, alone" in result.stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_sandboxs_file_is_what_enter_alone_answers(folder: Path, language: str) -> None:
    asked = init(language, "sandbox", *[""] * 14)
    assert asked.exit_code == 0, asked.output
    config = read_config(folder / "app.yaml")
    person = world.BEN if language == "en" else world.AOI
    assert [dict(each.identities) for each in config.policy.people.values()] == [
        {"slack": person.id}
    ]
    assert config.development
    if language == "en":
        result = CliRunner().invoke(cli, ["init", "--sandbox", "--output", "other.yaml"])
        assert result.exit_code == 0, result.output
        assert (folder / "other.yaml").read_bytes() == (folder / "app.yaml").read_bytes()
        assert "adapters.sandbox --port 8080 --serve-dev http://127.0.0.1:8301" in result.stdout


def test_file_that_is_there_stays_as_it_is_and_nothing_is_asked(folder: Path) -> None:
    (folder / "app.yaml").write_text("mine", "utf-8")
    result = init(*ON_X)
    assert (result.exit_code, result.stdout) == (1, "")
    said = " ".join(result.stderr.split())
    assert said == "app.yaml is there already: write --output and another name"
    assert (folder / "app.yaml").read_text("utf-8") == "mine"
    assert files(folder) == {"app.yaml"}


def test_secrets_that_are_there_are_kept_and_not_asked_for(folder: Path) -> None:
    first = CliRunner().invoke(cli, ["init", "--sandbox", "--output", "first.yaml"])
    assert first.exit_code == 0
    key = secret(folder, "chatops_key")
    result = init(*ON_X)  # and no answer for the tokens, of which none is missing
    assert result.exit_code == 0, result.output
    assert f"there already and stay as they are: {', '.join(Draft().secrets())}\n" in result.stdout
    assert secret(folder, "chatops_key") == key


def test_folder_that_is_not_there_is_named(folder: Path) -> None:
    result = CliRunner().invoke(cli, ["init", "--output", "nowhere/app.yaml"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert " ".join(result.stderr.split()) == f"there is no folder {folder}/nowhere: make it first"


def test_file_that_cannot_be_written_is_a_sentence(folder: Path) -> None:
    """A name of 300 letters is one that no file can have."""
    result = CliRunner().invoke(cli, ["init", "--sandbox", "--output", f"{'a' * 300}.yaml"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "File name too long" in " ".join(result.stderr.split())
    assert [each for each in files(folder) if "secrets/" not in each] == []


# --- answers that app.yaml does not take


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("fr",), "Language / 言語 (en, ja): language: write en or ja"),
        (("en", "line"), "write one of: sandbox, x, webhook"),
        ((*ON_X[:2], "Tokyo"), 'zone: there is no time zone "Tokyo"; write one such as Asia/Tokyo'),
        ((*ON_X[:2], "JST"), 'zone: there is no time zone "JST"; write one such as Asia/Tokyo'),
        ((*ON_X[:2], "GMT+9"), 'zone: there is no time zone "GMT+9"; write one such as Asia/Tokyo'),
        ((*ON_X[:3], "a?b"), "database: write sqlite:///var/chatops.db, sqlite:////srv/"),
        ((*ON_X[:4], "http"), "web.port: write a whole number"),
        ((*ON_X[:4], "65535"), "web.ops_port: this should be less than or equal to 65535"),
        ((*ON_X[:5], "carrier pigeon"), "chats.slack.mode: write socket or http"),
        ((*ON_X[:6], ""), "rooms.care.id: write something here"),
        ((*ON_X[:7], "C0TEAM"), 'the room "care" has this id; each needs its own'),
        ((*ON_X[:8], "a b"), "a name is up to 40 letters, digits, - and _"),
        ((*ON_X[:9], ""), "people.maya.name: write something here"),
        ((*ON_X[:12], "weekdays"), "calendars.office.week"),
        ((*ON_X[:13], "9-17"), "calendars.office.week.mon-fri[0]"),
        ((*ON_X[:14], "XX"), "calendars.office.holidays"),
        ((*ON_X[:15], "soon"), "queues.global.first_response"),
        ((*ON_X[:16], "a/b"), "an account's name is up to 40 plain letters"),
        ((*ON_X[:17], "@shop"), "write the handle without @ and spaces"),
        ((*ON_WEBHOOK[:18], "http://example.com"), "write https://"),
    ],
)
def test_answer_that_app_yaml_refuses_says_what_to_write(
    folder: Path, answers: Sequence[str], said: str
) -> None:
    result = init(*answers)
    assert result.exit_code == 1
    assert said in " ".join(result.stderr.split())
    assert files(folder) == set()


def test_answers_that_end_too_early_leave_nothing(folder: Path) -> None:
    result = init(*ON_X[:3])
    assert result.exit_code == 1
    said = " ".join(result.stderr.split())
    assert said == "nothing was written: no answer to “Whole path of the database’s file”"
    assert files(folder) == set()


def test_answer_with_letters_of_another_encoding_is_refused(folder: Path) -> None:
    answers = "\n".join(ON_X[:9]).encode() + b"\n\xe9ric\n"
    result = CliRunner().invoke(cli, ["init"], input=answers)
    assert result.exit_code == 1
    assert "nothing was written" in " ".join(result.stderr.split())
    assert files(folder) == set()


def test_answer_in_no_encoding_is_refused(folder: Path) -> None:
    """In the C locale Python gives a byte that it cannot read as a lone surrogate."""
    answers = iter(["en", "sandbox", "\udce9"])
    with pytest.raises(ConfigError, match="this is no text in the terminal’s encoding"):
        first.init(
            folder / "app.yaml",
            lambda _question, _proposal, _is_secret: next(answers),
            lambda _said: None,
            sandbox=False,
            patient=False,
        )


def test_what_people_type_beside_the_mark_is_taken() -> None:
    odd = replace(
        Draft(network="sandbox"), database="sqlite:////srv/care.db", sandbox="http://localhost:1/"
    )
    page = written(odd, Path("/s"), "app.schema.json", str)
    assert 'database: "sqlite:////srv/care.db"' in page
    assert 'api_url: "http://localhost:1/slack/api"' in page


def test_answer_is_kept_word_for_word_whatever_yaml_would_make_of_it() -> None:
    odd = [
        "null",
        "1e3",
        "yes",
        'a "b" c',
        "# no",
        "a: b",
        "[x]",
        "{y}",
        "*",
        "&a",
        "!t",
        "- -",
        "",
    ]
    for each in odd:
        page = written(replace(Draft(), name=each), Path("/s"), "app.schema.json", str)
        line = next(line for line in page.splitlines() if line.startswith("    name: "))
        assert line == f'    name: "{each.replace(chr(34), chr(92) + chr(34))}"'


@pytest.mark.parametrize("network", NETWORKS)
def test_file_refers_to_each_of_its_secrets_once(network: str) -> None:
    draft = Draft(network=network)
    page = written(draft, Path("/s"), "app.schema.json", str)
    assert [page.count(f'"${{file:/s/{name}}}"') for name in draft.secrets()] == [1] * len(
        draft.secrets()
    )


# --- at a terminal


class Terminal:
    """A program behind a terminal of its own: what it shows, and what is typed."""

    def __init__(self, folder: Path) -> None:
        self._ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "chatops", "init"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}  # noqa: TID251 - a child inherits it
        self.process = Popen(
            command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        self._shown = self._chunks()
        self.seen = ""

    def _chunks(self) -> Iterator[str]:
        while True:
            assert select.select([self._ours], [], [], PATIENCE)[0], self.seen
            try:
                yield os.read(self._ours, 4096).decode(errors="replace")
            except OSError:  # the other end is closed
                return

    def until(self, words: str) -> str:
        """Return what is shown up to `words`, from where the look before ended."""
        seen = ""
        while words not in seen:
            seen += next(self._shown)
        self.seen += seen
        return seen

    def type(self, line: str) -> None:
        os.write(self._ours, f"{line}\n".encode())

    def end(self) -> int:
        self.seen += "".join(self._shown)
        os.close(self._ours)
        return self.process.wait(PATIENCE)


def test_at_a_terminal_a_refused_answer_is_asked_again_and_secrets_are_not_shown(
    folder: Path,
) -> None:
    terminal = Terminal(folder)
    terminal.until("[en]: ")
    terminal.type("fr")
    assert "language: write en or ja" in terminal.until("[en]: ")
    for answer in ON_X:
        terminal.type(answer)
    for answer in ("xoxb-1", "xapp-1", "client-secret", "key-1", "key-secret"):
        terminal.until("(Enter: later): ")  # what is typed before it is thrown away
        terminal.type(answer)
    assert terminal.end() == 0, terminal.seen
    assert "every reference holds" in terminal.seen
    assert secret(folder, "x_consumer_secret") == "key-secret"
    assert "xoxb-1" not in terminal.seen


def test_at_a_terminal_ctrl_d_leaves_nothing(folder: Path) -> None:
    terminal = Terminal(folder)
    terminal.until("[en]: ")
    terminal.type("en")
    terminal.until("[x]: ")
    os.write(terminal._ours, b"\x04")
    assert terminal.end() == 1
    assert "nothing was written" in terminal.seen
    assert files(folder) == set()
