"""Every status met by every event: what becomes of the ticket, and what must follow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chatops.effect import (
    AlertBreach,
    Announce,
    Effect,
    PostEvent,
    PostMessage,
    RefreshMessage,
    SendNow,
    SendToCustomer,
    ShowCard,
    Withhold,
)
from chatops.event import (
    AnsweredOutside,
    Assigned,
    Breached,
    Claimed,
    Closed,
    CloseReason,
    CustomerDeleted,
    CustomerEdited,
    CustomerForgotten,
    CustomerWrote,
    Escalated,
    Event,
    Invited,
    Kind,
    Noted,
    Occasion,
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
from chatops.text import Mention, Text, text
from chatops.ticket import Refusal, Reply, Status, Ticket, Waiting, Writer

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
BEN, AOI = 7, 8

OPENED = Opened(
    conversation=3,
    customer=5,
    account="aozora",
    channel="x",
    kind=Kind.MENTION,
    private=False,
    queue="global",
    language="en",
    priority=Priority.HIGH,
    why=("why-followers",),
    can_reply=True,
)
NEW, _ = opened(42, OPENED, NOW)
OPEN = replace(NEW, revision=2)
MINE = replace(OPEN, assignee=BEN)
SNOOZED = replace(
    MINE, status=Status.SNOOZED, snooze_reason=SnoozeReason.LATER, snoozed_until=LATER
)
AWAITING = replace(SNOOZED, snooze_reason=SnoozeReason.WAITING_CUSTOMER, snoozed_until=None)
CLOSED = replace(
    MINE, status=Status.CLOSED, close_reason=CloseReason.RESOLVED, closed_at=NOW, thanked=True
)
WAITING = Reply(11, BEN, Then.NOTHING, ReplyState.WAITING)
SENDING = replace(WAITING, state=ReplyState.SENDING)
DOUBTED = replace(WAITING, state=ReplyState.IN_DOUBT)


def replying(reply: Reply) -> Ticket:
    return replace(MINE, replies=(reply,))


def test_a_first_message_opens_a_ticket_with_a_card_in_its_queues_rooms() -> None:
    ticket, effects = opened(42, OPENED, NOW)
    assert ticket == Ticket(
        id=42,
        conversation=3,
        customer=5,
        account="aozora",
        channel="x",
        kind=Kind.MENTION,
        private=False,
        queue="global",
        language="en",
        priority=Priority.HIGH,
        why=("why-followers",),
        can_reply=True,
        predecessor=None,
        opened_at=NOW,
    )
    assert effects == (ShowCard(room=None),)


AWAKE = {"status": Status.OPEN, "snooze_reason": None, "snoozed_until": None}

ACCEPTED: list[tuple[str, Ticket, Event, dict[str, object], tuple[Effect, ...]]] = [
    ("the card shows the opening message", NEW, CustomerWrote(1), {}, ()),
    ("a message goes to the thread", OPEN, CustomerWrote(2), {}, (PostMessage(2),)),
    (
        "a message calls the assignee and is unread again",
        replace(MINE, read_by=(BEN,), waiting=Waiting.CUSTOMER),
        CustomerWrote(2),
        {"waiting": Waiting.US, "read_by": (), "idle_since": NOW},
        (PostMessage(2, mention=True),),
    ),
    (
        "a message takes back what was to follow a reply written before it",
        replying(replace(WAITING, then=Then.CLOSE)),
        CustomerWrote(12),
        {"replies": (replace(WAITING, overtaken=True),), "idle_since": NOW},
        (PostMessage(12, mention=True),),
    ),
    (
        "an invitation that is under way invites all the same",
        replying(replace(WAITING, then=Then.INVITE)),
        CustomerWrote(12),
        {
            "replies": (replace(WAITING, then=Then.INVITE, overtaken=True),),
            "idle_since": NOW,
        },
        (PostMessage(12, mention=True),),
    ),
    (
        "thanks on a closed ticket stay on it",
        replace(CLOSED, thanked=False, read_by=(BEN,)),
        CustomerWrote(2, thanks=True),
        {"thanked": True},
        (PostMessage(2, mention=True),),
    ),
    (
        "thanks on an open ticket ask for nothing",
        replace(OPEN, waiting=Waiting.CUSTOMER),
        CustomerWrote(2, thanks=True),
        {},
        (PostMessage(2),),
    ),
    ("an edit refreshes the line", OPEN, CustomerEdited(2), {}, (RefreshMessage(2),)),
    ("a deletion refreshes the line", OPEN, CustomerDeleted(2), {}, (RefreshMessage(2),)),
    (
        "who asked to be forgotten cannot be answered, and is owed nothing",
        SNOOZED,
        CustomerForgotten(),
        {
            "can_reply": False,
            "status": Status.CLOSED,
            "close_reason": CloseReason.NO_REPLY_NEEDED,
            "closed_at": NOW,
            "snooze_reason": None,
            "snoozed_until": None,
        },
        (PostEvent(),),
    ),
    (
        "a closed ticket stays closed as it was",
        CLOSED,
        CustomerForgotten(),
        {"can_reply": False, "thanked": False},
        (PostEvent(),),
    ),
    (
        "an answer on the network itself counts",
        OPEN,
        AnsweredOutside(2, LATER),
        {"waiting": Waiting.CUSTOMER, "answered_at": LATER},
        (PostMessage(2),),
    ),
    (
        "one that is heard of after the customer's next message leaves that to us",
        replace(OPEN, answered_at=LATER),
        AnsweredOutside(2, NOW, asked_at=LATER),
        {},
        (PostMessage(2),),
    ),
    ("a claim", OPEN, Claimed(BEN), {"assignee": BEN, "read_by": (BEN,), "idle_since": NOW}, ()),
    (
        "a claim leaves a snoozed ticket asleep",
        replace(SNOOZED, assignee=None),
        Claimed(AOI),
        {"assignee": AOI, "read_by": (AOI,)},
        (),
    ),
    (
        "assigned by a colleague",
        OPEN,
        Assigned(AOI, BEN),
        {"assignee": AOI, "read_by": (BEN,), "idle_since": NOW},
        (PostEvent(),),
    ),
    (
        "assigned by a rule",
        OPEN,
        Assigned(AOI, None),
        {"assignee": AOI, "idle_since": NOW},
        (PostEvent(),),
    ),
    (
        "nobody is told of their own act",
        OPEN,
        Assigned(AOI, AOI),
        {"assignee": AOI, "read_by": (AOI,), "idle_since": NOW},
        (),
    ),
    (
        "unclaimed",
        MINE,
        Unclaimed(BEN),
        {"assignee": None, "read_by": (BEN,)},
        (Announce(Occasion.UNASSIGNED),),
    ),
    ("read", OPEN, Read(AOI), {"read_by": (AOI,)}, ()),
    ("a note", OPEN, Noted(9, AOI), {"read_by": (AOI,)}, (PostMessage(9),)),
    (
        "a note on a closed ticket",
        replace(CLOSED, read_by=(AOI,)),
        Noted(9, AOI),
        {},
        (PostMessage(9),),
    ),
    (
        "writing",
        OPEN,
        WritingBegan(AOI, LATER),
        {"writer": Writer(AOI, LATER), "read_by": (AOI,)},
        (),
    ),
    (
        "writing no more",
        replace(OPEN, writer=Writer(AOI, LATER)),
        WritingEnded(AOI),
        {"writer": None},
        (),
    ),
    (
        "a reply waits, and ends its writer's lock",
        replace(MINE, writer=Writer(BEN, LATER)),
        ReplyRequested(11, BEN),
        {"replies": (WAITING,), "read_by": (BEN,), "writer": None},
        (PostMessage(11), SendToCustomer(11)),
    ),
    (
        "a reply leaves a colleague's lock",
        replace(MINE, writer=Writer(AOI, LATER)),
        ReplyRequested(11, BEN),
        {"replies": (WAITING,), "read_by": (BEN,)},
        (PostMessage(11), SendToCustomer(11)),
    ),
    (
        "undone",
        replying(WAITING),
        ReplyWithdrawn(11),
        {"replies": ()},
        (Withhold(11), RefreshMessage(11)),
    ),
    ("send now", replying(WAITING), ReplyHastened(11), {}, (SendNow(11),)),
    (
        "sending",
        replying(WAITING),
        SendingBegan(11),
        {"replies": (SENDING,)},
        (RefreshMessage(11),),
    ),
    (
        "sent",
        replying(SENDING),
        ReplySent(11, BEN, LATER),
        {"replies": (), "waiting": Waiting.CUSTOMER, "answered_at": LATER},
        (RefreshMessage(11),),
    ),
    (
        "sent, and overtaken by the customer meanwhile",
        replying(replace(SENDING, overtaken=True)),
        ReplySent(11, BEN, LATER),
        {"replies": (), "answered_at": LATER},
        (RefreshMessage(11),),
    ),
    (
        "a message that the network lets us answer",
        replace(OPEN, can_reply=False),
        CustomerWrote(2, can_reply=True),
        {"can_reply": True},
        (PostMessage(2),),
    ),
    ("failed", replying(SENDING), ReplyFailed(11, "x-403"), {"replies": ()}, (RefreshMessage(11),)),
    (
        "in doubt",
        replying(SENDING),
        ReplyDoubted(11),
        {"replies": (DOUBTED,)},
        (RefreshMessage(11),),
    ),
    (
        "sent again",
        replying(DOUBTED),
        ReplyRequeued(11, BEN),
        {"replies": (WAITING,), "read_by": (BEN,)},
        (SendToCustomer(11), RefreshMessage(11)),
    ),
    (
        "snoozed until a time",
        MINE,
        Snoozed(SnoozeReason.LATER, LATER, BEN),
        {
            "status": Status.SNOOZED,
            "snooze_reason": SnoozeReason.LATER,
            "snoozed_until": LATER,
            "read_by": (BEN,),
        },
        (),
    ),
    (
        "snoozed until the customer answers",
        MINE,
        Snoozed(SnoozeReason.WAITING_CUSTOMER, None, BEN),
        {
            "status": Status.SNOOZED,
            "snooze_reason": SnoozeReason.WAITING_CUSTOMER,
            "waiting": Waiting.CUSTOMER,
            "read_by": (BEN,),
        },
        (),
    ),
    (
        "woken by time",
        SNOOZED,
        Woken(WakeCause.TIME),
        AWAKE | {"idle_since": NOW},
        (Announce(Occasion.WOKEN),),
    ),
    (
        "woken by an agent",
        SNOOZED,
        Woken(WakeCause.AGENT),
        AWAKE | {"idle_since": NOW},
        (),
    ),
    (
        "escalated",
        MINE,
        Escalated("specialists", "care-escalation", BEN, 12),
        {"level": 1, "escalated_to": "specialists", "read_by": (BEN,)},
        (ShowCard("care-escalation"), PostEvent()),
    ),
    (
        "escalated by a stage, which has a line of its own",
        MINE,
        Escalated("specialists", "care-escalation", None, None),
        {"level": 1, "escalated_to": "specialists"},
        (ShowCard("care-escalation"),),
    ),
    (
        "closed",
        SNOOZED,
        Closed(CloseReason.SPAM, BEN),
        {
            "status": Status.CLOSED,
            "close_reason": CloseReason.SPAM,
            "closed_at": NOW,
            "read_by": (BEN,),
            "snooze_reason": None,
            "snoozed_until": None,
        },
        (PostEvent(),),
    ),
    (
        "reopened",
        CLOSED,
        Reopened(ReopenCause.AGENT, BEN),
        {
            "status": Status.OPEN,
            "close_reason": None,
            "closed_at": None,
            "thanked": False,
            "read_by": (BEN,),
        },
        (Announce(Occasion.REOPENED),),
    ),
    ("late", OPEN, Breached(NOW), {}, (AlertBreach(),)),
]


@pytest.mark.parametrize(
    ("before", "event", "changes", "effects"),
    [row[1:] for row in ACCEPTED],
    ids=[row[0] for row in ACCEPTED],
)
def test_an_event_makes_of_a_ticket(
    before: Ticket, event: Event, changes: dict[str, object], effects: tuple[Effect, ...]
) -> None:
    after = replace(before, **changes, revision=before.revision + 1)  # type: ignore[arg-type]
    assert step(before, event, NOW) == (after, effects)


is_closed = text("is-closed", ticket=42)
REFUSED: list[tuple[Ticket, Event, Text, str | None]] = [
    (CLOSED, Claimed(AOI), is_closed, None),
    (MINE, Claimed(BEN), text("already-yours", ticket=42), None),
    (MINE, Claimed(AOI), text("already-claimed", ticket=42, agent=Mention(BEN)), None),
    (CLOSED, Assigned(AOI, BEN), is_closed, None),
    (MINE, Assigned(BEN, AOI), text("already-assigned", ticket=42, agent=Mention(BEN)), None),
    (OPEN, Unclaimed(BEN), text("not-claimed", ticket=42), None),
    (CLOSED, Unclaimed(BEN), is_closed, None),
    (replace(OPEN, read_by=(BEN,)), Read(BEN), text("already-read", ticket=42), None),
    (OPEN, WritingEnded(BEN), text("not-writing", ticket=42), None),
    (
        replace(OPEN, writer=Writer(AOI, LATER)),
        WritingEnded(BEN),
        text("not-writing", ticket=42),
        None,
    ),
    (CLOSED, ReplyRequested(11, BEN), is_closed, None),
    (
        replace(OPEN, can_reply=False),
        ReplyRequested(11, BEN),
        text("cannot-reply-here", ticket=42),
        None,
    ),
    (OPEN, ReplyWithdrawn(11), text("too-late-to-undo", ticket=42), None),
    (replying(SENDING), ReplyWithdrawn(11), text("too-late-to-undo", ticket=42), None),
    (OPEN, ReplyHastened(11), text("reply-not-waiting", ticket=42), None),
    (replying(SENDING), ReplyHastened(11), text("reply-not-waiting", ticket=42), None),
    (OPEN, SendingBegan(11), text("reply-not-waiting", ticket=42), None),
    (replying(DOUBTED), SendingBegan(11), text("reply-not-waiting", ticket=42), None),
    (OPEN, ReplySent(11, BEN, NOW), text("reply-not-waiting", ticket=42), None),
    (OPEN, ReplyFailed(11, "x"), text("reply-not-waiting", ticket=42), None),
    (OPEN, ReplyDoubted(11), text("reply-not-sending", ticket=42), None),
    (replying(WAITING), ReplyDoubted(11), text("reply-not-sending", ticket=42), None),
    (OPEN, ReplyRequeued(11, BEN), text("reply-not-in-doubt", ticket=42), None),
    (replying(WAITING), ReplyRequeued(11, BEN), text("reply-not-in-doubt", ticket=42), None),
    (CLOSED, Snoozed(SnoozeReason.LATER, LATER, BEN), is_closed, None),
    (OPEN, Snoozed(SnoozeReason.LATER, None, BEN), text("snooze-needs-time"), "until"),
    (OPEN, Snoozed(SnoozeReason.LATER, NOW, BEN), text("snooze-in-the-past", at=NOW), "until"),
    (OPEN, Woken(WakeCause.TIME), text("not-snoozed", ticket=42), None),
    (CLOSED, Escalated("specialists", "care-escalation", BEN, None), is_closed, None),
    (CLOSED, Closed(CloseReason.RESOLVED, BEN), is_closed, None),
    (OPEN, Reopened(ReopenCause.AGENT, BEN), text("not-closed", ticket=42), None),
]


@pytest.mark.parametrize(
    ("before", "event", "said", "field"),
    REFUSED,
    ids=[f"{type(row[1]).__name__}-{row[2].id}-{n}" for n, row in enumerate(REFUSED)],
)
def test_an_event_that_may_not_happen_is_refused(
    before: Ticket, event: Event, said: Text, field: str | None
) -> None:
    assert step(before, event, NOW) == Refusal(said, field)


@pytest.mark.parametrize(
    ("before", "thanks", "events"),
    [
        (OPEN, False, (CustomerWrote(2),)),
        (OPEN, True, (CustomerWrote(2, thanks=True),)),
        (SNOOZED, False, (CustomerWrote(2), Woken(WakeCause.CUSTOMER))),
        (SNOOZED, True, (CustomerWrote(2, thanks=True),)),
        (AWAITING, True, (CustomerWrote(2, thanks=True), Woken(WakeCause.CUSTOMER))),
        (CLOSED, False, (CustomerWrote(2), Reopened(ReopenCause.CUSTOMER, None))),
        (CLOSED, True, (CustomerWrote(2, thanks=True),)),
    ],
)
def test_a_customers_message_wakes_and_reopens_unless_it_is_only_thanks(
    before: Ticket, thanks: bool, events: tuple[Event, ...]
) -> None:
    assert heard(before, CustomerWrote(2, thanks)) == events


@pytest.mark.parametrize(
    ("then", "events"),
    [
        (Then.NOTHING, ()),
        (Then.CLOSE, (Closed(CloseReason.RESOLVED, BEN),)),
        (Then.WAIT, (Snoozed(SnoozeReason.WAITING_CUSTOMER, None, BEN),)),
        (Then.INVITE, (Invited(BEN),)),
    ],
)
def test_what_the_agent_asked_follows_an_accepted_reply(
    then: Then, events: tuple[Event, ...]
) -> None:
    assert afterwards(replace(SENDING, then=then)) == events


def test_a_second_opening_is_a_fault_of_ours() -> None:
    with pytest.raises(AssertionError, match="opened once"):
        step(OPEN, OPENED, NOW)


def test_a_log_folds_to_its_ticket() -> None:
    log = [(OPENED, NOW), (CustomerWrote(1), NOW), (Claimed(BEN), LATER)]
    assert fold(42, log) == replace(NEW, revision=3, assignee=BEN, read_by=(BEN,), idle_since=LATER)


@pytest.mark.parametrize(
    ("log", "fault"),
    [
        ([(Claimed(BEN), NOW)], "does not begin with Opened"),
        ([(OPENED, NOW), (Unclaimed(BEN), NOW)], "was refused: not-claimed"),
    ],
)
def test_a_log_that_no_ticket_wrote_is_told_apart(
    log: list[tuple[Event, datetime]], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        fold(42, log)
