"""What changed rules would have done: counted, named, and nothing of it done."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from care import NOON, POLICY, Care, wrote
from rich.console import Console
from typer.testing import CliRunner

from chatops.__main__ import cli
from chatops.app import opened, read_config
from chatops.arrival.terms import Terms
from chatops.config import Config
from chatops.dry_run import NAMED, NO_RULE, Trial
from chatops.event import Kind, Opened, Priority
from chatops.policy import Policy, RoutingRule
from chatops.ports import Arrival
from chatops.trial_tables import tables

ROOT = Path(__file__).parents[1]
PRESS = RoutingRule("press", words=Terms(("press",)), queue="japan", priority=Priority.HIGH)
CHATTER = RoutingRule("chatter", words=Terms(("lol",)), tags=("chatter",), quiet=True)


def ruled(*rules: RoutingRule) -> Policy:
    return replace(POLICY, routing=rules)


def arrived(ticket: int = 1, text: str = "hello", **changes: object) -> Arrival:
    usual: dict[str, object] = {
        "conversation": 1,
        "customer": 1,
        "account": "aozora",
        "channel": "sandbox",
        "kind": Kind.MENTION,
        "private": False,
        "queue": "global",
        "language": "en",
        "priority": Priority.NORMAL,
        "why": (),
        "can_reply": True,
    }
    event = Opened(**(usual | changes))  # type: ignore[arg-type] # given by name
    return Arrival(ticket, NOON, event, text, 12, event.rule)


def tried(policy: Policy, *arrivals: Arrival) -> Trial:
    trial = Trial(policy)
    for arrival in arrivals:
        trial.add(arrival)
    return trial


def told(trial: Trial) -> str:
    console = Console(width=120, record=True, file=StringIO())
    for each in tables(trial, "7d"):
        console.print(each, highlight=False)
    return console.export_text()


def test_same_rules_change_nothing() -> None:
    trial = tried(ruled(), arrived(1), arrived(2))
    assert (trial.tickets, trial.changed, trial.changes) == (2, 0, [])
    assert trial.rows("rule") == [(NO_RULE, 2, 2)]
    assert "Nothing would differ: 2 tickets of the last 7d." in told(trial)


def test_new_rule_is_counted_by_queue_priority_and_name() -> None:
    trial = tried(ruled(PRESS, CHATTER), arrived(1), arrived(2, "the press"), arrived(3, "lol"))
    assert trial.changed == 2
    assert trial.rows("rule") == [(NO_RULE, 3, 1), ("chatter", 0, 1), ("press", 0, 1)]
    assert trial.rows("queue") == [("global", 3, 2), ("japan", 0, 1)]
    assert trial.rows("priority") == [("high", 0, 1), ("normal", 3, 2)]
    assert trial.rows("quiet list") == [("on it", 0, 1), ("shown", 3, 2)]
    differences = {each.ticket: list(each.differences()) for each in trial.changes}
    assert differences == {
        2: ["queue global → japan", "priority normal → high"],
        3: ["quiet", "tagged chatter"],
    }


def test_rule_that_is_gone_is_counted_too() -> None:
    was = arrived(1, "the press", rule="press", tags=("press",), quiet=True)
    trial = tried(ruled(), was)
    assert trial.rows("rule") == [(NO_RULE, 0, 1), ("press", 1, 0)]
    assert list(trial.changes[0].differences()) == ["no longer quiet", "without press"]


def test_rule_that_matched_nothing_is_told() -> None:
    assert ("press", 0, 0) in tried(ruled(PRESS), arrived()).rows("rule")


def test_new_name_of_a_rule_is_no_difference() -> None:
    was = arrived(1, "lol", rule="noise", tags=("chatter",), quiet=True)
    trial = tried(ruled(CHATTER), was)
    assert (trial.changed, trial.rows("rule")) == (0, [("chatter", 0, 1), ("noise", 1, 0)])


def test_sample_of_the_quiet_list_is_quiet() -> None:
    was = arrived(1, "lol", rule="chatter", tags=("chatter", "sample"))
    assert tried(ruled(CHATTER), was).changed == 0


def test_words_that_are_gone_match_nothing_and_are_counted() -> None:
    trial = tried(ruled(PRESS), arrived(1, "", rule="press", queue="japan"))
    assert (trial.wordless, trial.changed) == (1, 1)
    one = told(trial)
    assert "1 of 1 ticket of the last 7d would differ." in one
    assert "1 has no words left, so that no rule by words matches it." in one
    assert "2 have no words left" in told(tried(ruled(PRESS), arrived(1, ""), arrived(2, "")))


def test_account_that_is_gone_leaves_its_tickets_where_they_are() -> None:
    assert tried(ruled(), arrived(1, account="closed", queue="japan")).changed == 0


def test_first_of_many_changes_are_named_and_nobodys_words_are() -> None:
    secret = "the press and my secret"
    said = told(tried(ruled(PRESS), *(arrived(n, secret) for n in range(1, NAMED + 6))))
    assert "25 of 25 tickets of the last 7d would differ." in said
    assert "#20" in said
    assert "#21" not in said
    assert "… and 5 more" in said
    assert "secret" not in said


def test_no_tickets_are_said_to_be_none() -> None:
    assert told(Trial(POLICY)) == "No ticket was opened in the last 7d.\n"


@pytest.mark.anyio
async def test_stored_tickets_are_decided_as_they_were(care: Care) -> None:
    await care.hears(wrote("injured", who="star", followers=20_000), wrote("hello"), wrote("けが"))
    before = care.everything()
    since = NOON - timedelta(days=1)
    page = await care.storage.reader.arrivals(since, 0, 100)
    assert tried(POLICY, *page).changed == 0
    assert tried(ruled(PRESS, CHATTER), *page).rows("priority") == [
        ("high", 1, 1),
        ("normal", 1, 1),
        ("urgent", 1, 1),
    ]
    assert care.everything() == before


# --- the command


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The working example's app.yaml with its database, in which three customers wrote."""
    monkeypatch.chdir(tmp_path)
    written = (ROOT / "app.yaml").read_text("utf-8")
    (tmp_path / "app.yaml").write_text(written, "utf-8")
    for name in re.findall(r"\$\{(\w+)\}", written):
        monkeypatch.setenv(name, "A" * 43 + "=")
    assert CliRunner().invoke(cli, ["migrate"]).exit_code == 0
    config = read_config(Path("app.yaml"))

    async def hear() -> None:
        async with opened(config) as service:
            now = service.clock.business()
            said = ("Where is it?", "I was injured", "Your giveaways!")
            # by its id a quiet message is in the sample, or is not
            await service.desk.receive(
                [
                    wrote(words, external_id=f"m-{n}", at=now - timedelta(minutes=n))
                    for n, words in enumerate(said)
                ]
            )

    asyncio.run(hear())
    return config


