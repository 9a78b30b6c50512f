"""Destinations that are closed to us: they rest, it is told, all others go on, and they catch up."""

from datetime import timedelta
from pathlib import Path

import pytest
from care import POLICY, Care, Hours, wrote
from town import Town, shows, town_around

from adapters.sandbox.slack import Fault, Kind
from chatops.delivery.troubles import Troubles, hearers
from chatops.errors import Unreached
from chatops.event import CloseReason
from chatops.ports import Tx

pytestmark = pytest.mark.anyio


def archive(town: Town, id: str, *, archived: bool = True) -> None:
    town.slack.state.change_room(town.slack.state.rooms[id], archived=archived)


async def stopped(town: Town) -> dict[str, str | None]:
    health = await town.storage.reader.health(town.hours.transport())
    return {trouble.place: trouble.code for trouble in health.stopped}


def told(town: Town, room: str) -> list[str]:
    """The titles of what was told of troubles in a room."""
    titles = [shows(message).partition("\n")[0] for message in town.seen(room)]
    return [title for title in titles if title.startswith(("⚠", "✓"))]


async def rests(town: Town, seconds: int = 30) -> None:
    for _ in range(seconds):
        await town.passes(1)


async def test_archived_room_is_told_once_to_the_managers_and_once_more_when_it_is_mended(
    town: Town,
) -> None:
    archive(town, "C01GLOBAL")
    await town.opens(text="Waiting for the room")
    await town.opens(text="日本語", account="aozora_ja")
    await town.until(lambda: told(town, "care-managers"), step=1)
    await town.until(lambda: len(town.seen("care-japan")) == 1)
    await rests(town, 60)
    assert told(town, "care-managers") == ["⚠ care-global に届かなくなりました"]
    (alert,) = town.seen("care-managers")
    assert "is_archived" in shows(alert)
    assert "アーカイブ" in shows(alert)
    assert await stopped(town) == {"care-global": "is_archived"}
    archive(town, "C01GLOBAL", archived=False)
    await town.quiet(step=5)
    assert told(town, "care-managers") == [
        "⚠ care-global に届かなくなりました",
        "✓ care-global に再び届くようになりました",
    ]
    assert await stopped(town) == {}
    assert len(town.seen("care-global")) == 1


async def test_card_in_an_archived_room_shows_the_newest_state_once_it_is_mended(
    town: Town,
) -> None:
    """Slack has a word of its own for an update there: is_inactive."""
    ticket = await town.opens()
    await town.quiet()
    archive(town, "C01GLOBAL")
    await town.did("ben", "claim", ticket)
    await rests(town, 30)
    assert await stopped(town) == {"care-global": "is_inactive"}
    archive(town, "C01GLOBAL", archived=False)
    await town.quiet(step=5)
    assert "*Assignee:* Ben" in shows(await town.card(ticket))


async def test_trouble_outlives_a_restart_and_is_not_told_again(
    tmp_path: Path, empty_database: Path, hours: Hours
) -> None:
    async with town_around(tmp_path, empty_database, hours) as town:
        archive(town, "C01GLOBAL")
        await town.opens()
        await town.until(lambda: told(town, "care-managers"), step=1)
        await rests(town, 60)
        before = town.sql("SELECT since, tries FROM trouble")
    async with town_around(tmp_path, empty_database, hours) as town:
        await town.passes(0.25)
        assert town.sql("SELECT since, tries FROM trouble") == before
        assert town.calls("chat.postMessage") == [], "it still rests"
        await town.quiet(step=5)
        assert told(town, "care-managers") == ["✓ care-global に再び届くようになりました"]


async def test_while_in_trouble_one_delivery_is_tried_at_the_end_of_each_rest(town: Town) -> None:
    archive(town, "C01GLOBAL")
    for number in range(5):
        await town.opens(text=f"tent {number}")
    await rests(town, 240)
    tried = len(town.calls("chat.postMessage"))
    await rests(town, 600)
    assert 1 <= len(town.calls("chat.postMessage")) - tried <= 3


