"""The commands as `help` and the documentation list them: in parts, in the order of en.ftl.

There a part begins with its heading, `part-<name>`, and holds the commands whose `help-<command>`
stands under it: where a command's words are written is where it is listed.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from chatops.call import Command, Registry
from chatops.text import ids_in_order


def parts(registry: Registry) -> Mapping[str, Sequence[Command]]:
    """Return the commands by the part that they belong to, in order; unlisted ones too."""
    return {
        part: [command for name in names if (command := registry.get(name)) is not None]
        for part, names in _names().items()
    }


@cache
def _names() -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    part: list[str] = []
    for id in ids_in_order():
        kind, _, name = id.partition("-")
        if kind == "part":
            part = found[name] = []
        elif kind == "help":
            part.append(name)
    return found
