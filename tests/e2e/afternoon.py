"""Noon until one: what became due together is one list, and one ticket goes from due soon to late."""

from playwright.async_api import expect

from tests.e2e.steps import Day, in_view


async def together(day: Day) -> None:
    told = day.telling
    async with day.step("alerts", "At noon all that nobody answered is late: one list of alerts"):
        await day.turn(0, 12, 0)
        await day.sit(told.manager, told.managers)
        listed = day.messages.locator("article", has_text=told.says["alerts"]).last
        await expect(listed).to_contain_text(day.number("press"))
        await in_view(listed)


async def clocks(day: Day) -> None:
    """A ticket that nobody takes: due soon, late, why, and somebody who knows of it."""
    told = day.telling
    await day.write("waits", told.waits)
    await day.work()
    card = await day.card("waits")
    async with day.step(
        "due-soon", "Three quarters are used: the card says so, and the room hears"
    ):
        await day.turn(0, 12, 46)
        await day.work()
        await expect(card).to_contain_text(told.says["soon"])
        alert = day.messages.locator("article", has_text=day.number("waits")).last
        await expect(alert.locator("[data-action-id^='do:assign']")).to_be_visible()
        await in_view(alert)
    async with day.step("late", "The hour is over, and it is late"):
        await day.turn(0, 13, 1)
        await day.work()
        await expect(card).to_contain_text(told.says["late"])
        await in_view(card)
    async with day.step("why", "Why: the segments that its time is made of, and what is left now"):
        await day.press(card, "why")
        await expect(day.answer).to_contain_text(told.says["why"])
        await in_view(day.answer)
    async with day.step("alert", "The managers' room hears of it at the same moment"):
        await day.sit(told.manager, told.managers)
        alert = day.messages.locator("article", has_text=told.waits.name).last
        await expect(alert.locator("[data-action-id^='do:known']")).to_be_visible()
        await in_view(alert)
    async with day.step(
        "known", "Somebody knows of it: no more reminders, and the thread says who"
    ):
        await day.press(alert, "known")
        await day.sit(told.agent, told.room, "waits")
        await expect(day.thread).to_contain_text(told.says["known"])
