"""`make faults`: try every fault on each database, print the table and write var/faults.json."""

import asyncio
import json
import random
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from storage.migrate import upgrade
from tests.faults import kills
from tests.faults.catalogue import FAULTS, POSTGRES, Fault
from tests.faults.database import Postgres, Sqlite
from tests.faults.page import HEADS, PAGE, written
from tests.faults.runner import CAPTION, Makes, Row, Told, kept, rows_of, tried

KEPT: Final = Path("var/faults.json")
_out = Console(highlight=False, width=None if sys.stdout.isatty() else 150)


def main(
    database: Annotated[str, typer.Option(help="sqlite, postgres or both.")] = "both",
    kill: Annotated[int, typer.Option(help="Kills at random under load, on each.")] = 200,
    seed: Annotated[int, typer.Option(help="Of what is left to chance; 0 draws one.")] = 0,
    only: Annotated[str, typer.Option(help="Only faults whose name holds this.")] = "",
    add: Annotated[bool, typer.Option(help="Keep the table's other rows.")] = False,
    page: Annotated[bool, typer.Option(help="Write the table into docs/faults.md too.")] = False,
) -> None:
    """Try every fault, and fail where anything was lost, doubled, out of order or untrue."""
    seed = seed or random.SystemRandom().randrange(1, 10**6)
    _out.print(f"seed {seed}")
    rows = asyncio.run(_run(database, kill, seed, only, rows_of(KEPT) if add else []))
    _out.print(table(rows))
    _out.print(CAPTION)
    _out.print(f"Written to {KEPT}")
    if page:
        PAGE.write_text(
            written(PAGE.read_text("utf-8"), json.loads(KEPT.read_text("utf-8"))), "utf-8"
        )
    sys.exit(not all(row.is_good for row in rows))


async def _run(database: str, kill: int, seed: int, only: str, before: list[Told]) -> list[Row]:
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, makes in _databases(database, Path(folder)).items():
            faults = [
                f for f in (*FAULTS, *_at_random(kill)) if name in f.databases and only in f.name
            ]
            async for row in tried(makes, faults, seed):
                rows.append(row)
                kept(rows, seed, KEPT, before)
                sign = "[green]good[/green]" if row.is_good else "[red]BROKEN[/red]"
                _out.print(
                    f"{len(rows):4} {row.database:10} {row.fault:44} {row.seconds:6.1f} s {sign}"
                )
                for each in row.broken:
                    _out.print(each, markup=False)
    return rows


def _databases(wanted: str, folder: Path) -> dict[str, Makes]:
    found: dict[str, Makes] = {}
    if wanted in {"sqlite", "both"}:
        empty = folder / "empty.db"
        upgrade(f"sqlite:///{empty}")
        found["SQLite"] = partial(Sqlite, empty=empty)
    if wanted in {"postgres", "both"}:
        found["PostgreSQL"] = Postgres
    return found


def _at_random(times: int) -> list[Fault]:
    def seen(number: int) -> None:
        if number % 20 == 0:
            _out.print(f"     {number} killed")

    if not times:
        return []
    return [
        Fault("killed at random", partial(kills.killed_at_random, times=times, seen=seen)),
        Fault(
            "two processes: killed at random",
            partial(kills.two_killed_at_random, times=times, seen=seen),
            POSTGRES,
        ),
    ]


def table(rows: list[Row]) -> Table:
    shown = Table("fault", "database", *HEADS.values())
    for row in rows:
        numbers = [str(getattr(row, name)) for name in HEADS]
        shown.add_row(row.fault, row.database, *numbers, style=None if row.is_good else "red")
    return shown


if __name__ == "__main__":
    typer.run(main)
