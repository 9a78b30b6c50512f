"""A YAML file as plain values, with the line of every key and with its references filled in.

YAML is read by the core schema of YAML 1.2, in which only true, false, null and numbers are more
than text: the 1.1 rules would read `18:00` as 1080 and `no` as false. Keys are always text. A key
written twice, an alias and a tag are refused: each lets a file mean something that it does not
show. A reference, `${NAME}` or `${file:/path}`, is filled in only within values, never in keys.

Nothing here knows what the values are for. Faults are collected, so that all are told at once.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn, TypeAlias

import yaml

from chatops.errors import ConfigError

#: Where a value stands: keys, and places in lists.
Place = tuple[str | int, ...]
Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | float | bool | None"

#: A file that holds one secret is a line or a certificate, never more than this many bytes.
SECRET_LIMIT = 65536

#: A shorter value of a reference is a port, a language or the like, which faults may repeat.
SHORTEST_SECRET = 8

_REFERENCE = re.compile(r"\$\{(?:file:(?P<file>[^{}]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*))\}")
_BETWEEN = re.compile(r"[\s,]*")
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_PLAIN = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("map", "seq", "str"))
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class Referred(str):
    """Text that came wholly from references: what a secret has to be."""

    __slots__ = ()


class Faults:
    """What is wrong with a file, in the order of its lines; one fault a place, the first."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: dict[Place, int] = {}
        self._found: dict[Place, tuple[int, str]] = {}
        self._hidden: dict[str, str] = {}
        self._elsewhere: list[str] = []

    def saw(self, place: Place, line: int) -> None:
        """Remember that what stands at `place` begins on `line`, counted from 1."""
        self._lines[place] = line

    def hide(self, value: str, reference: str) -> None:
        """Tell `reference` wherever a fault would repeat `value`, which may be a secret."""
        if len(value) >= SHORTEST_SECRET:
            self._hidden[value] = reference

    def add(self, place: Place, said: str, line: int | None = None) -> None:
        """Note a fault; without a line of its own it is that of the nearest key around it."""
        for value, reference in self._hidden.items():
            said = said.replace(value, reference)
        around = (place[:end] for end in range(len(place), -1, -1))
        nearest = next((self._lines[p] for p in around if p in self._lines), 1)
        self._found.setdefault(place, (line or nearest, said))

    def add_told(self, told: str) -> None:
        """Note the faults of a file that this one names, which tell their own lines."""
        self._elsewhere.append(told)

    def raise_any(self) -> None:
        """Raise ConfigError with one line a fault, or return where there is none."""
        if self._found or self._elsewhere:
            raise ConfigError("\n".join(self._told()))

    def stop(self, said: str, line: int | None = None) -> NoReturn:
        """Raise ConfigError for a fault of the whole file."""
        self.add((), said, line)
        raise ConfigError("\n".join(self._told()))

    def _told(self) -> list[str]:
        ordered = sorted(self._found.items(), key=lambda found: found[1][0])
        return [
            on_one_line(f"{self._file}:{line}: {f'{path_of(place)}: ' if place else ''}{said}")
            for place, (line, said) in ordered
        ] + self._elsewhere


def path_of(place: Place) -> str:
    """Write a place as people do: `queues.japan.canned[0].text`."""
    return "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in place).removeprefix(".")


def on_one_line(said: str) -> str:
    """Escape what a key may hold and a terminal would act on: line ends, control characters."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in said)


def read(path: Path, environ: Mapping[str, str], faults: Faults) -> Value:
    """Return the file's values with references filled in, and note its lines in `faults`.

    Raises ConfigError where the file cannot be read or is not YAML at all. A reference that leads
    nowhere is a fault, and nothing stands in its place.
    """
    try:
        node = yaml.compose(path.read_bytes().decode("utf-8-sig"), Loader=_Core)
        return None if node is None else _Reader(environ, faults).value(node, ())
    except yaml.MarkedYAMLError as error:
        faults.stop(_syntax(error), _line(error.problem_mark))
    except yaml.YAMLError as error:  # a character that YAML bars: a position, but no mark
        faults.stop(f"this is not YAML: {str(error).splitlines()[0]}")
    except UnicodeDecodeError:
        faults.stop("this is not UTF-8 text; save the file as UTF-8")
    except RecursionError:
        faults.stop("this is nested too deeply to be a configuration")
    except OSError as error:
        faults.stop(f"the file cannot be read: {error.strerror}")


class _Core(yaml.SafeLoader):
    """Leaves every plain word text, so that `_Reader` alone decides; a tag shows as a tag."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - types-PyYAML calls it an instance's


