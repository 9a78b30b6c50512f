"""What people do in Teams' window, and what the app hears of it and answers: over real HTTP."""

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from teams_sandbox import (
    AOI,
    BEN,
    BOT,
    CARE,
    GENERAL,
    JSON,
    LEADS,
    MRI,
    ORGANISATION,
    STRANGER,
    TENANT,
    Teams,
    block,
    card,
    dialog_of,
    execute,
    field_of,
    opening,
    posted,
    said,
    shown,
    submit,
    teams_at,
    text,
)

from adapters.sandbox.teams import CannotBeDone
from adapters.sandbox.teams.dialogs import Fetched, Submitted
from adapters.sandbox.teams.hands import SORRY, Pressed
from adapters.sandbox.teams.window import seen_by

pytestmark = pytest.mark.anyio

AT = "2026-09-21T14:13:20.000Z"


def from_ben(teams: Teams, conversation: JSON, **more: Any) -> JSON:
    """What every activity of Ben's in the channel has in common."""
    return {
        "timestamp": AT,
        "channelId": "msteams",
        "serviceUrl": f"{teams.base}/connector/",
        "from": {"id": MRI[BEN], "aadObjectId": BEN, "name": "Ben Carter"},
        "conversation": conversation,
        "recipient": {"id": BOT, "name": "Care"},
        "entities": [{"type": "clientInfo", "locale": "en-US", "platform": "Web"}],
        "locale": "en-US",
        **more,
    }


def in_thread(root: str) -> JSON:
    return {
        "tenantId": TENANT,
        "id": f"{CARE};messageid={root}",
        "conversationType": "channel",
        "isGroup": True,
    }


IN_CARE = {
    "tenant": {"id": TENANT},
    "team": {"id": GENERAL},
    "channel": {"id": CARE},
    "teamsTeamId": GENERAL,
    "teamsChannelId": CARE,
}


async def test_the_app_hears_what_mentions_it(teams: Teams) -> None:
    id = await teams.cloud.hands.say(BEN, CARE, "claim 42", mention=True)
    tag = {"type": "mention", "mentioned": {"id": BOT, "name": "Care"}, "text": "<at>Care</at>"}
    expected = from_ben(teams, in_thread(id), type="message", id=id, textFormat="plain")
    expected |= {"text": "<at>Care</at> claim 42"}
    expected |= {"channelData": {**IN_CARE, "source": {"name": "message"}}}
    expected["entities"].append(tag)
    assert teams.bot.heard == [expected]
    assert [one["text"] for one in teams.messages(AOI)] == ["@Care claim 42"]


async def test_the_app_hears_the_rest_only_with_the_owners_consent(teams: Teams) -> None:
    root = await teams.create(posted())
    await teams.cloud.hands.say(BEN, CARE, "between us", root)
    assert teams.bot.heard == []
    async with teams_at(organisation=replace(ORGANISATION, reads_threads=True)) as consenting:
        root = await consenting.create(posted())
        await consenting.cloud.hands.say(BEN, CARE, "between us", root)
        (heard,) = consenting.bot.heard
        assert (heard["text"], heard["replyToId"]) == ("between us", root)
        assert heard["conversation"] == in_thread(root)


async def test_a_personal_chat_is_always_heard(teams: Teams) -> None:
    id = await teams.cloud.hands.say(BEN, "personal", "help")
    chat = teams.cloud.state.chat_of(BEN)
    place = {"tenantId": TENANT, "id": chat, "conversationType": "personal"}
    expected = from_ben(teams, place, type="message", id=id, text="help", textFormat="plain")
    data = {"tenant": {"id": TENANT}, "source": {"name": "message"}}
    assert teams.bot.heard == [expected | {"channelData": data}]
    await teams.cloud.hands.delete(BEN, "personal", id)
    assert teams.bot.heard[-1]["type"] == "messageDelete"
    assert seen_by(teams.cloud.state, BEN)["personal"]["messages"] == []


async def test_a_slash_command_is_between_the_person_and_the_app(teams: Teams) -> None:
    await teams.cloud.hands.command(BEN, CARE, "care-report")
    (heard,) = teams.bot.heard
    assert heard["recipient"] == {"id": BOT, "name": "Care", "isTargeted": True}
    assert (heard["text"], heard["type"]) == ("care-report", "message")
    assert [one["private"] for one in teams.messages(BEN)] == [True]
    assert teams.messages(AOI) == []
    with pytest.raises(CannotBeDone):
        await teams.cloud.hands.command(BEN, "personal", "care")


