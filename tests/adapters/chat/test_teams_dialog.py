"""Dialogs in Teams: opened by a button, made anew, searched, submitted; over real HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from teams_world import AOI, BEN, CARE, LOST, VIC, World, inputs, shown, words, world

from adapters.chat.teams import adaptive
from adapters.chat.teams import inputs as teams_inputs
from adapters.sandbox.teams import Fault
from chatops.desk import LOCK
from chatops.ticket import Status

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here(tmp_path: Path, empty_database: Path | str) -> AsyncIterator[World]:
    async with world(tmp_path, empty_database) as one:
        yield one


async def test_reply_is_typed_in_a_dialog_and_waits_to_be_sent(here: World) -> None:
    ticket, card = await here.card()
    opened = await here.opens_dialog("ben", "reply", card)
    assert opened.dialog is not None
    done = await here.submits("ben", text="On its way.")
    assert (done.closed, done.message) == (True, None)
    replies = here.sql("SELECT ticket, text FROM message WHERE direction = 'outbound'")
    assert replies == [(ticket, "On its way.")]


async def test_writing_lock_is_taken_at_fetch_seen_by_others_and_ends_by_its_time(
    here: World,
) -> None:
    ticket, card = await here.card()
    await here.opens_dialog("ben", "reply", card)
    locked = await here.ticket(ticket)
    assert locked.writer is not None
    assert locked.writer.agent == here.agents["ben"].id
    await here.quiet()
    assert "Ben" in shown(here.seen()[0])
    here.cloud.dialogs.close(BEN, here.dialog("ben").id)
    await here.passes(LOCK.total_seconds() + 1)
    assert (await here.ticket(ticket)).writer == locked.writer  # nobody tells of a closing
    await here.timer.tick()
    assert (await here.ticket(ticket)).writer is None
    await here.opens_dialog("aoi", "reply", card)
    taken = (await here.ticket(ticket)).writer
    assert taken is not None
    assert taken.agent == here.agents["aoi"].id


async def test_submitting_ends_the_lock(here: World) -> None:
    ticket, card = await here.card()
    await here.opens_dialog("ben", "reply", card)
    await here.submits("ben", text="On its way.")
    assert (await here.ticket(ticket)).writer is None


async def test_form_is_made_anew_with_what_was_typed_and_its_count(here: World) -> None:
    ticket, card = await here.card()
    before = here.count("message")
    await here.opens_dialog("ben", "reply", card)
    done = await here.submits("ben", button=1, text="Hello there")
    assert (done.closed, done.message) == (False, None)
    body = here.dialog("ben").card["body"]
    (box,) = [each for each in inputs(here.dialog("ben")) if each["id"].startswith("text:")]
    assert box["value"] == "Hello there"
    assert "11" in words(body)
    assert here.count("message") == before
    assert (await here.ticket(ticket)).status is Status.OPEN


async def test_empty_reply_is_asked_for_in_the_dialog(here: World) -> None:
    _, card = await here.card()
    await here.opens_dialog("ben", "reply", card)
    done = await here.submits("ben")
    assert (done.closed, done.message) == (False, None)
    assert "Please fill this in." in words(here.dialog("ben").card)
    assert here.sql("SELECT count(*) FROM message WHERE direction = 'outbound'") == [(0,)]


async def test_what_came_meanwhile_is_shown_and_sending_again_is_a_yes(here: World) -> None:
    ticket, card = await here.card(thread="t-1", who="mia")
    await here.opens_dialog("ben", "reply", card)
    await here.opens(thread="t-1", who="mia", text="And where is my invoice?")
    first = await here.submits("ben", text="On its way.")
    assert not first.closed
    assert "And where is my invoice?" in words(here.dialog("ben").card)
    second = await here.submits("ben")
    assert second.closed, second
    replies = here.sql("SELECT ticket, text FROM message WHERE direction = 'outbound'")
    assert replies == [(ticket, "On its way.")]


async def test_same_submission_again_is_the_same_act(here: World) -> None:
    _, card = await here.card()
    await here.opens_dialog("ben", "note", card)
    await here.submits("ben", text="Asked the carrier.")
    notes = here.count("message")
    again = await here.cloud.delivery.repeat(here.cloud.delivered[-1])
    assert again.ok
    assert here.count("message") == notes


async def test_close_asks_for_a_reason_and_snooze_for_a_time(here: World) -> None:
    ticket, card = await here.card()
    await here.opens_dialog("ben", "snooze", card)
    choices = {each["id"].partition(":")[0]: each for each in inputs(here.dialog("ben"))}
    until = choices["until"]["choices"][0]["value"]
    await here.submits("ben", until=until)
    assert (await here.ticket(ticket)).status is Status.SNOOZED
    await here.quiet()
    await here.opens_dialog("ben", "close", card)
    await here.submits("ben", reason="resolved")
    assert (await here.ticket(ticket)).status is Status.CLOSED


async def test_what_only_looks_is_shown_in_a_dialog(here: World) -> None:
    _, card = await here.card(text="Where is my *tent*?")
    opened = await here.opens_dialog("ben", "show", card)
    assert opened.dialog is not None
    assert "Where is my *tent*?" in words(here.dialog("ben").card)


async def test_refusal_takes_the_dialogs_place(here: World) -> None:
    ticket, card = await here.card()
    fetch = here.action("vic", "note", card)
    before = await here.state(ticket)
    opened = await here.cloud.dialogs.fetch(
        here.desk.policy.people["vic"].identities["teams"],
        here.desk.policy.rooms["care-global"].id,
        card,
        fetch,
    )
    assert opened.dialog is not None or opened.message
    if opened.dialog is not None:
        done = await here.submits("vic", text="x")
        assert not done.closed
    assert await here.state(ticket) == before


async def test_dialog_that_cannot_be_read_is_said(here: World) -> None:
    ticket, card = await here.card()
    before = await here.state(ticket)
    for name, data in (
        ("task/fetch", {"c": 1}),
        ("task/submit", {"asked": {"c": 1}}),
        ("task/submit", {}),
    ):
        body = await here.forged("ben", name, card, data)
        assert body["task"]["type"] == "message"
        assert body["task"]["value"].startswith("This button is from another version of me")
    assert await here.state(ticket) == before


async def test_slow_submission_is_answered_in_time_and_its_outcome_follows_alone(
    here: World,
) -> None:
    _, card = await here.card()
    await here.opens_dialog("aoi", "note", card)
    async with here.holding_the_database():
        done = await here.submits("aoi", text="Asked the carrier.")
    assert (done.closed, done.message) == (True, "This takes a moment …")
    await here.until(lambda: here.alone("aoi"), step=0)
    assert [shown(each) for each in here.alone("aoi")] == ["完了しました。"]
    assert here.sql("SELECT text FROM message WHERE direction = 'note'") == [
        ("Asked the carrier.",)
    ]
    assert AOI not in here.cloud.state.dialogs


async def test_dialog_is_in_the_persons_own_language(here: World) -> None:
    _, card = await here.card()
    await here.opens_dialog("aoi", "reply", card)
    assert here.dialog("aoi").title == "#1 への返信"


async def submits_late(here: World, who: str, **given: str) -> str:
    """Submit the open dialog, whose outcome comes when Teams has stopped waiting; what follows."""
    here.chat._tasks._patience = 0.05
    async with here.holding_the_database():
        done = await here.submits(who, **given)
    assert (done.closed, done.message) == (True, "This takes a moment …")
    await here.until(lambda: here.alone(who), step=0)
    (told,) = here.alone(who)
    return told.id


async def test_late_refusal_is_told_alone_beside_what_was_typed_with_the_form_again(
    here: World,
) -> None:
    ticket, card = await here.card()
    await here.opens_dialog("ben", "reply", card)
    told = await submits_late(here, "ben", text="far too long " * 40)
    said = shown(here.cloud.hands.seen(BEN, "personal", told)).splitlines()
    assert said == ["520 of 500 characters: 20 too many", "far too long " * 40, "Reply to #1"]
    assert here.sql("SELECT count(*) FROM message WHERE direction = 'outbound'") == [(0,)]
    await here.cloud.dialogs.fetch(BEN, "personal", told, here.first_action("ben", told))
    await here.submits("ben", text="Shorter.")
    replies = here.sql("SELECT ticket, text FROM message WHERE direction = 'outbound'")
    assert replies == [(ticket, "Shorter.")]


async def test_late_question_is_asked_alone_with_a_yes_that_does_it(here: World) -> None:
    ticket, card = await here.card()
    await here.opens_dialog("ben", "reply", card)
    asked = await submits_late(here, "ben", text="call 090-1234-5678")
    assert "phone number" in shown(here.alone("ben")[0])
    await here.cloud.hands.execute(BEN, "personal", asked, here.first_action("ben", asked))
    replies = here.sql("SELECT ticket, text FROM message WHERE direction = 'outbound'")
    assert replies == [(ticket, "call 090-1234-5678")]


async def test_late_question_about_more_than_a_yes_carries_gives_the_words_back(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adaptive, "_REPEATED", 100)
    _, card = await here.card()
    await here.opens_dialog("ben", "reply", card)
    told = await submits_late(here, "ben", text="call 090-1234-5678")
    assert "call 090-1234-5678" in shown(here.alone("ben")[0])
    fetched = await here.cloud.dialogs.fetch(BEN, "personal", told, here.first_action("ben", told))
    assert fetched.dialog is not None


async def test_late_outcome_that_no_way_brings_is_said_to_be_there_in_the_thread(
    here: World,
) -> None:
    _, card = await here.card()
    await here.opens_dialog("ben", "note", card)
    here.cloud.fault(Fault("status", "create", status=403))  # their personal chat
    here.chat._tasks._patience = 0.05
    async with here.holding_the_database():
        await here.submits("ben", text="Asked the carrier.")
    await here.until(lambda: len(here.thread(card)) == 2)
    said, note = sorted(here.thread(card))
    assert said.startswith("I have an answer for you alone, but no way to give it to you.")
    assert note == "Note by Ben\nAsked the carrier."
    assert here.alone("ben") == []


async def test_long_choice_is_searched_by_those_who_may_see_its_form(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams_inputs, "OPTIONS", 3)
    _, card = await here.card()
    await here.opens_dialog("ben", "assign", card)
    dialog = here.dialog("ben")
    (who,) = inputs(dialog)
    dataset = who["choices.data"]["dataset"]

    async def found(typed: str) -> list[str]:
        offered = await here.cloud.dialogs.search(BEN, dialog.id, dataset, typed)
        return [each["title"] for each in offered]

    assert [each["title"] for each in who["choices"]] == ["Ben", "Maya", "Robin"]
    assert [await found(typed) for typed in ("ro", "藤", "ブ", "")] == [
        ["Robin"],
        ["伊藤", "佐藤"],
        [],
        ["Ben", "Maya", "Robin"],
    ]
    query = {"queryText": "ro", "queryOptions": {"skip": 0, "top": 3}, "dataset": dataset}
    for nobody in (VIC, LOST):
        on = here.cloud.hands.seen(nobody, CARE, card)
        answer = await here.cloud.hands.invoke(nobody, on, "application/search", query)
        assert answer.body == {
            "statusCode": 200,
            "type": "application/vnd.microsoft.search.searchResponse",
            "value": {"results": []},
        }


async def test_slow_form_is_offered_alone_by_a_button(here: World) -> None:
    ticket, card = await here.card()
    tasks = here.chat._tasks
    patience, tasks._patience = tasks._patience, 0.05
    async with here.holding_the_database():
        opened = await here.opens_dialog("ben", "reply", card)
    tasks._patience = patience
    assert (opened.dialog, opened.message) == (None, "This takes a moment …")
    await here.until(lambda: here.alone("ben"), step=0)
    (offered,) = here.alone("ben")
    assert shown(offered).splitlines() == ["This needs a little more from you.", "Reply to #1"]
    action = here.first_action("ben", offered.id)
    await here.cloud.dialogs.fetch(BEN, "personal", offered.id, action)
    await here.submits("ben", text="On its way.")
    replies = here.sql("SELECT ticket, text FROM message WHERE direction = 'outbound'")
    assert replies == [(ticket, "On its way.")]
