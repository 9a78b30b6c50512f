"""A migrated SQLite file without rows, to be copied: migrating one takes longer than most tests."""

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from storage.migrate import upgrade


@cache
def _folder() -> TemporaryDirectory[str]:
    """Migrate once a process; the folder goes when the process does."""
    folder = TemporaryDirectory()
    upgrade(f"sqlite:///{Path(folder.name) / 'care.db'}")
    return folder


def database() -> Path:
    """Return where it is."""
    return Path(_folder().name) / "care.db"


def copied(to: Path) -> str:
    """Copy it where no file is yet, and return the copy's address."""
    if not to.exists():
        shutil.copyfile(database(), to)
    return f"sqlite:///{to}"