async def test_closed_managers_room_is_told_in_another_room_of_the_queue(town: Town) -> None:
    archive(town, "C05MANAGERS")
    await town.opens()
    await town.quiet()
    town.hours.jump(town.desk.policy.queues["global"].first_response * 1.5)
    await town.timer.tick()
    await town.until(lambda: told(town, "care-global")[1:], step=1)
    late, closed = told(town, "care-global")
    assert late.startswith("⚠ First response is late")
    assert closed == "⚠ care-managers is closed to me"


async def test_slack_that_is_down_brings_few_posts_in_doubt(town: Town) -> None:
    """Each would be looked up when it is back, and Slack lets a room be read fifty times a minute."""
    town.slack.fault(Fault("*", Kind.HTML, times=100_000))
    for number in range(40):
        await town.opens(text=f"tent {number}")
    await rests(town, 300)
    (doubted,) = town.sql("SELECT count(*) FROM delivery WHERE state = 'in doubt'")[0]
    assert 1 <= doubted <= 10
    assert await stopped(town) == {}


async def test_token_that_is_revoked_is_one_trouble_and_all_rooms_catch_up(town: Town) -> None:
    first = await town.opens(text="tent 0")
    await town.quiet()
    town.slack.state.revoked = True
    await town.did("ben", "claim", first)
    for number in range(1, 4):
        await town.opens(text=f"tent {number}")
    await town.opens(text="日本語", account="aozora_ja")
    await rests(town, 240)
    assert await stopped(town) == {"chat:slack": "token_revoked"}
    tried = len(town.slack.calls)
    await rests(town, 300)
    assert len(town.slack.calls) - tried <= 2, "one try for all rooms"
    town.slack.state.revoked = False
    await town.quiet(step=5)
    assert told(town, "care-managers") == ["✓ Slack に再び届くようになりました"]
    assert [f"tent {n}" in shows(card) for n, card in enumerate(town.seen("care-global"))] == [
        True
    ] * 4
    assert len(town.seen("care-japan")) == 1
    assert "*Assignee:* Ben" in shows(await town.card(first))


async def test_passing_refusal_is_told_to_nobody(town: Town) -> None:
    town.slack.fault(
        Fault("chat.postMessage", Kind.ERROR, error="channel_not_found", channel="C01GLOBAL")
    )
    await town.opens()
    await town.quiet(step=1)
    assert (told(town, "care-managers"), len(town.seen("care-global"))) == ([], 1)
    assert town.count("trouble") == 0


async def test_slack_that_is_away_is_no_closed_room(town: Town) -> None:
    town.slack.fault(Fault("*", Kind.HTML, times=12))
    await town.opens()
    await town.until(lambda: town.count("trouble"), step=1)
    assert await stopped(town) == {}
    await town.quiet(step=5)
    assert (told(town, "care-managers"), town.count("trouble")) == ([], 0)


@pytest.mark.parametrize(
    "code",
    [
        "is_archived",
        "channel_not_found",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
    ],
)
async def test_room_closed_for_one_reason_or_another_is_shown_once_mended(
    town: Town, code: str
) -> None:
    town.slack.fault(
        Fault("chat.postMessage", Kind.ERROR, error=code, times=5, channel="C01GLOBAL")
    )
    await town.opens()
    await town.until(lambda: told(town, "care-managers")[1:], step=2)
    assert f"（{code}）" in shows(town.seen("care-managers")[0])
    await town.quiet()
    assert len(town.seen("care-global")) == 1


