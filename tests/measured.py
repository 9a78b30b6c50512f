"""How a process that a test starts with an environment of its own counts in the coverage."""

import os
from typing import Final

#: Where coverage's `patch = ["subprocess"]` tells a child how to measure.
_NAME: Final = "COVERAGE_PROCESS_CONFIG"


def measuring() -> dict[str, str]:
    """Return what such an environment must hold besides; nothing where nothing is measured."""
    return {name: value for name, value in os.environ.items() if name == _NAME}  # noqa: TID251
