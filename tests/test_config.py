"""app.yaml: what it means when it is right, and what each fault says."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import jsonschema_rs
import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    model_validator,
)

from adapters.chat import chats
from chatops.app import channel_models
from chatops.arrival.terms import Terms
from chatops.calendar import Calendar, Window
from chatops.chain import Chain, Stage, Starts
from chatops.config import Config, Runs, environ, load
from chatops.config.notation import Span
from chatops.config.schema import schema, schema_text
from chatops.config.shape import Network, Web
from chatops.errors import ConfigError
from chatops.event import ChainStop, ClockKind, Kind, Occasion, Priority, SnoozeReason
from chatops.policy import (
    Account,
    Assignment,
    AwayRule,
    AwayText,
    BurstRule,
    CannedReply,
    DigestPlan,
    EscalationTarget,
    IdleRule,
    LowStars,
    Macro,
    Person,
    Policy,
    Queue,
    Role,
    Room,
    RoutingRule,
    UrgencyRules,
)
from chatops.sla import Handover, SlaPolicy
from chatops.targets import Targets

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 21)
#: 32 zero bytes in base64: a Fernet key that opens nothing.
KEY = "A" * 43 + "="
ENVIRON = {"CHATOPS_KEY": KEY, "TALK_TOKEN": "t-1", "NET_SECRET": "s-1", "PORT": "8400"}


def _address(value: str, info: ValidationInfo) -> str:
    if value.startswith("http://") and not (info.context or {}).get("development"):
        raise ValueError("write https://")
    return value


class Inner(BaseModel):
    password: SecretStr


class Talk(BaseModel):
    """A chat platform's settings, with what adapters may think of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: Literal["socket", "http"] = "socket"
    token: SecretStr
    signing: SecretStr | None = None
    api_url: Annotated[str, AfterValidator(_address)] = "https://talk.example/api"
    retries: int = 3
    pace: float = 1.0
    inner: Inner | None = None

    @model_validator(mode="after")
    def _signed(self) -> Self:
        if self.mode == "http" and self.signing is None:
            raise ValueError("mode http needs signing: write ${TALK_SIGNING}")
        return self


class Net(BaseModel):
    """A channel's settings for one account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    client: str = Field(min_length=1)
    secret: SecretStr
    api: str = "https://net.example"


class Windowed(Net):
    """A channel that leaves it to app.yaml for how long a reply is taken, and how people call it."""

    reply_window: Span | None = None
    name: str | None = None


CHATS = {"talk": Talk}
CHANNELS = {"net": Net, "other": Net, "windowed": Windowed}

FIXTURES = Path(__file__).parent / "fixtures" / "config"
GOOD = (FIXTURES / "good.yaml").read_text(encoding="utf-8")


def _cases(file: str) -> list[object]:
    cases = yaml.load((FIXTURES / file).read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506
    return [pytest.param(case, id=case["name"]) for case in cases]


@pytest.fixture
def app_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file, named as it is named where a service starts."""
    monkeypatch.chdir(tmp_path)
    return Path("app.yaml")


def _digest(plan: DigestPlan, policy: Policy) -> str | None:
    assert plan.name in policy.digests
    return f"{plan.run} shows nothing" if plan.run.startswith("claim") else None


def _macro(line: str, queues: Iterable[Queue], policy: Policy) -> str | None:
    where = [queue.name for queue in queues]
    assert set(where) <= set(policy.queues)
    return f"not in {where}" if line.startswith("digest") else None


#: Stands for the commands, which config does not know.
def _away(said: AwayText, queue: Queue, policy: Policy) -> str | None:
    assert queue.name in policy.queues
    return "it is too long" if "far too long" in said.text else None


RUNS = Runs(_digest, _macro, _away)


def loaded(path: Path, text: str | bytes, environ: Mapping[str, str] = ENVIRON) -> Config:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path, environ, CHATS, CHANNELS, RUNS, today=TODAY)


def faults(path: Path, text: str | bytes, environ: Mapping[str, str] = ENVIRON) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        loaded(path, text, environ)
    return str(refused.value).splitlines()


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


# What a good file means


