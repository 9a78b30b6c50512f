"""The modules that the Makefile holds to full coverage are there, and are pure."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
MAKEFILE: Final = (ROOT / "Makefile").read_text("utf-8")
PURE: Final = re.findall(r"^PURE := ((?:.*\\\n)*.*)$", MAKEFILE, re.MULTILINE)[0]

#: What calls others, logs, or asks the machine for the time, chance or a file.
IMPURE: Final = frozenset(
    {
        "aiohttp",
        "httpx",
        "logging",
        "os",
        "secrets",
        "socket",
        "sqlite3",
        "structlog",
        "subprocess",
        "time",
        "uuid",
    }
)


@pytest.mark.parametrize("name", PURE.replace("\\", "").split())
def test_pure_module_imports_nothing_that_reaches_out(name: str) -> None:
    tree = ast.parse((ROOT / "chatops" / f"{name}.py").read_text("utf-8"))
    imported = {
        module
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in (
            [node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
        if module is not None
    }
    assert {module for module in imported if module.partition(".")[0] in IMPURE} == set()
