"""Teams on the page: its channels, cards, dialogs and threads, with an app that the test leads."""

from typing import Any

import pytest
from page_sandbox import shot
from page_window import PHONE
from playwright.async_api import Locator, Page, expect
from teams_sandbox import (
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
    text,
)
from teams_window import TeamsWindow

from adapters.sandbox.world import (
    AOI,
    BEN,
    KEN,
    TEAMS_AOI,
    TEAMS_BEN,
    TEAMS_GLOBAL,
    TEAMS_JAPAN,
    TEAMS_MANAGERS,
)

pytestmark = pytest.mark.anyio

JSON = dict[str, Any]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


QUERY = {"choices.data": {"type": "Data.Query", "dataset": "canned", "count": 100}}
SENT = submit(style="positive")


def ticket(state: str = "Open, unclaimed") -> JSON:
    """A ticket's card, with words that must not be taken as markup."""
    words = "テントがまだ届きません。 <at>Care</at> <img src=x onerror=alert(1)> **bold**"
    return card(
        block("#42 · 森 はな · X mention", style="heading", size="Medium", weight="Bolder"),
        {
            "type": "Container",
            "style": "emphasis",
            "items": [{"type": "RichTextBlock", "inlines": [words]}],
        },
        {"type": "FactSet", "facts": [{"title": "Status", "value": state}]},
        actions=[
            execute(style="positive"),
            opening(),
            execute(title="Mark as read", verb="read", mode="secondary"),
        ],
    )


def form(*notes: JSON, **reply: Any) -> JSON:
    wanted = {"isRequired": True, "errorMessage": "Write something.", **reply}
    return card(
        *notes,
        field_of(id="text:1", label="Your reply", isMultiline=True, maxLength=280, **wanted),
        field_of("Input.ChoiceSet", "canned:1", label="Canned reply", choices=[], **QUERY),
        actions=[SENT],
    )


def dialog(window: TeamsWindow) -> Locator:
    return window.page.get_by_test_id("teams-dialog")


def state_of(window: TeamsWindow, id: str) -> Locator:
    """What a ticket's card says of its state."""
    return window.message(id).get_by_role("definition")


