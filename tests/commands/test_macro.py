"""macro: which one is meant. What its steps do is in `tests/test_doing.py`."""

import pytest

from chatops.card import Choice, Paragraph
from chatops.policy import Macro as Steps
from chatops.text import text
from chatops.ticket import Refusal
from commands.macro import Macro, form, macro
from tests.scenes import call, policy, scene

REFUND = Steps("Refund asked", ("tag refund", "close resolved"))
GLOBAL = Steps("abroad", ("move global",), ("global",))
HERE = scene(policy=policy(macros={m.name: m for m in (REFUND, GLOBAL)}))


@pytest.mark.parametrize("name", ["Refund asked", "refund  ASKED", "Ｒｅｆｕｎｄ asked"])
def test_a_macro_is_found_by_its_name(name: str) -> None:
    assert macro(Macro(name=name), HERE, call("macro")) == REFUND.lines


def test_another_queue_s_macro_is_none_of_this_one() -> None:
    refused = Refusal(text("unknown-macro", name="abroad", queue="japan"), field="name")
    assert macro(Macro(name="abroad"), HERE, call("macro")) == refused


def test_an_unknown_name_gets_the_nearest_one() -> None:
    near = text("unknown-macro-near", name="refund aske", near="Refund asked")
    assert macro(Macro(name="refund aske"), HERE, call("macro")) == Refusal(near, field="name")


def test_the_form_shows_the_steps_of_the_chosen_one() -> None:
    (choice,) = form({}, HERE, call("macro")).parts
    assert isinstance(choice, Choice)
    assert [name for name, _ in choice.options] == ["Refund asked"]
    assert (choice.live, choice.searched) == (True, False)
    _, *steps = form({"name": "Refund asked"}, HERE, call("macro")).parts
    assert steps == [Paragraph(text("macro-step", line=line), small=True) for line in REFUND.lines]


def test_without_macros_the_form_says_so() -> None:
    (none,) = form({}, scene(), call("macro")).parts
    assert none == Paragraph(text("no-macros", queue="japan"))


def test_what_a_step_says_is_filled_for_this_customer_and_agent() -> None:
    steps = Steps("sorry", ("reply Sorry, {customer_name}. {signature}", "note of {ticket}"))
    here = scene(policy=policy(macros={"sorry": steps}))
    assert macro(Macro(name="sorry"), here, call("macro")) == (
        "reply Sorry, Jo. 伊藤 葵",
        "note of 42",
    )
