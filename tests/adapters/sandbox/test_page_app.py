"""The app's own place on the page, message shortcuts, searching selects and files, in a browser."""

import dataclasses
from base64 import b64decode
from typing import Any

import pytest
from page_sandbox import button, mrkdwn, option, plain, shot
from page_window import PHONE, Window, until
from playwright.async_api import expect

from adapters.sandbox.world import AOI, BEN, CARE_JAPAN

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


HOME: list[dict[str, Any]] = [
    {"type": "header", "text": plain("My tickets")},
    {
        "type": "section",
        "text": mrkdwn("*#42* 森 はな · due in 20 min"),
        "accessory": button("show", "Show"),
    },
    {"type": "divider"},
    {
        "type": "actions",
        "block_id": "page",
        "elements": [
            button("previous", "Previous"),
            button("next", "Next", style="primary"),
            {
                "type": "external_select",
                "action_id": "find",
                "min_query_length": 2,
                "placeholder": plain("Find a ticket"),
            },
        ],
    },
]
CANNED = [
    option("sorry", "申し訳ございません"),
    option("refund", "返金のご案内"),
    option("refund-late", "返金が遅れる場合"),
]
FORM: dict[str, Any] = {
    "type": "modal",
    "callback_id": "note",
    "notify_on_close": True,
    "title": plain("Add note"),
    "submit": plain("Save"),
    "blocks": [
        {
            "type": "input",
            "block_id": "canned",
            "label": plain("Canned reply"),
            "element": {
                "type": "external_select",
                "action_id": "canned",
                "min_query_length": 1,
                "placeholder": plain("Search"),
            },
        },
        {
            "type": "input",
            "block_id": "text",
            "optional": True,
            "label": plain("Text"),
            "element": {"type": "plain_text_input", "action_id": "text"},
        },
    ],
}


async def test_the_apps_home_is_drawn_at_each_visit_and_pressed(window: Window) -> None:
    window.bot.home = HOME
    page = window.page
    await window.be(BEN.id)
    await page.get_by_test_id("room-Care").click()
    home = page.get_by_test_id("home")
    await expect(home.get_by_role("heading")).to_have_text("My tickets")
    await expect(page.get_by_role("tab", name="Home")).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_test_id("composer")).to_be_hidden()
    await shot(page, "home")
    await page.get_by_test_id("action-next").click()
    await until(window, "block_actions", 1)
    (payload,) = window.bot.of("block_actions")
    assert (payload["container"]["type"], payload["view"]["type"]) == ("view", "home")
    await page.get_by_test_id("action-find").fill("4")
    await expect(home).to_contain_text("Type at least 2 characters.")
    await page.get_by_test_id("room-care-japan").click()
    await page.get_by_test_id("room-Care").click()
    await page.get_by_test_id(f"person-{AOI.id}").click()
    await expect(home.get_by_role("heading")).to_have_text("My tickets")
    await until(window, "event_callback", 3)
    visits = [one["event"] for one in window.bot.of("event_callback")]
    assert [(one["user"], one["tab"], "view" in one) for one in visits] == [
        (BEN.id, "home", False),
        (BEN.id, "home", True),
        (AOI.id, "home", False),
    ]


async def test_an_update_of_the_home_tab_leaves_the_keyboard_where_it_is(window: Window) -> None:
    window.bot.home = HOME
    await window.be(BEN.id, "Care")
    await window.page.get_by_test_id("action-next").focus()
    later = [{"type": "header", "text": plain("Page 2")}, *HOME[1:]]
    await expect(window.page.get_by_test_id("home")).to_contain_text("My tickets")
    await window.bot.web.views_publish(user_id=BEN.id, view={"type": "home", "blocks": later})
    await expect(window.page.get_by_test_id("home")).to_contain_text("Page 2")
    await expect(window.page.get_by_test_id("action-next")).to_be_focused()


