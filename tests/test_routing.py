"""Priority with its reasons."""

import pytest
from care import wrote

from chatops.event import Priority
from chatops.policy import UrgencyRules
from chatops.routing import priority_of

RULES = UrgencyRules(followers=1000, words=("lawyer", "けが"))


@pytest.mark.parametrize(
    ("text", "followers", "level", "why"),
    [
        ("hello", 999, Priority.NORMAL, ()),
        ("hello", 1000, Priority.HIGH, ("why-followers",)),
        ("My LAWYER will call", 1, Priority.HIGH, ("why-words",)),
        ("lawyers everywhere", 1, Priority.NORMAL, ()),
        ("子どもがけがをしました", 1, Priority.HIGH, ("why-words",)),
        ("my lawyer", 5000, Priority.URGENT, ("why-followers", "why-words")),
        ("lawyer lawyer けが", 1, Priority.HIGH, ("why-words",)),
    ],
)
def test_priority_says_why(
    text: str, followers: int, level: Priority, why: tuple[str, ...]
) -> None:
    assert priority_of(RULES, wrote(text, followers=followers)) == (level, why)


def test_without_rules_all_is_normal() -> None:
    message = wrote("lawyer", followers=10**6)
    assert priority_of(UrgencyRules(), message) == (Priority.NORMAL, ())


def test_network_that_tells_no_followers_gives_no_reason() -> None:
    message = wrote("hello", followers=None)  # type: ignore[arg-type] # as some networks
    assert priority_of(RULES, message) == (Priority.NORMAL, ())