async def test_an_app_that_takes_none_has_no_slash_commands() -> None:
    async with teams_at(organisation=replace(ORGANISATION, targeted=False)) as teams:
        with pytest.raises(CannotBeDone):
            await teams.cloud.hands.command(BEN, CARE, "care")


async def test_somebody_of_another_tenant_says_so(teams: Teams) -> None:
    await teams.cloud.hands.say(STRANGER, CARE, "hi", mention=True)
    (heard,) = teams.bot.heard
    assert heard["channelData"]["tenant"] == {"id": "tenant-2"}
    assert heard["from"]["aadObjectId"] == STRANGER


async def test_the_install_is_told_twice_and_taken_back(teams: Teams) -> None:
    await teams.cloud.hands.install(BEN)
    update, change = teams.bot.heard
    assert (update["type"], update["action"]) == ("installationUpdate", "add")
    team = {"id": GENERAL, "name": "Aozora", "aadGroupId": "group-1"}
    assert update["channelData"] == {
        "tenant": {"id": TENANT},
        "team": team,
        "channel": {"id": GENERAL},
        "teamsTeamId": GENERAL,
        "teamsChannelId": GENERAL,
        "settings": {"selectedChannel": {"id": GENERAL}},
        "source": {"name": "message"},
    }
    assert update["from"] == {"id": MRI[BEN], "aadObjectId": BEN}
    assert update["conversation"]["id"] == GENERAL
    assert (change["type"], change["membersAdded"]) == ("conversationUpdate", [{"id": BOT}])
    assert change["channelData"]["team"] == team
    await teams.cloud.hands.uninstall(BEN)
    assert [one["type"] for one in teams.bot.heard[2:]] == [
        "installationUpdate",
        "conversationUpdate",
    ]
    assert teams.bot.heard[2]["action"] == "remove"
    assert (await teams.send(CARE, text()))[0] == 403


async def test_a_press_is_sent_with_the_inputs_of_its_card(teams: Teams) -> None:
    button = execute(id="b1")
    shown_card = card(field_of(id="why"), field_of(id="how"), actions=[button])
    root = await teams.create(posted(shown_card))
    teams.bot.answer = lambda _: said("Done.")
    pressed = await teams.cloud.hands.execute(BEN, CARE, root, button, {"why": "urgent"})
    assert pressed == Pressed(message="Done.")
    (heard,) = teams.bot.heard
    id = heard.pop("id")
    expected = from_ben(teams, in_thread(root), type="invoke", name="adaptiveCard/action")
    action = {**button, "data": {"t": 42, "why": "urgent"}}
    expected |= {"value": {"action": action, "trigger": "manual"}, "replyToId": root}
    expected |= {"channelData": {**IN_CARE, "source": {"name": "message"}}}
    assert (heard, id[:2]) == (expected, "f:")


async def test_a_card_in_answer_is_the_pressers_until_the_app_updates_it(teams: Teams) -> None:
    button = execute()
    mine = card(block("Claimed by you"), actions=[execute(verb="release")])
    root = await teams.create(posted(card(actions=[button])))
    teams.bot.answer = lambda _: shown(mine)
    assert await teams.cloud.hands.execute(BEN, CARE, root, button) == Pressed(card=True)
    assert teams.messages(BEN)[0]["cards"] == [mine]
    assert teams.messages(AOI)[0]["cards"] == [card(actions=[button])]
    # What one cannot see any more cannot be pressed; what stands there now can.
    with pytest.raises(CannotBeDone, match="does not stand"):
        await teams.cloud.hands.execute(BEN, CARE, root, button)
    await teams.cloud.hands.execute(BEN, CARE, root, execute(verb="release"))
    everyones = card(block("Claimed by Ben"))
    await teams.update(CARE, root, posted(everyones))
    assert teams.messages(BEN)[0]["cards"] == [everyones]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (None, "the answer is no JSON object"),
        (500, "answered with status 500"),
        (202, "answered with status 202"),
        ({"statusCode": 200, "type": "text", "value": "x"}, "type text with a value"),
        (shown({"type": "AdaptiveCard", "version": "9.9"}), "above 1.5"),
        (shown(card(*[block("x" * 900) for _ in range(32)])), "too big"),
        ({**said("x"), "value": {}}, "activity.message with a value"),
        (
            {
                "statusCode": 400,
                "type": "application/vnd.microsoft.error",
                "value": {"code": "BadRequest", "message": "no"},
            },
            "statusCode 400",
        ),
    ],
)
async def test_an_answer_that_is_not_documented_goes_wrong(
    teams: Teams, answer: Any, why: str
) -> None:
    button = execute()
    root = await teams.create(posted(card(actions=[button])))
    teams.bot.answer = lambda _: answer
    assert await teams.cloud.hands.execute(BEN, CARE, root, button) == Pressed(message=SORRY)
    (notice,) = teams.cloud.state.notices
    assert (notice.person, notice.text) == (BEN, SORRY)
    assert why in notice.why