def test_the_smallest_whole_file(app_yaml: Path) -> None:
    read = loaded(app_yaml, GOOD)
    shifts = (Window(540, 720), Window(780, 1080))
    tokyo = Calendar("tokyo", "Asia/Tokyo", dict.fromkeys(range(5), shifts))
    brand = Account("brand", "net", "japan", "ja", "aozora")
    assert read == Config(
        path=app_yaml,
        policy=Policy(
            rooms={
                "care": Room("care", "talk", "C1", "en", "Asia/Tokyo"),
                "boss": Room("boss", "talk", "C2", "ja", "Europe/London"),
            },
            queues={
                "japan": Queue(
                    "japan",
                    rooms=("care",),
                    managers_rooms=("boss",),
                    calendar=tokyo,
                    first_response=timedelta(hours=1),
                    escalation={},
                )
            },
            people={"aoi": Person("aoi", "伊藤 葵", None, {"talk": "U1"}, {"japan": Role.AGENT})},
            accounts={"brand": brand},
            digests={
                "evening": DigestPlan(
                    "evening", time(18), (0, 1, 2, 3, 4), tokyo, "digest breaches", "boss"
                )
            },
            zone="Asia/Tokyo",
        ),
        chats={"talk": Talk(token=SecretStr("t-1"))},
        accounts={"brand": (brand, Net(client="shared", secret=SecretStr("s-1")))},
        database="sqlite:///var/chatops.db",
        key=SecretStr(KEY),
        language="en",
        zone="Asia/Tokyo",
        web=Web(host="127.0.0.1", port=8300, ops_host="127.0.0.1", ops_port=8301),
        network=Network(proxy=None, ca=None),
        canned_from=None,
        development=False,
    )


def test_every_key_of_a_queue(app_yaml: Path) -> None:
    full = """\
    first_response: 1h30m
    escalation: {specialists: {room: boss, people: [aoi]}}
    canned: [{name: sent, language: ja, text: "{customer_name}様 {signature}"}]
    assignment: round_robin
    announce: [woken]
    mention_assignee: false
    urgency: {followers: 5, words: [けが]}
    reopen_window: 2d12h
    burst: {tickets: 3, within: 5m}
    chain:
      starts: opened
      stops: [reply]
      repeat: 2
      end: 1h
      stages:
        - {wait: 15m, call: aoi, owner: aoi}
        - {wait: 10m, call_shift: true}
        - {wait: 30m, escalate: specialists}
        - {wait: 1h, priority: urgent}
    idle_claim: {ask_after: 30m, hand_back_after: 15m}
    low_stars: {room: boss, at_most: 1}
    dm_handover: {nudge_after: 24h, abandon_after: 2d}
"""
    text = changed("    first_response: 60m\n", full).replace(
        "calendar: tokyo\n", "calendar: always\n"
    )
    assert loaded(app_yaml, text).policy.queues["japan"] == Queue(
        "japan",
        rooms=("care",),
        managers_rooms=("boss",),
        calendar=Calendar.always("Asia/Tokyo"),
        first_response=timedelta(minutes=90),
        escalation={"specialists": EscalationTarget("specialists", "boss", ("aoi",))},
        canned=(CannedReply("sent", "ja", "{customer_name}様 {signature}"),),
        assignment=Assignment.ROUND_ROBIN,
        announce=frozenset({Occasion.WOKEN}),
        mention_assignee=False,
        urgency=UrgencyRules(5, Terms(("けが",))),
        reopen_window=timedelta(hours=60),
        burst=BurstRule(3, timedelta(minutes=5)),
        chain=Chain(
            (
                Stage(timedelta(minutes=15), call=("aoi",), owner="aoi"),
                Stage(timedelta(minutes=10), call_shift=True),
                Stage(timedelta(minutes=30), target="specialists"),
                Stage(timedelta(hours=1), priority=Priority.URGENT),
            ),
            Starts.OPENED,
            frozenset({ChainStop.REPLY, ChainStop.CLOSE}),
            rounds=3,
            end_in=timedelta(hours=1),
        ),
        idle_claim=IdleRule(timedelta(minutes=30), timedelta(minutes=15)),
        low_stars=LowStars("boss", 1),
        dm_handover=Handover(86_400, 3 * 86_400),
    )


def test_away_text_of_a_queue(app_yaml: Path) -> None:
    texts = """\
    away:
      texts:
        - {language: en, channels: [net], text: "Back on {opens}"}
        - {language: en, text: "We are back on {opens}"}
      public: true
      most: 20
"""
    text = changed("    calendar: tokyo\n", f"    calendar: tokyo\n{texts}")
    assert loaded(app_yaml, text).policy.queues["japan"].away == AwayRule(
        (AwayText("en", "Back on {opens}", ("net",)), AwayText("en", "We are back on {opens}")),
        public=True,
        most=20,
    )


