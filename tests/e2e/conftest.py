"""One sandbox and one browser for all end-to-end tests of a worker."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.e2e.running import Live, chromium, running


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
async def live(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Live]:
    async with running(tmp_path_factory.mktemp("live")) as started:
        yield started