async def test_words_that_are_no_json_go_wrong_and_a_dead_app_does(teams: Teams) -> None:
    button = execute()
    root = await teams.create(posted(card(actions=[button])))
    teams.bot.answer = lambda _: web.Response(text="<html>")
    assert await teams.cloud.hands.execute(BEN, CARE, root, button) == Pressed(message=SORRY)
    teams.cloud.point_at("http://127.0.0.1:9/teams/messages")
    assert await teams.cloud.hands.execute(BEN, CARE, root, button) == Pressed(message=SORRY)
    teams.cloud.point_at(None)
    assert await teams.cloud.hands.execute(BEN, CARE, root, button) == Pressed(message=SORRY)
    whys = [notice.why for notice in teams.cloud.state.notices]
    assert whys == ["not_json", "connection_failed", "nobody_listens"]


@pytest.mark.parametrize(
    "action",
    [
        execute(verb="close"),
        execute(data={"t": 43}),
        {**execute(), "type": "Action.Submit"},
        execute(isEnabled=False),
    ],
)
async def test_only_what_stands_in_the_card_is_pressed(teams: Teams, action: JSON) -> None:
    root = await teams.create(posted(card(actions=[execute(), execute(isEnabled=False)])))
    with pytest.raises(CannotBeDone):
        await teams.cloud.hands.execute(BEN, CARE, root, action)
    assert teams.bot.heard == []


async def test_actions_stand_in_many_places(teams: Teams) -> None:
    def numbered(number: int) -> JSON:
        return execute(verb=f"v{number}")

    cell = {"type": "TableCell", "items": [{"type": "ActionSet", "actions": [numbered(1)]}]}
    below = card(field_of(id="below"), actions=[numbered(2)])
    del below["version"]
    shows = {"type": "Action.ShowCard", "title": "More", "card": below}
    run = {"type": "TextRun", "text": "x", "selectAction": numbered(3)}
    whole = card(
        {"type": "Table", "rows": [{"type": "TableRow", "cells": [cell]}]},
        {"type": "RichTextBlock", "inlines": ["a", run]},
        {"type": "Container", "items": [block()], "selectAction": numbered(4)},
        field_of(inlineAction=numbered(5)),
        actions=[shows],
        refresh={"action": numbered(6)},
    )
    root = await teams.create(posted(whole))
    teams.bot.answer = lambda _: said("ok")
    for number in range(1, 7):
        inputs = {"below": "b", "text": "t"} if number == 2 else {"text": "t"}
        done = await teams.cloud.hands.execute(BEN, CARE, root, numbered(number), inputs)
        assert done == Pressed(message="ok")
    assert teams.bot.heard[1]["value"]["action"]["data"] == {"t": 42, "text": "t", "below": "b"}


@pytest.mark.parametrize(
    ("element", "value", "sent"),
    [
        (field_of(), "", {}),
        (field_of(value="before"), None, {"x": "before"}),
        (field_of("Input.Toggle", title="t"), None, {"x": "false"}),
        (field_of("Input.Toggle", title="t", valueOn="y", valueOff="n"), "y", {"x": "y"}),
        (field_of("Input.Number", min=1), 3, {"x": "3"}),
        (field_of("Input.Date", min="2026-01-01"), "2026-02-03", {"x": "2026-02-03"}),
        (field_of("Input.Time"), "09:30", {"x": "09:30"}),
        (field_of("Input.ChoiceSet", choices=[{"title": "A", "value": "a"}]), "a", {"x": "a"}),
        (
            field_of(
                "Input.ChoiceSet",
                isMultiSelect=True,
                choices=[{"title": "A", "value": "a"}, {"title": "B", "value": "b"}],
            ),
            "a,b",
            {"x": "a,b"},
        ),
    ],
)
async def test_inputs_are_sent_as_texts(
    teams: Teams, element: JSON, value: object, sent: JSON
) -> None:
    button = execute(data={})
    root = await teams.create(posted(card({**element, "id": "x"}, actions=[button])))
    teams.bot.answer = lambda _: said("ok")
    inputs = {} if value is None else {"x": value}
    await teams.cloud.hands.execute(BEN, CARE, root, button, inputs)
    assert teams.bot.heard[0]["value"]["action"]["data"] == sent


