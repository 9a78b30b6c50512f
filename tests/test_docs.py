"""The pages say what is: their commands run, their links lead somewhere, their tables are the code's."""

import asyncio
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
import yaml
from cryptography.fernet import Fernet

from adapters.chat.slack.manifest import SCOPES, manifest
from adapters.chat.slack.settings import Mode
from adapters.sandbox import replay, world
from adapters.social.x.length import LINK_DOLLARS, REPLY_DOLLARS
from chatops import admin, file_links
from chatops.behind import Figure
from chatops.sandbox import free_ports
from chatops.text import LOCALE, Words
from chatops.vocabulary import vocabulary
from chatops.wake_times import read_wake
from storage import migrate
from tests import doc_tables, findings, forked
from tests.doc_tables import PAGES, ROOT
from tests.scenes import NOW, TOKYO

#: What make does. CI runs `make check` and `make test`; the others' recipes are run by tests of
#: their own: the browser's run starts the sandbox, tests/test_bench.py the bench,
#: tests/e2e/test_day.py the day, test_presses.py the presses, tests/faults/test_faults.py the faults.
BY_MAKE: Final = frozenset(
    {
        "make sandbox",
        "make sandbox PORT=8090 PAGE_LANG=ja",
        "make sandbox PROCESSES=2 DATABASE=postgres",
        "make demo-day",
        "make test",
        "make coverage",
        "make check",
        "make bench",
        "make faults",
        "make month",
        "make fuzz",
        "make presses",
        "make docs",
        "make format",
        "make locks",
    }
)
#: The page that is followed as a whole, word by word, in tests/test_first_hour.py.
FOLLOWED: Final = ROOT / "docs" / "first-hour.md"
#: What needs what no test has, and where it is tried instead.
ELSEWHERE: Final = {
    "python -m pip install --require-hashes -r requirements.lock": "make's set-up runs it",
    "python -m chatops restore var/backup.db": "test_upgrade.py; it wants a backup that is there",
    "python -m chatops copy --to postgresql://care@127.0.0.1/care": "test_copying.py",
    "python -m chatops connect x": "the sandbox runs it at its start; test_x_connect.py",
}
#: Commands that do not end with 0 in the world of these tests, where no Slack answers.
FAILING: Final = {
    "python -m chatops doctor": "Slack cannot be reached",
    "python -m chatops forget x:@mika_climbs": "there is no such customer",
}
SERVING: Final = "python -m chatops serve"

#: The hosts that pages may name; `host` stands in an example of a proxy's address.
HOSTS: Final = frozenset(
    {
        *("127.0.0.1", "care.example.com", "host"),
        *("api.x.com", "x.com", "slack.com"),
        *("login.microsoftonline.com", "login.botframework.com", "smba.trafficmanager.net"),
        "169.254.169.254",  # where Azure gives a machine its tokens
    }
)

PATIENCE: Final = 60.0  # seconds


def shell_lines() -> Iterator[str]:
    for page in (each for each in PAGES if each != FOLLOWED):
        for block in re.findall(
            r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
        ):
            yield from filter(None, block.splitlines())


COMMANDS: Final = sorted({line for line in shell_lines() if line not in BY_MAKE | ELSEWHERE.keys()})


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an app.yaml and a database; nobody answers at the addresses in it."""
    folder = tmp_path_factory.mktemp("docs")
    (folder / "var").mkdir()
    sandbox = ROOT / "adapters" / "sandbox"
    (folder / "app.yaml").write_text((sandbox / "app.yaml").read_text("utf-8"), "utf-8")
    shutil.copytree(sandbox / "texts", folder / "texts")
    shutil.copy(sandbox / "texts" / "canned.csv", folder)  # as a spreadsheet saves it
    migrate.upgrade(f"sqlite:///{folder}/var/chatops.db")
    return folder


def surroundings() -> Mapping[str, str]:
    """Everything that the sandbox's app.yaml refers to; ports and addresses are free ones."""
    nobody, port, ops_port = free_ports(3)
    names = re.findall(
        r"\$\{(\w+)\}", (ROOT / "adapters" / "sandbox" / "app.yaml").read_text("utf-8")
    )
    return {
        **dict.fromkeys(names, "none, and as long as a secret must be"),
        "PATH": os.environ["PATH"],  # noqa: TID251 - the child's
        "PYTHONPATH": str(ROOT),
        "CHATOPS_KEY": Fernet.generate_key().decode(),
        "SANDBOX_URL": f"http://127.0.0.1:{nobody}",
        "SANDBOX_DATABASE": "sqlite:///var/chatops.db",
        "SANDBOX_SERVE_PORT": str(port),
        "SANDBOX_OPS_PORT": str(ops_port),
        "SANDBOX_UNDO": "10s",
        "SANDBOX_SPEED": "1",
        "COLUMNS": "200",
    }


# --- commands


