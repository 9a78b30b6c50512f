"""App Home, message shortcuts and external selects: what the app hears, and what people see."""

import dataclasses
from typing import Any

import pytest
from slack_sandbox import (
    AOI,
    APP,
    BEN,
    BOT,
    ROOM,
    STRANGER,
    Slack,
    Wire,
    actions,
    button,
    external,
    field_of,
    home,
    manifest,
    menu,
    modal,
    option,
    outcome,
    plain,
)

from adapters.sandbox.slack import CannotBeDone

pytestmark = pytest.mark.anyio

LIVE = {
    "type": "plain_text_input",
    "action_id": "text",
    "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]},
}


def opened(wire: Wire) -> list[dict[str, Any]]:
    events = [one["event"] for one in wire.payloads("events_api")]
    return [one for one in events if one["type"] == "app_home_opened"]


async def seen(slack: Slack, who: str) -> dict[str, Any]:
    origin = slack.base.removesuffix("/slack")
    async with slack.http.get(f"{origin}/dev/slack/state", params={"as": who}) as answer:
        body: dict[str, Any] = await answer.json()
    return body


async def test_each_visit_is_told_with_the_view_that_was_published_before(slack: Slack) -> None:
    wire = await slack.connect()
    await slack.cloud.home.open(BEN)
    published = (await slack.web.views_publish(user_id=BEN, view=home(callback_id="mine")))["view"]
    await slack.cloud.home.open(BEN)
    await slack.cloud.home.open(BEN, "messages")
    await wire.until(3)
    direct = (await slack.web.conversations_open(users=BEN))["channel"]["id"]
    first, second, messages = opened(wire)
    assert first == {
        "type": "app_home_opened",
        "user": BEN,
        "channel": direct,
        "tab": "home",
        "event_ts": first["event_ts"],
    }
    assert second["view"] == published
    assert (messages["tab"], "view" in messages) == ("messages", False)


async def test_nobody_hears_of_a_visit_that_is_not_subscribed(slack: Slack) -> None:
    wire = await slack.connect()
    state = slack.cloud.state
    state.app = dataclasses.replace(state.app, events=state.app.events - {"app_home_opened"})
    await slack.cloud.home.open(BEN)
    state.app = dataclasses.replace(state.app, home_tab=False)
    for who, tab in ((BEN, "home"), (STRANGER, "messages"), (BEN, "about"), ("U404", "messages")):
        with pytest.raises(CannotBeDone):
            await slack.cloud.home.open(who, tab)
    assert wire.got == []


async def test_a_press_in_the_home_tab_has_a_view_and_no_message(slack: Slack) -> None:
    wire = await slack.connect()
    view = home(actions(button(value="42")), private_metadata="page 2")
    published = (await slack.web.views_publish(user_id=BEN, view=view))["view"]
    done = await slack.cloud.hands.press(BEN, "claim", view_id=published["id"])
    (payload,) = wire.payloads("interactive")
    assert done["acked"] is True
    assert payload["container"] == {"type": "view", "view_id": published["id"]}
    assert (payload["view"]["type"], payload["view"]["private_metadata"]) == ("home", "page 2")
    assert payload["view"]["hash"] == published["hash"]
    assert payload["actions"][0]["value"] == "42"
    assert not {"channel", "message", "response_url"} & payload.keys()
    shown = slack.web.views_open(trigger_id=payload["trigger_id"], view=modal())
    assert await outcome(shown) == "ok"
    pushed = slack.web.views_push(trigger_id=payload["trigger_id"], view=modal())
    assert await outcome(pushed) == "exchanged_trigger_id"


