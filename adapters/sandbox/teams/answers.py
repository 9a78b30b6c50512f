"""What the app answered to an invoke, read as strictly as Teams documents it.

Whatever is not a documented answer is `Wrong`: the person then sees that something went wrong, and
the reason is kept for whoever builds the app.
"""

from dataclasses import dataclass
from typing import Any

from adapters.sandbox.teams.cards import ADAPTIVE, faults_in, is_too_big
from adapters.sandbox.teams.delivery import Answer
from adapters.sandbox.teams.limits import Limits
from adapters.sandbox.teams.refusal import JSON

MESSAGE = "application/vnd.microsoft.activity.message"
SEARCH = "application/vnd.microsoft.search.searchResponse"

_SIZES = frozenset({"small", "medium", "large"})
_TASK_INFO = frozenset(
    {"title", "height", "width", "url", "card", "fallbackUrl", "completionBotId"}
)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence for the person alone."""

    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A card in the place of the one that was pressed, for the person alone."""

    card: JSON


@dataclass(frozen=True, slots=True)
class Opened:
    """A dialog, or the next step of one."""

    title: str
    height: str | int
    width: str | int
    card: JSON


@dataclass(frozen=True, slots=True)
class Closed:
    """The dialog is done with."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a typeahead offers."""

    choices: tuple[JSON, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something went wrong."""

    why: str


def of_execute(answer: Answer, limits: Limits) -> Said | Shown | Wrong:
    """An answer to `adaptiveCard/action`: {statusCode, type, value}."""
    body = _envelope(answer)
    if isinstance(body, Wrong):
        return body
    match body.get("type"), body.get("value"):
        case str(kind), str(text) if kind == MESSAGE:
            return Said(text)
        case str(kind), dict(card) if kind == ADAPTIVE:
            return _sound(card, limits) or Shown(card)
        case kind, _:
            return Wrong(f"type {kind} with a value that is not documented for it")


def of_fetch(answer: Answer, limits: Limits) -> Said | Opened | Wrong:
    """An answer to `task/fetch`: {task: {type, value}}."""
    if not answer.ok:
        return _failed(answer)
    task = answer.body.get("task") if isinstance(answer.body, dict) else None
    match task:
        case {"type": "message", "value": str(text)}:
            return Said(text)
        case {"type": "continue", "value": dict(info)}:
            return _opened(info, limits)
        case _:
            return Wrong("neither a task of the type continue nor one of the type message")


def of_submit(answer: Answer, limits: Limits) -> Said | Opened | Closed | Wrong:
    """An answer to `task/submit`, as one to `task/fetch`; an empty one closes the dialog."""
    if answer.ok and answer.body in (None, {}):
        return Closed()
    return of_fetch(answer, limits)


def of_search(answer: Answer, limits: Limits) -> Found | Wrong:
    """An answer to `application/search`; more than the documented choices are not shown."""
    body = _envelope(answer)
    if isinstance(body, Wrong):
        return body
    value = body.get("value")
    results = value.get("results") if isinstance(value, dict) else None
    if body.get("type") != SEARCH or not isinstance(results, list):
        return Wrong(f"type {body.get('type')} or its results are not documented")
    for one in results:
        match one:
            case {"title": str(), "value": str()}:
                pass
            case _:
                return Wrong("a result is a title and a value, both texts")
    shown = limits.value("search_choices")
    return Found(tuple(one for place, one in enumerate(results) if place < shown))


def _envelope(answer: Answer) -> JSON | Wrong:
    """The body of an answer that carries its own status; without one that is 200."""
    if not answer.ok or answer.status != 200:
        return _failed(answer)
    if not isinstance(answer.body, dict):
        return Wrong("the answer is no JSON object")
    inner = answer.body.get("statusCode")
    if (inner if inner is not None else 200) != 200:
        return Wrong(f"statusCode {inner}: {answer.body.get('value')}")
    return answer.body


def _opened(info: JSON, limits: Limits) -> Opened | Wrong:
    """A TaskInfo with a card; this stand-in shows no web pages."""
    if unknown := sorted(info.keys() - _TASK_INFO):
        return Wrong(f"TaskInfo has no {', '.join(unknown)}")
    title, attachment = info.get("title", ""), info.get("card")
    height, width = info.get("height", "medium"), info.get("width", "medium")
    if not isinstance(title, str) or not _is_size(height) or not _is_size(width):
        return Wrong("title, height or width of the TaskInfo are not documented")
    if not isinstance(attachment, dict) or attachment.get("contentType") != ADAPTIVE:
        return Wrong("the TaskInfo's card is no attachment of an Adaptive Card")
    card = attachment.get("content")
    return _sound(card, limits) or Opened(title, height, width, card or {})


def _is_size(value: object) -> bool:
    return value in _SIZES or (isinstance(value, int) and not isinstance(value, bool))


def _sound(card: Any, limits: Limits) -> Wrong | None:
    """Nothing, or what is wrong with a card."""
    if faults := faults_in(card, limits):
        return Wrong("; ".join(faults))
    return Wrong("the card is too big") if is_too_big(card, limits) else None


def _failed(answer: Answer) -> Wrong:
    return Wrong(answer.error or f"answered with status {answer.status}")
