"""Whether a process that a test starts counts in the coverage: measured, it runs half as fast."""

import os
from typing import Final

#: Where coverage's `patch = ["subprocess"]` tells a child how to measure.
_NAME: Final = "COVERAGE_PROCESS_CONFIG"


def measuring() -> dict[str, str]:
    """Return what such an environment must hold besides; nothing where nothing is measured."""
    return {name: value for name, value in os.environ.items() if name == _NAME}  # noqa: TID251


def unmeasured() -> dict[str, str]:
    """Return this environment, of which a child learns nothing of being measured.

    For what is run in a browser: its lines are all run by faster tests, and its wait is long.
    """
    return {name: value for name, value in os.environ.items() if name != _NAME}  # noqa: TID251
