"""The page's routes for Teams: the same hands, as JSON over HTTP, on loopback alone."""

import asyncio
from typing import Any

import pytest
from teams_sandbox import (
    AOI,
    BEN,
    BOT,
    CARE,
    GUEST,
    LEADS,
    NOW,
    STRANGER,
    Teams,
    card,
    dialog_of,
    execute,
    field_of,
    opening,
    posted,
    said,
    submit,
    text,
)

pytestmark = pytest.mark.anyio


async def _post(teams: Teams, act: str, **body: Any) -> tuple[int, Any]:
    address = teams.base.removesuffix("/teams") + f"/dev/teams/{act}"
    async with teams.http.post(address, json=body) as answer:
        return answer.status, await answer.json()


async def _get(teams: Teams, what: str) -> tuple[int, Any]:
    address = teams.base.removesuffix("/teams") + f"/dev/teams/{what}"
    async with teams.http.get(address) as answer:
        return answer.status, await answer.json()


async def test_the_state_is_what_one_person_sees(teams: Teams) -> None:
    root = await teams.create(text("hello"))
    status, seen = await _get(teams, f"state?as={BEN}")
    assert status == 200
    assert seen == {
        "version": teams.cloud.state.version,
        "me": BEN,
        "bot": {"id": BOT, "name": "Care"},
        "team": "Aozora",
        "people": [
            {"id": BEN, "name": "Ben Carter", "guest": False},
            {"id": AOI, "name": "伊藤 葵", "guest": False},
            {"id": GUEST, "name": "Robin Vale", "guest": True},
            {"id": STRANGER, "name": "Sam Field", "guest": False},
        ],
        "channels": [
            {
                "id": CARE,
                "name": "Care",
                "private": False,
                "messages": [
                    {
                        "id": root,
                        "root": None,
                        "from": "bot",
                        "name": "Care",
                        "at": NOW,
                        "text": "hello",
                        "cards": [],
                        "summary": "",
                        "edited": False,
                        "deleted": False,
                        "private": False,
                    }
                ],
            }
        ],
        "personal": {"messages": []},
        "dialog": None,
    }
    _, hers = await _get(teams, f"state?as={AOI}")
    assert [one["id"] for one in hers["channels"]] == [CARE, LEADS]
    assert await _get(teams, "state?as=nobody") == (400, {"error": "nobody here is nobody"})


async def test_changes_answer_once_there_is_one(teams: Teams) -> None:
    version = teams.cloud.state.version
    waiting = asyncio.ensure_future(_get(teams, f"changes?since={version}"))
    await _post(teams, "say", **{"as": BEN}, channel=CARE, text="hi")
    assert await waiting == (200, {"version": version + 1})


async def test_a_conversation_over_the_pages_routes(teams: Teams) -> None:
    me: dict[str, Any] = {"as": BEN}
    _, written = await _post(teams, "say", **me, channel=CARE, text="hi", mention=True)
    assert teams.bot.heard[-1]["id"] == written["id"]
    await _post(teams, "command", **me, channel=CARE, text="care")
    assert teams.bot.heard[-1]["recipient"]["isTargeted"] is True
    shown = card(actions=[execute(), opening()])
    at: dict[str, Any] = {**me, "channel": CARE, "id": await teams.create(posted(shown))}
    teams.bot.answer = lambda _: said("Claimed.")
    done = await _post(teams, "execute", **at, action=execute())
    assert done == (200, {"message": "Claimed.", "card": False})
    query = {"type": "Data.Query", "dataset": "canned"}
    form = card(field_of("Input.ChoiceSet", **{"choices.data": query}), actions=[submit()])
    teams.bot.answer = lambda _: dialog_of(form)
    _, fetched = await _post(teams, "fetch", **at, action=opening())
    dialog = fetched["dialog"]
    assert fetched == {"dialog": dialog, "message": None}
    teams.bot.answer = lambda _: {
        "type": "application/vnd.microsoft.search.searchResponse",
        "value": {"results": [{"title": "Sorry", "value": "c1"}]},
    }
    found = await _post(teams, "search", **me, dialog=dialog, dataset="canned", value="s")
    assert found == (200, {"choices": [{"title": "Sorry", "value": "c1"}]})
    teams.bot.answer = lambda _: {}
    sent = await _post(teams, "submit", **me, dialog=dialog, action=submit(), inputs={"text": "c1"})
    assert sent == (200, {"closed": True, "message": None})
    gone = await _post(teams, "close", **me, dialog=dialog)
    assert gone == (400, {"error": f"{BEN} has no open dialog {dialog}"})
    assert await _post(teams, "delete", **at) == (200, {})
    assert await _post(teams, "install", **me) == (200, {})
    assert await _post(teams, "uninstall", **me) == (200, {})
    assert (await teams.send(CARE, text()))[0] == 403


async def test_a_dialog_is_closed_by_its_cross(teams: Teams) -> None:
    root = await teams.create(posted(card(actions=[opening()])))
    teams.bot.answer = lambda _: dialog_of(card())
    _, fetched = await _post(teams, "fetch", **{"as": BEN}, channel=CARE, id=root, action=opening())
    closed = await _post(teams, "close", **{"as": BEN}, dialog=fetched["dialog"])
    assert closed == (200, {})
    assert teams.cloud.state.dialogs == {}


async def test_faults_are_switched_on_and_off(teams: Teams) -> None:
    fault = {"kind": "status", "call": "send", "status": 502, "times": 2}
    assert await _post(teams, "fault", **fault) == (200, {})
    assert (await teams.send(CARE, text()))[0] == 502
    assert await _post(teams, "fault", clear=True) == (200, {})
    assert (await teams.send(CARE, text()))[0] == 201
    status, body = await _post(teams, "fault", kind="fire")
    assert (status, body["error"][:6]) == (400, "kind: ")


async def test_what_is_left_out_is_named(teams: Teams) -> None:
    assert await _post(teams, "say", **{"as": BEN}) == (
        400,
        {"error": "missing or unknown: channel"},
    )


async def test_another_sites_page_is_refused(teams: Teams) -> None:
    address = teams.base.removesuffix("/teams") + f"/dev/teams/state?as={BEN}"
    async with teams.http.get(address, headers={"Origin": "https://evil.example"}) as answer:
        assert answer.status == 403
