"""Replies to customers: undone in time, sent once, followed by what was asked, told truly."""

import asyncio
from pathlib import Path

import pytest
from care import Hours, refused
from town import Town, shows, town_around

from adapters.sandbox.faults import Fault
from adapters.sandbox.slack import Fault as SlackFault
from adapters.sandbox.slack import Kind as SlackKind
from chatops.channel import Outgoing, Sent
from chatops.errors import Unreached
from chatops.event import (
    CloseReason,
    ReplyDoubted,
    ReplyFailed,
    ReplyWithdrawn,
    SendingBegan,
    SnoozeReason,
)
from chatops.sla import Outcome
from chatops.ticket import Status, Waiting

pytestmark = [pytest.mark.anyio, pytest.mark.databases]


async def asked(town: Town, text: str = "Where is my tent?") -> int:
    """A customer has written on Chirp, and the card is there."""
    mia = town.chirp.hands.person("mia")
    town.chirp.hands.write(mia, text)
    await town.quiet()
    return int(town.sql("SELECT max(id) FROM ticket")[0][0])


def state(town: Town, message: int) -> str:
    return str(town.sql("SELECT state FROM message WHERE id = ?", message)[0][0])


async def visible(town: Town, ticket: int, state: str = "Undo") -> None:
    """Wait until the newest line of the thread shows that word, with the clocks standing still."""
    card = await town.card(ticket)

    def there() -> bool:
        lines = town.slack.state.replies(card.channel, card.ts)
        return bool(lines) and state in shows(lines[-1])

    await town.until(there, step=0)


@pytest.mark.databases("sqlite")  # time is turned while it answers
async def test_reply_waits_until_its_undo_line_is_visible_and_then_ten_seconds(town: Town) -> None:
    ticket = await asked(town)
    town.slack.fault(SlackFault("chat.postMessage", SlackKind.LIMITED, retry_after=60))
    reply = await town.replies("ben", ticket, "On its way.")
    await town.until(lambda: "fault:429" in town.calls("chat.postMessage"), step=1)
    for _ in range(50):
        await town.passes(1)
    assert (town.answered(), state(town, reply)) == ([], "waiting")
    await town.until(lambda: town.due("reply")[0][2] == "pending")
    shown_at = town.hours.now()
    await town.until(town.answered)
    assert town.answered() == ["On its way."]
    assert 10 <= town.hours.now() - shown_at < 12
    await town.quiet()
    assert "✓" in shows((await town.thread(ticket))[-1])


async def test_acceptance_stops_the_clock_and_waits_for_the_customer(town: Town) -> None:
    ticket = await asked(town)
    reply = await town.replies("ben", ticket)
    await town.until(lambda: state(town, reply) == "sent")
    record = await town.record(ticket)
    assert (record.ticket.waiting, record.ticket.replies) == (Waiting.CUSTOMER, ())
    assert record.clock is not None
    assert record.clock.outcome is Outcome.MET


async def test_undo_in_time_sends_nothing_and_leaves_the_ticket_as_it_was(town: Town) -> None:
    ticket = await asked(town)
    reply = await town.replies("ben", ticket, "Oops", then="close")
    await visible(town, ticket)
    await town.did("ben", "undo", ticket, fields={"message": str(reply)})
    for _ in range(30):
        await town.passes(1)
    await town.quiet()
    assert (town.answered(), state(town, reply)) == ([], "withdrawn")
    after = await town.ticket(ticket)
    assert (after.status, after.answered_at) == (Status.OPEN, None)
    assert town.due("reply") == [("reply", "account:aozora", "withdrawn")]


async def test_undo_before_the_line_is_visible_is_undo_too(town: Town) -> None:
    ticket = await asked(town)
    reply = await town.replies("ben", ticket)
    await town.did("ben", "undo", ticket)
    for _ in range(30):
        await town.passes(1)
    await town.quiet()
    assert (town.answered(), state(town, reply)) == ([], "withdrawn")


@pytest.mark.parametrize("round_", range(4))
async def test_undo_races_with_sending_and_one_of_them_wins_wholly(town: Town, round_: int) -> None:
    ticket = await asked(town)
    reply = await town.replies("ben", ticket)
    await visible(town, ticket)
    await town.until(lambda: town.due("reply")[0][2] == "pending", step=0)
    await town.hours.turn(10)
    town.desk.changed.set()
    for _ in range(round_):
        await asyncio.sleep(0)
    outcome = await town.does("ben", "undo", ticket, fields={"message": str(reply)})
    await town.quiet()
    await town.until(lambda: state(town, reply) in {"sent", "withdrawn"})
    await town.quiet()
    events = await town.log(ticket)
    if state(town, reply) == "withdrawn":
        assert town.answered() == []
        assert SendingBegan(reply) not in events
    else:
        assert refused(outcome) == "too-late-to-undo"
        assert town.answered() == ["On its way."]
        assert ReplyWithdrawn(reply) not in events


