"""A ticket lives through random events: whatever is accepted, these things hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chatops.effect import AskNetwork, Divert, PostMessage, Restore, SendToCustomer
from chatops.event import (
    Absorbed,
    AnsweredOutside,
    Assigned,
    Breached,
    CardAsked,
    Claimed,
    Closed,
    CloseReason,
    CustomerDeleted,
    CustomerEdited,
    CustomerWrote,
    Deed,
    DeedDone,
    DeedDropped,
    DeedFailed,
    DeedProposed,
    DeedRequested,
    Escalated,
    Event,
    HandoverAbandoned,
    HandoverOpened,
    IdleAsked,
    Invited,
    Joined,
    Kept,
    Kind,
    Linked,
    LinkSuggested,
    Merged,
    Moved,
    Muted,
    Noted,
    Opened,
    Prioritized,
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
    Separated,
    Snoozed,
    SnoozeReason,
    Tagged,
    Then,
    Unclaimed,
    Unlinked,
    Unmerged,
    Unmuted,
    Untagged,
    WakeCause,
    WindowClosed,
    Woken,
    WritingBegan,
    WritingEnded,
)
from chatops.step import afterwards, fold, heard, opened, step
from chatops.ticket import Refusal, Status, Ticket, Waiting, shuts_at

START = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
AGENTS = st.integers(1, 3)
MESSAGES = st.integers(1, 4)
SPANS = st.none() | st.integers(-60, 600)
OTHERS = st.integers(1, 4)  # other tickets, and now and then ticket 1, which is this one
TAGS = st.sampled_from(("vip", "refund"))
QUEUES = st.sampled_from(("q", "r"))


class Life(RuleBasedStateMachine):
    """Ticket 1; messages 1 to 4 are the replies that may be under way at once."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.log: list[tuple[Event, datetime]] = []
        self.ticket: Ticket
        self.next_message = 100
        self.sends: dict[int, int] = {}
        self.asked_again: dict[int, int] = {}
        self.diverted = 0  #: how often its conversations went elsewhere and did not come back
        self.asked: dict[tuple[int, Deed], int] = {}  #: of the network, without an answer yet

    @initialize(can_reply=st.booleans(), quiet=st.booleans(), burst=st.none() | st.just(7))
    def open(self, can_reply: bool, quiet: bool, burst: int | None) -> None:
        first = Opened(
            1,
            1,
            "a",
            "x",
            Kind.MENTION,
            False,
            "q",
            "en",
            Priority.NORMAL,
            (),
            can_reply,
            tags=("new",),
            quiet=quiet,
            burst=None if quiet else burst,
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
            if isinstance(effect, PostMessage) and effect.mention:
                assert self.ticket.assignee is not None
                assert self.ticket.assignee not in self.ticket.muted, "muted agents are not called"
            if isinstance(effect, AskNetwork):
                key = (effect.message, effect.deed)
                self.asked[key] = self.asked.get(key, 0) + 1
            self.diverted += isinstance(effect, Divert) - isinstance(effect, Restore)
        self.log.append((event, self.now))
        return True

    @rule(thanks=st.booleans(), window=st.none() | st.integers(1, 30))
    def customer_writes(self, thanks: bool, window: int | None) -> None:
        self.next_message += 1
        if self.ticket.merged_into is not None:
            return  # what the customer writes goes to that one
        until = None if window is None else self.now + timedelta(minutes=window)
        for event in heard(self.ticket, CustomerWrote(self.next_message, thanks, False, until)):
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

    @rule(agent=AGENTS)
    def ask_for_a_card(self, agent: int) -> None:
        was_lined = self.ticket.lined
        assert self.take(CardAsked(agent)) == was_lined
        assert not self.ticket.lined

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
            before, shut = self.ticket, shuts_at(self.ticket)
            taken = self.take(ReplyRequested(message, agent, then))
            is_open = shut is None or self.now < shut
            may = before.status is not Status.CLOSED and before.can_reply and is_open
            assert taken == may, "from the ticket alone, whatever a card offered"

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

    @rule(queue=QUEUES, agent=AGENTS, keeps=st.booleans())
    def move(self, queue: str, agent: int, keeps: bool) -> None:
        before = self.ticket
        if self.take(Moved(queue, agent, keeps)):
            assert before.queue != self.ticket.queue == queue
            assert self.ticket.assignee == (before.assignee if keeps else None)

    @rule(tag=TAGS, agent=AGENTS)
    def untag(self, tag: str, agent: int) -> None:
        had = tag in self.ticket.tags
        assert self.take(Untagged(tag, agent)) == had

    @rule(tag=TAGS, agent=st.none() | AGENTS)
    def tag(self, tag: str, agent: int | None) -> None:
        had = tag in self.ticket.tags
        assert self.take(Tagged(tag, agent)) != had

    @rule(level=st.sampled_from(Priority), agent=AGENTS, note=st.none() | MESSAGES)
    def prioritize(self, level: Priority, agent: int, note: int | None) -> None:
        if self.take(Prioritized(level, agent, note)):
            set_by = (self.ticket.priority, self.ticket.prioritized_by)
            assert (*set_by, self.ticket.prioritized_note) == (level, agent, note)

    @rule(agent=AGENTS)
    def mute(self, agent: int) -> None:
        was = agent in self.ticket.muted
        assert self.take(Muted(agent)) != was

    @rule(agent=AGENTS)
    def unmute(self, agent: int) -> None:
        was = agent in self.ticket.muted
        assert self.take(Unmuted(agent)) == was

    @rule(other=OTHERS, agent=AGENTS)
    def link(self, other: int, agent: int) -> None:
        assert self.take(LinkSuggested(other))
        may = other != 1 and other not in self.ticket.links
        assert self.take(Linked(other, agent)) == may

    @rule(other=OTHERS, agent=AGENTS)
    def unlink(self, other: int, agent: int) -> None:
        was = other in self.ticket.links
        assert self.take(Unlinked(other, agent)) == was

    @rule(into=OTHERS, agent=AGENTS)
    def merge(self, into: int, agent: int) -> None:
        before = self.ticket
        if self.take(Merged(into, agent)):
            assert into != 1
            assert before.status is not Status.CLOSED
            assert (before.merged, before.replies) == ((), ())

    @rule(agent=AGENTS)
    def unmerge(self, agent: int) -> None:
        if self.take(Unmerged(agent)):
            assert (self.ticket.status, self.ticket.waiting) == (Status.OPEN, Waiting.US)

    @rule(other=st.integers(5, 7), agent=AGENTS, unanswered=st.booleans())
    def absorb(self, other: int, agent: int, unanswered: bool) -> None:
        if other in self.ticket.merged:
            return  # that one is merged, and may not be merged again: its own side refuses
        if self.take(Absorbed(other, agent, unanswered)) and unanswered:
            assert (self.ticket.status, self.ticket.waiting) == (Status.OPEN, Waiting.US)

    @rule(other=st.integers(5, 7), agent=AGENTS)
    def separate(self, other: int, agent: int) -> None:
        was = other in self.ticket.merged
        assert self.take(Separated(other, agent)) == was

    @rule(conversation=st.integers(1, 3), private=st.booleans(), can_reply=st.booleans())
    def join(self, conversation: int, private: bool, can_reply: bool) -> None:
        assert self.take(Joined(conversation, private, can_reply))
        assert self.ticket.conversation == conversation

    @rule()
    def what_is_watched_ends(self) -> None:
        for event in (WindowClosed(self.now), HandoverOpened(2, self.now)):
            assert self.take(event)
        assert self.take(HandoverAbandoned(self.now, 1))

    @rule(agent=AGENTS)
    def invite(self, agent: int) -> None:
        assert self.take(Invited(agent))
        assert self.ticket.invited_at == self.now

    @rule(message=MESSAGES, deed=st.sampled_from(Deed), agent=AGENTS)
    def propose_deed(self, message: int, deed: Deed, agent: int) -> None:
        self.take(DeedProposed(message, deed, agent))

    @rule(message=MESSAGES, deed=st.sampled_from(Deed), agent=AGENTS)
    def drop_deed(self, message: int, deed: Deed, agent: int) -> None:
        self.take(DeedDropped(message, deed, agent))

    @rule(message=MESSAGES, deed=st.sampled_from(Deed), agent=AGENTS)
    def ask_deed(self, message: int, deed: Deed, agent: int) -> None:
        before = self.ticket.deed(message, deed)
        if self.take(DeedRequested(message, deed, agent)) and deed is Deed.DELETE:
            assert before is not None, "deleting needs two"
            assert before.agent != agent, "deleting needs two"

    @rule(message=MESSAGES, deed=st.sampled_from(Deed), is_done=st.booleans())
    def answer_deed(self, message: int, deed: Deed, is_done: bool) -> None:
        if self.asked.get((message, deed)):
            answer = DeedDone(message, deed) if is_done else DeedFailed(message, deed, "no")
            assert self.take(answer)
            self.asked[message, deed] -= 1

    @rule()
    def late(self) -> None:
        assert self.take(Breached(self.now))

    @rule()
    def ask_whose_it_is(self) -> None:
        ticket = self.ticket
        if ticket.assignee is None or ticket.idle_since is None:
            return
        asked = IdleAsked(ticket.assignee, ticket.idle_since, self.now + timedelta(minutes=15))
        assert self.take(asked) == (ticket.hand_back_at is None), "each question is put once"

    @rule(agent=AGENTS)
    def keep(self, agent: int) -> None:
        was_asked = self.ticket.hand_back_at is not None and self.ticket.assignee == agent
        assert self.take(Kept(agent)) == was_asked

    @invariant()
    def idle_means_claimed_and_waiting_for_us(self) -> None:
        if not self.log:
            return
        ticket = self.ticket
        if ticket.idle_since is None:
            assert ticket.hand_back_at is None
        else:
            assert (ticket.status, ticket.waiting) == (Status.OPEN, Waiting.US)
            assert ticket.assignee is not None

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
    def merged_means_closed_as_a_duplicate_with_nothing_of_its_own(self) -> None:
        if self.log and self.ticket.merged_into is not None:
            assert self.ticket.close_reason is CloseReason.DUPLICATE
            assert (self.ticket.merged, self.ticket.replies) == ((), ())

    @invariant()
    def its_conversations_are_elsewhere_while_it_is_merged(self) -> None:
        if self.log:
            assert self.diverted == (self.ticket.merged_into is not None)

    @invariant()
    def quiet_means_closed_without_a_word(self) -> None:
        if self.log and self.ticket.quiet:
            assert self.ticket.close_reason is CloseReason.NO_REPLY_NEEDED

    @invariant()
    def a_line_has_a_burst_and_no_reply(self) -> None:
        if self.log and self.ticket.lined:
            assert self.ticket.burst is not None
            assert self.ticket.replies == ()

    @invariant()
    def nothing_stands_beside_it_twice(self) -> None:
        if self.log:
            ticket = self.ticket
            for many in (ticket.tags, ticket.links, ticket.merged, ticket.muted):
                assert len(many) == len(set(many))
            assert 1 not in ticket.links

    @invariant()
    def the_network_is_asked_once_at_a_time(self) -> None:
        if self.log:
            for key, count in self.asked.items():
                asked = self.ticket.deed(*key)
                assert count == (asked is not None and not asked.proposed)

    @invariant()
    def nobody_reads_twice(self) -> None:
        if self.log:
            assert len(self.ticket.read_by) == len(set(self.ticket.read_by))

    @invariant()
    def the_log_folds_to_the_ticket(self) -> None:
        if self.log:
            assert fold(1, self.log) == replace(self.ticket)


TestLife = Life.TestCase
