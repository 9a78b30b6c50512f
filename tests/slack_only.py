"""The sandbox's app.yaml without Teams, for tests of what is Slack's alone."""

from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[1]
CONFIG: Final = ROOT / "adapters" / "sandbox" / "app.yaml"

#: What names rooms in a queue.
_ROOMS: Final = ("rooms", "managers_room")


def slack_only() -> dict[str, Any]:
    """Return what app.yaml says, without the rooms that are in Teams and what goes there."""
    said: dict[str, Any] = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    del said["chats"]["teams"]
    away = {name for name, room in said["rooms"].items() if room["chat"] == "teams"}
    said["rooms"] = {name: room for name, room in said["rooms"].items() if name not in away}
    of_queues = [(queue, name) for queue in said["queues"].values() for name in _ROOMS]
    for of, name in [*of_queues, *((digest, "in") for digest in said["digests"])]:
        if isinstance(of[name], list):
            of[name] = [room for room in of[name] if room not in away]
    for person in said["people"].values():
        del person["ids"]["teams"]
    said["canned_from"] = str(CONFIG.parent / said["canned_from"])
    return said


def written(folder: Path) -> Path:
    """Write it into a folder, and return the file."""
    path = folder / "app.yaml"
    path.write_text(
        yaml.safe_dump(slack_only(), allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    return path
