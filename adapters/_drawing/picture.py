"""What is drawn: words that were said already, in one language, and numbers. Pure.

It passes between two processes as JSON.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import orjson


class Kind(StrEnum):
    """How it is drawn, as `chatops.card.Shape` names it."""

    COLUMNS = "columns"
    LINES = "lines"
    BARS = "bars"


@dataclass(frozen=True, slots=True)
class Row:
    """Values of one name, one for each label; None leaves a gap."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Picture:
    title: str
    kind: Kind
    unit: str
    labels: Sequence[str]
    rows: Sequence[Row]


def dump(pictures: Sequence[Picture]) -> bytes:
    return orjson.dumps([asdict(picture) for picture in pictures])


def load(body: bytes) -> list[Picture]:
    """Return the pictures that `dump` wrote."""
    return [
        Picture(**{**one, "kind": Kind(one["kind"]), "rows": [Row(**row) for row in one["rows"]]})
        for one in orjson.loads(body)
    ]