@pytest.mark.parametrize(
    ("element", "value"),
    [
        (field_of(maxLength=2), "abc"),
        (field_of("Input.Toggle", title="t"), "maybe"),
        (field_of("Input.Number"), "many"),
        (field_of("Input.Date"), "tomorrow"),
        (field_of("Input.Time"), "noon"),
        (field_of("Input.ChoiceSet", choices=[{"title": "A", "value": "a"}]), "b"),
    ],
)
async def test_an_input_holds_only_what_its_kind_can(
    teams: Teams, element: JSON, value: str
) -> None:
    button = execute()
    root = await teams.create(posted(card({**element, "id": "x"}, actions=[button])))
    with pytest.raises(CannotBeDone):
        await teams.cloud.hands.execute(BEN, CARE, root, button, {"x": value})
    with pytest.raises(CannotBeDone):
        await teams.cloud.hands.execute(BEN, CARE, root, button, {"y": value})


async def test_an_action_may_leave_the_inputs_out(teams: Teams) -> None:
    button = execute(associatedInputs="none")
    root = await teams.create(posted(card(field_of(isRequired=True), actions=[button])))
    teams.bot.answer = lambda _: said("ok")
    assert await teams.cloud.hands.execute(BEN, CARE, root, button) == Pressed(message="ok")
    needy = execute()
    root = await teams.create(posted(card(field_of(isRequired=True), actions=[needy])))
    pressed = await teams.cloud.hands.execute(BEN, CARE, root, needy)
    assert pressed == Pressed(message="Enter a value.")
    assert len(teams.bot.heard) == 1


async def _open(teams: Teams, content: JSON) -> tuple[str, str]:
    """A card with a button whose dialog is open before Ben: the message, and the dialog."""
    root = await teams.create(posted(card(actions=[opening()])))
    teams.bot.answer = lambda _: dialog_of(content)
    fetched = await teams.cloud.dialogs.fetch(BEN, CARE, root, opening())
    teams.bot.heard.clear()
    assert fetched.dialog is not None
    return root, fetched.dialog


async def test_a_dialog_is_fetched_filled_in_and_submitted(teams: Teams) -> None:
    form = card(field_of(isRequired=True, errorMessage="Write it."), actions=[submit()])
    root = await teams.create(posted(card(actions=[opening()])))
    teams.bot.answer = lambda _: dialog_of(form, height=400)
    fetched = await teams.cloud.dialogs.fetch(BEN, CARE, root, opening())
    (heard,) = teams.bot.heard
    data = {"msteams": {"type": "task/fetch"}, "c": "reply"}
    assert (heard["name"], heard["value"], heard["replyToId"]) == (
        "task/fetch",
        {"data": data, "context": {"theme": "default"}},
        root,
    )
    dialog = fetched.dialog or ""
    seen = {"id": dialog, "title": "Reply", "height": 400, "width": "medium", "card": form}
    assert seen_by(teams.cloud.state, BEN)["dialog"] == {**seen, "error": None}
    assert seen_by(teams.cloud.state, AOI)["dialog"] is None
    # The window keeps back what is not filled in.
    done = await teams.cloud.dialogs.submit(BEN, dialog, submit(), {})
    assert done == Submitted(closed=False, message="Write it.")
    assert seen_by(teams.cloud.state, BEN)["dialog"] == {**seen, "error": "Write it."}
    assert len(teams.bot.heard) == 1
    teams.bot.answer = lambda _: {}
    done = await teams.cloud.dialogs.submit(BEN, dialog, submit(), {"text": "We are sorry."})
    assert done == Submitted(closed=True)
    heard = teams.bot.heard[-1]
    assert (heard["name"], heard["value"]["data"]) == (
        "task/submit",
        {"c": "reply", "text": "We are sorry."},
    )
    assert seen_by(teams.cloud.state, BEN)["dialog"] is None