@pytest.mark.parametrize("command", [each for each in COMMANDS if each != SERVING])
def test_command_on_a_page_runs(command: str, desk: Path, tmp_path: Path) -> None:
    words = shlex.split(command)
    assert words[0] == "python", f"nothing runs: {command}"
    if words[1:3] == ["-m", "chatops"]:
        code, said = forked.told(words[3:], desk, surroundings(), tmp_path / "said.txt")
    else:
        ran = subprocess.run(
            [sys.executable, *words[1:]], cwd=desk, check=False, capture_output=True, text=True
        )
        code, said = ran.returncode, ran.stdout + ran.stderr
    expected = FAILING.get(command)
    assert code == (0 if expected is None else 1), said
    assert (expected or "") in said


@pytest.mark.anyio
async def test_serve_says_when_it_is_ready_and_ctrl_c_ends_it(desk: Path) -> None:
    environment = surroundings()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *shlex.split(SERVING)[1:],
        cwd=desk,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = []
    operators = f"http://127.0.0.1:{environment['SANDBOX_OPS_PORT']}"
    try:
        async with asyncio.timeout(PATIENCE):
            async for line in process.stdout:
                said.append(line.decode())
                if '"serve.ready"' in said[-1]:
                    break
            async with httpx.AsyncClient(base_url=operators) as http:
                counted = (await http.get("/metrics")).text
                looks = [(await http.get(path)).status_code for path in ("/healthz", "/readyz")]
            process.send_signal(signal.SIGINT)
            rest, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, "".join(said) + rest.decode()
    assert SERVING in COMMANDS
    assert looks == [200, 200]
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    named = set(re.findall(r"`(chatops_\w+)", page))
    assert {name for name in named if f"# TYPE {name} " in counted} == named


def test_what_is_not_run_here_stands_on_a_page_and_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert set(shell_lines()) >= BY_MAKE | ELSEWHERE.keys()
    for line in BY_MAKE:
        _, target, *given = line.split()
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), line
        for each in given:
            assert re.search(rf"^{each.partition('=')[0]} \?=", makefile, re.MULTILINE), line
    assert "-m pip install --quiet" in makefile
    assert "--require-hashes -r requirements.lock" in makefile


def test_readme_shows_both_commands_and_the_page_in_its_first_screen() -> None:
    first = "\n".join((ROOT / "README.md").read_text("utf-8").splitlines()[:30])
    assert re.findall(r"^make \w+$", first, re.MULTILINE) == ["make sandbox", "make test"]
    assert len(re.findall(r"!\[.+\]\(docs/images/page\.png\)", first)) == 1


# --- parts that the code writes


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_says_what_the_code_says(page: Path) -> None:
    said = page.read_text("utf-8")
    assert said == doc_tables.written(said), "write it anew: make docs"


def test_every_block_of_app_yaml_has_its_table() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    made = {
        name.removeprefix("config ").partition(".")[0] for name in doc_tables.names_in(page)
    } - {"service"}
    tops = {path for path, _ in doc_tables.yaml_keys() if "." not in path and "[" not in path}
    alone = set(re.findall(r"^\| `([^`.\[]+)` \|", page, re.MULTILINE))
    assert made | alone == tops
    models = set(admin.schema()["properties"]["channels"]["properties"])
    assert {f"config channels.{name}" for name in models} <= doc_tables.names_in(page)


# --- links and names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("https://", "http://")):
            continue
        path, _, anchor = target.partition("#")
        found = page.parent / path if path else page
        assert found.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.+)$", found.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in heads}