@pytest.mark.parametrize(
    "code",
    [
        "invalid_auth",
        "account_inactive",
        "token_expired",
        "accesslimited",
        "two_factor_setup_required",
        "not_allowed_token_type",
        "enterprise_is_restricted",
    ],
)
async def test_chat_closed_for_one_reason_or_another_is_one_trouble(town: Town, code: str) -> None:
    town.slack.fault(Fault("*", Kind.ERROR, error=code, times=4))
    await town.opens()
    await town.opens(text="日本語", account="aozora_ja")
    await town.until(lambda: town.count("trouble"), step=0.1)
    assert await stopped(town) == {"chat:slack": code}
    await town.quiet(step=2)
    assert (len(town.seen("care-global")), len(town.seen("care-japan"))) == (1, 1)


async def test_oldest_open_tickets_come_first_and_closed_ones_last(town: Town) -> None:
    archive(town, "C01GLOBAL")
    closed = await town.opens(text="closed", thread="c")
    snoozed = await town.opens(text="snoozed")
    first = await town.opens(text="first", thread="f")
    await town.hears(wrote("and a line", thread="f"), wrote("closing line", thread="c"))
    again = await town.opens(text="closed and open again")
    await rests(town, 5)
    await town.did("ben", "close", closed, fields={"reason": CloseReason.SPAM})
    await town.did("ben", "snooze", snoozed, fields={"reason": "later", "until": "3h"})
    await town.did("ben", "close", again, fields={"reason": CloseReason.SPAM})
    await town.did("ben", "reopen", again)
    archive(town, "C01GLOBAL", archived=False)
    await town.quiet(step=5)
    cards = [await town.card(ticket) for ticket in (first, again, snoozed, closed)]
    assert [card.ts for card in cards] == sorted(card.ts for card in cards)
    assert [len(await town.thread(ticket)) > 0 for ticket in (first, closed)] == [True, True]


async def test_what_waited_for_a_room_comes_without_a_flood_and_what_rests_comes_last(
    town: Town,
) -> None:
    """More than Slack takes in a minute: of each kind of call, and of tickets in each state."""
    there = [await town.opens(text=f"there {number}") for number in range(60)]
    await town.quiet(step=1)
    updated = town.calls("chat.update").count("ok")
    archive(town, "C01GLOBAL")
    for ticket in there[:20]:
        await town.did("ben", "close", ticket, fields={"reason": CloseReason.SPAM})
    for ticket in there[20:40]:
        await town.did("ben", "snooze", ticket, fields={"reason": "later", "until": "3h"})
    for ticket in there[40:]:
        await town.did("ben", "claim", ticket)
    for number in range(20):
        await town.opens(text=f"new {number}")
    await rests(town, 5)
    archive(town, "C01GLOBAL", archived=False)
    await town.quiet(step=1)
    assert "ratelimited" not in {call.outcome for call in town.slack.calls}
    assert len(town.seen("care-global")) == len(there) + 20
    cards = {(await town.card(ticket)).ts: ticket for ticket in there}
    shown = [
        cards[call.args["ts"]]
        for call in list(town.slack.calls)
        if call.method == "chat.update" and call.outcome == "ok"
    ][updated:]
    assert [{*shown[:20]}, {*shown[20:40]}, {*shown[40:]}] == [
        {*there[40:]},
        {*there[20:40]},
        {*there[:20]},
    ]
    assert len(shown) == len(there), "each was shown once, in its newest state"


async def test_room_that_was_shut_hears_of_nothing_past(town: Town) -> None:
    still, past = await town.opens(text="still"), await town.opens(text="past")
    await town.quiet()
    archive(town, "C01GLOBAL")
    for ticket in (still, past):
        await town.did("ben", "claim", ticket)
        await town.did("ben", "unclaim", ticket)
    await rests(town, 5)
    await town.did("ben", "claim", past)
    archive(town, "C01GLOBAL", archived=False)
    await town.quiet(step=5)
    lines = [text for text in town.texts("care-global")[2:] if "unclaimed again" in text]
    assert lines == [f"#{still} is unclaimed again."]
    assert (await town.storage.reader.health(town.hours.transport())).failed == 0


