"""The command line in processes of their own, forked from one that has imported it already.

A process of Python that imports the service takes seconds of a core; what is asked of a command is
what it does afterwards. How a process starts from nothing is tried by the sandbox's own tests.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from chatops.__main__ import cli

#: Seconds that a command may take.
PATIENCE: Final = 60.0

_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["chatops.admin", __name__])


def told(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> tuple[int | None, str]:
    """Run `python -m chatops` with these words in a folder: its exit code, and what it said.

    The code is None if it did not end within PATIENCE; it is killed then.
    """
    process = _FORKS.Process(target=_run, args=(tuple(words), folder, dict(environment), log))
    process.start()
    process.join(PATIENCE)
    code = process.exitcode
    process.kill()
    process.join()
    return code, log.read_text("utf-8")


def _run(words: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path) -> None:
    into = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(into, stream)
    os.chdir(folder)
    os.environ.clear()  # noqa: TID251 - as a shell would have it
    os.environ.update(environment)  # noqa: TID251 - what this command is given
    sys.argv = ["chatops", *words]
    cli()
