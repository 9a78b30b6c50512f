"""What networks bring, in whatever order and however often, becomes the tickets that it should."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from care import GLOBAL, NOON, POLICY, Care, Hours, cared_for, wrote
from test_refolding import differs

from chatops.cards.ticket_card import CARD_EXCERPT
from chatops.channel import AccountRevoked, Deleted, Echo, Edited, Message
from chatops.event import (
    AnsweredOutside,
    Assigned,
    CustomerDeleted,
    CustomerEdited,
    CustomerWrote,
    Kind,
    Opened,
    Priority,
    ReopenCause,
    Reopened,
    ReplySent,
    WakeCause,
    Woken,
)
from chatops.sla import Outcome
from chatops.ticket import Status, Waiting

pytestmark = [pytest.mark.anyio, pytest.mark.databases]


def echo(text: str, of: Message, **more: object) -> Echo:
    """Our own account's answer to a customer's message."""
    given = {"external_id": f"e-{of.external_id}", "parent": of.external_id, "at": of.at}
    return Echo(
        account=of.account,
        thread_key=of.thread_key,
        text=text,
        private=of.private,
        **{**given, **more},
    )


async def test_message_opens_a_ticket_with_card_and_clock(care: Care) -> None:
    ticket = await care.opens(wrote("My tent is torn", who="mia"))
    record = await care.record(ticket)
    assert (record.ticket.queue, record.ticket.status) == ("global", Status.OPEN)
    assert (record.customer.handle, record.lines[0].text) == ("mia", "My tent is torn")
    assert record.clock is not None
    assert record.clock.due_at == NOON + timedelta(minutes=60)
    assert [type(event) for event in await care.log(ticket)] == [Opened, CustomerWrote]
    assert care.due() == [
        ("card", "care-global", "pending"),
    ]


async def test_same_message_again_adds_nothing(care: Care) -> None:
    message = wrote()
    await care.hears(message, message)
    before = care.everything()
    await care.hears(message)
    assert care.everything() == before


async def test_batch_of_several_conversations_is_taken_in_its_order(care: Care) -> None:
    first, second = wrote("one", thread="a"), wrote("two", thread="b")
    await care.hears(first, second, wrote("three", thread="a", at=NOON + timedelta(seconds=1)))
    assert care.count("ticket") == 2
    assert [line.text for line in (await care.record(1)).lines] == ["one", "three"]


async def test_64_messages_of_one_conversation_at_once_are_one_ticket(care: Care) -> None:
    messages = [wrote(f"message {n}", thread="storm") for n in range(64)]
    await asyncio.gather(*(care.hears(message) for message in messages))
    assert (care.count("ticket"), care.count("conversation")) == (1, 1)
    assert care.count("message") == 64
    assert len([e for e in await care.log(1) if isinstance(e, CustomerWrote)]) == 64


async def test_64_repeats_of_one_message_at_once_are_one_message(care: Care) -> None:
    message = wrote()
    await asyncio.gather(*(care.hears(message) for _ in range(64)))
    assert (care.count("ticket"), care.count("message")) == (1, 1)


async def test_second_customer_in_a_thread_gets_a_linked_ticket(care: Care) -> None:
    await care.hears(wrote(who="mia", thread="t"))
    ticket = await care.opens(who="leo", thread="t")
    assert care.count("ticket") == 2
    assert (await care.record(ticket)).others == (1,)
    assert (await care.record(1)).others == (2,)


async def test_older_message_that_comes_later_joins_the_ticket(care: Care) -> None:
    await care.hears(wrote("later", thread="t", at=NOON))
    await care.hears(wrote("earlier", thread="t", at=NOON - timedelta(minutes=5)))
    assert care.count("ticket") == 1
    assert (await care.ticket(1)).status is Status.OPEN


# --- edits and deletions


async def test_edit_changes_the_words_and_the_cards(care: Care) -> None:
    message = wrote("My tnet")
    ticket = await care.opens(message)
    await care.hears(Edited("aozora", message.external_id, "My tent", NOON))
    assert (await care.record(ticket)).lines[0].text == "My tent"
    assert CustomerEdited(1) in await care.log(ticket)


async def test_edit_that_changes_no_word_changes_nothing(care: Care) -> None:
    message = wrote()
    await care.opens(message)
    before = care.everything()
    await care.hears(Edited("aozora", message.external_id, message.text, NOON))
    assert care.everything() == before


async def test_edits_in_any_order_leave_the_newest_words(care: Care) -> None:
    message = wrote("My tnet")
    ticket = await care.opens(message)
    second = Edited("aozora", message.external_id, "My tent!", NOON + timedelta(minutes=2))
    first = Edited("aozora", message.external_id, "My tent", NOON + timedelta(minutes=1))
    await care.hears(second)
    await care.hears(first)
    assert (await care.record(ticket)).lines[0].text == "My tent!"


async def test_edit_before_its_message_is_kept_for_it(care: Care) -> None:
    message = wrote("My tnet")
    await care.hears(Edited("aozora", message.external_id, "My tent", NOON))
    assert care.sql("SELECT count(*) FROM ticket") == [(0,)]
    ticket = await care.opens(message)
    line = (await care.record(ticket)).lines[0]
    assert (line.text, line.edited, line.private) == ("My tent", True, False)
    await care.hears(message)
    assert care.sql("SELECT count(*) FROM message") == [(1,)]


async def test_deletion_leaves_a_tombstone_without_words(care: Care) -> None:
    message = wrote("my secret")
    ticket = await care.opens(message)
    gone = Deleted("aozora", message.external_id, NOON)
    await care.hears(gone, gone)
    line = (await care.record(ticket)).lines[0]
    assert (line.deleted, line.text) == (True, "")
    assert [e for e in await care.log(ticket) if isinstance(e, CustomerDeleted)] == [
        CustomerDeleted(1, nothing_left=True)
    ]


async def test_who_deletes_all_that_waits_is_owed_no_answer(care: Care) -> None:
    first, second = wrote("Where?", thread="t"), wrote("Hello?", thread="t")
    ticket = await care.opens(first)
    await care.hears(second, Deleted("aozora", first.external_id, NOON))
    clock = (await care.record(ticket)).clock
    assert clock is not None
    assert clock.outcome is None
    await care.hears(Deleted("aozora", second.external_id, NOON))
    clock = (await care.record(ticket)).clock
    assert clock is not None
    assert clock.outcome is Outcome.WAIVED
    deleted = [e for e in await care.log(ticket) if isinstance(e, CustomerDeleted)]
    assert [each.nothing_left for each in deleted] == [False, True]
    assert not await differs(care, ticket, care.desk.policy)


async def test_deletion_that_comes_before_its_message_holds(care: Care) -> None:
    message = wrote("never to be seen")
    await care.hears(Deleted("aozora", message.external_id, NOON))
    await care.hears(message)
    assert care.count("ticket") == 0
    assert care.sql("SELECT text, deleted FROM message") == [("", 1)]


async def test_edit_after_deletion_brings_no_words_back(care: Care) -> None:
    message = wrote("gone")
    await care.opens(message)
    await care.hears(
        Deleted("aozora", message.external_id, NOON),
        Edited("aozora", message.external_id, "back", NOON),
    )
    assert care.sql("SELECT text FROM message") == [("",)]


# --- our own account


async def test_colleagues_own_answer_stops_the_clock(care: Care) -> None:
    message = wrote()
    ticket = await care.opens(message)
    answered = NOON + timedelta(minutes=10)
    care.hours.jump(timedelta(minutes=10))
    # a platform's time is real, and business time runs ahead of it by as much as it was turned
    await care.hears(echo("On it", message, at=NOON))
    record = await care.record(ticket)
    assert record.clock is not None
    assert (record.clock.outcome, record.clock.stopped_at) == (Outcome.MET, answered)
    assert record.ticket.waiting is Waiting.CUSTOMER
    assert AnsweredOutside(2, answered) in await care.log(ticket)


async def test_colleagues_own_answer_that_is_heard_of_late_leaves_us_what_came_after_it(
    care: Care,
) -> None:
    message = wrote(thread="t")
    ticket = await care.opens(message)
    care.hours.jump(timedelta(minutes=10))
    await care.hears(wrote("Hello?", thread="t"))
    await care.hears(echo("On it", message, at=NOON - timedelta(minutes=5)))
    record, answered = await care.record(ticket), NOON + timedelta(minutes=5)
    assert record.clock is not None
    assert (record.clock.outcome, record.clock.stopped_at) == (Outcome.MET, answered)
    assert (record.ticket.waiting, record.ticket.answered_at) == (Waiting.US, answered)
    asked_at = NOON + timedelta(minutes=10)
    assert AnsweredOutside(3, answered, asked_at) in await care.log(ticket)


async def test_echo_with_our_mark_is_our_reply_whatever_its_words_became(care: Care) -> None:
    message = wrote("Where is my tent?")
    ticket = await care.opens(message)
    reply = await care.replies("ben", ticket, "See https://a.example/tents")
    ((mark,),) = care.sql("SELECT marker FROM delivery WHERE what = 'reply'")
    shortened = echo("See https://t.example/1", message, marker=mark, url="https://x.example/9")
    await care.hears(shortened, shortened)
    assert care.sql(
        "SELECT id, text, state, external_id, url FROM message WHERE direction = 'outbound'"
    ) == [(reply, "See https://a.example/tents", "sent", shortened.external_id, shortened.url)]
    assert ReplySent(reply, care.agents["ben"].id, NOON) in await care.log(ticket)
    assert (await care.ticket(ticket)).replies == ()


async def test_echo_with_a_mark_of_nobodys_is_answered_outside(care: Care) -> None:
    message = wrote()
    ticket = await care.opens(message)
    await care.hears(echo("On it", message, marker="another product's"))
    assert AnsweredOutside(2, NOON) in await care.log(ticket)


async def test_our_own_post_opens_no_ticket_and_is_shown_where_it_is_answered(care: Care) -> None:
    post = Echo("aozora", "post", "thread", "New tents are here", NOON, private=False)
    await care.hears(post, post)
    assert care.count("ticket") == 0
    ticket = await care.opens(thread="thread", parent="post", kind=Kind.REPLY)
    assert (await care.record(ticket)).lines[0].parent_text == "New tents are here"


async def test_answer_in_a_thread_of_one_customer_belongs_to_them(care: Care) -> None:
    message = wrote(thread="t")
    ticket = await care.opens(message)
    await care.hears(echo("Hello", message, parent=None))
    assert [type(e) for e in await care.log(ticket)][-1] is AnsweredOutside


async def test_answer_in_a_thread_of_two_is_nobodys_without_its_parent(care: Care) -> None:
    message = wrote(who="mia", thread="t")
    await care.hears(message, wrote(who="leo", thread="t"))
    await care.hears(echo("Hello all", message, parent=None))
    assert care.sql("SELECT ticket FROM message WHERE direction = 'outbound'") == [(None,)]


async def test_answer_to_our_own_post_is_nobodys(care: Care) -> None:
    await care.hears(Echo("aozora", "post", "t", "New tents", NOON, private=False))
    await care.hears(Echo("aozora", "more", "t", "And stoves", NOON, private=False, parent="post"))
    assert (care.count("ticket"), care.count("message")) == (0, 2)


# --- thanks, reopening, waking


async def closed(care: Care, **given: object) -> int:
    ticket = await care.opens(thread="t", **given)
    await care.did("ben", "claim", ticket)
    await care.did("ben", "close", ticket, fields={"reason": "resolved"})
    return ticket


async def test_thanks_on_a_closed_ticket_are_recorded_and_reopen_nothing(care: Care) -> None:
    ticket = await closed(care)
    await care.hears(wrote("Thank you so much!", thread="t"))
    after = await care.ticket(ticket)
    assert (after.status, after.thanked) == (Status.CLOSED, True)
    await care.did("ben", "reopen", ticket)
    assert (await care.ticket(ticket)).status is Status.OPEN


async def test_where_nothing_was_answered_there_is_nothing_to_thank_for(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await care.did("ben", "snooze", ticket, fields={"until": "customer"})
    await care.hears(wrote("ok thanks", thread="t"))
    after = await care.ticket(ticket)
    assert (after.status, after.waiting) == (Status.OPEN, Waiting.US)
    assert not (await care.record(ticket)).lines[-1].thanks


async def test_close_that_an_agent_takes_back_owes_what_was_owed(care: Care) -> None:
    ticket = await closed(care)
    assert (await care.record(ticket)).clock.outcome is Outcome.WAIVED
    await care.did("ben", "reopen", ticket)
    clock = (await care.record(ticket)).clock
    assert (clock.cycle, clock.outcome, clock.stopped_at) == (1, None, None)
    assert clock.due_at == NOON + timedelta(minutes=60)


async def test_late_thanks_open_nothing_new(care: Care) -> None:
    await closed(care)
    care.hours.jump(timedelta(days=30))
    await care.hears(wrote("Thanks!", thread="t"))
    assert care.count("ticket") == 1


@pytest.mark.parametrize(("days", "tickets"), [(7, 1), (7.01, 2)])
async def test_customer_reopens_within_the_window_and_later_opens_anew(
    care: Care, days: float, tickets: int
) -> None:
    ticket = await closed(care)
    care.hours.jump(timedelta(days=days))
    await care.hears(wrote("It broke again", thread="t"))
    assert care.count("ticket") == tickets
    old = await care.ticket(ticket)
    if tickets == 1:
        assert old.status is Status.OPEN
        assert Reopened(ReopenCause.CUSTOMER, None) in await care.log(ticket)
        assert ("announce", "care-global", "pending") in care.due()
    else:
        assert old.status is Status.CLOSED
        new = await care.record(2)
        assert (new.ticket.predecessor, new.others) == (ticket, (ticket,))
        await care.hears(wrote("Hello?", thread="t"))
        assert care.count("ticket") == 2  # the conversation points at the new one


async def test_customer_who_returns_unanswered_starts_a_new_cycle(care: Care) -> None:
    ticket = await closed(care)
    care.hours.jump(timedelta(hours=1))
    await care.hears(wrote("Anyone?", thread="t", at=NOON))
    clock = (await care.record(ticket)).clock
    assert clock is not None
    assert (clock.cycle, clock.outcome, clock.started_at) == (2, None, NOON + timedelta(hours=1))


async def test_customers_message_wakes_a_snoozed_ticket(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await care.did(
        "ben", "snooze", ticket, fields={"until": "customer", "reason": "waiting_customer"}
    )
    await care.hears(wrote("Here I am", thread="t"))
    assert (await care.ticket(ticket)).status is Status.OPEN
    assert Woken(WakeCause.CUSTOMER) in await care.log(ticket)


# --- clocks


async def test_backfill_starts_no_clock(care: Care) -> None:
    ticket = await care.opens(at=NOON - timedelta(hours=24, seconds=1))
    assert (await care.record(ticket)).clock is None


async def test_message_of_a_day_ago_still_has_its_clock(care: Care) -> None:
    ticket = await care.opens(at=NOON - timedelta(hours=24))
    clock = (await care.record(ticket)).clock
    assert clock is not None
    assert clock.started_at == NOON - timedelta(hours=24)


async def test_platform_whose_clock_is_ahead_starts_no_clock_in_the_future(care: Care) -> None:
    ticket = await care.opens(at=NOON + timedelta(minutes=3))
    clock = (await care.record(ticket)).clock
    assert clock is not None
    assert clock.started_at == NOON


# --- routing


async def test_priority_says_why(care: Care) -> None:
    ticket = await care.ticket(await care.opens(text="I was injured", followers=20_000))
    assert (ticket.priority, ticket.why) == (Priority.URGENT, ("why-followers", "why-words"))


async def test_round_robin_goes_among_who_is_on(care: Care) -> None:
    for name in ("aoi", "kim", "maya"):
        await care.did(name, "on")
    await care.did("maya", "off")
    turns = []
    for _ in range(4):
        ticket = await care.ticket(await care.opens(account="aozora_ja"))
        turns.append(ticket.assignee)
    aoi, kim = care.agents["aoi"].id, care.agents["kim"].id
    assert turns in ([aoi, kim, aoi, kim], [kim, aoi, kim, aoi])
    assert Assigned(turns[0] or 0, by=None) in await care.log(1)


async def test_nobody_on_leaves_the_ticket_to_all(care: Care) -> None:
    ticket = await care.ticket(await care.opens(account="aozora_ja"))
    assert ticket.assignee is None


async def test_viewer_who_is_on_gets_no_ticket_of_the_queue(care: Care) -> None:
    await care.did("ben", "on")
    ticket = await care.ticket(await care.opens())  # a queue whose tickets are claimed by hand
    assert ticket.assignee is None


async def test_long_message_goes_on_in_the_thread(care: Care) -> None:
    await care.opens(text="so " * CARD_EXCERPT)
    assert care.due() == [
        ("card", "care-global", "pending"),
        ("message", "care-global", "pending"),
    ]


async def test_message_on_an_assigned_ticket_calls_the_assignee_once(care: Care) -> None:
    ticket = await care.opens(thread="t")
    await care.did("ben", "claim", ticket)
    await care.hears(wrote("and?", thread="t"))
    assert care.sql("SELECT mention FROM delivery WHERE what = 'message'") == [(1,)]


async def test_calling_the_assignee_can_be_switched_off(
    tmp_path, empty_database, hours: Hours
) -> None:
    quiet = replace(GLOBAL, mention_assignee=False, announce=frozenset())
    policy = replace(POLICY, queues={**POLICY.queues, "global": quiet})
    async with cared_for(tmp_path, empty_database, hours, policy) as care:
        ticket = await care.opens(thread="t")
        await care.did("ben", "claim", ticket)
        await care.hears(wrote("and?", thread="t"))
        await care.did("ben", "unclaim", ticket)
        assert care.sql("SELECT mention FROM delivery WHERE what = 'message'") == [(0,)]
        assert care.due("announce") == []


async def test_revocation_marks_the_account_and_writes_its_alert_in_one_transaction(
    care: Care,
) -> None:
    await care.desk.receive([AccountRevoked("aozora", NOON)], lambda tx: tx.raw_read(1))
    assert (await care.storage.vault.state("aozora")).revoked
    assert care.due("published") == [("published", "care-managers", "pending")]