#: What a second queue needs, beside the one of good.yaml.
_NEXT = """\
  {name}:
    rooms: [care]
    managers_room: boss
    calendar: tokyo
    first_response: 60m
    chain: {{stages: [{{wait: 15m, escalate: {to}}}]}}
"""


def gives_to(*queues: str) -> str:
    """Return a file in which japan's chain gives to the first of these, that to the next, and so on."""
    first = (
        f"    first_response: 60m\n    chain: {{stages: [{{wait: 15m, escalate: {queues[0]}}}]}}\n"
    )
    pairs = pairwise(queues)
    rest = "".join(_NEXT.format(name=name, to=to) for name, to in pairs if name != "japan")
    return changed("    first_response: 60m\n", first + rest)


def test_a_chain_may_end_in_another_queue(app_yaml: Path) -> None:
    last = _NEXT.format(name="night", to="x").replace("escalate: x", "priority: urgent")
    text = changed(
        "    first_response: 60m\n",
        f"    first_response: 60m\n    chain: {{stages: [{{wait: 15m, escalate: night}}]}}\n{last}",
    )
    assert loaded(app_yaml, text).policy.queues["japan"].chain == Chain(
        (Stage(timedelta(minutes=15), queue="night"),)
    )


def test_a_chain_in_a_calendar_that_closes_for_good_is_refused(app_yaml: Path) -> None:
    text = changed(
        "    first_response: 60m\n",
        "    first_response: 60m\n    chain: {stages: [{wait: 12h, call_shift: true}]}\n",
    ).replace(
        '      mon-fri: ["9:00-12:00", "13:00-18:00"]\n',
        '      mon-fri: []\n    special: {2026-12-01: ["9:00-18:00"]}\n',
    )
    said = "the calendar tokyo has not so much working time; shorten the waits"
    assert faults(app_yaml, text) == [f"app.yaml:21: queues.japan.chain.stages: {said}"]


def test_chains_that_go_round_in_queues_never_end_and_are_refused(app_yaml: Path) -> None:
    assert faults(app_yaml, gives_to("night", "day", "japan")) == [
        f"app.yaml:{line}: queues.{name}.chain: this never ends: {way}; end one of them elsewhere"
        for line, name, way in (
            (20, "japan", "japan gives to night gives to day gives to japan"),
            (26, "night", "night gives to day gives to japan gives to night"),
            (32, "day", "day gives to japan gives to night gives to day"),
        )
    ]


def test_a_chain_that_leads_into_a_ring_of_others_is_not_told_of_it(app_yaml: Path) -> None:
    told = faults(app_yaml, gives_to("night", "day", "night"))
    assert [line.split(": ")[1] for line in told] == ["queues.night.chain", "queues.day.chain"]


@pytest.mark.parametrize(("more", "title"), [("", "brand"), ("    name: Forum\n", "Forum")])
def test_an_account_s_reply_window_and_title_are_known_to_the_core(
    app_yaml: Path, more: str, title: str
) -> None:
    text = GOOD.replace("  net:\n", f"  windowed:\n    reply_window: 24h\n{more}")
    account = loaded(app_yaml, text).policy.accounts["brand"]
    day = timedelta(hours=24)
    assert account == Account("brand", "windowed", "japan", "ja", "aozora", day, title)


def test_an_account_of_a_network_is_called_as_its_network_is(app_yaml: Path) -> None:
    assert loaded(app_yaml, GOOD).policy.accounts["brand"].title is None


def test_bursts_are_switched_off_by_null(app_yaml: Path) -> None:
    text = changed("    first_response: 60m\n", "    first_response: 60m\n    burst: null\n")
    assert loaded(app_yaml, text).policy.queues["japan"].burst is None
    assert loaded(app_yaml, GOOD).policy.queues["japan"].burst == BurstRule()


def test_every_key_of_a_rule(app_yaml: Path) -> None:
    text = changed(
        "digests:",
        """\
quiet: {sample: 5}
routing:
  - name: all of it
    when:
      channel: [net]
      account: brand
      kind: [dm, mention]
      language: ja
      words: [返金, refund*]
      followers: 9
      stars: [1, 2]
      hours: not tokyo
    queue: japan
    priority: high
    tags: [ＶＩＰ, vip, 返金]
    quiet: true
  - {name: open, when: {hours: tokyo, kind: dm}}
  - {name: rest}
digests:""",
    )
    policy = loaded(app_yaml, text).policy
    tokyo = policy.queues["japan"].calendar
    assert policy.sample == 5
    assert policy.routing == (
        RoutingRule(
            "all of it",
            channels=("net",),
            accounts=("brand",),
            kinds=(Kind.DM, Kind.MENTION),
            languages=("ja",),
            words=Terms(("返金", "refund*")),
            followers=9,
            stars=(1, 2),
            calendar=tokyo,
            is_open=False,
            queue="japan",
            priority=Priority.HIGH,
            tags=("vip", "返金"),
            quiet=True,
        ),
        RoutingRule("open", kinds=(Kind.DM,), calendar=tokyo),
        RoutingRule("rest"),
    )


