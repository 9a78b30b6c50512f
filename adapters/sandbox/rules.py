"""A company's rules as one table, any row of which can be taken out: what a strict stand-in enforces.

A rule that is taken out (`DOCUMENTED.without("name")`) is not enforced at all; the tests break each
rule, and show that with its row gone the same call passes, so that no rule can fall asleep unnoticed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Rule:
    """A limit or a named rule of a company's."""

    name: str
    #: The bound, in the unit that `meaning` names; 1 where the rule has no number.
    value: float
    meaning: str
    source: str


class Limits:
    """The rules in force."""

    def __init__(self, *rules: Rule) -> None:
        self._rules = MappingProxyType({rule.name: rule for rule in rules})

    def __iter__(self) -> Iterator[Rule]:
        return iter(self._rules.values())

    def on(self, name: str) -> bool:
        return name in self._rules

    def value(self, name: str) -> float:
        """The bound of `name`; without end where the rule is off."""
        return self._rules[name].value if name in self._rules else float("inf")

    def without(self, *names: str) -> "Limits":
        """The same rules but these. A name that is no rule is a KeyError."""
        for name in names:
            _ = self._rules[name]
        return Limits(*(rule for rule in self if rule.name not in names))

    def with_value(self, name: str, value: float) -> "Limits":
        """The same rules with another bound for `name`: tests of slowness need not wait 3 s."""
        old = self._rules[name]
        new = Rule(name, value, old.meaning, old.source)
        return Limits(*(new if rule is old else rule for rule in self))
