"""The sandbox's page in a real browser: what Slack's window and a customer would show and do."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from page_sandbox import card, reply_form, report, sandbox, shot
from page_window import DESK, PHONE, Window, until
from playwright.async_api import Browser, expect

from adapters.sandbox import page as served
from adapters.sandbox.loopback import ADDRESS
from adapters.sandbox.world import AOI, BEN, CARE_GLOBAL, CARE_JAPAN, KEN, MAYA

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


async def test_a_card_stands_as_slack_draws_it_and_no_customer_text_is_markup(
    window: Window,
) -> None:
    ts = await window.post(blocks=card())
    await window.be(BEN.id)
    message = window.page.get_by_test_id(f"message-{ts}")
    await expect(message.get_by_role("heading")).to_have_text("💬 #42 · 森 はな · X mention")
    # 8:00 in Tokyo, where Ben's Slack lives, not in the browser's Berlin.
    await expect(message).to_contain_text("written 2026-11-21 8:00")
    await expect(message).to_contain_text("<@U01BEN> <img src=x onerror=alert(1)> *bold*")
    await expect(message.locator("strong", has_text="Priority")).to_be_visible()
    await expect(message.locator(".mention")).to_have_text("@伊藤 葵")
    await expect(window.action("claim")).to_have_class(re.compile("button-primary"))
    await expect(window.action("more")).to_have_value("")
    await shot(window.page, "card")


async def test_a_press_reaches_the_app_once_and_a_question_is_asked_first(window: Window) -> None:
    await window.post(blocks=card())
    await window.be(BEN.id)
    await window.action("close").click()
    await shot(window.page, "confirm")
    await window.page.get_by_test_id("confirm-no").click()
    await window.action("close").click()
    await window.page.keyboard.press("Escape")
    await window.action("claim").click()
    await window.action("close").click()
    await window.page.get_by_test_id("confirm-yes").click()
    await expect(window.page.get_by_test_id("confirm")).to_have_count(0)
    await until(window, "block_actions", 2)
    pressed = [
        (p["user"]["id"], p["actions"][0]["action_id"]) for p in window.bot.of("block_actions")
    ]
    assert pressed == [(BEN.id, "claim"), (BEN.id, "close")]


async def test_a_choice_in_a_menu_clears_when_the_card_comes_with_a_new_block(
    window: Window,
) -> None:
    ts = await window.post(blocks=card())
    await window.be(BEN.id)
    await window.action("more").select_option("tag")
    await until(window, "block_actions", 1)
    assert window.bot.of("block_actions")[0]["actions"][0]["selected_option"]["value"] == "tag"
    await window.action("claim").focus()
    await window.bot.web.chat_update(
        channel=CARE_JAPAN.id, ts=ts, text="a card", blocks=card(block_id="work-2")
    )
    await expect(window.page.locator("[data-block-id=work-2]")).to_be_visible()
    await expect(window.action("more")).to_have_value("")
    await expect(window.action("claim")).to_be_focused()


async def test_typing_in_a_form_tells_the_app_and_keeps_text_caret_and_focus(
    window: Window,
) -> None:
    window.bot.opens["reply"] = reply_form()
    await window.post(blocks=card())
    await window.be(BEN.id)
    await window.action("reply").click()
    field = window.page.get_by_test_id("modal-field-text")
    await expect(field).to_be_focused()
    await field.press_sequentially("Good morning", delay=15)
    await expect(window.page.locator("[data-block-id=counter]")).to_have_text("12 of 280")
    await field.press("Home")
    await field.press_sequentially("A ", delay=15)
    await expect(window.page.locator("[data-block-id=counter]")).to_have_text("14 of 280")
    await expect(field).to_be_focused()
    await expect(field).to_have_value("A Good morning")
    assert await field.evaluate("field => field.selectionStart") == 2
    await shot(window.page, "modal")


async def test_errors_stand_beside_their_fields_and_closing_is_told(window: Window) -> None:
    window.bot.opens["reply"] = reply_form()
    window.bot.answers["reply"] = {
        "response_action": "errors",
        "errors": {"text": "Too long for X by 12."},
    }
    await window.post(blocks=card())
    await window.be(BEN.id)
    await window.action("reply").click()
    submit = window.page.get_by_test_id("modal-submit")
    await submit.click()
    error = window.page.get_by_test_id("modal-error-text")
    await expect(error).to_contain_text("Please fill in this field.")
    assert window.bot.of("view_submission") == []
    await window.page.get_by_test_id("modal-field-text").fill("こんにちは")
    await window.page.get_by_test_id("choice-close").check()
    await submit.click()
    await expect(error).to_contain_text("Too long for X by 12.")
    await shot(window.page, "modal-error")
    values = window.bot.of("view_submission")[0]["view"]["state"]["values"]
    assert values["text"]["typed"]["value"] == "こんにちは"
    assert values["then"]["then"]["selected_option"]["value"] == "close"
    assert values["canned"]["canned"]["selected_option"] is None
    await window.page.keyboard.press("Escape")
    await expect(window.page.get_by_test_id("modal")).to_be_hidden()
    await until(window, "view_closed", 1)


async def test_an_open_form_waits_with_its_text_while_one_is_somebody_else(
    window: Window,
) -> None:
    window.bot.opens["reply"] = reply_form()
    await window.post(blocks=card())
    await window.be(BEN.id)
    await window.action("reply").click()
    await window.page.get_by_test_id("modal-field-text").fill("half a sen")
    await until(window, "block_actions", 2)
    await window.be(AOI.id)
    await expect(window.page.get_by_test_id("modal")).to_be_hidden()
    await window.be(BEN.id)
    await expect(window.page.get_by_test_id("modal-field-text")).to_have_value("half a sen")


async def test_enter_sends_shift_enter_does_not_and_neither_does_a_conversion(
    window: Window,
) -> None:
    await window.be(AOI.id, lang="ja")
    field = window.page.get_by_test_id("composer")
    messages = window.page.get_by_test_id("messages").locator("article")
    await field.fill("倉庫に確認します")
    for how in ("{isComposing: true}", "{keyCode: 229}"):
        enter = f"{{key: 'Enter', bubbles: true, cancelable: true, ...{how}}}"
        await field.evaluate(f"field => field.dispatchEvent(new KeyboardEvent('keydown', {enter}))")
    await field.press("Shift+Enter")
    await field.press_sequentially("二行目")
    await expect(field).to_have_value("倉庫に確認します\n二行目")
    await expect(messages).to_have_count(0)
    await field.press("Enter")
    await expect(field).to_have_value("")
    await expect(messages).to_have_count(1)
    await expect(messages).to_contain_text("倉庫に確認します\n二行目", use_inner_text=True)


async def test_commands_and_names_go_as_slack_sends_them_and_never_from_threads(
    window: Window,
) -> None:
    ts = await window.post(blocks=card())
    await window.be(BEN.id)
    await window.page.get_by_test_id("composer").fill("/care assign 42 @Maya Lind")
    await window.page.keyboard.press("Enter")
    await expect(window.page.get_by_test_id("composer")).to_have_value("")
    (command,) = window.bot.of("slash_commands")
    assert (command["command"], command["text"]) == ("/care", f"assign 42 <@{MAYA.id}>")
    await window.page.get_by_test_id(f"message-{ts}").hover()
    await window.page.get_by_test_id(f"start-thread-{ts}").click()
    thread = window.page.get_by_test_id("thread-composer")
    await expect(thread).to_be_focused()
    await thread.fill("/care close 42")
    await thread.press("Enter")
    fault = window.page.get_by_test_id("toast-fault")
    await expect(fault).to_contain_text("/care is not supported in threads. Sorry!")
    await expect(thread).to_have_value("/care close 42")
    await thread.fill("Looks like the *lost* parcel")
    await thread.press("Enter")
    await expect(window.page.get_by_test_id("thread-messages")).to_contain_text("the lost parcel")
    await expect(window.page.get_by_test_id(f"thread-{ts}")).to_contain_text("1 reply")
    await shot(window.page, "thread")


async def test_what_one_person_alone_may_see_is_marked_and_others_see_nothing(
    window: Window,
) -> None:
    await window.bot.web.chat_postEphemeral(
        channel=CARE_JAPAN.id, user=BEN.id, text=":no_entry: Already claimed by 伊藤 葵."
    )
    await window.be(BEN.id)
    messages = window.page.get_by_test_id("messages")
    await expect(messages).to_contain_text("Only visible to you")
    await expect(messages).to_contain_text("⛔ Already claimed")
    await window.page.get_by_test_id(f"person-{AOI.id}").click()
    await expect(messages).to_contain_text("Nothing here yet")
    await expect(window.page.get_by_test_id("room-care-leads")).to_have_count(0)
    await window.page.get_by_test_id(f"person-{KEN.id}").click()
    await expect(window.page.get_by_test_id("room-care-leads")).to_be_visible()


async def test_a_room_with_news_is_dotted_and_a_mention_is_told(window: Window) -> None:
    await window.be(BEN.id)
    await window.post(CARE_GLOBAL.id, text=f"<@{BEN.id}> the customer answered")
    await expect(window.page.get_by_test_id("unread-care-global")).to_be_visible()
    push = window.page.get_by_test_id("toast-push")
    # What is half written stays in its own room.
    await window.page.get_by_test_id("composer").fill("half a note")
    await expect(push).to_contain_text("#care-global@Ben Carter the customer answered")
    await push.locator(".toast-text").click()
    await expect(window.page.get_by_test_id("room-title")).to_contain_text("care-global")
    await expect(window.page.get_by_test_id("unread-care-global")).to_have_count(0)
    await expect(window.page.get_by_test_id("composer")).to_have_value("")
    await window.page.get_by_test_id("room-care-japan").click()
    await expect(window.page.get_by_test_id("composer")).to_have_value("half a note")


async def test_a_customer_writes_on_x_and_in_the_shop_and_sees_the_brands_answer(
    window: Window,
) -> None:
    page = window.page
    await window.be(BEN.id, lang="ja")
    await page.get_by_test_id("sample-ja-late").click()
    await page.get_by_test_id("customer-send").click()
    await expect(page.get_by_test_id("toast-fault")).to_contain_text("ハンドル")
    await page.get_by_test_id("customer-handle").fill("@hana_mori")
    await page.get_by_test_id("customer-name").fill("森 はな")
    await page.get_by_test_id("customer-text").press("Enter")
    timeline = page.get_by_test_id("customer-timeline")
    await expect(timeline).to_contain_text("火曜日に届くはずのテント")
    (post,) = window.whole.x.hands.state()["posts"]
    window.whole.x.hands.brand_writes("申し訳ございません。お調べします。", post["id"])
    await expect(timeline.locator(".post-brand")).to_contain_text("公式")
    await page.get_by_test_id(f"post-reply-{post['id']}").click()
    await expect(page.get_by_test_id("customer-replying-to")).to_contain_text("森 はな")
    await page.get_by_test_id("sample-ja-thanks").click()
    await page.get_by_test_id("customer-send").click()
    await expect(timeline.locator("article")).to_have_count(3)
    await page.get_by_test_id("customer-kind-dm").click()
    await page.get_by_test_id("customer-text").fill("住所を送ります")
    await page.get_by_test_id("customer-send").click()
    await expect(page.get_by_test_id("customer-messages")).to_contain_text("住所を送ります")
    await page.get_by_test_id(f"post-delete-{post['id']}").click()
    await expect(timeline).to_contain_text("投稿者が削除しました")
    await shot(page, "customer-ja")
    await page.get_by_test_id("customer-network-shop").click()
    await expect(page.get_by_test_id("customer-kind-mention")).to_be_hidden()
    await expect(page.get_by_test_id("customer-stars")).to_be_hidden()
    await page.get_by_test_id("customer-kind-review").click()
    await page.get_by_test_id("customer-stars").select_option("2")
    await page.get_by_test_id("sample-ja-review").click()
    await page.get_by_test_id("customer-handle").fill("hana_mori")
    await page.get_by_test_id("customer-send").click()
    await expect(timeline.locator(".post-stars")).to_have_text("★★☆☆☆ 5段階中2")
    await shot(page, "customer-shop-ja")


async def test_on_a_phone_the_private_rooms_of_a_lead_do_not_widen_the_page(window: Window) -> None:
    """What only a screen reader says of a room is inside the row that scrolls."""
    await window.page.set_viewport_size(PHONE)
    await window.be(MAYA.id)
    await expect(window.page.get_by_test_id("room-care-managers-jp")).to_be_attached()
    assert await window.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    await window.be(MAYA.id, "care-managers-jp")
    chosen = await window.page.get_by_test_id("room-care-managers-jp").bounding_box()
    assert chosen is not None
    assert chosen["x"] + chosen["width"] < PHONE["width"] - 4  # not at the very edge


async def test_form_shows_its_first_small_print_whole(window: Window) -> None:
    view = reply_form()
    about = {"type": "context", "elements": [{"type": "plain_text", "text": "Everybody reads it."}]}
    window.bot.opens["reply"] = {**view, "blocks": [about, *view["blocks"]]}
    await window.post(blocks=card())
    await window.be(AOI.id)
    await window.action("reply").click()
    first = await window.page.locator(".modal-blocks > :first-child").bounding_box()
    body = await window.page.locator(".modal-body").bounding_box()
    assert first is not None
    assert body is not None
    assert first["y"] >= body["y"]


async def test_on_a_phone_one_pane_stands_at_a_time_and_nothing_is_cut_off(
    window: Window,
) -> None:
    window.bot.opens["reply"] = reply_form()
    ts = await window.post(blocks=card())
    page = window.page
    await page.set_viewport_size(PHONE)
    await window.be(AOI.id, lang="ja")
    await expect(page.get_by_test_id(f"message-{ts}")).to_be_visible()
    await shot(page, "phone-card")
    wide = "document.documentElement.scrollWidth"
    assert await page.evaluate(wide) == PHONE["width"]
    await window.action("reply").click()
    await expect(page.get_by_test_id("modal-submit")).to_be_in_viewport()
    await shot(page, "phone-modal")
    await page.get_by_test_id("modal-close").click()
    await page.get_by_test_id(f"start-thread-{ts}").click()
    await expect(page.get_by_test_id("thread-composer")).to_be_in_viewport()
    await shot(page, "phone-thread")
    await page.get_by_test_id("thread-close").click()
    for tab, inside in (("customer", "customer-text"), ("time", "clock-now"), ("chat", "composer")):
        await page.get_by_test_id(f"tab-{tab}").click()
        await expect(page.get_by_test_id(inside)).to_be_in_viewport()
        assert await page.evaluate(wide) == PHONE["width"]
        await shot(page, f"phone-{tab}")


async def test_a_message_that_is_deleted_goes_and_its_thread_keeps_a_mark(window: Window) -> None:
    alone, parent = await window.post(), ""
    await window.be(BEN.id)
    await window.page.get_by_test_id(f"message-{alone}").hover()
    await window.page.get_by_test_id(f"delete-{alone}").click()
    await window.page.get_by_test_id("confirm-yes").click()
    await expect(window.page.get_by_test_id(f"message-{alone}")).to_have_count(0)
    parent = await window.post(CARE_GLOBAL.id)
    await window.post(CARE_GLOBAL.id, thread_ts=parent)
    await window.bot.web.chat_delete(channel=CARE_GLOBAL.id, ts=parent)
    await window.page.get_by_test_id("room-care-global").click()
    gone = window.page.get_by_test_id(f"message-{parent}")
    await expect(gone).to_contain_text("This message was deleted.")


async def test_every_kind_of_block_is_drawn_and_can_be_used(window: Window) -> None:
    ts = await window.post(blocks=report())
    await window.be(MAYA.id)
    message = window.page.get_by_test_id(f"message-{ts}")
    await expect(message.locator("li")).to_have_text(["by @伊藤 葵: 5", "by @Ben Carter: 4"])
    await expect(message.locator("blockquote")).to_have_text("Two are still open")
    await expect(message.locator("td")).to_have_text(["X", "7", "Chirp", "2"])
    # A picture that cannot be loaded leaves its words.
    await expect(message).to_contain_text("Image: Closes by hour")
    link = window.action("open")
    await expect(link).to_have_attribute("href", "https://x.example/1")
    await expect(link).to_have_attribute("rel", "noopener noreferrer")
    await window.action("dots").click()
    await window.page.keyboard.press("Escape")
    await expect(window.page.get_by_test_id("option-csv")).to_be_hidden()
    await expect(window.action("dots")).to_be_focused()
    await window.action("dots").press("Enter")
    await window.page.get_by_test_id("option-csv").click()
    await window.page.get_by_test_id("choice-late").check()
    await until(window, "block_actions", 2)
    menu, boxes = (pressed["actions"][0] for pressed in window.bot.of("block_actions"))
    assert menu["selected_option"]["value"] == "csv"
    assert [one["value"] for one in boxes["selected_options"]] == ["late"]
    await shot(window.page, "report")


async def test_time_is_shown_and_turned_by_the_service(chromium: Browser) -> None:
    turned: list[object] = []
    # 2026-11-20, 17:05 in Tokyo.
    now = datetime(2026, 11, 20, 8, 5, tzinfo=UTC)

    async def clock(request: web.Request) -> web.Response:
        nonlocal now
        if request.method == "POST":
            asked = await request.json()
            turned.append(asked)
            now = (
                datetime.fromisoformat(asked["to"])
                if "to" in asked
                else now + timedelta(seconds=asked["advance_s"])
            )
        return web.json_response({"now": now.isoformat(), "offset_s": 900 * len(turned)})

    service = web.Application()
    service.router.add_route("*", "/dev/clock", clock)
    runner = web.AppRunner(service, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, ADDRESS, 0).start()
    page = await chromium.new_page(viewport=DESK, timezone_id="Europe/Berlin")
    async with sandbox(f"http://{ADDRESS}:{runner.addresses[0][1]}") as (base, _):
        await page.goto(f"{base}/?as={BEN.id}&lang=en")
        face, note = page.get_by_test_id("clock-now"), page.get_by_test_id("clock-note")
        await expect(face).to_contain_text("17:05")
        await expect(note).to_have_text("same as the real clock")
        await page.get_by_test_id("clock-advance-15").click()
        await expect(face).to_contain_text("17:20")
        await expect(note).to_have_text("15 min ahead of the real clock")
        await page.get_by_test_id("clock-advance-60").click()
        await expect(face).to_contain_text("18:20")
        await page.get_by_test_id("clock-morning").click()
        await expect(face).to_contain_text("21 Nov")
        await expect(face).to_contain_text(" 9:00")
        await shot(page, "clock")
        assert turned == [
            {"advance_s": 900},
            {"advance_s": 3600},
            {"to": "2026-11-21T00:00:00.000Z"},
        ]
        await runner.cleanup()
        await page.reload()
        await expect(note).to_have_text("The service is not up yet: time cannot be turned.")
        await expect(page.get_by_test_id("clock-advance-15")).to_be_disabled()
        await page.close()


async def test_a_sandbox_that_goes_away_is_said_and_followed_again_when_it_is_back(
    window: Window,
) -> None:
    await window.be(BEN.id)
    await window.page.context.set_offline(True)
    await window.post(text="while you were away")
    trouble = window.page.locator("#trouble")
    await expect(trouble).to_contain_text("The sandbox does not answer.")
    await window.page.context.set_offline(False)
    await expect(trouble).to_be_hidden()
    await expect(window.page.get_by_test_id("messages")).to_contain_text("while you were away")


async def test_a_long_room_stays_at_its_end_and_a_reader_above_is_left_alone(
    window: Window,
) -> None:
    for number in range(30):
        await window.whole.slack.hands.say(AOI.id, CARE_JAPAN.id, f"note {number}")
    await window.be(BEN.id)
    messages = window.page.get_by_test_id("messages")
    await expect(messages.get_by_text("note 29", exact=True)).to_be_in_viewport()
    await window.whole.slack.hands.say(AOI.id, CARE_JAPAN.id, "the newest")
    await expect(messages.get_by_text("the newest")).to_be_in_viewport()
    await messages.evaluate("list => { list.scrollTop = 0; }")
    await window.whole.slack.hands.say(AOI.id, CARE_JAPAN.id, "newer still")
    await expect(messages.get_by_text("newer still")).to_have_count(1)
    assert await messages.evaluate("list => list.scrollTop") == 0


async def test_every_label_is_there_in_both_languages_and_none_is_idle() -> None:
    folder = Path(served.__file__).parent
    table = (folder / "words.js").read_text()
    labels = set(re.findall(r'^  "([a-z_.0-9]+)": \["[^"]+", "[^"]+"\],$', table, re.MULTILINE))
    assert len(labels) == table.count('": ["')
    code = "".join(path.read_text() for path in folder.glob("*.js"))
    used = set(re.findall(r'"((?:\w+)\.(?:\w+))"(?!: \[)', code))
    families = (
        "mrkdwn.",
        "customer.",
        "tab.",
        "process.",
    )  # these are also put together: w(`tab.${name}`)
    assert {label for label in labels - used if not label.startswith(families)} == set()
