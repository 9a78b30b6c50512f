"""How long messages took from their networks to us, as a line of a report. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from chatops.channel import Traits
from chatops.report import Reached, slowest, spread
from chatops.text import Text, text


def reached_said(rows: Sequence[Reached], channels: Mapping[str, Traits]) -> Text:
    """Say for each channel how long half of them took, and nearly all; the busiest first."""
    seconds: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        seconds[row.channel].append(row.took_s)
    busiest = sorted(seconds.items(), key=lambda one: (-len(one[1]), one[0]))
    if not busiest:
        return text("report-no-response")
    said = tuple(
        text("labelled", label=_channel(name, channels), value=_took(each))
        for name, each in busiest
    )
    return text("listing", items=said)


def _channel(name: str, channels: Mapping[str, Traits]) -> Text:
    known = channels.get(name)
    return text("words", words=name if known is None else known.title)


def _took(seconds: Sequence[int]) -> Text:
    median = timedelta(seconds=spread(seconds).median or 0)
    if (most := slowest(seconds)) is None:
        return text("report-median", median=median, count=len(seconds))
    p95 = timedelta(seconds=most)
    return text("report-reached-spread", median=median, p95=p95, count=len(seconds))
