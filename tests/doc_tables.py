"""The parts of the documentation that the code itself writes: tables, and files shown whole.

A page holds such a part between `<!-- made: NAME -->` and `<!-- end -->`. `make docs` writes them
anew, and tests/test_docs.py fails where a page and the code differ.
"""

import ast
import asyncio
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import orjson
import typer
import yaml
from pydantic import BaseModel

import commands
from adapters.chat.slack.manifest import SCOPES, manifest
from adapters.chat.slack.settings import Mode
from adapters.chat.slack.settings import Settings as SlackSettings
from adapters.sandbox.slack import limits as slack_limits
from adapters.sandbox.x import limits as x_limits
from adapters.social.x.settings import Settings as XSettings
from adapters.social.x.subscriptions import EVENT_TYPES
from adapters.social.x.tokens import SCOPES as X_SCOPES
from chatops import admin, manual
from chatops.__main__ import cli
from chatops.call import Registry
from chatops.card import Button
from chatops.cards.ticket_card import buttons, menu
from chatops.clock import SystemClock
from chatops.event import CloseReason, SnoozeReason
from chatops.metrics import Metrics
from chatops.text import Text, Words
from chatops.ticket import Status
from storage import migrate, open_storage
from tests import findings
from tests.scenes import scene, ticket

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
)

_PART: Final = re.compile(r"<!-- made: (?P<name>[^>]+?) -->\n(?P<body>.*?)<!-- end -->", re.DOTALL)
#: What the Teams adapter's tests expect, a message or a dialog a file.
_PICTURES: Final = ROOT / "tests/adapters/chat/__snapshots__"
_PICTURED: Final = re.compile(r"test_(?P<kind>\w+)\[(?P<which>[\w-]+)-(?P<language>en|ja)\]")
#: Cards that only tests make.
_OF_TESTS: Final = ("everything", "left", "message", "quiet")
_UTC: Final = ZoneInfo("UTC")
_WORDS: Final = Words()


def written(page: str) -> str:
    """Return a page with every part that the code writes as the code would write it now."""
    return _PART.sub(lambda m: f"<!-- made: {m['name']} -->\n{made(m['name'])}<!-- end -->", page)


def made(name: str) -> str:
    """Return a part, with its last line feed.

    Raises:
        KeyError: nothing makes a part of that name.
    """
    kind, _, rest = name.partition(" ")
    return _MAKERS[kind](rest)


def names_in(page: str) -> set[str]:
    return {found["name"] for found in _PART.finditer(page)}


# --- Slack and X


def _slack_scopes(_: str) -> str:
    rows = ((f"`{s.name}`", s.reason, _codes(s.events)) for s in SCOPES)
    return _table(("Scope", "Why", "Events"), rows)


def _slack_events(_: str) -> str:
    asked = manifest(Mode.SOCKET, "en", "care")["settings"]["event_subscriptions"]["bot_events"]
    why = {event: (f"`{scope.name}`", scope.reason) for scope in SCOPES for event in scope.events}
    why["app_home_opened"] = ("none needed", "whoever opens the app's Home is shown their tickets")
    rows = ((f"`{event}`", *why[event]) for event in asked)
    return _table(("Event", "By the scope", "Why"), rows)


def _slack_approval(_: str) -> str:
    """Make the lines of the text to paste for whoever approves the app."""
    return "".join(f"> - `{scope.name}`: {scope.reason}\n" for scope in SCOPES)


def _slack_buttons(_: str) -> str:
    states = {
        "Open, unclaimed": ticket(),
        "Open, claimed": ticket(assignee=1),
        "Snoozed, unclaimed": ticket(status=Status.SNOOZED),
        "Snoozed, claimed": ticket(status=Status.SNOOZED, assignee=1),
        "Closed": ticket(status=Status.CLOSED, close_reason=CloseReason.RESOLVED),
    }
    scenes = ((said, scene(ticket=each)) for said, each in states.items())
    rows = ((said, _labels(buttons(each)), _labels(menu(each))) for said, each in scenes)
    return _table(("Ticket", "Buttons", "More"), rows)


