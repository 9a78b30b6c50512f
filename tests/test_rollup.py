"""What a ticket's log adds to the roll-up, day by day."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chatops.event import (
    Claimed,
    Closed,
    CloseReason,
    CustomerForgotten,
    Event,
    Kind,
    Merged,
    Moved,
    Opened,
    Priority,
    ReopenCause,
    Reopened,
    ReplyRequested,
    Unmerged,
)
from chatops.rollup import Additive, Cell, Days, cells
from chatops.step import fold, step
from chatops.ticket import Refusal

#: The night in which clocks go back: its day has 25 hours.
BERLIN = Days("Europe/Berlin", time(5))
START = datetime(2026, 10, 24, 3, tzinfo=UTC)  # five o'clock
SHUT = Closed(CloseReason.RESOLVED, 3)


def opened(**fields: object) -> Opened:
    given = {"rule": "praise", "quiet": False, **fields}
    return Opened(
        1, 1, "a", "x", Kind.MENTION, False, "q", "en", Priority.NORMAL, (), True, **given
    )  # type: ignore[arg-type] # by name


def h(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def made(*log: tuple[Event, float]) -> dict[Cell, int]:
    """What a log makes, of (event, hours after START)."""
    return dict(cells([(event, h(at)) for event, at in log], BERLIN))


def cell(day: int, figure: Additive, agent: int | None = None, detail: str = "") -> Cell:
    begins = (0, 25, 49)[day]
    return Cell(h(begins), figure, "q", "x", "mention", agent, detail)


NEW = cell(0, Additive.NEW)
RESOLVED = cell(1, Additive.CLOSED, 3, "resolved")


def test_days_begin_when_the_team_does_and_have_25_hours_where_clocks_go_back() -> None:
    assert BERLIN.of(h(24.9)) == (h(0), h(25))
    assert BERLIN.of(h(25)) == (h(25), h(49))
    assert BERLIN.whole(h(0), h(49)) == (h(0), h(49))
    assert BERLIN.whole(h(1), h(60)) == (h(25), h(49))
    assert BERLIN.whole(h(1), h(48)) is None
    assert Days("Europe/Berlin", time(5)) == BERLIN
    assert hash(BERLIN) == hash(Days("Europe/Berlin", time(5)))
    assert Days("Europe/Berlin", time(4)) != BERLIN
    assert BERLIN != "Europe/Berlin"


def test_a_ticket_is_new_on_its_day_and_closed_on_each_day_of_a_close() -> None:
    log = [
        (opened(), 24.9),
        (Claimed(3), 24.95),
        (SHUT, 25),
        (Reopened(ReopenCause.CUSTOMER, None), 30),
    ]
    assert made(*log) == {NEW: 1, RESOLVED: 1}
    assert made(*log, (SHUT, 31)) == {NEW: 1, RESOLVED: 2}


def test_a_close_undone_within_a_minute_by_who_made_it_is_none_whichever_day_that_is() -> None:
    minute = 1 / 60
    for agent, after, closes in ((3, minute, 0), (3, minute + 0.001, 1), (4, minute, 1)):
        undone = (Reopened(ReopenCause.AGENT, agent), 48.99 + after)
        found = made((opened(), 0), (SHUT, 48.99), undone)
        assert found == ({NEW: 1, RESOLVED: closes} if closes else {NEW: 1})


def test_spam_is_closed_and_not_new_unless_it_is_opened_again() -> None:
    spam = (opened(), 0), (Closed(CloseReason.SPAM, 3), 26)
    closed = cell(1, Additive.CLOSED, 3, "spam")
    assert made(*spam) == {closed: 1}
    assert made(*spam, (Reopened(ReopenCause.AGENT, 4), 27)) == {NEW: 1, closed: 1}


def test_the_quiet_list_counts_by_its_rule_and_is_no_work_until_it_is_opened() -> None:
    quiet = (opened(quiet=True), 0)
    assert made(quiet) == {cell(0, Additive.QUIET, detail="praise"): 1}
    assert made((opened(quiet=True, rule=None), 0)) == {}
    assert made(quiet, (Reopened(ReopenCause.AGENT, 3), 26), (SHUT, 27)) == {NEW: 1, RESOLVED: 1}


def test_all_of_a_ticket_counts_in_the_queue_where_it_is_now() -> None:
    again = ReplyRequested(7, 3, repeated=True)
    log = [
        (opened(), 0),
        (ReplyRequested(6, 3), 1),
        (again, 1),
        (SHUT, 2),
        (Moved("r", 3, True), 3),
    ]
    found = {
        Cell(h(0), Additive.NEW, "r", "x", "mention"): 1,
        Cell(h(0), Additive.REPEATED, "r", "x", "mention", 3): 1,
        Cell(h(0), Additive.CLOSED, "r", "x", "mention", 3, "resolved"): 1,
    }
    assert made(*log) == found


def test_a_reopening_of_what_the_log_never_closed_takes_nothing_away() -> None:
    assert made((opened(), 0), (Reopened(ReopenCause.AGENT, 3), 0)) == {NEW: 1}
    assert made((SHUT, 1)) == {}


EVENTS = st.one_of(
    st.builds(Closed, st.sampled_from(CloseReason), st.integers(1, 2)),
    st.builds(Reopened, st.just(ReopenCause.AGENT), st.integers(1, 2)),
    st.builds(Moved, st.sampled_from("qr"), st.just(1), st.just(True)),
    st.builds(Merged, st.just(2), st.just(1)),
    st.builds(Unmerged, st.just(1)),
    st.builds(CustomerForgotten),
)


@given(st.booleans(), st.lists(EVENTS, max_size=8))
def test_queue_spam_and_quiet_are_those_of_the_ticket(quiet: bool, events: list[Event]) -> None:
    """The few events that are looked at here leave what all of them leave in `step`."""
    log: list[tuple[Event, datetime]] = [(opened(quiet=quiet), START)]
    for hours, event in enumerate(events, 1):
        if not isinstance(step(fold(1, log), event, h(hours)), Refusal):
            log.append((event, h(hours)))
    ticket, found = fold(1, log), cells(log, BERLIN)
    assert {each.queue for each in found} <= {ticket.queue}
    figures = {each.figure for each in found} - {Additive.CLOSED}
    spam = ticket.close_reason is CloseReason.SPAM
    assert figures == ({Additive.QUIET} if ticket.quiet else set() if spam else {Additive.NEW})
    closes = sum(n for each, n in found.items() if each.figure is Additive.CLOSED)
    assert closes == (0 if ticket.quiet else sum(isinstance(event, Closed) for event, _ in log))
