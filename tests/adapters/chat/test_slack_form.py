"""Forms: opening, typing, sending, asking back and closing, against the strict stand-in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from slack_world import BEN, LOST, ROOM, World, a_card, reply_form, said, world

from chatops.call import Answer, Call, Done, Origin, Outcome
from chatops.card import Button, Form
from chatops.errors import CareError
from chatops.text import text
from chatops.ticket import Refusal

pytestmark = pytest.mark.anyio

REPLY = Button("reply", text("t-send"))


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as one:
        yield one


async def opened(here: World) -> Any:
    """Ben's reply form, opened by a button under the card."""
    here.desk.outcomes["reply"] = asks_first
    ts = await here.card(buttons=(REPLY,))
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=ts)
    return here.view(BEN)


async def asks_first(call: Call) -> Outcome:
    return Done() if call.origin is Origin.FORM else reply_form()


def typed(words: str) -> dict[str, dict[str, object]]:
    return {"text:0": {"text": words}}


async def test_form_is_sent_as_the_same_call_with_its_fields(here: World) -> None:
    view = await opened(here)
    done = await here.cloud.modals.submit(BEN, view.id, typed("It is <on> its way & soon"))
    assert done["response_action"] == "clear"
    assert here.view(BEN) is None
    pressed, sent = here.desk.calls
    assert (sent.command, sent.ticket, sent.origin, sent.room) == ("reply", 42, Origin.FORM, "care")
    assert dict(sent.fields) == {"text": "It is <on> its way & soon", "then": "nothing"}
    assert (sent.seen, sent.confirmed) == (7, frozenset())
    assert sent.key != pressed.key
    assert here.private(BEN) == []


async def test_same_sending_twice_has_one_key(here: World) -> None:
    view = await opened(here)
    await here.cloud.modals.submit(BEN, view.id, typed("hello"))
    await here.cloud.delivery.ask("interactive", here.cloud.delivered[-1].payload)
    _, once, twice = here.desk.calls
    assert once.key == twice.key


async def test_what_a_form_says_in_the_end_is_told_alone(here: World) -> None:
    view = await opened(here)
    here.desk.outcomes["reply"] = Answer(a_card("it was sent"))
    await here.cloud.modals.submit(BEN, view.id, typed("hello"))
    here.desk.outcomes["reply"] = reply_form()
    ts = await here.card(7, buttons=(REPLY,))
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=ts)
    here.desk.outcomes["reply"] = Done(said("done so"))
    await here.cloud.modals.submit(BEN, here.view(BEN).id, typed("hello"))
    assert [told["text"] for told in here.private(BEN)] == ["it was sent", "done so"]


async def test_fault_of_a_field_stands_under_it_and_what_was_typed_stays(here: World) -> None:
    view = await opened(here)
    here.desk.outcomes["reply"] = Refusal(said("too long by 3"), field="text")
    done = await here.cloud.modals.submit(BEN, view.id, typed("hello"))
    assert done["errors"] == {"text:0": "too long by 3"}
    assert here.view(BEN).typed["text:0", "text"]["value"] == "hello"


async def test_refusal_of_the_whole_stands_on_top_of_the_form(here: World) -> None:
    view = await opened(here)
    here.desk.outcomes["reply"] = Refusal(said("the ticket is closed"))
    done = await here.cloud.modals.submit(BEN, view.id, typed("hello"))
    assert done["response_action"] == "update"
    assert "the ticket is closed" in str(here.view(BEN).content["blocks"][0])
    assert here.view(BEN).typed["text:0", "text"]["value"] == "hello"


