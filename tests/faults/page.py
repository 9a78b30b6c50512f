"""The table of faults as docs/faults.md shows it, written from var/faults.json."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

PAGE: Final = Path("docs/faults.md")
HEADS: Final = {
    "times": "times",
    "lost": "lost",
    "doubled": "doubled",
    "out_of_order": "out of order",
    "untrue": "untrue",
    "found": "found by look-up",
    "repeated": "repeated by key",
    "asked": "asked",
}
_PLACE: Final = re.compile(r"(<!-- measured: faults -->\n).*?(<!-- end -->)", re.DOTALL)


def written(page: str, told: Mapping[str, Any]) -> str:
    """Return the page with the table of a run in its place."""
    lines = [("fault", "database", *HEADS.values()), ("---",) * (len(HEADS) + 2)]
    lines += [
        (row["fault"], row["database"], *(str(row[name]) for name in HEADS)) for row in told["rows"]
    ]
    table = "".join(f"| {' | '.join(line)} |\n" for line in lines)
    said = f"Measured on {told['at']}, seed {told['seed']}. {told['caption']}\n\n{table}"
    return _PLACE.sub(lambda place: place[1] + said + place[2], page)