async def test_a_home_tab_keeps_its_id_and_what_is_chosen_in_it(slack: Slack) -> None:
    boxes = {"type": "checkboxes", "action_id": "late", "options": [option("late")]}
    typing = field_of(LIVE, dispatch_action=True)
    wire = await slack.connect()
    first = (await slack.web.views_publish(user_id=BEN, view=home(typing, actions(boxes))))["view"]
    await slack.cloud.hands.type(BEN, first["id"], "reply", "text", "返金")
    assert wire.payloads("interactive")[0]["actions"][0]["value"] == "返金"
    again = {"user_id": BEN, "view": home(typing, actions(menu())), "hash": first["hash"]}
    second = (await slack.web.views_publish(**again))["view"]
    assert (second["id"], second["hash"] != first["hash"]) == (first["id"], True)
    assert second["state"]["values"]["reply"]["text"]["value"] == "返金"
    third = (await slack.web.views_update(view_id=first["id"], view=home()))["view"]
    assert (await seen(slack, BEN))["home"] == third
    assert (await seen(slack, AOI))["home"] is None
    for act in (slack.cloud.modals.submit, slack.cloud.modals.close):
        with pytest.raises(CannotBeDone):
            await act(BEN, first["id"])


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (home(*[{"type": "divider"}] * 100), "ok"),
        (home(*[{"type": "divider"}] * 101), "invalid_arguments"),
        (home(title=plain("Mine")), "invalid_arguments"),
        (home(submit=plain("Save")), "invalid_arguments"),
        (home(callback_id="c" * 256), "invalid_arguments"),
        (home(private_metadata="m" * 3001), "invalid_arguments"),
        (modal(), "invalid_arguments"),
    ],
)
async def test_what_a_home_tab_may_be(slack: Slack, content: dict[str, Any], error: str) -> None:
    assert await outcome(slack.web.views_publish(user_id=BEN, view=content)) == error


async def test_an_external_id_is_one_views_of_all_homes_too(slack: Slack) -> None:
    named = home(external_id="only-one")
    for user, error in ((BEN, "ok"), (BEN, "ok"), (AOI, "duplicate_external_id")):
        assert await outcome(slack.web.views_publish(user_id=user, view=named)) == error
    assert await outcome(slack.web.views_publish(user_id=BOT, view=home())) == "user_not_found"


async def test_a_message_shortcut_brings_its_message(slack: Slack) -> None:
    wire = await slack.connect()
    ts = await slack.post()
    await slack.cloud.hands.shortcut(BEN, ROOM, ts, "make_ticket")
    (payload,) = wire.payloads("interactive")
    assert (payload["type"], payload["callback_id"]) == ("message_action", "make_ticket")
    assert (payload["message"]["ts"], payload["message_ts"]) == (ts, ts)
    assert payload["channel"] == {"id": ROOM, "name": "care"}
    assert payload["action_ts"] > ts
    answered = await slack.http.post(payload["response_url"], json={"text": "made 43"})
    assert answered.status == 200
    assert await outcome(slack.web.views_open(trigger_id=payload["trigger_id"], view=modal())) == (
        "ok"
    )


async def test_a_menu_holds_the_apps_own_shortcuts_only_and_never_ephemerals(slack: Slack) -> None:
    ts = await slack.post()
    sent = await slack.web.chat_postEphemeral(channel=ROOM, user=BEN, text="psst")
    assert [one["callback_id"] for one in (await seen(slack, BEN))["shortcuts"]] == ["make_ticket"]
    for at, name in ((ts, "no_such"), (sent["message_ts"], "make_ticket")):
        with pytest.raises(CannotBeDone):
            await slack.cloud.hands.shortcut(BEN, ROOM, at, name)
    slack.cloud.state.scopes = slack.cloud.state.scopes - {"commands"}
    assert (await seen(slack, BEN))["shortcuts"] == []
    with pytest.raises(CannotBeDone):
        await slack.cloud.hands.shortcut(BEN, ROOM, ts, "make_ticket")


async def test_an_external_select_of_a_form_offers_what_the_app_answers(slack: Slack) -> None:
    content = modal(field_of(external(min_query_length=1)), notify_on_close=True)
    view = await slack.web.views_open(trigger_id=await slack.trigger(), view=content)
    view_id = view["view"]["id"]
    wire = await slack.connect()
    wire.answer = lambda _: {"options": [option("sorry", "We are sorry")]}
    done = await slack.cloud.suggestions.ask(BEN, "canned", "申", view_id=view_id)
    (payload,) = wire.payloads("interactive")
    assert done["options"] == [option("sorry", "We are sorry")]
    assert {
        name: payload[name] for name in ("type", "block_id", "action_id", "value", "container")
    } == {
        "type": "block_suggestion",
        "block_id": "reply",
        "action_id": "canned",
        "value": "申",
        "container": {"type": "view", "view_id": view_id},
    }
    assert payload["view"]["id"] == view_id
    assert not {"trigger_id", "response_url", "actions"} & payload.keys()
    wire.answer = lambda _: None
    with pytest.raises(CannotBeDone):
        await slack.cloud.modals.submit(BEN, view_id, {"reply": {"canned": "other"}})
    await slack.cloud.modals.submit(BEN, view_id, {"reply": {"canned": "sorry"}})
    values = wire.payloads("interactive")[-1]["view"]["state"]["values"]
    assert values["reply"]["canned"] == {
        "type": "external_select",
        "selected_option": option("sorry", "We are sorry"),
    }