async def test_one_writes_to_the_app_and_its_answer_is_dotted_until_it_is_read(
    window: Window,
) -> None:
    page = window.page
    await window.be(BEN.id, "Care")
    await page.get_by_role("tab", name="Home").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("tab", name="Messages")).to_be_focused()
    await page.get_by_test_id("composer").fill("list mine")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("messages")).to_contain_text("list mine")
    written = [one["event"] for one in window.bot.of("event_callback")][-1]
    assert (written["type"], written["channel_type"]) == ("message", "im")
    await page.get_by_test_id("room-care-japan").click()
    await expect(page.get_by_test_id("unread-Care")).to_have_count(0)
    await window.bot.web.chat_postMessage(channel=BEN.id, text="#42 is yours")
    await expect(page.get_by_test_id("unread-Care")).to_be_visible()
    await expect(page.get_by_test_id("toast-push")).to_contain_text("@Care#42 is yours")
    await page.get_by_test_id("room-Care").click()
    await expect(page.get_by_test_id("messages")).to_contain_text("#42 is yours")
    await expect(page.get_by_test_id("unread-Care")).to_have_count(0)
    await shot(page, "direct")
    await page.get_by_test_id("app-tab-home").click()
    await expect(page.get_by_test_id("unread-messages")).to_be_hidden()
    await window.bot.web.chat_postMessage(channel=BEN.id, text="#43 waits")
    await expect(page.get_by_test_id("unread-messages")).to_be_visible()
    await page.get_by_test_id("app-tab-messages").click()
    await expect(page.get_by_test_id("messages")).to_contain_text("#43 waits")
    await expect(page.get_by_test_id("unread-messages")).to_be_hidden()


async def test_an_app_that_takes_no_messages_says_so(window: Window) -> None:
    state = window.whole.slack.state
    state.app = dataclasses.replace(state.app, messages_read_only=True, home_tab=False)
    await window.bot.web.chat_postMessage(channel=BEN.id, text="a report")
    await window.be(BEN.id, "Care")
    await expect(window.page.get_by_test_id("messages")).to_contain_text("a report")
    await expect(window.page.get_by_text("has been turned off")).to_be_visible()
    await expect(window.page.get_by_test_id("composer")).to_be_hidden()
    await expect(window.page.get_by_role("tab")).to_have_count(1)


async def test_a_shortcut_is_chosen_by_the_keyboard_and_its_form_searched(window: Window) -> None:
    window.bot.opens["add_note"] = FORM
    window.bot.canned = CANNED
    page = window.page
    ts = str((await window.whole.slack.hands.say(AOI.id, CARE_JAPAN.id, "she called too"))["ts"])
    await window.be(BEN.id)
    message = page.get_by_test_id(f"message-{ts}")
    await page.get_by_test_id(f"more-{ts}").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await expect(message.get_by_test_id("shortcut-add_note")).to_be_focused()
    await shot(page, "shortcuts")
    await page.keyboard.press("Enter")
    field = page.get_by_role("combobox", name="Canned reply")
    await expect(field).to_be_focused()
    (chosen,) = window.bot.of("message_action")
    assert (chosen["message"]["ts"], chosen["user"]["id"]) == (ts, BEN.id)
    await field.fill("返金")
    options = page.get_by_role("listbox").get_by_role("option")
    await expect(options).to_have_count(2)
    await shot(page, "search")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(field).to_have_value("返金が遅れる場合")
    await expect(options).to_have_count(0)
    await field.fill("xyz")
    await expect(page.get_by_test_id("modal")).to_contain_text("Nothing found.")
    # Escape closes the list first; what was only searched for is no choice.
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("modal")).to_be_visible()
    await page.get_by_test_id("modal-field-text").focus()
    await expect(field).to_have_value("返金が遅れる場合")
    await page.get_by_test_id("modal-submit").click()
    await until(window, "view_submission", 1)
    values = window.bot.of("view_submission")[0]["view"]["state"]["values"]
    assert values["canned"]["canned"]["selected_option"] == CANNED[2]