def checked(*args: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, ["check", *args])
    return result.exit_code, result.stdout, " ".join(result.stderr.split())


def test_check_against_the_rules_in_force_finds_nothing(shop: Config) -> None:
    code, said, _ = checked("--against", "7d")
    assert code == 0
    good = "app.yaml: good: 2 queues, 5 rooms, 2 accounts, 4 people, 2 digests"
    assert said.splitlines()[0] == good
    assert "Nothing would differ: 3 tickets of the last 7d." in said
    assert re.search(r"safety\s+│\s+1\s+│\s+1\s", said)


def test_check_against_a_changed_rule_shows_what_it_would_have_done(shop: Config) -> None:
    text = shop.path.read_text("utf-8")
    shop.path.write_text(text.replace('"giveaway*"', "lottery").replace("[injured, ", "[it, "))
    code, said, _ = checked("--against", "1h")
    assert code == 0
    assert "3 of 3 tickets of the last 1h would differ." in said
    assert re.search(r"giveaways\s+│\s+1\s+│\s+0\s+│\s+-1", said)
    assert re.search(r"#1 .*priority normal → urgent; tagged safety", said)
    assert re.search(r"#3 .*no longer quiet", said)
    assert "Where is it" not in said


def test_check_shows_what_app_yaml_would_do_to_open_clocks(shop: Config) -> None:
    before = (shop.path.parent / "var/chatops.db").read_bytes()
    code, said, _ = checked()
    assert (code, "keep their due time." in said) == (0, True)
    text = shop.path.read_text("utf-8")
    shop.path.write_text(text.replace("first_response: 60m", "first_response: 90m"))
    code, said, _ = checked()
    assert code == 0
    assert re.search(r"first response\s+│\s+1\s+│\s+0\s+│\s+1\s", said)
    assert re.search(r"#1 +│ first response │", said)
    assert (shop.path.parent / "var/chatops.db").read_bytes() == before


def test_check_names_the_queues_whose_tickets_it_would_leave_behind(shop: Config) -> None:
    assert "app.yaml has no queue" not in checked()[1]
    text = shop.path.read_text("utf-8")
    shop.path.write_text(text.replace("global", "world"))
    code, said, _ = checked()
    left = "app.yaml has no queue global, where so many tickets are not closed: 2."
    assert (code, left in " ".join(said.split())) == (0, True)


def test_check_of_a_database_that_cannot_be_read_finds_app_yaml_good_all_the_same(
    shop: Config,
) -> None:
    (shop.path.parent / "var/chatops.db").write_bytes(b"no database")
    code, said, _ = checked()
    assert (code, "Open clocks were not looked at: chatops.db: " in said) == (0, True)
    assert "clocks" not in checked("--no-clocks")[1]


def test_check_without_a_database_says_nothing_of_clocks(shop: Config) -> None:
    (shop.path.parent / "var/chatops.db").unlink()
    code, said, _ = checked()
    assert (code, "clock" in said) == (0, False)
    assert not (shop.path.parent / "var/chatops.db").exists()


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ("yesterday", "--against yesterday: write a span with its unit: 10s, 60m, 4h, 7d or 1h30m"),
        ("9999d", "--against 9999d: write at most 3660d"),
    ],
)
def test_check_against_an_odd_span_says_how_to_write_it(shop: Config, span: str, said: str) -> None:
    code, _, error = checked("--against", span)
    assert (code, error) == (1, said)


def test_check_against_no_database_names_the_command_that_makes_one(
    tmp_path: Path, shop: Config
) -> None:
    text = shop.path.read_text("utf-8")
    shop.path.write_text(text.replace("var/chatops.db", "var/other.db"))
    code, _, error = checked("--against", "7d")
    assert code == 1
    assert "run `python -m chatops migrate`" in error
