"""The lines of a report: each figure of a period beside that of the period before. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from chatops.cards.backlog_facts import backlog_facts
from chatops.cards.escalation_facts import escalated_said, escalations_said
from chatops.cards.figure_words import canned_said, number_said, percent_said, share_said
from chatops.cards.invitation_facts import invitations_said
from chatops.cards.lengths import spread_said, took_said
from chatops.cards.reaching_facts import reached_said
from chatops.channel import Traits
from chatops.event import ClockKind
from chatops.handling import Handling, escalated, picked_up
from chatops.measures import (
    HOLDS_IN,
    Close,
    Kept,
    Measures,
    Share,
    Took,
    first_resolutions_took,
    last_closes,
    mean_reopens,
    no_reply,
    no_reply_reasons,
    one_touch,
    real_closes,
    reopen_rate,
    resolutions_took,
    responses_took,
    within,
)
from chatops.periods import Period
from chatops.report import Counts, Reached, spread
from chatops.targets import NO_TARGETS, Targets, count_held, share_held, span_held
from chatops.text import Text, text
from chatops.unclosed import Backlog

Fact = tuple[Text, Text]

#: Bounds of the shares of first replies, by the calendar.
_WITHIN: Final = (timedelta(minutes=5), timedelta(minutes=30), timedelta(minutes=60))


_NO_CHANNELS: Final[Mapping[str, Traits]] = MappingProxyType({})
_NONE: Final = Measures()
_NOTHING: Final = Handling()


@dataclass(frozen=True, slots=True)
class Counted:
    """What one period held."""

    counts: Counts
    quiet: int = 0  #: what rules put on the quiet list
    measures: Measures = _NONE
    is_provisional: bool = False  #: its closes may still be followed by a reopening that counts
    handled: int = 0  #: tickets about which a person did something
    handling: Handling = _NOTHING
    pick_ups: Sequence[int] = ()  #: seconds of working time
    first_resolutions: Sequence[int] = ()  #: likewise
    backlog: Backlog | None = None  #: at its end; None: of a period with which one is compared
    thanks: int = 0  #: messages that were mere thanks and called for nothing
    reached: Sequence[Reached] = ()


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
    now: Counted,
    before: Counted,
    targets: Targets = NO_TARGETS,
    channels: Mapping[str, Traits] = _NO_CHANNELS,
) -> tuple[Fact, ...]:
    """Return the lines; `channels` are for how people write their names.

    A figure that has one of the targets says whether it met it; those of the period before do not.

    What neither period has, as a quiet list or a kind of clock that is not promised, has no line.
    """
    both = _Both(now, before, targets)
    standing = backlog_facts(now.backlog, targets) if now.backlog is not None else ()
    return (
        *_work(both),
        *standing,
        *_replies(both),
        *_promises(both),
        *_cohorts(both),
        *_rest(both),
        *_reached(both, channels),
    )


@dataclass(frozen=True, slots=True)
class _Both:
    """A period and the one before it."""

    now: Counted
    before: Counted
    targets: Targets

    def said(self, figure: Callable[[Counted], Text]) -> Text:
        return text("report-both", now=figure(self.now), before=figure(self.before))

    def line(self, label: str, figure: Callable[[Counted], Text]) -> Fact:
        return text(label), self.said(figure)

    def number(self, label: str, figure: Callable[[Counted], int]) -> Fact:
        return self.line(label, lambda one: number_said(figure(one)))

    def took(
        self, label: str, figure: Callable[[Counted], Took], limit: timedelta | None = None
    ) -> Fact:
        """Return the line of lengths of time; the median of working time has a target."""
        took = figure(self.now)
        # of the period before not by the calendar: a message of Slack holds so many characters
        said = text("report-both", now=took_said(took), before=spread_said(figure(self.before)[0]))
        return text(label), span_held(said, limit, spread(took[0]).median)

    def has(self, figure: Callable[[Counted], object]) -> bool:
        return bool(figure(self.now) or figure(self.before))


def _work(both: _Both) -> Iterator[Fact]:
    yield both.number("report-new", lambda one: one.counts.new)
    yield both.number("report-closed", lambda one: one.counts.closed)
    if both.has(_repeatedly_closed):
        yield both.number("report-closed-tickets", lambda one: len(_settled(one)))
    if both.has(lambda one: one.handled):
        yield both.number("report-handled", lambda one: one.handled)


def _replies(both: _Both) -> Iterator[Fact]:
    targets = both.targets
    # by the calendar it has a line of its own
    yield both.took(
        "report-first-response",
        lambda one: (one.counts.first_responses, ()),
        targets.first_response,
    )
    yield both.line(
        "report-waiting", lambda one: waiting_said(one.counts.waiting, one.counts.oldest_waiting)
    )
    if both.has(lambda one: one.handling.unanswered):
        said = both.said(lambda one: number_said(one.handling.unanswered))
        count = both.now.handling.unanswered
        yield text("report-unanswered"), count_held(said, targets.unanswered, count)
    if both.has(_calendar):
        yield both.line("report-calendar", _by_calendar)
    if both.has(lambda one: one.pick_ups):
        yield both.took("report-pick-up", _pick_ups, targets.pick_up)
    if both.has(lambda one: _next_responses(one)[0]):
        yield both.took("report-next-response", _next_responses, targets.next_response)
    if both.has(lambda one: one.first_resolutions):
        yield both.took("report-first-resolution", _first_resolutions)
    if both.has(lambda one: _resolutions(one)[0]):
        yield both.took("report-resolution", _resolutions, targets.resolution)


def _promises(both: _Both) -> Iterator[Fact]:
    for kind in ClockKind:
        now, before = (one.measures.kept.get(kind, Kept()) for one in (both.now, both.before))
        if now != Kept() or before != Kept():
            said = text("report-both", now=_compliance(now), before=_compliance(before))
            part, whole = now.share.part, now.share.whole
            held = share_held(said, both.targets.compliance, part, whole, at_least=True)
            yield text(f"report-kept-{kind}"), held
    yield both.number("report-breached", lambda one: one.measures.breached)
    if both.has(lambda one: one.handling.escalations):
        part, whole = escalated(both.now.handling.escalations), both.now.counts.new
        # of the period before the share alone: where to is asked of now
        said = text(
            "report-both",
            now=escalations_said(both.now.handling.escalations, both.now.counts.new),
            before=escalated_said(both.before.handling.escalations, both.before.counts.new),
        )
        yield text("report-escalated"), share_held(said, both.targets.escalated, part, whole)


def _cohorts(both: _Both) -> Iterator[Fact]:
    if both.has(_settled):
        closes, targets = both.now.measures.closes, both.targets
        said, share = both.said(_reopened), reopen_rate(closes)
        held = share_held(said, targets.reopened, share.part, share.whole)
        yield text("report-reopened"), held
        said, share = both.said(lambda one: _cohort(one, one_touch)), one_touch(closes)
        held = share_held(said, targets.one_touch, share.part, share.whole, at_least=True)
        yield text("report-one-touch"), held
        yield both.line("report-no-reply", _no_reply)
    if both.has(lambda one: one.thanks):
        yield both.number("report-thanks", lambda one: one.thanks)


def _rest(both: _Both) -> Iterator[Fact]:
    if both.has(lambda one: one.measures.invitations):
        yield both.line("report-invitations", _invitations)
    if both.has(lambda one: one.handling.canned):
        yield both.line("report-canned", lambda one: canned_said(one.handling))
    if both.has(lambda one: one.quiet):
        yield both.number("report-quiet", lambda one: one.quiet)
    if both.has(lambda one: one.counts.repeated):
        yield both.number("report-repeated", lambda one: one.counts.repeated)


def _invitations(one: Counted) -> Text:
    return invitations_said(one.measures.invitations, spread_said)


def _reached(both: _Both, channels: Mapping[str, Traits]) -> Iterator[Fact]:
    if both.has(lambda one: one.reached):
        yield both.line("report-reached", lambda one: reached_said(one.reached, channels))


def _settled(one: Counted) -> Sequence[Close]:
    return last_closes(one.measures.closes)


def _repeatedly_closed(one: Counted) -> bool:
    return len(_settled(one)) < len(real_closes(one.measures.closes))


def _calendar(one: Counted) -> Sequence[int]:
    return responses_took(one.measures.responses, ClockKind.FIRST_RESPONSE)[1]


def _next_responses(one: Counted) -> Took:
    return responses_took(one.measures.responses, ClockKind.NEXT_RESPONSE)


def _pick_ups(one: Counted) -> Took:
    return one.pick_ups, picked_up(one.handling.pick_ups)


def _first_resolutions(one: Counted) -> Took:
    return one.first_resolutions, first_resolutions_took(one.measures.closes)


def _resolutions(one: Counted) -> Took:
    return resolutions_took(one.measures.closes)


def _by_calendar(one: Counted) -> Text:
    five, thirty, sixty = (percent_said(within(one.measures.responses, span)) for span in _WITHIN)
    median = spread_said(_calendar(one))
    return text("report-within", median=median, five=five, thirty=thirty, sixty=sixty)


def waiting_said(count: int, oldest: datetime | None) -> Text:
    """Say how many still wait for an answer, and since when the oldest does."""
    if oldest is None:
        return number_said(count)
    return text("report-waiting-since", count=count, since=oldest)


def _compliance(kept: Kept) -> Text:
    said = share_said(kept.share)
    return text("report-waived", share=said, waived=kept.waived) if kept.waived else said


def _cohort(one: Counted, rate: Callable[[Sequence[Close]], Share]) -> Text:
    share = rate(one.measures.closes)
    said = share_said(share)
    if not one.is_provisional or not share.whole:
        return said
    return text("report-provisional", share=said)


def _reopened(one: Counted) -> Text:
    said, mean = _cohort(one, reopen_rate), mean_reopens(one.measures.closes)
    return said if mean is None else text("report-reopens", share=said, mean=mean)


def _no_reply(one: Counted) -> Text:
    said, reasons = share_said(no_reply(one.measures.closes)), no_reply_reasons(one.measures.closes)
    if not reasons:
        return said
    listed = tuple(
        text("labelled", label=text(f"close-{reason}"), value=number_said(count))
        for reason, count in reasons.items()
    )
    return text("report-by-reason", share=said, reasons=listed)