def test_every_key_of_a_policy(app_yaml: Path) -> None:
    text = changed(
        "digests:",
        """\
sla:
  - name: urgent
    when:
      channel: net
      kind: [dm, mention]
      priority: [urgent, high]
      language: ja
      tag: vip
      queue: japan
    first_response: 15m
    next_response: 30m
    resolution: 4h
    ceiling: 1d
    claim: 10m
    calendar: always
    reopen_grace: 1h
    waiting_third_party: pauses
  - {name: rest, next_response: 2h}
digests:""",
    )
    policy = loaded(app_yaml, text).policy
    assert policy.sla == (
        SlaPolicy(
            "urgent",
            channels=("net",),
            kinds=(Kind.DM, Kind.MENTION),
            priorities=(Priority.URGENT, Priority.HIGH),
            languages=("ja",),
            tags=("vip",),
            queues=("japan",),
            targets={
                ClockKind.FIRST_RESPONSE: 900,
                ClockKind.NEXT_RESPONSE: 1800,
                ClockKind.RESOLUTION: 14_400,
                ClockKind.CEILING: 86_400,
                ClockKind.CLAIM: 600,
            },
            calendar=Calendar.always("Asia/Tokyo"),
            reopen_grace_s=3600,
            pauses=frozenset({SnoozeReason.WAITING_CUSTOMER, SnoozeReason.WAITING_THIRD_PARTY}),
        ),
        SlaPolicy("rest", targets={ClockKind.NEXT_RESPONSE: 7200}),
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("sla: fast", "write a list, each policy beginning with a dash"),
        ("sla: [{name: a, when: {tag: vip}}, {name: a}]", "another policy has this name"),
        ("sla: [{name: a}, {name: b}]", '"a" above takes every one'),
        ("sla: [{name: a, when: {queue: jpan}}]", "japan"),
        ("sla: [{name: a, resolution: 2d}]", "working days differ in length"),
    ],
)
def test_a_policy_that_says_nothing_or_too_much_is_refused(
    app_yaml: Path, written: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        loaded(app_yaml, changed("digests:", f"{written}\ndigests:"))


def test_a_star_is_every_queue_without_a_line_of_its_own(app_yaml: Path) -> None:
    text = changed("roles: {japan: agent}", 'roles: {"*": lead, japan: viewer}').replace(
        "queues:\n",
        "queues:\n  other: {rooms: [care], managers_room: boss, calendar: always,"
        " first_response: 5m}\n",
    )
    held = loaded(app_yaml, text).policy.people["aoi"].roles
    assert held == {"other": Role.LEAD, "japan": Role.VIEWER, "*": Role.LEAD}


@pytest.mark.parametrize("written", ["[boss, care]", "[boss, care, boss]"])
def test_managers_may_have_a_room_in_each_chat(app_yaml: Path, written: str) -> None:
    text = changed("managers_room: boss", f"managers_room: {written}")
    assert loaded(app_yaml, text).policy.queues["japan"].managers_rooms == ("boss", "care")


def test_an_account_may_leave_all_to_what_is_shared(app_yaml: Path) -> None:
    text = GOOD[: GOOD.index("channels:")] + (
        "channels: {net: {client: c, secret: '${NET_SECRET}', queue: japan, language: ja,"
        " handle: h, api: 'https://eu.net.example', accounts: {one: , two: {client: d}}}}\n"
    )
    read = loaded(app_yaml, text)
    clients = {name: made for name, (_, made) in read.accounts.items()}
    secret, eu = SecretStr("s-1"), "https://eu.net.example"
    assert clients == {
        "one": Net(client="c", secret=secret, api=eu),
        "two": Net(client="d", secret=secret, api=eu),
    }


def test_references_stand_for_text_numbers_and_parts_of_text(
    app_yaml: Path, tmp_path: Path
) -> None:
    held = tmp_path / "token"
    held.write_text("from a file\n")
    text = changed("${TALK_TOKEN}", f"${{file:{held}}}") + (
        "web: {port: '${PORT}'}\ndatabase: sqlite:///var/${PORT}.db\n"
    )
    read = loaded(
        app_yaml, text.replace("key: ${CHATOPS_KEY}", "key: ${CHATOPS_KEY}, ${CHATOPS_KEY}")
    )
    talk = read.chats["talk"]
    assert isinstance(talk, Talk)
    assert (talk.token.get_secret_value(), read.web.port, read.database, read.key) == (
        "from a file",
        8400,
        "sqlite:///var/8400.db",
        SecretStr(f"{KEY}, {KEY}"),
    )


def test_secrets_do_not_show_when_printed(app_yaml: Path) -> None:
    text = GOOD + "network: {proxy: '${PROXY}'}\n"
    read = loaded(app_yaml, text, {**ENVIRON, "PROXY": "http://me:hush@proxy.example:3128"})
    assert read.network.proxy == "http://me:hush@proxy.example:3128"
    assert not [secret for secret in (KEY, "t-1", "s-1", "hush") if secret in repr(read)]


def test_words_that_yaml_1_1_would_twist_stay_words(app_yaml: Path) -> None:
    read = loaded(
        app_yaml, changed("name: 伊藤 葵", "name: no").replace('"18:00 mon-fri"', "18:30")
    )
    plan = read.policy.digests["evening"]
    assert (read.policy.people["aoi"].public_name, plan.at, plan.days) == (
        "no",
        time(18, 30),
        tuple(range(7)),
    )


def test_digest_for_several_rooms_is_one_for_each(app_yaml: Path) -> None:
    written = changed("in: boss", "in: [boss, care, boss]")
    digests = loaded(app_yaml, written).policy.digests
    assert [(name, plan.name, plan.room) for name, plan in digests.items()] == [
        ("evening", "evening", "boss"),
        ("evening @ care", "evening @ care", "care"),
    ]


def test_a_service_in_development_reaches_stand_ins_on_loopback(app_yaml: Path) -> None:
    text = changed("    token:", "    api_url: http://127.0.0.1:8080/talk\n    token:")
    text = text.replace("    client:", "    api: http://localhost:8080/net\n    client:")
    assert loaded(app_yaml, "development: true\n" + text).development


def test_public_holidays_come_with_own_days_and_special_shifts(app_yaml: Path) -> None:
    text = changed(
        '"13:00-18:00"]\n',
        '"13:00-18:00"]\n    holidays: {country: JP, own: ["2026-12-29..2027-01-03", "2026-08-13"]}\n'
        '    special: {"2026-12-28": ["9:00-12:00"], "2026-12-25": []}\n',
    )
    tokyo = loaded(app_yaml, text).policy.queues["japan"].calendar
    closed = tokyo.holidays
    assert {date(2025, 1, 1), date(2026, 5, 6), date(2026, 8, 13), date(2029, 11, 23)} <= closed
    assert {day for day in closed if day.month == 12} == {date(2026, 12, n) for n in (29, 30, 31)}
    assert {day.year for day in closed} == {2025, 2026, 2027, 2028, 2029}
    assert tokyo.special == {date(2026, 12, 28): (Window(540, 720),), date(2026, 12, 25): ()}


def test_shifts_are_a_calendar_or_one_s_own_hours(app_yaml: Path) -> None:
    named = loaded(app_yaml, changed("roles: {japan: agent}", "roles: {}\n    shifts: tokyo"))
    assert named.policy.people["aoi"].shifts == named.policy.queues["japan"].calendar
    own = "roles: {}\n    shifts: {zone: Europe/London, week: {sat: ['10:00-15:00']}}"
    read = loaded(app_yaml, changed("roles: {japan: agent}", own))
    assert read.policy.people["aoi"].shifts == Calendar(
        "aoi", "Europe/London", {5: (Window(600, 900),)}
    )


def test_quiet_hours_are_in_the_zone_of_the_shifts_or_the_service_s(app_yaml: Path) -> None:
    quiet = "roles: {japan: agent}\n    quiet: '22:00-7:00'"
    nights = {day: (Window(22 * 60, 31 * 60),) for day in range(7)}
    read = loaded(app_yaml, changed("roles: {japan: agent}", quiet))
    assert read.policy.people["aoi"].quiet == Calendar("aoi", "Asia/Tokyo", nights)
    own = quiet + "\n    shifts: {zone: Europe/London, week: {sat: ['10:00-15:00']}}"
    read = loaded(app_yaml, changed("roles: {japan: agent}", own))
    assert read.policy.people["aoi"].quiet == Calendar("aoi", "Europe/London", nights)


def test_macros_are_lines_for_some_queues_or_all(app_yaml: Path) -> None:
    text = GOOD + (
        "macros:\n  refund: {queues: [japan], lines: [note Paid back, close resolved]}\n"
        "  nothing: {lines: [close no_reply_needed]}\n"
    )
    assert loaded(app_yaml, text).policy.macros == {
        "refund": Macro("refund", ("note Paid back", "close resolved"), ("japan",)),
        "nothing": Macro("nothing", ("close no_reply_needed",)),
    }


def test_a_report_s_targets(app_yaml: Path) -> None:
    text = GOOD + (
        "report:\n  targets: {first_response: 30m, compliance: 95 %, reopened: 4.5%, open: 50}\n"
    )
    assert loaded(app_yaml, text).policy.targets == Targets(
        first_response=timedelta(minutes=30), compliance=95.0, reopened=4.5, open=50
    )
    assert loaded(app_yaml, GOOD).policy.targets == Targets()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("compliance: 95", "compliance: write a share of a hundred: 95 %"),
        ("reopened: 101 %", "reopened: write a share of a hundred: 95 %"),
        (
            "first_response: 2d",
            "first_response: working days differ in length; write hours and minutes: 16h, 60m",
        ),
        ("first_response: 0m", "first_response: write a span from 1m to 720h, of working time"),
        ("open: -1", "open: this should be greater than or equal to 0"),
        ("opne: 5", 'opne: there is no key "opne" here; did you mean open?'),
    ],
)
def test_a_target_that_is_none_is_refused(app_yaml: Path, written: str, said: str) -> None:
    text = f"{GOOD}report:\n  targets:\n    {written}\n"
    line = text[: text.index(written)].count("\n") + 1
    assert faults(app_yaml, text) == [f"app.yaml:{line}: report.targets.{said}"]


