"""The outbox on real storage and Slack's strict stand-in: all of it, in order, lawfully paced."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from care import POLICY, REGISTRY, ROOMS, TRAITS_OF, WORDS, Hours, wrote
from town import PATIENCE, Town, shows, town_around

from adapters.chat.slack.chat import SlackChat
from adapters.sandbox.slack import Fault, Kind
from chatops.card import Card, Paragraph
from chatops.channel import Edited
from chatops.delivery import outbox
from chatops.delivery.pace import ChatPace
from chatops.delivery.patience import FAULTS
from chatops.desk import Desk
from chatops.errors import StorageError, TryLater, Unreached
from chatops.follow import AT_ACCOUNT
from chatops.ports import Due, NewDelivery, Urgency, What
from chatops.text import text

BEN = "*Assignee:* Ben"

pytestmark = [pytest.mark.anyio, pytest.mark.databases]


@pytest.fixture
async def town(tmp_path: Path, empty_database: Path, hours: Hours) -> AsyncIterator[Town]:
    """A town in which nobody ever hits Slack's limits, but for those that a test makes up."""
    async with town_around(tmp_path, empty_database, hours) as one:
        yield one
        assert not [call for call in one.slack.calls if call.outcome == "ratelimited"]


async def test_new_ticket_is_a_card_in_its_queues_room(town: Town) -> None:
    ticket = await town.opens(text="Where is my tent?")
    await town.quiet()
    card = await town.card(ticket)
    assert "Where is my tent?" in shows(card)
    assert town.calls("chat.postMessage") == ["ok"]
    assert town.calls("chat.update") == []