async def test_a_dialog_goes_on_or_ends_with_a_sentence(teams: Teams) -> None:
    first, second = card(actions=[submit()]), card(block("Sure?"), actions=[submit(data={})])
    _, dialog = await _open(teams, first)
    teams.bot.answer = lambda _: dialog_of(second, title="Check")
    assert await teams.cloud.dialogs.submit(BEN, dialog, submit()) == Submitted(closed=False)
    seen = seen_by(teams.cloud.state, BEN)["dialog"]
    assert (seen["id"], seen["title"], seen["card"]) == (dialog, "Check", second)
    teams.bot.answer = lambda _: {"task": {"type": "message", "value": "Sent."}}
    done = await teams.cloud.dialogs.submit(BEN, dialog, submit(data={}))
    assert done == Submitted(closed=True, message="Sent.")


@pytest.mark.parametrize(
    "answer",
    [
        500,
        {},
        {"task": {}},
        {"task": {"type": "continue", "value": {"title": "t"}}},
        dialog_of(card(), height="huge"),
        dialog_of(card(), colour="red"),
        dialog_of({"type": "AdaptiveCard"}),
        {"task": {"type": "message", "value": 1}},
    ],
)
async def test_a_dialog_that_is_not_documented_does_not_open(teams: Teams, answer: Any) -> None:
    root = await teams.create(posted(card(actions=[opening()])))
    teams.bot.answer = lambda _: answer
    fetched = await teams.cloud.dialogs.fetch(BEN, CARE, root, opening())
    assert fetched == Fetched(message=SORRY)
    assert seen_by(teams.cloud.state, BEN)["dialog"] is None


async def test_a_sentence_may_come_in_a_dialogs_place(teams: Teams) -> None:
    root = await teams.create(posted(card(actions=[opening()])))
    teams.bot.answer = lambda _: {"task": {"type": "message", "value": "Aoi is writing."}}
    fetched = await teams.cloud.dialogs.fetch(BEN, CARE, root, opening())
    assert fetched == Fetched(message="Aoi is writing.")


async def test_a_submission_that_goes_wrong_leaves_the_dialog_open(teams: Teams) -> None:
    _, dialog = await _open(teams, card(actions=[submit()]))
    teams.bot.answer = lambda _: 500
    done = await teams.cloud.dialogs.submit(BEN, dialog, submit())
    assert done == Submitted(closed=False, message=SORRY)
    assert seen_by(teams.cloud.state, BEN)["dialog"]["error"] == SORRY
    teams.cloud.dialogs.close(BEN, dialog)
    assert seen_by(teams.cloud.state, BEN)["dialog"] is None
    with pytest.raises(CannotBeDone):
        teams.cloud.dialogs.close(BEN, dialog)


async def test_a_dialogs_buttons_and_its_opener_must_stand_there(teams: Teams) -> None:
    root, dialog = await _open(teams, card(actions=[submit(), execute()]))
    for action in (submit(data={}), execute()):
        with pytest.raises(CannotBeDone):
            await teams.cloud.dialogs.submit(BEN, dialog, action)
    with pytest.raises(CannotBeDone):
        await teams.cloud.dialogs.submit(AOI, dialog, submit())
    with pytest.raises(CannotBeDone, match="does not stand"):
        await teams.cloud.dialogs.fetch(BEN, CARE, root, submit())
    needy = card(field_of(isRequired=True), actions=[opening()])
    root = await teams.create(posted(needy))
    fetched = await teams.cloud.dialogs.fetch(BEN, CARE, root, opening())
    assert fetched == Fetched(message="Enter a value.")
    plain = submit()
    root = await teams.create(posted(card(actions=[plain])))
    with pytest.raises(CannotBeDone, match="opens no dialog"):
        await teams.cloud.dialogs.fetch(BEN, CARE, root, plain)
    assert teams.bot.heard == []


