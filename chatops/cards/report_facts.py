"""The lines of a report: each figure of a period beside that of the period before. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from chatops.periods import Period
from chatops.report import Counts, spread
from chatops.text import Text, text

Fact = tuple[Text, Text]


@dataclass(frozen=True, slots=True)
class Counted:
    """What one period held."""

    counts: Counts
    quiet: int = 0  #: what rules put on the quiet list


def report_title(period: Period) -> Text:
    if period.days == 1:
        return text("report-title", day=period.first)
    return text("report-title-days", first=period.first, last=period.last)


def report_against(period: Period) -> Text:
    """Say with what a period is compared."""
    said = "report-against" if period.is_whole else "report-against-so-far"
    return text(said, these=period.written, those=period.before().written)


def report_facts(now: Counted, before: Counted) -> tuple[Fact, ...]:
    """Return the lines; what nobody has, as a quiet list, has none."""
    return tuple(_facts(now, before))


def _facts(now: Counted, before: Counted) -> Iterator[Fact]:
    def both(label: str, figure: Callable[[Counted], Text]) -> Fact:
        return text(label), text("report-both", now=figure(now), before=figure(before))

    def number(label: str, figure: Callable[[Counted], int]) -> Fact:
        return both(label, lambda one: _number(figure(one)))

    yield number("report-new", lambda one: one.counts.new)
    yield number("report-closed", lambda one: one.counts.closed)
    yield text("report-open"), _number(now.counts.open)
    yield text("report-snoozed"), _number(now.counts.snoozed)
    yield both("report-first-response", lambda one: _first_response(one.counts))
    yield both("report-waiting", lambda one: _waiting(one.counts))
    yield number("report-breached", lambda one: one.counts.breached)
    if now.quiet or before.quiet:
        yield number("report-quiet", lambda one: one.quiet)
    if now.counts.repeated or before.counts.repeated:
        yield number("report-repeated", lambda one: one.counts.repeated)


def _first_response(counts: Counts) -> Text:
    found = spread(counts.first_responses)
    if found.median is None:
        return text("report-no-response")
    median = timedelta(seconds=found.median)
    if found.p90 is None:
        return text("report-median", median=median, count=found.count)
    p90 = timedelta(seconds=found.p90)
    return text("report-spread", median=median, p90=p90, count=found.count)


def _waiting(counts: Counts) -> Text:
    if counts.oldest_waiting is None:
        return _number(counts.waiting)
    return text("report-waiting-since", count=counts.waiting, since=counts.oldest_waiting)


def _number(count: int) -> Text:
    return text("number", count=count)
