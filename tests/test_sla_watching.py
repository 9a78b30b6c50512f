"""Reply windows and hand-overs as the log makes them: by the calendar, never late, and no promise."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_sla_scenarios import BACK, HOUR, OPENED, TERMS, Matter, at, ended

from chatops.event import (
    Absorbed,
    Alerted,
    AlertLevel,
    AnsweredOutside,
    ClockKind,
    Closed,
    CloseReason,
    CustomerDeleted,
    CustomerForgotten,
    CustomerWrote,
    Event,
    HandoverAbandoned,
    HandoverOpened,
    Invited,
    Joined,
    Merged,
    Prioritized,
    Priority,
    ReopenCause,
    Reopened,
    Separated,
    TermsChanged,
    Unmerged,
    WindowClosed,
)
from chatops.sla import Clock, Handover, Outcome, SlaTerms, left, why
from chatops.sla.alerting import due_alerts
from chatops.sla.clock import second
from chatops.sla.segments import SegmentCause
from chatops.sla.terms import ALWAYS
from chatops.ticket import is_shut

WINDOW = ClockKind.REPLY_WINDOW
DAY = timedelta(hours=24)
SOON = Alerted(AlertLevel.DUE_SOON, at("Tue 03:00"), WINDOW, 1)


def wrote(when: str, *, thanks: bool = False) -> CustomerWrote:
    return CustomerWrote(1, thanks=thanks, reply_until=at(when) + DAY)


def heard(when: str, matter: Matter | None = None) -> Matter:
    return (matter or Matter()).had(when, wrote(when))


def windows(matter: Matter) -> list[tuple[Outcome | None, datetime, datetime | None]]:
    """Of each cycle how it ended, from when to when it was open."""
    found = [clock for (kind, _), clock in matter.clocks.items() if kind is WINDOW]
    return [(each.outcome, each.started_at, each.due_at) for each in found]


def test_it_is_open_for_its_time_by_day_and_night_from_the_customer_s_last_message() -> None:
    matter = heard("09:00")
    clock = matter.clock(WINDOW)
    assert clock == Clock(
        kind=WINDOW,
        cycle=1,
        calendar="always",
        target_s=24 * HOUR,
        started_at=at("09:00"),
        due_at=at("Tue 09:00"),
        calendar_version=TERMS.watch(WINDOW, 1).calendar_version,
    )
    # warned of when three quarters are over: at night, so that it waits for the opening
    assert clock.alert_at == at("Tue 03:00")
    heard("15:00", matter)
    assert windows(matter) == [(None, at("15:00"), at("Tue 15:00"))]
    assert matter.clock(WINDOW).alert_at == at("Tue 09:00")


@pytest.mark.parametrize(
    ("priority", "warned"), [(Priority.NORMAL, "Tue 09:00"), (Priority.URGENT, "Tue 08:00")]
)
def test_its_warning_waits_for_the_opening_while_it_is_open_then_but_not_an_urgent_one(
    priority: Priority, warned: str
) -> None:
    matter = heard("14:00", Matter(opened=replace(OPENED, priority=priority)))
    assert matter.clock(WINDOW).alert_at == at(warned)


def test_a_ticket_that_becomes_urgent_waits_for_no_opening_and_back() -> None:
    matter = heard("14:00")
    matter.had("20:00", Prioritized(Priority.URGENT, 1))
    assert matter.clock(WINDOW).alert_at == at("Tue 08:00")
    matter.had("20:05", Prioritized(Priority.LOW, 1))
    assert matter.clock(WINDOW).alert_at == at("Tue 09:00")


def test_our_reply_ends_it_and_the_next_message_begins_another() -> None:
    matter = heard("09:00").answered("10:30")
    assert ended(matter.clock(WINDOW)) == (Outcome.MET, 90, None)
    assert matter.clock(WINDOW).alert_at is None
    heard("11:00", matter)
    assert windows(matter) == [
        (Outcome.MET, at("09:00"), at("Tue 09:00")),
        (None, at("11:00"), at("Tue 11:00")),
    ]


def test_it_closes_by_itself_and_is_late_for_nobody() -> None:
    matter = heard("09:00").had("Tue 09:01", WindowClosed(at("Tue 09:00")))
    clock = matter.clock(WINDOW)
    assert ended(clock) == (Outcome.LAPSED, None, None)
    assert (clock.stopped_at, clock.alert_at) == (at("Tue 09:00"), None)


@pytest.mark.parametrize(
    ("answered", "outcome"), [("Tue 09:00", Outcome.MET), ("Tue 09:00:01", Outcome.LAPSED)]
)
def test_a_reply_within_the_last_second_is_in_time_whenever_it_is_heard_of(
    answered: str, outcome: Outcome
) -> None:
    seen_late = heard("09:00").had("Tue 09:05", WindowClosed(at("Tue 09:00")))
    for matter in (heard("09:00"), seen_late):
        matter.had("Tue 09:06", AnsweredOutside(2, at(answered)))
        assert (matter.clock(WINDOW).outcome, matter.clock(WINDOW).breached_at) == (outcome, None)


def test_what_was_warned_of_is_warned_of_once_and_a_new_message_begins_another() -> None:
    matter = heard("09:00").had("Tue 03:01", SOON)
    assert (matter.clock(WINDOW).alerted, matter.clock(WINDOW).alert_at) == (
        AlertLevel.DUE_SOON,
        None,
    )
    heard("Tue 08:00", matter)
    assert windows(matter) == [
        (Outcome.WAIVED, at("09:00"), at("Tue 09:00")),
        (None, at("Tue 08:00"), at("Wed 08:00")),
    ]


def test_what_was_over_unseen_has_lapsed_when_the_customer_writes_again() -> None:
    matter = heard("Wed 10:00", heard("09:00"))
    assert windows(matter) == [
        (Outcome.LAPSED, at("09:00"), at("Tue 09:00")),
        (None, at("Wed 10:00"), at("Thu 10:00")),
    ]


def test_thanks_hold_an_open_one_open_and_open_none() -> None:
    matter = heard("09:00").had("12:00", wrote("12:00", thanks=True))
    assert windows(matter) == [(None, at("12:00"), at("Tue 12:00"))]
    matter.answered("12:30").had("13:00", wrote("13:00", thanks=True))
    assert windows(matter) == [(Outcome.MET, at("12:00"), at("Tue 12:00"))]
    assert matter.ticket is not None
    assert matter.ticket.reply_until == at("Tue 13:00")


def test_the_quiet_list_waits_for_no_reply() -> None:
    quiet = replace(Matter().opened, quiet=True)
    assert windows(heard("09:00", Matter(opened=quiet))) == []


def test_a_message_that_comes_late_shortens_nothing() -> None:
    matter = heard("09:00")
    late = CustomerWrote(1, reply_until=at("08:00") + DAY)
    matter.had("09:05", late, heard="08:00")
    assert windows(matter) == [(None, at("09:00"), at("Tue 09:00"))]
    assert matter.ticket is not None
    assert matter.ticket.reply_until == at("Tue 09:00")


def test_what_is_over_when_it_comes_is_on_the_ticket_and_no_clock() -> None:
    late = CustomerWrote(1, reply_until=at("Tue 09:00"))
    matter = Matter().had("Wed 09:00", late, heard="09:00")
    assert windows(matter) == []
    assert matter.ticket is not None
    assert is_shut(matter.ticket, at("Wed 09:00"))


@pytest.mark.parametrize(
    "end",
    [
        Joined(2, private=False, can_reply=True),
        CustomerWrote(3),
        Closed(CloseReason.RESOLVED, 1),
        CustomerForgotten(),
        CustomerDeleted(1, nothing_left=True),
        Merged(9, 1),
    ],
)
def test_where_nobody_waits_in_it_any_more_it_is_waived(end: Event) -> None:
    matter = heard("09:00").had("10:00", end)
    assert ended(matter.clock(WINDOW)) == (Outcome.WAIVED, None, None)


@pytest.mark.parametrize(
    ("end", "back"),
    [
        (Closed(CloseReason.RESOLVED, 1), Reopened(ReopenCause.AGENT, 1)),
        (Merged(9, 1), Unmerged(1)),
    ],
)
def test_an_end_that_is_taken_back_leaves_it_open_as_far_as_it_is(end: Event, back: Event) -> None:
    matter = heard("09:00").had("10:00", end).had("11:00", back)
    assert windows(matter) == [(None, at("09:00"), at("Tue 09:00"))]
    over = heard("09:00").had("10:00", end).had("Wed 09:00", back)
    assert over.clock(WINDOW).outcome is Outcome.LAPSED
    again = heard("09:00").answered("09:30").had("10:00", end).had("11:00", back)
    assert again.clock(WINDOW).outcome is Outcome.MET


def test_a_customer_who_writes_to_a_closed_ticket_opens_it_once() -> None:
    matter = heard("09:00").answered("09:30").closed("10:00")
    matter.had("11:00", wrote("11:00"), BACK)
    assert [outcome for outcome, *_ in windows(matter)] == [Outcome.MET, None]


def test_a_changed_app_yaml_leaves_it_as_its_network_said() -> None:
    matter = heard("09:00")
    matter.terms = replace(TERMS, queues={"care": replace(TERMS.queues["care"])})
    matter.had("10:00", TermsChanged())
    assert windows(matter) == [(None, at("09:00"), at("Tue 09:00"))]


# --- hand-overs into direct messages

HANDOVER = ClockKind.DM_HANDOVER
WATCHED = SlaTerms(
    {"care": replace(TERMS.queues["care"], handover=Handover(24 * HOUR, 72 * HOUR))},
    TERMS.accounts,
    TERMS.policies,
)
NUDGE = Alerted(AlertLevel.DUE_SOON, at("Tue 10:00"), HANDOVER, 1)
PRIVATE = Joined(2, private=True, can_reply=True)
DM = CustomerWrote(4)


def invited(when: str = "10:00", matter: Matter | None = None) -> Matter:
    start = matter or Matter(terms=WATCHED).heard("09:00").answered("09:30")
    return start.had(when, Invited(1))


def handovers(matter: Matter) -> list[tuple[Outcome | None, float | None]]:
    """Of each invitation what became of it, and after how many hours."""
    found = [clock for (kind, _), clock in matter.clocks.items() if kind is HANDOVER]
    return [(each.outcome, each.elapsed_s and each.elapsed_s / HOUR) for each in found]


def test_an_invitation_is_waited_for_told_of_once_and_given_up() -> None:
    matter = invited()
    clock = matter.clock(HANDOVER)
    assert (clock.target_s, clock.started_at, clock.due_at, clock.alert_at) == (
        72 * HOUR,
        at("10:00"),
        at("Thu 10:00"),
        at("Tue 10:00"),
    )
    matter.had("Tue 10:01", NUDGE)
    assert matter.clock(HANDOVER).alert_at == at("Thu 10:00")
    matter.had("Thu 10:01", HandoverAbandoned(at("Thu 10:00"), 1))
    clock = matter.clock(HANDOVER)
    assert (ended(clock), clock.stopped_at) == ((Outcome.LAPSED, None, None), at("Thu 10:00"))
    assert clock.alert_at is None


def test_it_is_told_of_when_somebody_is_there() -> None:
    assert invited("17:00").clock(HANDOVER).alert_at == at("Tue 17:00")
    assert invited("20:00").clock(HANDOVER).alert_at == at("Wed 09:00")


def brief(matter: Matter) -> Matter:
    """They are waited for four hours, and four more, which are over before the next opening."""
    queue = replace(WATCHED.queues["care"], handover=Handover(4 * HOUR, 8 * HOUR))
    matter.terms = replace(WATCHED, queues={"care": queue})
    return matter


def test_it_is_told_of_when_somebody_is_there_though_its_end_comes_before() -> None:
    clock = invited("Fri 17:00", brief(Matter().heard("09:00").answered("09:30"))).clock(HANDOVER)
    assert (clock.due_at, clock.alert_at) == (at("Sat 01:00"), at("next Mon 09:00"))
    assert due_alerts(clock, at("next Mon 09:00:01"), ALWAYS) == [
        (AlertLevel.DUE_SOON, at("next Mon 09:00")),
        (AlertLevel.BREACH, at("Sat 01:00")),
    ]


def test_its_end_comes_in_time_where_somebody_was_told_before() -> None:
    matter = invited("Fri 13:30", brief(Matter().heard("09:00").answered("09:30")))
    matter.had("Fri 17:31", replace(NUDGE, planned_at=at("Fri 17:30")))
    assert matter.clock(HANDOVER).alert_at == at("Fri 21:30")


@pytest.mark.parametrize(
    "late", [DM, HandoverOpened(7, at("Sat 02:00"))], ids=["here", "elsewhere"]
)
def test_who_comes_after_its_end_is_not_given_up_then(late: Event) -> None:
    matter = invited("Fri 17:00", brief(Matter().heard("09:00").answered("09:30")))
    matter.had("Sat 02:00", PRIVATE, late)
    assert (handovers(matter), matter.clock(HANDOVER).alert_at) == ([(Outcome.LAPSED, None)], None)


def test_the_first_direct_message_opens_it() -> None:
    matter = invited().had("16:00", PRIVATE, DM).had("17:00", DM)
    assert handovers(matter) == [(Outcome.MET, 6)]


def test_a_public_message_does_not() -> None:
    assert handovers(invited().heard("16:00")) == [(None, None)]


def test_one_that_another_ticket_got_opens_it_too() -> None:
    matter = invited().had("16:00", HandoverOpened(7, at("15:00")))
    assert handovers(matter) == [(Outcome.MET, 5)]


def test_one_that_was_written_in_time_and_heard_of_late_was_in_time() -> None:
    matter = invited().had("Thu 10:01", HandoverAbandoned(at("Thu 10:00"), 1))
    matter.had("Thu 10:05", PRIVATE).had("Thu 10:05", DM, heard="Thu 09:00")
    assert handovers(matter) == [(Outcome.MET, 71)]
    late = invited().had("Thu 10:01", HandoverAbandoned(at("Thu 10:00"), 1))
    assert handovers(late.had("Thu 10:05", PRIVATE, DM)) == [(Outcome.LAPSED, None)]


@pytest.mark.parametrize(
    "end", [Closed(CloseReason.RESOLVED, 1), CustomerForgotten(), Merged(9, 1), Invited(1)]
)
def test_what_ends_it_otherwise_is_no_abandonment(end: Event) -> None:
    assert handovers(invited().had("11:00", end))[0] == (Outcome.WAIVED, None)


def test_another_invitation_begins_another_and_what_was_over_was_abandoned() -> None:
    assert handovers(invited("Fri 12:00", invited())) == [(Outcome.LAPSED, None), (None, None)]


def test_a_close_that_is_taken_back_waits_on() -> None:
    back = Reopened(ReopenCause.AGENT, 1)
    assert handovers(invited().closed("11:00").had("11:05", back)) == [(None, None)]


def into(theirs: Matter, ours: Matter | None = None, when: str = "11:00") -> Matter:
    """Merge a ticket into another; return that one, which is number 9."""
    theirs.had(when, Merged(9, 1))
    matter = ours or Matter(terms=WATCHED, id=9).heard("09:00").answered("09:30")
    matter.others = {1: theirs.clocks}
    return matter.had(when, Absorbed(1, 1))


def parted(theirs: Matter, matter: Matter, when: str) -> None:
    """Take the merge back."""
    theirs.others = {9: matter.clocks}
    theirs.had(when, Unmerged(1))
    matter.others = {1: theirs.clocks}
    matter.had(when, Separated(1, 1))


def test_a_merge_waits_on_in_the_ticket_that_the_messages_come_to() -> None:
    theirs = invited().had("Tue 10:01", NUDGE)
    nudged = theirs.clock(HANDOVER)
    matter = into(theirs, when="Tue 11:00")
    assert handovers(theirs) == [(Outcome.WAIVED, None)]
    assert matter.clock(HANDOVER) == nudged
    assert matter.clock(HANDOVER).alert_at == at("Thu 10:00")
    matter.had("Tue 16:00", PRIVATE, DM)
    assert handovers(matter) == [(Outcome.MET, 30)]


@pytest.mark.parametrize(
    ("private", "closed"), [(True, False), (False, True)], ids=["in private by now", "given up"]
)
def test_a_merge_waits_for_nobody_who_is_there_or_was_given_up(
    *, private: bool, closed: bool
) -> None:
    theirs = invited()
    if closed:
        theirs.had("Thu 10:01", HandoverAbandoned(at("Thu 10:00"), 1))
    ours = Matter(terms=WATCHED, id=9).heard("09:00").answered("09:30")
    matter = into(theirs, ours.had("10:30", PRIVATE) if private else ours, when="Thu 11:00")
    assert handovers(matter) == []


@pytest.mark.parametrize(
    ("own", "after"),
    [
        ("09:45", [(Outcome.WAIVED, at("09:45")), (None, at("10:00"))]),
        ("10:15", [(None, at("10:15"))]),
    ],
)
def test_of_two_invitations_the_newest_is_waited_for_until_they_are_parted(
    own: str, after: list[tuple[Outcome | None, datetime]]
) -> None:
    ours = Matter(terms=WATCHED, id=9).heard("09:00").answered("09:30")
    theirs, matter = invited(), invited(own, ours)
    into(theirs, matter)
    watches = [clock for (kind, _), clock in matter.clocks.items() if kind is HANDOVER]
    assert [(each.outcome, each.started_at) for each in watches] == after
    parted(theirs, matter, "12:00")
    assert handovers(theirs) == [(None, None)]
    running = [clock for clock in matter.clocks.values() if clock.kind is HANDOVER]
    assert [each.started_at for each in running if each.outcome is None] == [at(own)]


def test_parted_again_each_ticket_knows_of_what_came_meanwhile() -> None:
    theirs = invited()
    matter = into(theirs).had("Tue 10:01", NUDGE)
    parted(theirs, matter, "Tue 11:00")
    assert (theirs.clock(HANDOVER).alerted, handovers(matter)) == (
        AlertLevel.DUE_SOON,
        [(Outcome.WAIVED, None)],
    )
    theirs = invited()
    matter = into(theirs).had("16:00", PRIVATE, DM)
    parted(theirs, matter, "17:00")
    assert (handovers(theirs), handovers(matter)) == ([(Outcome.MET, 6)], [(Outcome.MET, 6)])


def test_what_had_ended_before_a_merge_stays_so_after_it() -> None:
    theirs = invited().had("10:30", HandoverOpened(7, at("10:30")))
    matter = into(theirs)
    parted(theirs, matter, "12:00")
    assert (handovers(theirs), handovers(matter)) == ([(Outcome.MET, 0.5)], [])


@pytest.mark.parametrize(
    "matter",
    [
        Matter().heard("09:00"),
        Matter(terms=WATCHED).heard("09:00").had("09:30", PRIVATE),
        Matter(terms=WATCHED).heard("09:00").closed("09:30"),
    ],
    ids=["not configured", "they have written already", "closed meanwhile"],
)
def test_nothing_is_waited_for(matter: Matter) -> None:
    assert handovers(invited(matter=matter)) == []


def test_app_yaml_changes_nothing_that_is_under_way() -> None:
    matter = invited()
    matter.terms = TERMS
    matter.had("11:00", TermsChanged())
    assert (handovers(matter), matter.clock(HANDOVER).due_at) == ([(None, None)], at("Thu 10:00"))
    # taken up again under terms that tell of none, it has its end still
    matter.closed("12:00").had("12:05", Reopened(ReopenCause.AGENT, 1))
    assert matter.clock(HANDOVER).alert_at == at("Thu 10:00")


def test_terms_keep_it() -> None:
    assert SlaTerms.load(WATCHED.dump()) == WATCHED
    assert WATCHED.version != TERMS.version


@given(
    st.lists(st.tuples(st.sampled_from(["invite", "dm", "look"]), st.integers(0, 60)), max_size=8)
)
def test_each_invitation_comes_to_what_a_count_of_hours_says(steps: list[tuple[str, int]]) -> None:
    """A tick every hour; the shop of this count is open always, so that nothing waits."""
    always = replace(WATCHED.queues["care"], calendar=ALWAYS)
    matter = Matter(terms=SlaTerms({"care": always}, {"aozora": "care"})).heard("00:00")
    now, told, expected = at("00:00"), list[Event](), list[Outcome | None]()
    since = now

    def tick() -> None:
        nonlocal told
        for (kind, cycle), clock in matter.clocks.items():
            if kind is HANDOVER and clock.alert_at is not None and clock.alert_at < now:
                events = [
                    HandoverAbandoned(planned, cycle)
                    if level is AlertLevel.BREACH
                    else Alerted(level, planned, kind, cycle)
                    for level, planned in due_alerts(clock, now, ALWAYS)
                ]
                told += events
                for event in events:
                    matter.take(now, event)

    for what, later in steps:
        for _ in range(later):
            now += timedelta(hours=1)
            tick()
            if expected and expected[-1] is None and now - since > timedelta(hours=72):
                expected[-1] = Outcome.LAPSED
        if what == "invite":
            matter.take(now, Joined(1, private=False, can_reply=True))
            matter.take(now, Invited(1))
            expected[-1:] = [expected[-1] or Outcome.WAIVED] if expected else []
            expected.append(None)
            since = now
        elif what == "dm":
            matter.take(now, PRIVATE)
            matter.take(now, DM)
            expected[-1:] = [expected[-1] or Outcome.MET] if expected else []
    assert [outcome for outcome, _ in handovers(matter)] == expected
    nudged = [each for each in told if isinstance(each, Alerted)]
    assert len({each.cycle for each in nudged}) == len(nudged), "each is told of once"
    abandoned = [each for each in told if isinstance(each, HandoverAbandoned)]
    assert len(abandoned) == expected.count(Outcome.LAPSED)


# --- against a count of minutes

BEGIN, SPAN, MINUTE = at("00:00"), timedelta(hours=6), timedelta(minutes=1)


@dataclass
class Count:
    """A ticket, and minute by minute what a person with a watch would note of it."""

    matter: Matter = field(default_factory=Matter)
    now: datetime = BEGIN
    written: list[datetime] = field(default_factory=list)
    turns: list[Outcome | None] = field(default_factory=list)  #: None: it is waited for our reply

    @property
    def is_waiting(self) -> bool:
        return bool(self.turns) and self.turns[-1] is None

    @property
    def is_closed(self) -> bool:
        return self.matter.ticket is not None and self.matter.ticket.closed_at is not None

    def wait(self, minutes: int) -> None:
        for _ in range(minutes):
            self.now += MINUTE
            is_open = any(each <= self.now <= each + SPAN for each in self.written)
            assert self.matter.ticket is not None
            assert is_shut(self.matter.ticket, self.now) is not is_open
            if not is_open:
                self.ends(Outcome.LAPSED)

    def ends(self, how: Outcome) -> None:
        if self.is_waiting:
            self.turns[-1] = how

    def does(self, what: str) -> None:
        match what:
            case "wrote":
                events = self.writes(thanks=False)
            case "thanked" if self.is_waiting or not self.is_closed:
                events = self.writes(thanks=True)
            case "answered" if not self.is_closed:
                self.ends(Outcome.MET)
                events = (AnsweredOutside(2, self.now),)
            case "closed" if not self.is_closed:
                self.ends(Outcome.WAIVED)
                events = (Closed(CloseReason.RESOLVED, 1),)
            case _:
                events = (TermsChanged(),)
        for event in events:
            self.matter.take(self.now, event)

    def writes(self, *, thanks: bool) -> tuple[Event, ...]:
        self.written.append(self.now)
        said = CustomerWrote(1, thanks, reply_until=self.now + SPAN)
        if thanks:
            return (said,)
        if not self.is_waiting:
            self.turns.append(None)
        return (said, BACK) if self.is_closed else (said,)


_DEEDS = st.sampled_from(["wrote", "thanked", "answered", "closed", "looked"])


@given(st.lists(st.tuples(_DEEDS, st.integers(0, 900)), max_size=12))
def test_it_is_open_whenever_a_count_of_minutes_says_so(steps: list[tuple[str, int]]) -> None:
    """Six hours from each message on; a closed ticket comes back with the next."""
    count = Count()
    count.does("wrote")
    for what, later in steps:
        count.wait(later)
        count.does(what)
    found = [clock for (kind, _), clock in count.matter.clocks.items() if kind is WINDOW]
    assert [clock.outcome for clock in found] == count.turns
    for clock in found:
        parts = why(clock, count.now, ALWAYS)
        counted_s = sum(part.counted_s for part in parts)
        until = clock.stopped_at or second(count.now)
        assert counted_s == (until - clock.started_at).total_seconds()
        assert {part.cause for part in parts} <= {SegmentCause.WORKING}
        assert (clock.target_s, clock.breached_at) == (6 * HOUR, None)
        if clock.outcome is None:
            assert left(clock, count.now, ALWAYS) + counted_s == clock.target_s