async def test_revoked_account_stops_and_its_replies_follow_when_it_is_mended(town: Town) -> None:
    mia = town.chirp.hands.person("mia")
    town.chirp.hands.write(mia, "Where is my tent?")
    await town.quiet()
    (ticket,) = (int(id) for (id,) in town.sql("SELECT id FROM ticket"))
    token, town.chirp._api._token = town.chirp._api._token, "another"
    await town.replies("ben", ticket, "On its way.")
    await town.until(lambda: told(town, "care-managers"), step=1)
    await rests(town, 60)
    assert await stopped(town) == {"account:aozora": "unauthorized"}
    assert (town.answered(), told(town, "care-managers")) == (
        [],
        ["⚠ @aozora に届かなくなりました"],
    )
    town.chirp._api._token = token
    await town.until(town.answered, step=5)
    await town.quiet()
    assert town.answered() == ["On its way."]
    assert len(told(town, "care-managers")) == 2


async def test_undo_takes_back_a_reply_that_waits_for_its_account(town: Town) -> None:
    town.chirp.hands.write(town.chirp.hands.person("mia"), "Where is my tent?")
    await town.quiet()
    (ticket,) = (int(id) for (id,) in town.sql("SELECT id FROM ticket"))
    token, town.chirp._api._token = town.chirp._api._token, "another"
    await town.replies("ben", ticket, "On its way.")
    await town.until(lambda: town.sql("SELECT 1 FROM trouble WHERE tries >= 5"), step=1)
    await town.until(lambda: town.due("reply")[0][2] == "pending", step=0)
    await town.did("ben", "undo", ticket)
    town.chirp._api._token = token
    await rests(town, 20)
    assert (town.answered(), town.due("reply")[0][2]) == ([], "withdrawn")


async def test_trouble_that_another_process_has_ended_unawares_is_forgotten(town: Town) -> None:
    def stop(tx: Tx) -> None:
        for place in ("care-global", "chat:slack", "old-room", "person:5", "account:aozora"):
            tx.stop(place, "is_archived", town.hours.transport())
            tx.rest(place, town.hours.transport() + timedelta(seconds=60))

    await town.storage.work.transact(stop)
    await rests(town, 50)
    assert town.count("trouble") == 5
    await town.until(lambda: town.count("trouble") == 1, step=5)
    assert await stopped(town) == {"account:aozora": "is_archived"}
    assert told(town, "care-managers") == []


async def test_room_keeps_its_rest_though_it_was_read_just_before_it_began(care: Care) -> None:
    troubles = Troubles(care.desk, care.hours, care.storage.work.transact)
    now, rest = care.hours.transport(), timedelta(seconds=1)
    found, read = troubles.found, await care.storage.reader.due(now)
    await troubles.begins("care-global", Unreached("HTTP 503"))
    assert troubles.see(read.troubles, found) is False
    assert troubles.rests_until(["care-global"], now) == now + rest
    read_again = await care.storage.reader.due(now)
    assert troubles.see(read_again.troubles, troubles.found) is False
    assert troubles.rests_until(["care-global"], now) == now + rest


@pytest.mark.parametrize(
    ("place", "shut", "rooms"),
    [
        ("care-global", {"care-global"}, ["care-managers"]),
        ("care-managers", {"care-managers"}, ["care-global", "care-japan"]),
        ("care-japan", {"care-japan", "care-managers"}, []),
        ("care-leads", {"care-leads"}, ["care-managers"]),
        ("chat:slack", {"chat:slack"}, []),
        ("chat:slack", set(), ["care-managers"]),
        ("account:aozora", set(), ["care-managers"]),
        ("account:gone", set(), ["care-managers"]),
        ("person:5", set(), []),
    ],
)
async def test_who_hears_of_a_trouble(place: str, shut: set[str], rooms: list[str]) -> None:
    assert hearers(POLICY, place, shut) == rooms
