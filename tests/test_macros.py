"""What `check` finds wrong with the lines of a macro, by the real commands."""

import pytest

import commands
from chatops.call import Registry
from chatops.macros import unfit
from chatops.policy import Person, Role
from chatops.text import Words
from tests.scenes import OTHER_QUEUE, QUEUE, policy

REGISTRY = Registry.of(commands)
WORDS = Words()
POLICY = policy(
    people={"aoi": Person("aoi", "伊藤 葵", None, {}, {"japan": Role.AGENT, "global": Role.AGENT})}
)


def said(line: str) -> str | None:
    return unfit(line, (QUEUE, OTHER_QUEUE), POLICY, WORDS, REGISTRY)


@pytest.mark.parametrize(
    "line",
    [
        "reply Hello {customer_name}, it is paid back. {signature}",
        "note 42 parcels came back",
        "close resolved",
        "close",
        "assign aoi",
        "snooze tomorrow",
        "クローズ 解決済み",
        "reopen",
        "wake",
    ],
)
def test_what_some_ticket_takes_is_no_fault(line: str) -> None:
    assert said(line) is None


def test_a_word_that_is_no_command_is_told_with_the_nearest() -> None:
    assert said("clsoe resolved") == "clsoe is no command; did you mean close?"
    assert said("zzzzzz") == "zzzzzz is no command"


@pytest.mark.parametrize("line", ["list mine", "off", "report", "help"])
def test_what_acts_on_no_one_ticket_is_told_with_what_does(line: str) -> None:
    word = line.partition(" ")[0]
    found = said(line)
    assert found is not None
    assert found.startswith(f"{word} acts on no one ticket by itself; write one of: ")
    assert "close" in found


def test_an_argument_that_is_not_taken_is_told() -> None:
    assert said("close becuase") is not None
    assert said("note") is not None
    assert said("snooze the day after never") is not None
    assert said("close 42 resolved") is not None  # a macro is run on one ticket


def test_a_name_that_one_of_its_queues_lacks_is_told() -> None:
    assert unfit("escalate specialists Look", [QUEUE], POLICY, WORDS, REGISTRY) is None
    missing = said("escalate specialists Look")
    assert missing is not None
    assert missing.startswith("in queue global: ")
    assert said("assign nobody") is not None
