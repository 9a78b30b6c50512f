"""What a load did to memory and to the wait of cards, drawn over time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from matplotlib.figure import Figure


class Seen(Protocol):
    """What was seen at a time, in seconds; see bench.load."""

    @property
    def at(self) -> float: ...
    @property
    def resident(self) -> float: ...
    @property
    def waiting(self) -> int: ...
    @property
    def oldest(self) -> float: ...
    @property
    def middle(self) -> float: ...


def draw(path: Path, looks: Sequence[Seen], cards: int) -> None:
    """Draw three charts, one below the other, and write the figures beside as text."""
    minutes = [look.at / 60 for look in looks]
    figure = Figure(figsize=(8, 8), layout="constrained")
    memory, waiting, wait = figure.subplots(3, sharex=True)
    memory.plot(minutes, [look.resident for look in looks])
    _name(memory, "memory of the process, MB")
    waiting.plot(minutes, [look.waiting for look in looks])
    waiting.axhline(cards, linestyle=":", color="grey")
    _name(waiting, f"deliveries that wait, of {cards} cards")
    wait.plot(minutes, [look.oldest for look in looks], label="the longest")
    wait.plot(minutes, [look.middle for look in looks], label="the median")
    wait.legend(loc="upper left")
    _name(wait, "for how long they have waited, s")
    wait.set_xlabel("minutes")
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path)
    lines = [
        "     s      MB  waiting  longest s  median s",
        *(
            f"{look.at:6.0f} {look.resident:7.1f} {look.waiting:8} {look.oldest:10.1f} {look.middle:9.1f}"
            for look in looks
        ),
    ]
    path.with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _name(axes: Any, said: str) -> None:
    axes.set_title(said, loc="left", fontsize="medium")
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