async def test_a_choice_stays_though_something_else_was_searched_for_since(slack: Slack) -> None:
    content = modal(field_of(external(min_query_length=0), dispatch_action=True))
    view = await slack.web.views_open(trigger_id=await slack.trigger(), view=content)
    view_id = view["view"]["id"]
    wire = await slack.connect()
    wire.answer = lambda _: {"options": [option("sorry")]}
    await slack.cloud.suggestions.ask(BEN, "canned", "", view_id=view_id)
    wire.answer = lambda _: {"options": []}
    assert (await slack.cloud.hands.press(BEN, "canned", view_id=view_id, value="sorry"))["acked"]
    assert wire.payloads("interactive")[-1]["actions"][0]["selected_option"] == option("sorry")
    await slack.cloud.suggestions.ask(BEN, "canned", "nothing", view_id=view_id)
    wire.answer = lambda _: None
    done = await slack.cloud.modals.submit(BEN, view_id, {"reply": {"canned": "sorry"}})
    assert done["acked"] is True


async def test_an_external_select_of_a_message_may_offer_groups(slack: Slack) -> None:
    ts = await slack.post(blocks=[actions(external(), menu())])
    wire = await slack.connect()
    groups = [{"label": plain("Japanese"), "options": [option("sorry")]}]
    wire.answer = lambda _: {"option_groups": groups}
    done = await slack.cloud.suggestions.ask(BEN, "canned", "sor", channel=ROOM, ts=ts)
    (payload,) = wire.payloads("interactive")
    assert (done["options"], done["option_groups"]) == ([], groups)
    assert (payload["message"]["ts"], payload["channel"]["id"]) == (ts, ROOM)
    assert payload["container"]["message_ts"] == ts
    # What was offered to one person is not on another's screen.
    with pytest.raises(CannotBeDone):
        await slack.cloud.hands.press(AOI, "canned", channel=ROOM, ts=ts, value="sorry")
    wire.answer = lambda _: None
    await slack.cloud.hands.press(BEN, "canned", channel=ROOM, ts=ts, value="sorry")
    assert wire.payloads("interactive")[-1]["actions"][0]["selected_option"] == option("sorry")
    with pytest.raises(CannotBeDone):
        await slack.cloud.suggestions.ask(BEN, "more", "sor", channel=ROOM, ts=ts)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"options": [], "option_groups": []},
        {"options": [{"text": plain("o" * 76), "value": "v"}]},
        {"options": [option("v" * 151)]},
        {"options": [option(text="")]},
        {"option_groups": [{"label": plain("g"), "options": []}]},
    ],
)
async def test_options_that_slack_cannot_show_are_none(slack: Slack, answer: object) -> None:
    ts = await slack.post(blocks=[actions(external())])
    wire = await slack.connect()
    wire.answer = lambda _: answer
    done = await slack.cloud.suggestions.ask(BEN, "canned", "sor", channel=ROOM, ts=ts)
    assert (done["error"], "options" in done) == ("invalid_options", False)
    assert slack.cloud.state.notices[-1].error == "invalid_options"


async def test_a_manifest_makes_the_app_what_it_says(slack: Slack) -> None:
    config = {"app_id": APP.id, "token": APP.config_token}
    changed = await slack.web.apps_manifest_update(manifest=manifest(), **config)
    assert (changed["app_id"], changed["permissions_updated"]) == (APP.id, True)
    app = slack.cloud.state.app
    assert [(one.callback_id, one.name) for one in app.shortcuts] == [("add_note", "Add note")]
    assert (app.events, app.commands) == ({"app_home_opened"}, {"/care"})
    assert (app.home_tab, app.messages_tab, app.messages_read_only) == (True, True, False)
    assert slack.cloud.state.scopes == {"chat:write", "commands"}
    again = await slack.web.apps_manifest_update(manifest=manifest(features={}), **config)
    assert again["permissions_updated"] is False
    assert await outcome(slack.web.views_publish(user_id=BEN, view=home())) == "not_enabled"
    other = slack.web.apps_manifest_update(manifest=manifest(), **{**config, "app_id": "A9"})
    assert await outcome(other) == "invalid_app_id"
    for wrong in ("[]", "{", '{"surprise": 1}'):
        call = slack.web.apps_manifest_validate(manifest=wrong, token=APP.config_token)
        assert await outcome(call) == "invalid_manifest"
    bots = slack.web.apps_manifest_validate(manifest=manifest())
    assert await outcome(bots) == "not_allowed_token_type"
