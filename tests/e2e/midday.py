"""The day until six: tickets are found, arranged, answered by macro, moderated and made."""

import re
from typing import Final

from playwright.async_api import expect

from tests.e2e.steps import Day, in_view
from tests.e2e.telling import Customer

#: A one-time code.
_CODE: Final = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}")


async def finding(day: Day) -> None:
    told = day.telling
    async with day.step(
        "search", f"The words of a message are found: /care search {told.searched}"
    ):
        await day.command(f"search {told.searched}")
        await expect(day.line(day.answer, "refund")).to_be_visible()
        await expect(day.answer).to_contain_text(told.searched)
    async with day.step("customer", "Who is behind a ticket: /care customer"):
        await day.command(f"customer {day.tickets['refund']}")
        await expect(day.answer).to_contain_text(told.refund.name)


async def arranging(day: Day) -> None:
    """Tags and priority, another queue, a merge and its undo, links that are closed together."""
    told = day.telling
    async with day.step("tags-and-priority", "Tags, and a priority with its reason, on the card"):
        await day.work()
        card = await day.card("first")
        await day.press(card, "tag")
        await day.desk.send(tags=told.tag)
        await expect(card).to_contain_text(told.tag)
        await day.command(f"priority {day.tickets['first']} high {told.reason}")
        await expect(card).to_contain_text(told.reason)
        await in_view(card)
    async with day.step("move-form", "A ticket belongs to the other queue: its form"):
        await day.press(await day.card("elsewhere"), "move")
        await day.desk.fill(queue=told.other_queue, note=told.moved_because)
    async with day.step("left", "It is moved; its old room keeps a link and none of the words"):
        await day.desk.submit()
        await expect(day.desk.modal).to_be_hidden()
        card = await day.card("elsewhere")
        await expect(card).not_to_contain_text(told.elsewhere.asks)
        await expect(card.get_by_role("link")).to_be_visible()
    async with day.step("moved", "In the other queue's room it has its whole card, and the note"):
        await day.sit(told.agent, told.other_room, "elsewhere")
        await expect(day.thread).to_contain_text(told.elsewhere.asks)
        await expect(day.thread).to_contain_text(told.moved_because)
    async with day.step("merge-form", "One customer asked twice: the second goes into the first"):
        await day.work()
        await day.press(await day.card("second"), "merge")
        await day.desk.fill(into=str(day.tickets["first"]))
    async with day.step("merged", "It is merged, and each card names the other"):
        await day.desk.submit()
        await expect(day.desk.modal).to_be_hidden()
        await expect(await day.card("first")).to_contain_text(day.number("second"))
        card = await day.card("second")
        await expect(card).to_contain_text(day.number("first"))
        await expect(card.locator("[data-action-id^='do:unmerge']")).to_be_visible()
    async with day.step("unmerged", "One press undoes the merge"):
        await day.press(card, "unmerge")
        await expect(card.locator("[data-action-id^='do:claim']")).to_be_visible()
        await expect(await day.card("first")).not_to_contain_text(day.number("second"))
    async with day.step(
        "close-form", "Two tickets of one matter are linked; closing asks for both"
    ):
        await day.press(await day.card("pole"), "link")
        await day.desk.send(other=str(day.tickets["other-pole"]))
        await expect(await day.card("other-pole")).to_contain_text(day.number("pole"))
        await day.press(await day.card("pole"), "close")
        await day.desk.fill(reason="resolved", scope="with_linked")
    async with day.step("closed", "Both are closed"):
        await day.desk.submit()
        await expect(day.desk.modal).to_be_hidden()
        await expect(await day.card("other-pole")).to_contain_text(told.says["closed"])
        await expect(await day.card("pole")).to_contain_text(told.says["closed"])


async def macros(day: Day) -> None:
    told = day.telling
    async with day.step("macro-form", f"The macro “{told.macro}” shows its steps before it is run"):
        await day.press(await day.card("refund"), "macro")
        await day.desk.fill(name=told.macro)
        await expect(day.desk.modal).to_contain_text("2")
    async with day.step("macro", "Its four steps are done as one"):
        await day.desk.submit()
        await expect(day.desk.modal).to_be_hidden()
        assert day.live.row(day.tickets["refund"])["status"] == "snoozed"
        card = await day.card("refund")
        await expect(card.locator("[data-action-id^='do:wake']")).to_be_visible()


