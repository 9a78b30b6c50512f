"""Nobody is shut out: everything by typing, and nothing by colour or by a picture alone."""

import ast
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple, get_args
from zoneinfo import ZoneInfo

import pytest

import commands
from chatops.arguments import FormOnly
from chatops.call import Registry
from chatops.card import Block, Chart, Facts, Paragraph, Quote, Table
from chatops.cards.report_card import quiet_card
from chatops.cards.report_charts import Shown, figures_blocks
from chatops.event import Deed, Priority, ReplyState
from chatops.sla import State
from chatops.splits import Group
from chatops.text import LANGUAGES, Text, Words, text

ROOT: Final = Path(__file__).parent.parent
REGISTRY: Final = Registry.of(commands)
WORDS: Final = Words()
TOKYO: Final = ZoneInfo("Asia/Tokyo")


class Pressed(NamedTuple):
    """A button in the code: its command, and the names of what it tells the command besides."""

    where: str
    command: str
    args: frozenset[str]


def pressed() -> Iterator[Pressed]:
    """Return every button that code makes by a name; `turning` makes those of pages."""
    paths = [*(ROOT / "chatops").rglob("*.py"), *(ROOT / "commands").glob("*.py")]
    for path in paths:
        tree = ast.parse(path.read_text("utf-8"))
        told = _told(tree)
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name("Button"), args=[ast.Constant(str(name)), _, *rest]):
                    yield Pressed(_where(path, node), name, _named(rest[:1], told))
                case ast.Call(func=ast.Name("turning"), args=[ast.Constant(str(name)), *rest]):
                    yield Pressed(_where(path, node), name, _named(rest, told) | {"page"})
                case _:
                    pass


def _where(path: Path, node: ast.Call) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def _told(tree: ast.Module) -> dict[str, ast.expr]:
    """Return what a name stands for, where a button is told something by a name."""
    return {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _named(args: list[ast.expr], told: dict[str, ast.expr]) -> frozenset[str]:
    """Return the first of each pair `("message", ...)`."""
    found: set[str] = set()
    for arg in args:
        value = told.get(arg.id, arg) if isinstance(arg, ast.Name) else arg
        for node in ast.walk(value):
            match node:
                case ast.Tuple(elts=[ast.Constant(str(name)), _]):
                    found.add(name)
                case _:
                    pass
    return frozenset(found)


BUTTONS: Final = tuple(each for each in pressed() if each.command != "open")  # that one is a link


def test_the_cards_buttons_are_found() -> None:
    """Else the tests below would hold for nothing."""
    assert {"claim", "undo", "list", "tour", "confirm", "handover"} <= {b.command for b in BUTTONS}
    assert frozenset({"which"}) in {b.args for b in BUTTONS if b.command == "list"}
    assert {b.args for b in BUTTONS if b.command in {"undo", "keep"}} == {frozenset({"message"})}


@pytest.mark.parametrize("button", BUTTONS, ids=lambda b: f"{b.command}-{b.where}")
def test_every_button_is_a_command_that_can_be_typed(button: Pressed) -> None:
    """What a button tells besides the ticket can be typed, or is found without being told."""
    command = REGISTRY.get(button.command)
    assert command is not None
    for name in button.args:
        field = command.args.model_fields[name]
        if name == "message":
            assert not field.is_required()  # nobody types a message's id: the newest is meant
        else:
            assert FormOnly not in field.metadata


def test_what_a_form_says_a_line_can_say() -> None:
    """Only ways to say a time are a form's or a button's own: a line has its own in their place."""
    of_forms = {
        (command.name, name)
        for command in REGISTRY
        for name, field in command.args.model_fields.items()
        if FormOnly in field.metadata
    }
    in_place = {("snooze", "when"): "until", ("report", "since"): "period"}
    in_place |= {("report", "until"): "period"}
    assert of_forms == in_place.keys()
    for (name, _), typed in in_place.items():
        command = REGISTRY.get(name)
        assert command is not None
        assert FormOnly not in command.args.model_fields[typed].metadata


@pytest.mark.parametrize("deed", Deed)
def test_every_deed_is_a_command_that_can_be_typed(deed: Deed) -> None:
    """The menu names its commands by the deeds."""
    command = REGISTRY.get(deed.value)
    assert command is not None
    assert not any(field.is_required() for field in command.args.model_fields.values())


def test_cards_hold_nothing_but_words_and_pictures_of_figures() -> None:
    """Whatever else came to be put on a card would need its text beside it."""
    assert set(get_args(Block)) == {Paragraph, Quote, Facts, Table, Chart}


@pytest.mark.parametrize("in_time", [False, True])
def test_every_picture_has_its_words_and_its_figures_beside_it(in_time: bool) -> None:
    points = [(text("words", words=name), Group(7, 5, [180] * 10)) for name in ("a", "b")]
    blocks = figures_blocks(Shown("by_day", points, in_time=in_time))
    charts = [block for block in blocks if isinstance(block, Chart)]
    assert (
        [len(chart.said) for chart in charts] == [len(chart.series) for chart in charts] == [2, 2]
    )
    tables = [block for block in blocks if isinstance(block, Table)]
    rows = [
        " ".join(WORDS.say(cell, "en", TOKYO) for cell in row) for t in tables for row in t.rows
    ]
    by_time = ["a 7 5", "b 7 5", "a 3 min 3 min 10", "b 3 min 3 min 10"]
    by_name = [f"{name} 7 5 median 3 min, 90 % within 3 min (n = 10) 0" for name in ("a", "b")]
    assert rows == (by_time if in_time else by_name)


def test_every_bar_has_its_number_beside_it() -> None:
    card = quiet_card(date(2026, 10, 2), {"thanks": 12, "giveaway": 3})
    (table,) = [block for block in card.blocks if isinstance(block, Table)]
    rows = [[WORDS.say(cell, "en", TOKYO) for cell in row] for row in table.rows]
    assert [row[:2] for row in rows] == [["thanks", "12"], ["giveaway", "3"]]


#: Families of sentences that tell one state from another.
STATES: Final = {
    "clock": [f"clock-{state.value}" for state in State],
    "priority": [f"priority-{level.value}" for level in Priority],
    "reply": [f"reply-{state.value.replace(' ', '-')}" for state in ReplyState],
    "shift": ["home-is-on", "home-is-off"],
    "visibility": ["seen-private", "seen-public"],
    "queue": ["list-due", "list-past-due", "list-no-clock"],
    "account": ["home-healthy", "home-unhealthy"],
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("family", STATES)
def test_states_differ_in_their_letters(family: str, language: str) -> None:
    """Whoever sees no colour and hears no sign still hears which state it is."""
    said = [WORDS.say(_filled(id), language, TOKYO) for id in STATES[family]]
    letters = {"".join(sign for sign in words if sign.isalnum()) for words in said}
    assert len(letters) == len(said)


def _filled(id: str) -> Text:
    names = ("agent", "at", "channel", "due", "late", "left", "seconds", "visibility")
    counts = ("failed", "doubt", "unreadable")
    return text(id, **dict.fromkeys(names, "x"), **dict.fromkeys(counts, 1))
