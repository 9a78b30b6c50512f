"""The list of who was forgotten, as a file beside the database."""

import resource
from pathlib import Path

import pytest

from chatops.errors import StorageError
from chatops.forgotten_list import read_lists, write_list

ONE = ("a" * 64, 1_780_000_000_000_000)
OTHER = ("b" * 64, 1_780_000_001_000_000)


def test_list_for_which_there_is_no_room_leaves_the_one_before(tmp_path: Path) -> None:
    """A disk that is nearly full takes the beginning of it."""
    database = tmp_path / "care.db"
    write_list(database, [ONE])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (120, before[1]))
    try:
        with pytest.raises(StorageError, match=r"care\.db\.forgotten: File too large"):
            write_list(database, [OTHER])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert read_lists(database) == dict([ONE])
    write_list(database, [OTHER])
    assert read_lists(database) == dict([ONE, OTHER])
