"""A database's address: whose it is, where its file is, and how messages call it."""

from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from chatops.errors import ConfigError

_SQLITE: Final = "sqlite:///"
_POSTGRES: Final = "postgresql://"


def is_postgres(url: str) -> bool:
    """Tell whether an address is that of a PostgreSQL database."""
    return url.startswith(_POSTGRES)


def sqlite_path(url: str) -> Path:
    """Return the file of an address: three slashes for a relative path, four for an absolute one.

    Raises:
        ConfigError: the address is not one of a SQLite file.
    """
    path = url.removeprefix(_SQLITE)
    if path in {url, "", ":memory:"}:
        raise ConfigError(
            f"database: write {_SQLITE}var/care.db (a file) or {_POSTGRES}user@host/database, "
            f"not {url.partition(':')[0]}:..."
        )
    return Path(path)


def named(url: str) -> str:
    """Return what messages call a database: never with its user or password."""
    if not is_postgres(url):
        return str(sqlite_path(url))
    parts = urlsplit(url)
    host = parts.hostname or next(iter(parse_qs(parts.query).get("host", [])), "localhost")
    return f"{parts.path.lstrip('/') or 'postgres'} on {host}"
