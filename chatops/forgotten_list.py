"""Who was forgotten, as a file beside the database: a restore of an older backup leaves it alone.

A line is a digest under CHATOPS_KEY and a time, as the table `forgotten` has them too.
"""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from chatops.config import Config
from chatops.errors import StorageError
from chatops.oblivion import digest
from storage.forgetting import Person
from storage.instant import instant, micros


def digests(config: Config, person: Person) -> list[str]:
    """Return a person's digest under each key of CHATOPS_KEY, the newest first."""
    keys = config.key.get_secret_value().split(",")
    return [digest(key, person.channel, person.external_id) for key in keys]


def read_list(database: Path) -> dict[str, int]:
    """Return the digests, each with its time as tables keep it; none where there is no file."""
    with suppress(FileNotFoundError):
        lines = _beside(database).read_text("utf-8").splitlines()
        pairs = (json.loads(line) for line in lines)
        return {each: micros(datetime.fromisoformat(at)) for each, at in pairs}
    return {}


def write_list(database: Path, remembered: Iterable[tuple[str, int]]) -> None:
    """Add to the list; it appears whole or not at all.

    Raises:
        StorageError: it cannot be written.
    """
    known = newest(read_list(database), remembered)
    pairs = ([each, instant(at).astimezone(UTC).isoformat()] for each, at in known.items())
    body = "".join(f"{json.dumps(pair)}\n" for pair in pairs).encode()
    file = _beside(database)
    begun = file.with_name(f".{file.name}.partial")
    try:
        descriptor = os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, body)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
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
    return database.with_name(database.name + ".forgotten")