def test_every_page_is_reached_from_the_readme() -> None:
    linked = set(re.findall(r"\]\(([^)#\s]+)\)", (ROOT / "README.md").read_text("utf-8")))
    pages = {str(page.relative_to(ROOT)) for page in PAGES} - {"README.md"}
    assert {page for page in pages if not page.startswith("docs/decisions/")} - linked == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_names_no_other_host_and_no_machine(page: Path) -> None:
    text = page.read_text("utf-8")
    assert str(ROOT) not in text
    shown = re.sub(r"^```(python|json)\n.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    found = {urlsplit(url).hostname for url in re.findall(r"https?://[\w.:-]+\w", shown)}
    assert found - HOSTS == set()


@pytest.mark.parametrize("opening", ["> *Care* is", "> 「Care」は"], ids=["en", "ja"])
def test_text_for_slacks_approval_names_each_scope_and_each_event_without_one(opening: str) -> None:
    page = (ROOT / "docs" / "slack.md").read_text("utf-8")
    quoted = (opening + page.partition(opening)[2]).partition("\n\n")[0]
    asked = manifest(Mode.SOCKET, "en", "care")
    named = re.findall(r"^> - `([\w:]+)`", quoted, re.MULTILINE)
    assert named == asked["oauth_config"]["scopes"]["bot"]
    free = set(asked["settings"]["event_subscriptions"]["bot_events"])
    free -= {event for scope in SCOPES for event in scope.events}
    assert {event for event in free if f"`{event}`" not in quoted} == set()


def test_doctors_page_has_every_part_that_reports() -> None:
    page = (ROOT / "docs" / "doctor.md").read_text("utf-8")
    made = {name.removeprefix("doctor ") for name in doc_tables.names_in(page)}
    assert made == findings.files()
    told = [row for file in made for row in findings.faults(file)]
    assert len(told) > 25
    assert [row for row in told if not row[1].strip("…")] == []


def test_paths_to_publish_are_those_that_are_served() -> None:
    page = (ROOT / "docs" / "network.md").read_text("utf-8")
    listed = set(re.findall(r"^\| `(/[^`]+)` \|", page, re.MULTILINE))
    web = (ROOT / "chatops" / "web.py").read_text("utf-8")
    slack = (ROOT / "adapters" / "chat" / "slack" / "chat.py").read_text("utf-8")
    served = {
        path.replace("{", "<").replace("}", ">") for path in re.findall(r'"(/in/[^"]+)"', web)
    }
    served |= set(re.findall(r'"(/slack/[^"]+)"', slack))
    teams = (ROOT / "adapters" / "chat" / "teams" / "link.py").read_text("utf-8")
    served |= set(re.findall(r'"(/teams/[^"]+)"', teams))
    served.add(f"{file_links.PATH}<link>")
    assert listed == served


def test_tests_named_on_the_faults_page_are_there() -> None:
    there = {
        (path.name, name)
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in doc_tables.tests_in(path)
    }
    page = (ROOT / "docs" / "faults.md").read_text("utf-8")
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", page)
    assert len(named) > 30
    assert set(named) - there == set()


# --- examples


def test_spoken_times_are_understood() -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    section = page.partition("## Times")[2].partition("\n\nThe queue's")[0]
    said = re.findall(r"`([^`]+)`", section)[1:]  # the first is the command's name
    assert len(said) >= 12
    assert [
        words for words in said if read_wake(words, NOW, TOKYO, ZoneInfo("Asia/Tokyo")) is None
    ] == []


def test_words_of_figures_are_understood_and_all_are_there() -> None:
    page = (ROOT / "docs" / "figures.md").read_text("utf-8")
    table = page.partition("| in Japanese |")[2].partition("\n\n")[0]
    known = vocabulary(Figure, Words())
    for column in (2, 3):
        cells = [row.split("|")[column] for row in table.splitlines()[2:]]
        said = [words for cell in cells for words in re.findall(r"`([^`]+)`", cell)]
        assert {known.get(tuple(words.split())) for words in said} == set(Figure)


def test_the_digest_on_the_clocks_page_is_the_examples() -> None:
    page = (ROOT / "docs" / "clock.md").read_text("utf-8")
    block = re.search(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert block is not None
    shown = yaml.safe_load(block[1])["digests"]
    assert shown == yaml.safe_load((ROOT / "app.yaml").read_text("utf-8"))["digests"][:1]


def test_the_conversation_on_the_sandboxs_page_can_be_played() -> None:
    page = (ROOT / "docs" / "sandbox.md").read_text("utf-8")
    block = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert block is not None
    read = replay.read(block[1].splitlines())
    assert (len(read.threads), read.messages, read.tickets, read.faulty) == (1, 2, 1, ())
    assert read.threads[0].lines[1].at == datetime(2020, 1, 1, 0, 1, tzinfo=UTC).timestamp()


def test_people_and_rooms_on_the_sandboxs_page_are_in_its_world() -> None:
    page = (ROOT / "docs" / "sandbox.md").read_text("utf-8")
    ids = set(re.findall(r"/\?as=(\w+)", page))
    assert ids == {world.GUEST.id, world.STRANGER.id}
    assert world.CARE_GLOBAL.members > ids


def test_prices_are_those_of_which_the_form_warns() -> None:
    page = (ROOT / "docs" / "x.md").read_text("utf-8")
    assert f"| Reply to somebody who summoned us | {REPLY_DOLLARS:.3f} |" in page
    assert f"| Any post with a link | **{LINK_DOLLARS:.2f}** |" in page


def test_what_x_is_quoted_with_is_what_the_service_says() -> None:
    page = (ROOT / "docs" / "x.md").read_text("utf-8")
    said = (LOCALE / "en.ftl").read_text("utf-8")
    said += (ROOT / "adapters" / "social" / "x" / "examine.py").read_text("utf-8")
    quoted = re.findall(r'^\|[^|"]*"([^"]+)"', page, re.MULTILINE)
    assert len(quoted) > 5
    assert [words for words in quoted if words not in said] == []


def test_log_events_on_the_operations_page_are_written() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    table = page.partition("| Event | Means |")[2].partition("\n\n")[0]
    sources = "".join(
        path.read_text("utf-8")
        for folder in ("chatops", "adapters", "storage")
        for path in (ROOT / folder).rglob("*.py")
    )
    events = re.findall(r"`([a-z_]+\.[a-z_]+)`", table)
    assert len(events) > 8
    assert [event for event in events if f'"{event}"' not in sources] == []
