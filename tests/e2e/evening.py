"""Six o'clock: who goes home passes on what they hold, and the managers read the digest."""

from playwright.async_api import expect

from tests.e2e.steps import Day, in_view


async def shift_end(day: Day) -> None:
    told, name = day.telling, day.telling.agent_name
    async with day.step("shift-end", f"At six {name} is shown what {name} still holds"):
        await day.turn(0, 18, 0)
        await day.app(told.agent, "messages")
        end = day.messages.locator("article", has_text=day.number("mine")).last
        await expect(end.locator("[data-action-id^='do:handover']")).to_be_visible()
    async with day.step("shift-end-phone", "The same on a phone", day.phone):
        await day.app(told.agent, "messages", day.phone)
        messages = day.phone.page.get_by_test_id("messages")
        await expect(messages.locator("[data-action-id^='do:handover']").last).to_be_visible()
    async with day.step("handover-form", f"All of them go to {told.lead_name}, with one note"):
        await day.press(end, "handover")
        await day.desk.fill(to=told.lead_key, note=told.handed)
    async with day.step("handed-over", f"{told.lead_name}'s Home has them, and the queues' state"):
        await day.desk.submit()
        await expect(day.desk.modal).to_be_hidden()
        await day.live.until(lambda: not _held(day, told.agent))
        await day.app(told.lead, "home")
        await expect(day.line(day.home, "mine")).to_be_visible()
    async with day.step("lead-home", "Below: each queue, and how the accounts are"):
        for named in (told.queue, told.other_queue, "@aozora_outdoor", "@colleagues"):
            await expect(day.home).to_contain_text(named)
        await in_view(day.home.get_by_text("@colleagues"))


async def digest(day: Day) -> None:
    told = day.telling
    async with day.step("digest", "The managers' room has the digest of the day"):
        await day.sit(told.manager, told.leads)
        await expect(day.messages.locator("article").last).to_contain_text(told.says["digest"])
    async with day.step("digest-late", "And what was late"):
        await day.sit(told.manager, told.managers)
        await in_view(day.messages.locator("article").last)
    async with day.step("card-phone", "On the way home: the card on a phone", day.phone):
        await day.sit(told.agent, told.room, at=day.phone)
        card = await day.card("refund", at=day.phone)
        await expect(card).to_contain_text(told.macro)
    async with day.step("form-phone", "And the reply form", day.phone):
        await day.press(card, "reply")
        await expect(day.phone.modal).to_be_visible()
        await day.phone.field("canned").press_sequentially(told.typed)
        await expect(day.phone.modal.get_by_role("option").first).to_be_visible()


def _held(day: Day, person: str) -> int:
    sql = "SELECT count(*) AS n FROM ticket WHERE assignee = ? AND status != 'closed'"
    return int(day.live.rows(sql, day.live.agents()[person])[0]["n"])
