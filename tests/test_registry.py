"""Commands are found where they stand, each name once."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

import commands
from chatops.call import Registry

ROOT = Path(__file__).parents[1]


def test_every_file_of_the_folder_declares_commands() -> None:
    files = {path.stem for path in (ROOT / "commands").glob("*.py")} - {"__init__"}
    assert files <= {command.name for command in Registry.of(commands)}


def test_two_commands_of_one_name_stop_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "clashing"
    package.mkdir()
    for name in ("__init__", "off", "leave"):
        written = (ROOT / "commands" / "off.py").read_text("utf-8") if name != "__init__" else ""
        (package / f"{name}.py").write_text(written, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        with pytest.raises(ValueError, match=r"^two commands are named off$"):
            Registry.of(import_module("clashing"))
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "clashing"]:
            del sys.modules[name]