async def test_what_nobody_rang_about_is_found_by_the_slow_poll(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.quiet()
    monkeypatch.setattr(outbox, "POLL", 0.01)
    town.desk.changed.set()  # the wait that is under way is a long one
    work, reader = town.storage.work, town.storage.reader
    elsewhere = Desk(work, reader, POLICY, REGISTRY, TRAITS_OF, town.hours, WORDS)
    await elsewhere.receive([wrote("Who hears me?")])  # of which no bell tells this process
    async with asyncio.timeout(PATIENCE):
        while not town.seen("care-global"):
            await asyncio.sleep(0.002)  # real calls on loopback need the real loop
            await town.hours.turn(0.25)
    assert "Who hears me?" in shows(town.seen("care-global")[0])


async def test_ten_changes_are_one_update(town: Town) -> None:
    ticket = await town.opens()
    await town.quiet()
    for _ in range(5):
        await town.did("ben", "claim", ticket)
        await town.did("ben", "unclaim", ticket)
    await town.did("ben", "claim", ticket)
    await town.quiet()
    updates = [call for call in town.slack.calls if call.method == "chat.update"]
    assert 1 <= len(updates) <= 2  # the first may leave while the others are still being made
    assert BEN in shows(await town.card(ticket))


async def test_customers_messages_go_on_in_the_thread_in_their_order(town: Town) -> None:
    ticket = await town.opens(text="one", thread="t")
    for words in ("two", "three", "four"):
        await town.hears(wrote(words, thread="t"))
    await town.quiet()
    lines = [shows(line) for line in await town.thread(ticket)]
    assert [words for line in lines for words in ("two", "three", "four") if words in line] == [
        "two",
        "three",
        "four",
    ]


async def test_alerts_go_before_cards_and_cards_before_lines(town: Town) -> None:
    first = await town.opens(text="one", thread="t", at=town.hours.transport())
    await town.quiet()
    town.slack.fault(Fault("chat.postMessage", Kind.LIMITED, retry_after=20, channel="C01GLOBAL"))
    await town.hears(wrote("a line", thread="t"))  # meets the limit; all the rest queues up
    await town.until(lambda: "fault:429" in town.calls("chat.postMessage"), step=0)
    second = await town.opens(text="two")
    town.hours.jump(timedelta(hours=2))
    await town.timer.tick()
    await town.quiet()
    assert (await town.card(first)).ts < (await town.card(second)).ts
    rows = town.sql("SELECT what, external_id FROM delivery WHERE \"to\" = 'care-global'")
    order = [what for what, _ in sorted(rows, key=lambda row: row[1])]
    assert order == ["card", "alert", "alert", "card", "message"]


async def test_limit_delays_and_drops_nothing(town: Town) -> None:
    town.slack.fault(Fault("chat.postMessage", Kind.LIMITED, times=3, retry_after=30))
    began = town.hours.now()
    tickets = [await town.opens(text=f"tent {n}") for n in range(3)]
    await town.quiet(step=1)
    assert town.hours.now() - began >= 90
    assert town.calls("chat.postMessage").count("ok") == 3
    for n, ticket in enumerate(tickets):
        assert f"tent {n}" in shows(await town.card(ticket))


async def test_limit_of_updates_holds_back_no_post(town: Town) -> None:
    ticket = await town.opens(thread="t")
    await town.quiet()
    town.slack.fault(Fault("chat.update", Kind.LIMITED, retry_after=300))
    await town.did("ben", "claim", ticket)
    await town.until(lambda: "fault:429" in town.calls("chat.update"), step=0)
    limited_at = town.hours.now()
    await town.opens(text="A new one")
    await town.until(lambda: town.calls("chat.postMessage").count("ok") == 2)
    assert town.hours.now() - limited_at < 60
    await town.quiet(step=5)
    assert town.hours.now() - limited_at >= 300
    assert BEN in shows(await town.card(ticket))


async def test_room_that_is_closed_to_us_holds_back_no_other_and_catches_up(town: Town) -> None:
    room = town.slack.state.rooms["C01GLOBAL"]
    ticket = await town.opens(text="Mine")
    await town.quiet()
    town.slack.state.change_room(room, archived=True)
    await town.did("ben", "claim", ticket)
    await town.opens(text="Waiting for the room")
    await town.opens(text="日本語", account="aozora_ja")
    await town.until(lambda: len(town.seen("care-japan")) == 1)
    for command in ("unclaim", "claim", "unclaim"):
        await town.did("ben", command, ticket)
    await town.passes(30)
    tried = len(town.slack.calls)
    for _ in range(20):
        await town.passes(1)
    assert len(town.slack.calls) - tried <= 4, "a closed room is not hammered"
    updates = town.calls("chat.update").count("ok")
    town.slack.state.change_room(town.slack.state.rooms["C01GLOBAL"], archived=False)
    await town.quiet(step=5)
    assert town.calls("chat.update").count("ok") - updates == 1, "only the newest state is shown"
    assert "Waiting for the room" in shows(town.seen("care-global")[1])


async def test_deleted_card_is_posted_again_and_its_thread_goes_on_there(town: Town) -> None:
    ticket = await town.opens(thread="t")
    await town.quiet()
    before = await town.card(ticket)
    await town.slack.hands.delete("U03MAYA", before.channel, before.ts)
    await town.hears(wrote("still there?", thread="t"))
    await town.quiet()
    after = await town.card(ticket)
    assert after.ts != before.ts
    assert ["still there?" in shows(line) for line in await town.thread(ticket)] == [True]


async def test_deleted_card_comes_back_by_itself_and_once(town: Town) -> None:
    ticket = await town.opens(thread="t")
    await town.hears(wrote("a line", thread="t"))
    await town.quiet()
    before = await town.card(ticket)
    await town.slack.hands.delete("U03MAYA", before.channel, before.ts)
    for _ in range(3):  # as Slack repeats an event that was not answered in time
        await town.desk.deleted("slack", before.channel, before.ts)
    await town.quiet()
    after = await town.card(ticket)
    assert (after.ts != before.ts, len(town.seen("care-global"))) == (True, 1)
    await town.desk.deleted("slack", before.channel, before.ts)  # late
    await town.desk.deleted("slack", "CELSEWHERE", after.ts)
    await town.quiet()
    assert (await town.card(ticket)).ts == after.ts
    await town.hears(wrote("still there?", thread="t"))
    await town.quiet()
    assert ["still there?" in shows(line) for line in await town.thread(ticket)] == [True]


async def test_line_that_meets_no_thread_has_its_card_posted_again_at_once(town: Town) -> None:
    """Nobody told us that the card was deleted, and no update may find it out."""
    first, other = await town.opens(thread="t"), await town.opens()
    await town.quiet()
    town.slack.fault(Fault("chat.update", Kind.LIMITED, retry_after=600))
    await town.did("ben", "claim", other)
    await town.until(lambda: "fault:429" in town.calls("chat.update"), step=0)
    before = await town.card(first)
    await town.slack.hands.delete("U03MAYA", before.channel, before.ts)
    deleted_at = town.hours.now()
    await town.hears(wrote("still there?", thread="t"))
    await town.until(lambda: "thread_not_found" in town.calls("chat.postMessage"))
    await town.until(lambda: town.due("message") == [("message", "care-global", "sent")])
    assert town.hours.now() - deleted_at < 60
    assert (await town.card(first)).ts != before.ts
    assert ["still there?" in shows(line) for line in await town.thread(first)] == [True]


async def test_deleted_link_of_a_ticket_that_has_left_stays_away(town: Town) -> None:
    ticket = await town.opens()
    await town.quiet()
    before = await town.card(ticket)
    await town.did("maya", "move", ticket, fields={"queue": "japan"})
    await town.quiet(step=1)
    await town.slack.hands.delete("U03MAYA", before.channel, before.ts)
    await town.desk.deleted("slack", before.channel, before.ts)
    await town.quiet()
    assert len(town.seen("care-global")) == 0


async def test_deleted_line_is_let_rest(town: Town) -> None:
    message = wrote("a typo", thread="t")
    ticket = await town.opens(thread="t")
    await town.hears(message)
    await town.quiet()
    (line,) = await town.thread(ticket)
    await town.slack.hands.delete("U03MAYA", line.channel, line.ts)
    await town.hears(Edited("aozora", message.external_id, "no typo", town.hours.transport()))
    await town.quiet()
    assert await town.thread(ticket) == []
    assert town.sql("SELECT count(*) FROM delivery WHERE state <> 'sent'") == [(0,)]


@pytest.mark.parametrize("kind", [Kind.RESET_AFTER, Kind.RESET, Kind.BROKEN])
async def test_post_in_doubt_is_looked_up_and_is_there_once(town: Town, kind: Kind) -> None:
    town.slack.fault(Fault("chat.postMessage", kind))
    ticket = await town.opens(text="Where is it?")
    await town.until(lambda: town.outbox.progress.get("in_doubt"), step=0)
    await town.quiet()
    assert len(town.seen("care-global")) == 1
    assert "Where is it?" in shows(await town.card(ticket))


async def test_update_of_unknown_fate_is_simply_repeated(town: Town) -> None:
    ticket = await town.opens()
    await town.quiet()
    town.slack.fault(Fault("chat.update", Kind.RESET_AFTER))
    await town.did("ben", "claim", ticket)
    await town.quiet()
    assert len(town.seen("care-global")) == 1
    assert BEN in shows(await town.card(ticket))


async def test_slack_that_is_down_delays_and_drops_nothing(town: Town) -> None:
    town.slack.fault(Fault("*", Kind.HTML, times=12))
    tickets = [await town.opens(text=f"tent {n}") for n in range(2)]
    await town.quiet(step=5)
    assert [f"tent {n}" in shows(await town.card(t)) for n, t in enumerate(tickets)] == [True, True]
    assert len(town.seen("care-global")) == 2


async def test_card_that_slack_refuses_is_tried_again_for_a_ticket_must_be_seen(town: Town) -> None:
    town.slack.fault(Fault("chat.postMessage", Kind.ERROR, error="invalid_blocks"))
    ticket = await town.opens(thread="t")
    await town.until(lambda: town.outbox.progress.get("failed"), step=0)
    await town.hears(wrote("more", thread="t"))
    await town.quiet(step=10)
    await town.until(lambda: len(town.seen("care-global")) == 1, step=10)
    await town.quiet()
    assert "more" in shows((await town.thread(ticket))[0])


async def test_update_that_slack_refuses_leaves_the_card_alive(town: Town) -> None:
    ticket = await town.opens(thread="t")
    await town.quiet()
    town.slack.fault(Fault("chat.update", Kind.ERROR, error="msg_blocks_too_long"))
    await town.did("ben", "claim", ticket)
    await town.quiet()
    assert BEN not in shows(await town.card(ticket))
    await town.hears(wrote("more", thread="t"))
    await town.quiet()
    assert BEN in shows(await town.card(ticket))
    assert len(await town.thread(ticket)) == 1


async def test_line_that_slack_refuses_is_given_up_alone(town: Town) -> None:
    ticket = await town.opens(thread="t")
    await town.quiet()
    town.slack.fault(Fault("chat.postMessage", Kind.ERROR, error="msg_too_long"))
    await town.hears(wrote("one", thread="t"), wrote("two", thread="t"))
    await town.quiet()
    assert ["two" in shows(line) for line in await town.thread(ticket)] == [True]
    assert (await town.storage.reader.health(town.hours.transport())).failed == 1


async def test_one_thread_in_doubt_holds_back_only_itself(town: Town) -> None:
    first = await town.opens(thread="a")
    second = await town.opens(thread="b")
    await town.quiet()
    town.slack.fault(Fault("chat.postMessage", Kind.RESET_AFTER))
    await town.hears(wrote("one", thread="a"))
    await town.until(lambda: town.outbox.progress.get("in_doubt"), step=0)
    doubted_at = town.hours.now()
    await town.hears(wrote("two", thread="a"), wrote("three", thread="b"))
    other = await town.card(second)
    await town.until(lambda: town.slack.state.replies(other.channel, other.ts))
    assert town.hours.now() - doubted_at < 15
    await town.quiet()
    words = [shows(line) for line in await town.thread(first)]
    assert ["one" in words[0], "two" in words[1], len(words)] == [True, True, 2]


async def test_alert_in_doubt_holds_back_no_other_alert(town: Town) -> None:
    await town.hears(wrote(), wrote())
    await town.quiet()
    town.slack.fault(Fault("chat.postMessage", Kind.RESET_AFTER, channel="C05MANAGERS"))
    town.hours.jump(timedelta(hours=2))
    await town.timer.tick()
    await town.until(lambda: town.outbox.progress.get("in_doubt"), step=0)
    doubted_at = town.hours.now()
    await town.until(lambda: len(town.seen("care-managers")) == 2)
    assert town.hours.now() - doubted_at < 15
    await town.quiet()
    assert len(town.seen("care-managers")) == 2


async def test_escalation_has_a_live_card_in_both_rooms(town: Town) -> None:
    ticket = await town.opens(thread="t")
    await town.did("ben", "escalate", ticket, fields={"target": "specialists", "reason": "fire"})
    await town.hears(wrote("and now?", thread="t"))
    await town.did("ben", "claim", ticket)
    await town.quiet()
    for room in ("care-global", "care-escalation"):
        assert BEN in shows(await town.card(ticket, room))
        assert any("and now?" in shows(line) for line in await town.thread(ticket, room))


async def test_room_of_another_zone_is_told_in_which_its_times_are(
    tmp_path: Path, empty_database: Path, hours: Hours
) -> None:
    london = replace(ROOMS["care-escalation"], zone="Europe/London")
    policy = replace(POLICY, rooms=ROOMS | {london.name: london})
    async with town_around(tmp_path, empty_database, hours, policy) as town:
        ticket = await town.opens()
        await town.did(
            "ben", "escalate", ticket, fields={"target": "specialists", "reason": "fire"}
        )
        await town.quiet()
        assert "Due Mon 1 Jun 13:00 (1 h" in shows(await town.card(ticket))
        assert "Due Mon 1 Jun 5:00 BST" in shows(await town.card(ticket, london.name))


async def test_alerts_draw_the_card_anew(town: Town) -> None:
    ticket = await town.opens()
    seen = []
    for passed in (0, 46, 15):
        town.hours.jump(timedelta(minutes=passed, seconds=1))
        await town.timer.tick()
        await town.quiet()
        card = shows(await town.card(ticket))
        seen.append([sign for sign in ("⏳ Due soon", "⚠ Late") if sign in card])
    assert seen == [[], ["⏳ Due soon"], ["⚠ Late"]]


async def test_unclaimed_ticket_is_announced_with_a_link_to_its_card(town: Town) -> None:
    ticket = await town.opens()
    await town.did("ben", "claim", ticket)
    await town.did("ben", "unclaim", ticket)
    await town.quiet()
    card = await town.card(ticket)
    line = town.seen("care-global")[1]
    assert f"/archives/C01GLOBAL/p{card.ts.replace('.', '')}" in shows(line)


async def test_line_whose_link_cannot_be_made_goes_without_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_given: object) -> None:
        raise Unreached("Slack cannot be reached")

    monkeypatch.setattr(SlackChat, "url", fails)
    ticket = await town.opens()
    await town.did("ben", "claim", ticket)
    await town.did("ben", "unclaim", ticket)
    await town.quiet()
    line = town.seen("care-global")[1]
    assert f"#{ticket}" in shows(line)
    assert "/archives/" not in shows(line)


