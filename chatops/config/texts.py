"""Canned replies as a CSV file, so that a team may keep them in a spreadsheet: read and written.

A row is a text, in the columns queue, language, name and text; the queue `*` is every queue. A column
invites may say "yes" to a text that asks the customer into direct messages. The file is checked whole: whoever reads it gets every text, or a ConfigError with the line of each
fault. What a spreadsheet would take for a formula is written with an apostrophe before it and read
without (OWASP, "CSV Injection", which names the wide signs too).
"""

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from chatops.config.document import on_one_line
from chatops.config.fit import said_of
from chatops.config.queues import Canned
from chatops.errors import ConfigError
from chatops.policy import EVERY_QUEUE, CannedReply

COLUMNS: Final = ("queue", "language", "name", "text")

#: A column that a file may do without, and what stands in it for yes; empty is no.
INVITES: Final = "invites"
YES: Final = "yes"

#: So many texts may stand in a file.
MOST: Final = 50_000

#: So many faults are shown; the rest are counted.
SHOWN: Final = 20

#: Progress is told each time so many rows have been read.
STRIDE: Final = 10_000

#: What makes a text one of its own: queue, language and name.
Key = tuple[str, str, str]

_RISKY: Final = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
_KEPT_SAFE: Final = re.compile(r"'+[=+\-@＝＋－＠\t\r\n]")
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_AS_UTF_8: Final = 'save it as "CSV UTF-8"'
_QUOTING: Final = (
    'the quotes do not fit; a cell that holds a comma, " or a line end stands in quotes, and each '
    '" within it is written twice'
)


@dataclass(frozen=True, slots=True)
class Source:
    """A CSV file and how it is read; `tell` hears how many rows have been."""

    path: Path
    encoding: str = "utf-8"
    tell: Callable[[int], None] = lambda _rows: None


@dataclass(frozen=True, slots=True)
class Row:
    """A text of a file, and the queue in which it is offered."""

    queue: str
    reply: CannedReply

    @property
    def key(self) -> Key:
        return self.queue, self.reply.language, self.reply.name


def read(
    source: Source, wrong_queue: Callable[[str], str | None], taken: Collection[Key] = ()
) -> list[Row]:
    """Return the file's texts; `taken` are those that app.yaml holds itself.

    Raises:
        ConfigError: with a line for each of the first faults, and how many there are.
        OSError: the file cannot be read.
    """
    faults = _Faults(source.path)
    rows: list[Row] = []
    lines: dict[Key, int] = {}
    for line, cells in _rows(_decoded(source), faults):
        row = _row(line, cells, wrong_queue, faults)
        if row is None:
            continue
        if row.key in taken:
            faults.add(line, "app.yaml has a text of this queue, language and name; keep one")
        elif (first := lines.setdefault(row.key, line)) != line:
            faults.add(line, f"line {first} has this queue, language and name; keep one")
        rows.append(row)
        if len(rows) % STRIDE == 0:
            source.tell(len(rows))
    faults.raise_any()
    return rows


def by_queue(rows: Iterable[Row], queues: Iterable[str]) -> dict[str, list[CannedReply]]:
    """Return each queue's texts; its own go before those of `*` that have their name."""
    every: dict[tuple[str, str], CannedReply] = {}
    own: dict[str, dict[tuple[str, str], CannedReply]] = {queue: {} for queue in queues}
    for row in rows:
        into = every if row.queue == EVERY_QUEUE else own.get(row.queue, {})
        into[row.reply.language, row.reply.name] = row.reply
    return {queue: list((every | texts).values()) for queue, texts in own.items()}


def written(rows: Iterable[Row]) -> bytes:
    """Return the file that holds these texts, as spreadsheets read it: UTF-8 with its mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow((*COLUMNS, INVITES))
    for row in rows:
        reply = row.reply
        invites = YES if reply.invites else ""
        cells = (row.queue, reply.language, reply.name, reply.text, invites)
        writer.writerow([f"'{cell}" if _RISKY.match(cell) else cell for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def put(path: Path, held: bytes) -> None:
    """Put a file in the place of what is there, in one step; a reader sees the old or the new.

    Raises:
        OSError: it cannot be written, and what was there is there still.
    """
    whole = path.resolve()  # a link stays one
    whole.parent.mkdir(parents=True, exist_ok=True)
    beside = whole.with_name(f".{whole.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(held)
            file.flush()
            os.fsync(file.fileno())
        if whole.exists():
            beside.chmod(whole.stat().st_mode)
        beside.replace(whole)
    finally:
        beside.unlink(missing_ok=True)


class _Faults:
    """What is wrong with a file: the first faults with their lines, and how many there are."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._first: list[str] = []
        self._count = 0

    def add(self, line: int, said: str) -> None:
        self._count += 1
        if self._count <= SHOWN:
            self._first.append(on_one_line(f"{self._path}:{line}: {said}"))

    def raise_any(self) -> None:
        if self._count > SHOWN:
            self._first.append(f"{self._path}: {self._count} faults; the first {SHOWN} are shown")
        if self._first:
            raise ConfigError("\n".join(self._first))


