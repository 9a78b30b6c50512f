"""What clocks and closes say of the work, where the golden report has no such row."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chatops.cards.report_facts import Counted, is_provisional, report_facts
from chatops.event import ClockKind, CloseReason
from chatops.handling import Handling, PickUp
from chatops.measures import (
    Close,
    Kept,
    Measures,
    Response,
    Share,
    by_age,
    last_closes,
    mean_reopens,
    no_reply_reasons,
    one_touch,
    reopen_rate,
    within,
)
from chatops.periods import Period, period_of
from chatops.report import Counts
from chatops.text import Text, text
from tests.scenes import NOW, ROOMS

AT = datetime(2026, 10, 1, 3, tzinfo=UTC)
WEEK = timedelta(days=7)
NOTHING = Counts(0, 0, [], 0, None)


def close(back_in: timedelta | None = None, by: int | None = None, replies: int = 1) -> Close:
    """A close by 3, and how soon who reopened it."""
    back = None if back_in is None else AT + back_in
    return Close(1, 3, CloseReason.RESOLVED, AT, replies, back, by)


@pytest.mark.parametrize(
    ("closed", "share"),
    [
        (close(), Share(0, 1)),
        (close(timedelta(seconds=1)), Share(1, 1)),
        (close(WEEK), Share(1, 1)),
        (close(WEEK + timedelta(seconds=1)), Share(0, 1)),
        (close(timedelta(seconds=60), by=3), Share(0, 0)),  # a slip
        (close(timedelta(seconds=61), by=3), Share(1, 1)),
        (close(timedelta(seconds=60), by=4), Share(0, 1)),
        (close(timedelta(seconds=61), by=4), Share(1, 1)),
    ],
)
def test_what_counts_as_reopened(closed: Close, share: Share) -> None:
    assert reopen_rate([closed]) == share


def test_tickets_come_back_so_often_on_average() -> None:
    back = close(timedelta(hours=1))
    assert mean_reopens([]) is None
    assert mean_reopens([close(timedelta(seconds=9), by=3)]) is None  # a slip
    assert (
        mean_reopens([replace(back, ticket=n) for n in (1, 2)] + [replace(close(), ticket=3)])
        == 0.67
    )
    assert mean_reopens([back, replace(back, at=AT + timedelta(hours=2))]) == 2.0


def test_one_touch_is_of_answered_tickets_that_stayed_closed() -> None:
    assert one_touch([close(replies=0)]) == Share(0, 0)
    assert one_touch([close()]) == Share(1, 1)
    assert one_touch([close(replies=2)]) == Share(0, 1)
    assert one_touch([close(timedelta(hours=1))]) == Share(0, 1)


def test_a_slip_leaves_the_close_before_it() -> None:
    slip = Close(1, 3, CloseReason.RESOLVED, AT + WEEK, 2, AT + WEEK + timedelta(seconds=9), 3)
    assert last_closes([slip, close()]) == [close()]


def test_reasons_are_told_most_first() -> None:
    reasons = [CloseReason.SPAM, CloseReason.RESOLVED, CloseReason.SPAM]
    closes = [Close(n, 3, reason, AT, 0) for n, reason in enumerate(reasons)]
    assert list(no_reply_reasons(closes).items()) == [
        (CloseReason.SPAM, 2),
        (CloseReason.RESOLVED, 1),
    ]


def test_a_share_of_nothing_has_no_percentage() -> None:
    assert Share(0, 0).percent is None
    assert Share(2, 3).percent == 66.7
    assert Kept(met=2, breached=1, waived=9).share == Share(2, 3)


def test_all_and_nothing_are_said_of_no_share_that_comes_near_them() -> None:
    shares = (Share(1_999, 2_000), Share(1, 5_000), Share(2_000, 2_000), Share(0, 2_000))
    assert [share.percent for share in shares] == [99.9, 0.1, 100.0, 0.0]


def test_within_counts_first_replies_alone_and_the_bound_itself() -> None:
    responses = [
        Response(ClockKind.FIRST_RESPONSE, 0, 300, 1, AT),
        Response(ClockKind.FIRST_RESPONSE, 0, 301, 2, AT),
        Response(ClockKind.NEXT_RESPONSE, 0, 1, 3, AT),
    ]
    assert within(responses, timedelta(minutes=5)) == Share(1, 2)


def test_ages_are_bands() -> None:
    days = (0, 0.9, 1, 2.9, 3, 6.9, 7, 100)
    assert by_age([AT - timedelta(days=day) for day in days], AT) == (2, 2, 2, 2)


def figure(id: str, measures: Measures, *, provisional: bool = False) -> Text | None:
    now = Counted(NOTHING, 0, measures, provisional)
    return dict(report_facts(now, Counted(NOTHING))).get(text(id))


def both(now: Text, before: Text) -> Text:
    return text("report-both", now=now, before=before)


@pytest.mark.parametrize(
    ("calendar_s", "is_said"), [(3600 + 59, False), (3600 + 60, True), (3600 - 60, True)]
)
def test_the_median_by_the_calendar_is_said_where_it_is_another(
    calendar_s: int, is_said: bool
) -> None:
    nothing = text("report-no-response")
    worked = text("report-median", median=timedelta(hours=1), count=1)
    took = text("report-took", worked=worked, calendar=timedelta(seconds=calendar_s))
    now = both(took if is_said else worked, nothing)
    response = Response(ClockKind.NEXT_RESPONSE, 3600, calendar_s, 1, AT)
    other = Response(ClockKind.FIRST_RESPONSE, 1, 9, 2, AT)
    assert figure("report-next-response", Measures(responses=[response, other])) == now
    ended = replace(close(), resolution_s=3600, calendar_s=calendar_s)
    unowed = replace(close(), ticket=2)
    assert figure("report-resolution", Measures(closes=[ended, unowed])) == now
    since = AT - timedelta(seconds=calendar_s)
    first = Measures(closes=[replace(close(), first_of=since)])
    found = Handling(pick_ups=[PickUp(1, "japan", 3, since, AT)])
    counted = Counted(NOTHING, 0, first, handling=found, pick_ups=[3600], first_resolutions=[3600])
    facts = dict(report_facts(counted, Counted(NOTHING)))
    assert facts[text("report-pick-up")] == facts[text("report-first-resolution")] == now


def test_what_is_not_promised_has_no_line() -> None:
    for id in ("report-kept-ceiling", "report-resolution", "report-reopened", "report-age"):
        assert figure(id, Measures()) is None


def test_a_period_without_waivers_names_none() -> None:
    kept = Measures(kept={ClockKind.CEILING: Kept(met=1)})
    share = text("report-share", percent=100.0, part=1, whole=1)
    assert figure("report-kept-ceiling", kept) == both(share, text("report-no-response"))


def test_old_cohorts_are_not_provisional() -> None:
    share = text("report-share", percent=0.0, part=0, whole=1)
    none = text("report-no-response")
    old = figure("report-reopened", Measures(closes=[close()]))
    assert old == both(text("report-reopens", share=share, mean=0.0), none)
    new = figure("report-reopened", Measures(closes=[close()]), provisional=True)
    provisional = text("report-provisional", share=share)
    assert new == both(text("report-reopens", share=provisional, mean=0.0), none)
    unanswered = Measures(closes=[close(replies=0)])
    assert figure("report-one-touch", unanswered, provisional=True) == both(none, none)
    assert figure("report-no-reply", Measures(closes=[close()])) == both(share, none)


@pytest.mark.parametrize(
    ("said", "provisional"),
    [("2026-09-23", False), ("2026-09-24", True), ("today", True)],
)
def test_a_cohort_is_provisional_for_seven_days(said: str, provisional: bool) -> None:
    period = period_of(said, NOW, ROOMS["care-japan"].zoneinfo)
    assert isinstance(period, Period)
    assert is_provisional(period, NOW) is provisional
