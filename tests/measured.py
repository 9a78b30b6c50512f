"""Keep the processes that a test starts out of the coverage: measured, they run half as fast."""

import os
from typing import Final

#: Where coverage's `patch = ["subprocess"]` tells a child how to measure.
_NAME: Final = "COVERAGE_PROCESS_CONFIG"


def unmeasured() -> dict[str, str]:
    """Return this environment, of which a child learns nothing of being measured.

    For what is run in a browser, and what is killed: its lines are all run by faster tests, and its
    wait is long.
    """
    return {name: value for name, value in os.environ.items() if name != _NAME}  # noqa: TID251
