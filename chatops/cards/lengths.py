"""How long something took, as a report says it: in working time, and by the calendar. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from chatops.measures import Took
from chatops.report import spread
from chatops.text import Text, text

#: Lengths that differ by less look alike, for they are shown in minutes.
_ALIKE: Final = timedelta(minutes=1)


def spread_said(seconds: Sequence[int]) -> Text:
    """Say how long it took, as far as there are enough."""
    found = spread(seconds)
    if found.median is None:
        return text("report-no-response")
    median = timedelta(seconds=found.median)
    if found.p90 is None:
        return text("report-median", median=median, count=found.count)
    p90 = timedelta(seconds=found.p90)
    return text("report-spread", median=median, p90=p90, count=found.count)


def took_said(took: Took) -> Text:
    """Say the same of working time, and the median by the calendar where it is another."""
    worked, by_calendar = took
    said, median, calendar = spread_said(worked), spread(worked).median, spread(by_calendar).median
    if median is None or calendar is None or abs(calendar - median) < _ALIKE.total_seconds():
        return said
    return text("report-took", worked=said, calendar=timedelta(seconds=calendar))