async def test_published_card_is_posted_as_it_was_finished(town: Town) -> None:
    card = Card(push=text("nobody"), title=text("nobody"), blocks=(Paragraph(text("nobody")),))
    await town.timer.publish("evening", "2026-06-01", "care-leads", card)
    await town.quiet()
    assert len(town.seen("care-leads")) == 1


@pytest.mark.parametrize("what", [What.CARD, What.PUBLISHED])
async def test_delivery_whose_rows_are_gone_is_given_up(town: Town, what: What) -> None:
    row = NewDelivery(what, "care-global", "4711", Urgency.CARD, "m1")
    await town.storage.work.transact(lambda tx: tx.deliver(row, town.hours.transport()))
    town.desk.changed.set()
    await town.until(lambda: town.due() == [(what.value, "care-global", "failed")])
    assert town.seen("care-global") == []


@pytest.mark.parametrize("what", [What.MESSAGE, What.EVENT, What.ANNOUNCE])
async def test_line_that_names_nothing_is_given_up(town: Town, what: What) -> None:
    ticket = await town.opens()
    await town.quiet()
    row = NewDelivery(what, "care-global", f"{ticket}", Urgency.CARD, "m1", ticket=ticket)
    await town.storage.work.transact(lambda tx: tx.deliver(row, town.hours.transport()))
    town.desk.changed.set()
    await town.until(lambda: town.due()[1:] == [(what.value, "care-global", "failed")])
    assert len(town.seen("care-global")) == 1


