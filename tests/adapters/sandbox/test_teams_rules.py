"""Every rule of Teams' stand-in is broken by a plain call; with the rule off, the very same call
passes, so that no rule can fall asleep unnoticed."""

import pytest
from teams_breaches import BREACHES
from teams_sandbox import teams_at

from adapters.sandbox.teams import DOCUMENTED, sped

pytestmark = pytest.mark.anyio


def test_every_rule_is_broken() -> None:
    assert set(BREACHES) == {rule.name for rule in DOCUMENTED}


@pytest.mark.parametrize("rule", sorted(BREACHES))
async def test_a_rule_is_enforced(rule: str) -> None:
    breach = BREACHES[rule]
    limits = DOCUMENTED if breach.value is None else DOCUMENTED.with_value(rule, breach.value)
    async with teams_at(limits, installed=breach.installed) as teams:
        assert await breach.call(teams) == breach.broken


@pytest.mark.parametrize("rule", sorted(BREACHES))
async def test_a_rule_that_is_off_lets_the_call_pass(rule: str) -> None:
    breach = BREACHES[rule]
    async with teams_at(DOCUMENTED.without(rule), installed=breach.installed) as teams:
        assert await breach.call(teams) == breach.passed


def test_teams_can_be_hurried() -> None:
    hurried = {rule.name: rule.value for rule in sped(DOCUMENTED, 10)}
    documented = {rule.name: rule.value for rule in DOCUMENTED}
    assert (hurried["send_1s"], hurried["app_1s"], hurried["members_hour"]) == (70, 500, 36_000)
    assert {name for name in hurried if hurried[name] != documented[name]} == {
        *(f"{kind}_{span}" for kind in ("send", "members") for span in ("1s", "2s", "30s", "hour")),
        "app_1s",
    }