# The calendars of the written vectors, as YAML


@pytest.mark.parametrize("case", _cases("vectors.yaml"))
def test_calendars_in_yaml_give_the_written_vectors(app_yaml: Path, case: dict[str, str]) -> None:
    block = yaml.safe_dump({"vector": case["calendar"]}, default_flow_style=True, width=1000)
    text = changed("calendars:\n", f"calendars:\n  {block.strip()[1:-1]}\n")
    made = loaded(app_yaml, text.replace("calendar: tokyo\n", "calendar: vector\n"))
    calendar = made.policy.queues["japan"].calendar
    begin = datetime.fromisoformat(case["start"]).replace(tzinfo=ZoneInfo(calendar.zone))
    due = datetime.fromisoformat(f"{case['due']}+00:00")
    assert calendar.add(begin, int(case["minutes"]) * 60) == due


# What each fault says


@pytest.mark.parametrize("case", _cases("faults.yaml"))
def test_each_fault_names_line_path_and_remedy(app_yaml: Path, case: dict[str, Any]) -> None:
    assert faults(app_yaml, changed(case["instead_of"], case["written"])) == case["said"]


def test_development_reaches_nothing_but_loopback(app_yaml: Path) -> None:
    head = """\
development: true
web: {host: 0.0.0.0, ops_host: box.example}
network: {proxy: 'http://p:1'}
"""
    elsewhere = "development reaches loopback only; write the address of a stand-in here"
    assert faults(app_yaml, head + GOOD) == [
        "app.yaml:2: web.host: development listens on loopback only; write 127.0.0.1",
        "app.yaml:2: web.ops_host: development listens on loopback only; write 127.0.0.1",
        f"app.yaml:3: network.proxy: {elsewhere}",
        f"app.yaml:7: chats.talk.api_url: {elsewhere}",
        f"app.yaml:32: channels.net.accounts.brand.api: {elsewhere}",
    ]