async def test_a_typeahead_asks_the_app_and_what_it_offers_can_be_chosen(teams: Teams) -> None:
    query = {"type": "Data.Query", "dataset": "canned", "associatedInputs": "auto"}
    picker = field_of("Input.ChoiceSet", id="canned", **{"choices.data": query})
    _, dialog = await _open(teams, card(picker, field_of(), actions=[submit()]))
    choices = [{"title": "Sorry", "value": "c1"}]
    teams.bot.answer = lambda _: {
        "statusCode": 200,
        "type": "application/vnd.microsoft.search.searchResponse",
        "value": {"results": choices},
    }
    found = await teams.cloud.dialogs.search(BEN, dialog, "canned", "so", {"text": "Dear"})
    assert found == choices
    (heard,) = teams.bot.heard
    assert (heard["name"], heard["value"]) == (
        "application/search",
        {
            "queryText": "so",
            "queryOptions": {"skip": 0, "top": 15},
            "dataset": "canned",
            "data": {"text": "Dear"},
        },
    )
    with pytest.raises(CannotBeDone, match="does not offer"):
        await teams.cloud.dialogs.submit(BEN, dialog, submit(), {"canned": "c2"})
    teams.bot.answer = lambda _: None
    done = await teams.cloud.dialogs.submit(BEN, dialog, submit(), {"canned": "c1"})
    assert done == Submitted(closed=True)
    with pytest.raises(CannotBeDone):
        await teams.cloud.dialogs.search(BEN, dialog, "canned", "so")


async def test_a_search_that_goes_wrong_offers_nothing(teams: Teams) -> None:
    query = {"type": "Data.Query", "dataset": "canned"}
    picker = field_of("Input.ChoiceSet", **{"choices.data": query})
    _, dialog = await _open(teams, card(picker, actions=[submit()]))
    kind = "application/vnd.microsoft.search.searchResponse"
    for answer in (500, {"type": kind, "value": {}}, {"type": kind, "value": {"results": [{}]}}):
        teams.bot.answer = lambda _, given=answer: given
        assert await teams.cloud.dialogs.search(BEN, dialog, "canned", "so") == []
    with pytest.raises(CannotBeDone, match="searches in no"):
        await teams.cloud.dialogs.search(BEN, dialog, "people", "so")


async def test_people_do_only_what_their_window_shows(teams: Teams) -> None:
    hands = teams.cloud.hands
    root = await teams.create(posted(card(actions=[execute()])), LEADS)
    for act in (
        lambda: hands.execute(BEN, LEADS, root, execute()),
        lambda: hands.say(BEN, LEADS, "hi"),
        lambda: hands.say("aad-nobody", CARE, "hi"),
        lambda: hands.say(BEN, CARE, " "),
        lambda: hands.say(BEN, CARE, "hi", "123"),
        lambda: hands.delete(BEN, CARE, "123"),
    ):
        with pytest.raises(CannotBeDone):
            await act()
    theirs = await hands.say(AOI, CARE, "mine")
    with pytest.raises(CannotBeDone):
        await hands.delete(BEN, CARE, theirs)
    # A team's owner takes away what the app wrote; the app finds it gone.
    await hands.delete(AOI, LEADS, root)
    assert (await teams.update(LEADS, root, text()))[0] == 404


async def test_an_app_that_is_not_there_hears_nothing() -> None:
    async with teams_at(installed=False) as teams:
        await teams.cloud.hands.say(BEN, CARE, "hi", mention=True)
        assert teams.bot.heard == []
        with pytest.raises(CannotBeDone):
            await teams.cloud.hands.command(BEN, CARE, "care")


async def test_an_activity_is_repeated_word_for_word(teams: Teams) -> None:
    await teams.cloud.hands.say(BEN, CARE, "hi", mention=True)
    first = teams.cloud.delivered[-1]
    answer = await teams.cloud.delivery.repeat(first)
    assert (answer.status, teams.bot.heard[0]) == (200, teams.bot.heard[1])
    assert [one.attempt for one in teams.cloud.delivered] == [0, 1]


async def test_the_keys_change_and_the_old_ones_stay_published(teams: Teams) -> None:
    await teams.cloud.hands.say(BEN, CARE, "before", mention=True)
    teams.cloud.delivery.keys.rotate()
    await teams.cloud.hands.say(BEN, CARE, "after", mention=True)
    assert len(teams.bot.heard) == 2
    async with teams.http.get(f"{teams.base}/metadata/keys") as answer:
        keys = (await answer.json())["keys"]
    assert [key["kid"] for key in keys] == ["connector-0", "connector-1"]
