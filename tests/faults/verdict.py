"""What the invariants read of the outbox, and what they find."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sent:
    """A row of the outbox."""

    id: int
    what: str
    to: str
    marker: str
    ticket: int | None
    entry: int | None
    state: str
    wanted: int
    shown: int
    external_id: str | None
    left: bool
    error: str | None
    burst: int | None
    message: int | None
    body: str | None


@dataclass
class Verdict:
    """What was found broken, in words, and what the service did about its doubts."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disorder: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)  #: an old card, a ticket that is not its log's
    found: int = 0
    repeated: int = 0
    asked: int = 0

    @property
    def broken(self) -> list[str]:
        return [
            f"{name}: {each}"
            for name in ("lost", "doubled", "disorder", "untrue")
            for each in getattr(self, name)
        ]

    def since(self, before: "Verdict") -> "Verdict":
        """Return what has come since another; what was broken then is not told twice."""
        told = {
            name: list((Counter(getattr(self, name)) - Counter(getattr(before, name))).elements())
            for name in ("lost", "doubled", "disorder", "untrue")
        }
        counted = {
            name: getattr(self, name) - getattr(before, name)
            for name in ("found", "repeated", "asked")
        }
        return Verdict(**told, **counted)
