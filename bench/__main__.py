"""`python -m bench`: measure the ratios, print them as a table, and write them to var/bench.json."""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

import orjson
from rich.console import Console
from rich.table import Table

from bench import (
    across,
    burst,
    flatness,
    folding,
    intake,
    intake_postgres,
    invokes,
    load,
    outbox,
    presses,
    rendering,
    rendering_teams,
    reports,
    routing,
    starting,
    webhook,
)
from bench.figure import Figure
from bench.plans import compact

#: The working tree's own disk: a temporary folder may be memory, on which a commit costs nothing.
VAR: Final = Path("var")

Measure = Callable[[Path], Awaitable[list[Figure]]]

MEASURES: Final[Mapping[str, Measure]] = {
    "a": intake.measure,
    "b": presses.measure,
    "c": webhook.measure,
    "d": burst.measure,
    "e": rendering.measure,
    "f": starting.measure,
    "g": outbox.measure,
    "h": intake_postgres.measure,
    "i": flatness.measure,
    "j": load.measure,
    "k": routing.measure,
    "l": rendering_teams.measure,
    "m": invokes.measure,
    "n": across.measure,
    "o": reports.measure,
    "p": folding.measure,
}


async def run(letters: str) -> list[Figure]:
    """Measure what the letters name, one after the other, each in a folder of its own."""
    figures: list[Figure] = []
    for letter in letters:
        with tempfile.TemporaryDirectory(prefix="bench-", dir=VAR) as folder:
            figures += await MEASURES[letter](Path(folder))
    return figures


def table(figures: list[Figure]) -> Table:
    made = Table("", "ratio", "goal", "", "measured")
    for figure in figures:
        goal = f"{'≥' if figure.better == 'higher' else '≤'} {figure.goal:g}"
        made.add_row(
            figure.name,
            f"{figure.ratio:.2f}",
            goal,
            "met" if figure.met else "missed",
            figure.detail,
        )
    return made


def say_plans(console: Console, figures: list[Figure]) -> None:
    """Print what each statement reads, and by which index; the whole plans are in the file."""
    for figure in figures:
        for plan in figure.plans:
            console.print(f"{figure.name}: {compact(plan)}", style="dim", highlight=False)


def main(letters: str) -> None:
    VAR.mkdir(exist_ok=True)
    figures = asyncio.run(run(letters))
    (VAR / "bench.json").write_bytes(
        orjson.dumps([figure.row() for figure in figures], option=orjson.OPT_INDENT_2)
    )
    console = Console()
    console.print(table(figures))
    say_plans(console, figures)


if __name__ == "__main__":
    main("".join(sys.argv[1:]) or "".join(MEASURES))
