"""An open, empty database for each test; another kind of database is one more parameter."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stored import Turned, storage_for

from storage import Storage


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> Turned:
    return Turned()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "care.db"


@pytest.fixture(params=["sqlite", "postgres"])
async def storage(
    request: pytest.FixtureRequest, path: Path, clock: Turned
) -> AsyncIterator[Storage]:
    async with storage_for(request.param, path, clock) as opened:
        yield opened