def test_all_faults_are_told_at_once_in_the_order_of_lines(app_yaml: Path) -> None:
    text = (
        GOOD.replace("id: C1", "id: 1")
        .replace("rooms: [care]", "rooms: [care, nowhere]")
        .replace("${CHATOPS_KEY}", "${NOT_THERE}")
        .replace("roles: {japan: agent}", "roles: {japan: agnet}")
    )
    assert [line.split(": ")[:2] for line in faults(app_yaml, text)] == [
        ["app.yaml:1", "key"],
        ["app.yaml:7", "rooms.care.id"],
        ["app.yaml:16", "queues.japan.rooms[1]"],
        ["app.yaml:24", "people.aoi.roles.japan"],
    ]


def test_an_empty_file_is_told_what_to_hold(app_yaml: Path) -> None:
    said = "app.yaml:1: write keys and values; app.yaml of the source tree is a working example"
    assert faults(app_yaml, "") == [said]
    assert faults(app_yaml, "- a list") == [said]


def test_an_empty_mapping_is_told_every_key_that_it_needs(app_yaml: Path) -> None:
    needed = [line.split(": ")[1] for line in faults(app_yaml, "{}")]
    assert needed == ["key", "chats", "rooms", "queues", "people", "channels"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b"key: \xff", "app.yaml:1: this is not UTF-8 text; save the file as UTF-8"),
        (b"[" * 5000, "app.yaml:1: this is nested too deeply to be a configuration"),
    ],
)
def test_bytes_that_are_no_configuration(app_yaml: Path, written: bytes, said: str) -> None:
    assert faults(app_yaml, written) == [said]