async def is_narrow(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth === innerWidth"))


async def test_a_channel_shows_its_cards_and_no_customer_text_is_markup(
    teams_window: TeamsWindow,
) -> None:
    id = await teams_window.post(posted(ticket()))
    await teams_window.be(BEN.id)
    pane = teams_window.page.get_by_role("region", name="Teams")
    await expect(
        pane.get_by_role("group", name="Channels in Teams").get_by_role("button")
    ).to_have_text(["Care Global", "Care Japan", "🛟 Care"])
    message = teams_window.message(id)
    await expect(message.get_by_role("heading")).to_have_text("#42 · 森 はな · X mention")
    await expect(message.locator(".ac-style-emphasis")).to_have_text(
        "テントがまだ届きません。 <at>Care</at> <img src=x onerror=alert(1)> **bold**"
    )
    assert await message.locator("img").count() == 0
    await expect(message.get_by_role("term")).to_have_text("Status")
    await expect(state_of(teams_window, id)).to_have_text("Open, unclaimed")
    await shot(teams_window.page, "teams-card")


async def test_a_refusal_is_told_to_the_one_who_pressed(teams_window: TeamsWindow) -> None:
    id = await teams_window.post(posted(ticket()))
    await teams_window.be(BEN.id)
    teams_window.bot.answer = lambda _: said("**Aoi** has it already.")
    button = teams_window.message(id).get_by_role("button", name="Claim")
    await button.click()
    await expect(teams_window.page.get_by_test_id("toast-push")).to_contain_text(
        "Care**Aoi** has it already."
    )
    await expect(button).to_be_focused()
    (asked,) = teams_window.heard("adaptiveCard/action")
    assert asked["action"] == {
        "type": "Action.Execute",
        "title": "Claim",
        "verb": "claim",
        "data": {"t": 42},
    }
    assert teams_window.bot.heard[-1]["from"]["aadObjectId"] == TEAMS_BEN.id
    await expect(state_of(teams_window, id)).to_have_text("Open, unclaimed")


async def test_a_card_in_answer_is_the_pressers_alone_until_the_app_updates_it(
    teams_window: TeamsWindow,
) -> None:
    id = await teams_window.post(posted(ticket()), TEAMS_JAPAN.id)
    page = teams_window.page
    await teams_window.be(AOI.id)
    teams_window.bot.answer = lambda _: shown(ticket("Claimed by Aoi"))
    state = state_of(teams_window, id)
    more = teams_window.message(id).get_by_test_id("ac-more")
    await more.click()
    await teams_window.message(id).get_by_role("button", name="Mark as read").click()
    await expect(state).to_have_text("Claimed by Aoi")
    await expect(more).to_be_visible()
    await page.get_by_test_id(f"person-{BEN.id}").click()
    await expect(teams_window.channel("Care Global")).to_have_attribute("aria-pressed", "true")
    await teams_window.channel("Care Japan").click()
    await expect(state).to_have_text("Open, unclaimed")
    await teams_window.update(id, posted(ticket("Claimed")), TEAMS_JAPAN.id)
    await expect(state).to_have_text("Claimed")
    await expect(teams_window.message(id).get_by_text("(edited)")).to_be_visible()
    await page.get_by_test_id(f"person-{AOI.id}").click()
    await expect(state).to_have_text("Claimed")


async def test_a_dialog_is_filled_corrected_and_closed(teams_window: TeamsWindow) -> None:
    id = await teams_window.post(posted(ticket()))
    page = teams_window.page
    await teams_window.be(BEN.id)
    teams_window.bot.answer = lambda _: dialog_of(
        form(block("To Hana, on X")), title="Reply to #42"
    )
    await teams_window.message(id).get_by_role("button", name="Reply").click()
    opened = page.get_by_role("dialog", name="Reply to #42")
    field = opened.get_by_role("textbox", name="Your reply")
    await expect(field).to_be_focused()
    await opened.get_by_role("button", name="Send").click()
    await expect(opened.get_by_role("alert")).to_have_text("Write something.")
    assert teams_window.heard("task/submit") == []
    await shot(page, "teams-dialog")
    results = {"results": [{"title": "お詫び", "value": "c1"}]}
    found = {"type": "application/vnd.microsoft.search.searchResponse", "value": results}
    teams_window.bot.answer = lambda _: found
    await opened.get_by_role("combobox", name="Canned reply").fill("わ")
    await opened.get_by_role("option", name="お詫び").click()
    (searched,) = [one for one in teams_window.heard("application/search") if one["queryText"]]
    assert (searched["queryText"], searched["dataset"]) == ("わ", "canned")
    await field.fill("x" * 3)
    wrong = {"value": "xxx", "isRequired": True}
    teams_window.bot.answer = lambda _: dialog_of(form(block("Too short."), **wrong), title="Reply")
    await opened.get_by_role("button", name="Send").click()
    again = page.get_by_role("dialog", name="Reply")
    await expect(again).to_contain_text("Too short.")
    field = again.get_by_role("textbox", name="Your reply")
    await expect(field).to_have_value("xxx")
    await expect(field).to_be_focused()
    await field.fill("明日届きます。")
    teams_window.bot.answer = lambda _: {}
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(dialog(teams_window)).to_be_hidden()
    data = [one["data"] for one in teams_window.heard("task/submit")]
    assert data == [
        {"c": "reply", "text:1": "xxx", "canned:1": "c1"},
        {"c": "reply", "text:1": "明日届きます。"},
    ]


async def test_a_dialog_keeps_what_is_typed_when_the_app_fails(teams_window: TeamsWindow) -> None:
    id = await teams_window.post(posted(ticket()))
    page = teams_window.page
    await teams_window.be(BEN.id)
    teams_window.bot.answer = lambda _: dialog_of(form())
    await teams_window.message(id).get_by_role("button", name="Reply").click()
    opened = dialog(teams_window)
    await opened.get_by_role("textbox", name="Your reply").fill("typed with care")
    teams_window.bot.answer = lambda _: 500
    await opened.get_by_role("button", name="Send").click()
    sorry = "Something went wrong. Please try again."
    await expect(opened.get_by_role("alert")).to_have_text(sorry)
    await expect(opened.get_by_test_id("toast-push")).to_contain_text(sorry)
    await expect(opened.get_by_role("textbox", name="Your reply")).to_have_value("typed with care")
    teams_window.bot.answer = lambda _: {"task": {"type": "message", "value": "Sent *twice*."}}
    await opened.get_by_role("button", name="Send").click()
    await expect(opened).to_be_hidden()
    await expect(page.get_by_text("Sent *twice*.")).to_be_visible()


async def test_a_dialog_is_left_by_its_cross_or_escape_and_is_one_persons(
    teams_window: TeamsWindow,
) -> None:
    id = await teams_window.post(posted(ticket()))
    page = teams_window.page
    await teams_window.be(BEN.id)
    teams_window.bot.answer = lambda _: dialog_of(form())
    opened = dialog(teams_window)
    button = teams_window.message(id).get_by_role("button", name="Reply")
    await button.click()
    await opened.get_by_role("button", name="Close").click()
    await expect(opened).to_be_hidden()
    await expect(button).to_be_focused()
    await button.click()
    await expect(opened).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(opened).to_be_hidden()
    assert teams_window.whole.teams.state.dialogs == {}
    teams_window.bot.answer = lambda _: {"task": {"type": "message", "value": "Ben is writing."}}
    await button.click()
    await expect(page.get_by_text("Ben is writing.")).to_be_visible()
    await expect(opened).to_be_hidden()


async def test_a_thread_is_opened_and_a_note_written_in_it(teams_window: TeamsWindow) -> None:
    root = await teams_window.post(posted(ticket()))
    other = await teams_window.post(text("a digest"))
    page = teams_window.page
    await teams_window.be(BEN.id)
    turn = page.get_by_test_id(f"teams-thread-{root}")
    await expect(turn).to_have_text("Reply")
    await expect(page.get_by_test_id(f"teams-thread-{other}")).to_have_text("Reply")
    first = await teams_window.reply(root, text("Hana: *and* the pegs?"))
    await expect(turn).to_have_text("1 reply")
    await expect(teams_window.message(first)).to_have_count(0)
    await turn.click()
    await expect(turn).to_have_attribute("aria-expanded", "true")
    await expect(turn).to_be_focused()
    await expect(teams_window.message(first).locator(".b-text")).to_have_text("Hana: and the pegs?")
    field = page.get_by_test_id("teams-composer")
    await expect(field).to_have_accessible_name("Write in this thread… (@Care note …)")
    await field.fill("@Care note called\n<b>back</b> *today*")
    await field.press("Enter")
    await expect(turn).to_have_text("2 replies")
    await expect(field).to_have_value("")
    await expect(page.get_by_test_id("teams-thread").locator(".b-text").last).to_have_text(
        "@Care note called\n<b>back</b> *today*", use_inner_text=True
    )
    (heard,) = teams_window.said()
    assert heard["text"] == "<at>Care</at> note called\n<b>back</b> *today*"
    assert heard["conversation"]["id"] == f"{TEAMS_GLOBAL.id};messageid={root}"
    # What is not for the app is heard by people alone.
    for words in ("thanks", "@Caretaker hi"):
        await field.fill(words)
        await field.press("Enter")
        await expect(page.get_by_test_id("teams-thread").locator(".b-text").last).to_have_text(
            words
        )
    assert len(teams_window.said()) == 1
    await turn.click()
    await expect(page.get_by_test_id("teams-thread")).to_have_count(0)
    await expect(field).to_have_accessible_name("Write in Teams… (@Care …)")


async def test_a_slash_command_is_seen_by_the_one_who_gives_it(teams_window: TeamsWindow) -> None:
    page = teams_window.page
    await teams_window.be(BEN.id)
    field = page.get_by_test_id("teams-composer")
    await field.fill("/care list")
    await field.press("Enter")
    posts = page.get_by_role("log", name="Posts")
    await expect(posts).to_contain_text("Only visible to you")
    (heard,) = teams_window.said()
    assert (heard["text"], heard["recipient"]["isTargeted"]) == ("care list", True)
    await page.get_by_test_id(f"person-{AOI.id}").click()
    await teams_window.channel("Care Global").click()
    await expect(posts).to_have_text("Nothing here yet. What happens in this room shows up here.")


async def test_one_talks_with_the_app_alone(teams_window: TeamsWindow) -> None:
    page = teams_window.page
    await teams_window.be(AOI.id)
    await teams_window.channel("Care").click()
    field = page.get_by_test_id("teams-composer")
    await field.fill("一覧")
    await field.press("Enter")
    await expect(page.get_by_role("log", name="Posts").locator(".b-text")).to_have_text("一覧")
    (heard,) = teams_window.said()
    assert (heard["text"], heard["conversation"]["conversationType"]) == ("一覧", "personal")
    assert heard["from"]["aadObjectId"] == TEAMS_AOI.id
    # There are no threads there.
    pane = page.get_by_role("region", name="Teams")
    await expect(pane.get_by_role("button", name="Reply")).to_have_count(0)


async def test_the_apps_posts_and_ones_own_are_deleted(teams_window: TeamsWindow) -> None:
    alone = await teams_window.post(posted(ticket()))
    root = await teams_window.post(posted(ticket("Closed")))
    await teams_window.reply(root, text("closed"))
    page = teams_window.page
    hers = await teams_window.whole.teams.hands.say(TEAMS_AOI.id, TEAMS_GLOBAL.id, "mine")
    await teams_window.be(BEN.id)
    await expect(teams_window.message(hers)).to_contain_text("mine")
    await expect(page.get_by_test_id(f"teams-delete-{hers}")).to_have_count(0)
    for id in (alone, root):
        await teams_window.message(id).hover()
        await page.get_by_test_id(f"teams-delete-{id}").click()
    await expect(teams_window.message(alone)).to_have_count(0)
    await expect(teams_window.message(root)).to_contain_text("This message was deleted.")
    await expect(teams_window.message(root).get_by_test_id("card")).to_have_count(0)
    await expect(page.get_by_test_id(f"teams-thread-{root}")).to_have_text("1 reply")


async def test_another_person_has_their_own_channels_drafts_and_names(
    teams_window: TeamsWindow,
) -> None:
    await teams_window.post(text("for managers"), TEAMS_MANAGERS.id)
    page = teams_window.page
    await teams_window.be(BEN.id)
    field = page.get_by_test_id("teams-composer")
    await field.fill("half writ")
    await page.get_by_test_id(f"person-{KEN.id}").click()
    private = teams_window.channel("Care Managers")
    await expect(private).to_have_attribute("aria-pressed", "true")
    await expect(private).to_have_text("🔒 Care Managers")
    await expect(page.get_by_role("log", name="Posts")).to_contain_text("for managers")
    await expect(field).to_have_value("")
    await page.get_by_test_id(f"person-{BEN.id}").click()
    await expect(private).to_have_count(0)
    await expect(field).to_have_value("half writ")


async def test_the_keyboard_stays_at_a_channel_while_news_come(teams_window: TeamsWindow) -> None:
    await teams_window.be(BEN.id)
    channel = teams_window.channel("Care Japan")
    await channel.focus()
    await teams_window.page.keyboard.press("Enter")
    await expect(channel).to_have_attribute("aria-pressed", "true")
    await teams_window.post(text("news"), TEAMS_JAPAN.id)
    await expect(teams_window.page.get_by_role("log", name="Posts")).to_contain_text("news")
    await expect(channel).to_be_focused()


async def test_what_does_not_work_is_said(teams_window: TeamsWindow) -> None:
    await teams_window.be(BEN.id)
    await teams_window.channel("Care").click()
    field = teams_window.page.get_by_test_id("teams-composer")
    await field.fill("/care")
    await field.press("Enter")
    await expect(teams_window.page.get_by_test_id("toast-fault")).to_contain_text(
        "That did not work: the app has no slash commands here"
    )
    await expect(field).to_have_value("/care")
    toast = await teams_window.page.get_by_test_id("toast-fault").bounding_box()
    pane = await teams_window.page.get_by_role("region", name="Teams").bounding_box()
    assert toast is not None
    assert pane is not None
    assert toast["x"] >= pane["x"] + pane["width"]


async def test_in_japanese_on_a_phone_nothing_widens_the_page(teams_window: TeamsWindow) -> None:
    page = teams_window.page
    await page.set_viewport_size(PHONE)
    wide = {
        "type": "FactSet",
        "facts": [{"title": "住所" * 20, "value": "https://x.example/" + "a" * 90}],
    }
    cell = {"type": "TableCell", "items": [{"type": "RichTextBlock", "inlines": ["担当者" * 5]}]}
    rows = [{"type": "TableRow", "cells": [cell] * 4}] * 2
    table = {"type": "Table", "columns": [{"width": 1}] * 4, "rows": rows}
    cards = card(*ticket()["body"], wide, table, actions=ticket()["actions"])
    id = await teams_window.post(posted(cards), TEAMS_JAPAN.id)
    await teams_window.be(AOI.id, lang="ja")
    await expect(page.get_by_role("region", name="Teams")).to_have_count(0)
    await page.get_by_test_id("tab-teams").click()
    message = teams_window.message(id)
    await expect(message.get_by_role("heading")).to_be_visible()
    await expect(page.get_by_test_id(f"teams-thread-{id}")).to_have_text("返信")
    await expect(page.get_by_test_id("teams-composer")).to_have_accessible_name(
        "Teamsに書く…（@Care …）"
    )
    assert await is_narrow(page)
    await message.get_by_label("その他の操作").click()
    await expect(message.get_by_role("button", name="Mark as read")).to_be_in_viewport()
    assert await is_narrow(page)
    await shot(page, "teams-phone-ja")
    teams_window.bot.answer = lambda _: dialog_of(form(wide), title="#42 への返信")
    await message.get_by_role("button", name="Reply").click()
    opened = page.get_by_role("dialog", name="#42 への返信")
    await expect(opened.get_by_role("button", name="閉じる")).to_be_visible()
    await expect(opened.get_by_role("button", name="Send")).to_be_visible()
    assert await is_narrow(page)
    await shot(page, "teams-phone-dialog-ja")
