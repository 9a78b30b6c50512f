"""The day until nine o'clock and shortly after: what came overnight, who takes it, what is answered."""

import re

from playwright.async_api import Locator, expect

from tests.e2e.steps import Day


async def night(day: Day) -> None:
    """Let the evening before and the night pass; nobody sees it, so nothing is pictured."""
    live, told = day.live, day.telling
    announced = await live.network(told.network, "brand_writes", text=told.announcement)
    await day.turn(1, 17, 15)
    await day.write("mine", told.mine)
    await live.command(told.agent, f"claim {day.tickets['mine']}")
    await day.write("theirs", told.theirs)
    await live.command(told.lead, f"claim {day.tickets['theirs']}")
    await day.turn(1, 2, 10)
    for key in ("refund", "invited", "elsewhere", "press", "giveaway"):
        await day.write(key, getattr(told, key))
    for key, who in zip(("first", "second"), told.twice, strict=True):
        await day.write(key, who)
    for key, who in zip(("pole", "other-pole"), told.pair, strict=True):
        await day.write(key, who)
    await day.write("rude", told.rude, kind="reply", to_post=announced["id"])
    await day.turn(0, 9, 0)
    on = "SELECT 1 FROM agent WHERE id = ? AND on_shift"
    await live.until(lambda: live.rows(on, live.agents()[told.agent]))
    await day.settled()


async def opening(day: Day) -> None:
    told, agent = day.telling, day.telling.agent
    name = told.agent_name
    said = f"{name} opens the app: what is {name}'s, what nobody has, what is due next"
    async with day.step("home", said):
        await day.app(agent, "home")
        for key in ("mine", "theirs", "refund", "press"):
            await expect(day.home).to_contain_text(f"{day.number(key)} ")
        await expect(day.home).not_to_contain_text(f"{day.number('giveaway')} ")
    async with day.step("home-phone", f"{name} sees the same on the way in, on a phone", day.phone):
        await day.app(agent, "home", day.phone)
        home = day.phone.page.get_by_test_id("home")
        await expect(home).to_contain_text(f"{day.number('refund')} ")
    async with day.step("overnight", "The overnight list: /care list unclaimed"):
        await day.work()
        await day.command("list unclaimed")
        await expect(day.line(day.answer, "refund")).to_be_visible()
    async with day.step("quiet", "What a rule put aside, with the rule's name: /care list quiet"):
        await day.command("list quiet")
        await expect(day.line(day.answer, "giveaway")).to_contain_text(told.says["giveaways"])


async def claims(day: Day) -> None:
    name = day.telling.agent_name
    async with day.step("claimed-at-home", f"{name} claims a ticket where it stands in Home"):
        await day.app(day.telling.agent, "home")
        line = day.line(day.home, "refund")
        await day.press(line, "claim")
        await expect(line.locator("[data-action-id^='do:show']")).to_be_visible()
    async with day.step("claimed-on-card", f"{name} claims another on its card in the room"):
        await day.work()
        card = await day.card("invited")
        await day.press(card, "claim")
        await expect(card.locator("[data-action-id^='do:claim']")).to_have_count(0)
        await expect(card).to_contain_text(name)


async def canned_replies(day: Day) -> None:
    """A canned reply is searched and sent; the same to the same person is asked about."""
    told = day.telling
    async with day.step("canned-search", f"In the reply form one types “{told.typed}” to search"):
        await day.work()
        await day.press(await day.card("refund"), "reply")
        await expect(day.desk.modal).to_be_visible()
        await day.desk.field("canned").press_sequentially(told.typed)
        await expect(_option(day)).to_be_visible()
    async with day.step("canned-filled", f"“{told.canned}” fills the text, with the names in it"):
        await _option(day).click()
        await expect(day.desk.field("text")).to_have_value(_holds(told.canned_says))
    async with day.step("canned-sent", "It is sent; the customer sees it on the network"):
        await day.desk.submit()
        await expect(day.desk.modal).to_be_hidden()
        await day.send_now("refund")
        await day.see_on_network(told.canned_says)
    async with day.step(
        "repeated", "The same text to the same person: the form asks before it goes"
    ):
        await day.press(await day.card("refund"), "reply")
        await expect(day.desk.modal).to_be_visible()
        await day.desk.field("canned").press_sequentially(told.typed)
        await _option(day).click()
        await expect(day.desk.field("text")).to_have_value(_holds(told.canned_says))
        await day.desk.submit()
        await expect(day.desk.modal).to_contain_text(told.says["repeat"])
    async with day.step("changed", f"{told.agent_name} changes the words, and they go"):
        words = await day.desk.field("text").input_value()
        words = words.removesuffix(told.agent_name)
        await day.desk.send(text=f"{words}{told.added} {told.agent_name}")
        await day.send_now("refund")
        await day.see_on_network(told.added)


def _option(day: Day) -> Locator:
    return day.desk.modal.get_by_role("option", name=day.telling.canned)


def _holds(words: str) -> re.Pattern[str]:
    return re.compile(re.escape(words))