async def joining(day: Day) -> None:
    """A customer who was asked for a direct message writes one: it is the same ticket."""
    told = day.telling
    async with day.step(
        "invited", f"{told.agent_name} asks {told.invited.name} for a direct message"
    ):
        await day.reply("invited", told.invites, then="invite")
    async with day.step("joined", "The direct message joins the public ticket"):
        await day.live.write(told.network, told.invited.handle, told.sends, kind="dm")
        await expect(day.thread).to_contain_text(told.sends)
        await expect(await day.card("invited")).to_contain_text("🔒")


async def moderating(day: Day) -> None:
    told = day.telling
    async with day.step("hidden", "A rude answer under our post is hidden on the network"):
        card = await day.card("rude")
        await day.press(card, "hide")
        await day.live.until(lambda: _is_done(day, "rude", "hidden"))
        await day.see_on_network(told.rude.asks)
        await expect(day.timeline).to_contain_text(told.says["hidden"])
    async with day.step("delete-form", "One of our own answers is to be deleted: which?"):
        await day.press(await day.card("refund"), "delete")
        newest = day.desk.field("message").locator("option:not([value=''])").first
        await day.desk.fill(message=str(await newest.get_attribute("value")))
    async with day.step(
        "delete-proposed", "A second person must agree; until then nothing is gone"
    ):
        await day.desk.submit()
        await expect(day.desk.modal).to_be_hidden()
        await day.thread_of("refund")
        await expect(day.thread.locator("[data-action-id^='do:confirm']")).to_be_visible()
        await expect(day.timeline).to_contain_text(told.added)
    async with day.step("deleted", f"{told.lead_name} agrees, and it is gone from the network"):
        await day.sit(told.lead, told.room, "refund")
        await day.press(day.thread, "confirm")
        await day.live.until(lambda: _is_done(day, "refund", "deleted"))
        await expect(day.timeline).not_to_contain_text(told.added)
        await expect(day.thread.locator("[data-action-id^='do:confirm']")).to_have_count(0)


def _is_done(day: Day, key: str, deed: str) -> bool:
    sql = "SELECT hidden, deleted FROM message WHERE ticket = ?"
    return any(row[deed] for row in day.live.rows(sql, day.tickets[key]))


async def colleagues(day: Day) -> None:
    """A colleague's question becomes a ticket, and another's remark a note."""
    told = day.telling
    async with day.step("made", "“Make a ticket of this” on a colleague's question"):
        await day.live.slack("say", **{"as": told.lead}, channel=_escalation(), text=told.question)
        await day.sit(told.agent, "care-escalation")
        await day.shortcut(told.question, "make_ticket")
        asked = Customer("", "", told.question)
        day.tickets["asked"] = await day.ticket_of(asked.asks)
        await expect(day.desk.page.locator(".message-ephemeral").last).to_contain_text(
            day.number("asked")
        )
    async with day.step("answered", "The answer goes into the thread where the colleague asked"):
        await day.work()
        await day.reply("asked", told.answer, then="close")
        await day.sit(told.lead, "care-escalation")
        question = day.messages.locator("article", has_text=told.question)
        await question.locator(".thread-link").click()
        await expect(day.thread).to_contain_text(told.answer)
    async with day.step("note-form", "“Add note” keeps a colleague's remark on a ticket"):
        await day.live.slack("say", **{"as": told.lead}, channel=_escalation(), text=told.remark)
        await day.sit(told.agent, "care-escalation")
        await day.shortcut(told.remark, "add_note")
        await day.desk.fill(which=str(day.tickets["pole"]))
        await expect(day.desk.field("text")).to_have_value(told.remark)
    async with day.step("noted", "It stands in the ticket's thread"):
        await day.desk.submit()
        await expect(day.desk.modal).to_be_hidden()
        await day.sit(told.agent, told.room, "pole")
        await expect(day.thread).to_contain_text(told.remark)


def _escalation() -> str:
    return "C03ESCALATION"


async def papers(day: Day) -> None:
    """A transcript, one's other account, and the tour of who is new."""
    told = day.telling
    async with day.step("transcript", "A ticket's transcript comes as a file into one's messages"):
        await day.work()
        await day.command(f"transcript {day.tickets['refund']}")
        await day.app(told.agent, "messages")
        file = day.messages.locator(".file").last
        await expect(file.locator(".file-preview")).to_contain_text(told.refund.name)
    async with day.step(
        "identify", "A one-time code makes two accounts one person: /care identify"
    ):
        await day.work()
        await day.command("identify")
        await expect(day.answer).to_contain_text(_CODE)
    async with day.step("tour", "Who is new takes the tour, page by page"):
        await day.command("tour")
        await day.press(day.answer, "tour")
        await in_view(day.answer)
