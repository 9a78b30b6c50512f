"""What a team sets itself: figures of a report are told to have met it or missed it. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chatops.text import Text, text


@dataclass(frozen=True, slots=True)
class Targets:
    """By figure; None is no target. Spans are medians of working time, shares are in percent."""

    first_response: timedelta | None = None
    next_response: timedelta | None = None
    pick_up: timedelta | None = None
    resolution: timedelta | None = None
    compliance: float | None = None  #: of clocks of each kind, at least
    reopened: float | None = None
    one_touch: float | None = None  #: at least
    escalated: float | None = None
    open: int | None = None
    unanswered: int | None = None


NO_TARGETS: Final = Targets()


def span_held(said: Text, limit: timedelta | None, seconds: float | None) -> Text:
    """Say of a length of time whether it was no more than a target, if there is one."""
    if limit is None:
        return said
    met = None if seconds is None else seconds <= limit.total_seconds()
    return _held(said, text("target-at-most", limit=text("span", span=limit)), met)


def count_held(said: Text, limit: int | None, count: int) -> Text:
    """Say the same of a number of tickets."""
    if limit is None:
        return said
    return _held(said, text("target-at-most", limit=text("number", count=limit)), count <= limit)


def share_held(
    said: Text, limit: float | None, part: int, whole: int, *, at_least: bool = False
) -> Text:
    """Say the same of a share; it is held against the target as it is, and not as it is rounded."""
    if limit is None:
        return said
    target = text("report-percent", percent=limit)
    aim = text("target-at-least" if at_least else "target-at-most", limit=target)
    if not whole:
        return _held(said, aim, None)
    reached, wanted = 100 * part, limit * whole
    return _held(said, aim, reached >= wanted if at_least else reached <= wanted)


def _held(said: Text, aim: Text, met: bool | None) -> Text:
    """Put the target behind a figure; nothing was counted where it is neither met nor missed."""
    if met is None:
        return text("target-set", said=said, aim=aim)
    return text("target-met" if met else "target-missed", said=said, aim=aim)
