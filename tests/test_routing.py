"""Where tickets go, and their priority with its reasons."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from scenes import OTHER_QUEUE, POLICY, QUEUE, TOKYO

from chatops.arrival.routing import Facts, Routed, is_sample, route
from chatops.arrival.terms import Terms
from chatops.event import Kind, Priority
from chatops.policy import Policy, RoutingRule, UrgencyRules

#: A Thursday: 15:30 in Tokyo, within working time.
AT = datetime(2026, 10, 1, 6, 30, tzinfo=UTC)
NIGHT = AT + timedelta(hours=8)

ACCOUNT = POLICY.accounts["aozora"]
RULES = UrgencyRules(followers=1000, words=Terms(("lawyer", "けが")))
URGENT = replace(
    POLICY,
    queues={
        "japan": replace(QUEUE, urgency=RULES),
        "global": replace(OTHER_QUEUE, urgency=UrgencyRules(followers=10)),
    },
)


def facts(text: str = "hello", **changes: object) -> Facts:
    usual = {"kind": Kind.MENTION, "language": "en", "followers": 1}
    return Facts(text, **(usual | changes))  # type: ignore[arg-type] # given by name


def rule(name: str = "one", **changes: object) -> RoutingRule:
    return RoutingRule(name, **changes)  # type: ignore[arg-type] # given by name


def routed(
    *rules: RoutingRule, at: datetime = AT, policy: Policy = POLICY, **given: object
) -> Routed:
    return route(replace(policy, routing=rules), ACCOUNT, facts(**given), at)  # type: ignore[arg-type] # given by name


@pytest.mark.parametrize(
    ("text", "followers", "level", "why"),
    [
        ("hello", 999, Priority.NORMAL, ()),
        ("hello", 1000, Priority.HIGH, ("why-followers",)),
        ("hello", None, Priority.NORMAL, ()),
        ("My LAWYER will call", 1, Priority.HIGH, ("why-words",)),
        ("lawyers everywhere", 1, Priority.NORMAL, ()),
        ("子どもがけがをしました", 1, Priority.HIGH, ("why-words",)),
        ("my lawyer", 5000, Priority.URGENT, ("why-followers", "why-words")),
        ("lawyer lawyer けが", 1, Priority.HIGH, ("why-words",)),
    ],
)
def test_queues_own_reasons_raise_the_priority(
    text: str, followers: int | None, level: Priority, why: tuple[str, ...]
) -> None:
    found = routed(policy=URGENT, text=text, followers=followers)
    assert found == Routed("japan", level, why)


def test_without_rules_it_goes_to_its_accounts_queue() -> None:
    assert routed(text="lawyer", followers=10**6) == Routed("japan", Priority.NORMAL)


@pytest.mark.parametrize(
    ("condition", "met", "not_met"),
    [
        ({"channels": ("x",)}, {}, None),
        ({"accounts": ("aozora", "brand")}, {}, None),
        ({"kinds": (Kind.DM, Kind.REPLY)}, {"kind": Kind.DM}, {"kind": Kind.QUOTE}),
        ({"languages": ("ja",)}, {"language": "ja"}, {"language": "zh"}),
        ({"words": Terms(("イク",))}, {"text": "イクよ"}, {"text": "バイク"}),
        ({"followers": 5}, {"followers": 5}, {"followers": 4}),
        ({"followers": 5}, {"followers": 6}, {"followers": None}),
        ({"stars": (1, 2)}, {"stars": 2}, {"stars": 3}),
        ({"stars": (1,)}, {"stars": 1}, {"stars": None}),
        ({"calendar": TOKYO}, {"at": AT}, {"at": NIGHT}),
        ({"calendar": TOKYO, "is_open": False}, {"at": NIGHT}, {"at": AT}),
    ],
)
def test_each_condition_decides(
    condition: dict[str, object], met: dict[str, object], not_met: dict[str, object] | None
) -> None:
    one = rule(**condition, queue="global")
    assert routed(one, **met).rule == "one"
    if not_met is not None:
        assert routed(one, **not_met) == Routed("japan", Priority.NORMAL)


@pytest.mark.parametrize("condition", [{"channels": ("line",)}, {"accounts": ("brand",)}])
def test_message_of_another_account_does_not_match(condition: dict[str, object]) -> None:
    assert routed(rule(**condition, queue="global")).rule is None


def test_all_conditions_must_hold() -> None:
    both = rule(words=Terms(("press",)), followers=100)
    assert routed(both, text="press").rule is None
    assert routed(both, followers=100).rule is None
    assert routed(both, text="press", followers=100).rule == "one"


def test_first_rule_that_matches_decides_alone() -> None:
    first = rule("first", words=Terms(("press",)), tags=("press",))
    second = rule("second", queue="global", tags=("all",))
    assert routed(first, second, text="press") == Routed(
        "japan", Priority.NORMAL, tags=("press",), rule="first"
    )
    assert routed(first, second).rule == "second"


def test_rule_gives_queue_priority_tags_and_quiet() -> None:
    all_of_it = rule(queue="global", priority=Priority.LOW, tags=("a", "b"), quiet=True)
    assert routed(all_of_it) == Routed("global", Priority.LOW, (), ("a", "b"), True, "one")


@pytest.mark.parametrize(
    ("given", "followers", "level"),
    [
        (Priority.LOW, 1, Priority.LOW),
        (Priority.LOW, 10, Priority.NORMAL),
        (Priority.HIGH, 10, Priority.URGENT),
        (Priority.URGENT, 10, Priority.URGENT),
    ],
)
def test_reasons_of_the_new_queue_raise_the_rules_priority(
    given: Priority, followers: int, level: Priority
) -> None:
    found = routed(rule(queue="global", priority=given), policy=URGENT, followers=followers)
    assert found.priority is level


def test_queue_that_is_gone_is_the_accounts() -> None:
    assert routed(rule(queue="closed long ago")).queue == "japan"


def test_a_sample_is_one_of_so_many_and_the_same_each_time() -> None:
    ids = [f"m{n}" for n in range(10_000)]
    chosen = [id for id in ids if is_sample(20, id)]
    assert 400 <= len(chosen) <= 600
    assert chosen == [id for id in ids if is_sample(20, id)]
    assert all(is_sample(1, id) for id in ids[:20])
    assert not any(is_sample(0, id) for id in ids)