async def test_a_required_search_without_a_choice_stays(window: Window) -> None:
    window.bot.opens["add_note"] = FORM
    ts = await window.post()
    await window.be(BEN.id)
    message = window.page.get_by_test_id(f"message-{ts}")
    await message.hover()
    await window.page.get_by_test_id(f"more-{ts}").click()
    await message.get_by_test_id("shortcut-add_note").click()
    await window.page.get_by_test_id("modal-field-canned").fill("sorry")
    await window.page.get_by_test_id("modal-submit").click()
    error = window.page.get_by_test_id("modal-error-canned")
    await expect(error).to_contain_text("Please fill in this field.")
    assert window.bot.of("view_submission") == []


async def test_a_search_in_a_message_is_an_act_of_its_own(window: Window) -> None:
    window.bot.canned = CANNED
    find = {"type": "external_select", "action_id": "find", "placeholder": plain("Find")}
    await window.post(blocks=[{"type": "actions", "elements": [find]}])
    await window.be(BEN.id)
    await window.page.get_by_role("combobox", name="Find").fill("申し訳")
    await window.page.get_by_role("listbox").get_by_role("option").click()
    await until(window, "block_actions", 1)
    (payload,) = window.bot.of("block_actions")
    assert payload["actions"][0]["selected_option"] == CANNED[0]


async def test_a_file_shows_its_first_lines_and_can_be_had(window: Window) -> None:
    content = "時刻,件数\n" + "9:00,3\n" * 400
    sent = await window.bot.web.files_upload_v2(
        channel=CARE_JAPAN.id, filename="集計.csv", content=content, initial_comment="today"
    )
    await window.be(BEN.id)
    file = window.page.get_by_test_id(f"file-{sent['file']['id']}")
    await expect(file).to_contain_text("集計.csv")
    await expect(file).to_contain_text("2.7 KB")
    await expect(file.get_by_label("First lines")).to_contain_text("時刻,件数")
    await expect(file).to_contain_text("396 more lines")
    async with window.page.expect_download() as got:
        await file.get_by_role("link", name="Download 集計.csv").click()
    downloaded = await got.value
    assert downloaded.suggested_filename == "集計.csv"
    assert (await downloaded.path()).read_text() == content
    await shot(window.page, "file")


async def test_a_picture_of_the_apps_own_is_shown_in_its_message(window: Window) -> None:
    dot = b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
    )
    sent = await window.bot.web.files_upload_v2(filename="report.png", content=dot)
    for _ in range(2):
        known = await window.bot.web.files_info(file=sent["file"]["id"])
    assert known["file"]["mimetype"] == "image/png"
    image = {"type": "image", "slack_file": {"id": sent["file"]["id"]}, "alt_text": "New: 3"}
    await window.post(blocks=[image])
    await window.be(BEN.id)
    picture = window.page.get_by_role("img", name="New: 3")
    await expect(picture).to_have_js_property("naturalWidth", 1)


async def test_on_a_phone_the_app_and_its_menus_fit(window: Window) -> None:
    window.bot.home = HOME
    window.bot.opens["add_note"] = FORM
    window.bot.canned = CANNED
    page = window.page
    await page.set_viewport_size(PHONE)
    ts = await window.post()
    await window.bot.web.files_upload_v2(
        channel=CARE_JAPAN.id, filename="a.csv", content="a,b," + "c" * 200
    )
    await window.be(AOI.id, lang="ja")
    wide = "document.documentElement.scrollWidth"
    message = page.get_by_test_id(f"message-{ts}")
    await page.get_by_test_id(f"more-{ts}").click()
    await expect(message.get_by_test_id("shortcut-make_ticket")).to_be_in_viewport()
    assert await page.evaluate(wide) == PHONE["width"]
    await shot(page, "phone-shortcuts")
    await message.get_by_test_id("shortcut-add_note").click()
    await page.get_by_test_id("modal-field-canned").fill("返金")
    await expect(page.get_by_role("listbox").get_by_role("option").first).to_be_in_viewport()
    await shot(page, "phone-search")
    await page.get_by_test_id("modal-close").click()
    await page.get_by_test_id("room-Care").click()
    await expect(page.get_by_test_id("home")).to_contain_text("My tickets")
    assert await page.evaluate(wide) == PHONE["width"]
    await shot(page, "phone-home")
