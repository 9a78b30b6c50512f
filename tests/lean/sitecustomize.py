"""Python that has this folder on its path imports what requirements.lock installs, and no more.

The tests' environment holds tools besides, which would hide that something is missing from what runs.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import packages_distributions
from pathlib import Path
from sysconfig import get_path
from types import ModuleType

_LOCK = Path(__file__).parents[2] / "requirements.lock"
_INSTALLED = Path(get_path("purelib"))


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


class _Lean:
    """Finds none of the modules that only unlocked distributions bring."""

    def __init__(self) -> None:
        lines = _LOCK.read_text(encoding="utf-8").splitlines()
        locked = {_normal(line.split("==")[0].split("[")[0]) for line in lines if "==" in line}
        self._refused = {
            module
            for module, owners in packages_distributions().items()
            if locked.isdisjoint(map(_normal, owners))
        }

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if path is not None or name not in self._refused:
            return None
        elsewhere = [
            each for each in sys.path if Path(each) != _INSTALLED
        ]  # what others bring along
        if (spec := PathFinder.find_spec(name, elsewhere, target)) is None:
            raise ModuleNotFoundError(f"{name} is not in requirements.lock", name=name)
        return spec


sys.meta_path.insert(0, _Lean())
