"""The adapters' tests run on asyncio; from this folder the channels' cases are `social.<name>_case`."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
