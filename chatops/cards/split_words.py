"""A figure of a table beside that of the period before, and beside its target: a few letters. Pure.

A phone shows a table of few columns, so that none is added: what changed stands behind each number,
and nothing behind one that is as before.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from chatops.report import spread
from chatops.splits import Group
from chatops.targets import Targets
from chatops.text import Text, text


def changed(group: Group, figure: Callable[[Group], int]) -> Text:
    """Say a number, and by how much it is more or less than before."""
    now = figure(group)
    more = 0 if group.before is None else now - figure(group.before)
    return _with(text("number", count=now), more, text("number", count=abs(more)))


def longer(said: Text, group: Group, seconds: Callable[[Group], Sequence[int]]) -> Text:
    """Put behind lengths of time by how much their median is longer or shorter than before."""
    now = spread(seconds(group)).median
    before = None if group.before is None else spread(seconds(group.before)).median
    if now is None or before is None:
        return said
    more = timedelta(seconds=now - before)
    return _with(said, int(more.total_seconds()), text("span", span=abs(more)))


def _with(said: Text, more: int, by: Text) -> Text:
    if more == 0:
        return said
    return text("split-more" if more > 0 else "split-less", now=said, by=by)


def held(said: Text, limit: timedelta | None, seconds: Sequence[int]) -> Text:
    """Put behind lengths of time the sign by which `targets_said` tells whether the median met its target."""
    median = spread(seconds).median
    if limit is None or median is None:
        return said
    return text("split-met" if median <= limit.total_seconds() else "split-missed", said=said)


def targets_said(targets: Targets, *, by_person: bool) -> Iterator[Text]:
    """Say which targets the signs of a table by name are of."""
    limits = {"report-first-response": targets.first_response}
    if by_person:
        limits["report-pick-up"] = targets.pick_up
    aims = tuple(
        text("labelled", label=text(label), value=text("target-at-most", limit=_span(limit)))
        for label, limit in limits.items()
        if limit is not None
    )
    if aims:
        yield text("split-targets", targets=aims)


def _span(limit: timedelta) -> Text:
    return text("span", span=limit)