async def test_place_that_app_yaml_no_longer_has_is_left_alone(town: Town) -> None:
    row = NewDelivery(What.PUBLISHED, "old-room", "r", Urgency.ALERT, "m1", body="{}")
    await town.storage.work.transact(lambda tx: tx.deliver(row, town.hours.transport()))
    await town.opens()
    await town.until(
        lambda: (
            town.due() == [("published", "old-room", "pending"), ("card", "care-global", "sent")]
        )
    )


async def test_fault_of_ours_is_given_up_in_the_end_and_stops_nobody(town: Town) -> None:
    row = NewDelivery(What.PUBLISHED, "care-global", "r", Urgency.ALERT, "m1", body="no card")
    await town.storage.work.transact(lambda tx: tx.deliver(row, town.hours.transport()))
    await town.opens()
    await town.until(lambda: len(town.seen("care-global")) == 1)
    await town.until(lambda: town.due()[0][2] == "failed", step=5)
    assert town.outbox.progress["fault"] <= FAULTS


@pytest.mark.parametrize("of", ["room", "account"])
async def test_fault_of_ours_while_an_outcome_is_written_leaves_nothing_under_way(
    town: Town, monkeypatch: pytest.MonkeyPatch, of: str
) -> None:
    """Of a limit that can be added to no time, say: the post is looked up like any other."""
    odd = TryLater(1)
    odd.seconds = 1e18
    left = [odd]

    def once(call: Callable[..., Any]) -> Callable[..., Any]:
        async def called(*given: Any) -> Any:
            if left:
                raise left.pop()
            return await call(*given)

        return called

    ticket = await town.opens()
    if of == "room":
        slack = town.chats["slack"]
        monkeypatch.setattr(slack, "post", once(slack.post))
    else:
        await town.quiet()
        chirp = town.channels["aozora"]
        monkeypatch.setattr(chirp, "send", once(chirp.send))
        await town.replies("ben", ticket, "On its way")
    await town.quiet(step=5)
    assert left == []
    # the network, asked again, knows no such post
    assert {state for _, _, state in town.due()} <= {"sent", "failed"}


