"""What is typed in Teams: mentions, the personal chat, slash commands, words in threads."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from teams_world import AOI, BEN, CARE, LOST, World, shown, world

from adapters.sandbox.teams import Fault, happenings

pytestmark = pytest.mark.anyio


@pytest.fixture
async def here(tmp_path: Path, empty_database: Path | str) -> AsyncIterator[World]:
    async with world(tmp_path, empty_database) as one:
        yield one


def notes(here: World) -> list[tuple[Any, ...]]:
    return here.sql("SELECT ticket, text FROM message WHERE direction = 'note'")


async def test_mention_in_a_thread_is_a_command_about_its_ticket(here: World) -> None:
    ticket, card = await here.card()
    await here.cloud.hands.say(BEN, CARE, "claim", card, mention=True)
    assert (await here.ticket(ticket)).assignee == here.agents["ben"].id
    await here.cloud.hands.say(BEN, CARE, "note She wrote <twice> & called", card, mention=True)
    assert notes(here) == [(ticket, "She wrote <twice> & called")]


async def test_mention_in_the_channel_names_its_ticket_and_is_answered_alone(here: World) -> None:
    ticket, _ = await here.card()
    await here.cloud.hands.say(BEN, CARE, f"claim {ticket}", mention=True)
    assert (await here.ticket(ticket)).assignee == here.agents["ben"].id
    await here.cloud.hands.say(BEN, CARE, "list mine", mention=True)
    (told,) = here.alone("ben")
    assert f"#{ticket}" in shown(told)
    assert here.private("ben") == []


async def test_mention_without_words_asks_for_help(here: World) -> None:
    await here.cloud.hands.say(AOI, CARE, "care", mention=True)
    await here.cloud.hands.say(AOI, CARE, "ヘルプ", mention=True)
    first, second = here.alone("aoi")
    assert shown(first) == shown(second)
    assert "担当" in shown(first)


async def test_what_tells_of_commands_tells_how_teams_hears_them(here: World) -> None:
    await here.cloud.hands.say(BEN, CARE, "help", mention=True)
    await here.cloud.hands.say(BEN, CARE, "clam", mention=True)
    every, unknown = map(shown, here.alone("ben"))
    assert "@Care claim 42 – take a ticket" in every
    assert every.endswith("In a ticket’s thread, leave the number out: @Care command")
    assert unknown == ("I do not know “clam”. Do you mean “claim”? @Care help lists what I know.")


async def test_our_name_is_passed_over_where_it_did_not_become_a_mention(here: World) -> None:
    ticket, _ = await here.card()
    await here.cloud.hands.say(BEN, "personal", f"@Care claim {ticket}")
    assert (await here.ticket(ticket)).assignee == here.agents["ben"].id


async def test_lists_of_commands_name_the_prefix_too(here: World) -> None:
    ticket, _ = await here.card()
    await here.cloud.hands.say(BEN, CARE, f"care claim {ticket}", mention=True)
    assert (await here.ticket(ticket)).assignee == here.agents["ben"].id
    await here.cloud.hands.say(BEN, CARE, "care-list mine", mention=True)
    (told,) = here.alone("ben")
    assert f"#{ticket}" in shown(told)


async def test_personal_chat_needs_no_mention_and_is_answered_there(here: World) -> None:
    ticket, _ = await here.card()
    await here.cloud.hands.say(BEN, "personal", f"!claim {ticket}")
    await here.cloud.hands.say(BEN, "personal", "list mine")
    assert (await here.ticket(ticket)).assignee == here.agents["ben"].id
    (told,) = here.alone("ben")
    assert f"#{ticket}" in shown(told)


async def test_form_is_offered_by_a_button_and_answers_in_a_dialog(here: World) -> None:
    ticket, card = await here.card()
    await here.cloud.hands.say(BEN, CARE, "reply", card, mention=True)
    (offered,) = here.alone("ben")
    (action,) = offered.cards[0]["actions"]
    await here.cloud.dialogs.fetch(BEN, "personal", offered.id, action)
    await here.submits("ben", text="On its way.")
    replies = here.sql("SELECT ticket, text FROM message WHERE direction = 'outbound'")
    assert replies == [(ticket, "On its way.")]


async def test_question_is_asked_alone_with_a_yes(here: World) -> None:
    ticket, card = await here.card()
    await here.cloud.hands.say(BEN, CARE, "reply call 090-1234-5678", card, mention=True)
    (asked,) = here.alone("ben")
    (yes,) = asked.cards[0]["actions"]
    pressed = await here.cloud.hands.execute(BEN, "personal", asked.id, yes)
    assert pressed.message == ""
    replies = here.sql("SELECT ticket, text FROM message WHERE direction = 'outbound'")
    assert replies == [(ticket, "call 090-1234-5678")]


async def test_people_are_named_as_app_yaml_does(here: World) -> None:
    ticket, card = await here.card()
    entity = {
        "type": "mention",
        "text": "<at>Aoi</at>",
        "mentioned": {"id": "29:aoi", "name": "Aoi"},
    }
    await here.writes(BEN, "assign <at>Aoi</at>", card, entity)
    assert (await here.ticket(ticket)).assignee == here.agents["aoi"].id


async def test_same_message_again_is_the_same_act(here: World) -> None:
    _, card = await here.card()
    await here.cloud.hands.say(BEN, CARE, "note once", card, mention=True)
    assert (await here.cloud.delivery.repeat(here.cloud.delivered[-1])).ok
    assert len(notes(here)) == 1


async def test_answer_for_one_person_that_no_way_brings_is_said_to_be_there(here: World) -> None:
    _, card = await here.card()
    await here.cloud.hands.say(LOST, CARE, "claim", card, mention=True)
    (told,) = here.alone("lost")
    assert shown(told).startswith("I do not know you here")
    assert here.thread(card) == []


async def test_answer_that_neither_the_channel_nor_a_personal_chat_takes_is_told_of_in_the_thread(
    tmp_path: Path, empty_database: Path | str
) -> None:
    async with world(tmp_path, empty_database, targeted=True) as here:
        _, card = await here.card()
        here.cloud.fault(Fault("status", "send", status=403))  # the answer that is for one alone
        here.cloud.fault(Fault("status", "create", status=403))  # their personal chat
        await here.cloud.hands.command(BEN, CARE, "list mine", card)
        await here.until(lambda: here.thread(card), step=0)
        (said,) = here.thread(card)
        assert said.startswith("I have an answer for you alone, but no way to give it to you.")
        assert (here.private("ben"), here.alone("ben")) == ([], [])
        await here.cloud.hands.command(BEN, CARE, "list mine", card)
        assert len(here.private("ben")) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", "create", status=429, retry_after=12),
        Fault("status", "send", status=412, times=2),
        Fault("status", "create", status=502),
    ],
    ids=["429", "412", "502"],
)
async def test_answer_for_one_person_waits_for_what_holds_teams_up(
    here: World, fault: Fault
) -> None:
    here.chat._tasks._patience = 0.05
    here.cloud.fault(fault)
    await here.cloud.hands.say(BEN, CARE, "list mine", mention=True)
    await here.until(lambda: here.alone("ben"))
    (told,) = here.alone("ben")
    assert shown(told).startswith("Your tickets")


async def test_words_in_a_thread_are_no_note_without_the_consent_and_the_card_says_so(
    here: World,
) -> None:
    _, card = await here.card()
    await here.cloud.hands.say(BEN, CARE, "lunch?", card)
    assert notes(here) == []
    assert "without mentioning me is not recorded" in shown(here.seen()[0])


@pytest.mark.parametrize("reads_threads", [False, True])
async def test_who_names_us_within_a_line_is_told_what_became_of_it(
    tmp_path: Path, empty_database: Path | str, reads_threads: bool
) -> None:
    async with world(tmp_path, empty_database, reads_threads=reads_threads) as here:
        ticket, card = await here.card()
        await here.writes(BEN, f"I called them. {happenings.tagged(here.cloud.state)}", card)
        if reads_threads:
            assert notes(here) == [(ticket, "I called them. @Care")]
            assert here.alone("ben") == []
        else:
            assert notes(here) == []
            (told,) = here.alone("ben")
            assert shown(told) == (
                "A line is for me where it begins with my name: @Care note and your words. "
                "Nothing of this one was recorded."
            )


async def test_colon_behind_our_name_is_no_command(here: World) -> None:
    ticket, card = await here.card()
    await here.writes(BEN, f"{happenings.tagged(here.cloud.state)}: note I called them.", card)
    assert notes(here) == [(ticket, "I called them.")]


async def test_words_in_a_cards_thread_are_a_note_with_the_consent(
    tmp_path: Path, empty_database: Path | str
) -> None:
    async with world(tmp_path, empty_database, reads_threads=True) as here:
        ticket, card = await here.card()
        assert "is not recorded" not in shown(here.seen()[0])
        other = await here.cloud.hands.say(BEN, CARE, "lunch?")
        await here.cloud.hands.say(AOI, CARE, "yes", other)
        await here.cloud.hands.say(BEN, CARE, "asked the carrier", card)
        await here.cloud.hands.say(BEN, CARE, "！担当", card)
        assert notes(here) == [(ticket, "asked the carrier")]
        assert (await here.ticket(ticket)).assignee == here.agents["ben"].id


async def test_slash_command_is_answered_where_it_was_given_for_that_person_alone(
    tmp_path: Path, empty_database: Path | str
) -> None:
    async with world(tmp_path, empty_database, targeted=True) as here:
        ticket, card = await here.card()
        await here.cloud.hands.command(BEN, CARE, f"claim {ticket}")
        await here.cloud.hands.command(BEN, CARE, "/care list mine")
        assert (await here.ticket(ticket)).assignee == here.agents["ben"].id
        claimed, told = here.private("ben")
        assert claimed == f"#{ticket} is yours."
        assert "Your tickets: 1" in told
        assert here.alone("ben") == []
        await here.cloud.hands.command(BEN, CARE, "note seen", card)
        assert notes(here) == [(ticket, "seen")]