def test_a_digest_that_runs_what_it_cannot_is_told_with_its_line(app_yaml: Path) -> None:
    wrong = "\n  - {name: second, at: '9:00', calendar: tokyo, run: claim 42, in: boss}\n"
    assert faults(app_yaml, GOOD.rstrip() + "\n  - {name: 7}" + wrong)[-1] == (
        "app.yaml:37: digests[2].run: claim 42 shows nothing"
    )


def test_a_file_that_is_not_there(app_yaml: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load(app_yaml, ENVIRON, CHATS, CHANNELS, RUNS, today=TODAY)
    said = "app.yaml:1: the file cannot be read: No such file or directory"
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (b"", "is empty; put the value there, alone"),
        (b"\n", "is empty; put the value there, alone"),
        (b"x" * 65537, "is too long for a secret; put the value there, alone"),
        (b"\xff", "is not UTF-8 text; put the value there, alone"),
    ],
)
def test_a_secret_file_that_holds_no_secret(
    app_yaml: Path, tmp_path: Path, held: bytes, said: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(held)
    text = changed("${NET_SECRET}", f"${{file:{secret}}}")
    path = "channels.net.accounts.brand.secret"
    assert faults(app_yaml, text) == [f"app.yaml:33: {path}: the file {secret} {said}"]


def test_an_empty_variable_is_not_a_secret(app_yaml: Path) -> None:
    said = "app.yaml:1: key: the environment variable CHATOPS_KEY is empty; set it"
    assert faults(app_yaml, GOOD, {**ENVIRON, "CHATOPS_KEY": ""}) == [said]


def test_no_fault_repeats_a_secret(app_yaml: Path, tmp_path: Path) -> None:
    held = tmp_path / "token"
    held.write_text("hush-from-a-file")
    text = (
        GOOD.replace("zone: Asia/Tokyo\nchats", "zone: ${SECRET}\nchats")
        .replace("    token: ${TALK_TOKEN}", f"    token: hush-written\n    mode: ${{file:{held}}}")
        .replace("calendar: tokyo\n", f"calendar: ${{file:{held}}}\n")
    )
    told = faults(app_yaml, text, {**ENVIRON, "SECRET": "hush-in-a-variable"})
    assert told == [
        'app.yaml:2: zone: there is no time zone "${SECRET}"; write one such as Asia/Tokyo',
        (
            "app.yaml:5: chats.talk.token: a secret is never written here; write ${TALK_TOKEN} and set "
            "that variable"
        ),
        "app.yaml:6: chats.talk.mode: write socket or http",
        (
            f'app.yaml:19: queues.japan.calendar: there is no calendar "${{file:{held}}}"; calendars '
            "are: always, tokyo"
        ),
    ]


# Any file at all

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.sampled_from(["${CHATOPS_KEY}", "${X}", "9:00-17:00", "mon-fri", "60m", "care", "*", "18:00"]),
)  # fmt: skip
KEYS = st.one_of(
    st.sampled_from(
        [
            "key",
            "zone",
            "chats",
            "talk",
            "token",
            "rooms",
            "care",
            "chat",
            "id",
            "calendars",
            "week",
            "holidays",
            "own",
            "country",
            "special",
            "queues",
            "rooms",
            "calendar",
            "first_response",
            "escalation",
            "canned",
            "text",
            "people",
            "ids",
            "roles",
            "channels",
            "net",
            "accounts",
            "brand",
            "queue",
            "digests",
            "at",
            "run",
            "in",
            "web",
            "port",
            "network",
            "proxy",
        ]
    ),
    st.text(max_size=5),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=20,
)


