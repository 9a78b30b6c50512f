"""Which names app.yaml declares, and whether a value that names one of them does.

A block that does not fit still declares its name, so that nobody is told that a room is missing
when only its id is.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chatops.config.document import Faults, Value

#: Names are typed in commands and stand in addresses: no spaces, dots or slashes.
_NAME = re.compile(r"[^\W_][\w-]{0,39}")
_SECTIONS = {
    "calendars": "calendar",
    "channels": "channel",
    "chats": "chat",
    "macros": "macro",
    "people": "person",
    "queues": "queue",
    "rooms": "room",
}


@dataclass(frozen=True, slots=True)
class Refers:
    """Marks a value or a key as the name of a block in a section, or one of `also`."""

    section: str
    also: tuple[str, ...] = ()


class Names:
    """The named blocks of the file, by section."""

    def __init__(self, file: Mapping[str, Value], faults: Faults) -> None:
        self._sections: dict[str, Mapping[str, Value]] = {}
        self._broken: set[str] = set()
        for section in _SECTIONS:
            blocks = file.get(section, {})
            if isinstance(blocks, dict):
                self._sections[section] = blocks
                _check(blocks, section, faults)
            else:
                self._sections[section] = {}
                self._broken.add(section)
                faults.add((section,), "write names here, with the keys of each below it")

    def blocks(self, section: str) -> Mapping[str, Value]:
        return self._sections[section]

    def wrong(self, name: str, refers: Refers) -> str | None:
        """Say what is wrong with a reference; None where it leads somewhere, or nobody can know."""
        known = {*self._sections[refers.section], *refers.also}
        if name in known or refers.section in self._broken:
            return None
        return no_such(refers.section, name, known)


def no_such(section: str, name: str, known: Iterable[str]) -> str:
    listed = ", ".join(sorted(known))
    remedy = f"{section} are: {listed}" if listed else f"write it under {section}"
    return f'there is no {_SECTIONS[section]} "{name}"; {remedy}'


def _check(blocks: Iterable[str], section: str, faults: Faults) -> None:
    for name in blocks:
        if not _NAME.fullmatch(name):
            said = "a name is up to 40 letters, digits, - and _, and begins with no sign"
            faults.add((section, name), said)