async def test_send_now_ends_the_wait(town: Town) -> None:
    ticket = await asked(town)
    reply = await town.replies("ben", ticket)
    await visible(town, ticket)
    await town.did("ben", "sendnow", ticket, fields={"message": str(reply)})
    await town.until(town.answered, step=0)
    await town.until(lambda: state(town, reply) == "sent", step=0)


@pytest.mark.parametrize(
    ("then", "status"), [("close", Status.CLOSED), ("wait", Status.SNOOZED), ("nothing", "open")]
)
async def test_what_was_to_follow_follows_the_acceptance(
    town: Town, then: str, status: str
) -> None:
    ticket = await asked(town)
    reply = await town.replies("ben", ticket, then=then)
    assert (await town.ticket(ticket)).status is Status.OPEN
    await town.until(lambda: state(town, reply) == "sent")
    after = await town.ticket(ticket)
    assert after.status == status
    if then == "close":
        assert after.close_reason is CloseReason.RESOLVED
    if then == "wait":
        assert (after.snooze_reason, after.snoozed_until) == (SnoozeReason.WAITING_CUSTOMER, None)


async def test_what_was_to_follow_is_left_out_where_a_colleague_was_quicker(town: Town) -> None:
    ticket = await asked(town)
    reply = await town.replies("ben", ticket, then="close")
    await town.did("aoi", "close", ticket, fields={"reason": "duplicate"})
    await town.until(lambda: state(town, reply) == "sent")
    assert (await town.ticket(ticket)).close_reason is CloseReason.DUPLICATE


async def test_reply_on_an_unclaimed_ticket_claims_it(town: Town) -> None:
    ticket = await asked(town)
    await town.replies("ben", ticket)
    assert (await town.ticket(ticket)).assignee == town.agents["ben"].id


async def test_two_replies_of_a_conversation_leave_in_their_order(town: Town) -> None:
    ticket = await asked(town)
    await town.replies("ben", ticket, "one")
    await town.replies("ben", ticket, "two")
    await town.until(lambda: len(town.answered()) == 2)
    assert town.answered() == ["one", "two"]


async def test_reply_in_doubt_holds_back_only_its_own_conversation(town: Town) -> None:
    first = await asked(town)
    town.chirp.hands.write(town.chirp.hands.person("leo"), "And mine?")
    await town.quiet()
    second = first + 1
    town.chirp.hands.fault(Fault("reset_after", path="/posts"))
    await town.replies("ben", first, "to mia")
    await town.until(lambda: town.outbox.progress.get("reply_in_doubt"))
    await town.replies("ben", second, "to leo")
    await town.until(lambda: "to leo" in town.answered())
    await town.until(lambda: town.sql("SELECT 1 FROM message WHERE state = 'in doubt'") == [])


# --- trouble


@pytest.mark.parametrize("kind", ["reset_after", "reset", "500", "503html", "429"])
async def test_trouble_on_the_network_sends_it_once(town: Town, kind: str) -> None:
    ticket = await asked(town)
    town.chirp.hands.fault(Fault(kind, path="/posts", method="POST", times=2))  # type: ignore[arg-type]
    reply = await town.replies("ben", ticket)
    await town.until(lambda: state(town, reply) == "sent")
    await town.quiet()
    assert town.answered() == ["On its way."]
    assert (await town.ticket(ticket)).replies == ()


async def test_reply_put_back_by_a_limit_may_be_undone_meanwhile(town: Town) -> None:
    ticket = await asked(town)
    town.chirp.hands.fault(Fault("429", path="/posts", method="POST", retry_after=60))
    reply = await town.replies("ben", ticket)
    await town.until(lambda: town.due("reply")[0][2] == "pending")
    await town.until(lambda: town.outbox.progress.get("reply_limited"))
    await town.did("ben", "undo", ticket)
    for _ in range(90):
        await town.passes(1)
    assert (town.answered(), state(town, reply)) == ([], "withdrawn")


async def test_refusal_is_told_in_the_thread_and_the_ticket_stays(town: Town) -> None:
    ticket = await asked(town)
    parent = next(iter(town.chirp.timeline.posts))
    reply = await town.replies("ben", ticket, then="close")
    town.chirp.timeline.delete(parent)
    await town.until(lambda: state(town, reply) == "failed")
    await town.quiet()
    assert ReplyFailed(reply, "no-such-post") in await town.log(ticket)
    after = await town.record(ticket)
    assert (after.ticket.status, after.ticket.replies) == (Status.OPEN, ())
    assert after.clock is not None
    assert after.clock.outcome is None
    assert "no longer exists" in shows((await town.thread(ticket))[-1])


