"""The lines of a report: each figure of a period beside that of the period before. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chatops.cards.invitation_facts import invitations_said
from chatops.event import ClockKind
from chatops.measures import (
    HOLDS_IN,
    Close,
    Kept,
    Measures,
    Share,
    by_age,
    last_closes,
    no_reply,
    no_reply_reasons,
    one_touch,
    real_closes,
    reopen_rate,
    within,
)
from chatops.periods import Period
from chatops.report import Counts, spread
from chatops.text import Text, text

Fact = tuple[Text, Text]

#: Bounds of the shares of first replies, by the calendar.
_WITHIN: Final = (timedelta(minutes=5), timedelta(minutes=30), timedelta(minutes=60))


_NONE: Final = Measures()


@dataclass(frozen=True, slots=True)
class Counted:
    """What one period held."""

    counts: Counts
    quiet: int = 0  #: what rules put on the quiet list
    measures: Measures = _NONE
    is_provisional: bool = False  #: its closes may still be followed by a reopening that counts


def is_provisional(period: Period, now: datetime) -> bool:
    """Tell whether tickets that were closed in the period may still come back."""
    return period.end + HOLDS_IN > now


def report_title(period: Period) -> Text:
    if period.days == 1:
        return text("report-title", day=period.first)
    return text("report-title-days", first=period.first, last=period.last)


def report_against(period: Period) -> Text:
    """Say with what a period is compared."""
    said = "report-against" if period.is_whole else "report-against-so-far"
    return text(said, these=period.written, those=period.before().written)


def report_facts(
    now: Counted, before: Counted, opened: Iterable[datetime], at: datetime
) -> tuple[Fact, ...]:
    """Return the lines; `opened` is when the tickets came that are open at `at`.

    What neither period has, as a quiet list or a kind of clock that is not promised, has no line.
    """
    both = _Both(now, before)
    ages = by_age(opened, at)
    return (*_work(both, ages), *_replies(both), *_promises(both), *_cohorts(both), *_rest(both))


@dataclass(frozen=True, slots=True)
class _Both:
    """A period and the one before it."""

    now: Counted
    before: Counted

    def line(self, label: str, figure: Callable[[Counted], Text]) -> Fact:
        said = text("report-both", now=figure(self.now), before=figure(self.before))
        return text(label), said

    def number(self, label: str, figure: Callable[[Counted], int]) -> Fact:
        return self.line(label, lambda one: _number(figure(one)))

    def has(self, figure: Callable[[Counted], object]) -> bool:
        return bool(figure(self.now) or figure(self.before))


def _work(both: _Both, ages: Sequence[int]) -> Iterator[Fact]:
    yield both.number("report-new", lambda one: one.counts.new)
    yield both.number("report-closed", lambda one: one.counts.closed)
    if both.has(_repeatedly_closed):
        yield both.number("report-closed-tickets", lambda one: len(_settled(one)))
    yield text("report-open"), _number(both.now.counts.open)
    yield text("report-snoozed"), _number(both.now.counts.snoozed)
    if any(ages):
        one, three, seven, older = ages
        said = text("report-ages", one=one, three=three, seven=seven, older=older)
        yield text("report-age"), said


def _replies(both: _Both) -> Iterator[Fact]:
    yield both.line("report-first-response", lambda one: spread_said(one.counts.first_responses))
    yield both.line("report-waiting", lambda one: _waiting(one.counts))
    if both.has(_calendar):
        yield both.line("report-calendar", _by_calendar)
    if both.has(_next_responses):
        yield both.line("report-next-response", lambda one: spread_said(_next_responses(one)))
    if both.has(_resolutions):
        yield both.line("report-resolution", lambda one: spread_said(_resolutions(one)))


def _promises(both: _Both) -> Iterator[Fact]:
    for kind in ClockKind:
        now, before = (one.measures.kept.get(kind, Kept()) for one in (both.now, both.before))
        if now != Kept() or before != Kept():
            said = text("report-both", now=_compliance(now), before=_compliance(before))
            yield text(f"report-kept-{kind}"), said
    yield both.number("report-breached", lambda one: one.measures.breached)


def _cohorts(both: _Both) -> Iterator[Fact]:
    if both.has(_settled):
        yield both.line("report-reopened", lambda one: _cohort(one, reopen_rate))
        yield both.line("report-one-touch", lambda one: _cohort(one, one_touch))
        yield both.line("report-no-reply", _no_reply)


def _rest(both: _Both) -> Iterator[Fact]:
    if both.has(lambda one: one.measures.invitations):
        yield both.line("report-invitations", _invitations)
    if both.has(lambda one: one.quiet):
        yield both.number("report-quiet", lambda one: one.quiet)
    if both.has(lambda one: one.counts.repeated):
        yield both.number("report-repeated", lambda one: one.counts.repeated)


def _invitations(one: Counted) -> Text:
    return invitations_said(one.measures.invitations, spread_said)


def _settled(one: Counted) -> Sequence[Close]:
    return last_closes(one.measures.closes)


def _repeatedly_closed(one: Counted) -> bool:
    return len(_settled(one)) < len(real_closes(one.measures.closes))


def _calendar(one: Counted) -> list[int]:
    return [
        each.calendar_s for each in one.measures.responses if each.clock is ClockKind.FIRST_RESPONSE
    ]


def _next_responses(one: Counted) -> list[int]:
    return [
        each.elapsed_s for each in one.measures.responses if each.clock is ClockKind.NEXT_RESPONSE
    ]


def _resolutions(one: Counted) -> list[int]:
    return [close.resolution_s for close in _settled(one) if close.resolution_s is not None]


def spread_said(seconds: Sequence[int]) -> Text:
    """Say how long replies took, as far as there are enough."""
    found = spread(seconds)
    if found.median is None:
        return text("report-no-response")
    median = timedelta(seconds=found.median)
    if found.p90 is None:
        return text("report-median", median=median, count=found.count)
    p90 = timedelta(seconds=found.p90)
    return text("report-spread", median=median, p90=p90, count=found.count)


def _by_calendar(one: Counted) -> Text:
    five, thirty, sixty = (_percent(within(one.measures.responses, span)) for span in _WITHIN)
    median = spread_said(_calendar(one))
    return text("report-within", median=median, five=five, thirty=thirty, sixty=sixty)


def _waiting(counts: Counts) -> Text:
    if counts.oldest_waiting is None:
        return _number(counts.waiting)
    return text("report-waiting-since", count=counts.waiting, since=counts.oldest_waiting)


def _compliance(kept: Kept) -> Text:
    said = _share(kept.share)
    return text("report-waived", share=said, waived=kept.waived) if kept.waived else said


def _cohort(one: Counted, rate: Callable[[Sequence[Close]], Share]) -> Text:
    share = rate(one.measures.closes)
    said = _share(share)
    if not one.is_provisional or not share.whole:
        return said
    return text("report-provisional", share=said)


def _no_reply(one: Counted) -> Text:
    said, reasons = _share(no_reply(one.measures.closes)), no_reply_reasons(one.measures.closes)
    if not reasons:
        return said
    listed = tuple(
        text("labelled", label=text(f"close-{reason}"), value=_number(count))
        for reason, count in reasons.items()
    )
    return text("report-by-reason", share=said, reasons=listed)


def _share(share: Share) -> Text:
    if share.percent is None:
        return text("report-no-response")
    return text("report-share", percent=share.percent, part=share.part, whole=share.whole)


def _percent(share: Share) -> Text:
    if share.percent is None:
        return text("report-no-response")
    return text("report-percent", percent=share.percent)


def _number(count: int) -> Text:
    return text("number", count=count)