def _x_scopes(_: str) -> str:
    return f"{_codes(X_SCOPES)}\n"


def _x_events(_: str) -> str:
    return f"{_codes(EVENT_TYPES)}\n"


# --- commands


def _commands(listed: str) -> str:
    rows = [
        (
            f"`{_say(f'name-{command.name}', 'en')}`",
            _say(f"name-{command.name}", "ja"),
            _shell(_say(f"usage-{command.name}", "en")),
            _shell(_say(f"usage-{command.name}", "ja")),
            command.role.name.lower(),
            _say(f"help-{command.name}", "en"),
        )
        for part in manual.parts(Registry.of(commands)).values()
        for command in part
        if command.listed == (listed == "listed")
    ]
    head = ("Command", "日本語", "Typed", "入力例", "Role", "What it does")
    return _table(head, rows)


def _reasons(_: str) -> str:
    kinds = (("close", CloseReason), ("snooze", SnoozeReason))
    rows = (
        (kind, _say(f"word-{one.value}", "en"), _say(f"word-{one.value}", "ja"))
        for kind, choices in kinds
        for one in choices
    )
    return _table(("For", "English", "日本語"), rows)


def _cli(_: str) -> str:
    group: Any = typer.main.get_command(cli)
    rows = []
    for name, command in _by_name(group):
        params = [_param(param) for param in command.params if param.name != "help"]
        help_text = (command.help or "").splitlines()[0]
        rows.append((f"`{name}`", " ".join(params), help_text))
    return _table(("Command", "Takes", "What it does"), rows)


def _by_name(group: Any) -> Iterator[tuple[str, Any]]:
    """Yield the commands of the command line, those of a group by both words."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from ((f"{name} {inner}", each) for inner, each in _by_name(command))
        else:
            yield name, command


def _param(param: Any) -> str:
    if param.param_type_name == "argument":
        name = (param.name or "").upper()
        return f"`{name}`" if param.required else f"`[{name}]`"
    return f"`{param.opts[0]}`"


# --- configuration


_schema = cache(admin.schema)


def yaml_keys(
    node: dict[str, Any] | None = None, path: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every key of app.yaml by its path, with its node of the schema."""
    whole = _schema()
    defs = whole["$defs"]
    yield from _walk(whole if node is None else node, path, defs)