async def test_echo_before_the_answer_counts_once(town: Town) -> None:
    ticket = await asked(town)
    town.chirp.hands.fault(Fault("reset_after", path="/posts", method="POST"))
    reply = await town.replies("ben", ticket, then="close")
    # Chirp tells of the post while our own call is still without an answer
    await town.until(lambda: state(town, reply) == "sent")
    await town.quiet()
    assert town.answered() == ["On its way."]
    after = await town.ticket(ticket)
    assert (after.status, after.replies) == (Status.CLOSED, ())
    assert town.due("reply") == [("reply", "account:aozora", "sent")]
    assert len(await town.thread(ticket)) == 2  # the reply and the close, and no echo


async def test_reply_whose_line_slack_refuses_is_given_up_unsent(town: Town) -> None:
    ticket = await asked(town)
    town.slack.fault(SlackFault("chat.postMessage", SlackKind.ERROR, error="msg_too_long"))
    reply = await town.replies("ben", ticket)
    await town.until(lambda: state(town, reply) == "failed")
    for _ in range(30):
        await town.passes(1)
    assert town.answered() == []
    assert (await town.ticket(ticket)).replies == ()


async def test_line_in_doubt_that_is_there_begins_the_wait(town: Town) -> None:
    ticket = await asked(town)
    town.slack.fault(SlackFault("chat.postMessage", SlackKind.RESET_AFTER))
    reply = await town.replies("ben", ticket)
    await town.until(lambda: state(town, reply) == "sent")
    await town.quiet()
    assert town.answered() == ["On its way."]
    assert len(await town.thread(ticket)) == 1


# --- a network that cannot be asked: a person decides


async def doubted(town: Town, text: str = "Hello") -> tuple[int, int]:
    """A reply on the mute network whose fate nobody knows."""
    chirp, channel = town.chirp.hands, town.channels["quiet"]
    post = town.chirp.timeline.write(chirp.person("mia"), "Anyone?", town.hours.now())
    ticket = await town.opens(account="quiet", external_id=post.id, thread=post.thread)
    await town.quiet()
    chirp.fault(Fault("reset_after", path="/posts", method="POST"))
    reply = await town.replies("ben", ticket, text)
    assert channel.account == "quiet"
    await town.until(lambda: state(town, reply) == "in doubt")
    await town.quiet()
    return ticket, reply


async def test_reply_of_unknown_fate_is_shown_and_never_repeated_by_itself(town: Town) -> None:
    ticket, reply = await doubted(town)
    for _ in range(20):
        await town.passes(60)
    assert town.answered() == ["Hello"]
    assert ReplyDoubted(reply) in await town.log(ticket)
    names = [
        element
        for block in (await town.thread(ticket))[-1].blocks
        for element in block.get("elements", [])
    ]
    assert len([each for each in names if each.get("type") == "button"]) == 2


async def test_it_is_there_counts_as_sent_and_frees_the_conversation(town: Town) -> None:
    ticket, reply = await doubted(town)
    await town.did("ben", "arrived", ticket, fields={"message": str(reply)})
    assert state(town, reply) == "sent"
    await town.replies("ben", ticket, "And more")
    await town.until(lambda: town.answered() == ["Hello", "And more"])


async def test_send_again_sends_it_once_more(town: Town) -> None:
    ticket, reply = await doubted(town)
    await town.did("ben", "resend", ticket, fields={"message": str(reply)})
    await town.until(lambda: state(town, reply) == "sent")
    assert refused(await town.does("ben", "resend", ticket, fields={"message": str(reply)}))
    assert refused(await town.does("ben", "arrived", ticket, fields={"message": str(reply)}))


@pytest.mark.databases("sqlite")  # PostgreSQL's leases end by its own clock
async def test_process_that_died_while_sending_asks_the_agent_and_never_repeats(
    tmp_path: Path, empty_database: Path, hours: Hours
) -> None:
    async with town_around(tmp_path, empty_database, hours) as first:
        post = first.chirp.timeline.write(first.chirp.hands.person("mia"), "?", first.hours.now())
        ticket = await first.opens(account="quiet", external_id=post.id, thread=post.thread)
        await first.quiet()
        reply = await first.replies("ben", ticket)
        first.chirp.hands.fault(Fault("timeout_after", path="/posts"))
        await first.until(first.answered)
        assert state(first, reply) == "sending"
        messages = first.slack.state.messages
    async with town_around(tmp_path, empty_database, hours) as second:
        second.slack.state.messages = messages
        await second.until(lambda: state(second, reply) == "in doubt")
        for _ in range(20):
            await second.passes(60)
        assert second.answered() == []  # the second Chirp never heard of it again
        assert state(second, reply) == "in doubt"


# --- a network that can be asked


