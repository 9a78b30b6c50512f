"""How long a ticket may be nobody's: from when there is something to take to who takes or answers it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_sla_scenarios import BACK, HOUR, MINUTE, OPENED, TERMS, TOKYO, Matter, at, ended

from chatops.event import (
    AnsweredOutside,
    Assigned,
    Breached,
    Claimed,
    ClockKind,
    Closed,
    CloseReason,
    CustomerWrote,
    Event,
    Merged,
    Moved,
    Noted,
    ReopenCause,
    Reopened,
    Snoozed,
    SnoozeReason,
    TermsChanged,
    Unclaimed,
    Unmerged,
)
from chatops.sla import Outcome, SlaPolicy, SlaTerms, why

CLAIM = ClockKind.CLAIM
POLICY = SlaPolicy("all", targets={CLAIM: 30 * MINUTE})
PROMISED = SlaTerms(TERMS.queues, TERMS.accounts, (POLICY,))
LATER = Snoozed(SnoozeReason.LATER, at("Tue 10:00"), 1)
RETURNED = Reopened(ReopenCause.AGENT, 1)


def came(when: str = "09:00", heard: str | None = None) -> Matter:
    return Matter(terms=PROMISED).had(when, CustomerWrote(1), heard=heard)


def claims(matter: Matter) -> list[tuple[Outcome | None, float | None]]:
    """Of each time that it was nobody's the outcome and the working minutes."""
    found = [clock for (kind, _), clock in matter.clocks.items() if kind is CLAIM]
    return [(each.outcome, ended(each)[1]) for each in found]


@pytest.mark.parametrize("taken", [Claimed(1), Assigned(2, by=1), Assigned(2, by=None)])
def test_whoever_takes_it_ends_it(taken: Event) -> None:
    assert claims(came().had("09:20", taken)) == [(Outcome.MET, 20)]


def test_it_counts_from_when_there_was_a_card_and_in_working_time() -> None:
    matter = came("Tue 09:10", heard="17:50").had("Tue 09:30", Claimed(1))
    assert claims(matter) == [(Outcome.MET, 20)]
    assert claims(came("17:50").had("Tue 09:10", Claimed(1))) == [(Outcome.MET, 20)]


def test_a_reply_without_a_claim_ends_it_and_the_next_message_owes_none() -> None:
    matter = came().answered("09:20").heard("10:00").had("11:00", Claimed(1))
    assert claims(matter) == [(Outcome.MET, 20)]


@pytest.mark.parametrize("other", [Noted(3, 1), LATER])
def test_a_note_or_a_snooze_takes_nothing(other: Event) -> None:
    assert claims(came().had("09:10", other)) == [(None, None)]


def test_late_it_is_a_breach_like_any() -> None:
    matter = came().had("09:31", Breached(at("09:30"), CLAIM)).had("09:40", Claimed(1))
    assert ended(matter.clock(CLAIM)) == (Outcome.MET_LATE, 40, at("09:30"))


@pytest.mark.parametrize(
    "away", [Unclaimed(1), Unclaimed(None), Moved("vip", 1, keeps_assignee=False)]
)
def test_each_time_that_it_is_nobody_s_again_is_one_more(away: Event) -> None:
    matter = came().had("09:20", Claimed(1)).had("10:00", away).had("10:05", Claimed(2))
    assert claims(matter) == [(Outcome.MET, 20), (Outcome.MET, 5)]


def test_who_keeps_it_or_hands_it_on_leaves_nothing_to_take() -> None:
    matter = came().had("09:20", Claimed(1)).had("10:00", Moved("vip", 1, keeps_assignee=True))
    matter.had("10:05", Assigned(2, by=1)).closed("10:10").had("10:20", RETURNED)
    assert claims(matter) == [(Outcome.MET, 20)]


@pytest.mark.parametrize(
    ("when", "reason", "outcome"),
    [
        ("09:20", CloseReason.RESOLVED, Outcome.WAIVED),
        ("09:40", CloseReason.RESOLVED, Outcome.BREACHED),
        ("09:40", CloseReason.SPAM, Outcome.WAIVED),
    ],
)
def test_closed_by_nobody(when: str, reason: CloseReason, outcome: Outcome) -> None:
    assert claims(came().closed(when, reason)) == [(outcome, None)]


def test_a_close_that_is_taken_back_owes_it_by_the_same_second() -> None:
    matter = came().closed("09:10").had("09:15", RETURNED)
    assert (claims(matter), matter.clock(CLAIM).due_at) == ([(None, None)], at("09:30"))
    parted = came().had("09:10", Merged(9, 1)).had("09:15", Unmerged(1))
    assert claims(parted) == [(None, None)]