def _walk(
    node: dict[str, Any], path: str, defs: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    node = _resolved(node, defs)
    for option in node.get("anyOf", node.get("oneOf", ())):
        yield from _walk(option, path, defs)
    for name, inner in node.get("properties", {}).items():
        if path.startswith("channels.") and path.count(".") == 1 and name != "accounts":
            continue  # stands under `accounts` too
        here = f"{path}.{name}".strip(".")
        yield here, {**_resolved(inner, defs), **inner}
        yield from _walk(inner, here, defs)
    if isinstance(more := node.get("additionalProperties"), dict):
        yield from _walk(more, f"{path}.<name>", defs)
    if isinstance(items := node.get("items"), dict):
        yield from _walk(items, f"{path}[]", defs)


def _resolved(node: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    target: dict[str, Any] = defs[node["$ref"].rsplit("/", 1)[-1]]
    return target


def _config(block: str) -> str:
    """Make the table of one block; `service` is what holds for the whole service."""
    every = list(yaml_keys())
    if block == "service":
        blocks = {path.split(".")[0] for path, _ in every if "." in path} | {"rooms"}
        chosen = [(path, node) for path, node in every if path not in blocks and "." not in path]
    else:
        start = re.compile(rf"{re.escape(block)}[.\[]")
        chosen = [(path, node) for path, node in every if start.match(path)]
    rows = ((f"`{path}`", _value(node), _default(node), _about(node)) for path, node in chosen)
    return _table(("Key", "Value", "Without it", "What for"), rows)


def _about(node: dict[str, Any]) -> str:
    return str(node.get("description", "")).replace("\n", " ")


def _value(node: dict[str, Any]) -> str:
    kinds = sorted({kind for each in _options(node) for kind in _kinds(each)})
    return ", ".join(kinds) or "text"


def _options(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    defs = _schema()["$defs"]
    for each in node.get("anyOf", node.get("oneOf", (node,))):
        if each.get("$ref", "").endswith(("reference", "secret")):
            if each["$ref"].endswith("secret"):
                yield {"secret": True}
            continue
        inner = _resolved(each, defs)
        yield from _options(inner) if {"anyOf", "oneOf"} & inner.keys() else (inner,)


def _kinds(node: dict[str, Any]) -> Iterable[str]:
    if node.get("secret") or "$ref" in node:
        return ("a secret, by reference",)
    if "enum" in node:
        return (" or ".join(f"`{one}`" for one in node["enum"]),)
    if "const" in node:
        return (f"`{node['const']}`",)
    named = {
        "array": "a list",
        "object": "a block",
        "boolean": "`true` or `false`",
        "integer": "a number",
        "number": "a number",
        "string": "text",
    }
    kind = node.get("type")
    return (named[kind],) if isinstance(kind, str) and kind in named else ()


def _default(node: dict[str, Any]) -> str:
    if "default" not in node:
        return "**needed**"
    value = node["default"]
    if value in (None, [], {}) or isinstance(value, dict):
        return "–"
    if isinstance(value, list):
        return _codes(sorted(map(str, value)))
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    span = re.fullmatch(r"P(?:T)?(\d+)([SDMH])", str(value))
    return f"`{span[1]}{span[2].lower()}`" if span else f"`{value}`"


# --- operations


def _metrics(_: str) -> str:
    async def collected() -> list[tuple[str, str]]:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{folder}/docs.db"
            migrate.upgrade(url)
            storage, clock = open_storage(url, None), SystemClock()
            try:
                metrics = Metrics(storage.reader, clock, dict, dict)
                await metrics.refresh()
                return [(_exposed(m.name, m.type), m.documentation) for m in metrics.collect()]
            finally:
                await storage.close()

    return _table(("Metric", "What it counts"), asyncio.run(collected()))


def _doctor(place: str) -> str:
    rows = (
        ("its own words" if what == "…" else what, todo) for what, todo in findings.faults(place)
    )
    return _table(("What it says", "What to do"), rows)


def _hosts(_: str) -> str:
    """Make the table of hosts from the addresses that settings have of themselves."""
    models = {"Slack": SlackSettings, "X": XSettings}
    rows = (
        (title, f"`{host}`", ", ".join(sorted(set(keys))))
        for title, model in models.items()
        for host, keys in sorted(_addresses(model).items())
    )
    return _table(("For", "Host, port 443", "app.yaml's key"), rows)


def _addresses(model: type[BaseModel]) -> dict[str, list[str]]:
    """Return the hosts of a model's own addresses, but our own, with the keys that name them."""
    hosts: dict[str, list[str]] = {}
    for key, field in model.model_fields.items():
        host = urlsplit(field.default).hostname if isinstance(field.default, str) else None
        if host is not None and host != "127.0.0.1":
            hosts.setdefault(host, []).append(f"`{key}`")
    return hosts


def _alerts(_: str) -> str:
    read = yaml.safe_load((ROOT / "deploy" / "prometheus-rules.yaml").read_text("utf-8"))
    rows = (
        (
            f"`{rule['alert']}`",
            rule["labels"]["severity"],
            rule["annotations"]["summary"],
            rule["annotations"]["description"],
        )
        for group in read["groups"]
        for rule in group["rules"]
    )
    return _table(("Alert", "Severity", "Means", "What to do"), rows)


def _exposed(name: str, kind: str) -> str:
    labels = {"counter": "_total{outcome}", "histogram": "{channel}"}
    return f"`{name}{labels.get(kind, '')}`"


# --- the sandbox


def _slack_rules(_: str) -> str:
    rows = (
        (f"`{rule.name}`", f"{rule.value:,g}", rule.meaning, rule.source)
        for rule in slack_limits.DOCUMENTED
    )
    return _table(("Rule", "Bound", "What it bounds", "Source"), rows)


def _teams_sizes(_: str) -> str:
    """Return what our messages and dialogs weigh, of which tests keep a picture each."""
    sizes: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for picture in sorted(_PICTURES.glob("test_teams_*/*.json")):
        found = _PICTURED.fullmatch(picture.stem)
        if found is not None and found["which"] not in _OF_TESTS:
            weight = len(orjson.dumps(orjson.loads(picture.read_bytes())))
            what = ", ".join([found["kind"], *found["which"].split("-")])
            sizes[what][found["language"]] = f"{ceil(weight / 512) / 2:.1f}"
    rows = [(what.removeprefix("card, "), of["en"], of["ja"]) for what, of in sizes.items()]
    return _table(("What", "KB in English", "in Japanese"), rows)


def _x_rates(_: str) -> str:
    rows = (
        (f"`{r.name}`", f"{r.method} `{r.path}`", f"{r.calls:,} in {_window(r.window)}", r.per)
        for r in x_limits.RATES
    )
    return _table(("Rate", "Endpoint", "Calls", "Counted for"), rows)


def _window(seconds: int) -> str:
    return f"{seconds // 3600} h" if seconds >= 3600 else f"{seconds // 60} min"


def _x_rules(_: str) -> str:
    rows = (
        (f"`{r.name}`", f"{r.value:,}" if r.value else "–", r.means, r.source)
        for r in x_limits.RULES
    )
    return _table(("Rule", "Bound", "What it says", "Source"), rows)


# --- files and tests


def _file(path: str) -> str:
    language = {".py": "python", ".yaml": "yaml"}[Path(path).suffix]
    return f"```{language}\n{(ROOT / path).read_text('utf-8')}```\n"


def _sentences(ids: str) -> str:
    """Show lines of both .ftl files: those whose ids end in `-<name>`."""
    found = []
    for language in ("en", "ja"):
        lines = (ROOT / "chatops" / "locale" / f"{language}.ftl").read_text("utf-8").splitlines()
        found.append(f"# {language}.ftl")
        found += [
            line
            for line in lines
            if re.match(rf"(?:name|usage|help|button|form|done)-{ids} =", line)
        ]
    return "```ini\n" + "\n".join(found) + "\n```\n"


def _fault_tests(_: str) -> str:
    rows = [
        (f"`{path.relative_to(ROOT)}`", name.removeprefix("test_").replace("_", " "))
        for path in sorted((ROOT / "tests" / "faults").glob("test_*.py"))
        for name in tests_in(path)
    ]
    return _table(("File", "What it proves"), rows)


def tests_in(path: Path) -> list[str]:
    """Return the names of a file's tests, in their order."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return [each.name for each in functions if each.name.startswith("test_")]


# --- words


def _say(id: str, language: str) -> str:
    return _WORDS.say(Text(id), language, _UTC) if _WORDS.has(id, language) else ""


def _labels(these: Iterable[Button]) -> str:
    return ", ".join(_WORDS.say(each.label, "en", _UTC) for each in these)


def _codes(these: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in these)


def _shell(line: str) -> str:
    return f"`/care {line}`"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(
        "| " + " | ".join(c.replace("|", "\\|") for c in line) + " |\n" for line in lines
    )


_MAKERS: Final[dict[str, Callable[[str], str]]] = {
    "slack-scopes": _slack_scopes,
    "slack-events": _slack_events,
    "slack-approval": _slack_approval,
    "slack-buttons": _slack_buttons,
    "doctor": _doctor,
    "hosts": _hosts,
    "alerts": _alerts,
    "x-scopes": _x_scopes,
    "x-events": _x_events,
    "commands": _commands,
    "reasons": _reasons,
    "cli": _cli,
    "config": _config,
    "metrics": _metrics,
    "slack-rules": _slack_rules,
    "teams-sizes": _teams_sizes,
    "x-rates": _x_rates,
    "x-rules": _x_rules,
    "file": _file,
    "sentences": _sentences,
    "fault-tests": _fault_tests,
}


def main() -> None:
    for page in PAGES:
        before = page.read_text("utf-8")
        if (after := written(before)) != before:
            page.write_text(after, "utf-8")
            sys.stdout.write(f"{page.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
