"""Times as the database keeps them: whole microseconds since 1970, UTC, in a BIGINT.

An integer sorts and compares alike in SQLite and PostgreSQL, takes eight bytes in an index and
costs a subtraction to read. Nothing is rounded: a datetime holds no more than microseconds.
"""

from datetime import UTC, datetime, timedelta
from typing import Final, overload

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


@overload
def micros(at: datetime) -> int: ...
@overload
def micros(at: None) -> None: ...
@overload
def micros(at: datetime | None) -> int | None: ...
def micros(at: datetime | None) -> int | None:
    """Return what is stored of a time that knows its zone; a naive one raises TypeError."""
    return None if at is None else (at - _EPOCH) // MICROSECOND


@overload
def instant(stored: int) -> datetime: ...
@overload
def instant(stored: None) -> None: ...
@overload
def instant(stored: int | None) -> datetime | None: ...
def instant(stored: int | None) -> datetime | None:
    """Return the time, in UTC, that was stored."""
    return None if stored is None else _EPOCH + timedelta(microseconds=stored)


class Instant(TypeDecorator[datetime]):
    """A column of times, for what reads the tables by SQLModel."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        return micros(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        return instant(value)
