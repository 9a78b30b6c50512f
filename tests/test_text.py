"""Every word that a person reads: both languages whole and alike, nothing missing, nothing left."""

import ast
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import (
    FunctionReference,
    Junk,
    Message,
    MessageReference,
    VariableReference,
)
from fluent.syntax.visitor import Visitor

import commands
from adapters.chat import chats
from chatops.arrival.language import KNOWN
from chatops.call import Looks, OnTicket, Registry
from chatops.event import (
    CloseReason,
    Event,
    Kind,
    Occasion,
    Priority,
    ReplyState,
    SnoozeReason,
    Then,
)
from chatops.personal_data import Personal
from chatops.policy import Role
from chatops.sla import ClockKind, Given, SegmentCause, State
from chatops.text import LANGUAGES, LOCALE, Hand, Link, Mention, Text, Words, say_zoned_time, text
from chatops.ticket import Waiting
from chatops.wake_times import PRESETS

ROOT = Path(__file__).parent.parent
CODE = [
    path
    for part in ("chatops", "commands", "adapters")  # storage's `text` is SQLAlchemy's
    for path in (ROOT / part).rglob("*.py")
]
WORDS = Words()
REGISTRY = Registry.of(commands)
TOKYO = ZoneInfo("Asia/Tokyo")


class Placeholders(Visitor):
    """Collects what a sentence is told: its variables, and the sentences that it names."""

    def __init__(self) -> None:
        self.variables: set[str] = set()
        self.named: set[str] = set()
        self.functions: set[str] = set()

    def visit_VariableReference(self, node: VariableReference) -> None:  # noqa: N802 - fluent's name
        self.variables.add(node.id.name)

    def visit_MessageReference(self, node: MessageReference) -> None:  # noqa: N802 - fluent's name
        self.named.add(node.id.name)

    def visit_FunctionReference(self, node: FunctionReference) -> None:  # noqa: N802 - fluent's name
        self.functions.add(node.id.name)
        self.generic_visit(node)


def sentences(language: str) -> dict[str, Placeholders]:
    source = (LOCALE / f"{language}.ftl").read_text(encoding="utf-8")
    found: dict[str, Placeholders] = {}
    for entry in FluentParser().parse(source).body:
        assert not isinstance(entry, Junk), entry.content
        if isinstance(entry, Message):
            assert entry.id.name not in found, f"{entry.id.name} stands twice"
            found[entry.id.name] = Placeholders()
            found[entry.id.name].visit(entry)
    return found


EN, JA = (sentences(language) for language in LANGUAGES)


def wants(id: str) -> set[str]:
    """Return the values that a sentence needs, through the sentences that it names."""
    found = EN[id]
    return found.variables.union(*(wants(other) for other in found.named))


def calls_of_text() -> Iterator[tuple[Path, ast.Call]]:
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="text" | "Text"), args=[_, *_]):
                    yield path, node