async def cut(town: Town, kind: str = "reset_after") -> tuple[int, int]:
    """A reply on the network that can be asked, whose call was cut and has not been looked up."""
    post = town.chirp.timeline.write(town.chirp.hands.person("mia"), "Anyone?", town.hours.now())
    ticket = await town.opens(account="open", external_id=post.id, thread=post.thread)
    await town.quiet()
    town.chirp.hands.fault(Fault(kind, path="/posts", method="POST"))  # type: ignore[arg-type]
    reply = await town.replies("ben", ticket, "Hello")
    await town.until(lambda: town.outbox.progress.get("reply_in_doubt"))
    assert state(town, reply) == "sending"
    return ticket, reply


@pytest.mark.parametrize("kind", ["reset_after", "reset"])
async def test_reply_of_unknown_fate_is_looked_up_and_there_once(town: Town, kind: str) -> None:
    _, reply = await cut(town, kind)
    await town.until(lambda: state(town, reply) == "sent")
    await town.quiet()  # the outcome is counted after it is saved
    assert town.answered() == ["Hello"]
    found = town.outbox.progress.get("reply_found", 0)
    assert found == (1 if kind == "reset_after" else 0)


async def test_same_words_twice_are_two_replies_and_one_is_not_taken_for_the_other(
    town: Town,
) -> None:
    ticket, first = await cut(town)
    await town.until(lambda: state(town, first) == "sent")
    await town.quiet()
    town.chirp.hands.fault(Fault("reset", path="/posts", method="POST"))
    second = await town.replies("ben", ticket, "Hello")
    await town.until(lambda: state(town, second) == "sent")
    assert town.answered() == ["Hello", "Hello"]
    ids = town.sql("SELECT external_id FROM message WHERE id IN (?, ?)", first, second)
    assert len(set(ids)) == 2


@pytest.mark.parametrize("trouble", ["500", "429", "reset"])
async def test_look_up_that_fails_leaves_it_in_doubt_and_sends_nothing(
    town: Town, trouble: str
) -> None:
    _, reply = await cut(town)
    town.chirp.hands.fault(Fault(trouble, path="/posts", method="GET", times=3, retry_after=60))  # type: ignore[arg-type]
    for _ in range(12):
        await town.passes(2)
    assert (town.answered(), state(town, reply)) == (["Hello"], "sending")
    await town.until(lambda: state(town, reply) == "sent", step=2)
    assert town.answered() == ["Hello"]


async def test_look_up_that_is_refused_asks_the_agent(town: Town) -> None:
    ticket, reply = await cut(town)
    parent = next(iter(town.chirp.timeline.posts))
    town.chirp.timeline.delete(parent)
    await town.until(lambda: state(town, reply) == "in doubt")
    assert ReplyDoubted(reply) in await town.log(ticket)
    assert town.answered() == ["Hello"]


async def test_fault_of_ours_in_a_look_up_asks_the_agent(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, reply = await cut(town)

    async def fails(*_given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(town.channels["open"], "find", fails)
    await town.until(lambda: state(town, reply) == "in doubt")
    assert town.answered() == ["Hello"]


async def test_fault_of_ours_in_sending_is_tried_again_and_then_shown(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await asked(town)

    async def fails(*_given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(town.channels["aozora"], "send", fails)
    reply = await town.replies("ben", ticket)
    await town.until(lambda: state(town, reply) == "in doubt", step=2)
    assert town.answered() == []


async def test_network_that_cannot_be_reached_gets_the_reply_later(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = await asked(town)
    channel, refusals = town.channels["aozora"], 3
    send = channel.send

    async def unreached(outgoing: Outgoing) -> Sent:
        nonlocal refusals
        if refusals:
            refusals -= 1
            raise Unreached("no connection")
        return await send(outgoing)

    monkeypatch.setattr(channel, "send", unreached)
    reply = await town.replies("ben", ticket)
    await town.until(lambda: state(town, reply) == "sent", step=2)
    assert (town.outbox.progress["reply_unreached"], refusals) == (3, 0)
    assert town.answered() == ["On its way."]


async def test_reply_to_words_that_their_author_deleted_cannot_be_said(town: Town) -> None:
    ticket = await asked(town)
    parent = next(iter(town.chirp.timeline.posts))
    reply = await town.replies("ben", ticket)
    town.chirp.hands.delete(parent)
    await town.until(lambda: state(town, reply) == "failed")
    assert ReplyFailed(reply, "unsupported") in await town.log(ticket)


async def test_reply_in_a_storm_of_messages_still_leaves(town: Town) -> None:
    ticket = await asked(town)
    reply = await town.replies("ben", ticket)
    parent, mia = next(iter(town.chirp.timeline.posts)), town.chirp.hands.person("mia")
    for n in range(30):
        town.chirp.hands.write(mia, f"message {n}", to_post=parent)
    await town.until(lambda: state(town, reply) == "sent")
    assert town.count("ticket") == 1
