"""Who was forgotten, as a file beside the database: a restore of an older backup leaves it alone.

All lists of a folder count, whatever database they are of: on a server a restore goes into a new one,
of another name. A line is a digest under CHATOPS_KEY and a time, as the table `forgotten` has them too.
"""

import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from chatops.config import Config
from chatops.errors import StorageError
from chatops.oblivion import digest
from storage.forgetting.whom import Person
from storage.instant import instant, micros

_ENDING: Final = ".forgotten"


def digests(config: Config, person: Person) -> list[str]:
    """Return a person's digest under each key of CHATOPS_KEY, the newest first."""
    keys = config.key.get_secret_value().split(",")
    return [digest(key, person.channel, person.external_id) for key in keys]


def read_lists(database: Path) -> dict[str, int]:
    """Return the digests of all lists of a database's folder, each with its time as tables keep it."""
    known: dict[str, int] = {}
    for file in sorted(database.parent.glob(f"*{_ENDING}")):
        pairs = (json.loads(line) for line in file.read_text("utf-8").splitlines())
        known = newest(known, ((each, micros(datetime.fromisoformat(at))) for each, at in pairs))
    return known


def write_list(database: Path, remembered: Iterable[tuple[str, int]]) -> None:
    """Add to what the folder's lists hold; the list appears whole or not at all.

    Raises:
        StorageError: it cannot be written.
    """
    known = newest(read_lists(database), remembered)
    if not known:
        return
    pairs = ([each, instant(at).astimezone(UTC).isoformat()] for each, at in known.items())
    body = "".join(f"{json.dumps(pair)}\n" for pair in pairs).encode()
    file = _beside(database)
    begun = file.with_name(f".{file.name}.partial")
    try:
        descriptor = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as out:  # which writes all of it, or fails
            out.write(body)
            out.flush()
            os.fsync(descriptor)
        begun.replace(file)
    except OSError as error:
        raise StorageError(f"{file}: {error.strerror}") from error


def newest(known: Mapping[str, int], more: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return two lists as one, each digest with its newest time."""
    both = dict(known)
    for each, at in more:
        both[each] = max(at, both.get(each, at))
    return both


def _beside(database: Path) -> Path:
    return database.with_name(database.name + _ENDING)
