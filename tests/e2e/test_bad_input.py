"""What people do wrong, or at the same moment, at the page: told plainly, and nothing half done."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Locator, expect

from tests.e2e.running import Live
from tests.e2e.window import DESK, Window, window

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("e2e")]

BEN, AOI = "U01BEN", "U02AOI"
ROOM = "care-global"


@pytest.fixture(scope="module")
async def desk(browser: Browser, live: Live) -> AsyncIterator[Window]:
    async with window(browser, live, DESK) as opened:
        yield opened


@pytest.fixture
async def ticket(desk: Window) -> AsyncIterator[int]:
    """A new ticket, with Ben before its card; what he leaves open is closed."""
    ticket = await desk.live.ticket()
    await desk.be(BEN, ROOM)
    yield ticket
    if await desk.modal.is_visible():
        await desk.page.get_by_test_id("modal-close").click()
        await expect(desk.modal).to_be_hidden()


def card(desk: Window, ticket: int, room: str = ROOM) -> Locator:
    return desk.card(desk.live.card_ts(ticket, room))


def told(desk: Window) -> Locator:
    """The newest thing that this person alone is told."""
    return desk.page.get_by_test_id("messages").locator(".message-ephemeral").last


def names(live: Live, ticket: int) -> list[str]:
    """Return what has happened to a ticket since it was opened, but for who is writing."""
    happened = [entry["name"] for entry in live.log(ticket)[2:]]
    return [name for name in happened if not name.startswith("Writing") and name != "Read"]


async def begin_reply(desk: Window, ticket: int, words: str) -> None:
    await desk.press(card(desk, ticket), "reply", "Reply")
    await desk.fill(text=words)


async def expect_waiting(desk: Window, ticket: int) -> None:
    """The reply waits for Undo, and is undone before it leaves."""
    await expect(desk.modal).to_be_hidden()
    assert names(desk.live, ticket) == ["Claimed", "ReplyRequested"]
    await desk.live.command(AOI, f"undo {ticket}")


async def test_reply_without_words_is_refused_in_the_form(desk: Window, ticket: int) -> None:
    await begin_reply(desk, ticket, "")
    await desk.submit()
    await expect(desk.error("text")).to_contain_text("Please fill in this field.")
    await desk.fill(text="  \n ")
    await desk.submit()
    await expect(desk.error("text")).to_contain_text("This is empty. Please write something.")
    assert names(desk.live, ticket) == []


async def test_reply_too_long_says_by_how_much(desk: Window, ticket: int) -> None:
    await begin_reply(desk, ticket, "a" * 150 + "返" * 70)
    too_long = "290 of 280 characters: 10 too many"
    await expect(desk.modal.locator(".b-context").last).to_contain_text(too_long)
    await desk.submit()
    await expect(desk.error("text")).to_contain_text(too_long)
    await desk.shot("21-too-long")
    assert names(desk.live, ticket) == []
    await desk.fill(text="a" * 280)
    await desk.submit()
    await expect_waiting(desk, ticket)


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("Write to help@aozora.example please.", "it seems to hold an e-mail address"),
        ("Call us on +81 3 1234 5678, please.", "it seems to hold a phone number"),
        ("See https://example.com/poles", "A reply with a link costs 0.20 US dollars on X"),
    ],
)
async def test_what_may_be_a_mistake_is_asked_once(
    desk: Window, ticket: int, words: str, question: str
) -> None:
    await begin_reply(desk, ticket, words)
    await desk.submit()
    await expect(desk.modal).to_contain_text(question)
    await expect(desk.field("text")).to_have_value(words)
    await desk.shot("22-asked")
    assert names(desk.live, ticket) == []
    await desk.submit()
    await expect_waiting(desk, ticket)


async def test_what_came_since_the_form_was_opened_is_shown_and_asked(
    desk: Window, ticket: int
) -> None:
    await begin_reply(desk, ticket, "It is on its way.")
    handle = desk.live.customer(ticket)
    await desk.live.write(
        "x", handle, "Never mind, it is here!", kind="reply", to_post=post(desk, ticket)
    )
    await desk.live.until(lambda: names(desk.live, ticket) == ["CustomerWrote"])
    await desk.submit()
    await expect(desk.modal).to_contain_text("Something new was written since you opened this form")
    await expect(desk.modal).to_contain_text("Never mind, it is here!")
    await expect(desk.field("text")).to_have_value("It is on its way.")
    await desk.shot("23-since")
    await desk.submit()
    await expect(desk.modal).to_be_hidden()
    assert names(desk.live, ticket) == ["CustomerWrote", "Claimed", "ReplyRequested"]
    await desk.live.command(AOI, f"undo {ticket}")


def post(desk: Window, ticket: int) -> str:
    """Return the network's id of a ticket's newest message."""
    sql = "SELECT external_id FROM message WHERE ticket = ? ORDER BY id DESC LIMIT 1"
    (row,) = desk.live.rows(sql, ticket)
    return str(row["external_id"])


async def test_second_claim_is_told_who_has_it(desk: Window, ticket: int) -> None:
    await desk.live.command(AOI, f"claim {ticket}")
    await desk.type(f"/care claim {ticket}")
    await expect(told(desk)).to_contain_text(f"伊藤 葵 has #{ticket} already.")
    assert names(desk.live, ticket) == ["Claimed"]


async def test_unknown_command_gets_the_nearest(desk: Window, ticket: int) -> None:
    await desk.type(f"/care clam {ticket}")
    await expect(told(desk)).to_contain_text("I do not know “clam”. Do you mean “claim”?")
    assert names(desk.live, ticket) == []


UNKNOWN = "I do not know you here, so I may not do this."


@pytest.mark.parametrize(
    ("person", "to_a_press"),
    [
        ("U05GUEST", UNKNOWN),
        # Slack names a person's own workspace with a press, and not with a command.
        ("U06STRANGER", "People of other workspaces may not work on tickets."),
    ],
)
async def test_who_does_not_belong_is_told_so_alone(
    desk: Window, ticket: int, person: str, to_a_press: str
) -> None:
    await desk.be(person, ROOM)
    alone = desk.page.get_by_test_id("messages").locator(".message-ephemeral")
    await desk.type(f"/care claim {ticket}")
    await expect(alone).to_contain_text([UNKNOWN])
    await card(desk, ticket).locator("[data-action-id='do:claim']").click()
    await expect(alone).to_contain_text([UNKNOWN, to_a_press])
    assert names(desk.live, ticket) == []
    others = await desk.live.messages(BEN, ROOM)
    assert not any(message["text"].startswith((UNKNOWN, to_a_press)) for message in others)


async def test_same_button_pressed_twice_is_one_act(desk: Window, ticket: int) -> None:
    await card(desk, ticket).locator("[data-action-id='do:claim']").dblclick()
    await expect(card(desk, ticket).locator("[data-action-id='do:claim']")).to_have_count(0)
    await begin_reply(desk, ticket, "It is on its way.")
    await desk.page.get_by_test_id("modal-submit").dblclick()
    await expect_waiting(desk, ticket)


async def test_slack_takes_no_command_in_a_thread(desk: Window, ticket: int) -> None:
    await desk.be(BEN, ROOM, desk.live.card_ts(ticket, ROOM))
    await card(desk, ticket).hover()
    await desk.page.get_by_test_id(f"start-thread-{desk.live.card_ts(ticket, ROOM)}").click()
    await desk.type(f"/care claim {ticket}", "thread-composer")
    fault = desk.page.get_by_test_id("toast-fault")
    await expect(fault.last).to_contain_text("/care is not supported in threads. Sorry!")
    assert names(desk.live, ticket) == []
    await desk.page.get_by_test_id("thread-composer").fill("")
    await desk.type("!claim", "thread-composer")
    await desk.live.until(lambda: names(desk.live, ticket) == ["Claimed"])


async def test_customers_words_stand_as_they_were_written(desk: Window) -> None:
    words = "<!channel> <@U01BEN> *bold* _so_ `code` :tada: <https://evil.example|click> & https://a.example"
    pushes = len(await desk.live.pushes(BEN))
    ticket = await desk.live.ticket("chirp", words, name="*Mina* <!here>")
    await desk.be(BEN, "care-japan")
    shown = card(desk, ticket, "care-japan")
    await expect(shown.locator("blockquote").first).to_have_text(words)
    await expect(shown).to_contain_text("*Mina* <!here>")
    await expect(shown.locator(".mention, em, code, a")).to_have_count(0)
    await desk.shot("24-as-written")
    assert len(await desk.live.pushes(BEN)) == pushes
