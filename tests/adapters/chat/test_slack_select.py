"""Searched selects: what is offered while a person types, against the strict stand-in."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from slack_world import BEN, LOST, ROOM, World, said, words, world

from adapters.chat.slack.forms import Asked, fields, modal
from adapters.chat.slack.settings import Mode
from adapters.chat.slack.suggestions import matching
from adapters.chat.slack.writing import Voice, Voices
from chatops.call import Call, Done, Origin, Outcome
from chatops.card import Button, Choice, Form, TextBox
from chatops.errors import CareError
from chatops.text import text
from chatops.ticket import Refusal

pytestmark = pytest.mark.anyio

CANNED = tuple((f"c{n}", said(f"canned reply number {n}")) for n in range(250))
REFUND = (("refund", said("Refund: ご返金のご案内（ＡＢＣ）")), ("other", said("Other")))
PICK = Button("reply", text("t-send"))


def choice(options: Any = CANNED, **more: Any) -> Choice:
    return Choice("canned", text("t-then"), options, **more)


def form(given: Mapping[str, str], *, searched: bool = True, options: Any = CANNED) -> Form:
    """A reply form in which choosing a canned reply fills the text."""
    typed = given.get("canned", "") or given.get("text", "")
    return Form(
        "reply",
        42,
        text("t-form"),
        text("t-send"),
        (
            choice(options, searched=searched, live=True, optional=True),
            TextBox("text", text("t-text"), initial=typed, version=len(typed)),
        ),
    )


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as one:
        yield one


async def opened(here: World) -> Any:
    async def asks_first(call: Call) -> Outcome:
        return Done() if call.origin is Origin.FORM else form({})

    async def anew(call: Call) -> Form | Refusal:
        return form(call.fields)

    here.desk.outcomes["reply"], here.desk.forms = asks_first, anew
    ts = await here.card(buttons=(PICK,))
    await here.cloud.hands.press(BEN, "do:reply", channel=ROOM, ts=ts)
    return here.view(BEN)


def offered(done: Any) -> list[str]:
    return [option["value"] for option in done["options"]]


@pytest.mark.parametrize("mode", [Mode.SOCKET, Mode.HTTP])
async def test_typing_offers_what_the_form_holds_and_the_choice_is_sent(
    tmp_path: Path, mode: Mode
) -> None:
    async with world(tmp_path, mode) as here:
        view = await opened(here)
        everything = await here.cloud.suggestions.ask(BEN, "canned", "", view_id=view.id)
        assert offered(everything) == [f"c{n}" for n in range(100)]
        some = await here.cloud.suggestions.ask(BEN, "canned", "24 Reply", view_id=view.id)
        assert offered(some) == ["c24", *[f"c{n}" for n in (124, 224)], *_from(240)]
        await here.cloud.hands.press(BEN, "canned", view_id=view.id, value="c249")
        assert "c249" in str(here.view(BEN).content)
        await here.cloud.modals.submit(BEN, view.id)
        sent = here.desk.calls[-1]
        assert dict(sent.fields) == {"canned": "c249", "text": "c249"}


def _from(first: int) -> list[str]:
    return [f"c{n}" for n in range(first, 250)]


async def test_asking_is_bounded_by_slacks_patience(here: World) -> None:
    view = await opened(here)

    async def slow(_call: Call) -> Form | Refusal:
        await asyncio.sleep(2.3)
        return form({})

    here.desk.forms = slow
    done = await here.cloud.suggestions.ask(BEN, "canned", "24", view_id=view.id)
    assert (done["acked"], done["options"]) == (True, [])


async def test_nothing_is_offered_where_the_form_is_not_to_be_had(here: World) -> None:
    view = await opened(here)

    async def fails(_call: Call) -> Form | Refusal:
        raise CareError("no")

    async def refuses(_call: Call) -> Form | Refusal:
        return Refusal(said("gone"))

    async def other(_call: Call) -> Form | Refusal:
        return form({}, options=REFUND, searched=False)

    for forms in (fails, refuses):
        here.desk.forms = forms
        done = await here.cloud.suggestions.ask(BEN, "canned", "24", view_id=view.id)
        assert (done["acked"], done["options"]) == (True, [])
    here.desk.forms = other
    payload = here.cloud.delivered[-1].payload
    for user, action in ((LOST, "canned"), (BEN, "elsewhere")):
        payload["user"]["id"], payload["action_id"] = user, action
        answer = await here.cloud.delivery.ask("interactive", payload)
        assert answer.payload == {"options": []}


def test_words_are_found_in_any_width_case_and_order(tmp_path: Path) -> None:
    voice = _voice(tmp_path)
    for typed in ("返金", "refund", "ＲＥＦＵＮＤ", "abc ご案内", "  "):
        assert matching(choice(REFUND), typed, voice)[0]["value"] == "refund"
    assert matching(choice(REFUND), "返品", voice) == []
    long = choice((("long", said("x" * 200)),))
    assert len(matching(long, "x", voice)[0]["text"]["text"]) == 75


def test_many_options_or_none_are_searched_even_where_nobody_said_so(tmp_path: Path) -> None:
    voice = _voice(tmp_path)
    kinds = []
    for options in (REFUND, CANNED, ()):
        made = Form("reply", 42, text("t-form"), text("t-send"), (choice(options, initial="c200"),))
        (block,) = modal(made, Asked("reply"), voice)["blocks"]
        kinds.append((block["element"]["type"], "initial_option" in block["element"]))
    assert kinds == [
        ("static_select", False),
        ("external_select", True),
        ("external_select", False),
    ]


def test_empty_choice_is_no_field() -> None:
    none = {"type": "external_select", "selected_option": None}
    assert fields({"state": {"values": {"canned:0": {"canned": none}}}}) == {}


def _voice(folder: Path) -> Voice:
    return Voices(words(folder)).of("en", "Asia/Tokyo", {})
