"""The channel `internal`: a colleague asks by a shortcut, and is answered in that thread."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from care import POLICY, SLACK_IDS, Hours
from town import Town, shows, town_around

from adapters.sandbox.slack import Fault, Kind
from chatops.channel import Outgoing
from chatops.errors import Rejected, Unauthentic, Unreadable, Unsupported
from chatops.event import Deed, ReplyDoubted, ReplyFailed
from chatops.internal import Internal, Place
from chatops.policy import Account

pytestmark = pytest.mark.anyio

ROOM: Final = "C01GLOBAL"
WITH_INTERNAL: Final = replace(
    POLICY,
    accounts={**POLICY.accounts, "desk": Account("desk", "internal", "global", "en", "desk")},
)


@pytest.fixture
async def town(tmp_path: Path, empty_database: Path, hours: Hours) -> AsyncIterator[Town]:
    async with town_around(tmp_path, empty_database, hours, WITH_INTERNAL) as one:
        yield one


async def asks(
    town: Town, words: str = "A customer at the counter wants a refund."
) -> tuple[int, str]:
    """A colleague writes in the room and a ticket is made of it; the ticket and the message's ts."""
    said = await town.slack.hands.say(SLACK_IDS["kim"], ROOM, words)
    ts = str(said["ts"])
    key = f"slack:{ROOM}:{ts}"
    ticket = await town.opens(text=words, account="desk", who="kim", thread=key, external_id=key)
    await town.quiet()
    return ticket, ts


def state(town: Town, message: int) -> str:
    return str(town.sql("SELECT state FROM message WHERE id = ?", message)[0][0])


async def test_the_answer_stands_in_the_thread_of_the_question(town: Town) -> None:
    ticket, ts = await asks(town)
    assert "A customer at the counter wants a refund." in shows(await town.card(ticket))
    reply = await town.replies("ben", ticket, "Yes, give it. <!channel>")
    await town.until(lambda: state(town, reply) == "sent")
    (answer,) = town.slack.state.replies(ROOM, ts)
    who, block = answer.blocks
    assert "Ben answers:" in str(who)
    said = {"type": "text", "text": "Yes, give it. <!channel>"}  # plain text: it calls nobody
    assert block["elements"] == [{"type": "rich_text_section", "elements": [said]}]
    assert (await town.ticket(ticket)).answered_at is not None


async def test_an_answer_whose_fate_is_unknown_is_looked_up_and_stands_once(town: Town) -> None:
    ticket, ts = await asks(town)
    reply = await town.replies("ben", ticket, "Yes, give it.")
    await town.until(lambda: town.due("reply")[0][2] == "pending")
    await town.quiet()
    town.slack.fault(Fault("chat.postMessage", Kind.RESET_AFTER))
    await town.until(lambda: state(town, reply) == "sent")
    assert len(town.slack.state.replies(ROOM, ts)) == 1
    assert (await town.ticket(ticket)).answered_at is not None


@pytest.mark.parametrize("struck", [Kind.RESET, Kind.RESET_AFTER])
async def test_an_answer_in_doubt_waits_for_a_room_that_is_closed_meanwhile(
    town: Town, struck: Kind
) -> None:
    ticket, ts = await asks(town)
    reply = await town.replies("ben", ticket, "Yes, give it.")
    await town.until(lambda: town.due("reply")[0][2] == "pending")
    await town.quiet()
    town.slack.fault(Fault("chat.postMessage", struck))
    town.slack.fault(
        Fault("conversations.replies", Kind.ERROR, error="not_in_channel", times=5, channel=ROOM)
    )
    await town.until(lambda: state(town, reply) == "sent", step=5)
    assert town.calls("conversations.replies").count("fault:error") == 5
    assert len(town.slack.state.replies(ROOM, ts)) == 1
    assert ReplyDoubted(reply) not in await town.log(ticket)


async def test_an_answer_in_doubt_whose_thread_is_gone_is_told_to_the_agent(town: Town) -> None:
    ticket, ts = await asks(town)
    reply = await town.replies("ben", ticket, "Yes, give it.")
    await town.until(lambda: town.due("reply")[0][2] == "pending")
    await town.quiet()
    town.slack.fault(Fault("chat.postMessage", Kind.RESET))
    await town.until(lambda: town.outbox.progress.get("reply_in_doubt"))
    await town.slack.hands.delete(SLACK_IDS["kim"], ROOM, ts)
    await town.until(lambda: state(town, reply) == "failed", step=1)
    assert ReplyFailed(reply, "post-gone") in await town.log(ticket)


async def test_a_thread_that_is_gone_is_told_to_the_agent(town: Town) -> None:
    ticket, ts = await asks(town)
    await town.slack.hands.delete(SLACK_IDS["kim"], ROOM, ts)
    await town.quiet()
    reply = await town.replies("ben", ticket, "Yes, give it.")
    await town.until(lambda: state(town, reply) == "failed")
    assert ReplyFailed(reply, "post-gone") in await town.log(ticket)


async def test_nothing_comes_in_from_outside(hours: Hours) -> None:
    channel = Internal(WITH_INTERNAL.accounts["desk"], {}, hours)
    outgoing = Outgoing("desk", "m", "hi", True, "slack:U1", "slack:C1:1.2", None)
    assert channel.challenge({}) is None
    with pytest.raises(Unauthentic):
        channel.verify({}, b"", hours.transport())
    with pytest.raises(Unreadable):
        channel.parse(b"{}")
    with pytest.raises(Unsupported):
        await channel.do(Deed.HIDE, "slack:C1:1.2")
    with pytest.raises(Rejected, match="not-connected"):
        await channel.send(outgoing)
    assert await channel.diagnose() == []
    await channel.close()


def test_a_place_is_read_as_it_is_written() -> None:
    place = Place("slack", "C1", "171.2")
    assert Place.read(str(place)) == place