async def test_question_is_shown_and_sending_again_is_a_yes(here: World) -> None:
    async def asks(call: Call) -> Outcome:
        if "personal-data" not in call.confirmed:
            return Refusal(said("it holds a phone number"), asks="personal-data")
        if "link-cost" not in call.confirmed:
            return Refusal(said("a link costs more"), asks="link-cost")
        return Done()

    view = await opened(here)
    here.desk.outcomes["reply"] = asks
    first = await here.cloud.modals.submit(BEN, view.id, typed("090-1234-5678"))
    assert first["response_action"] == "update"
    assert "it holds a phone number" in str(here.view(BEN).content["blocks"][0])
    await here.cloud.modals.submit(BEN, view.id)
    assert "a link costs more" in str(here.view(BEN).content["blocks"][0])
    done = await here.cloud.modals.submit(BEN, view.id)
    assert done["response_action"] == "clear"
    last = here.desk.calls[-1]
    assert last.confirmed == {"personal-data", "link-cost"}
    assert last.fields["text"] == "090-1234-5678"
    assert len({call.key for call in here.desk.calls}) == 4


async def test_yes_is_forgotten_when_something_else_is_typed(here: World) -> None:
    view = await opened(here)
    here.desk.outcomes["reply"] = Refusal(said("it holds a phone number"), asks="personal-data")
    await here.cloud.modals.submit(BEN, view.id, typed("090-1234-5678"))
    await here.cloud.hands.type(BEN, view.id, "text:0", "text", "090-8765-4321")
    await here.cloud.modals.submit(BEN, view.id)
    assert here.desk.calls[-1].confirmed == frozenset()


async def test_typing_makes_the_form_anew(here: World) -> None:
    view = await opened(here)
    await here.cloud.hands.type(BEN, view.id, "text:0", "text", "hello")
    assert "5 of 280" in str(here.view(BEN).content)
    assert here.view(BEN).typed["text:0", "text"]["value"] == "hello"
    assert here.desk.made[-1].fields["text"] == "hello"


async def test_newest_typing_wins_and_what_it_overtakes_is_not_shown(here: World) -> None:
    view = await opened(here)
    gate = asyncio.Event()

    async def slow(call: Call) -> Form | Refusal:
        if call.fields["text"] == "h":
            await gate.wait()
        return reply_form(call.fields)

    here.desk.forms = slow
    acts = [
        asyncio.create_task(here.cloud.hands.type(BEN, view.id, "text:0", "text", "h" * count))
        for count in (1, 2, 3)
    ]
    await here.until(lambda: here.desk.made)
    await asyncio.gather(*acts[1:])
    gate.set()
    await asyncio.gather(*acts)
    await here.until(lambda: "3 of 280" in str(here.view(BEN).content))
    assert [call.fields["text"] for call in here.desk.made] == ["h", "hhh"]
    assert here.outcomes("views.update") == ["ok"]


async def test_form_made_anew_for_earlier_typing_does_not_wipe_what_was_answered(
    here: World,
) -> None:
    view = await opened(here)
    gate = asyncio.Event()

    async def slow(call: Call) -> Form | Refusal:
        await gate.wait()
        return reply_form(call.fields)

    async def refused(_call: Call) -> Outcome:
        return Refusal(said("too long by 3"), field="text")

    here.desk.forms = slow
    here.desk.outcomes["reply"] = refused
    typing = asyncio.create_task(here.cloud.hands.type(BEN, view.id, "text:0", "text", "hello"))
    await here.until(lambda: here.desk.made)
    done = await here.cloud.modals.submit(BEN, view.id, typed("hello"))
    gate.set()
    await typing
    assert done["errors"] == {"text:0": "too long by 3"}
    assert here.outcomes("views.update") == []


async def test_typing_before_an_update_arrived_is_not_lost(here: World) -> None:
    view = await opened(here)
    await here.cloud.hands.type(BEN, view.id, "text:0", "text", "hello")
    late = here.cloud.delivered[-1].payload
    late["actions"][0]["action_ts"] = "9999999999.000001"
    late["view"]["state"]["values"]["text:0"]["text"]["value"] = "hello you"
    await here.cloud.delivery.ask("interactive", late)
    assert "9 of 280" in str(here.view(BEN).content)


async def test_older_typing_that_comes_later_is_dropped(here: World) -> None:
    view = await opened(here)
    await here.cloud.hands.type(BEN, view.id, "text:0", "text", "h")
    older = here.cloud.delivered[-1].payload
    await here.cloud.hands.type(BEN, view.id, "text:0", "text", "hello")
    await here.cloud.delivery.ask("interactive", older)
    assert "5 of 280" in str(here.view(BEN).content)