def literal_ids(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literal_ids(node.body)
        yield from literal_ids(node.orelse)


def patterns_of(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        yield "".join(
            re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w-]+"
            for part in node.values
        )
    elif isinstance(node, ast.IfExp):
        yield from patterns_of(node.body)
        yield from patterns_of(node.orelse)


CALLS = list(calls_of_text())
PATTERNS = {made for _, call in CALLS for made in patterns_of(call.args[0])}


def test_both_languages_have_the_same_sentences_in_the_same_order() -> None:
    assert list(EN) == list(JA)


def test_both_languages_name_the_same_values() -> None:
    differing = {
        id for id in EN if (EN[id].variables, EN[id].named) != (JA[id].variables, JA[id].named)
    }
    assert differing == set()


def test_every_sentence_that_code_says_exists() -> None:
    missing = {
        f"{path.relative_to(ROOT)}:{call.lineno} {id}"
        for path, call in CALLS
        for id in literal_ids(call.args[0])
        if id not in EN
    }
    assert missing == set()


def test_every_sentence_is_told_what_it_needs() -> None:
    wrong = set()
    for path, call in CALLS:
        given = {keyword.arg for keyword in call.keywords}
        for id in literal_ids(call.args[0]):
            if id in EN and call.func.id == "text" and not wants(id) <= given:  # type: ignore[attr-defined]
                wrong.add(f"{path.relative_to(ROOT)}:{call.lineno} {id} lacks {wants(id) - given}")
    assert wrong == set()


def test_no_sentence_is_left_over() -> None:
    constants = {
        node.value
        for path in CODE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # a pattern that begins with a value fits every sentence, and so tells nothing
    telling = {each for each in PATTERNS if not each.startswith("[")}
    # names and words are looked up, and `init` has a `say` of its own
    other = {r"name-[\w-]+", r"word-[\w-]+", r"init-(ask|about)-[\w-]+"}
    patterns = [re.compile(each) for each in telling | other]
    named = set().union(*(found.named for found in EN.values()))
    left = {
        id
        for id in EN
        if id not in constants
        and id not in named
        and not any(each.fullmatch(id) for each in patterns)
    }
    assert left == set()


def test_every_pattern_of_sentences_has_some() -> None:
    assert {each for each in PATTERNS if not any(re.fullmatch(each, id) for id in EN)} == set()


def _of(prefix: str, values: Iterable[object]) -> set[str]:
    names = (str(each.value) if isinstance(each, Enum) else str(each) for each in values)
    return {f"{prefix}-{name.replace(' ', '-')}" for name in names}


#: The first response has its sentences without a name of its own; what is watched is never late.
LATER_CLOCKS = [kind for kind in ClockKind if kind is not ClockKind.FIRST_RESPONSE]
PROMISES = [kind for kind in LATER_CLOCKS if not kind.is_watch]
WATCHES = [kind for kind in LATER_CLOCKS if kind.is_watch]
OF_PROMISES = ("alert-said-breach", "alert-title-breach", "push-breach", "log-breached")
OF_WATCHES = ("alert-said", "alert-title", "push", "event", "alerts", "log")
HOW = ("runs", "met", "waived", "lapsed")
FAMILIES = [
    _of("kind", Kind),
    _of("language", KNOWN),
    _of("role", (role.name.lower() for role in Role)),
    _of("priority", Priority),
    _of("waiting", Waiting),
    _of("clock", State),
    _of("fact-clock", LATER_CLOCKS),
    set.union(*(_of(prefix, PROMISES) for prefix in OF_PROMISES)),
    set.union(
        *(_of(f"{prefix}-due-soon", WATCHES) for prefix in OF_WATCHES),
        *(_of(f"watch-{kind.value}", HOW) for kind in WATCHES),
    ),
    _of("why-cause", SegmentCause) | _of("why-given", Given),
    _of("announce", Occasion),
    _of("close", CloseReason),
    _of("snooze", SnoozeReason),
    _of("then", Then),
    _of("reply", ReplyState),
    _of("personal", Personal),
    _of("wake", PRESETS),
    _of("chat-name", chats()),
]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: max(family).partition("-")[0])
def test_every_value_has_its_sentence(family: set[str]) -> None:
    assert family <= EN.keys()


def test_every_event_has_its_word_in_the_log() -> None:
    special = {"Snoozed", "WritingBegan", "WritingEnded", "SendingBegan", "Alerted"}
    special |= {"ChainStopped", "StageReached"}  # by what stopped it, and by what it does
    names = {event.__name__ for event in Event.__args__} - special
    assert {
        f"log-{re.sub('(?<=[a-z])(?=[A-Z])', '-', name).lower()}" for name in names
    } <= EN.keys()


@pytest.mark.parametrize("command", list(REGISTRY), ids=lambda command: command.name)
def test_every_command_is_explained(command) -> None:  # type: ignore[no-untyped-def]
    needed = {f"{part}-{command.name}" for part in ("name", "usage", "help")}
    if isinstance(command.handler, OnTicket):
        needed.add(f"done-{command.name}")
        needed |= {
            f"field-{name}"
            for name, field in command.args.model_fields.items()
            if field.annotation is not int | None and name != "message"
        }
    assert needed <= EN.keys()


def test_no_name_of_a_command_stands_for_two() -> None:
    said = [
        name.strip()
        for language in LANGUAGES
        for command in REGISTRY
        for name in WORDS.say(text(f"name-{command.name}"), language, TOKYO).split(",")
    ]
    assert len(said) == len(set(said))


def test_looking_commands_have_no_sentence_of_being_done() -> None:
    looking = {c.name for c in REGISTRY if isinstance(c.handler, Looks)}
    assert {f"done-{name}" for name in looking}.isdisjoint(EN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said(language: str) -> None:
    for id, found in EN.items():
        values = dict.fromkeys(wants(id), 2 if "NUMBER" in found.functions else "x")
        if "ticket" in found.named or id == "ticket":
            values["ticket"] = 12345
        assert WORDS.say(text(id, **values), language, TOKYO).strip(), id


def test_a_ticket_number_has_no_thousands_separator() -> None:
    assert WORDS.say(text("is-closed", ticket=12345), "en", TOKYO).startswith("#12345 ")


@pytest.mark.parametrize(
    ("value", "english", "japanese"),
    [
        (datetime(2026, 10, 2, 0, 0, tzinfo=UTC), "Fri 2 Oct 9:00", "10月2日(金) 9:00"),
        (date(2026, 10, 2), "Fri 2 Oct", "10月2日(金)"),
        (timedelta(days=1, hours=2, minutes=3), "1 d 2 h", "1日2時間"),
        (timedelta(days=2, minutes=3), "2 d", "2日"),
        (timedelta(hours=2, minutes=3, seconds=59), "2 h 3 min", "2時間3分"),
        (timedelta(hours=1, seconds=5), "1 h", "1時間"),
        (timedelta(seconds=150), "2 min", "2分"),
        (timedelta(seconds=10), "10 s", "10秒"),
        (timedelta(), "0 min", "0分"),
        (text("private"), "private", "非公開"),
        ((text("private"), text("public")), "private, public", "非公開、公開"),
        (Mention(3), "<3>", "<3>"),
        (Link("https://care.example/1", text("public")), "[public]", "[公開]"),
        (Link("https://care.example/1", "#1"), "[#1]", "[#1]"),
        ("<b>", "*b*", "*b*"),
        (7, "7", "7"),
    ],
)
def test_values_are_said_as_people_write_them(value, english: str, japanese: str) -> None:  # type: ignore[no-untyped-def]
    hand = Hand(
        foreign=lambda words: words.replace("<", "*").replace(">", "*"),
        person=lambda mention: f"<{mention.agent}>",
        link=lambda _url, label: f"[{label}]",
    )
    said = text("words", words=value)
    assert WORDS.say(said, "en", TOKYO, hand) == english
    assert WORDS.say(said, "ja", TOKYO, hand) == japanese


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Tokyo", "10月2日(金) 9:00 JST"),
        ("Europe/London", "10月2日(金) 1:00 BST"),
        ("Asia/Singapore", "10月2日(金) 8:00 UTC+08"),
    ],
)
def test_a_time_names_its_zone_where_readers_may_think_in_another(zone: str, said: str) -> None:
    at = datetime(2026, 10, 2, 0, 0, tzinfo=UTC)
    assert say_zoned_time(at, "ja", ZoneInfo(zone)) == said


def test_a_sentence_that_lacks_a_value_is_a_fault() -> None:
    with pytest.raises(KeyError, match="words"):
        WORDS.say(text("words"), "en", TOKYO)
    assert WORDS.has("words")
    assert not WORDS.has("no-such-sentence")
    assert WORDS.ids("en") == EN.keys()


def test_an_attribute_alone_is_no_sentence(tmp_path: Path) -> None:
    for language in LANGUAGES:
        (tmp_path / f"{language}.ftl").write_text("hollow =\n    .title = x\n", encoding="utf-8")
    with pytest.raises(KeyError, match="hollow"):
        Words(tmp_path).say(Text("hollow"), "en", TOKYO)
