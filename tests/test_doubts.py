"""Whatever fault strikes between sending and the answer: it is there once, and nothing stays in doubt.

Where a network can be neither asked nor told the same again, one question to the agent is all.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from care import Hours, wrote
from town import Town, shows, town_around

from adapters import _call
from adapters.chat.slack import web
from adapters.sandbox import world
from adapters.sandbox.faults import KINDS
from adapters.sandbox.faults import Fault as ChirpFault
from adapters.sandbox.slack import Fault, Kind
from chatops.channel import Outgoing, Sent
from chatops.delivery.patience import SETTLE
from chatops.errors import LONGEST_LIMIT, InDoubt, Rejected, TryLater
from chatops.event import ReplyDoubted

pytestmark = pytest.mark.anyio

#: Real seconds after which a call is given up here: the stand-ins' silence is real.
SHORT = 1.0


@pytest.fixture
async def town(
    tmp_path: Path, empty_database: Path, hours: Hours, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Town]:
    monkeypatch.setattr(web, "TIMEOUT", SHORT)
    monkeypatch.setattr(_call, "TIMEOUT", httpx.Timeout(SHORT))
    async with town_around(tmp_path, empty_database, hours) as one:
        yield one


def test_far_side_has_longer_to_settle_than_a_call_may_take() -> None:
    """What was accepted just before we gave up is seen by the look-up that follows."""
    assert timedelta(seconds=web.TIMEOUT) < SETTLE
    read = _call.TIMEOUT.read
    assert read is not None
    assert timedelta(seconds=read) < SETTLE


async def settled(town: Town) -> bool:
    return await unresolved(town) == 0


async def unresolved(town: Town) -> int:
    (count,) = town.sql(
        "SELECT count(*) FROM delivery WHERE state NOT IN ('sent', 'withdrawn', 'failed')"
    )[0]
    return int(count)


# --- rooms

STRUCK = [
    *(kind for kind in Kind if kind is not Kind.ERROR),
    *("channel_not_found", "is_archived", "not_in_channel", "invalid_auth", "token_revoked"),
    *("fatal_error", "internal_error", "service_unavailable", "ratelimited"),
]


def strike(town: Town, method: str, what: str, **more: Any) -> None:
    if isinstance(what, Kind):
        town.slack.fault(Fault(method, what, hold_s=SHORT * 3, **more))
    else:
        town.slack.fault(Fault(method, Kind.ERROR, error=what, **more))


@pytest.mark.parametrize("what", STRUCK)
async def test_card_is_there_once_whatever_struck(town: Town, what: str) -> None:
    strike(town, "chat.postMessage", what)
    ticket = await town.opens(text="Where is it?", thread="t")
    await town.quiet(step=0.5)
    strike(town, "chat.postMessage", what)
    await town.hears(wrote("a line", thread="t"))
    await town.quiet(step=0.5)
    assert len(town.seen("care-global")) == 1
    assert "Where is it?" in shows(await town.card(ticket))
    assert ["a line" in shows(line) for line in await town.thread(ticket)] == [True]
    assert await unresolved(town) == 0


@pytest.mark.parametrize("what", [*STRUCK, "message_not_found", "msg_too_long"])
async def test_update_shows_the_newest_state_whatever_struck(town: Town, what: str) -> None:
    ticket = await town.opens()
    await town.quiet()
    strike(town, "chat.update", what)
    await town.did("ben", "claim", ticket)
    await town.quiet(step=0.5)
    await town.did("ben", "unclaim", ticket)
    await town.did("ben", "claim", ticket)
    await town.quiet(step=0.5)
    assert "*Assignee:* Ben" in shows(await town.card(ticket))
    assert await unresolved(town) == 0


@pytest.mark.parametrize("seconds", [1, 900])
async def test_limit_is_waited_for_however_long(town: Town, seconds: int) -> None:
    strike(town, "chat.postMessage", Kind.LIMITED, retry_after=seconds)
    ticket = await town.opens()
    began = town.hours.now()
    await town.quiet(step=seconds / 4)
    assert town.hours.now() - began >= seconds
    assert (await town.card(ticket)).ts == town.seen("care-global")[0].ts


@pytest.mark.parametrize("told", [1_764_454_500_000, 10**30, float("inf"), float("nan")])
def test_limit_that_no_clock_can_hold_is_one_of_a_day(told: float) -> None:
    """Somebody took milliseconds for seconds, or a date for a span."""
    assert TryLater(told).seconds == LONGEST_LIMIT


LOOK_UP = "conversations.history"


@pytest.mark.parametrize("what", [Kind.HTML, Kind.LIMITED, "not_in_channel", "token_revoked"])
@pytest.mark.parametrize("struck", [Kind.RESET_AFTER, Kind.RESET])
async def test_look_up_that_fails_for_long_ends_in_one_post(
    town: Town, what: str, struck: Kind
) -> None:
    strike(town, "chat.postMessage", struck)
    more = {"retry_after": 300} if what is Kind.LIMITED else {}
    strike(town, LOOK_UP, what, times=12, **more)
    await town.opens(text="Where is it?")
    await town.until(lambda: town.outbox.progress.get("in_doubt"), step=0)
    began = town.hours.now()
    await town.quiet(step=20)
    assert town.hours.now() - began > 20 * 60
    assert town.calls(LOOK_UP)[-1] == "ok"
    assert len(town.seen("care-global")) == 1
    assert await unresolved(town) == 0


@pytest.mark.databases
@pytest.mark.parametrize("what", [Kind.HTML, Kind.LIMITED, "missing_scope", "token_revoked"])
async def test_look_up_that_fails_holds_back_nothing_but_its_post(town: Town, what: str) -> None:
    strike(town, "chat.postMessage", Kind.RESET_AFTER)
    strike(town, LOOK_UP, what, times=12, retry_after=300)
    first = await town.opens(text="In doubt")
    await town.until(lambda: town.outbox.progress.get("look_up_failed"))
    failed_at = town.hours.now()
    second = await town.opens(text="Going on")
    await town.until(lambda: len(town.seen("care-global")) == 2)
    await town.did("ben", "claim", second)
    await town.until(lambda: "*Assignee:* Ben" in shows(town.seen("care-global")[1]))
    assert town.hours.now() - failed_at < 60
    assert (town.count("trouble"), await unresolved(town)) == (0, 1)
    await town.quiet(step=20)
    assert [len(town.seen("care-global")), await unresolved(town)] == [2, 0]
    assert "In doubt" in shows(await town.card(first))


async def test_post_in_doubt_in_a_room_archived_meanwhile_is_there_once(town: Town) -> None:
    strike(town, "chat.postMessage", Kind.RESET)
    await town.opens(text="Where is it?")
    await town.until(lambda: town.outbox.progress.get("in_doubt"), step=0)
    room = town.slack.state.rooms["C01GLOBAL"]
    town.slack.state.change_room(room, archived=True)
    for _ in range(60):
        await town.passes(5)
    assert town.seen("care-global") == []
    town.slack.state.change_room(town.slack.state.rooms["C01GLOBAL"], archived=False)
    await town.quiet(step=5)
    assert len(town.seen("care-global")) == 1


async def test_post_in_doubt_after_a_refusal_is_found_where_it_was_tried_last(town: Town) -> None:
    """Slack need not drop a second one of the same client_msg_id: the look-up is enough."""
    state = town.slack.state
    state.limits = state.limits.without("client_msg_id_once")
    strike(town, "chat.postMessage", "msg_too_long")
    ticket = await town.opens(text="Where is it?")
    await town.until(lambda: town.outbox.progress.get("failed"), step=0)
    strike(town, "chat.postMessage", Kind.RESET_AFTER)
    await town.quiet(step=10)
    assert len(town.seen("care-global")) == 1
    assert "Where is it?" in shows(await town.card(ticket))
    assert town.calls("chat.postMessage") == ["fault:error", "fault:reset_after"]


async def test_announcement_in_doubt_that_is_past_by_its_look_up_is_there(town: Town) -> None:
    ticket = await town.opens()
    await town.did("ben", "claim", ticket)
    await town.quiet()
    strike(town, "chat.postMessage", Kind.RESET_AFTER)
    await town.did("ben", "unclaim", ticket)
    await town.until(lambda: town.due("announce") == [("announce", "care-global", "in doubt")])
    await town.did("ben", "claim", ticket)
    await town.quiet(step=1)
    assert town.texts("care-global")[1:] == [f"#{ticket} is unclaimed again."]
    assert town.due("announce") == [("announce", "care-global", "sent")]
    assert (await town.storage.reader.health(town.hours.transport())).failed == 0


async def test_card_in_doubt_that_somebody_deletes_before_its_look_up_comes_back(
    town: Town,
) -> None:
    """Slack knows its client_msg_id, and that what it made is gone: it goes out under another."""
    strike(town, "chat.postMessage", Kind.RESET_AFTER)
    ticket = await town.opens(text="Where is it?")
    await town.until(lambda: town.outbox.progress.get("in_doubt"), step=0)
    (posted,) = town.seen("care-global")
    await town.slack.hands.delete("U03MAYA", posted.channel, posted.ts)
    await town.quiet(step=1)
    assert town.calls("chat.postMessage") == [
        "fault:reset_after",
        "duplicate_message_not_found",
        "ok",
    ]
    assert [message.ts for message in town.seen("care-global")] == [(await town.card(ticket)).ts]


async def test_slack_that_accepts_after_our_look_up_drops_the_second(town: Town) -> None:
    """The same client_msg_id is one message, however late the first came."""
    strike(town, "chat.postMessage", Kind.RESET)
    await town.opens(text="Where is it?")
    await town.until(lambda: town.outbox.progress.get("in_doubt"), step=0)
    strike(town, "chat.postMessage", Kind.LIMITED, retry_after=30)
    await town.until(lambda: town.outbox.progress.get("limited"))
    given = next(call.args for call in town.slack.calls if call.method == "chat.postMessage")
    answer = await town.http.post(
        f"{town.outbox._to_rooms._chats['slack']._web.client.base_url}chat.postMessage",  # type: ignore[attr-defined]
        json=given,
        headers={"authorization": f"Bearer {world.CARE_APP.bot_token}"},
    )
    assert answer.json()["ok"] is True
    await town.quiet(step=1)
    assert len(town.seen("care-global")) == 1
    assert await unresolved(town) == 0


# --- customers


async def replied(town: Town, account: str, thread: str = "") -> tuple[int, int]:
    """An agent has answered a customer of that account; the ticket and the reply."""
    post = town.chirp.timeline.write(town.chirp.hands.person("mia"), "Anyone?", town.hours.now())
    ticket = await town.opens(
        account=account,
        external_id=post.id,
        thread=thread or post.thread,
        at=town.hours.transport(),
    )
    await town.quiet()
    return ticket, await town.replies("ben", ticket, "Hello")


def state(town: Town, message: int) -> str:
    return str(town.sql("SELECT state FROM message WHERE id = ?", message)[0][0])


def strikes(town: Town, kind: Any, method: str = "POST", **more: Any) -> None:
    town.chirp.hands.fault(ChirpFault(kind, path="/posts", method=method, **more))


@pytest.mark.parametrize("account", ["open", "aozora"])
@pytest.mark.parametrize("kind", KINDS)
async def test_reply_is_there_once_whatever_struck_and_nobody_is_asked(
    town: Town, account: str, kind: str
) -> None:
    strikes(town, kind)
    ticket, reply = await replied(town, account)
    await town.until(lambda: state(town, reply) == "sent", step=0.5)
    await town.until(lambda: settled(town), step=0.5)
    assert town.answered() == ["Hello"]
    assert ReplyDoubted(reply) not in await town.log(ticket)


@pytest.mark.parametrize("kind", KINDS)
async def test_network_that_can_be_asked_nothing_costs_one_question_a_fault(
    town: Town, kind: str
) -> None:
    strikes(town, kind)
    ticket, reply = await replied(town, "quiet")
    certain = kind == "429"
    await town.until(lambda: state(town, reply) == ("sent" if certain else "in doubt"), step=0.5)
    for _ in range(30):
        await town.passes(60)
    await town.quiet()
    accepted = certain or kind in {"timeout_after", "reset_after", "reset_midway", "drip"}
    assert town.answered() == (["Hello"] if accepted else [])
    assert (await town.log(ticket)).count(ReplyDoubted(reply)) == (0 if certain else 1)


@pytest.mark.parametrize("account", ["open", "aozora"])
@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
async def test_customer_who_writes_meanwhile_makes_no_second_reply(
    town: Town, account: str, kind: str
) -> None:
    """The reply is looked up, or repeated, as the answer that it was."""
    strikes(town, kind)
    thread = "t"
    ticket, reply = await replied(town, account, thread)
    await town.until(lambda: town.outbox.progress.get("reply_in_doubt"), step=0.5)
    more = town.chirp.timeline.write(
        town.chirp.hands.person("mia"), "Still waiting", town.hours.now()
    )
    await town.hears(wrote("Still waiting", account=account, thread=thread, external_id=more.id))
    await town.until(lambda: state(town, reply) == "sent", step=0.5)
    await town.quiet()
    assert town.answered() == ["Hello"]
    assert ReplyDoubted(reply) not in await town.log(ticket)


async def test_look_up_that_fails_for_hours_asks_ever_more_rarely(town: Town) -> None:
    strikes(town, "timeout_after")
    _, reply = await replied(town, "open")
    await town.until(lambda: town.outbox.progress.get("reply_in_doubt"), step=0.5)
    strikes(town, "503html", "GET", times=40)
    asked = town.outbox.progress["reply_in_doubt"]
    began = town.hours.now()
    while town.hours.now() - began < 2 * 60 * 60:
        await town.passes(15)
    assert state(town, reply) == "sending"
    assert town.outbox.progress["reply_in_doubt"] - asked <= 30
    await town.until(lambda: state(town, reply) == "sent", step=30)
    assert town.answered() == ["Hello"]


async def test_network_that_accepts_after_our_look_up_refuses_the_second(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As X does with a duplicate: what it refuses for is our own reply, and so it is sent."""
    channel = town.channels["open"]
    tried: list[Outgoing] = []

    async def late(outgoing: Outgoing) -> Sent:
        tried.append(outgoing)
        if len(tried) == 1:
            raise InDoubt("a time-out")
        timeline = town.chirp.timeline
        timeline.write(
            timeline.brand, outgoing.text, town.hours.now(), to_post=outgoing.in_reply_to
        )
        raise Rejected("duplicate")

    monkeypatch.setattr(channel, "send", late)
    ticket, reply = await replied(town, "open")
    await town.until(lambda: state(town, reply) == "sent", step=0.5)
    await town.quiet()
    assert (town.answered(), len(tried)) == (["Hello"], 2)
    assert ReplyDoubted(reply) not in await town.log(ticket)


async def test_duplicate_of_anothers_words_is_a_refusal(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(_outgoing: Outgoing) -> Sent:
        raise Rejected("duplicate")

    monkeypatch.setattr(town.channels["open"], "send", refuses)
    _, reply = await replied(town, "open")
    await town.until(lambda: state(town, reply) == "failed", step=0.5)
    assert town.answered() == []


async def test_key_that_the_network_has_forgotten_is_not_relied_on(town: Town) -> None:
    """Chirp keeps a key for a day: after a longer silence only a person can tell."""
    strikes(town, "timeout_after")
    town.chirp.delivery.url = None
    ticket, reply = await replied(town, "aozora")
    await town.until(lambda: town.outbox.progress.get("reply_in_doubt"), step=0.5)
    await town.hours.turn(25 * 60 * 60)
    await town.until(lambda: state(town, reply) == "in doubt", step=0.5)
    assert town.answered() == ["Hello"]
    assert (await town.log(ticket)).count(ReplyDoubted(reply)) == 1