async def test_what_was_sent_is_recorded_however_long_the_database_needs(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, refusals = town.storage.work, 3
    transact = work.transact

    async def stubborn(fn, *, flushed=True):  # type: ignore[no-untyped-def]
        nonlocal refusals
        if town.slack.calls and refusals:
            refusals -= 1
            raise StorageError("care.db: database is locked")
        return await transact(fn, flushed=flushed)

    await town.opens()
    monkeypatch.setattr(work, "transact", stubborn)
    await town.until(lambda: town.due() == [("card", "care-global", "sent")])
    assert len(town.seen("care-global")) == 1


async def test_outbox_waits_for_a_database_that_cannot_be_read(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, refusals = town.storage.reader, 3
    due = reader.due

    async def stubborn(now: datetime) -> Due:
        nonlocal refusals
        if refusals:
            refusals -= 1
            raise StorageError("care.db: database is locked")
        return await due(now)

    monkeypatch.setattr(reader, "due", stubborn)
    await town.opens()
    await town.until(lambda: town.due() == [("card", "care-global", "sent")])
    assert refusals == 0


async def test_fault_of_ours_at_one_place_stops_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(ChatPace, "of_post", fails)
        mia = town.chirp.hands.person("mia")
        town.chirp.hands.write(mia, "Where is my tent?")
        await town.until(lambda: town.due() == [("card", "care-global", "pending")])
    await town.until(lambda: town.due() == [("card", "care-global", "sent")], step=5)


async def test_replies_of_an_account_that_app_yaml_no_longer_has_wait_for_it(town: Town) -> None:
    row = NewDelivery(What.REPLY, f"{AT_ACCOUNT}gone", "r", Urgency.CARD, "m1")
    await town.storage.work.transact(lambda tx: tx.deliver(row, town.hours.transport()))
    await town.opens()
    await town.until(
        lambda: (
            town.due()
            == [("reply", f"{AT_ACCOUNT}gone", "pending"), ("card", "care-global", "sent")]
        )
    )


async def test_burst_is_delivered_at_the_lawful_pace(town: Town) -> None:
    began = town.hours.now()
    await town.hears(*(wrote(f"tent {n}") for n in range(30)))
    await town.quiet()
    assert len(town.seen("care-global")) == 30
    assert town.hours.now() - began >= 29  # a post a second; bench/ measures that it is no slower


@pytest.mark.databases("sqlite")  # PostgreSQL's leases end by its own clock
async def test_card_at_work_when_we_died_is_looked_up_at_the_next_start(
    tmp_path: Path, empty_database: Path, hours: Hours
) -> None:
    async with town_around(tmp_path, empty_database, hours) as first:
        first.slack.fault(Fault("chat.postMessage", Kind.TIMEOUT_AFTER))
        ticket = await first.opens(text="Am I there?")
        await first.until(lambda: first.calls("chat.postMessage"), step=0)
        assert first.due() == [("card", "care-global", "sending")]
        slack = first.slack
    async with town_around(tmp_path, empty_database, hours) as second:
        second.slack.state.messages = slack.state.messages
        second.slack.state._by_client_id = slack.state._by_client_id
        await second.until(lambda: second.due() == [("card", "care-global", "sent")])
        await second.quiet()
        assert len(second.seen("care-global")) == 1
        assert await second.card(ticket)
