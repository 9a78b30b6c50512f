"""Strikes with one fault after the other, judges after each, and keeps the table."""

import json
import shutil
import tempfile
import time
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from chatops.clock import SystemClock
from tests.faults.catalogue import Fault
from tests.faults.database import Database
from tests.faults.invariants import Verdict
from tests.faults.load import Load, loaded
from tests.faults.serve import TIMEOUT_S, WAITS

#: Makes a database in a folder.
Makes = Callable[[Path], Database]

#: A row as the file holds it.
Told = dict[str, Any]

CAPTION: Final = (
    "Waits are shortened in these processes alone: a call's time-out to "
    f"{TIMEOUT_S:g} s, the settling before a look-up to {WAITS['SETTLE'].total_seconds():g} s, "
    "the waits before a repeat to 2 s at most; the chats' pace is 20 times the documented one."
)


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one fault on one database."""

    fault: str
    database: str
    times: int
    lost: int
    doubled: int
    out_of_order: int
    untrue: int
    found: int
    repeated: int
    asked: int
    seconds: float
    broken: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        return not self.broken


async def strike(load: Load, fault: Fault) -> Row:
    """Let one fault strike, wait until all is done, and judge."""
    began = time.monotonic()
    failed: list[str] = []
    verdict, times = Verdict(), 0
    try:
        times = await fault.strike(load)
        verdict = await load.settles()
        if not times:
            failed.append("it never struck")
    except Exception:  # noqa: BLE001 - the others are tried all the same
        failed.append(traceback.format_exc())
    return Row(
        fault.name,
        load.stage.database.name,
        times,
        len(verdict.lost),
        len(verdict.doubled),
        len(verdict.disorder),
        len(verdict.untrue),
        verdict.found,
        verdict.repeated,
        verdict.asked,
        round(time.monotonic() - began, 1),
        (*verdict.broken, *failed),
    )


async def tried(makes: Makes, faults: Sequence[Fault], seed: int) -> AsyncIterator[Row]:
    """Try faults one after the other on one stage; after one that breaks something, on a new one.

    Those of Teams have a stage of their own, for all others are as fast without it.
    """
    left = list(faults)
    while left:
        here = {
            "with_x": any(fault.with_x for fault in left),
            "with_teams": left[0].with_teams,
        }
        async with _stage(makes, seed, **here) as load:
            while left and left[0].with_teams is here["with_teams"]:
                row = await strike(load, left.pop(0))
                yield row
                if not row.is_good:
                    break


@asynccontextmanager
async def _stage(makes: Makes, seed: int, **here: bool) -> AsyncIterator[Load]:
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    try:
        async with loaded(folder, makes(folder), seed, **here) as load:
            yield load
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def kept(rows: Sequence[Row], seed: int, path: Path, before: Sequence[Told] = ()) -> None:
    """Write the table: these rows, and those of before that have not been tried again."""
    path.parent.mkdir(exist_ok=True)
    at = SystemClock().transport()
    again = {(row.fault, row.database) for row in rows}
    left = [row for row in before if (row["fault"], row["database"]) not in again]
    told = {
        "at": f"{at:%Y-%m-%d %H:%M} UTC",
        "seed": seed,
        "caption": CAPTION,
        "rows": [*left, *map(asdict, rows)],
    }
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")


def rows_of(path: Path) -> list[Told]:
    """Return the rows of the table that is there."""
    rows: list[Told] = json.loads(path.read_text("utf-8"))["rows"] if path.exists() else []
    return rows
