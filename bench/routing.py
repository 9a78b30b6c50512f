"""k. Routing: one message through 200 rules, against one pass of the same compiled patterns.

Most messages match no rule, so all of them are asked. Ours folds the text, asks every condition,
finds the queue and its own reasons; the other side searches the folded text with each rule's
pattern and does nothing else. Ours looks for the bare words first, which is why it may be quicker.
"""

from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from bench import site
from bench.figure import Figure, expect, in_turns, ratio
from chatops.arrival.routing import Facts, route
from chatops.arrival.terms import Terms, fold
from chatops.clock import SystemClock
from chatops.event import Kind
from chatops.policy import RoutingRule

RULES: Final = 200

_SAID: Final = (
    (
        "Hello, my parcel was to be here on Tuesday and the driver left a card that says I was out. "
        "I was at home all day! The number is 4021-77; who can help me with that?"
    ),
    (
        "先週の火曜日に届くはずの荷物がまだ届きません。追跡番号は4021-77です。マウンテンバイクのタイヤを"
        "注文したのですが、サービスセンターに電話してもつながりません。どうすればよいでしょうか。"
    ),
)
_STEMS: Final = (
    "refund",
    "voucher",
    "返品",
    "クーポン",
    "Lieferung",
    "保証書",
    "リコール",
    "press",
)


async def measure(folder: Path, *, messages: int = 100, rounds: int = 21) -> list[Figure]:
    """Return the figure of routing."""
    config = site.config(folder, f"http://{site.HOST}:9/slack", fresh=False)
    policy = replace(config.policy, routing=_rules())
    account = policy.accounts[site.account(0)]
    told = [Facts(f"{_SAID[n % 2]} ({n})", Kind.MENTION, "en", 12) for n in range(messages)]
    at = SystemClock().transport()
    folded = [fold(each.text) for each in told]
    patterns = [rule.words.pattern for rule in policy.routing]
    found = [route(policy, account, each, at).rule for each in told]
    expect(not any(found), "no rule matches, so that all are asked")
    expect(not any(p.search(each) for each in folded for p in patterns), "and no pattern")
    last = replace(told[0], text=f"To the press{RULES - 1}!")
    expect(route(policy, account, last, at).rule == f"rule {RULES - 1}", "the last rule can match")

    async def ours() -> float:
        began = perf_counter()
        for each in told:
            route(policy, account, each, at)
        return perf_counter() - began

    async def theirs() -> float:
        began = perf_counter()
        for each in folded:
            for pattern in patterns:
                pattern.search(each)
        return perf_counter() - began

    mine, passes = await in_turns(rounds, ours, theirs)
    per = 1e6 / messages
    detail = (
        f"{median(mine) * per:.0f} of {median(passes) * per:.0f} µs a message, {RULES} rules of "
        f"{len(_STEMS)} words"
    )
    return [Figure("k. routing by 200 rules", ratio(mine, passes), 3, "lower", detail)]


def _rules() -> tuple[RoutingRule, ...]:
    """Return rules that ask for words alone, each for others: what costs most."""
    return tuple(
        RoutingRule(f"rule {n}", words=Terms(tuple(f"{stem}{n}" for stem in _STEMS)))
        for n in range(RULES)
    )