async def test_form_that_cannot_be_made_anew_stays_as_it_is(here: World) -> None:
    view = await opened(here)

    async def fails(_call: Call) -> Form | Refusal:
        raise CareError("no")

    async def refuses(_call: Call) -> Form | Refusal:
        return Refusal(said("gone"))

    for forms in (fails, refuses):
        here.desk.forms = forms
        done = await here.cloud.hands.type(BEN, view.id, "text:0", "text", "hello")
        assert done["acked"] is True
    assert "0 of 280" in str(here.view(BEN).content)


async def test_closing_unsent_tells_the_desk(here: World) -> None:
    view = await opened(here)
    await here.cloud.modals.close(BEN, view.id)
    (left,) = here.desk.gone
    assert (left.command, left.ticket, left.agent.name) == ("reply", 42, "ben")


async def test_slow_sending_waits_in_the_modal_and_then_says_how_it_ended(here: World) -> None:
    view = await opened(here)

    async def slow(_call: Call) -> Outcome:
        await asyncio.sleep(2.2)
        return Done(said("sent in the end"))

    here.desk.outcomes["reply"] = slow
    done = await here.cloud.modals.submit(BEN, view.id, typed("hello"))
    assert (done["acked"], done["response_action"]) == (True, "update")
    assert "moment" in str(here.view(BEN).content)
    await here.until(lambda: "sent in the end" in str(here.view(BEN).content))


async def test_slow_refusal_brings_the_form_back_with_what_was_typed(here: World) -> None:
    view = await opened(here)

    async def slow(_call: Call) -> Outcome:
        await asyncio.sleep(2.2)
        return Refusal(said("too long by 3"), field="text")

    here.desk.outcomes["reply"] = slow
    await here.cloud.modals.submit(BEN, view.id, typed("hello"))
    await here.until(lambda: "too long by 3" in str(here.view(BEN).content))
    assert here.view(BEN).typed["text:0", "text"]["value"] == "hello"


async def test_form_that_came_too_late_is_said_and_its_lock_ends(here: World) -> None:
    here.desk.outcomes["reply"] = reply_form()
    ts = await here.card(buttons=(REPLY,))
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=ts)
    spent = here.cloud.delivered[-1].payload
    await here.cloud.delivery.ask("interactive", spent)
    assert here.private(BEN)[0]["text"].startswith("There was too little time")
    assert [call.command for call in here.desk.gone] == ["reply"]


async def test_slow_form_fills_the_modal_that_was_opened_in_time(here: World) -> None:
    async def slow(_call: Call) -> Outcome:
        await asyncio.sleep(1.7)
        return reply_form()

    here.desk.outcomes["reply"] = slow
    ts = await here.card(buttons=(REPLY,))
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=ts)
    await here.until(lambda: "0 of 280" in str(here.view(BEN).content))
    assert here.outcomes("views.open") == ["ok"]


async def test_words_in_a_thread_open_no_form_but_offer_one(here: World) -> None:
    ts = await here.card()
    here.desk.outcomes["reply"] = reply_form()
    await here.cloud.hands.say(BEN, ROOM, "!reply", ts)
    await here.until(lambda: here.private(BEN))
    (offer,) = [m for m in here.cloud.state.in_room(ROOM) if m.ephemeral_to == BEN]
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=offer.ts)
    assert here.view(BEN).content["title"]["text"] == "Reply to #42"


async def test_form_sent_by_whom_we_no_longer_know_is_refused(here: World) -> None:
    view = await opened(here)
    await here.cloud.modals.submit(BEN, view.id, typed("hello"))
    payload = here.cloud.delivered[-1].payload
    payload["user"]["id"] = LOST
    answer = await here.cloud.delivery.ask("interactive", payload)
    assert answer.payload == {"response_action": "clear"}
    assert here.private(LOST)[0]["text"].startswith("I do not know you")
    assert len(here.desk.calls) == 2
