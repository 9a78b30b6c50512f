"""What every test may ask for: a care desk on a fresh database, and a whole town around it."""

import logging
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog
from care import Care, Hours, cared_for
from shop import Shop, shop_in
from town import Town, town_around

from tests import beside, blank, postgres

#: Names a folder of recorded conversations; the tests that need it are skipped without.
KEPT = "CHATOPS_DATA"
#: Names Microsoft's own renderer of cards, a file; the test that needs it is skipped without.
RENDERER = "CHATOPS_ADAPTIVECARDS"


@pytest.fixture(scope="session", autouse=True)
def nobodys_environment() -> Iterator[None]:
    """Clear what a developer's own service may have set."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("CHATOPS_")]:  # noqa: TID251
            if name not in {KEPT, RENDERER, postgres.GIVEN}:
                patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def plain_tracebacks() -> None:
    """Log errors without a picture of every frame, which takes half a second each."""
    plain = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[structlog.processors.add_log_level, plain])


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Put logging back after a test: a command that it runs sets it for the whole process."""
    config, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    if structlog.get_config() != config:
        structlog.configure(**config)
    if root.level != level:
        root.handlers = handlers
        root.setLevel(level)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked `databases` and asks for an empty one on each of those that it names.

    Without names these are SQLite and PostgreSQL.
    """
    mark = metafunc.definition.get_closest_marker("databases")
    if mark is not None and "empty_database" in metafunc.fixturenames:
        kinds = mark.args or ("sqlite", "postgres")
        metafunc.parametrize("empty_database", kinds, indirect=True)


@pytest.fixture
def empty_database(request: pytest.FixtureRequest) -> Iterator[Path | str]:
    """A migrated database without rows: a file to be copied, or the address of a PostgreSQL.

    Raises:
        pytest.skip.Exception: there is no PostgreSQL; in CI the test fails.
    """
    if getattr(request, "param", "sqlite") == "sqlite":
        yield blank.database()
        return
    url = postgres.create()
    yield url
    beside.forget(url)
    postgres.drop(url)


@pytest.fixture
def hours() -> Hours:
    """Both clocks of the service, and the clouds': they stand still until a test turns them."""
    return Hours()


@pytest.fixture
async def care(tmp_path: Path, empty_database: Path | str, hours: Hours) -> AsyncIterator[Care]:
    """A desk on a real database; nothing is delivered."""
    async with cared_for(tmp_path, empty_database, hours) as one:
        yield one


@pytest.fixture
async def town(tmp_path: Path, empty_database: Path | str, hours: Hours) -> AsyncIterator[Town]:
    """The whole service among Slack's and Chirp's stand-ins, over real HTTP."""
    async with town_around(tmp_path, empty_database, hours) as one:
        yield one


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """The sandbox's app.yaml among its clouds, and a database that is not yet made."""
    async with shop_in(tmp_path) as one:
        yield one