def _decoded(source: Source) -> str:
    """Return the file's text.

    CP932 is taken only where it is asked for: to guess it from the bytes would, some day, put wrong
    signs into a text that goes to a customer.
    """
    held, path = source.path.read_bytes(), source.path
    if held.startswith(_UTF_16):
        raise ConfigError(f"{path}:1: this is UTF-16 text; {_AS_UTF_8}")
    if source.encoding != "utf-8" and not held.isascii() and _is(held, "utf-8"):
        raise ConfigError(f"{path}:1: this is UTF-8 text; leave --encoding out")
    try:
        return held.decode("utf-8-sig" if source.encoding == "utf-8" else source.encoding)
    except UnicodeDecodeError as error:
        line = held.count(b"\n", 0, error.start) + 1
        said = f"{path}:{line}: this is not {source.encoding.upper()} text; {_AS_UTF_8}"
        if source.encoding == "utf-8" and _is(held, "cp932"):
            said = (
                f'{path}:{line}: this looks like CP932 (Shift_JIS), as Excel saves "CSV" in Japan; '
                f"{_AS_UTF_8}, or import it with --encoding cp932"
            )
        raise ConfigError(said) from error


def _is(held: bytes, encoding: str) -> bool:
    try:
        held.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _rows(text: str, faults: _Faults) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the line and the cells by column of each row; empty ones are passed over."""
    records = _records(text, faults)
    head_line, head = next(records, (1, []))
    columns = [cell.strip().casefold() for cell in head]
    if sorted(columns) not in (sorted(COLUMNS), sorted((*COLUMNS, INVITES))):
        faults.add(head_line, _wrong_head(columns))
        return
    for count, (line, cells) in enumerate(records):
        if count == MOST:
            faults.add(line, f"a file holds at most {MOST} texts")
            return
        if len(cells) != len(columns):
            said = f"this row has {len(cells)} cells and the first has {len(columns)}"
            faults.add(line, f"{said}; a text that holds a comma stands in quotes")
            continue
        yield line, dict(zip(columns, cells, strict=True))


def _records(text: str, faults: _Faults) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the records that are not empty, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        # an open quote swallows what follows, to the end or to the longest cell that is read
        is_open = "unexpected end" in str(error) or "field limit" in str(error)
        faults.add(line, "a quote is opened here and never closed" if is_open else _QUOTING)


def _wrong_head(columns: Sequence[str]) -> str:
    wanted = f"the first line is: {','.join(COLUMNS)}"
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(columns) == 1 and sign in columns[0]:
            return f"the columns are separated by {name}; save it with commas. {wanted}"
    missing = [column for column in COLUMNS if column not in columns]
    if missing:
        return f"there is no column {', '.join(missing)}; {wanted}"
    over = (Counter(columns) - Counter((*COLUMNS, INVITES))).elements()
    return f"there is no use for column {', '.join(over)}; {wanted}"


def _row(
    line: int,
    cells: Mapping[str, str],
    wrong_queue: Callable[[str], str | None],
    faults: _Faults,
) -> Row | None:
    held = {column: _plain(cell) for column, cell in cells.items()}
    queue = held.pop("queue").strip()
    named = {"language": held["language"].strip(), "name": held["name"].strip()}
    said = wrong_queue(queue)
    if said is not None:
        faults.add(line, f"queue: {said}")
    invites = held.get(INVITES, "").strip().casefold()
    if invites not in ("", YES):
        faults.add(line, f'{INVITES}: "{YES}", or nothing')
    try:
        text = held["text"].replace("\r\n", "\n") if held["text"].strip() else ""
        block = Canned.model_validate({**named, "text": text})
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            faults.add(line, f"{found['loc'][0]}: {said_of(found)}")
        return None
    if said is not None:
        return None
    return Row(queue, CannedReply(block.name, block.language, block.text, invites == YES))


def _plain(cell: str) -> str:
    return cell[1:] if _KEPT_SAFE.match(cell) else cell
