"""The terminal of whoever runs `python -m chatops`: what is said there, and how a fault ends."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

from chatops.errors import CareError, ConfigError, StorageError

out = Console()
err = Console(stderr=True)

ConfigPath = Annotated[Path, typer.Option("--config", help="The configuration file.")]
APP_YAML = Path("app.yaml")

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run what a command does to its end."""
    with told():
        return asyncio.run(work)


@contextmanager
def told() -> Iterator[None]:
    """End with a sentence and code 1 where something is wrong that an administrator can mend."""
    try:
        yield
    except (ConfigError, StorageError, CareError) as error:
        err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from error


def tell(said: str) -> None:
    """Say a sentence as it is."""
    out.print(said, highlight=False, markup=False, soft_wrap=True)
