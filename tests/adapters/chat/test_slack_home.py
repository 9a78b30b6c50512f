"""App Home: opened, pressed in, turned over; against the strict stand-in."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from slack_world import AOI, BEN, GUEST, LOST, World, a_card, reply_form, said, world

from adapters.chat.slack.settings import Mode
from adapters.sandbox.slack import Fault, Kind
from chatops.call import Answer, Call, Done, Origin, Outcome
from chatops.card import Button, Card, Paragraph
from chatops.errors import StorageError
from chatops.text import text
from chatops.ticket import Refusal

pytestmark = pytest.mark.anyio

CLAIM = Button("claim", text("t-claim"), ticket=42)
DETAILS = Button("show", text("t-claim"), ticket=42)
REPLY = Button("reply", text("t-send"), ticket=42)
NEXT = Button("home", text("t-close"), args=(("page", "2"),))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as one:
        await opened(one)
        yield one


def pages(*buttons: Button) -> Any:
    """A `home` that says which page it is, and how often it was asked."""
    asked: list[str] = []

    async def home(call: Call) -> Outcome:
        page = call.fields.get("page", "1")
        asked.append(page)
        card = a_card(f"page {page}, {len(asked)}", buttons=buttons)
        return Answer(card)

    return home


async def opened(here: World, who: str = BEN) -> None:
    here.desk.outcomes["home"] = pages(CLAIM, DETAILS, REPLY, NEXT)
    await here.cloud.home.open(who)
    await here.until(lambda: here.cloud.state.homes.get(who))


def tab(here: World, who: str = BEN) -> str:
    return str(here.cloud.state.homes[who].content["blocks"])


async def press(here: World, action: str, who: str = BEN) -> Any:
    return await here.cloud.hands.press(who, action, view_id=here.cloud.state.homes[who].id)


def last(here: World, *commands: str) -> Sequence[Call]:
    return [call for call in here.desk.calls if call.command in commands]


async def test_opening_publishes_the_persons_own_desk(here: World) -> None:
    (call,) = here.desk.calls
    assert (call.command, call.agent.name, call.identity) == ("home", "ben", BEN)
    assert (call.room, call.chat, dict(call.fields)) == (None, "slack", {})
    assert "page 1, 1" in tab(here)
    assert here.outcomes("views.publish") == ["ok"]


async def test_messages_tab_publishes_nothing(here: World) -> None:
    await here.cloud.home.open(BEN, "messages")
    await here.until(lambda: len(here.cloud.delivered) == 2)
    assert here.outcomes("views.publish") == ["ok"]


async def test_press_in_it_is_done_and_it_is_published_anew(here: World) -> None:
    done = await press(here, "do:claim")
    assert done["acked"] is True
    (claim,) = last(here, "claim")
    assert (claim.ticket, claim.origin, claim.room) == (42, Origin.BUTTON, None)
    assert "page 1, 2" in tab(here)
    assert here.view(BEN) is None
    assert here.direct(BEN) == []


async def test_page_is_turned_and_stays_turned_until_the_tab_is_opened_anew(here: World) -> None:
    await press(here, "do:home")
    assert "page 2, 2" in tab(here)
    await press(here, "do:claim")
    assert "page 2, 3" in tab(here)
    await here.cloud.home.open(BEN)
    await here.until(lambda: "page 1, 4" in tab(here))


async def test_press_that_ends_after_the_page_was_turned_does_not_turn_it_back(
    here: World,
) -> None:
    gate = asyncio.Event()

    async def slow(_call: Call) -> Outcome:
        await gate.wait()
        return Done()

    here.desk.outcomes["claim"] = slow
    claiming = asyncio.create_task(press(here, "do:claim"))
    await here.until(lambda: last(here, "claim"))
    await press(here, "do:home")
    gate.set()
    await claiming
    assert "page 2, 3" in tab(here)


async def test_refusal_is_told_in_a_modal(here: World) -> None:
    here.desk.outcomes["claim"] = Refusal(said("Aoi has it <already>"))
    await press(here, "do:claim")
    assert "Aoi has it <already>" in str(here.view(BEN).content)
    assert "page 1, 2" in tab(here)


async def test_question_is_asked_in_a_modal_and_yes_is_a_press_there(here: World) -> None:
    async def asks(call: Call) -> Outcome:
        return Done() if call.confirmed else Refusal(said("really?"), asks="sure")

    here.desk.outcomes["claim"] = asks
    await press(here, "do:claim")
    await here.cloud.hands.press(BEN, "do:claim", view_id=here.view(BEN).id)
    assert last(here, "claim")[-1].confirmed == {"sure"}
    assert "Done." in str(here.view(BEN).content)
    assert "page 1, 3" in tab(here)


async def test_details_open_in_a_modal_whose_buttons_work_on(here: World) -> None:
    here.desk.outcomes["show"] = Answer(a_card("all of it", buttons=(REPLY, CLAIM), ticket=42))
    here.desk.outcomes["reply"] = reply_form()
    await press(here, "do:show")
    details = here.view(BEN)
    assert "all of it" in str(details.content)
    await here.cloud.hands.press(BEN, "do:reply", view_id=details.id)
    form = here.view(BEN)
    assert (form.below, form.content["callback_id"]) == (details.id, "form")
    here.desk.outcomes["reply"] = Done()
    await here.cloud.modals.submit(BEN, form.id, {"text:0": {"text": "hello"}})
    assert here.view(BEN) is None
    await here.until(lambda: "page 1, 4" in tab(here))


async def test_form_opens_by_its_press_and_its_sending_publishes_anew(here: World) -> None:
    async def asks_first(call: Call) -> Outcome:
        return Done(said("gone")) if call.origin is Origin.FORM else reply_form()

    here.desk.outcomes["reply"] = asks_first
    await press(here, "do:reply")
    sent = await here.cloud.modals.submit(BEN, here.view(BEN).id, {"text:0": {"text": "hello"}})
    assert sent["response_action"] == "update"
    assert "gone" in str(here.view(BEN).content)
    await here.until(lambda: "page 1, 3" in tab(here))


async def test_slow_answer_fills_the_modal_that_was_opened_in_time(here: World) -> None:
    async def slow(_call: Call) -> Outcome:
        await asyncio.sleep(1.7)
        return Answer(a_card("all of it"))

    here.desk.outcomes["show"] = slow
    await press(here, "do:show")
    await here.until(lambda: "all of it" in str(here.view(BEN).content))
    assert here.outcomes("views.open") == ["ok"]


async def test_answer_that_no_modal_can_show_goes_to_the_direct_messages(here: World) -> None:
    here.desk.outcomes["show"] = Answer(a_card("all of it"))
    here.cloud.fault(Fault("views.open", Kind.BROKEN))
    await press(here, "do:show")
    assert here.direct(BEN) == ["all of it"]


async def test_tab_says_why_it_is_empty(here: World) -> None:
    for who, why in ((LOST, "I do not know you"), (GUEST, "Guests of this")):
        await here.cloud.home.open(who)
        await here.until(lambda who=who: who in here.cloud.state.homes)
        assert why in tab(here, who)
    here.desk.outcomes["home"] = Refusal(text("no-role"))
    await here.cloud.home.open(BEN)
    await here.until(lambda: "role" in tab(here))

    async def broken(_call: Call) -> Outcome:
        raise StorageError("full")

    here.desk.outcomes["home"] = broken
    await here.cloud.home.open(BEN)
    await here.until(lambda: "failed on our side" in tab(here))


async def test_tab_says_that_slack_cannot_tell_who_came(here: World) -> None:
    here.cloud.fault(Fault("users.info", Kind.BROKEN))
    await here.cloud.home.open(AOI)
    await here.until(lambda: AOI in here.cloud.state.homes)
    assert "I cannot find out" in tab(here, AOI)


async def test_tab_that_slack_refuses_stays_as_it_was(here: World) -> None:
    here.cloud.fault(Fault("views.publish", Kind.BROKEN))
    assert (await press(here, "do:claim"))["acked"] is True
    assert "page 1, 1" in tab(here)


async def test_tab_is_cut_at_a_hundred_blocks_and_says_so(here: World) -> None:
    line = Paragraph(said("a ticket"), button=CLAIM)
    here.desk.outcomes["home"] = Answer(Card(said("home"), blocks=(line,) * 120, buttons=(NEXT,)))
    await press(here, "do:claim")
    blocks = here.cloud.state.homes[BEN].content["blocks"]
    assert len(blocks) == 100
    assert [block["type"] for block in blocks[-2:]] == ["context", "actions"]


async def test_it_works_over_http_too(tmp_path: Path) -> None:
    async with world(tmp_path, Mode.HTTP) as here:
        await opened(here)
        await press(here, "do:claim")
        assert "page 1, 2" in tab(here)
