"""Every fault that `doctor` can report, with its remedy: read from the source, for docs/doctor.md.

A fault is a call of `Finding` whose first argument is not True. Words that are known only when it
runs show as `…`; where the code chooses between remedies, each is a row.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from chatops.app import schema_remedy
from storage import NEWER

ROOT: Final = Path(__file__).parents[1]

#: Remedies that a function chooses, by its name.
_CHOSEN: Final[Mapping[str, tuple[str, ...]]] = {"schema_remedy": (schema_remedy(None), NEWER)}

#: The assignments to each name, in their order.
_Names = dict[str, list[ast.expr]]


def faults(folder: str) -> list[tuple[str, str]]:
    """Return what can be wrong and what to do, of a file or of all files in a folder."""
    path = ROOT / folder
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    return [found for file in files for found in _in(file)]


@cache
def files() -> frozenset[str]:
    """Return every file of the product that reports findings."""
    return frozenset(
        str(path.relative_to(ROOT))
        for folder in ("chatops", "adapters")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"\bFinding\(\n|\bFinding\([^)]", path.read_text("utf-8")) and any(_in(path))
    )


def _in(path: Path) -> list[tuple[str, str]]:
    tree = ast.parse(path.read_text("utf-8"))
    return list(_walk(tree, _assigned(tree.body)))


def _walk(node: ast.AST, names: _Names) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        names = {
            **names,
            **_assigned(ast.walk(node)),
        }  # what is outside is hidden by what is inside
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, names)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
        is_fault, what, *remedy = node.args
        if remedy and not (isinstance(is_fault, ast.Constant) and is_fault.value is True):
            for each in _words(what, names):
                yield from ((each, todo) for todo in _words(remedy[0], names))


def _assigned(nodes: Iterator[ast.AST] | list[ast.stmt]) -> _Names:
    """Return what is assigned to each name, every time."""
    found: _Names = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found.setdefault(node.target.id, []).append(node.value)
    return found


def _words(node: ast.expr, names: _Names) -> list[str]:
    """Return what an expression may say, in all its ways."""
    match node:
        case ast.Constant(value=str(said)):
            return [said]
        case ast.IfExp(body=one, orelse=other):
            return [*_words(one, names), *_words(other, names)]
        case ast.JoinedStr(values=parts):
            said = "".join(_part(part, names) for part in parts)
            return [re.sub(r"…(?:[ ,]*…)+", "…", said)]
        case ast.Name(id=name) if name in names:
            before = [value for value in names[name] if value.lineno < node.lineno]
            return _words(before[-1], names) if before else ["…"]
        case ast.Call(func=ast.Name(id=name)) if name in _CHOSEN:
            return list(_CHOSEN[name])
        case _:
            return ["…"]


def _part(part: ast.expr, names: _Names) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name):
        said = _words(part.value, names)
        return said[0] if len(said) == 1 else "…"
    return "…"
