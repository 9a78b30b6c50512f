"""Escalation chains: what begins and stops one, when a stage is due, and that it never goes back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenes import AOI, BEN, NOW, TOKYO, ticket

from chatops.calendar import Calendar, Window
from chatops.chain import Chain, Due, Stage, Starts, due, follows
from chatops.escalating import escalating
from chatops.event import (
    Absorbed,
    AnsweredOutside,
    Assigned,
    Breached,
    BreachKnown,
    ChainEnded,
    ChainEntered,
    ChainStop,
    ChainStopped,
    Claimed,
    Closed,
    CloseReason,
    CustomerWrote,
    Escalated,
    Escalating,
    Event,
    Kind,
    Moved,
    Noted,
    Opened,
    Priority,
    ReopenCause,
    Reopened,
    ReplySent,
    StageReached,
    Unclaimed,
    Unmerged,
)
from chatops.step import fold, opened, step
from chatops.ticket import Climb, Refusal, Status, Ticket, Waiting


def minutes(n: float) -> timedelta:
    return timedelta(minutes=n)


def after(n: float) -> datetime:
    """Return so many minutes after 15:30 in Tokyo, which closes at 18:00."""
    return NOW + minutes(n)


CALLS = Stage(minutes(15), call=("maya",))
GOES = Stage(minutes(30), target="specialists")
RAISES = Stage(minutes(20), priority=Priority.URGENT)
CHAIN = Chain((CALLS, GOES, RAISES))
OPENED = replace(CHAIN, starts=Starts.OPENED)
STOPS_ALL = CHAIN.stops


IN_HALF_AN_HOUR = after(30)


def climbing(stage: int = 1, round: int = 1, at: datetime | None = IN_HALF_AN_HOUR) -> Ticket:
    return ticket(climb=Climb(stage, round, at))


def brought(
    before: Ticket,
    event: Event,
    chain: Chain | None = CHAIN,
    *,
    is_late: bool = False,
    calendar: Calendar = TOKYO,
) -> list[Escalating]:
    """Return what an event that is not refused brings about."""
    outcome = step(before, event, NOW)
    assert not isinstance(outcome, Refusal), outcome
    return [*follows(before, event, outcome[0], chain, calendar, NOW, lambda: is_late)]


# --- when it begins

LATE = Breached(NOW)
WROTE = CustomerWrote(100)
CLOSED = ticket(status=Status.CLOSED, close_reason=CloseReason.RESOLVED, closed_at=NOW)
BACK = Reopened(ReopenCause.CUSTOMER, agent=None)
BEGUN = [ChainEntered(0, 1, after(15))]


@pytest.mark.parametrize(
    ("before", "event", "chain"),
    [
        (ticket(), LATE, CHAIN),
        (ticket(), replace(LATE, superseded=True), CHAIN),
        (ticket(assignee=BEN.id), LATE, CHAIN),  # who has it let it be late
        (ticket(), WROTE, OPENED),  # the message that opened it
        (ticket(revision=2, waiting=Waiting.CUSTOMER), WROTE, OPENED),  # nobody has it any more
        (ticket(waiting=Waiting.CUSTOMER), Absorbed(7, BEN.id, unanswered=True), OPENED),
        (CLOSED, BACK, OPENED),
        (replace(CLOSED, merged_into=7), Unmerged(BEN.id), OPENED),
        (ticket(assignee=BEN.id), Unclaimed(BEN.id), OPENED),
        (ticket(), Moved("global", BEN.id, keeps_assignee=False), OPENED),
    ],
)
def test_a_chain_begins(before: Ticket, event: Event, chain: Chain) -> None:
    assert brought(before, event, chain) == BEGUN


@pytest.mark.parametrize(
    ("before", "event"),
    [
        (ticket(assignee=BEN.id), Unclaimed(BEN.id)),
        (ticket(assignee=BEN.id), Moved("global", BEN.id, False)),
        (CLOSED, BACK),
        (replace(CLOSED, assignee=BEN.id), BACK),  # who has it let it be late
        (replace(CLOSED, merged_into=7), Unmerged(BEN.id)),
    ],
)
def test_a_late_ticket_that_is_given_back_moved_or_reopened_begins_it(
    before: Ticket, event: Event
) -> None:
    assert brought(before, event, is_late=True) == BEGUN
    assert brought(before, event, is_late=False) == []


@pytest.mark.parametrize(
    ("before", "event", "chain"),
    [
        (ticket(), LATE, None),
        (ticket(), LATE, OPENED),
        (ticket(), WROTE, CHAIN),
        (ticket(revision=2), WROTE, OPENED),
        (ticket(revision=2, waiting=Waiting.CUSTOMER, assignee=BEN.id), WROTE, OPENED),
        (ticket(revision=2, waiting=Waiting.CUSTOMER), CustomerWrote(100, thanks=True), OPENED),
        (ticket(waiting=Waiting.CUSTOMER), Absorbed(7, BEN.id, unanswered=False), OPENED),
        (ticket(waiting=Waiting.CUSTOMER), Absorbed(7, BEN.id, unanswered=True), CHAIN),
        (ticket(), Absorbed(7, BEN.id, unanswered=True), OPENED),
        (CLOSED, BACK, CHAIN),
        (CLOSED, WROTE, OPENED),
        (ticket(), Noted(1, BEN.id), CHAIN),
        # nobody waits for us: it is the customer's turn
        (ticket(assignee=BEN.id, waiting=Waiting.CUSTOMER), Unclaimed(BEN.id), OPENED),
        (climbing(), LATE, CHAIN),  # it has begun
        (climbing(at=None), LATE, CHAIN),  # it has ended, and still nobody took it
    ],
)
def test_nothing_begins(before: Ticket, event: Event, chain: Chain | None) -> None:
    assert brought(before, event, chain) == []


def test_waits_are_working_time() -> None:
    closing = replace(CHAIN, stages=(replace(CALLS, wait=minutes(180)),))
    friday_9_30 = datetime(2026, 10, 2, 0, 30, tzinfo=UTC)
    assert brought(ticket(), LATE, closing) == [ChainEntered(0, 1, friday_9_30)]


def test_where_the_calendar_closes_for_good_it_goes_on_by_the_wall_clock() -> None:
    over = Calendar("over", "Asia/Tokyo", {}, special={NOW.date(): (Window(0, 60),)})
    assert brought(ticket(), LATE, calendar=over) == BEGUN


# --- when it stops


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (Claimed(AOI.id), ChainStop.CLAIM),
        (Assigned(AOI.id, by=BEN.id), ChainStop.CLAIM),
        (BreachKnown(AOI.id), ChainStop.CLAIM),
        (AnsweredOutside(101, NOW), ChainStop.REPLY),
        (Closed(CloseReason.RESOLVED, AOI.id), ChainStop.CLOSE),
        (Moved("global", BEN.id, keeps_assignee=False), ChainStop.MOVED),
    ],
)
@pytest.mark.parametrize("at", [after(30), None], ids=["running", "ended"])
def test_a_chain_stops(event: Event, why: ChainStop, at: datetime | None) -> None:
    assert brought(climbing(at=at), event) == [ChainStopped(why)]
    assert brought(climbing(at=at), event, None) == [ChainStopped(why)]


def test_a_reply_stops_it_when_the_network_has_accepted_it() -> None:
    sent = ReplySent(101, AOI.id, NOW)
    there = climbing()
    assert [*follows(there, sent, there, CHAIN, TOKYO, NOW, lambda: True)] == [
        ChainStopped(ChainStop.REPLY)
    ]


@pytest.mark.parametrize("event", [Claimed(AOI.id), AnsweredOutside(101, NOW)])
def test_what_app_yaml_does_not_name_stops_nothing(event: Event) -> None:
    only_closes = replace(CHAIN, stops=frozenset({ChainStop.CLOSE}))
    assert brought(climbing(), event, only_closes) == []


def test_an_answer_after_which_the_customer_has_written_on_stops_nothing() -> None:
    assert brought(climbing(), AnsweredOutside(101, NOW, asked_at=NOW)) == []


def test_who_is_given_it_in_turn_has_not_taken_it() -> None:
    assert brought(climbing(), Assigned(AOI.id, by=None)) == []


def test_another_queue_s_chain_begins_where_this_one_stops() -> None:
    moved = Moved("global", None, keeps_assignee=False)
    assert brought(climbing(), moved, is_late=True) == [ChainStopped(ChainStop.MOVED), *BEGUN]


# --- by hand


def by_hand(target: str = "specialists") -> Escalated:
    return Escalated(target, "care-second", AOI.id, 100)


@pytest.mark.parametrize(
    ("before", "round"),
    [
        (ticket(), 1),
        (ticket(assignee=AOI.id), 1),
        (climbing(0), 1),
        (climbing(1), 1),
        (climbing(1, round=2), 2),
        (climbing(3, at=None), 1),  # gone through once, and begun anew by a person
    ],
)
def test_an_escalation_by_hand_enters_at_the_stage_to_its_target(
    before: Ticket, round: int
) -> None:
    assert brought(before, by_hand()) == [ChainEntered(2, round, after(20))]


@pytest.mark.parametrize(
    ("before", "event"),
    [
        (climbing(2), by_hand()),  # it is past there
        (climbing(3), by_hand()),
        (ticket(), by_hand("lawyers")),  # no stage goes to them
        (ticket(), Escalated("specialists", "care-second", None, None)),  # the stage itself
    ],
)
def test_an_escalation_changes_nothing_in_the_chain(before: Ticket, event: Event) -> None:
    assert brought(before, event) == []


# --- what is due


def test_nothing_is_due_before_its_time() -> None:
    assert due(CHAIN, TOKYO, Climb(0, 1, after(15)), after(14)) == ()
    assert due(CHAIN, TOKYO, Climb(3, 1, None), after(14)) == ()


def test_a_stage_that_is_in_time_counts_the_next_wait_from_its_own() -> None:
    assert due(CHAIN, TOKYO, Climb(0, 1, after(15)), after(19)) == (
        Due(1, 1, after(15), after(45)),
    )


def test_a_stage_that_is_late_gives_its_people_the_whole_wait() -> None:
    assert due(CHAIN, TOKYO, Climb(0, 1, after(15)), after(21)) == (
        Due(1, 1, after(15), after(51)),
    )


def test_after_downtime_all_that_passed_is_due_and_the_newest_last() -> None:
    assert due(CHAIN, TOKYO, Climb(0, 1, after(15)), after(75)) == (
        Due(1, 1, after(15), after(45)),
        Due(2, 1, after(45), after(65)),
        Due(3, 1, after(65), after(105)),  # what follows counts from now on
    )


def test_a_chain_that_repeats_comes_round_and_then_to_its_end() -> None:
    twice = replace(CHAIN, stages=(CALLS, RAISES), rounds=2)
    always = Calendar.always("Asia/Tokyo")
    assert due(twice, always, Climb(1, 1, after(20)), after(999)) == (
        Due(2, 1, after(20), after(35)),
        Due(1, 2, after(35), after(55)),
        Due(2, 2, after(55), after(85)),
        Due(0, 2, after(85), None),
    )


def test_a_chain_that_has_fewer_stages_by_now_ends() -> None:
    short = replace(CHAIN, stages=(CALLS,))
    assert due(short, TOKYO, Climb(3, 1, after(15)), after(15)) == (Due(0, 1, after(15), None),)


# --- what its events make of a ticket


def reached(stage: int, round: int = 1, **more: bool) -> StageReached:
    return StageReached(stage, round, 3, NOW, after(20), **more)


@pytest.mark.parametrize(
    ("before", "event", "climb", "effects"),
    [
        (ticket(), ChainEntered(0, 1, after(15)), Climb(0, 1, after(15)), []),
        (climbing(1), ChainEntered(2, 1, after(15)), Climb(2, 1, after(15)), []),
        (climbing(3, at=None), ChainEntered(2, 1, after(15)), Climb(2, 1, after(15)), []),
        (climbing(1), reached(2), Climb(2, 1, after(20)), ["PostEvent"]),
        (climbing(3), reached(1, 2), Climb(1, 2, after(20)), ["PostEvent"]),
        (climbing(1), reached(2, superseded=True), Climb(2, 1, after(20)), []),
        (climbing(3), ChainEnded(NOW, 3, 1), Climb(3, 1, None), ["AlertEnd"]),
        (climbing(3), ChainStopped(ChainStop.CLAIM), None, []),
    ],
)
def test_what_an_event_leaves(
    before: Ticket, event: Escalating, climb: Climb | None, effects: list[str]
) -> None:
    outcome = step(before, event, NOW)
    assert not isinstance(outcome, Refusal)
    left, what = outcome
    assert left == replace(before, climb=climb, revision=before.revision + 1)
    assert [type(each).__name__ for each in what] == effects


@pytest.mark.parametrize(
    ("before", "event", "said"),
    [
        (climbing(2), ChainEntered(2, 1, NOW), "chain-elsewhere"),
        (climbing(2), reached(2), "chain-elsewhere"),
        (climbing(2), reached(1), "chain-elsewhere"),
        (climbing(2, at=None), reached(3), "chain-elsewhere"),
        (ticket(), reached(1), "chain-elsewhere"),
        (ticket(), ChainEnded(NOW, 3, 1), "chain-elsewhere"),
        (climbing(2, at=None), ChainEnded(NOW, 3, 1), "chain-elsewhere"),
        (ticket(), ChainStopped(ChainStop.CLAIM), "chain-elsewhere"),
        (CLOSED, ChainEntered(0, 1, NOW), "is-closed"),
    ],
)
def test_a_chain_never_goes_back(before: Ticket, event: Escalating, said: str) -> None:
    outcome = escalating(before, event)
    assert isinstance(outcome, Refusal)
    assert outcome.said.id == said


# --- all lives

_stages = st.sampled_from([CALLS, GOES, RAISES])
_chains = st.builds(
    Chain,
    st.lists(_stages, min_size=1, max_size=3).map(tuple),
    st.sampled_from(Starts),
    st.sets(st.sampled_from([ChainStop.CLAIM, ChainStop.REPLY])).map(
        lambda some: frozenset({ChainStop.CLOSE, *some})
    ),
    st.integers(1, 3),
)
_happens: list[Callable[[datetime], Event]] = [
    lambda _: Claimed(AOI.id),
    lambda _: Unclaimed(AOI.id),
    lambda now: AnsweredOutside(101, now),
    Breached,
    lambda _: Closed(CloseReason.RESOLVED, AOI.id),
    lambda _: BACK,
    lambda _: by_hand(),
    lambda _: Noted(1, AOI.id),
]
_acts = st.lists(
    st.tuples(st.integers(0, 90), st.one_of(st.none(), st.sampled_from(_happens))), max_size=20
)


def lived(
    chain: Chain, acts: list[tuple[int, Callable[[datetime], Event] | None]]
) -> tuple[Ticket, list[tuple[Event, datetime]]]:
    """Live a ticket as ledger and tick do: minutes pass, something happens, and what is due comes."""
    first = Opened(
        7, 9, "aozora", "x", Kind.MENTION, False, "japan", "en", Priority.NORMAL, (), can_reply=True
    )
    now, log = NOW, [(first, NOW)]
    one, _ = opened(42, first, NOW)

    def apply(event: Event) -> None:
        nonlocal one
        outcome = step(one, event, now)
        if isinstance(outcome, Refusal):
            assert not isinstance(event, Escalating), (event, outcome)
            return
        before, one = one, outcome[0]
        log.append((event, now))
        for follow in follows(before, event, one, chain, TOKYO, now, lambda: True):
            apply(follow)

    apply(WROTE)
    for passed, happens in acts:
        now += minutes(passed)
        found = due(chain, TOKYO, one.climb, now) if one.climb else ()
        for each in found:
            if each.next_at is None:
                apply(ChainEnded(each.planned_at, 3, each.round))
            else:
                reached = (each.stage, each.round, 3, each.planned_at, each.next_at)
                apply(StageReached(*reached, superseded=each is not found[-1]))
        if happens is not None:
            apply(happens(now))
    return one, log


@given(_chains, _acts)
def test_a_chain_goes_forward_each_stage_once_a_round_and_stopped_does_nothing(
    chain: Chain, acts: list[tuple[int, Callable[[datetime], Event] | None]]
) -> None:
    one, log = lived(chain, acts)
    assert fold(42, log) == one
    runs: list[list[tuple[int, int]]] = []
    standing = False
    for event, _ in log:
        match event:
            case ChainEntered(stage, round):
                # a jump by hand goes on in the run that there is
                runs += [] if standing and runs else [[]]
                runs[-1].append((round, stage))
                standing = True
            case StageReached(stage, round):
                assert standing
                runs[-1].append((round, stage))
            case ChainStopped() | ChainEnded():
                standing = False
    for run in runs:
        assert all(earlier < later for earlier, later in pairwise(run))
    assert all(1 <= round <= chain.rounds for run in runs for round, _ in run)
    assert (one.climb is not None and one.climb.next_at is not None) is standing


@given(_chains)
def test_a_chain_that_nobody_stops_ends(chain: Chain) -> None:
    acts: list[tuple[int, Callable[[datetime], Event] | None]]
    acts = [(0, Breached), *[(90, None)] * 20 * 8]
    _, log = lived(chain, acts)
    ends = [event for event, _ in log if isinstance(event, ChainEnded)]
    assert [end.round for end in ends] == [chain.rounds]