def test_reopened_without_anybody_it_is_to_be_taken_again() -> None:
    matter = came().answered("09:20").closed("09:30")
    matter.had("11:00", CustomerWrote(1), BACK).had("11:10", Claimed(1))
    assert claims(matter) == [(Outcome.MET, 20), (Outcome.MET, 10)]


def test_quiet_or_older_than_a_day_there_is_nothing_to_take_until_it_has_a_card() -> None:
    quiet = Matter(terms=PROMISED, opened=replace(OPENED, quiet=True)).heard("09:00")
    assert claims(quiet) == []
    assert claims(quiet.had("10:00", RETURNED)) == [(None, None)]
    assert quiet.clock(CLAIM).started_at == at("10:00")
    assert claims(came("Tue 10:00", heard="09:00")) == []


def test_a_promise_that_is_new_begins_with_the_next_message_and_one_that_is_gone_is_waived() -> (
    None
):
    matter = Matter().heard("09:00")
    matter.terms = PROMISED
    assert claims(matter.had("09:05", TermsChanged())) == []
    assert claims(matter.heard("09:10")) == [(None, None)]
    matter.terms = TERMS
    assert claims(matter.had("09:20", TermsChanged())) == [(Outcome.WAIVED, None)]


@pytest.mark.parametrize("noticed", [True, False])
def test_what_is_late_when_its_promise_is_gone_stays_late(noticed: bool) -> None:
    matter = came()
    if noticed:
        matter.had("09:31", Breached(at("09:30"), CLAIM))
    matter.terms = TERMS
    matter.had("09:40", TermsChanged())
    assert claims(matter) == [(None, None)]
    assert matter.clock(CLAIM).breached_at == at("09:30")
    assert claims(matter.had("09:50", Claimed(1))) == [(Outcome.MET_LATE, 50)]


# --- against a count of minutes


@dataclass
class Count:
    """Minute by minute, who watches the card notes for how long it has been nobody's."""

    matter: Matter = field(default_factory=came)
    minutes: list[int] = field(default_factory=lambda: [0])  #: of working time, each time
    ends: list[Outcome | None] = field(default_factory=lambda: [None])
    now: datetime = field(default_factory=lambda: at("09:00"))
    due: datetime | None = None  #: when it has been so for half an hour

    def wait(self, many: int) -> None:
        for _ in range(many):
            is_counted = self.ends[-1] is None and TOKYO.is_open(self.now)
            self.minutes[-1] += is_counted
            self.now += timedelta(minutes=1)
            if is_counted and self.minutes[-1] == 30:
                self.due = self.now

    def is_over(self, *, undone: bool) -> None:
        if self.ends[-1] is None:
            is_late = self.due is not None and self.now > self.due
            done = Outcome.MET_LATE if is_late else Outcome.MET
            missed = Outcome.BREACHED if is_late else Outcome.WAIVED
            self.ends[-1] = missed if undone else done

    def begins(self) -> None:
        if self.ends[-1] is not None:
            self.ends.append(None)
            self.minutes.append(0)
            self.due = None

    def does(self, what: str) -> None:
        ticket = self.matter.ticket
        assert ticket is not None
        is_closed, is_held = ticket.closed_at is not None, ticket.assignee is not None
        match what:
            case "claim" if not is_closed and not is_held:
                self.is_over(undone=False)
                events: tuple[Event, ...] = (Claimed(1),)
            case "unclaim" if not is_closed and is_held:
                self.begins()
                events = (Unclaimed(1),)
            case "answer" if not is_closed:
                self.is_over(undone=False)
                events = (AnsweredOutside(2, self.now),)
            case "close" if not is_closed:
                self.is_over(undone=True)
                events = (Closed(CloseReason.RESOLVED, 1),)
            case "return" if is_closed:
                if not is_held:
                    self.begins()
                events = (CustomerWrote(1), BACK)
            case _:
                events = (Noted(3, 1),)
        for event in events:
            self.matter.take(self.now, event)


_DEEDS = st.sampled_from(["claim", "unclaim", "answer", "close", "return"])


@given(st.lists(st.tuples(_DEEDS, st.integers(0, 90)), max_size=12))
def test_each_time_is_as_long_as_a_count_of_minutes_says(steps: list[tuple[str, int]]) -> None:
    count = Count()
    for what, later in steps:
        count.wait(later)
        count.does(what)
    found = [clock for (kind, _), clock in count.matter.clocks.items() if kind is CLAIM]
    assert [clock.outcome for clock in found] == count.ends
    for clock, minutes in zip(found, count.minutes, strict=True):
        parts = why(clock, count.now, TOKYO)
        assert sum(part.counted_s for part in parts) == minutes * MINUTE
        if clock.elapsed_s is not None:
            assert clock.elapsed_s == minutes * MINUTE
        assert clock.target_s == HOUR // 2
