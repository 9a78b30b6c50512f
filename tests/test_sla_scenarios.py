"""The written scenarios A to K of SLA.md, and its rules, folded from whole logs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chatops.calendar import Calendar, Window
from chatops.event import (
    Absorbed,
    AnsweredOutside,
    Breached,
    Claimed,
    Closed,
    CloseReason,
    CustomerDeleted,
    CustomerForgotten,
    CustomerWrote,
    Event,
    Kind,
    Merged,
    Moved,
    Noted,
    Opened,
    Prioritized,
    Priority,
    ReopenCause,
    Reopened,
    ReplyRequested,
    ReplySent,
    SendingBegan,
    Separated,
    Snoozed,
    SnoozeReason,
    Tagged,
    TermsChanged,
    Unmerged,
    WakeCause,
    Woken,
)
from chatops.sla import (
    Clock,
    ClockKind,
    Clocks,
    ClockState,
    Given,
    Moment,
    Outcome,
    QueueTerms,
    SlaPolicy,
    SlaTerms,
    State,
    advance,
    newest,
    newest_of_each,
    say,
)
from chatops.sla.terms import loaded
from chatops.step import opened, step
from chatops.ticket import Refusal, Ticket

FIRST, NEXT = ClockKind.FIRST_RESPONSE, ClockKind.NEXT_RESPONSE
RESOLUTION, CEILING = ClockKind.RESOLUTION, ClockKind.CEILING
MINUTE, HOUR = 60, 3600

TOKYO = Calendar("tokyo", "Asia/Tokyo", dict.fromkeys(range(5), (Window(540, 1080),)))
DAYS = {"Mon": 1, "Tue": 2, "Wed": 3, "Thu": 4, "Fri": 5, "Sat": 6, "next Mon": 8, "next Tue": 9}

OPENED = Opened(1, 1, "aozora", "x", Kind.MENTION, False, "care", "ja", Priority.NORMAL, (), True)
TARGETS = {NEXT: 120 * MINUTE, RESOLUTION: 8 * HOUR}
PROMISED = SlaPolicy("all", targets=TARGETS)
QUEUES = {"care": QueueTerms(TOKYO, HOUR), "vip": QueueTerms(TOKYO, 30 * MINUTE)}
TERMS = SlaTerms(QUEUES, {"aozora": "care"}, (PROMISED,))


def at(text: str) -> datetime:
    """`Tue 10:00` in Tokyo, in the week of Monday 2026-06-01; without a day it is that Monday."""
    day, _, clock = text.rpartition(" ")
    wall = datetime.fromisoformat(f"2026-06-{DAYS[day or 'Mon']:02}T{clock}")
    return wall.replace(tzinfo=ZoneInfo("Asia/Tokyo")).astimezone(UTC)


@dataclass
class Matter:
    """A ticket that lives through a log, with its clocks."""

    terms: SlaTerms = TERMS
    opened: Opened = OPENED
    id: int = 1
    others: dict[int, Clocks] = field(default_factory=dict)
    clocks: Clocks = field(default_factory=dict)
    ticket: Ticket | None = None

    def had(self, when: str, *events: Event, heard: str | None = None) -> "Matter":
        for event in events:
            self.take(at(when), event, at(heard or when))
        return self

    def take(self, now: datetime, event: Event, heard: datetime | None = None) -> None:
        if self.ticket is None:
            self.ticket, _ = opened(self.id, self.opened, heard or now)
        outcome = step(self.ticket, event, now)
        assert not isinstance(outcome, Refusal), outcome
        heard_at = (heard or now) if isinstance(event, CustomerWrote) else None
        moment = Moment(event, self.ticket, outcome[0], now, self.terms, heard_at)
        self.clocks = advance(self.clocks, moment, lambda other: self.others.get(other, {}))
        self.ticket = outcome[0]

    def heard(self, when: str, *then: Event, thanks: bool = False) -> "Matter":
        return self.had(when, CustomerWrote(1, thanks=thanks), *then)

    def answered(self, when: str) -> "Matter":
        return self.had(when, AnsweredOutside(2, at(when)))

    def closed(self, when: str, reason: CloseReason = CloseReason.RESOLVED) -> "Matter":
        return self.had(when, Closed(reason, 1))

    def clock(self, kind: ClockKind, cycle: int | None = None) -> Clock:
        found = newest(self.clocks, kind) if cycle is None else self.clocks[kind, cycle]
        assert found is not None
        return found


def ended(clock: Clock) -> tuple[Outcome | None, float | None, datetime | None]:
    """Outcome, working minutes until the end, breach."""
    minutes = None if clock.elapsed_s is None else clock.elapsed_s / 60
    return clock.outcome, minutes, clock.breached_at


BACK = Reopened(ReopenCause.CUSTOMER, None)
WAITS = Snoozed(SnoozeReason.WAITING_CUSTOMER, None, 1)
HEARD_AGAIN = Woken(WakeCause.CUSTOMER)


def test_a_the_customer_s_time_is_not_ours() -> None:
    matter = Matter().heard("09:10").answered("09:40").had("09:41", WAITS)
    matter.heard("Tue 10:00", HEARD_AGAIN).answered("Tue 11:00").closed("Tue 11:05")
    assert ended(matter.clock(FIRST)) == (Outcome.MET, 30, None)
    assert ended(matter.clock(NEXT, 1)) == (Outcome.MET, 60, None)
    assert ended(matter.clock(RESOLUTION)) == (Outcome.MET, 96, None)
    assert len(matter.clocks) == 3


def test_b_a_bot_s_reply_is_no_event_of_ours_and_stops_nothing() -> None:
    matter = Matter().heard("09:10").had("09:11", Noted(3, 1)).answered("10:30")
    assert ended(matter.clock(FIRST)) == (Outcome.MET_LATE, 80, at("10:10"))


def test_c_the_oldest_message_that_waits_is_what_counts() -> None:
    matter = Matter().heard("09:00").answered("09:05")
    matter.heard("09:30").heard("09:50").heard("10:40").answered("11:30")
    assert ended(matter.clock(NEXT)) == (Outcome.MET, 120, None)
    assert [kind for kind, _ in matter.clocks].count(NEXT) == 1


def test_d_thanks_on_a_closed_ticket_start_nothing() -> None:
    matter = Matter().heard("09:00").answered("09:05").closed("09:06")
    matter.heard("12:00", thanks=True)
    assert ended(matter.clock(RESOLUTION)) == (Outcome.MET, 6, None)
    assert {kind for kind, _ in matter.clocks} == {FIRST, RESOLUTION}


def test_e_closed_days_do_not_count() -> None:
    matter = Matter().heard("09:00").answered("09:05").closed("10:00")
    matter.heard("Wed 10:00", BACK).answered("Wed 10:30").closed("Wed 11:00")
    assert ended(matter.clock(NEXT, 1)) == (Outcome.MET, 30, None)
    assert ended(matter.clock(RESOLUTION)) == (Outcome.MET, 120, None)


def test_f_no_other_snooze_stops_the_first_response() -> None:
    asleep = Snoozed(SnoozeReason.WAITING_INTERNAL, at("Tue 10:00"), 1)
    matter = Matter().heard("17:30").had("17:35", asleep)
    matter.had("Tue 10:00", Breached(at("Tue 09:30")), Woken(WakeCause.TIME))
    matter.answered("Tue 10:10")
    assert ended(matter.clock(FIRST)) == (Outcome.MET_LATE, 100, at("Tue 09:30"))
    assert matter.clock(RESOLUTION).past == ()


def test_g_closed_without_a_reply_before_it_was_due() -> None:
    assert ended(Matter().heard("09:00").closed("09:20").clock(FIRST)) == (
        Outcome.WAIVED,
        None,
        None,
    )


def test_h_closed_without_a_reply_when_it_was_late() -> None:
    assert ended(Matter().heard("09:00").closed("10:20").clock(FIRST)) == (
        Outcome.BREACHED,
        None,
        at("10:00"),
    )


def test_i_answered_at_the_due_second() -> None:
    assert ended(Matter().heard("09:00").answered("10:00").clock(FIRST)) == (Outcome.MET, 60, None)


def test_j_the_customer_returns_to_a_ticket_that_nobody_answered() -> None:
    matter = Matter().heard("09:00").closed("09:06")
    matter.heard("Fri 14:00", BACK).answered("Fri 14:10")
    assert ended(matter.clock(FIRST, 1)) == (Outcome.WAIVED, None, None)
    assert ended(matter.clock(FIRST, 2)) == (Outcome.MET, 10, None)


def test_k_what_arrives_on_a_saturday() -> None:
    matter = Matter().heard("Sat 12:00").answered("next Mon 09:20")
    assert ended(matter.clock(FIRST)) == (Outcome.MET, 20, None)


# --- the rules


def test_before_the_first_reply_only_the_first_response_is_owed() -> None:
    matter = Matter().heard("09:00").heard("09:30")
    assert {kind for kind, _ in matter.clocks} == {FIRST, RESOLUTION}


def test_our_own_earlier_post_makes_no_next_response() -> None:
    matter = Matter().heard("09:00")
    matter.had("09:10", AnsweredOutside(2, at("08:50"))).heard("09:30")
    assert matter.clock(FIRST).outcome is None
    assert (NEXT, 1) not in matter.clocks


def test_what_the_customer_wrote_after_an_answer_heard_of_later_is_owed_one() -> None:
    matter = Matter().heard("09:00").heard("09:30")
    matter.had("09:40", AnsweredOutside(2, at("09:20"), asked_at=at("09:30")))
    assert ended(matter.clock(FIRST)) == (Outcome.MET, 20, None)
    assert matter.clock(NEXT).started_at == at("09:30")
    older = Matter().heard("09:00")
    older.had("09:10", AnsweredOutside(2, at("08:50"), asked_at=at("09:00")))
    assert (older.clock(FIRST).outcome, (NEXT, 1) in older.clocks) == (None, False)
    open_still = Matter().heard("09:00").answered("09:05").heard("09:30")
    open_still.had("09:40", AnsweredOutside(2, at("09:20"), asked_at=at("09:30")))
    assert (open_still.clock(NEXT).cycle, open_still.clock(NEXT).outcome) == (1, None)
    done_since = Matter().heard("09:00").answered("09:05").heard("09:30").answered("09:35")
    done_since.had("09:40", AnsweredOutside(3, at("09:20"), asked_at=at("09:30")))
    assert (done_since.clock(NEXT).outcome, (NEXT, 2) in done_since.clocks) == (Outcome.MET, False)
    closed = Matter().heard("09:00").heard("09:30").closed("09:35")
    closed.had("09:40", AnsweredOutside(2, at("09:20"), asked_at=at("09:30")))
    assert (NEXT, 1) not in closed.clocks
    long_ago = Matter().heard("09:00").heard("09:30")
    long_ago.had("Tue 09:40", AnsweredOutside(2, at("09:20"), asked_at=at("09:30")))
    assert (NEXT, 1) not in long_ago.clocks


def test_what_the_customer_wrote_while_a_reply_was_on_its_way_is_owed_one() -> None:
    matter = Matter().heard("09:00").had("09:10", ReplyRequested(5, 1))
    matter.heard("09:10").had("09:11", SendingBegan(5), ReplySent(5, 1, at("09:11")))
    assert ended(matter.clock(FIRST)) == (Outcome.MET, 11, None)
    assert matter.clock(NEXT).started_at == at("09:11")


def test_what_reached_us_a_day_late_starts_nothing_and_the_next_message_does() -> None:
    matter = Matter().had("Tue 10:00", CustomerWrote(1), heard="09:00")
    assert matter.clocks == {}
    matter.heard("Tue 11:00")
    assert matter.clock(FIRST).started_at == at("Tue 11:00")


def test_a_message_from_the_future_counts_from_when_it_was_heard() -> None:
    assert Matter().had("09:00", CustomerWrote(1), heard="09:05").clock(FIRST).started_at == at(
        "09:00"
    )


def test_spam_waives_all() -> None:
    matter = Matter().heard("09:00").closed("10:20", CloseReason.SPAM)
    assert {ended(each) for each in matter.clocks.values()} == {(Outcome.WAIVED, None, None)}


def test_what_its_author_deleted_is_owed_no_answer_and_what_they_write_then_is() -> None:
    ceiling = replace(PROMISED, targets={**TARGETS, CEILING: 24 * HOUR})
    matter = Matter(replace(TERMS, policies=(ceiling,))).heard("09:00")
    matter.had("09:10", CustomerDeleted(1)).had("10:20", CustomerDeleted(2, nothing_left=True))
    for kind in (FIRST, CEILING):
        assert ended(matter.clock(kind)) == (Outcome.WAIVED, None, None)
    assert matter.clock(RESOLUTION).outcome is None
    matter.heard("11:00")
    assert (matter.clock(FIRST).cycle, matter.clock(FIRST).due_at) == (2, at("12:00"))
    matter.answered("11:10").heard("11:20").had("11:30", CustomerDeleted(3, nothing_left=True))
    assert matter.clock(NEXT).outcome is Outcome.WAIVED


@pytest.mark.parametrize("end", [CustomerForgotten(), Merged(9, 1)])
def test_who_is_gone_or_elsewhere_is_owed_nothing(end: Event) -> None:
    matter = Matter().heard("09:00").had("10:20", end)
    assert {each.outcome for each in matter.clocks.values()} == {Outcome.WAIVED}


def test_closing_waives_an_answer_that_is_owed_and_taken_back_it_is_owed_again() -> None:
    matter = Matter().heard("09:00").answered("09:05").heard("09:30").closed("09:40")
    assert matter.clock(NEXT).outcome is Outcome.WAIVED
    matter.had("10:00", Reopened(ReopenCause.AGENT, 1))
    assert (matter.clock(NEXT).outcome, matter.clock(NEXT).due_at) == (None, at("11:30"))
    assert matter.clock(FIRST).outcome is Outcome.MET


def test_an_agent_s_reopening_owes_the_first_reply_again_but_not_what_was_late() -> None:
    back = Reopened(ReopenCause.AGENT, 1)
    matter = Matter().heard("09:00").closed("09:20").had("09:30", back)
    assert (matter.clock(FIRST).outcome, matter.clock(FIRST).due_at) == (None, at("10:00"))
    late = Matter().heard("09:00").closed("10:20").had("10:30", back)
    assert late.clock(FIRST).outcome is Outcome.BREACHED


@pytest.mark.parametrize(
    ("since", "due"), [("09:30", "10:30"), ("08:30", "10:00"), ("11:00", "11:00")]
)
def test_what_was_written_before_its_account_was_connected_counts_from_then(
    since: str, due: str
) -> None:
    wrote = CustomerWrote(1, counts_from=at(since))
    matter = Matter().had("10:00", wrote, heard="09:00")
    assert matter.clock(FIRST).due_at == at(due)
    assert {clock.started_at for clock in matter.clocks.values()} == {
        matter.clock(FIRST).started_at
    }


def test_reopened_with_little_left_the_resolution_gets_the_grace() -> None:
    matter = Matter().heard("09:00").answered("09:10").closed("16:50")
    matter.heard("Tue 09:00", BACK)
    clock = matter.clock(RESOLUTION)
    assert (clock.due_at, clock.given) == (at("Tue 09:30"), Given.REOPENED)


def test_waiting_for_a_third_party_pauses_where_the_policy_says_so() -> None:
    reason = SnoozeReason.WAITING_THIRD_PARTY
    asleep = Snoozed(reason, at("12:00"), 1)
    runs = Matter().heard("09:00").answered("09:10").had("10:00", asleep)
    assert not runs.clock(RESOLUTION).is_paused
    policy = replace(PROMISED, pauses=frozenset({SnoozeReason.WAITING_CUSTOMER, reason}))
    stands = Matter(replace(TERMS, policies=(policy,))).heard("09:00").answered("09:10")
    stands.had("10:00", asleep)
    assert stands.clock(RESOLUTION).is_paused
    stands.had("10:30", Snoozed(SnoozeReason.LATER, at("12:00"), 1))
    assert not stands.clock(RESOLUTION).is_paused


def test_a_ceiling_is_calendar_time_and_ends_with_the_first_reply() -> None:
    terms = replace(TERMS, policies=(replace(PROMISED, targets={CEILING: 24 * HOUR}),))
    matter = Matter(terms).heard("Fri 17:00")
    assert matter.clock(CEILING).due_at == at("Sat 17:00")
    assert matter.answered("next Mon 09:00").clock(CEILING).outcome is Outcome.MET_LATE
    assert (CEILING, 2) not in matter.heard("next Mon 10:00").clocks


# --- which policy


URGENT = SlaPolicy("urgent", priorities=(Priority.URGENT,), targets={FIRST: 15 * MINUTE})
LOST = SlaPolicy("lost", tags=("lost",), targets={FIRST: 4 * HOUR, RESOLUTION: 40 * HOUR})
CHOICE = replace(TERMS, policies=(URGENT, LOST, PROMISED))


def test_a_priority_or_tag_chooses_another_policy_and_keeps_the_start() -> None:
    matter = Matter(CHOICE).heard("09:00").had("09:05", Tagged("lost", 1))
    held = matter.clock(FIRST)
    assert (held.policy, held.started_at, held.due_at) == ("lost", at("09:00"), at("13:00"))
    matter.had("09:06", Prioritized(Priority.URGENT, 1))
    held = matter.clock(FIRST)
    assert (held.policy, held.due_at, held.given) == ("urgent", at("09:15"), None)
    assert matter.clock(RESOLUTION).outcome is Outcome.WAIVED  # urgent ones promise none


def test_a_policy_may_have_the_name_that_stands_for_none() -> None:
    named = replace(URGENT, name="queue")
    matter = Matter(replace(TERMS, policies=(named,))).heard("09:00")
    assert matter.clock(FIRST).due_at == at("10:00")
    assert matter.had("09:05", Prioritized(Priority.URGENT, 1)).clock(FIRST).due_at == at("09:15")


def test_a_policy_by_which_it_would_be_late_leaves_a_quarter_of_an_hour() -> None:
    matter = Matter(CHOICE).heard("09:00").had("09:50", Prioritized(Priority.URGENT, 1))
    held = matter.clock(FIRST)
    assert (held.due_at, held.given) == (at("10:05"), Given.POLICY_CHANGE)
    assert ended(matter.answered("10:05").clock(FIRST)) == (Outcome.MET, 65, None)


def test_a_resolution_that_stands_still_has_a_quarter_of_an_hour_left_by_such_a_policy() -> None:
    soon = replace(URGENT, targets={RESOLUTION: HOUR})
    matter = Matter(replace(TERMS, policies=(soon, PROMISED))).heard("09:00").answered("09:30")
    matter.had("11:00", WAITS).had("11:30", Prioritized(Priority.URGENT, 1))
    matter.heard("14:00", HEARD_AGAIN)
    held = matter.clock(RESOLUTION)
    assert (held.due_at, held.given) == (at("14:15"), Given.POLICY_CHANGE)


def test_a_move_is_another_queue_s_promise() -> None:
    held = Matter().heard("09:00").had("09:05", Moved("vip", 1, True)).clock(FIRST)
    assert (held.target_s, held.due_at) == (30 * MINUTE, at("09:30"))


def test_who_takes_it_changes_no_clock() -> None:
    matter = Matter().heard("09:00")
    before = matter.clocks
    assert matter.had("09:05", Claimed(1)).clocks == before


def test_an_edited_calendar_counts_open_clocks_anew_and_no_ended_one() -> None:
    short = replace(TOKYO, week=dict.fromkeys(range(5), (Window(600, 720),)))
    matter = Matter().heard("09:00").answered("09:30").heard("09:40")
    first = matter.clock(FIRST)
    matter.terms = replace(TERMS, queues={"care": QueueTerms(short, HOUR)})
    matter.had("09:50", TermsChanged())
    assert matter.clock(FIRST) == first
    assert matter.clock(NEXT).due_at == at("12:00")
    assert matter.clock(NEXT).calendar_version != first.calendar_version


def test_where_the_calendar_closes_for_good_a_message_has_its_time_all_the_same() -> None:
    monday = {at("09:00").date(): (Window(540, 1080),)}
    last = Calendar("fair", "Asia/Tokyo", {}, special=monday)
    terms = replace(TERMS, queues={"care": QueueTerms(last, HOUR)}, policies=())
    clock = Matter(terms).heard("17:30").clock(FIRST)
    assert clock.due_at == at("18:30")
    assert say(clock, at("17:40"), last) == ClockState(State.ON_TIME, 20 * MINUTE, at("18:30"))


def test_the_conditions_of_a_policy() -> None:
    ticket = Matter(opened=replace(OPENED, tags=("lost", "vip"))).heard("09:00").ticket
    assert ticket is not None
    fits: Sequence[SlaPolicy] = [
        SlaPolicy("any"),
        SlaPolicy("channel", channels=("x", "line")),
        SlaPolicy("kind", kinds=(Kind.MENTION,)),
        SlaPolicy("language", languages=("ja",)),
        SlaPolicy("tag", tags=("vip",)),
        SlaPolicy("queue", queues=("care",)),
    ]
    not_so: Sequence[SlaPolicy] = [
        SlaPolicy("channel", channels=("line",)),
        SlaPolicy("kind", kinds=(Kind.DM,)),
        SlaPolicy("language", languages=("en",)),
        SlaPolicy("tag", tags=("tent",)),
        SlaPolicy("queue", queues=("vip",)),
        SlaPolicy("priority", priorities=(Priority.LOW,)),
    ]
    assert [each.takes(ticket, "care") for each in fits] == [True] * len(fits)
    assert [each.takes(ticket, "care") for each in not_so] == [False] * len(not_so)


def test_terms_are_made_again_of_their_text() -> None:
    again = SlaTerms.load(CHOICE.dump())
    assert (again, again.version) == (CHOICE, CHOICE.version)
    assert replace(CHOICE, policies=()).version != CHOICE.version


def test_a_queue_that_app_yaml_no_longer_has_goes_by_the_account_s() -> None:
    gone = replace(OPENED, queue="gone")
    assert Matter(opened=gone).heard("09:00").clock(FIRST).due_at == at("10:00")
    homeless = replace(TERMS, accounts={})
    assert Matter(homeless, gone).heard("09:00").clock(FIRST).due_at == at("10:00")


# --- merged tickets (rule 11)


def merged(into: Matter, other: Matter, when: str, *, unanswered: bool = True) -> None:
    other.had(when, Merged(into.id, 1))
    into.others = {other.id: other.clocks}
    into.had(when, Absorbed(other.id, 1, unanswered))


def test_merged_it_counts_from_the_earlier_message() -> None:
    early, late = Matter(id=2).heard("09:00"), Matter().heard("09:30")
    merged(late, early, "09:40")
    assert [clock.started_at for clock in newest_of_each(late.clocks)] == [at("09:00")] * 2
    early.had("09:50", Unmerged(1))
    late.others = {2: early.clocks}
    late.had("09:50", Separated(2, 1))
    assert [clock.started_at for clock in newest_of_each(late.clocks)] == [at("09:30")] * 2
    assert {clock.outcome for clock in early.clocks.values()} == {None}


def test_an_answered_ticket_owes_the_next_reply_to_what_came_into_it() -> None:
    early, late = Matter().heard("09:00").answered("09:10"), Matter(id=2).heard("09:30")
    merged(early, late, "09:40")
    owed = early.clock(NEXT)
    assert (owed.started_at, owed.due_at) == (at("09:30"), at("11:30"))


def test_an_owed_next_reply_counts_from_the_earlier_of_both() -> None:
    one = Matter().heard("09:00").answered("09:10").heard("09:50")
    other = Matter(id=2).heard("09:30")
    merged(one, other, "10:00")
    assert one.clock(NEXT).started_at == at("09:30")


def test_what_was_answered_there_hastens_nothing() -> None:
    one, other = Matter().heard("09:30"), Matter(id=2).heard("09:00").answered("09:10")
    merged(one, other, "09:40", unanswered=False)
    assert one.clock(FIRST).started_at == at("09:30")


def test_backfill_takes_over_what_the_other_owed_and_gives_it_back() -> None:
    backfill = Matter().had("Tue 10:00", CustomerWrote(1), heard="09:00")
    other = Matter(id=2).heard("Tue 10:10")
    merged(backfill, other, "Tue 10:20")
    assert backfill.clock(FIRST).started_at == at("Tue 10:10")
    backfill.others = {2: other.had("Tue 10:30", Unmerged(1)).clocks}
    backfill.had("Tue 10:30", Separated(2, 1))
    assert backfill.clock(FIRST).outcome is Outcome.WAIVED


def test_a_quiet_ticket_owes_from_when_somebody_shows_it() -> None:
    quiet = Matter(opened=replace(OPENED, quiet=True)).heard("09:00")
    assert quiet.clocks == {}
    quiet.had("10:00", Reopened(ReopenCause.AGENT, 1))
    assert quiet.clock(FIRST).started_at == at("10:00")
    theirs = Matter(opened=replace(OPENED, quiet=True)).heard("09:00")
    theirs.had("10:00", BACK, CustomerWrote(2), heard="09:55")
    assert theirs.clock(FIRST).started_at == at("09:55")


def test_a_ticket_without_clocks_changes_nothing_where_it_goes_and_comes_back() -> None:
    backfill = Matter(id=2).had("Tue 10:00", CustomerWrote(1), heard="09:00")
    one = Matter().heard("Tue 10:10")
    before = one.clocks
    merged(one, backfill, "Tue 10:20")
    one.others = {2: backfill.had("Tue 10:30", Unmerged(1)).clocks}
    assert one.had("Tue 10:30", Separated(2, 1)).clocks == before
    other = Matter(id=3).had("Tue 10:00", CustomerWrote(1), heard="09:00")
    merged(backfill, other, "Tue 10:40")
    assert backfill.clocks == {}


def test_what_was_late_stays_late_when_a_merge_is_taken_back() -> None:
    early, late = Matter(id=2).heard("09:00"), Matter().heard("09:30")
    merged(late, early, "09:40")
    late.had("10:05", Breached(at("10:00")))
    late.others = {2: early.had("10:10", Unmerged(1)).clocks}
    late.had("10:10", Separated(2, 1))
    assert ended(late.clock(FIRST)) == (None, None, at("10:00"))


def test_a_close_that_waived_is_not_undone_by_a_later_one() -> None:
    matter = Matter().heard("09:00").closed("09:10").had("09:20", Reopened(ReopenCause.AGENT, 1))
    matter.answered("09:30").heard("09:40").closed("09:50")
    matter.heard("10:00", BACK).answered("10:10").closed("10:20")
    matter.had("10:30", Reopened(ReopenCause.AGENT, 1))
    assert matter.clock(NEXT, 1).outcome is Outcome.WAIVED
    assert matter.clock(NEXT, 2).outcome is Outcome.MET


def test_a_calendar_that_is_gone_gives_way_to_the_promise_s() -> None:
    matter = Matter().heard("09:00")
    london = replace(TOKYO, name="london", zone="Europe/London")
    matter.terms = SlaTerms({"care": QueueTerms(london, HOUR)}, {})
    matter.had("09:30", TermsChanged())
    assert matter.clock(FIRST).calendar == "london"
    assert matter.clock(RESOLUTION).outcome is Outcome.WAIVED


def test_a_clock_from_before_versions_is_held_to_the_same_promise() -> None:
    matter = Matter().heard("09:00")
    old = replace(matter.clock(FIRST), policy="", policy_version="", calendar_version="")
    matter.clocks = {(FIRST, 1): old}
    assert matter.had("09:30", TermsChanged()).clocks == {(FIRST, 1): old}
    assert loaded(TERMS.dump()) == TERMS


def test_what_a_policy_dropped_is_not_owed_again_by_a_merge_taken_back() -> None:
    matter = Matter(CHOICE).heard("09:00").had("09:05", Prioritized(Priority.URGENT, 1))
    matter.had("09:10", Merged(9, 1)).had("09:14", Unmerged(1))
    assert matter.clock(FIRST).outcome is None
    assert matter.clock(RESOLUTION).outcome is Outcome.WAIVED


def test_a_resolution_that_is_promised_later_starts_with_the_next_message() -> None:
    matter = Matter(replace(TERMS, policies=())).heard("09:00").closed("09:10")
    matter.terms = TERMS
    matter.heard("10:00", BACK)
    assert matter.clock(RESOLUTION).started_at == at("10:00")