class _Reader:
    """Turns nodes into values. A node that is met again is an alias."""

    def __init__(self, environ: Mapping[str, str], faults: Faults) -> None:
        self._environ = environ
        self._faults = faults
        self._met: set[int] = set()

    def value(self, node: yaml.Node, place: Place) -> Value:
        line = _line(node.start_mark)
        if id(node) in self._met:
            self._faults.add(place, "an alias (*name) is not taken here; write the value out")
            return None
        self._met.add(id(node))
        if node.tag not in _PLAIN:
            self._faults.add(place, f"a tag ({node.tag}) is not taken here; leave it out", line)
            return None
        if place and isinstance(place[-1], int):
            self._faults.saw(place, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, n)) for n, item in enumerate(node.value)]
        style = node.style if isinstance(node, yaml.ScalarNode) else None
        return self._scalar(str(node.value), place, quoted=style is not None)

    def _mapping(self, node: yaml.MappingNode, place: Place) -> Value:
        values: dict[str, Value] = {}
        first: dict[str, int] = {}
        for key, value in node.value:
            line = _line(key.start_mark)
            if not isinstance(key, yaml.ScalarNode):
                self._faults.add(place, "a key is a single word; put quotes around it", line)
                continue
            inside = (*place, key.value)
            if key.value in first:
                said = f"the key stands here twice, first on line {first[key.value]}; keep one"
                self._faults.add(inside, said, line)
                continue
            first[key.value] = line
            self._faults.saw(inside, line)
            values[key.value] = self.value(value, inside)
        return values

    def _scalar(self, text: str, place: Place, *, quoted: bool) -> Value:
        if "${" in text:
            return self._filled(text, place)
        if quoted:  # text, whatever it looks like
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            return int(text)
        return float(text) if _FLOAT.fullmatch(text) else text

    def _filled(self, text: str, place: Place) -> str:
        filled: list[str] = []
        rest = _REFERENCE.split(text)
        literals = rest[::3]
        if any("${" in literal for literal in literals):
            self._faults.add(place, "a reference is ${NAME} or ${file:/path/of/a/file}")
            return Referred(text)
        for literal, file, name in zip(literals, rest[1::3], rest[2::3], strict=False):
            found = self._file(file, place) if file else self._variable(name, place)
            filled += literal, found or ""
        whole = "".join((*filled, literals[-1]))
        return Referred(whole) if all(map(_BETWEEN.fullmatch, literals)) else whole

    def _variable(self, name: str, place: Place) -> str | None:
        found = self._environ.get(name)
        if not found:
            how = "is not set" if found is None else "is empty"
            self._faults.add(place, f"the environment variable {name} {how}; set it")
            return None
        self._faults.hide(found, f"${{{name}}}")
        return found

    def _file(self, name: str, place: Place) -> str | None:
        if not name.startswith("/"):
            self._faults.add(place, f"write the whole path of the file: ${{file:/.../{name}}}")
            return None
        try:
            with Path(name).open("rb") as file:
                held = file.read(SECRET_LIMIT + 1)
            text = held.decode().rstrip("\r\n")
            if text and len(held) <= SECRET_LIMIT:
                self._faults.hide(text, f"${{file:{name}}}")
                return text
            how = "is too long for a secret" if text else "is empty"
        except UnicodeDecodeError:
            how = "is not UTF-8 text"
        except (OSError, ValueError) as error:  # ValueError: a NUL within the path
            how = f"cannot be read ({getattr(error, 'strerror', 'no such path')})"
        self._faults.add(place, f"the file {name} {how}; put the value there, alone")
        return None


def _line(mark: yaml.Mark | None) -> int:
    return mark.line + 1 if mark else 1


def _syntax(error: yaml.MarkedYAMLError) -> str:
    """Say what YAML found, and what it is where a common slip leads to the complaint."""
    said = f"this is not YAML: {error.problem}"
    if "but got '{'" in said:
        return f'{said}; within {{ }} and [ ] put quotes around a reference: "${{NAME}}"'
    if error.context == "while scanning an alias":
        return f'{said}; put quotes around the star: "*"'
    if "\\t" in said:
        return f"{said}; indent with spaces"
    return said