def _either(path: Path, text: str | bytes) -> None:
    """Load, and let nothing but ConfigError come out."""
    try:
        loaded(path, text)
    except ConfigError as error:
        told = str(error).splitlines()
    else:
        told = []
    assert [line for line in told if not line.startswith("app.yaml:")] == []


ANY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@ANY
@given(
    text=st.one_of(
        st.binary(max_size=60),
        st.text(max_size=60).map(lambda text: text.encode(errors="surrogatepass")),
    )
)
@example(text=b"a: &a [*a]")
@example(text=b"? {a: b}\n: c")
@example(text=b"<<: {key: 1}")
@example(text=b"--- a\n--- b")
@example(text=b"key: !!python/name:os.system x")
@example(text=b"web: {port: " + b"9" * 5000 + b"}")
def test_any_bytes_are_read_or_refused(app_yaml: Path, text: bytes) -> None:
    _either(app_yaml, text)


@ANY
@given(tree=TREES)
def test_any_tree_is_read_or_refused(app_yaml: Path, tree: object) -> None:
    _either(app_yaml, yaml.safe_dump(tree, allow_unicode=True))


def _places(tree: object, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = (
        tree.items()
        if isinstance(tree, dict)
        else enumerate(tree if isinstance(tree, list) else ())
    )
    for step, value in inner:
        yield (*place, step)
        yield from _places(value, (*place, step))


@ANY
@given(place=st.sampled_from(list(_places(yaml.safe_load(GOOD)))), value=TREES)
def test_any_value_in_any_place_is_read_or_refused(
    app_yaml: Path, place: tuple[str | int, ...], value: object
) -> None:
    tree = yaml.safe_load(GOOD)
    around = tree
    for step in place[:-1]:
        around = around[step]
    around[place[-1]] = value
    _either(app_yaml, yaml.safe_dump(tree, allow_unicode=True))


# The files of the source tree


def _references(path: Path) -> dict[str, str]:
    """A value for each variable that the file refers to."""
    names = set(path.read_text(encoding="utf-8").split("${")[1:])
    found = {name.split("}")[0]: "made up, and as long as a secret must be" for name in names}
    numbers = {name: str(8310 + n) for n, name in enumerate(sorted(found)) if "PORT" in name}
    urls = {name: "http://127.0.0.1:8080" for name in found if "URL" in name}
    sandbox = {"SANDBOX_DATABASE": "sqlite:///a.db", "SANDBOX_SPEED": "1"}
    return {**found, **numbers, **urls, "CHATOPS_KEY": KEY, **sandbox}


@pytest.mark.parametrize("name", ["app.yaml", "adapters/sandbox/app.yaml"])
def test_the_files_of_the_source_tree_are_good(name: str) -> None:
    path = ROOT / name
    read = load(path, _references(path), chats(), channel_models(), RUNS, today=TODAY)
    assert read.policy.queues.keys() == {"global", "japan"}
    editor = jsonschema_rs.validator_for(schema(chats(), channel_models()))
    assert [error.message for error in editor.iter_errors(yaml.safe_load(path.read_text()))] == []


def test_the_schema_in_the_source_tree_is_current() -> None:
    kept = (ROOT / "app.schema.json").read_text(encoding="utf-8")
    assert json.loads(kept) == json.loads(schema_text(chats(), channel_models())), (
        "run: python -m chatops check --schema > app.schema.json"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("zone: Asia/Tokyo\nchats", "zoen: Asia/Tokyo\nchats"),
        ("${TALK_TOKEN}", "xoxb-1"),
        ("    client: shared", "    klient: shared"),
        ("  net:\n", "  orkut:\n"),
        ("        queue: japan", "        que: japan"),
        ("first_response: 60m", "first_response: 60"),
        ('"9:00-12:00"', '"9-12"'),
        ("roles: {japan: agent}", "roles: {japan: boss}"),
    ],
)
def test_an_editor_sees_what_the_start_refuses(old: str, new: str) -> None:
    editor = jsonschema_rs.validator_for(schema(CHATS, CHANNELS))
    assert editor.is_valid(yaml.safe_load(GOOD))
    assert editor.is_valid(yaml.safe_load(changed("    client: shared", "    client: ${NET_ID}")))
    assert not editor.is_valid(yaml.safe_load(changed(old, new)))


def test_the_environment_is_the_process_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARE_TEST", "1")
    assert environ()["CARE_TEST"] == "1"
