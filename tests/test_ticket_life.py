"""A ticket lives through random events: whatever is accepted, these things hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chatops.effect import SendToCustomer
from chatops.event import (
    AnsweredOutside,
    Assigned,
    Breached,
    Claimed,
    Closed,
    CloseReason,
    CustomerDeleted,
    CustomerEdited,
    Escalated,
    Event,
    Kind,
    Noted,
    Opened,
    Priority,
    Read,
    ReopenCause,
    Reopened,
    ReplyDoubted,
    ReplyFailed,
    ReplyHastened,
    ReplyRequested,
    ReplyRequeued,
    ReplySent,
    ReplyState,
    ReplyWithdrawn,
    SendingBegan,
    Snoozed,
    SnoozeReason,
    Then,
    Unclaimed,
    WakeCause,
    Woken,
    WritingBegan,
    WritingEnded,
)
from chatops.step import afterwards, fold, heard, opened, step
from chatops.ticket import Refusal, Status, Ticket, Waiting

START = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
AGENTS = st.integers(1, 3)
MESSAGES = st.integers(1, 4)
SPANS = st.none() | st.integers(-60, 600)


class Life(RuleBasedStateMachine):
    """One ticket; messages 1 to 4 are the replies that may be under way at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.log: list[tuple[Event, datetime]] = []
        self.ticket: Ticket
        self.next_message = 100
        self.sends: dict[int, int] = {}
        self.asked_again: dict[int, int] = {}

    @initialize(can_reply=st.booleans())
    def open(self, can_reply: bool) -> None:
        first = Opened(
            1, 1, "a", "x", Kind.MENTION, False, "q", "en", Priority.NORMAL, (), can_reply
        )
        self.ticket, _ = opened(1, first, self.now)
        self.log.append((first, self.now))

    def take(self, event: Event) -> bool:
        self.now += timedelta(minutes=1)
        outcome = step(self.ticket, event, self.now)
        if isinstance(outcome, Refusal):
            return False
        before = self.ticket
        self.ticket, effects = outcome
        assert self.ticket.revision == before.revision + 1
        for effect in effects:
            if isinstance(effect, SendToCustomer):
                self.sends[effect.message] = self.sends.get(effect.message, 0) + 1
        self.log.append((event, self.now))
        return True

    @rule(thanks=st.booleans())
    def customer_writes(self, thanks: bool) -> None:
        self.next_message += 1
        for event in heard(self.ticket, self.next_message, thanks=thanks):
            assert self.take(event), "no rule of ours may refuse a customer's message"
        if not thanks:
            assert self.ticket.status is Status.OPEN
            assert self.ticket.waiting is Waiting.US

    @rule(message=MESSAGES)
    def customer_edits_and_deletes(self, message: int) -> None:
        assert self.take(CustomerEdited(message))
        assert self.take(CustomerDeleted(message))

    @rule()
    def answered_outside(self) -> None:
        self.next_message += 1
        assert self.take(AnsweredOutside(self.next_message, self.now))

    @rule(agent=AGENTS)
    def claim(self, agent: int) -> None:
        before = self.ticket.assignee
        taken = self.take(Claimed(agent))
        assert taken == (before is None and self.ticket.status is not Status.CLOSED)

    @rule(agent=AGENTS, by=st.none() | AGENTS)
    def assign(self, agent: int, by: int | None) -> None:
        self.take(Assigned(agent, by))

    @rule(agent=AGENTS)
    def unclaim(self, agent: int) -> None:
        if self.take(Unclaimed(agent)):
            assert self.ticket.assignee is None

    @rule(agent=AGENTS)
    def read_and_note(self, agent: int) -> None:
        self.take(Read(agent))
        self.next_message += 1
        assert self.take(Noted(self.next_message, agent))

    @rule(agent=AGENTS)
    def write(self, agent: int) -> None:
        assert self.take(WritingBegan(agent, self.now + timedelta(minutes=10)))

    @rule(agent=AGENTS)
    def stop_writing(self, agent: int) -> None:
        self.take(WritingEnded(agent))

    @rule(message=MESSAGES, agent=AGENTS, then=st.sampled_from(Then))
    def reply(self, message: int, agent: int, then: Then) -> None:
        if message not in self.sends:  # a message is stored once
            self.take(ReplyRequested(message, agent, then))

    @rule(message=MESSAGES)
    def undo(self, message: int) -> None:
        reply = self.ticket.reply(message)
        undone = self.take(ReplyWithdrawn(message))
        assert undone == (reply is not None and reply.state is ReplyState.WAITING)

    @rule(message=MESSAGES)
    def hasten(self, message: int) -> None:
        self.take(ReplyHastened(message))

    @rule(message=MESSAGES)
    def begin_sending(self, message: int) -> None:
        self.take(SendingBegan(message))

    @rule(message=MESSAGES)
    def accepted(self, message: int) -> None:
        reply = self.ticket.reply(message)
        if self.take(ReplySent(message, 1, self.now)):
            assert reply is not None
            for event in afterwards(reply):
                self.take(event)

    @rule(message=MESSAGES)
    def refused(self, message: int) -> None:
        self.take(ReplyFailed(message, "no"))

    @rule(message=MESSAGES)
    def doubted(self, message: int) -> None:
        self.take(ReplyDoubted(message))

    @rule(message=MESSAGES, agent=st.none() | AGENTS)
    def requeue(self, message: int, agent: int | None) -> None:
        if self.take(ReplyRequeued(message, agent)):
            self.asked_again[message] = self.asked_again.get(message, 0) + 1

    @rule(reason=st.sampled_from(SnoozeReason), span=SPANS, agent=AGENTS)
    def snooze(self, reason: SnoozeReason, span: int | None, agent: int) -> None:
        until = None if span is None else self.now + timedelta(minutes=span)
        self.take(Snoozed(reason, until, agent))

    @rule(cause=st.sampled_from(WakeCause))
    def wake(self, cause: WakeCause) -> None:
        self.take(Woken(cause))

    @rule(agent=AGENTS)
    def escalate(self, agent: int) -> None:
        level = self.ticket.level
        if self.take(Escalated("specialists", "room", agent, None)):
            assert self.ticket.level == level + 1

    @rule(reason=st.sampled_from(CloseReason), agent=AGENTS)
    def close(self, reason: CloseReason, agent: int) -> None:
        self.take(Closed(reason, agent))

    @rule(agent=AGENTS)
    def reopen(self, agent: int) -> None:
        self.take(Reopened(ReopenCause.AGENT, agent))

    @rule()
    def late(self) -> None:
        assert self.take(Breached(self.now))

    @invariant()
    def snoozed_means_a_time_or_the_customer(self) -> None:
        if not self.log:
            return
        ticket = self.ticket
        waits = ticket.snooze_reason is SnoozeReason.WAITING_CUSTOMER
        if ticket.status is Status.SNOOZED:
            assert ticket.snooze_reason is not None
            assert ticket.snoozed_until is not None or waits
        else:
            assert (ticket.snooze_reason, ticket.snoozed_until) == (None, None)

    @invariant()
    def closed_means_a_reason_and_a_time(self) -> None:
        if self.log:
            is_closed = self.ticket.status is Status.CLOSED
            assert (self.ticket.close_reason is not None) == is_closed
            assert (self.ticket.closed_at is not None) == is_closed

    @invariant()
    def a_reply_is_sent_once_unless_somebody_asks_again(self) -> None:
        for message, count in self.sends.items():
            assert count == 1 + self.asked_again.get(message, 0)

    @invariant()
    def an_unresolved_reply_waits_is_sent_or_is_in_doubt(self) -> None:
        if self.log:
            messages = [reply.message for reply in self.ticket.replies]
            assert len(messages) == len(set(messages))
            unresolved = {ReplyState.WAITING, ReplyState.SENDING, ReplyState.IN_DOUBT}
            assert {reply.state for reply in self.ticket.replies} <= unresolved

    @invariant()
    def nobody_reads_twice(self) -> None:
        if self.log:
            assert len(self.ticket.read_by) == len(set(self.ticket.read_by))

    @invariant()
    def the_log_folds_to_the_ticket(self) -> None:
        if self.log:
            assert fold(1, self.log) == replace(self.ticket)


TestLife = Life.TestCase
