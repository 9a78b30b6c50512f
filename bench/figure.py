"""What a measurement says, and how two sides are measured fairly: in turns, in one run."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Literal

Side = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a database does a statement: the steps of its own words, from the outermost."""

    statement: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A ratio, ours over the other side's, beside the goal that it must reach."""

    name: str
    ratio: float
    goal: float
    better: Literal["higher", "lower"]
    detail: str
    plans: tuple[Plan, ...] = ()

    @property
    def met(self) -> bool:
        return self.ratio >= self.goal if self.better == "higher" else self.ratio <= self.goal

    def row(self) -> dict[str, object]:
        """Return the figure as var/bench.json has it."""
        return {**asdict(self), "ratio": round(self.ratio, 3)}


async def in_turns(rounds: int, ours: Side, theirs: Side) -> tuple[list[float], list[float]]:
    """Measure both sides in each round, and let the one begin that came second before.

    Whatever else the machine does then falls on both alike.
    """
    mine: list[float] = []
    other: list[float] = []
    for number in range(rounds):
        if number % 2:
            other.append(await theirs())
            mine.append(await ours())
        else:
            mine.append(await ours())
            other.append(await theirs())
    return mine, other


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the rounds' ratios: a slow second of the machine spoils one round."""
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie; the nearest one, none invented."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def expect(true: bool, said: str) -> None:
    """Insist that both sides did what they are measured by.

    Raises:
        AssertionError: they did not; the figure would mean nothing.
    """
    if not true:
        raise AssertionError(f"not so: {said}")
